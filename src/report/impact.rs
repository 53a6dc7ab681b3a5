//! Impacts in, what a person reads out: who breaks, who differs, through what, and why.

use std::fmt::Write;

use super::change_set::{ChangeSet, short_commit};
use super::paint::{Ink, Paint, clip, pad, width, wrap};
use super::text::plural;
use crate::change::{ColumnChange, Content, Rows, Setting, Shape, Width};
use crate::impact::{ConsumerImpact, ConsumerKind, ModelImpact, Need, Verdict};

/// Models by verdict, worst first, each with what differs and the way from the edit to it; then the consumers. Of each
/// verdict at most `most` models are told one by one.
pub fn impact(set: &ChangeSet<'_>, most: usize, paint: Paint) -> String {
    let mut out = String::new();
    let shown = |consumer: &&ConsumerImpact| consumer.kind != ConsumerKind::Test && consumer.verdict != Verdict::Stays;
    let names = set.impacts.models.keys().map(|id| width(&set.short(id)));
    let names = names.chain(set.impacts.consumers.iter().filter(shown).map(|consumer| width(&consumer_name(consumer))));
    let names = names.max().unwrap_or(0).min(30);
    for verdict in [Verdict::Breaks, Verdict::Differs, Verdict::Stays] {
        let mut models: Vec<_> = set.impacts.models.iter().filter(|(_, impact)| impact.verdict == verdict).collect();
        models.sort_by_key(|(_, impact)| (!impact.edited, std::cmp::Reverse(impact.class)));
        for (id, impact) in models.iter().take(most) {
            model(&set.short(id), impact, (verdict, names), paint, &mut out);
        }
        if models.len() > most {
            let rest = format!("{} more; `--all` shows them", plural(models.len() - most, "model"));
            let _ = writeln!(out, "{} {}", verdict_word(verdict, paint), paint.ink(Ink::Faint, &rest));
        }
        for consumer in set.impacts.consumers.iter().filter(|consumer| consumer.verdict == verdict).filter(shown) {
            self::consumer(consumer, (verdict, names), paint, set, &mut out);
        }
        tests(set, verdict, paint, &mut out);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out + &summary(set, paint)
}

/// Tests share a line: there are many, and each is named after what it tests.
fn tests(set: &ChangeSet<'_>, verdict: Verdict, paint: Paint, out: &mut String) {
    let of_kind = |consumer: &&ConsumerImpact| consumer.kind == ConsumerKind::Test && consumer.verdict == verdict;
    let names: Vec<String> = set.impacts.consumers.iter().filter(of_kind).map(consumer_name).collect();
    if names.is_empty() || verdict == Verdict::Stays {
        return;
    }
    let lead = format!("{} {}  ", verdict_word(verdict, paint), paint.ink(Ink::Bold, &plural(names.len(), "test")));
    let indent = 10 + width(&plural(names.len(), "test"));
    for (at, line) in wrap(&names.join(", "), paint.columns().saturating_sub(indent)).iter().enumerate() {
        let start = if at == 0 { lead.clone() } else { " ".repeat(indent) };
        let _ = writeln!(out, "{start}{}", paint.ink(Ink::Faint, line));
    }
}

fn summary(set: &ChangeSet<'_>, paint: Paint) -> String {
    let count = |verdict| set.impacts.models.values().filter(|impact| impact.verdict == verdict).count();
    let (breaks, differs) = (count(Verdict::Breaks), count(Verdict::Differs));
    let staying = set.staying() + count(Verdict::Stays);
    let consumers = set.impacts.consumers.iter().filter(|consumer| consumer.verdict != Verdict::Stays).count();
    let mut parts = Vec::new();
    if breaks > 0 {
        parts.push(paint.ink(Ink::Error, &format!("{} will not build", plural(breaks, "model"))));
    }
    if differs > 0 {
        parts.push(paint.ink(Ink::Warn, &format!("{} will differ", plural(differs, "model"))));
    }
    if consumers > 0 {
        parts.push(format!("{} reached", plural(consumers, "consumer")));
    }
    if parts.is_empty() {
        parts.push(paint.ink(Ink::Good, "Nothing differs"));
    }
    let (base, head) = (short_commit(set.base), short_commit(set.head));
    let range = if base == head { String::new() } else { paint.ink(Ink::Faint, &format!(" {base}..{head}")) };
    format!("{};\n{} as they are.{range}\n", parts.join(", "), staying_words(staying))
}

fn staying_words(count: usize) -> String {
    if count == 1 { "1 model stays".to_owned() } else { format!("{count} models stay") }
}

fn verdict_word(verdict: Verdict, paint: Paint) -> String {
    let ink = match verdict {
        Verdict::Breaks => Ink::Error,
        Verdict::Differs => Ink::Warn,
        Verdict::Stays => Ink::Good,
    };
    paint.ink(ink, &pad(verdict.word(), 7))
}

fn model(name: &str, impact: &ModelImpact, (verdict, names): (Verdict, usize), paint: Paint, out: &mut String) {
    let class = impact.class;
    let meaning = format!("{}: {}", class.word(), meaning(impact));
    let meaning = clip(&meaning, paint.columns().saturating_sub(names.max(width(name)) + 10));
    let name = paint.ink(Ink::Bold, &pad(name, names));
    let _ = writeln!(out, "{} {name}  {}", verdict_word(verdict, paint), paint.ink(Ink::Faint, &meaning));
    if verdict == Verdict::Stays {
        return;
    }
    for line in facts(impact, paint) {
        let _ = writeln!(out, "        {line}");
    }
    for (at, step) in impact.because.iter().enumerate() {
        let arrow = if at == 0 { "because" } else { "   then" };
        let place = format!("{}:{}", step.place.file, step.line);
        let text = format!("{place}  {}", step.what);
        let room = paint.columns().saturating_sub(16);
        for (line, text) in wrap(&text, room).iter().enumerate() {
            let lead = if line == 0 { arrow } else { "       " };
            let _ = writeln!(out, "        {} {}", paint.ink(Ink::Faint, lead), paint.ink(Ink::Faint, text));
        }
    }
}

fn meaning(impact: &ModelImpact) -> String {
    match (&impact.change.was, impact.change_word()) {
        (Some(was), _) => format!("was {was}"),
        (None, "added") => "a new model".to_owned(),
        (None, "removed") => "it is gone".to_owned(),
        _ => impact.class.meaning().to_owned(),
    }
}

/// What differs of a model: its rows, its keys, its columns by kind of change.
fn facts(impact: &ModelImpact, paint: Paint) -> Vec<String> {
    let change = &impact.change;
    let mut facts: Vec<String> = Vec::new();
    if matches!(impact.change_word(), "added" | "removed") {
        return facts;
    }
    facts.extend(rows_line(change.rows));
    facts.extend(change.keys_lost.iter().map(|key| format!("key ({}) is lost", key.join(", "))));
    facts.extend(change.own.storage.iter().map(setting_line));
    let plain = |column: &&ColumnChange| column.word() == "value_changed";
    let values: Vec<&str> = change.columns.iter().filter(plain).map(|column| column.name.as_str()).collect();
    if !values.is_empty() {
        facts.push(format!("other values in {}", values.join(", ")));
    }
    let shaped = change.columns.iter().filter(|column| column.is_change() && !plain(column));
    facts.extend(shaped.map(column_line));
    let room = paint.columns().saturating_sub(8);
    if let Some(refresh) = impact.refresh.as_ref().filter(|refresh| refresh.need > Need::Nothing) {
        facts.push(format!("{}: {}", refresh_words(refresh.need), refresh.notes.join("; ")));
    }
    if !change.deterministic {
        facts.push("chance or the clock decides some of it: two runs may differ".to_owned());
    }
    if !change.proved {
        facts.push("not all of it was understood: it may differ less than this".to_owned());
    }
    facts.iter().flat_map(|fact| wrap(fact, room)).collect()
}

pub(super) fn setting_line(setting: &Setting) -> String {
    let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    format!("{} was {}, is {}", setting.key, word(&setting.base), word(&setting.head))
}

/// What has to be done about a table that runs add to.
pub(super) fn refresh_words(need: Need) -> &'static str {
    match need {
        Need::Nothing => "nothing to write again",
        Need::Backfill => "needs a backfill",
        Need::FullRefresh => "needs a full refresh",
        Need::Stops => "stops without a full refresh",
    }
}

