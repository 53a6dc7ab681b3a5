//! `graph` and `model`: the project's resources as macros see them, made only where they are asked for.

use std::sync::Arc;

use super::config;
use super::convert;
use super::object::Object;
use crate::project::{Config, DeclaredColumn, Model, ModelKind, Properties, RelationName};
use crate::template::function::Args;
use crate::template::methods;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Key, Value};
use crate::text::Span;

/// One entry of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Node {
    /// The model being rendered.
    Own,
    /// Indices into what [`crate::template::environment::Graph`] holds.
    Model(usize),
    Seed(usize),
    Source(usize),
}

pub(in crate::template) const NODE_KEYS: [&str; 24] = [
    "unique_id",
    "name",
    "alias",
    "resource_type",
    "package_name",
    "path",
    "original_file_path",
    "fqn",
    "database",
    "schema",
    "identifier",
    "relation_name",
    "description",
    "columns",
    "config",
    "tags",
    "meta",
    "depends_on",
    "refs",
    "sources",
    "raw_code",
    "language",
    "version",
    "access",
];

/// `graph.nodes`, `graph.sources`, ..
pub(super) fn part(run: &mut Run<'_>, part: &'static str, name: &str) -> Option<Value> {
    run.reads_graph = true;
    match (part, name) {
        ("graph", "nodes") => Some(Value::object(Object::Part("graph.nodes"))),
        ("graph", "sources") => Some(Value::object(Object::Part("graph.sources"))),
        ("graph", "exposures" | "metrics" | "groups" | "macros" | "semantic_models" | "saved_queries") => {
            Some(Value::dict([]))
        }
        ("graph", "get" | "items" | "keys" | "values") => None,
        ("graph.nodes" | "graph.sources", name) => {
            let graph = &run.env.graph;
            let found = graph
                .ids
                .get(name)
                .copied()
                .filter(|node| matches!(node, Node::Source(_)) == (part == "graph.sources"));
            match found {
                Some(node) => Some(Value::object(Object::Node(node))),
                None if matches!(name, "get" | "items" | "keys" | "values") => None,
                None => Some(Value::undefined(name)),
            }
        }
        (_, name) => Some(Value::undefined(name)),
    }
}

pub(super) fn keys(run: &mut Run<'_>, part: &str) -> Vec<Value> {
    run.reads_graph = true;
    if part == "graph" {
        return ["nodes", "sources", "exposures", "metrics", "groups"].map(Value::text).to_vec();
    }
    nodes(run, part).map(|(id, _)| Value::text(id)).collect()
}

fn nodes<'r>(run: &'r Run<'_>, part: &str) -> impl Iterator<Item = (&'r str, Node)> {
    let sources = part == "graph.sources";
    let all = run.env.graph.ids.iter().map(|(id, node)| (&**id, *node));
    all.filter(move |(_, node)| matches!(node, Node::Source(_)) == sources)
}

pub(super) fn method(run: &mut Run<'_>, of: &'static str, name: &str, args: &Args) -> Result<Value, Stop> {
    run.reads_graph = true;
    if name == "get" {
        let found = part(run, of, args.text(0, "key")?).filter(|value| !value.is_undefined());
        return Ok(found.or_else(|| args.get(1, "default").cloned()).unwrap_or(Value::None));
    }
    let entries: Vec<(Value, Value)> = if of == "graph" {
        keys(run, of)
            .into_iter()
            .map(|key| {
                let value = key.as_str().and_then(|key| part(run, of, key)).unwrap_or(Value::None);
                (key, value)
            })
            .collect()
    } else {
        nodes(run, of).map(|(id, node)| (Value::text(id), Value::object(Object::Node(node)))).collect()
    };
    run.spend(entries.len())?;
    match name {
        "values" => Ok(Value::list(entries.into_iter().map(|(_, value)| value))),
        "keys" => Ok(Value::list(entries.into_iter().map(|(key, _)| key))),
        "items" => Ok(Value::list(entries.into_iter().map(|(key, value)| Value::tuple([key, value])))),
        _ => Err(Stop::fault(format!("`{of}` has no method `{name}`"))),
    }
}

/// What all kinds of resources have.
struct Common<'a> {
    id: &'a str,
    name: &'a str,
    package: &'a str,
    kind: &'static str,
    path: &'a str,
    relation: &'a RelationName,
    config: &'a Config,
    properties: &'a Properties,
    model: Option<&'a Model>,
}

fn common<'a>(run: &'a Run<'_>, node: Node) -> Option<Common<'a>> {
    let graph = &run.env.graph;
    match node {
        Node::Own => run.model.map(of_model),
        Node::Model(at) => graph.models.get(at).map(of_model),
        Node::Seed(at) => graph.seeds.get(at).map(|seed| Common {
            id: &seed.id,
            name: &seed.name,
            package: &seed.package,
            kind: "seed",
            path: seed.file.path(),
            relation: &seed.relation,
            config: &seed.config,
            properties: &seed.properties,
            model: None,
        }),
        Node::Source(at) => graph.sources.get(at).map(|source| Common {
            id: &source.id,
            name: &source.name,
            package: &source.package,
            kind: "source",
            path: source.place.file.path(),
            relation: &source.relation,
            config: &source.config,
            properties: &source.properties,
            model: None,
        }),
    }
}

