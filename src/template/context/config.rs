//! `config`: what the model says of itself, and what it may ask of what was said in YAML.

use std::sync::Arc;

use super::convert;
use crate::template::function::Args;
use crate::template::methods;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Key, Name, Value};
use crate::text::Span;

/// `config(materialized='table', ..)`
pub(super) fn set(run: &mut Run<'_>, args: &Args, span: Span) -> Result<Value, Stop> {
    for (key, value) in methods::pairs(run, args)? {
        set_one(run, key, value, span);
    }
    Ok(Value::text(""))
}

fn set_one(run: &mut Run<'_>, key: Key, value: Value, span: Span) {
    let place = run.outer_place(span);
    if let Some(name) = key.as_str() {
        run.config_spans.insert(name.to_owned(), place.span);
    }
    run.config.insert(key, value);
}

/// A setting as the text set it so far, else as YAML says, else dbt's default.
pub(super) fn find(run: &Run<'_>, name: &str) -> Option<Value> {
    if let Some(value) = run.config.get(&Name(name)) {
        return Some(value.clone());
    }
    if let Some(value) = run.model.and_then(|model| model.config.0.get(name)) {
        return Some(convert::from_data(value));
    }
    match name {
        "materialized" => Some(Value::text("view")),
        "enabled" => Some(Value::Bool(true)),
        "tags" | "pre-hook" | "post-hook" | "pre_hook" | "post_hook" => Some(Value::list([])),
        "meta" => Some(Value::dict([])),
        _ => None,
    }
}

pub(super) fn attribute(_: &mut Run<'_>, name: &str) -> Option<Value> {
    let methods = ["get", "set", "require", "meta_get", "meta_require", "persist_relation_docs", "persist_column_docs"];
    if methods.contains(&name) { None } else { Some(Value::undefined(name)) }
}

pub(super) fn method(run: &mut Run<'_>, name: &Arc<str>, args: &Args, span: Span) -> Result<Value, Stop> {
    match &**name {
        "get" => {
            let found = find(run, args.text(0, "name")?);
            Ok(found.or_else(|| args.get(1, "default").cloned()).unwrap_or(Value::None))
        }
        "set" => {
            let key = Key::text(args.text(0, "name")?);
            set_one(run, key, args.need(1, "value")?.clone(), span);
            Ok(Value::text(""))
        }
        "require" => {
            let key = args.text(0, "name")?;
            find(run, key).ok_or_else(|| {
                let stop = Stop::fault(format!("the setting `{key}` is required here, but nothing sets it"));
                stop.help(format!("Set it: `{{{{ config({key}=..) }}}}`."))
            })
        }
        "meta_get" | "meta_require" => {
            let key = args.text(0, "name")?;
            let found = match find(run, "meta") {
                Some(Value::Dict(map)) => map.borrow().get(&Name(key)).cloned(),
                _ => None,
            };
            match found.or_else(|| args.get(1, "default").cloned()) {
                Some(value) => Ok(value),
                None if &**name == "meta_get" => Ok(Value::None),
                None => Err(Stop::fault(format!("`meta.{key}` is required here, but nothing sets it"))),
            }
        }
        "persist_relation_docs" | "persist_column_docs" => Ok(Value::Bool(false)),
        _ => Err(Stop::fault(format!("`config` has no method `{name}`"))),
    }
}
