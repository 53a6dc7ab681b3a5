//! Impacts in, a Markdown comment for a pull request out, short enough for the forge however large the change.

use std::fmt::Write;

use super::change_set::{ChangeSet, short_commit};
use crate::change::ColumnChange;
use crate::impact::{ConsumerImpact, ConsumerKind, ModelImpact, Need, Verdict};

/// Bytes that a comment may have where nothing is known of the forge: GitHub takes 65,536 characters.
const ROOM: usize = 60_000;

/// More boxes than this are no picture any more.
const MOST_BOXES: usize = 40;

/// A line that says it all, a table of models, a table of consumers, and the graph and the reasons folded away.
pub fn impact_markdown(set: &ChangeSet<'_>) -> String {
    impact_markdown_within(set, ROOM)
}

/// In at most `room` bytes: the worst is told first, and what is left out is counted.
fn impact_markdown_within(set: &ChangeSet<'_>, room: usize) -> String {
    let shown = reached(set);
    let consumers: Vec<_> = set.impacts.consumers.iter().filter(|one| one.verdict != Verdict::Stays).collect();
    let mut out = headline(set, &shown, &consumers);
    let foot = format!("\n<sub>{}..{}</sub>\n", short_commit(set.base), short_commit(set.head));
    let room = room.saturating_sub(out.len() + foot.len());
    // Half for the models, a quarter for those who consume them; what is left over is for the reasons.
    let models: Vec<String> = shown.iter().map(|(id, impact)| model_row(set, id, impact)).collect();
    out.push_str(&table("| | model | class | what |\n|---|---|---|---|\n", &models, room / 2, "models"));
    let rows: Vec<String> = consumers.iter().map(|consumer| consumer_row(set, consumer)).collect();
    out.push_str(&table("| | consumer | through |\n|---|---|---|\n", &rows, room / 4, "consumers"));
    let start = out.len();
    let left = |out: &String| (room / 4 + room / 8).saturating_sub(out.len().saturating_sub(start));
    let graph = graph(set, &shown, &consumers);
    if graph.len() < left(&out) {
        out.push_str(&graph);
    }
    out.push_str(&reasons(set, &shown, left(&out)));
    out + &foot
}

/// Models that break, then those that differ; edited ones before those that a change only reaches.
fn reached<'s>(set: &'s ChangeSet<'_>) -> Vec<(&'s String, &'s ModelImpact)> {
    let mut reached: Vec<_> =
        set.impacts.models.iter().filter(|(_, impact)| impact.verdict != Verdict::Stays).collect();
    reached.sort_by_key(|(_, impact)| {
        (std::cmp::Reverse(impact.verdict), !impact.edited, std::cmp::Reverse(impact.class))
    });
    reached
}

fn headline(set: &ChangeSet<'_>, shown: &[(&String, &ModelImpact)], consumers: &[&ConsumerImpact]) -> String {
    let count = |verdict| shown.iter().filter(|(_, impact)| impact.verdict == verdict).count();
    let (breaks, differs) = (count(Verdict::Breaks), count(Verdict::Differs));
    let stays = set.staying() + set.impacts.models.len() - shown.len();
    let mut out = format!("### Impact: {breaks} break, {differs} differ, {stays} stay\n\n");
    let exposures = consumers.iter().filter(|consumer| consumer.kind == ConsumerKind::Exposure);
    let owners: std::collections::BTreeSet<&str> = exposures.filter_map(|exposure| exposure.owner.as_deref()).collect();
    if !owners.is_empty() {
        let owners: Vec<String> = owners.into_iter().map(escape).collect();
        let _ = writeln!(out, "Reaches exposures of {}.\n", owners.join(", "));
    }
    if shown.is_empty() && consumers.is_empty() {
        out.push_str("No model, test or exposure differs.\n");
    }
    out
}

/// A table whose last rows are counted where they do not fit.
fn table(head: &str, rows: &[String], room: usize, what: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = head.to_owned();
    for (at, row) in rows.iter().enumerate() {
        if out.len() + row.len() + 80 > room {
            let _ = writeln!(out, "\n… and {} more {what}: `sluice impact` lists them all.", rows.len() - at);
            break;
        }
        out.push_str(row);
    }
    out.push('\n');
    out
}

fn model_row(set: &ChangeSet<'_>, id: &str, impact: &ModelImpact) -> String {
    let what = escape(&what(impact));
    format!("| {} | `{}` | {} | {what} |\n", impact.verdict.word(), set.short(id), impact.class.word())
}

fn consumer_row(set: &ChangeSet<'_>, consumer: &ConsumerImpact) -> String {
    const MOST: usize = 4;
    let mut through: Vec<String> =
        consumer.through.iter().take(MOST).map(|id| format!("`{}`", super::impact::through(id, set))).collect();
    if consumer.through.len() > MOST {
        through.push(format!("{} more", consumer.through.len() - MOST));
    }
    let name = escape(&super::impact::consumer_name(consumer));
    format!(
        "| {} | {} `{name}` | {} |\n",
        consumer.verdict.word(),
        consumer.kind.word().replace('_', " "),
        through.join(", ")
    )
}

