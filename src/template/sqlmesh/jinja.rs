//! The template of `JINJA_QUERY_BEGIN` in, its text out, rendered by the Jinja engine with what SQLMesh lets it see.

use std::rc::Rc;
use std::sync::Arc;

use super::variables;
use crate::diagnostic::Diagnostic;
use crate::project::{BLUEPRINT_VARIABLES, tokens::Quotes};
use crate::template::context::convert;
use crate::template::environment;
use crate::template::function::{Args, Function, Scope};
use crate::template::marked::{Buffer, Text};
use crate::template::parser;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::{Place, Span};

pub(super) fn render(run: &mut Run<'_>, inner: Span) -> Text {
    let source = Arc::clone(&run.frame.source);
    let template = parser::parse(&source, inner);
    for fault in &template.faults {
        let place = Place::new(&source.file, fault.span);
        let message = environment::capitalised(&fault.message);
        run.note(Diagnostic::error("template-error", place, message).help(&fault.help));
        run.failed = true;
    }
    let globals = globals(run);
    let scope = Scope::new(Some(Rc::clone(&globals)));
    run.globals = Some(Rc::clone(&globals));
    let mut buffer = Buffer::default();
    // Every fault is noted where it happens; a query asked of the warehouse ends the text.
    let _ = run.top(&template.body, &scope, &mut buffer);
    scope.clear();
    globals.clear();
    run.globals = None;
    buffer.finish()
}

/// What every template of a model sees, its macros included.
fn globals(run: &Run<'_>) -> Rc<Scope> {
    let scope = Scope::new(None);
    let env = run.env;
    let set = |name: &str, value: Value| scope.set(&Arc::from(name), value);
    for (name, value) in variables::times(run.model) {
        let value = match value {
            Ok(number) => {
                number.parse().map(Value::Int).or_else(|_| number.parse().map(Value::Float)).unwrap_or(Value::None)
            }
            Err(text) => Value::text(text),
        };
        set(&name, value);
    }
    set("runtime_stage", Value::text(variables::STAGE));
    for name in ["gateway", "blueprint_var"] {
        set(name, Value::function(Function::Native(name)));
    }
    if let Some(model) = run.model {
        set("this_model", Value::text(variables::this_model(model, Quotes::of(model.dialect(&env.dialect)))));
    }
    scope
}

/// `gateway()` and `blueprint_var('name', default)`.
pub(in crate::template) fn call(run: &mut Run<'_>, name: &str, args: &Args) -> Result<Value, Stop> {
    if name == "gateway" {
        return Ok(Value::text(variables::gateway(run.env, run.model)));
    }
    let wanted = args.text(0, "var_name")?.to_ascii_lowercase();
    let found = run.model.and_then(|model| model.config.0.get(BLUEPRINT_VARIABLES)?.get(&wanted));
    let default = || args.get(1, "default").cloned().unwrap_or(Value::None);
    Ok(found.map_or_else(default, |value| match value.get("sql").and_then(crate::data::Value::scalar) {
        Some(sql) => Value::text(sql),
        None => convert::from_data(value),
    }))
}
