//! dbt's Python models: opaque, but for the names they read and the config they set.

mod calls;
mod tokens;

use super::environment::{Environment, Found};
use super::rendered::{Reference, Rendered, Unknown};
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::project::Model;
use crate::text::{Place, closest};
use calls::{Arguments, Call, Script};

/// An empty text that says why it is empty, and what the Python text reads.
pub(super) fn render(env: &Environment, model: &Model) -> Rendered {
    let mut rendered = Rendered { files: vec![model.file.clone()], ..Rendered::default() };
    let place = Place::new(&model.file, model.body);
    rendered
        .unknowns
        .push(Unknown { why: "a Python model: its columns are known only when it runs".to_owned(), place });
    let script = calls::read(&model.text[model.body.range()]);
    rendered.diagnostics.extend(shape(&script, model));
    for call in &script.calls {
        let Some(arguments) = &call.arguments else {
            rendered.diagnostics.push(not_literal(call, model));
            continue;
        };
        if call.function == "config" {
            rendered.config.0.extend(arguments.named.iter().cloned());
            continue;
        }
        match reference(env, model, call, arguments) {
            Ok(found) if rendered.refs.iter().all(|known| known.written != found.written) => rendered.refs.push(found),
            Ok(_) => {}
            Err(missing) => {
                let (reference, diagnostic) = *missing;
                rendered.refs.extend(reference);
                rendered.diagnostics.push(diagnostic);
            }
        }
    }
    rendered
}

/// dbt wants exactly one function `model(dbt, session)`.
fn shape(script: &Script, model: &Model) -> Option<Diagnostic> {
    let help = "Write `def model(dbt, session):` once, and return a data frame from it.";
    let (place, message) = match script.models.as_slice() {
        [] => (Place::top(&model.file), "A Python model needs a function `model(dbt, session)`.".to_owned()),
        [(_, names)] if names.len() == 2 && names[0] == "dbt" => return None,
        [(span, _)] => {
            let message = "The function `model` takes two parameters, and the first is called `dbt`.".to_owned();
            (Place::new(&model.file, span.shift(model.body.start as usize)), message)
        }
        [_, (span, _), ..] => {
            let message = "A Python model has one function `model`, and this is the second.".to_owned();
            (Place::new(&model.file, span.shift(model.body.start as usize)), message)
        }
    };
    Some(Diagnostic::error("template-error", place, message).help(help).model(&model.id))
}

fn not_literal(call: &Call, model: &Model) -> Diagnostic {
    let message = format!("dbt reads `dbt.{}` before the model runs, so it takes literals only.", call.function);
    Diagnostic::error("template-error", place(call, model), message)
        .help("Write the text itself, not a variable or an f-string.")
        .model(&model.id)
}

fn place(call: &Call, model: &Model) -> Place {
    Place::new(&model.file, call.span.shift(model.body.start as usize))
}

type Missing = Box<(Option<Reference>, Diagnostic)>;

fn reference(env: &Environment, model: &Model, call: &Call, arguments: &Arguments) -> Result<Reference, Missing> {
    let place = place(call, model);
    let named = |names: &[&str]| {
        let found = arguments.named.iter().find(|(name, _)| names.contains(&name.as_str()));
        found.and_then(|(_, value)| value.scalar())
    };
    let texts: Vec<&str> = arguments.positional.iter().filter_map(Value::str).collect();
    let whole = texts.len() == arguments.positional.len();
    let written = model.text[place.span.range()].to_owned();
    let reference =
        |id: Option<String>, text: String| Reference { id, written: written.clone(), place: place.clone(), text };
    match (call.function.as_str(), texts.as_slice()) {
        ("source", [source, table]) if whole => {
            let text = format!("{source}.{table}");
            match env.find_source(&model.package, source, table) {
                Some((id, _)) => Ok(reference(Some(id.to_owned()), text)),
                None => {
                    let help = closest(&text, env.source_names()).map_or_else(
                        || "Declare it under `sources:` in a YAML file.".to_owned(),
                        |meant| format!("Did you mean `{meant}`?"),
                    );
                    let message = format!("There is no source `{text}`.");
                    Err(Box::new((Some(reference(None, text)), unknown(message, help, place.clone(), model))))
                }
            }
        }
        ("ref", [_] | [_, _]) if whole => {
            let (package, name) =
                if let [package, name] = texts[..] { (Some(package), name) } else { (None, texts[0]) };
            let version = named(&["v", "version"]);
            let parts = package.into_iter().chain([name]).map(str::to_owned);
            let parts = parts.chain(version.as_ref().map(|version| format!("v{version}")));
            let text = parts.collect::<Vec<_>>().join(".");
            let (message, help) = match env.find_model(&model.package, package, name, version.as_deref()) {
                Found::Here(entry) => return Ok(reference(Some(entry.id.clone()), text)),
                Found::Disabled => (
                    format!("`{name}` is disabled, so nothing can read it."),
                    "Enable it, or remove this reference.".to_owned(),
                ),
                Found::OtherVersion(versions) => {
                    (format!("`{name}` has no version {}.", version.unwrap_or_default()), format!("It has {versions}."))
                }
                Found::Nowhere => (
                    format!("There is no model, seed or snapshot `{name}`."),
                    closest(name, env.model_names()).map_or_else(
                        || "Add it, or correct the name.".to_owned(),
                        |meant| format!("Did you mean `{meant}`?"),
                    ),
                ),
            };
            Err(Box::new((Some(reference(None, text)), unknown(message, help, place.clone(), model))))
        }
        (function, _) => {
            let message = format!("`dbt.{function}` takes the names of what it reads as texts.");
            let help = "Write `dbt.ref(\"model\")` or `dbt.source(\"source\", \"table\")`.";
            let diagnostic = Diagnostic::error("template-error", place.clone(), message).help(help);
            Err(Box::new((None, diagnostic.model(&model.id))))
        }
    }
}

fn unknown(message: String, help: String, place: Place, model: &Model) -> Diagnostic {
    Diagnostic::error("unknown-relation", place, message).help(help).model(&model.id)
}
