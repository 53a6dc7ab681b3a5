//! Relations: the names of tables as dbt's macros handle them, and how they are printed.

use std::sync::Arc;

use super::object::Object;
use crate::project::RelationName;
use crate::template::function::Args;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Dict, Name, Value};
use crate::text::Span;

/// The name of a table: database, schema, identifier, and which of them are printed and quoted.
#[derive(Clone, Debug)]
pub(in crate::template) struct Relation {
    pub(in crate::template) parts: [Option<Arc<str>>; 3],
    pub(in crate::template) include: [bool; 3],
    pub(in crate::template) quote: [bool; 3],
    pub(in crate::template) quote_char: char,
    pub(in crate::template) kind: Option<Arc<str>>,
    /// What it stands for in the project, as far as it is known.
    pub(in crate::template) id: Option<Arc<str>>,
}

const PARTS: [&str; 3] = ["database", "schema", "identifier"];

impl Relation {
    pub(in crate::template) fn render(&self) -> String {
        let mut out = String::new();
        for ((part, include), quote) in self.parts.iter().zip(self.include).zip(self.quote) {
            let (Some(part), true) = (part, include) else { continue };
            if !out.is_empty() {
                out.push('.');
            }
            if quote {
                out.extend([self.quote_char]);
                out.push_str(part);
                out.extend([self.quote_char]);
            } else {
                out.push_str(part);
            }
        }
        out
    }

    pub(super) fn same(&self, other: &Relation) -> bool {
        self.parts == other.parts
    }

    fn part(&self, name: &str) -> Option<Value> {
        let at = PARTS.iter().position(|part| *part == name)?;
        Some(Value::option(self.parts[at].as_deref()))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<Value> {
        let is = |kind: &str| Value::Bool(self.kind.as_deref() == Some(kind));
        Some(match name {
            "database" | "schema" | "identifier" => return self.part(name),
            "name" | "table" => Value::option(self.parts[2].as_deref()),
            "project" => Value::option(self.parts[0].as_deref()),
            "dataset" => Value::option(self.parts[1].as_deref()),
            "type" => Value::option(self.kind.as_deref()),
            "is_table" => is("table"),
            "is_view" => is("view"),
            "is_cte" => is("cte"),
            "is_materialized_view" => is("materialized_view"),
            "is_incremental" | "is_dynamic_table" | "is_iceberg_format" | "is_delta" => Value::Bool(false),
            "can_be_renamed" | "can_be_replaced" => Value::Bool(true),
            "quote_character" => Value::text(self.quote_char.to_string()),
            "metadata" => Value::record([("type", Value::text("Relation"))]),
            "path" => Value::record(PARTS.map(|part| (part, self.part(part).unwrap_or(Value::None)))),
            "include_policy" => Value::record(PARTS.into_iter().zip(self.include.map(Value::Bool))),
            "quote_policy" => Value::record(PARTS.into_iter().zip(self.quote.map(Value::Bool))),
            _ => return None,
        })
    }
}

impl Run<'_> {
    /// A relation by name, printed as the adapter prints it.
    pub(in crate::template) fn relation(&self, name: &RelationName, id: Option<&str>) -> Relation {
        let parts = [name.database.as_deref(), name.schema.as_deref(), Some(name.identifier.as_str())];
        let quote = self.env.quoting(id);
        Relation { id: id.map(Arc::from), quote, ..self.new_relation(parts.map(|part| part.map(Arc::from))) }
    }

    fn new_relation(&self, parts: [Option<Arc<str>>; 3]) -> Relation {
        let facts = self.env.adapter;
        let quote = self.env.quoting(None);
        Relation {
            parts,
            include: [facts.prints_database, true, true],
            quote,
            quote_char: facts.quote,
            kind: None,
            id: None,
        }
    }

    /// The id of a relation, by what it stands for or else by its name.
    pub(in crate::template) fn relation_id(&self, relation: &Relation) -> Option<Arc<str>> {
        relation.id.clone().or_else(|| self.env.id_by_name(&relation.parts))
    }

    pub(in crate::template) fn is_this(&self, relation: &Relation) -> bool {
        self.model.is_some_and(|model| {
            let own = |part: &Option<String>, other: &Option<Arc<str>>| match (part, other) {
                (Some(own), Some(other)) => own.eq_ignore_ascii_case(other),
                _ => true,
            };
            let identifier = relation.parts[2].as_deref().unwrap_or_default();
            model.relation.identifier.eq_ignore_ascii_case(identifier)
                && own(&model.relation.schema, &relation.parts[1])
        })
    }
}

fn flag(args: &Args, at: usize, name: &str, old: bool) -> bool {
    args.get(at, name).filter(|value| !value.is_none()).map_or(old, Value::truth)
}

