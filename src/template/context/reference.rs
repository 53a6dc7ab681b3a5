//! `ref` and `source`: names in, relations out, and a note of what the model reads.

use super::object::Object;
use crate::diagnostic::Diagnostic;
use crate::project::RelationName;
use crate::template::environment::Found;
use crate::template::function::Args;
use crate::template::print;
use crate::template::rendered::Reference;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::{Place, Span, closest};

/// `ref('name')`, `ref('package', 'name')`, either with `v=`.
pub(super) fn model(run: &mut Run<'_>, args: &Args, span: Span) -> Result<Value, Stop> {
    let (package, name) = match &args.positional[..] {
        [_] => (None, args.text(0, "name")?),
        [_, _] => (Some(args.text(0, "package")?), args.text(1, "name")?),
        _ => return Err(Stop::fault("`ref` takes the name of a model, or a package and a name")),
    };
    let version =
        args.named("v").or_else(|| args.named("version")).filter(|version| !version.is_none()).map(print::plain);
    let from = run.model.map_or(&*run.env.root, |model| model.package.as_str());
    let written = match (package, &version) {
        (None, None) => format!("ref('{name}')"),
        (Some(package), None) => format!("ref('{package}', '{name}')"),
        (None, Some(version)) => format!("ref('{name}', v={version})"),
        (Some(package), Some(version)) => format!("ref('{package}', '{name}', v={version})"),
    };
    match run.env.find_model(from, package, name, version.as_deref()) {
        Found::Here(entry) => {
            let mut relation = run.relation(&entry.relation, Some(&entry.id));
            if entry.ephemeral {
                relation.parts = [None, None, Some(std::sync::Arc::from(format!("__dbt__cte__{}", entry.name)))];
                relation.quote = [false; 3];
            }
            note(run, Some(&entry.id), written, relation.render(), span);
            Ok(Value::object(Object::Relation(relation)))
        }
        missing => {
            let relation = run.relation(&RelationName { identifier: name.to_owned(), ..RelationName::default() }, None);
            note(run, None, written, relation.render(), span);
            let meant = closest(name, run.env.model_names());
            let disabled = !matches!(missing, Found::Nowhere);
            // A name like one that is here is rather that one misspelt.
            if !disabled && run.env.may_be_elsewhere(package) && (package.is_some() || meant.is_none()) {
                run.unknown(format!("`{name}` may be of a package that is not installed"), span);
                return Ok(Value::object(Object::Relation(relation)));
            }
            let (message, help) = match missing {
                Found::Disabled => (
                    format!("`{name}` is disabled, so nothing can read it."),
                    "Enable it, or remove this reference.".to_owned(),
                ),
                Found::OtherVersion(versions) => {
                    (format!("`{name}` has no version {}.", version.unwrap_or_default()), format!("It has {versions}."))
                }
                _ => (
                    match package {
                        Some(package) => format!("There is no model `{name}` in the package `{package}`."),
                        None => format!("There is no model, seed or snapshot `{name}`."),
                    },
                    match meant {
                        Some(meant) => format!("Did you mean `{meant}`?"),
                        None => "Add it, or correct the name.".to_owned(),
                    },
                ),
            };
            unknown(run, message, help, span);
            Ok(Value::object(Object::Relation(relation)))
        }
    }
}

/// `builtins.ref.config`: how packages find out which versions are installed.
pub(super) fn project_config(run: &Run<'_>) -> Value {
    let about = |name: &str, version: Value| {
        Value::record([("project_name", Value::text(name)), ("version", version), ("vars", Value::dict([]))])
    };
    let env = run.env;
    let own = about(&env.root, Value::option(env.version.as_deref()));
    let packages = env.packages().map(|(name, version)| (name, about(name, Value::option(version))));
    let dependencies = Value::record(packages.chain([(&*env.root, own.clone())]));
    if let Value::Dict(map) = &own {
        map.borrow_mut().insert(crate::template::value::Key::text("dependencies"), dependencies);
    }
    own
}

/// `source('name', 'table')`
pub(super) fn source(run: &mut Run<'_>, args: &Args, span: Span) -> Result<Value, Stop> {
    let (source, table) = (args.text(0, "source_name")?, args.text(1, "table_name")?);
    let from = run.model.map_or(&*run.env.root, |model| model.package.as_str());
    let written = format!("source('{source}', '{table}')");
    if let Some((id, name)) = run.env.find_source(from, source, table) {
        let relation = run.relation(name, Some(id));
        note(run, Some(id), written, relation.render(), span);
        return Ok(Value::object(Object::Relation(relation)));
    }
    let name = RelationName { database: None, schema: Some(source.to_owned()), identifier: table.to_owned() };
    let relation = run.relation(&name, None);
    note(run, None, written, relation.render(), span);
    let wanted = format!("{source}.{table}");
    let help = match closest(&wanted, run.env.source_names()) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None => "Declare it under `sources:` in a YAML file.".to_owned(),
    };
    unknown(run, format!("There is no source `{wanted}`."), help, span);
    Ok(Value::object(Object::Relation(relation)))
}

fn note(run: &mut Run<'_>, id: Option<&str>, written: String, text: String, span: Span) {
    let place = run.outer_place(span);
    let known =
        run.refs.iter().any(|known| known.id.as_deref() == id && known.text == text && known.written == written);
    if !known {
        run.refs.push(Reference { id: id.map(str::to_owned), written, place, text });
    }
}

fn unknown(run: &mut Run<'_>, message: String, help: String, span: Span) {
    let (inner, outer) = run.places(run.value_at(span));
    let place: Place = outer.unwrap_or_else(|| run.outer_place(span));
    let mut diagnostic = Diagnostic::error("unknown-relation", place.clone(), message).help(help);
    if let Some(inner) = inner.filter(|inner| *inner != place) {
        diagnostic = diagnostic.label(inner, "named here");
    }
    run.note(diagnostic);
}
