//! A project's own naming macros in, where each of its resources is written out.
//!
//! `generate_schema_name` and its two siblings decide what `ref` prints, and most teams write at least one of their
//! own. dbt calls them for every resource before anything is rendered; so do we.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::branch::Assume;
use super::context::graph;
use super::context::object::Object;
use super::environment::Environment;
use super::function::Args;
use super::run::Run;
use super::value::Value;
use super::{Mode, print, source};
use crate::project::{Config, Language, Model, ModelKind, Project, RelationName, Seed};
use crate::text::{FileId, Span};

/// The relations that the project's own macros name otherwise than dbt's would, by id.
pub fn relations(env: &Environment, project: &Project) -> BTreeMap<String, RelationName> {
    if !MACROS.iter().any(|(name, _)| env.names_itself(name)) {
        return BTreeMap::new();
    }
    let readable = |model: &&Model| matches!(model.kind, ModelKind::Model | ModelKind::Snapshot);
    let models = project.models.iter().filter(readable).map(|model| (model, named(env, model)));
    let seeds: Vec<Model> = project.seeds.iter().map(as_model).collect();
    let seeds = seeds.iter().map(|seed| (seed, named(env, seed)));
    let other =
        |(model, relation): (&Model, RelationName)| (relation != model.relation).then(|| (model.id.clone(), relation));
    models.chain(seeds).filter_map(other).collect()
}

/// The naming macros, and the config key whose value each is given.
const MACROS: [(&str, &str); 3] =
    [("generate_database_name", "database"), ("generate_schema_name", "schema"), ("generate_alias_name", "alias")];

/// A relation's name as the project's texts write it.
pub fn spelled(env: &Environment, relation: &RelationName, id: Option<&str>) -> String {
    let (assume, columns) = (Assume::new(), |_: &str| None);
    let text = source(&FileId::new(""), Arc::from(""), Arc::from(""));
    let run = Run::new(env, text, Mode::Fresh, &columns, &assume);
    run.relation(relation, id).render()
}

fn named(env: &Environment, model: &Model) -> RelationName {
    let mut relation = model.relation.clone();
    let exact = |key: &str| model.kind == ModelKind::Snapshot && model.config.str(&format!("target_{key}")).is_some();
    for (name, key) in MACROS {
        if !env.names_itself(name) || exact(key) {
            continue;
        }
        let Some(part) = called(env, model, name, key) else { continue };
        match key {
            "database" => relation.database = Some(part),
            "schema" => relation.schema = Some(part),
            _ => relation.identifier = part,
        }
    }
    relation
}

/// What a naming macro answers; `None` where it cannot be told, and dbt's own rule is the best guess.
fn called(env: &Environment, model: &Model, name: &str, key: &str) -> Option<String> {
    let code = env.global_macro(&model.package, name)?;
    let (assume, columns) = (Assume::new(), |_: &str| None);
    // The macro has a text of its own; the model's is not looked at.
    let text = source(&model.file, Arc::from(""), Arc::from(model.package.as_str()));
    let mut run = Run::new(env, text, Mode::Fresh, &columns, &assume);
    run.model = Some(model);
    let custom = model.config.str(key).map_or(Value::None, Value::text);
    let node = Value::object(Object::Node(graph::Node::Own));
    let args = Args { positional: vec![custom, node], named: Vec::new() };
    let answer = run.call_macro(&code, None, None, args, Span::default());
    run.release();
    let answer = answer.ok().filter(|_| run.unknowns.is_empty() && !run.failed)?;
    let text = print::text(&answer).as_str().trim().to_owned();
    (!matches!(answer, Value::Undefined(_) | Value::Unknown | Value::None) && !text.is_empty()).then_some(text)
}

/// A seed as the naming macros see it.
fn as_model(seed: &Seed) -> Model {
    Model {
        id: seed.id.clone(),
        name: seed.name.clone(),
        package: seed.package.clone(),
        version: None,
        latest: true,
        kind: ModelKind::Model,
        file: seed.file.clone(),
        text: Arc::from(""),
        digest: seed.digest,
        language: Language::Sql,
        dialect: None,
        body: Span::default(),
        relation: seed.relation.clone(),
        config: seed.config.clone(),
        overrides: Config::default(),
        properties: seed.properties.clone(),
        properties_place: None,
        enabled: true,
    }
}
