//! The relations a dbt model reads in; those that it names itself instead of by `ref` or `source`, out.

use crate::algebra::Input;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::Kind;

/// Schemas that every warehouse has and no project builds or loads.
const SYSTEM: [&str; 6] = ["information_schema", "pg_catalog", "sys", "system", "performance_schema", "account_usage"];

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if scene.project.kind != Kind::Dbt {
        return;
    }
    for input in scene.query().reads.iter().filter(|input| is_written_out(scene, input)) {
        let known = ["model.", "source.", "seed.", "snapshot."].iter().any(|kind| input.id.starts_with(kind));
        let parts = name_parts(&input.written);
        if is_no_table(&parts, &input.written) || (!known && parts.len() < 2) {
            continue;
        }
        let message = match known {
            true => format!("`{}` is {}, but dbt cannot see that this model reads it.", input.written, input.id),
            false => format!("`{}` is named outright, so dbt cannot see that this model reads it.", input.written),
        };
        let help = call(&input.id).map_or_else(
            || {
                "Declare it as a source and write `{{ source(..) }}`, or `{{ ref(..) }}` if this project builds it."
                    .to_owned()
            },
            |call| format!("Write `{{{{ {call} }}}}`."),
        );
        found.push(scene.raise(input.span, message).help(help));
    }
}

/// Is the name plain text, of the model's own or of a macro's, and no template's value?
fn is_written_out(scene: &Scene<'_>, input: &Input) -> bool {
    let touched = |segment: &&crate::template::Segment| {
        segment.span.start < input.span.end && segment.span.end > input.span.start
    };
    let mut segments = scene.compiled.rendered.segments.iter().filter(touched).peekable();
    !input.span.is_empty() && segments.peek().is_some() && segments.all(|segment| segment.literal)
}

/// Tables of the system, and files.
fn is_no_table(parts: &[String], written: &str) -> bool {
    parts.iter().any(|part| SYSTEM.contains(&part.as_str())) || written.contains(['/', '\'', '(', '*'])
}

fn name_parts(written: &str) -> Vec<String> {
    let plain = |part: &str| part.trim_matches(['"', '`', '[', ']', ' ']).to_ascii_lowercase();
    written.split('.').map(plain).filter(|part| !part.is_empty()).collect()
}

/// How the template names what `id` names.
fn call(id: &str) -> Option<String> {
    let mut parts = id.splitn(3, '.');
    let (kind, _, name) = (parts.next()?, parts.next()?, parts.next()?);
    match kind {
        "source" => name.split_once('.').map(|(source, table)| format!("source('{source}', '{table}')")),
        "model" | "seed" | "snapshot" => Some(format!("ref('{name}')")),
        _ => None,
    }
}