fn of_model(model: &Model) -> Common<'_> {
    Common {
        id: &model.id,
        name: &model.name,
        package: &model.package,
        kind: match model.kind {
            ModelKind::Model | ModelKind::Table if model.id.starts_with("seed.") => "seed",
            ModelKind::Model | ModelKind::Table => "model",
            ModelKind::Snapshot => "snapshot",
            ModelKind::Analysis => "analysis",
            ModelKind::SingularTest => "test",
        },
        path: model.file.path(),
        relation: &model.relation,
        config: &model.config,
        properties: &model.properties,
        model: Some(model),
    }
}

pub(super) fn attribute(run: &mut Run<'_>, node: &Node, name: &str, span: Span) -> Option<Value> {
    match name {
        "config" if *node == Node::Own => return Some(own_config(run)),
        "depends_on" | "refs" | "sources" if *node != Node::Own => {
            run.unknown("`graph` dependencies, which are known only after rendering", span);
        }
        _ => {}
    }
    let Some(common) = common(run, *node) else { return Some(Value::undefined(name)) };
    let text = |value: &str| Value::text(value);
    Some(match name {
        "unique_id" => text(common.id),
        "name" => text(common.name),
        "alias" | "identifier" => text(&common.relation.identifier),
        "resource_type" => text(common.kind),
        "package_name" => text(common.package),
        "source_name" => common.id.rsplit('.').nth(1).map_or(Value::None, Value::text),
        "path" | "original_file_path" | "patch_path" => text(common.path),
        "fqn" => fqn(&common),
        "database" => Value::option(common.relation.database.as_deref()),
        "schema" => Value::option(common.relation.schema.as_deref()),
        "relation_name" => text(&run.relation(common.relation, None).render()),
        "description" => text(&common.properties.description),
        "columns" => {
            Value::dict(common.properties.columns.iter().map(|column| (Key::text(&column.name), column_value(column))))
        }
        "config" => config_value(common.config),
        "tags" => Value::list(tags(&common).into_iter().map(Value::text)),
        "meta" => common
            .properties
            .meta
            .as_ref()
            .or_else(|| common.config.0.get("meta"))
            .map_or_else(|| Value::dict([]), convert::from_data),
        "depends_on" => Value::record([("nodes", Value::list([])), ("macros", Value::list([]))]),
        "refs" | "sources" | "constraints" => Value::list([]),
        "raw_code" | "raw_sql" => common.model.map_or(Value::None, |model| Value::text(model.text.clone())),
        "language" => text("sql"),
        "version" => Value::option(common.model.and_then(|model| model.version.as_deref())),
        "access" => text(common.properties.access.as_deref().unwrap_or("protected")),
        "group" => Value::option(common.properties.group.as_deref()),
        "docs" | "checksum" | "contract" | "unrendered_config" => Value::dict([]),
        "get" | "keys" | "items" | "values" => return None,
        _ => Value::undefined(name),
    })
}

fn own_config(run: &mut Run<'_>) -> Value {
    let mut names: Vec<String> = ["materialized", "enabled", "tags", "meta"].map(str::to_owned).to_vec();
    names.extend(run.model.iter().flat_map(|model| model.config.0.keys().cloned()));
    names.extend(run.config.keys().filter_map(|key| key.as_str().map(str::to_owned)));
    let entries: Vec<_> = names.iter().filter_map(|name| Some((Key::text(name), config::find(run, name)?))).collect();
    Value::dict(entries)
}

fn config_value(config: &Config) -> Value {
    let defaults = [
        ("materialized", Value::text("view")),
        ("enabled", Value::Bool(true)),
        ("tags", Value::list([])),
        ("meta", Value::dict([])),
    ];
    let own = config.0.iter().map(|(name, value)| (name.as_str(), convert::from_data(value)));
    Value::record(defaults.into_iter().chain(own))
}

fn tags(common: &Common<'_>) -> Vec<String> {
    let mut tags = common.config.strings("tags");
    for tag in &common.properties.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    tags
}

fn fqn(common: &Common<'_>) -> Value {
    let folders = common.path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let inner = folders.split('/').skip(1).filter(|folder| !folder.is_empty());
    Value::list([common.package].into_iter().chain(inner).chain([common.name]).map(Value::text))
}

fn column_value(column: &DeclaredColumn) -> Value {
    let meta = || column.meta.as_ref().map_or_else(|| Value::dict([]), convert::from_data);
    let tags = || Value::list(column.tags.iter().map(|tag| Value::text(tag.as_str())));
    Value::record([
        ("name", Value::text(column.name.as_str())),
        ("description", Value::text(column.description.as_str())),
        ("data_type", Value::option(column.data_type.as_deref())),
        ("quote", if column.quoted { Value::Bool(true) } else { Value::None }),
        ("meta", meta()),
        ("tags", tags()),
        ("config", Value::record([("meta", meta()), ("tags", tags())])),
        ("constraints", Value::list([])),
    ])
}

/// `get`, `keys`, `items`, `values` of a node; `None` for what is no method of it.
pub(super) fn node_method(
    run: &mut Run<'_>,
    node: &Node,
    name: &Arc<str>,
    args: &Args,
    span: Span,
) -> Option<Result<Value, Stop>> {
    match &**name {
        "get" => {
            let key = match args.text(0, "key") {
                Ok(key) => key,
                Err(stop) => return Some(Err(stop)),
            };
            let found = attribute(run, node, key, span).filter(|value| !value.is_undefined() && !value.is_none());
            Some(Ok(found.or_else(|| args.get(1, "default").cloned()).unwrap_or(Value::None)))
        }
        "keys" | "items" | "values" => {
            let entries = NODE_KEYS.map(|key| (Key::text(key), attribute(run, node, key, span).unwrap_or(Value::None)));
            Some(methods::call(run, &Value::dict(entries), name, &Args::default()))
        }
        _ => None,
    }
}