/// How the rows differ, if they do.
pub(super) fn rows_line(rows: Rows) -> Option<String> {
    let text = match rows {
        Rows::Same => return None,
        Rows::Subset => "fewer rows, or the same: no new ones",
        Rows::Superset => "more rows, or the same: none is gone",
        Rows::Changed => "other rows",
        Rows::Unknown => "rows: unknown",
    };
    Some(text.to_owned())
}

/// What differs of one column.
pub(super) fn column_line(column: &ColumnChange) -> String {
    let name = &column.name;
    let shapes = column.shape.iter().map(|shape| match shape {
        Shape::Added => "is new".to_owned(),
        Shape::Removed => "is gone".to_owned(),
        Shape::Renamed(was) => format!("was {was}"),
        Shape::Retyped(was, _) if was.is_empty() => "has another type".to_owned(),
        Shape::Retyped(was, Width::Widened) => format!("had the narrower type {was}"),
        Shape::Retyped(was, Width::Narrowed) => format!("had the wider type {was}"),
        Shape::Retyped(was, Width::Other) => format!("had type {was}"),
        Shape::Moved => "stands elsewhere".to_owned(),
        Shape::Nullability => "may be NULL now, or never".to_owned(),
    });
    let mut parts: Vec<String> = shapes.collect();
    let existed = !column.is_added() && !column.is_removed();
    match column.content {
        Content::Changed if existed => parts.push("has other values".to_owned()),
        Content::Unknown if existed => parts.push("may have other values".to_owned()),
        _ => {}
    }
    format!("column {name} {}", parts.join(" and "))
}

