//! A check in, two small tables out: how well the models were understood and why not better, and findings by rule.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::check::Check;
use super::paint::{Ink, Paint, clip, pad};
use crate::compile::Counts;
use crate::diagnostic::Severity;

/// One cause and how many models it keeps from being exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseCount {
    pub status: &'static str,
    pub cause: String,
    pub models: usize,
    /// A place to look at first.
    pub example: String,
}

/// The tables of `sluice check --statistics`.
pub fn statistics(check: &Check, counted: &[CauseCount], paint: Paint) -> String {
    let mut out = causes(check.models, counted, paint);
    by_rule(check, paint, &mut out);
    out
}

/// How many models are exact, partial and opaque, and why.
pub fn causes(models: Counts, causes: &[CauseCount], paint: Paint) -> String {
    let mut out = String::new();
    let all = models.all();
    let _ = writeln!(out, "{}", paint.ink(Ink::Bold, "Models"));
    let kinds = [("exact", models.exact), ("partial", models.partial), ("opaque", models.opaque)];
    for (kind, count) in kinds {
        let share = (count * 1000).checked_div(all).unwrap_or(0);
        let share = format!("{}.{}%", share / 10, share % 10);
        let _ = writeln!(out, "  {} {count:>7} {}", pad(kind, 8), paint.ink(Ink::Faint, &format!("{share:>7}")));
        let causes: Vec<&CauseCount> = causes.iter().filter(|cause| cause.status == kind).collect();
        let room = paint.columns().saturating_sub(20);
        for cause in causes {
            let example = if cause.example.is_empty() { String::new() } else { format!("  {}", cause.example) };
            let text = clip(&cause.cause, room);
            let example = clip(&example, room.saturating_sub(text.chars().count()).max(2));
            let example = if example.trim() == "…" { String::new() } else { example };
            let _ = writeln!(out, "           {:>7}  {text}{}", cause.models, paint.ink(Ink::Faint, &example));
        }
    }
    out
}

fn by_rule(check: &Check, paint: Paint, out: &mut String) {
    let mut rules: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for finding in &check.findings {
        *rules.entry((&finding.rule, finding.severity)).or_default() += 1;
    }
    if rules.is_empty() {
        return;
    }
    let mut rules: Vec<((&str, Severity), usize)> = rules.into_iter().collect();
    rules.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let _ = writeln!(out, "\n{}", paint.ink(Ink::Bold, "Findings"));
    for ((rule, severity), count) in rules {
        let ink = match severity {
            Severity::Error => Ink::Error,
            Severity::Warn => Ink::Warn,
            Severity::Info => Ink::Info,
        };
        let _ = writeln!(out, "  {} {count:>7}  {rule}", paint.ink(ink, &pad(severity.word(), 8)));
    }
}
