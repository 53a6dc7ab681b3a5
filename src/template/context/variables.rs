//! `var`, `env_var`, and the plain facts of the context: `target`, `this`, `execute`, ..

use super::datetime::Moment;
use super::object::Object;
use super::{convert, functions};
use crate::diagnostic::Diagnostic;
use crate::template::function::Args;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::{Span, closest};

/// Names of the context that are values, not functions.
pub(super) const FACTS: [&str; 22] = [
    "target",
    "this",
    "execute",
    "flags",
    "database",
    "schema",
    "project_name",
    "dbt_version",
    "invocation_id",
    "run_started_at",
    "env",
    "selected_resources",
    "thread_id",
    "invocation_args_dict",
    "dbt_metadata_envs",
    "pre_hooks",
    "post_hooks",
    "sql_now",
    "column",
    "connection_name",
    "validation",
    "sql",
];

pub(super) fn fact(run: &mut Run<'_>, name: &str) -> Option<Value> {
    let target = &run.env.target;
    Some(match name {
        "target" | "env" => target_value(run),
        "this" => match run.model {
            Some(model) => Value::object(Object::Relation(run.relation(&model.relation, Some(&model.id)))),
            None => Value::None,
        },
        "execute" => Value::Bool(run.execute()),
        "database" => {
            Value::option(run.model.and_then(|model| model.relation.database.as_deref()).or(target.database.as_deref()))
        }
        "schema" => {
            let own = run.model.and_then(|model| model.relation.schema.as_deref());
            Value::text(own.unwrap_or(&target.schema))
        }
        "project_name" => Value::text(run.env.root.clone()),
        "dbt_version" => Value::text("1.11.0"),
        "invocation_id" => Value::text("00000000-0000-0000-0000-000000000000"),
        "run_started_at" => Value::object(Object::Moment(Moment::start())),
        "sql_now" => Value::text("2026-01-15"),
        "thread_id" => Value::text("Thread-1"),
        "flags" => flags(),
        "selected_resources" | "pre_hooks" | "post_hooks" => Value::list([]),
        "invocation_args_dict" | "dbt_metadata_envs" | "validation" => Value::dict([]),
        "connection_name" => Value::text(""),
        "sql" => Value::None,
        _ => return None,
    })
}

fn target_value(run: &Run<'_>) -> Value {
    let target = &run.env.target;
    let database = || Value::option(target.database.as_deref());
    let mut entries = vec![
        ("name", Value::text(target.name.as_str())),
        ("target_name", Value::text(target.name.as_str())),
        ("profile_name", Value::text(target.profile.as_str())),
        ("type", Value::text(target.adapter.as_str())),
        ("schema", Value::text(target.schema.as_str())),
        ("dataset", Value::text(target.schema.as_str())),
        ("database", database()),
        ("dbname", database()),
        ("project", database()),
        ("catalog", database()),
        ("threads", Value::Int(4)),
    ];
    entries.extend(target.extra.iter().map(|(name, value)| (name.as_str(), convert::from_data(value))));
    Value::record(entries)
}

fn flags() -> Value {
    let no =
        ["FULL_REFRESH", "STORE_FAILURES", "EMPTY", "NO_PRINT", "DEBUG", "FAIL_FAST", "WARN_ERROR", "VERSION_CHECK"];
    let entries = no.map(|name| (name, Value::Bool(false)));
    let more = [("WHICH", Value::text("compile")), ("PRINT", Value::Bool(true)), ("INTROSPECT", Value::Bool(true))];
    Value::record(entries.into_iter().chain(more))
}

/// `var(name, default)`
pub(super) fn var(run: &mut Run<'_>, args: &Args, span: Span) -> Result<Value, Stop> {
    let name = args.text(0, "name")?;
    if let Some(found) = find(run, name) {
        // dbt renders the texts of dbt_project.yml before anybody reads them.
        return match &found {
            Value::Str(text) if text.as_str().contains("{{") => functions::render(run, text.as_str()),
            _ => Ok(found),
        };
    }
    if let Some(default) = args.get(1, "default") {
        return Ok(default.clone());
    }
    let message = format!("The variable `{name}` has no value and no default here.");
    let help = match closest(name, run.env.var_names()) {
        Some(meant) => {
            format!("Did you mean `{meant}`? Else set it under `vars:` in dbt_project.yml, or give `var` a default.")
        }
        None => "Set it under `vars:` in dbt_project.yml, or give `var` a default.".to_owned(),
    };
    let place = run.outer_place(span);
    run.note(Diagnostic::error("undefined-variable", place, message).help(help));
    Ok(Value::None)
}

pub(super) fn has(run: &mut Run<'_>, args: &Args) -> Result<Value, Stop> {
    let found = find(run, args.text(0, "name")?);
    Ok(Value::Bool(found.is_some()))
}

/// dbt's order: the command's own, the model's package, the whole project; last the package whose macro asks.
fn find(run: &Run<'_>, name: &str) -> Option<Value> {
    let env = run.env;
    let package = run.model.map_or(&*env.root, |model| model.package.as_str());
    let scopes = [package, "", &*env.root, &*run.frame.source.package];
    let own = env.setting_vars.get(name);
    let found = own.or_else(|| scopes.into_iter().find_map(|scope| env.vars.get(scope)?.get(name)));
    found.map(convert::from_data)
}

/// `env_var(name, default)`; without either a stand-in, as nothing here may read the machine's environment.
pub(super) fn env_var(run: &mut Run<'_>, args: &Args) -> Result<Value, Stop> {
    let name = args.text(0, "name")?;
    if let Some(value) = run.env.env.get(name) {
        return Ok(Value::text(value.as_str()));
    }
    let default = args.get(1, "default").filter(|default| !default.is_none());
    Ok(default.cloned().unwrap_or_else(|| Value::text(format!("ENV_{name}"))))
}
