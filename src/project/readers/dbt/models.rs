//! A package's model files and properties in, its Models out: models with their versions, analyses, singular tests.

use std::collections::BTreeMap;

use super::entry::{Entry, VersionEntry};
use super::loaded::Loaded;
use super::package::{Found, Frame, Part};
use super::{blocks, resource};
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::project::files::{has_extension, whole};
use crate::project::{Language, MacroFile, Model, ModelKind, Properties};
use crate::text::Place;

/// Properties by name of one kind of resource; each is taken by the resource it describes.
pub(super) type Entries<'a> = BTreeMap<&'a str, &'a Entry>;

/// A model's place among its namesakes.
struct Version<'a> {
    name: &'a str,
    entry: Option<&'a Entry>,
    version: Option<&'a VersionEntry>,
    latest: bool,
}

/// The models under model-paths. Entries that describe one of them leave `entries`.
pub(super) fn read(
    part: &Part,
    frame: &Frame<'_>,
    loaded: &Loaded,
    entries: &mut Entries<'_>,
    said: &mut Vec<Diagnostic>,
) -> Vec<Model> {
    let files = versioned_files(part, entries);
    let mut models = Vec::new();
    let mut described = Vec::new();
    for found in &part.models {
        let stem = found.stem();
        let version = files.get(stem).copied();
        let version = if let Some((entry, version)) = version {
            let latest = latest(entry).is_some_and(|latest| latest == version.version);
            Version { name: &entry.name, entry: Some(entry), version: Some(version), latest }
        } else {
            let entry = entries.get(stem).copied().filter(|entry| entry.versions.is_empty());
            Version { name: stem, entry, version: None, latest: true }
        };
        described.push(version.name.to_owned());
        models.push(model(part, frame, loaded, found, &version, said));
    }
    for name in described {
        let Some(entry) = entries.remove(name.as_str()) else { continue };
        let found = |version: &VersionEntry| files.values().any(|(_, known)| known.place == version.place);
        said.extend(entry.versions.iter().filter(|version| !found(version)).map(|version| fileless(entry, version)));
    }
    models
}

fn fileless(entry: &Entry, version: &VersionEntry) -> Diagnostic {
    let file = version.defined_in.clone().unwrap_or_else(|| format!("{}_v{}", entry.name, version.version));
    let message =
        format!("Version {} of `{}` has no file `{file}.sql`, so it does not exist.", version.version, entry.name);
    Diagnostic::warn("yaml-for-missing-node", version.place.clone(), message)
        .help("Add the file, name it in `defined_in`, or remove the version.")
}

/// Which file holds which version: `defined_in`, else `<name>_v<version>`, else what the latest may be called.
fn versioned_files<'a>(part: &Part, entries: &Entries<'a>) -> BTreeMap<String, (&'a Entry, &'a VersionEntry)> {
    let stems: std::collections::BTreeSet<&str> = part.models.iter().map(Found::stem).collect();
    let mut files = BTreeMap::new();
    for entry in entries.values() {
        for version in &entry.versions {
            let named = format!("{}_v{}", entry.name, version.version);
            let dotted = format!("{}.v{}", entry.name, version.version);
            let is_latest = latest(entry).is_some_and(|latest| latest == version.version);
            let plain = is_latest.then(|| entry.name.clone());
            let tried = version.defined_in.clone().into_iter().chain([named, dotted]).chain(plain);
            if let Some(stem) = tried.into_iter().find(|stem| stems.contains(stem.as_str())) {
                files.insert(stem, (*entry, version));
            }
        }
    }
    files
}

/// The version that `ref` without a version means: `latest_version`, else the highest.
fn latest(entry: &Entry) -> Option<&str> {
    let highest = || {
        let versions = entry.versions.iter().map(|version| version.version.as_str());
        versions.max_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        })
    };
    entry.latest_version.as_deref().or_else(highest)
}

