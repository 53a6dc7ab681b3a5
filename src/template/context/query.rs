//! Queries at compile time: what only a warehouse could answer.

use crate::template::function::Args;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::Span;

pub(super) fn call(run: &mut Run<'_>, name: &str, args: &Args, span: Span) -> Result<Value, Stop> {
    match name {
        "store_result" | "store_raw_result" => {
            let table = args.named("agate_table").cloned().unwrap_or(Value::Unknown);
            let result = Value::record([("table", table.clone()), ("data", table), ("response", Value::Unknown)]);
            run.results.insert(print::plain(args.need(0, "name")?), result);
            Ok(Value::text(""))
        }
        "load_result" => {
            let found = run.results.get(args.text(0, "name")?).cloned();
            Ok(found.unwrap_or(Value::Unknown))
        }
        "statement" | "noop_statement" => {
            let fetches = args.truth(1, "fetch_result");
            if run.execute() {
                // The text is rendered for what it refers to, even though nothing runs it.
                if let Some(caller) = args.named("caller") {
                    let caller = caller.clone();
                    run.call(&caller, Args::default(), span)?;
                }
                if fetches && name == "statement" {
                    return ask(run, span);
                }
            }
            Ok(Value::text(""))
        }
        _ => ask(run, span),
    }
}

/// Stops the rendering at the first query: it starts over as dbt renders before it has a warehouse.
pub(in crate::template) fn ask(run: &mut Run<'_>, span: Span) -> Result<Value, Stop> {
    let unknown = run.unknown("a query at compile time: its result is only known to the warehouse", span);
    if run.execute() { Err(Stop::Query) } else { Ok(unknown) }
}
