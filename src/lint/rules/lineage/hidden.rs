//! A dbt model in; reads that dbt does not see when it orders the models, and reads that stand deep in its query, out.

use crate::algebra::{Op, RelId};
use crate::lint::dag::is_whole;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::{Kind, Language, ModelKind};
use crate::template::{SurveyedCall, survey};
use crate::text::{Place, Span};

/// `undeclared-dynamic-dependency`.
pub(super) fn undeclared(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let model = &scene.compiled.model;
    let worth = scene.project.kind == Kind::Dbt && model.language == Language::Jinja;
    if !worth || !(model.text.contains("execute") || model.text.contains("is_incremental")) {
        return;
    }
    let seen = survey(&model.text, &model.file, model.body);
    let asks = |call: &&SurveyedCall| {
        matches!(call.name.as_str(), "ref" | "source") && call.within.is_none() && is_literal(call)
    };
    let calls: Vec<&SurveyedCall> = seen.calls.iter().filter(asks).collect();
    let said = |call: &SurveyedCall| calls.iter().any(|other| !other.executes && other.positional == call.positional);
    let known = |call: &SurveyedCall| {
        scene.compiled.rendered.refs.iter().any(|one| one.place.span == call.span && one.id.is_some())
    };
    let mut told: Vec<&Vec<Option<String>>> = Vec::new();
    for call in calls.iter().filter(|call| call.executes && !said(call) && known(call)) {
        if told.contains(&&call.positional) {
            continue;
        }
        told.push(&call.positional);
        let written = model.text.get(call.span.range()).unwrap_or_default();
        let message = format!(
            "dbt does not see `{written}` when it orders the models: it stands where `execute` or `is_incremental()` is true."
        );
        let help = format!("Write `-- depends_on: {{{{ {written} }}}}` at the top of the file.");
        let place = Place::new(&model.file, call.span);
        found.push(Raised::at(place, message, written).help(help).model(&model.id));
    }
}

fn is_literal(call: &SurveyedCall) -> bool {
    !call.spread && call.positional.iter().all(Option::is_some)
}

/// `import-ctes`.
pub(super) fn import_ctes(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let compiled = scene.compiled;
    let judged = matches!(compiled.model.kind, ModelKind::Model | ModelKind::Table) && is_whole(compiled);
    if !judged || compiled.query.nodes.is_empty() {
        return;
    }
    let query = scene.query();
    let most = usize::try_from(scene.options().number("unless_reads_only")).unwrap_or(0);
    let reads: Vec<_> = query.reads.iter().filter(|input| !input.span.is_empty()).collect();
    if reads.len() <= most && query.ctes.is_empty() {
        return;
    }
    for input in reads {
        let imports = |rel: RelId| {
            let span = scene.facts.node(rel).span;
            span.contains(input.span) && is_import(scene, span)
        };
        if !query.ctes.iter().any(|cte| imports(cte.relation)) {
            let message = format!("`{}` is read in the middle of the query.", input.written);
            let help = "Read it in a CTE of its own at the top, and use that: then the top of the file says what it stands on.";
            found.push(scene.raise(input.span, message).help(help));
        }
    }
}

/// Does the text of a CTE read one relation, and join nothing to it?
fn is_import(scene: &Scene<'_>, span: Span) -> bool {
    let inside = |other: Span| span.contains(other) && !other.is_empty();
    let reads = scene.query().reads.iter().filter(|input| inside(input.span)).count();
    let joins = scene.facts.nodes().any(|(_, node)| matches!(&node.op, Op::Join { span, .. } if inside(*span)));
    reads == 1 && !joins
}