fn model(
    part: &Part,
    frame: &Frame<'_>,
    loaded: &Loaded,
    found: &Found,
    version: &Version<'_>,
    said: &mut Vec<Diagnostic>,
) -> Model {
    let number = version.version.map(|version| format!("v{}", version.version));
    let mut path = vec![part.file.name.as_str()];
    path.extend(found.folders());
    path.push(version.name);
    path.extend(number.as_deref());
    let blocks = [version.entry.map(|entry| &entry.configs[..]), version.version.map(|version| &version.configs[..])];
    let blocks: Vec<&[Value]> = blocks.into_iter().flatten().collect();
    let properties = match (version.entry, version.version) {
        (Some(entry), Some(version)) => version.properties(&entry.properties),
        (Some(entry), None) => entry.properties.clone(),
        (None, _) => Properties::default(),
    };
    let place = version.version.map(|version| &version.place).or(version.entry.map(|entry| &entry.place));
    let head =
        Head { name: version.name, version: version.version.map(|v| v.version.as_str()), kind: ModelKind::Model };
    let mut model = build(part, frame, loaded, &found.clone(), &head, said);
    model.latest = version.latest;
    model.properties_place = place.cloned();
    describe(&mut model, part, frame, ("models", &path), &blocks, properties);
    model
}

/// What a model is called and what it is.
pub(super) struct Head<'a> {
    pub name: &'a str,
    pub version: Option<&'a str>,
    pub kind: ModelKind,
}

/// A model of one file, before its config.
pub(super) fn build(
    part: &Part,
    frame: &Frame<'_>,
    loaded: &Loaded,
    found: &Found,
    head: &Head<'_>,
    said: &mut Vec<Diagnostic>,
) -> Model {
    let package = &part.file.name;
    let before = said.len();
    let (text, digest) = loaded.text(&found.file, said);
    let sort = match head.kind {
        ModelKind::Snapshot => "snapshot",
        ModelKind::Analysis => "analysis",
        ModelKind::SingularTest => "test",
        ModelKind::Model | ModelKind::Table => "model",
    };
    let version = head.version.map(|version| format!(".v{version}")).unwrap_or_default();
    let id = format!("{sort}.{package}.{}{version}", head.name);
    for diagnostic in &mut said[before..] {
        diagnostic.model = Some(id.clone());
    }
    let python = has_extension(found.file.path(), "py");
    Model {
        id,
        name: head.name.to_owned(),
        package: package.clone(),
        version: head.version.map(str::to_owned),
        latest: true,
        kind: head.kind,
        file: found.file.clone(),
        body: whole(&text),
        text,
        digest,
        language: if python { Language::Python } else { Language::Jinja },
        dialect: None,
        relation: resource::relation(frame, &crate::project::Config::default(), head.name, head.version, head.kind),
        config: crate::project::Config::default(),
        overrides: crate::project::Config::default(),
        properties: Properties::default(),
        properties_place: None,
        enabled: true,
    }
}

/// Lays config and properties over a model.
pub(super) fn describe(
    model: &mut Model,
    part: &Part,
    frame: &Frame<'_>,
    (kind, path): (&str, &[&str]),
    blocks: &[&[Value]],
    properties: Properties,
) {
    let cascaded = resource::cascade(part, frame, kind, path, blocks);
    model.enabled = resource::enabled(&cascaded.config);
    model.relation = resource::relation(frame, &cascaded.config, &model.name, model.version.as_deref(), model.kind);
    model.properties = properties;
    resource::finish(&mut model.properties, &cascaded.config);
    model.config = cascaded.config;
    model.overrides = cascaded.overrides;
}

