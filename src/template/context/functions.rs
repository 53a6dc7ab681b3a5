//! The functions of dbt's context and of Jinja, by name.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::object::Object;
use super::{adapter, config, convert, json, query, reference, variables};
use crate::template::function::Args;
use crate::template::held::Held;
use crate::template::marked::Buffer;
use crate::template::methods;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Key, Value};
use crate::text::Span;

/// Longer ranges are refused.
const MAX_RANGE: i64 = 100_000;

pub(in crate::template) fn call(run: &mut Run<'_>, name: &str, args: Args, span: Span) -> Result<Value, Stop> {
    match name {
        "ref" => reference::model(run, &args, span),
        "source" => reference::source(run, &args, span),
        "config" => config::set(run, &args, span),
        "var" => variables::var(run, &args, span),
        "env_var" => variables::env_var(run, &args),
        "return" => Err(Stop::Return(args.positional.into_iter().next().unwrap_or(Value::None))),
        "whether it is built anew" | "whether it exists already" => {
            run.asks_incremental = true;
            Ok(Value::Bool((run.mode == crate::template::Mode::Incremental) == (name == "whether it exists already")))
        }
        "is_incremental" => Ok(Value::Bool(adapter::is_incremental(run))),
        "run_query"
        | "statement"
        | "load_result"
        | "store_result"
        | "store_raw_result"
        | "get_columns_in_query"
        | "load_agate_table"
        | "noop_statement" => query::call(run, name, &args, span),
        "load_relation" => adapter::method(run, name, &args, span),
        "log" | "print" | "debug" | "write" | "doc" | "submit_python_job" | "drop_relation" => Ok(Value::text("")),
        "metric" | "function" => Ok(Value::text(print::plain(args.positional.last().unwrap_or(&Value::None)))),
        "should_full_refresh" | "should_store_failures" => Ok(Value::Bool(false)),
        "py_current_timestring" => Ok(Value::text("20260115120000000000")),
        "fromjson" | "tojson" | "fromyaml" | "toyaml" => data(run, name, &args),
        "local_md5" => Ok(Value::text(json::md5(args.text(0, "value")?))),
        "set" | "set_strict" => set(run, &args),
        "zip" | "zip_strict" => zip(run, &args),
        "render" => render(run, args.text(0, "string")?),
        "try_or_compiler_error" => {
            let callee = args.need(1, "func")?.clone();
            let inner = Args { positional: args.positional.get(2..).unwrap_or_default().to_vec(), named: args.named };
            run.call(&callee, inner, span)
        }
        "gateway" | "blueprint_var" => crate::template::sqlmesh::call(run, name, &args),
        "diff_of_two_dicts" => Ok(Value::dict([])),
        _ => jinja(run, name, args),
    }
}

fn jinja(run: &mut Run<'_>, name: &str, args: Args) -> Result<Value, Stop> {
    match name {
        "range" => range(run, &args),
        "dict" => methods::pairs(run, &args).map(Value::dict),
        "namespace" => {
            let entries = methods::pairs(run, &args)?.into_iter().collect();
            Ok(Value::object(Object::Namespace(RefCell::new(Held::new(entries)))))
        }
        "cycler" => Ok(Value::object(Object::Cycler(Held::new(args.positional), Cell::new(0)))),
        "joiner" => {
            let separator = args.get(0, "sep").map_or_else(|| ", ".into(), print::text);
            Ok(Value::object(Object::Joiner(separator, Cell::new(false))))
        }
        "lipsum" => Ok(Value::text("Lorem ipsum dolor sit amet.")),
        _ => Err(Stop::fault(format!("`{name}` cannot be called here"))),
    }
}

fn range(run: &mut Run<'_>, args: &Args) -> Result<Value, Stop> {
    let mut bounds = Vec::new();
    for value in &args.positional {
        if matches!(value, Value::Unknown) {
            return Ok(Value::list([]));
        }
        let wrong = || Stop::fault(format!("`range` needs whole numbers, not a {}", value.kind()));
        bounds.push(value.as_int().ok_or_else(wrong)?);
    }
    let (start, end, step) = match bounds[..] {
        [end] => (0, end, 1),
        [start, end] => (start, end, 1),
        [start, end, step] if step != 0 => (start, end, step),
        _ => return Err(Stop::fault("`range` takes an end, or a start, an end and a step that is not 0")),
    };
    let distance = if step > 0 { end.saturating_sub(start) } else { start.saturating_sub(end) };
    let count = if distance <= 0 { 0 } else { (distance - 1) / step.saturating_abs() + 1 };
    if count > MAX_RANGE {
        return Err(Stop::fault(format!("a range of {count} numbers is too long")));
    }
    run.spend(usize::try_from(count / 8).unwrap_or(usize::MAX))?;
    Ok(Value::list((0..count).map(|at| Value::Int(start + at * step))))
}

fn data(run: &mut Run<'_>, name: &str, args: &Args) -> Result<Value, Stop> {
    let default = || args.get(1, "default").cloned().unwrap_or(Value::None);
    run.step()?;
    match name {
        "tojson" => Ok(Value::text(json::text(args.need(0, "value")?, Some(args.truth(2, "sort_keys"))))),
        "toyaml" => Ok(Value::text(json::yaml(args.need(0, "value")?))),
        _ => {
            let Some(text) = args.need(0, "string")?.as_str() else { return Ok(default()) };
            run.spend(text.len() / 4)?;
            let read = if name == "fromjson" { crate::data::json::parse(text) } else { crate::data::yaml::parse(text) };
            Ok(read.map_or_else(|_| default(), |value| convert::from_data(&value)))
        }
    }
}

fn set(run: &mut Run<'_>, args: &Args) -> Result<Value, Stop> {
    let Some(value) = args.positional.first() else { return Ok(Value::set([])) };
    let mut keys = Vec::new();
    for item in run.items(value)? {
        match Key::new(item) {
            Some(key) => keys.push(key),
            None => return Ok(args.get(1, "default").cloned().unwrap_or(Value::None)),
        }
    }
    Ok(Value::set(keys))
}

fn zip(run: &mut Run<'_>, args: &Args) -> Result<Value, Stop> {
    let mut columns = Vec::new();
    for value in &args.positional {
        if matches!(value, Value::None | Value::Int(_) | Value::Bool(_)) {
            return Ok(args.named("default").cloned().unwrap_or(Value::None));
        }
        columns.push(run.items(value)?);
    }
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    Ok(Value::list((0..rows).map(|row| Value::tuple(columns.iter().map(|column| column[row].clone())))))
}

/// `render(text)`: a text that is a template itself.
pub(in crate::template) fn render(run: &mut Run<'_>, text: &str) -> Result<Value, Stop> {
    run.spend(text.len())?;
    let source = crate::template::environment::loose_source(text, &run.frame.source);
    let template = crate::template::parser::parse(&source, Span::new(0, text.len()));
    if let Some(fault) = template.faults.first() {
        return Err(Stop::fault(fault.message.clone()));
    }
    let frame = run.frame.clone();
    let site = run.value_at(Span::default());
    run.frame.site = Some(site);
    run.frame.source = source;
    run.frame.depth += 1;
    let scope = crate::template::function::Scope::new(None);
    let mut buffer = Buffer::default();
    let result = if run.frame.depth > 40 {
        Err(Stop::fault("`render` calls itself without end"))
    } else {
        run.nodes(&template.body, &Rc::clone(&scope), &mut buffer)
    };
    run.frame = frame;
    scope.clear();
    result.map(|()| Value::text(buffer.text))
}
