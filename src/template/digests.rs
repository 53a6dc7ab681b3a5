//! A project in, the addresses of what renderings read of it out.

use std::collections::BTreeMap;

use super::builtin_macros;
use crate::data;
use crate::project::{Project, RelationName};
use crate::text::{Digest, Hasher};

/// Whether any text of the project asks for `graph`.
pub(super) fn asks_graph(project: &Project) -> bool {
    let asks = |text: &str| text.contains("graph.") || text.contains("graph[");
    project.macros.iter().any(|file| asks(&file.text)) || project.models.iter().any(|model| asks(&model.text))
}

fn relation_into(hasher: &mut Hasher, relation: &RelationName) {
    for part in [relation.database.as_deref(), relation.schema.as_deref(), Some(&relation.identifier)] {
        hasher.number(u64::from(part.is_some())).text(part.unwrap_or_default());
    }
}

/// Debug output is a full, ordered account of plain data, which is all that an address needs.
fn described(hasher: &mut Hasher, value: &dyn std::fmt::Debug) {
    hasher.text(&format!("{value:?}"));
}

/// The address of what every rendering may read besides the model's own text and config.
pub(super) fn environment(project: &Project, others: &[&Project]) -> Digest {
    let mut hasher = Hasher::new("template environment");
    hasher.text(&project.name);
    described(&mut hasher, &project.version);
    for file in &project.macros {
        hasher.text(&file.package).text(file.file.path()).digest(file.digest);
    }
    hasher.text("templates").number(project.templates.len() as u64);
    for file in &project.templates {
        hasher.text(file.file.path()).digest(file.digest);
    }
    let template = &project.settings.template;
    described(
        &mut hasher,
        &(&template.path, &template.style, &template.placeholder, &template.stand_in, plain_all(&template.values)),
    );
    described(&mut hasher, &(&template.unknown, &template.build, &template.incremental, project.kind));
    hasher.text(project.dialect.label());
    for (_, text) in builtin_macros::FILES {
        hasher.digest(Digest::of(text.as_bytes()));
    }
    for project in std::iter::once(project).chain(others.iter().copied()) {
        hasher.text("models").number(project.models.len() as u64);
        for model in &project.models {
            hasher.text(&model.id).number(u64::from(model.enabled) | u64::from(model.latest) << 1);
            hasher.text(model.config.str("materialized").unwrap_or_default());
            relation_into(&mut hasher, &model.relation);
        }
        for seed in &project.seeds {
            hasher.text(&seed.id);
            relation_into(&mut hasher, &seed.relation);
        }
        for source in &project.sources {
            hasher.text(&source.id);
            relation_into(&mut hasher, &source.relation);
        }
    }
    described(&mut hasher, &(project.dialect.label(), python_macros(project)));
    for (package, vars) in &project.vars {
        described(&mut hasher, &(package, plain_all(vars)));
    }
    described(&mut hasher, &plain_all(&project.settings.vars));
    described(&mut hasher, &(&project.settings.env, &project.dispatch));
    described(&mut hasher, &project.quoting);
    for source in &project.sources {
        described(&mut hasher, &source.config.0.get("quoting").map(plain));
    }
    let target = &project.target;
    described(
        &mut hasher,
        &(&target.profile, &target.name, &target.adapter, &target.database, &target.schema, plain_all(&target.extra)),
    );
    described(
        &mut hasher,
        &project
            .packages
            .iter()
            .map(|package| (&package.name, package.installed, &package.version))
            .collect::<Vec<_>>(),
    );
    hasher.finish()
}

fn plain_all(values: &BTreeMap<String, data::Value>) -> Vec<(String, String)> {
    values.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}

/// A value without its places, which say nothing of what it means.
fn plain(value: &data::Value) -> String {
    match &value.kind {
        data::Kind::List(items) => format!("{:?}", items.iter().map(plain).collect::<Vec<_>>()),
        data::Kind::Map(entries) => {
            format!("{:?}", entries.iter().map(|(key, value)| (&key.text, plain(value))).collect::<Vec<_>>())
        }
        other => format!("{other:?}"),
    }
}

/// What is known of the macros that only Python can run.
fn python_macros(project: &Project) -> Vec<(&String, Option<String>)> {
    project.python_macros.iter().map(|(name, code)| (name, code.value.as_ref().map(plain))).collect()
}

/// The address of what `graph` shows.
pub(super) fn graph(project: &Project) -> Digest {
    let mut hasher = Hasher::new("template graph");
    for model in &project.models {
        hasher.text(&model.id).digest(model.digest);
        described(&mut hasher, &(&model.config, &model.properties));
    }
    for seed in &project.seeds {
        hasher.text(&seed.id);
        described(&mut hasher, &(&seed.config, &seed.properties));
    }
    for source in &project.sources {
        hasher.text(&source.id);
        described(&mut hasher, &(&source.config, &source.properties));
    }
    hasher.finish()
}
