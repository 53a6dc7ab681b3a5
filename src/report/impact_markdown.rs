//! Impacts in, a Markdown comment for a pull request out.

use std::fmt::Write;

use super::change_set::{ChangeSet, short_commit};
use crate::change::ColumnChange;
use crate::impact::{ModelImpact, Verdict};

/// A line that says it all, a table of models, a table of consumers, and the reasons folded away.
pub fn impact_markdown(set: &ChangeSet<'_>) -> String {
    let shown: Vec<(&String, &ModelImpact)> = [Verdict::Breaks, Verdict::Differs]
        .into_iter()
        .flat_map(|verdict| set.impacts.models.iter().filter(move |(_, impact)| impact.verdict == verdict))
        .collect();
    let count = |verdict| shown.iter().filter(|(_, impact)| impact.verdict == verdict).count();
    let (breaks, differs) = (count(Verdict::Breaks), count(Verdict::Differs));
    let stays = set.staying() + set.impacts.models.len() - shown.len();
    let mut out = format!("### Impact: {breaks} break, {differs} differ, {stays} stay\n\n");
    if !shown.is_empty() {
        out.push_str("| | model | class | what |\n|---|---|---|---|\n");
    }
    for (id, impact) in &shown {
        let what = escape(&what(impact));
        let _ = writeln!(out, "| {} | `{}` | {} | {what} |", impact.verdict.word(), set.short(id), impact.class.word());
    }
    let consumers: Vec<_> = set.impacts.consumers.iter().filter(|one| one.verdict != Verdict::Stays).collect();
    if !consumers.is_empty() {
        out.push_str("\n| | consumer | through |\n|---|---|---|\n");
    }
    for consumer in consumers {
        let through: Vec<String> = consumer.through.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(out, "| {} | `{}` | {} |", consumer.verdict.word(), consumer.id, through.join(", "));
    }
    reasons(set, &shown, &mut out);
    let _ = writeln!(out, "\n<sub>{}..{}</sub>", short_commit(set.base), short_commit(set.head));
    out
}

fn reasons(set: &ChangeSet<'_>, shown: &[(&String, &ModelImpact)], out: &mut String) {
    if shown.iter().all(|(_, impact)| impact.because.is_empty()) {
        return;
    }
    out.push_str("\n<details><summary>Why</summary>\n\n");
    for (id, impact) in shown.iter().filter(|(_, impact)| !impact.because.is_empty()) {
        let _ = writeln!(out, "- `{}`", set.short(id));
        for step in &impact.because {
            let _ = writeln!(out, "  - `{}:{}` {}", step.place.file, step.line, escape(&step.what));
        }
    }
    out.push_str("\n</details>\n");
}

fn what(impact: &ModelImpact) -> String {
    let columns: Vec<String> = impact
        .change
        .columns
        .iter()
        .filter(|column| column.is_change())
        .take(8)
        .map(|column: &ColumnChange| format!("`{}` {}", column.name, column.word().replace('_', " ")))
        .collect();
    match (impact.change_word(), columns.as_slice()) {
        ("added", _) => "new".to_owned(),
        ("removed", _) => "gone".to_owned(),
        (_, []) => impact.class.meaning().to_owned(),
        (_, columns) => columns.join(", "),
    }
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
