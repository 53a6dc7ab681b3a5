//! What templates can name besides their own variables: dbt's context, macros by name, and Jinja's globals.

pub(super) mod adapter;
pub(super) mod column;
mod config;
pub(super) mod convert;
pub(super) mod datetime;
mod exceptions;
pub(super) mod functions;
pub(super) mod graph;
pub(super) mod iterate;
pub(super) mod json;
mod modules;
pub(super) mod object;
mod pattern;
mod query;
mod reference;
pub(super) mod relation;
mod variables;

use std::sync::Arc;

use super::function::Function;
use super::run::{Meanings, Run};
use super::value::Value;
use crate::text::closest;
use object::Object;

/// Functions of dbt's context and of Jinja itself.
const FUNCTIONS: [&str; 47] = [
    "ref",
    "source",
    "env_var",
    "return",
    "log",
    "print",
    "debug",
    "fromjson",
    "tojson",
    "fromyaml",
    "toyaml",
    "set",
    "set_strict",
    "zip",
    "zip_strict",
    "is_incremental",
    "run_query",
    "statement",
    "load_result",
    "store_result",
    "store_raw_result",
    "render",
    "doc",
    "local_md5",
    "try_or_compiler_error",
    "write",
    "metric",
    "function",
    "submit_python_job",
    "diff_of_two_dicts",
    "range",
    "dict",
    "namespace",
    "cycler",
    "joiner",
    "lipsum",
    "should_full_refresh",
    "should_store_failures",
    "load_relation",
    "get_columns_in_query",
    "drop_relation",
    "load_agate_table",
    "py_current_timestring",
    "call_macro",
    "adapter_macro",
    "selected_resources_of",
    "noop_statement",
];

/// Names of the context that are one of a kind.
const PARTS: [&str; 10] =
    ["config", "var", "adapter", "api", "exceptions", "modules", "graph", "builtins", "context", "model"];

/// What a name means outside any scope. Names of one package mean the same throughout a rendering, so each is looked up
/// once; but texts that import others may give them a meaning as they go.
pub(super) fn global(run: &mut Run<'_>, name: &str) -> Option<Value> {
    if run.globals.is_some() || run.env.templates.is_some() {
        return look_up(run, name);
    }
    let package = &run.frame.source.package;
    if let Some(known) = run.known.iter().find(|(known, _)| Arc::ptr_eq(known, package)) {
        if let Some(value) = known.1.get(name) {
            return Some(value.clone());
        }
    } else {
        run.known.push((package.clone(), Meanings::default()));
    }
    let found = look_up(run, name)?;
    let package = &run.frame.source.package;
    if let Some((_, names)) = run.known.iter_mut().find(|(known, _)| Arc::ptr_eq(known, package)) {
        names.insert(Box::from(name), found.clone());
    }
    Some(found)
}

/// A macro, a package, a part of the context; in dbt's order.
fn look_up(run: &mut Run<'_>, name: &str) -> Option<Value> {
    let env = run.env;
    let package = run.model.map_or(&*env.root, |model| model.package.as_str());
    let own = &run.frame.source.package;
    let code = env.global_macro(package, name).or_else(|| env.global_macro(own, name));
    if let Some(code) = code {
        return Some(Value::function(Function::Macro { code, scope: None, calls: None }));
    }
    if let Some(value) = run.setting(name) {
        return Some(value);
    }
    if name == "self" && env.templates.is_some() {
        return Some(Value::object(Object::Part("self")));
    }
    if env.is_package(name) {
        return Some(Value::object(Object::Package(std::sync::Arc::from(name))));
    }
    if let Some(value) = run.globals.as_ref().and_then(|globals| globals.get(name)) {
        return Some(value);
    }
    if !run.offers(name) {
        return None;
    }
    native(name)
        .or_else(|| {
            env.package_macro("dbt", name)
                .map(|code| Value::function(Function::Macro { code, scope: None, calls: None }))
        })
        .or_else(|| variables::fact(run, name))
}

/// A function or part of the context itself, whatever macros override it: what `builtins` gives.
pub(super) fn native(name: &str) -> Option<Value> {
    if let Some(part) = PARTS.into_iter().find(|part| *part == name) {
        return Some(match part {
            "model" => Value::object(Object::Node(graph::Node::Own)),
            part => Value::object(Object::Part(part)),
        });
    }
    FUNCTIONS.into_iter().find(|function| *function == name).map(|function| Value::function(Function::Native(function)))
}

/// The known name that a misspelt one was probably meant to be.
pub(super) fn similar(run: &Run<'_>, name: &str) -> Option<String> {
    run.env.suggestion(name, || {
        let macros = run.env.macro_names();
        closest(name, macros.chain(FUNCTIONS).chain(PARTS).chain(variables::FACTS)).map(str::to_owned)
    })
}