pub(super) fn method(run: &mut Run<'_>, own: &Relation, name: &str, args: &Args, _: Span) -> Result<Value, Stop> {
    let mut changed = own.clone();
    match name {
        "include" => {
            for (at, part) in PARTS.into_iter().enumerate() {
                changed.include[at] = flag(args, at, part, own.include[at]);
            }
        }
        "quote" => {
            for (at, part) in PARTS.into_iter().enumerate() {
                changed.quote[at] = flag(args, at, part, own.quote[at]);
            }
        }
        "replace_path" | "incorporate" => {
            changed.id = None;
            for (at, part) in PARTS.into_iter().enumerate() {
                if let Some(value) = args.named(part) {
                    changed.parts[at] = text(value);
                }
            }
            if let Some(Value::Dict(path)) = args.named("path") {
                replace(&mut changed, path);
            }
            if changed.parts == own.parts {
                changed.id.clone_from(&own.id);
            }
            if let Some(kind) = args.named("type") {
                changed.kind = text(kind);
            }
        }
        "without_identifier" => {
            changed.parts[2] = None;
            changed.id = None;
        }
        "information_schema" | "information_schema_only" => {
            let view = args.get(0, "view_name").and_then(text);
            changed = Relation { kind: None, id: None, quote: [own.quote[0], false, false], ..changed };
            changed.parts = [own.parts[0].clone(), Some(Arc::from("INFORMATION_SCHEMA")), view];
        }
        "render" => return Ok(Value::text(own.render())),
        "create" | "create_from" => return class_method(run, "create", args),
        "quoted" => {
            return Ok(Value::text(format!("{0}{1}{0}", own.quote_char, print::plain(args.need(0, "identifier")?))));
        }
        "matches" => {
            let fits = PARTS.into_iter().enumerate().all(|(at, part)| {
                let wanted = args.get(at, part).filter(|value| !value.is_none()).map(print::plain);
                wanted
                    .is_none_or(|wanted| own.parts[at].as_deref().is_some_and(|own| own.eq_ignore_ascii_case(&wanted)))
            });
            return Ok(Value::Bool(fits));
        }
        "get" => {
            let key = args.text(0, "key")?;
            let found = own.attribute(key).or_else(|| args.get(1, "default").cloned());
            return Ok(found.unwrap_or(Value::None));
        }
        "keys" => return Ok(Value::list(["database", "schema", "identifier", "type"].map(Value::text))),
        "values" | "items" => {
            let pair = |key: &str| {
                let value = own.attribute(key).unwrap_or(Value::None);
                if name == "items" { Value::tuple([Value::text(key), value]) } else { value }
            };
            return Ok(Value::list(["database", "schema", "identifier", "type"].map(pair)));
        }
        "add_ephemeral_prefix" => {
            return Ok(Value::text(format!("__dbt__cte__{}", print::plain(args.need(0, "name")?))));
        }
        "is_renameable" => return Ok(Value::Bool(true)),
        _ => return Err(Stop::fault(format!("a relation has no method `{name}`"))),
    }
    Ok(Value::object(Object::Relation(changed)))
}

fn text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::None | Value::Undefined(_) | Value::Unknown => None,
        other => Some(Arc::from(print::plain(other))),
    }
}

fn replace(relation: &mut Relation, path: &Dict) {
    for (at, part) in PARTS.into_iter().enumerate() {
        if let Some(value) = path.borrow().get(&Name(part)) {
            relation.parts[at] = text(value);
        }
    }
}

/// `api.Relation.create(database=.., schema=.., identifier=.., type=..)` and its kin.
pub(super) fn class_method(run: &mut Run<'_>, name: &str, args: &Args) -> Result<Value, Stop> {
    match name {
        "create" => {
            let part = |at: usize, name: &str| args.get(at, name).and_then(text);
            let mut relation = run.new_relation([part(0, "database"), part(1, "schema"), part(2, "identifier")]);
            relation.kind = args.get(3, "type").and_then(text);
            if let Some(Value::Dict(policy)) = args.named("quote_policy") {
                for (at, part) in PARTS.into_iter().enumerate() {
                    if let Some(value) = policy.borrow().get(&Name(part)) {
                        relation.quote[at] = value.truth();
                    }
                }
            }
            relation.id = run.env.id_by_name(&relation.parts);
            Ok(Value::object(Object::Relation(relation)))
        }
        "get_default_quote_policy" => Ok(Value::record(PARTS.map(|part| (part, Value::Bool(run.env.adapter.quotes))))),
        "add_ephemeral_prefix" => Ok(Value::text(format!("__dbt__cte__{}", print::plain(args.need(0, "name")?)))),
        _ => Err(Stop::fault(format!("`api.Relation` has no method `{name}`"))),
    }
}