pub(super) fn consumer_name(consumer: &ConsumerImpact) -> String {
    consumer.id.splitn(3, '.').nth(2).unwrap_or(&consumer.id).to_owned()
}

fn consumer(
    consumer: &ConsumerImpact,
    (verdict, names): (Verdict, usize),
    paint: Paint,
    set: &ChangeSet<'_>,
    out: &mut String,
) {
    if verdict == Verdict::Stays {
        return;
    }
    let name = pad(&clip(&consumer_name(consumer), names), names);
    let through: Vec<String> = consumer.through.iter().map(|id| through(id, set)).collect();
    let owner = consumer.owner.as_deref().map(|owner| format!(", owned by {owner}")).unwrap_or_default();
    let text = format!("{}{owner}: through {}", consumer.kind.word(), through.join(", "));
    let room = paint.columns().saturating_sub(names + 10);
    for (at, line) in wrap(&text, room).iter().enumerate() {
        let lead = if at == 0 {
            format!("{} {}", verdict_word(verdict, paint), paint.ink(Ink::Bold, &name))
        } else {
            " ".repeat(8 + names)
        };
        let _ = writeln!(out, "{lead}  {}", paint.ink(Ink::Faint, line));
    }
}

/// `model.shop.orders.amount` as `orders.amount`.
pub(super) fn through(id: &str, set: &ChangeSet<'_>) -> String {
    if set.after.models.contains_key(id) || set.before.models.contains_key(id) {
        return set.short(id);
    }
    match id.rsplit_once('.') {
        Some((model, column)) => format!("{}.{column}", set.short(model)),
        None => id.to_owned(),
    }
}
