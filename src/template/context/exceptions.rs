//! `exceptions`: faults that a macro raises itself.

use crate::diagnostic::Diagnostic;
use crate::template::function::Args;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::Span;

pub(super) fn raise(run: &mut Run<'_>, name: &str, args: &Args, span: Span) -> Result<Value, Stop> {
    let message = args.positional.first().or_else(|| args.named("msg")).map(print::plain).unwrap_or_default();
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match name {
        "warn" => {
            let place = run.outer_place(span);
            run.note(Diagnostic::warn("template-warning", place, message));
            Ok(Value::text(""))
        }
        "warn_snapshot_timestamp_data_types" => Ok(Value::text("")),
        "raise_compiler_error" => Err(Stop::fault(message).help("The macro itself raises this error.")),
        other => Err(Stop::fault(format!("{}: {message}", other.trim_start_matches("raise_").replace('_', " ")))),
    }
}