/// Analyses and singular tests; test files that define macros are macro files.
pub(super) fn read_others(
    part: &Part,
    frame: &Frame<'_>,
    loaded: &Loaded,
    entries: &mut Entries<'_>,
    said: &mut Vec<Diagnostic>,
) -> (Vec<Model>, Vec<MacroFile>) {
    let (mut models, mut macros) = (Vec::new(), Vec::new());
    let mut tests = Vec::new();
    for found in &part.tests {
        let (text, digest) = loaded.text(&found.file, &mut Vec::new());
        if blocks::defines_macros(&text) {
            macros.push(MacroFile { package: part.file.name.clone(), file: found.file.clone(), text, digest });
        } else {
            tests.push((found, ModelKind::SingularTest));
        }
    }
    let trees = ["data_tests", "tests"].into_iter().find(|tree| part.file.configs(tree).is_some());
    for (found, kind) in part.analyses.iter().map(|found| (found, ModelKind::Analysis)).chain(tests) {
        let head = Head { name: found.stem(), version: None, kind };
        let mut model = build(part, frame, loaded, found, &head, said);
        let mut path = vec![part.file.name.as_str()];
        path.extend(found.folders());
        path.push(found.stem());
        let entry = if kind == ModelKind::Analysis { entries.remove(found.stem()) } else { None };
        let block: Vec<&[Value]> = entry.iter().map(|entry| &entry.configs[..]).collect();
        let tree = if kind == ModelKind::Analysis { "analyses" } else { trees.unwrap_or("tests") };
        let properties = entry.map(|entry| entry.properties.clone()).unwrap_or_default();
        model.properties_place = entry.map(|entry| entry.place.clone());
        describe(&mut model, part, frame, (tree, &path), &block, properties);
        models.push(model);
    }
    for found in &part.macros {
        let (text, digest) = loaded.text(&found.file, said);
        macros.push(MacroFile { package: part.file.name.clone(), file: found.file.clone(), text, digest });
    }
    (models, macros)
}

/// Says each entry that describes nothing, with the name that was probably meant.
pub(super) fn missing(entries: &Entries<'_>, what: &str, names: &[&str], said: &mut Vec<Diagnostic>) {
    for (name, entry) in entries {
        let message = format!("No {what} is called `{name}`, so what is written here has no effect.");
        let diagnostic = Diagnostic::warn("yaml-for-missing-node", entry.place.clone(), message);
        said.push(match crate::text::closest(name, names.iter().copied()) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Remove the entry, or add the file it describes."),
        });
    }
}

/// Models of one name in one package: the first enabled one stays, the others are said and left out.
pub(super) fn without_duplicates(models: Vec<Model>, said: &mut Vec<Diagnostic>) -> Vec<Model> {
    let mut kept: BTreeMap<String, Model> = BTreeMap::new();
    for model in models {
        let Some(first) = kept.get_mut(&model.id) else {
            kept.insert(model.id.clone(), model);
            continue;
        };
        if is_off(first) && !is_off(&model) {
            *first = model;
        } else if !is_off(first) && !is_off(&model) {
            said.extend(duplicate(&model.id, &Place::top(&first.file), &Place::top(&model.file)));
        }
    }
    kept.into_values().collect()
}

/// Two things of one name, said at both places.
pub(super) fn duplicate(id: &str, first: &Place, second: &Place) -> [Diagnostic; 2] {
    let say = |here: &Place, other: &Place| {
        let message = format!("`{id}` is defined twice, so dbt refuses the project. Only `{}` is read.", first.file);
        Diagnostic::error("duplicate-model", here.clone(), message)
            .help("Rename one of them, or disable it.")
            .label(other.clone(), "the other one")
            .model(id)
    };
    [say(first, second), say(second, first)]
}

/// Off by config, or by a literal `enabled=false` in its text, which the template floor sees only later.
fn is_off(model: &Model) -> bool {
    let literal = || {
        let rest = model.text.split("enabled").skip(1);
        rest.map(|rest| rest.trim_start_matches(['"', '\'', ' ', '\n', '=', ':']))
            .any(|rest| rest.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("false")))
    };
    !model.enabled || literal()
}
