//! A method, its value and a resource in; whether the one selects the other out.

use super::grammar::{Method, glob, has_wildcard};
use super::resource::Resource;
use crate::data::{Kind, Value};
use crate::project::Globs;

/// A value that ends so is a file.
const EXTENSIONS: [&str; 5] = [".sql", ".py", ".csv", ".yml", ".yaml"];

/// A method and its value, ready to be asked of many resources.
pub(super) struct Test<'t> {
    method: Method,
    value: &'t str,
    paths: Globs,
}

impl<'t> Test<'t> {
    /// A plain value is taken for what it looks like: a path, a file, else a name and its folders.
    pub(super) fn new(method: &Method, value: &'t str) -> Self {
        let method = match method {
            Method::Plain if value.contains('/') => Method::Path,
            Method::Plain if EXTENSIONS.iter().any(|end| value.ends_with(end)) => Method::File,
            Method::Plain => Method::Fqn,
            method => method.clone(),
        };
        let paths = if method == Method::Path { Globs::new(&[value]) } else { Globs::default() };
        Test { method, value, paths }
    }

    pub(super) fn is_of_names(&self) -> bool {
        self.method == Method::Fqn
    }

    pub(super) fn selects(&self, resource: &Resource<'_>) -> bool {
        let is = |text: &str| glob(self.value, text);
        let property = |property: fn(&crate::project::Properties) -> Option<&str>| {
            resource.properties.and_then(property).is_some_and(is)
        };
        match &self.method {
            Method::Plain | Method::Fqn => selects_fqn(self.value, resource),
            Method::Tag => resource.tags().iter().any(|tag| is(tag)),
            Method::Group => property(|properties| properties.group.as_deref()),
            Method::Access => {
                let is_model = resource.kind == "model";
                is_model && is(resource.properties.and_then(|own| own.access.as_deref()).unwrap_or("protected"))
            }
            Method::Source => resource.kind == "source" && selects_parts(self.value, resource),
            Method::Exposure => resource.kind == "exposure" && selects_parts(self.value, resource),
            Method::Metric => resource.kind == "metric" && selects_parts(self.value, resource),
            Method::SemanticModel => resource.kind == "semantic_model" && selects_parts(self.value, resource),
            Method::SavedQuery => resource.kind == "saved_query" && selects_parts(self.value, resource),
            Method::UnitTest => resource.kind == "unit_test" && selects_parts(self.value, resource),
            Method::Path => self.paths.matches(resource.path) || self.paths.matches(resource.inner_path),
            Method::File => {
                let name = resource.path.rsplit('/').next().unwrap_or_default();
                is(name) || name.rsplit_once('.').is_some_and(|(stem, _)| is(stem))
            }
            Method::Package => is(resource.package),
            Method::Config(keys) => resource.config(keys).is_some_and(|value| holds(&value, self.value)),
            Method::ResourceType => self.value == "all" || resource.kind == self.value,
            Method::TestType => match self.value {
                "singular" | "data" => resource.kind == "test",
                "unit" => resource.kind == "unit_test",
                _ => false,
            },
            Method::Version => match self.value {
                "none" => resource.kind == "model" && resource.version.is_none(),
                "latest" => resource.version.is_some_and(|(_, latest)| latest),
                "old" => resource.version.is_some_and(|(_, latest)| !latest),
                value => resource.version.is_some_and(|(version, _)| glob(value, version)),
            },
        }
    }
}

/// A scalar is the value, a list has it, a map has it as a key.
fn holds(config: &Value, wanted: &str) -> bool {
    let is = |text: &str| glob(wanted, text) || ["true", "false"].contains(&text) && text.eq_ignore_ascii_case(wanted);
    match &config.kind {
        Kind::List(items) => items.iter().filter_map(Value::scalar).any(|item| is(&item)),
        Kind::Map(entries) => entries.iter().any(|(key, _)| is(&key.text)),
        _ => config.scalar().is_some_and(|text| is(&text)),
    }
}

/// `name`, or `package.name`; of a source also its table, with or without its package.
fn selects_parts(value: &str, resource: &Resource<'_>) -> bool {
    let whole = format!("{}.{}", resource.package, resource.name);
    if resource.kind == "source" {
        let source = resource.name.split_once('.').map_or(resource.name.as_str(), |(source, _)| source);
        return match value.split('.').count() {
            1 => glob(value, source),
            2 => glob(value, &resource.name),
            _ => glob(value, &whole),
        };
    }
    // The id of a unit test names its model too: `unit_test.shop.orders.adds_up`.
    let of_package = resource.id.splitn(3, '.').nth(2).unwrap_or_default();
    [resource.name.as_str(), whole.as_str(), of_package].iter().any(|name| glob(value, name))
}

/// dbt's rule: the name alone, or package and folders from the outermost on, the package left out or not; after a
/// wildcard the pattern is held to all that is left.
fn selects_fqn(value: &str, resource: &Resource<'_>) -> bool {
    let fqn = resource.fqn();
    let versioned = resource.version.is_some();
    let (Some(last), Some(name)) = (fqn.last(), fqn.iter().rev().nth(usize::from(versioned))) else { return false };
    if *name == value
        || versioned && [format!("{name}.{last}"), format!("{name}_{last}")].iter().any(|own| own == value)
    {
        return true;
    }
    // Wider than dbt, which holds `stg_*` to the folders too: nobody who writes it means folders.
    if has_wildcard(value) && glob(value, name) {
        return true;
    }
    let flat: Vec<&str> = fqn.iter().flat_map(|part| part.split('.')).collect();
    starts(value, &flat) || starts(value, &flat[1..])
}

fn starts(value: &str, fqn: &[&str]) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    if fqn.len() < parts.len() {
        return false;
    }
    for (at, part) in parts.iter().enumerate() {
        if has_wildcard(part) {
            return glob(&parts[at..].join("."), &fqn[at..].join("."));
        }
        if *part != fqn[at] {
            return false;
        }
    }
    true
}
