//! A model that is built step by step in; steps that repeat rows, or that its text does not take, out.

use crate::compile::CompiledModel;
use crate::data::Value;
use crate::lint::dag::{described, head, is_whole, materialized, reads, setting};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::{Kind, Language, ModelKind};
use crate::text::{Place, Span};

/// Strategies that replace whole parts of the table, and need no key of rows.
const WHOLE_PARTS: [&str; 3] = ["insert_overwrite", "microbatch", "replace_where"];

/// Adapters whose default strategy is one of these.
const OVERWRITES: [&str; 1] = ["athena"];

fn judged<'a>(scene: &Scene<'a>) -> Option<&'a CompiledModel> {
    let compiled = scene.compiled;
    let model = &compiled.model;
    let dbt = scene.project.kind == Kind::Dbt && model.kind == ModelKind::Model && model.language == Language::Jinja;
    let incremental = materialized(compiled) == "incremental";
    let rebuilt = setting(compiled, "full_refresh").and_then(Value::bool) == Some(true);
    (dbt && incremental && !rebuilt && is_whole(compiled)).then_some(compiled)
}

fn strategy(compiled: &CompiledModel) -> Option<&str> {
    setting(compiled, "incremental_strategy").and_then(Value::str)
}

/// Names whose values are those of one run: its rows come once.
const OF_ONE_RUN: [&str; 5] =
    ["invocation_id", "run_started_at", "modules.datetime", "invocation_args_dict", "dbt_metadata_envs"];

/// Are rows put beside those that are there, whatever they are?
fn only_adds(scene: &Scene<'_>, compiled: &CompiledModel) -> bool {
    let keyed = setting(compiled, "unique_key").is_some() && strategy(compiled) != Some("append");
    let overwrites = OVERWRITES.contains(&scene.project.target.adapter.as_str());
    !keyed
        && match strategy(compiled) {
            None => !overwrites,
            Some(strategy) => matches!(strategy, "append" | "merge" | "delete+insert"),
        }
}

/// `incremental-without-unique-key`.
pub(super) fn without_key(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let Some(compiled) = judged(scene) else { return };
    let model = &compiled.model;
    let whole_parts = strategy(compiled).is_some_and(|strategy| WHOLE_PARTS.contains(&strategy));
    if setting(compiled, "unique_key").is_none() && !whole_parts && strategy(compiled) != Some("append") {
        let message =
            format!("`{}` is incremental and has no `unique_key`: a row that comes again is added again.", model.name);
        let help = "Set `unique_key`, or say `incremental_strategy='append'` if rows never come twice.";
        found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
    }
}

/// `incremental-write-can-duplicate`.
pub(super) fn duplicates(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let Some(compiled) = judged(scene).filter(|compiled| only_adds(scene, compiled)) else { return };
    let model = &compiled.model;
    let steady = compiled.fingerprints.as_ref().is_some_and(|prints| prints.steady_rows);
    let itself = reads(compiled).any(|id| id == model.id) || model.text.contains("this");
    let of_one_run = OF_ONE_RUN.iter().any(|name| model.text.contains(name));
    if compiled.rendered.asks_incremental || model.text.contains("is_incremental") || itself || !steady || of_one_run {
        return;
    }
    let message = format!(
        "Each run adds all rows of `{}` again: it has no `unique_key`, and no filter that leaves out what is there.",
        model.name
    );
    let help = "Filter on `is_incremental()`, set a `unique_key`, or build it as a table.";
    found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
}

/// `incremental-without-filter`.
pub(super) fn without_filter(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let Some(compiled) = judged(scene).filter(|compiled| !only_adds(scene, compiled)) else { return };
    let model = &compiled.model;
    let steady = compiled.fingerprints.as_ref().is_some_and(|prints| prints.steady_rows);
    let asks =
        compiled.rendered.asks_incremental || model.text.contains("is_incremental") || model.text.contains("this");
    if asks || !steady || strategy(compiled) == Some("microbatch") {
        return;
    }
    let message = format!("`{}` is incremental, but each run computes all of its rows.", model.name);
    let help = "Filter on what is new `{% if is_incremental() %}`, or build it as a table.";
    found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
}

/// `is-incremental-in-non-incremental`.
pub(super) fn unused_branch(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let compiled = scene.compiled;
    let model = &compiled.model;
    let kind = materialized(compiled);
    let plain = matches!(kind, "view" | "table" | "ephemeral");
    let own = scene.project.kind == Kind::Dbt && model.kind == ModelKind::Model && model.language == Language::Jinja;
    // `materialized=('incremental' if ..)`: for another target the branch may have its use.
    let may_be = model.text.contains("'incremental'") || model.text.contains("\"incremental\"");
    let overridden = scene.project.macros.iter().any(|file| file.text.contains("macro is_incremental"));
    let Some(at) = model.text.find("is_incremental()").filter(|_| own && plain && !may_be && !overridden) else {
        return;
    };
    if !compiled.rendered.asks_incremental && !compiled.rendered.failed {
        return;
    }
    let article = if kind == "ephemeral" { "an" } else { "a" };
    let message = format!("`{}` is {article} {kind}, so `is_incremental()` is never true.", model.name);
    let help = "Set `materialized='incremental'`, or remove the branch.";
    let place = Place::new(&model.file, Span::new(at, at + "is_incremental()".len()));
    let raised = Raised::at(place, message, "is_incremental()").help(help).model(&model.id);
    found.push(match setting(compiled, "materialized") {
        None if model.properties_place.is_some() => raised.label(described(model), "nothing else is said here"),
        _ => raised,
    });
}