/// What is reached, from the edits to those who consume it.
fn graph(set: &ChangeSet<'_>, shown: &[(&String, &ModelImpact)], consumers: &[&ConsumerImpact]) -> String {
    let boxes: Vec<&String> = shown.iter().take(MOST_BOXES).map(|(id, _)| *id).collect();
    if boxes.len() < 2 && consumers.is_empty() {
        return String::new();
    }
    let mut out = "<details><summary>Graph</summary>\n\n```mermaid\nflowchart LR\n".to_owned();
    out.push_str("  classDef breaks fill:#fde2e1,stroke:#c0352b,color:#5c1512\n");
    out.push_str("  classDef differs fill:#fdf0d5,stroke:#b7791f,color:#5a3a08\n");
    for (at, (id, impact)) in shown.iter().take(MOST_BOXES).enumerate() {
        let _ = writeln!(out, "  m{at}[\"{}\"]:::{}", super::mermaid::escape(&set.short(id)), impact.verdict.word());
    }
    for (at, id) in boxes.iter().enumerate() {
        let reads = set.after.models.get(*id).map(|model| model.lineage.depends_on.as_slice()).unwrap_or_default();
        for (from, _) in boxes.iter().enumerate().filter(|(from, read)| *from != at && reads.contains(read)) {
            let _ = writeln!(out, "  m{from} --> m{at}");
        }
    }
    let exposures = consumers.iter().filter(|consumer| consumer.kind == ConsumerKind::Exposure).take(MOST_BOXES / 2);
    for (at, exposure) in exposures.enumerate() {
        let name = super::mermaid::escape(&super::impact::consumer_name(exposure));
        let _ = writeln!(out, "  e{at}([\"{name}\"]):::{}", exposure.verdict.word());
        for (from, _) in boxes.iter().enumerate().filter(|(_, id)| is_through(exposure, id)) {
            let _ = writeln!(out, "  m{from} --> e{at}");
        }
    }
    out.push_str("```\n");
    if shown.len() > boxes.len() {
        let _ = writeln!(out, "\n{} more models are not drawn.", shown.len() - boxes.len());
    }
    out.push_str("\n</details>\n\n");
    out
}

fn is_through(consumer: &ConsumerImpact, id: &str) -> bool {
    let column_of = |through: &String| through.strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
    consumer.through.iter().any(|through| through == id || column_of(through))
}

fn reasons(set: &ChangeSet<'_>, shown: &[(&String, &ModelImpact)], room: usize) -> String {
    let why = shown.iter().filter(|(_, impact)| !impact.because.is_empty());
    let blocks: Vec<String> = why.map(|(id, impact)| reason(set, id, impact)).collect();
    if blocks.is_empty() {
        return String::new();
    }
    let mut out = "<details><summary>Why</summary>\n\n".to_owned();
    let end = "\n</details>\n";
    for (at, block) in blocks.iter().enumerate() {
        if out.len() + block.len() + end.len() + 60 > room {
            if at == 0 {
                return String::new();
            }
            let _ = writeln!(out, "\n… and {} more.", blocks.len() - at);
            break;
        }
        out.push_str(block);
    }
    out + end
}

fn reason(set: &ChangeSet<'_>, id: &str, impact: &ModelImpact) -> String {
    let mut out = format!("- `{}`\n", set.short(id));
    for step in &impact.because {
        let _ = writeln!(out, "  - `{}:{}` {}", step.place.file, step.line, escape(&step.what));
    }
    for evidence in impact.change.evidence.iter().skip(1) {
        let _ = writeln!(out, "  - {}", escape(&evidence.what));
    }
    out
}

fn what(impact: &ModelImpact) -> String {
    const MOST: usize = 8;
    let changed: Vec<&ColumnChange> = impact.change.columns.iter().filter(|column| column.is_change()).collect();
    let mut columns: Vec<String> = changed
        .iter()
        .take(MOST)
        .map(|column| format!("`{}` {}", column.name, column.word().replace('_', " ")))
        .collect();
    if changed.len() > MOST {
        columns.push(format!("{} more columns", changed.len() - MOST));
    }
    let mut parts: Vec<String> = super::impact::rows_line(impact.change.rows).into_iter().collect();
    parts.extend(impact.change.keys_lost.iter().map(|key| format!("key ({}) is lost", key.join(", "))));
    if parts.is_empty() || columns.len() < 4 {
        parts.extend(columns);
    }
    if let Some(refresh) = impact.refresh.as_ref().filter(|refresh| refresh.need > Need::Nothing) {
        parts.push(super::impact::refresh_words(refresh.need).to_owned());
    }
    match (impact.change_word(), parts.as_slice()) {
        ("added", _) => "new".to_owned(),
        ("removed", _) => "gone".to_owned(),
        (_, []) => impact.class.meaning().to_owned(),
        (_, parts) => parts.join(", "),
    }
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}
