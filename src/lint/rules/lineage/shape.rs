//! A project in; models that too many read, that read too many, or that sit where they should not in the graph, out.

use std::collections::BTreeMap;

use crate::algebra::{ExprKind, Op, Status};
use crate::compile::CompiledModel;
use crate::lint::dag::{self, Dag, described, head, is_whole, materialized, quoted, reading};
use crate::lint::finding::Raised;
use crate::lint::scene::{Scene, Stage};
use crate::project::ModelKind;
use crate::text::Digest;

/// `model-fanout`.
pub(super) fn fanout(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let most = number(stage, "max");
    let leaves_only = stage.options().flag("leaves_only");
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let is_leaf = |id: &&str| !leaves_only || dag.children(id).next().is_none();
        let readers: Vec<&str> = dag.children(&model.id).filter(is_leaf).collect();
        if readers.len() > most {
            let names = quoted(readers.iter().map(|reader| stage.compilation.short_name(reader)));
            let what = if leaves_only { "models that nobody reads further" } else { "models" };
            let message = format!("`{}` is read by {} {what}: {names}.", model.name, readers.len());
            let help = "Ask whether these should be one model, or whether the reporting tool can do what they do.";
            found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `too-many-parents`.
pub(super) fn parents(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let most = number(stage, "max");
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let count = dag.parents(&model.id).count();
        if count > most {
            let message = format!("`{}` reads {count} relations; {most} are allowed.", model.name);
            let help = "Put a part of it into a model of its own, with a name that says what it is.";
            found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `too-many-joins`.
pub(super) fn joins(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let most = usize::try_from(scene.options().number("max")).unwrap_or(0);
    let joins: Vec<_> = scene.facts.nodes().filter(|(_, node)| matches!(node.op, Op::Join { .. })).collect();
    if joins.len() > most && scene.compiled.status != Status::Opaque {
        let model = &scene.compiled.model;
        let message = format!("`{}` joins {} times; {most} are allowed.", model.name, joins.len());
        let help = "Put a part of it into a model of its own, with a name that says what it is.";
        found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
    }
}

/// `rejoining-upstream-concepts`.
pub(super) fn rejoining(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    for compiled in stage.built_models() {
        let model = &compiled.model;
        for between in dag.parents(&model.id).filter(|id| dag.children(id).eq([model.id.as_str()])) {
            for parent in dag.parents(between).filter(|parent| dag.parents(&model.id).any(|own| own == *parent)) {
                let short = |id| stage.compilation.short_name(id);
                let (between, parent_name) = (short(between), short(parent));
                let message = format!(
                    "`{}` reads `{parent_name}` again, which `{between}` has read for nobody but this model.",
                    model.name
                );
                let help = format!("Let `{between}` pass on what is needed of `{parent_name}`, or do its work here.");
                found.push(Raised::at(reading(compiled, parent), message, parent).help(help).model(&model.id));
            }
        }
    }
}

/// `dead-model`.
pub(super) fn dead(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let consumed = stage.consumed();
    let broken = dag::unread_texts(stage.compilation);
    let least = number(stage, "min");
    let layers = stage.options().words("layers");
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let judged =
            layers.is_empty() || stage.layer(model).is_some_and(|layer| layers.iter().any(|name| name == layer));
        let readers = dag.children(&model.id).count() + usize::from(consumed.contains(model.id.as_str()));
        if !judged || readers >= least || broken.iter().any(|text| text.contains(&model.name)) {
            continue;
        }
        let message = match readers {
            0 => format!("Nothing in this repo reads `{}`.", model.name),
            _ => format!("{readers} read `{}`; {least} should.", model.name),
        };
        let help = "Remove it, or name who uses it in an exposure.";
        found.push(Raised::at(described(model), message, &model.name).help(help).model(&model.id));
    }
}

/// `staging-depends-on-downstream`.
pub(super) fn staging_on_downstream(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    of_staging(stage, found, |own, other| (other > own).then_some("Staging comes first: move what it needs upstream."));
}

/// `staging-depends-on-staging`.
pub(super) fn staging_on_staging(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let help = "Each staging model stands for one source. Join them in a model of the next layer.";
    of_staging(stage, found, |own, other| (other == own).then_some(help));
}

/// What staging models read in other layers; `judge` is given both heights.
fn of_staging(stage: &Stage<'_>, found: &mut Vec<Raised>, judge: impl Fn(usize, usize) -> Option<&'static str>) {
    let dag = Dag::of(stage.compilation);
    let staging = stage.options().word("layer");
    for compiled in stage.built_models().filter(|compiled| stage.layer(&compiled.model) == Some(staging)) {
        let model = &compiled.model;
        for parent in dag.parents(&model.id) {
            let Some(upstream) = stage.compilation.models.get(parent) else { continue };
            let height = |layer: &str| dag::height(stage.project, layer);
            let Some(layer) = stage.layer(&upstream.model) else { continue };
            let (Some(own), Some(other)) = (height(staging), height(layer)) else { continue };
            let Some(help) = judge(own, other) else { continue };
            let message =
                format!("`{}`, of `{staging}`, reads `{}`, which is of `{layer}`.", model.name, upstream.model.name);
            found.push(Raised::at(reading(compiled, parent), message, parent).help(help).model(&model.id));
        }
    }
}

/// `pass-through-model`.
pub(super) fn pass_through(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let model = &scene.compiled.model;
    let built = model.kind == ModelKind::Model && scene.compiled.also.is_empty() && is_whole(scene.compiled);
    let Some(parent) = copied(scene.compiled).filter(|parent| built && parent.starts_with("model.")) else { return };
    let name = scene.compilation.short_name(parent);
    let message = format!("`{}` is `{name}` again: all of its rows and columns, and nothing else.", model.name);
    let help = format!("Let its readers read `{name}`, or say in a comment what it is for.");
    found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
}

/// The relation of which a model passes on all rows and all columns under their own names.
pub(super) fn copied(compiled: &CompiledModel) -> Option<&str> {
    let query = &compiled.query;
    let mut rel = query.root?;
    let mut columns: Vec<_> = query.outputs.iter().map(|output| output.column).collect();
    loop {
        let node = &query.nodes[rel.0 as usize];
        match &node.op {
            Op::Project { input, exprs, .. } => {
                for column in &mut columns {
                    let at = node.columns.iter().position(|own| own == column)?;
                    let ExprKind::Column(next) = &exprs.get(at)?.kind else { return None };
                    *column = *next;
                }
                rel = *input;
            }
            Op::Scan { input, names } => {
                let read = query.reads.get(*input)?;
                let known = read.known.as_ref().filter(|known| !known.open && !node.open)?;
                let same = |(at, output): (usize, &crate::algebra::ColumnId)| {
                    let own = node.columns.iter().position(|column| column == output);
                    own.and_then(|own| names.get(own))
                        .is_some_and(|name| name.eq_ignore_ascii_case(&query.outputs[at].name))
                };
                let all = columns.len() == known.columns.len() && columns.iter().enumerate().all(same);
                return all.then_some(read.id.as_str());
            }
            _ => return None,
        }
    }
}

/// `duplicate-logic`.
pub(super) fn duplicate(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    type Print = (Digest, Vec<(String, Digest)>);
    let mut groups: BTreeMap<Print, Vec<&CompiledModel>> = BTreeMap::new();
    for compiled in stage.built_models() {
        let steady = compiled.fingerprints.as_ref().is_some_and(|prints| prints.steady_rows);
        let reads = dag.parents(&compiled.model.id).next().is_some();
        let exact = compiled.status == Status::Exact && is_whole(compiled) && compiled.also.is_empty();
        let Some(rows) = compiled.known.rows.filter(|_| steady && reads && exact && !compiled.known.open) else {
            continue;
        };
        let column = |column: &crate::algebra::KnownColumn| Some((column.name.to_ascii_lowercase(), column.value?));
        let Some(mut columns) = compiled.known.columns.iter().map(column).collect::<Option<Vec<_>>>() else { continue };
        columns.sort();
        groups.entry((rows, columns)).or_default().push(compiled);
    }
    for group in groups.values().filter(|group| group.len() > 1) {
        let first = group[0];
        for other in &group[1..] {
            let (one, two) = (&first.model, &other.model);
            if one.name == two.name || dag.descends(&one.id, &two.id) || dag.descends(&two.id, &one.id) {
                continue;
            }
            let message = format!("`{}` gives the same rows and columns as `{}`.", two.name, one.name);
            let help = format!("Keep one, and let those who read the other read `{}`.", one.name);
            let raised = Raised::at(head(two), message, &two.name).help(help).model(&two.id);
            found.push(raised.label(head(one), "the same again"));
        }
    }
}

/// `materialization-by-fanout`.
pub(super) fn materialization(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let dag = Dag::of(stage.compilation);
    let most = number(stage, "max");
    let light = stage.options().words("materializations");
    for compiled in stage.built_models() {
        let model = &compiled.model;
        let (readers, kind) = (dag.children(&model.id).count(), materialized(compiled));
        if readers > most && light.iter().any(|light| light == kind) {
            let message = format!(
                "{readers} models read `{}`, and each computes it anew: it is {} {kind}.",
                model.name,
                article(kind)
            );
            let help = "Materialize it as a table or incrementally.";
            found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `opaque-lineage`.
pub(super) fn opaque(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let compiled = scene.compiled;
    let partial = scene.options().flag("partial");
    let judged = compiled.status == Status::Opaque || (partial && compiled.status == Status::Partial);
    let Some(cause) = compiled.why.first().filter(|_| judged) else { return };
    let word = compiled.status.word();
    let message = format!("The columns of `{}` are {word}: {}.", compiled.model.name, cause.cause);
    let place = if cause.place.file == compiled.model.file { cause.place.clone() } else { head(&compiled.model) };
    let help =
        "What reads it is not told of changes to single columns. Say its columns outright, or declare them in YAML.";
    found.push(Raised::at(place, message, &cause.cause).help(help).model(&compiled.model.id));
}

fn number(stage: &Stage<'_>, name: &str) -> usize {
    usize::try_from(stage.options().number(name)).unwrap_or(0)
}
