//! A change and whom it reaches in; per model and consumer its verdict, what differs, and the way to it, out.

use serde::Serialize;

use super::relations::Index;
use super::strings::Strings;
use crate::change::{ColumnChange, Content, Presence};
use crate::impact::{ConsumerImpact, ModelImpact, Need, Verdict};
use crate::report::ChangeSet;
use crate::report::impact::{column_line, refresh_words, rows_line, setting_line};

#[derive(Serialize)]
pub(super) struct Change<'a> {
    base: &'a str,
    head: &'a str,
    /// How many models are as they were.
    staying: usize,
    models: Vec<Model>,
    /// Rows of sources and seeds that differ.
    inputs: Vec<u32>,
    consumers: Vec<Consumer>,
}

#[derive(Serialize)]
struct Model {
    relation: u32,
    /// 0 stays, 1 differs, 2 breaks.
    verdict: u8,
    /// `modified`, `added`, ..
    change: &'static str,
    class: &'static str,
    meaning: &'static str,
    edited: bool,
    proved: bool,
    /// Sentences: its rows, its keys.
    facts: Vec<u32>,
    columns: Vec<Column>,
    /// From the edit on: path, line, what.
    because: Vec<(u32, u32, u32)>,
}

#[derive(Serialize)]
struct Column {
    name: u32,
    /// `added`, `removed`, `value_changed`, ..
    change: &'static str,
    said: u32,
    /// Columns of inputs that made it differ: the relation's row plus one, the name.
    causes: Vec<(u32, u32)>,
}

#[derive(Serialize)]
struct Consumer {
    /// Its row plus one; 0 for tests and contracts.
    relation: u32,
    name: u32,
    kind: &'static str,
    verdict: u8,
    owner: u32,
    /// The relation's row plus one, the column or nothing.
    through: Vec<(u32, u32)>,
}

pub(super) fn change<'a>(set: &'a ChangeSet<'a>, index: &Index<'_>, strings: &mut Strings) -> Change<'a> {
    let impacts = set.impacts;
    let staying = impacts.models.values().filter(|impact| impact.verdict == Verdict::Stays).count() + set.staying();
    let models = impacts.models.iter().filter_map(|(id, impact)| Some(model(index.place(id)?, impact, index, strings)));
    let models = models.collect();
    let consumers = impacts.consumers.iter().map(|one| consumer(one, index, strings)).collect();
    let inputs = impacts.inputs.keys().filter_map(|id| index.place(id)).collect();
    Change { base: set.base, head: set.head, staying, models, inputs, consumers }
}

fn model(relation: u32, impact: &ModelImpact, index: &Index<'_>, strings: &mut Strings) -> Model {
    let change = &impact.change;
    let kept = change.presence == Presence::Kept;
    let facts = facts(impact);
    let columns = change.columns.iter().filter(|column| kept && column.is_change());
    let columns = columns.map(|one| column(one, impact, index, strings)).collect();
    let because =
        impact.because.iter().map(|step| (strings.add(step.place.file.path()), step.line, strings.add(&step.what)));
    let because = because.collect();
    Model {
        relation,
        verdict: impact.verdict as u8,
        change: impact.change_word(),
        class: impact.class.word(),
        meaning: impact.class.meaning(),
        edited: impact.edited,
        proved: change.proved,
        facts: strings.add_all(facts.iter().map(String::as_str)),
        columns,
        because,
    }
}

/// What differs of a model as a whole.
fn facts(impact: &ModelImpact) -> Vec<String> {
    let change = &impact.change;
    let kept = change.presence == Presence::Kept;
    let mut facts: Vec<String> = rows_line(change.rows).into_iter().filter(|_| kept).collect();
    facts.extend(change.keys_lost.iter().map(|key| format!("key ({}) is lost", key.join(", "))));
    facts.extend(change.was.as_ref().map(|was| format!("was {was}")));
    facts.extend(change.own.storage.iter().map(setting_line));
    if let Some(refresh) = impact.refresh.as_ref().filter(|refresh| refresh.need > Need::Nothing) {
        facts.push(format!("{}: {}", refresh_words(refresh.need), refresh.notes.join("; ")));
    }
    if !change.deterministic {
        facts.push("chance or the clock decides some of it: two runs may differ".to_owned());
    }
    facts
}

fn column(column: &ColumnChange, impact: &ModelImpact, index: &Index<'_>, strings: &mut Strings) -> Column {
    let said = column_line(column);
    let said = said.strip_prefix(&format!("column {} ", column.name)).unwrap_or(&said);
    let causes = impact.causes.get(&column.name).into_iter().flatten();
    Column {
        name: strings.add(&column.name),
        change: if column.content == Content::Unknown && column.shape.is_empty() { "unknown" } else { column.word() },
        said: strings.add(said),
        causes: causes.map(|(relation, column)| (index.mark(relation), strings.add(column))).collect(),
    }
}

fn consumer(consumer: &ConsumerImpact, index: &Index<'_>, strings: &mut Strings) -> Consumer {
    let name = consumer.id.splitn(3, '.').nth(2).unwrap_or(&consumer.id);
    let through = consumer.through.iter().map(|id| match (index.mark(id), id.rsplit_once('.')) {
        (0, Some((relation, column))) => (index.mark(relation), strings.add(column)),
        (mark, _) => (mark, 0),
    });
    let through = through.collect();
    Consumer {
        relation: index.mark(&consumer.id),
        name: strings.add(name),
        kind: consumer.kind.word(),
        verdict: consumer.verdict as u8,
        owner: strings.add(consumer.owner.as_deref().unwrap_or_default()),
        through,
    }
}
