//! Texts in, the findings their authors allowed out: `-- sluice: allow(rule) reason` and sqlfluff's `-- noqa`.
//!
//! Comments are found line by line, by their sign and their first word, in SQL (`--`, `/*`, `//`), Jinja (`{#`) and
//! YAML or TOML (`#`): a template that cannot be rendered still has its suppressions.

use std::collections::BTreeSet;

use crate::text::{FileId, Place, Span};

use super::finding::Raised;
use super::page::Page;
use super::standards::Standards;
use super::texts::{Text, Texts};

/// One comment that silences rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suppression {
    pub(super) file: FileId,
    /// The comment, from its sign to the end of the reason.
    pub(super) span: Span,
    pub(super) scope: Scope,
    pub(super) speech: Speech,
    /// Each name (or code) with its span; empty only for a blanket `noqa`.
    pub(super) names: Vec<(String, Span)>,
    /// The last day it holds, `2026-01-31`, where it says one.
    pub(super) until: Option<String>,
    pub(super) reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A line of the file, from 1.
    Line(u32),
    File,
}

/// Whose words the comment uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    Sluice,
    /// sqlfluff's: names are codes of its rules.
    Noqa,
}

const SIGNS: [&str; 6] = ["--", "{#-", "{#", "/*", "//", "#"];
const ENDS: [&str; 4] = ["-#}", "#}", "*/", "-->"];

/// The suppressions of one file, in the order of its lines.
pub(super) fn in_text(file: &FileId, text: &str) -> Vec<Suppression> {
    if !text.contains("sluice:") && !text.to_ascii_lowercase().contains("noqa") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut start = 0;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (at, line) in lines.iter().enumerate() {
        for (offset, comment) in comments(line.trim_end()) {
            let span = Span::new(start + offset, start + offset + comment.len());
            let Some(mut suppression) = read(file, comment, span) else { continue };
            if suppression.scope != Scope::File {
                suppression.scope = Scope::Line(covered_line(&lines, at, line[..offset].trim().is_empty()));
            }
            found.push(suppression);
            break;
        }
        start += line.len();
    }
    found
}

/// The line (from 1) that a comment on line `at` (from 0) speaks of: its own, or the next with code if it stands alone.
fn covered_line(lines: &[&str], at: usize, alone: bool) -> u32 {
    let is_code =
        |line: &&str| !line.trim().is_empty() && !SIGNS.iter().any(|sign| line.trim_start().starts_with(sign));
    let next = lines[at + 1..].iter().position(is_code).filter(|_| alone);
    next.map_or(at, |next| at + 1 + next) as u32 + 1
}

/// Every place on a line where a comment sign stands, with the rest of the line.
fn comments(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_start = |(at, _): &(usize, char)| SIGNS.iter().any(|sign| line[*at..].starts_with(sign));
    line.char_indices().filter(is_start).map(|(at, _)| (at, &line[at..]))
}

fn read(file: &FileId, comment: &str, span: Span) -> Option<Suppression> {
    let sign = SIGNS.iter().find(|sign| comment.starts_with(*sign))?;
    let words = comment[sign.len()..].trim_start();
    let suppression = |scope, speech, names, reason: &str| {
        let reason = ENDS.iter().fold(reason.trim(), |reason, end| reason.split(end).next().unwrap_or_default());
        let reason = reason.trim().trim_start_matches([':', '-', ' ']);
        let (until, reason) = dated(reason);
        Suppression { file: file.clone(), span, scope, speech, names, until, reason }
    };
    if let Some(rest) = words.strip_prefix("sluice:") {
        let rest = rest.trim_start();
        let (scope, rest) = match rest.strip_prefix("allow-file(") {
            Some(rest) => (Scope::File, rest),
            None => (Scope::Line(0), rest.strip_prefix("allow(")?),
        };
        let (names, reason) = rest.split_once(')')?;
        let start = span.start as usize + (comment.len() - rest.len());
        return Some(suppression(scope, Speech::Sluice, split_names(names, start), reason));
    }
    let rest = words.get(..4).filter(|word| word.eq_ignore_ascii_case("noqa")).map(|_| &words[4..])?;
    if rest.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let Some(codes) = rest.strip_prefix(':') else {
        return Some(suppression(Scope::Line(0), Speech::Noqa, Vec::new(), ""));
    };
    let codes = ENDS.iter().fold(codes, |codes, end| codes.split(end).next().unwrap_or_default());
    // Ranges (`disable=`, `enable=`) stay sqlfluff's own.
    let is_code = |(name, _): &(String, Span)| !name.contains('=');
    let names: Vec<_> = split_names(codes, 0).into_iter().filter(is_code).collect();
    (!names.is_empty()).then(|| suppression(Scope::Line(0), Speech::Noqa, names, ""))
}

/// `until 2026-12-31 the source is being moved`: the day and the reason.
fn dated(text: &str) -> (Option<String>, String) {
    let day =
        text.strip_prefix("until ").map(str::trim_start).and_then(|rest| Some((rest.get(..10)?, rest.get(10..)?)));
    match day.filter(|(day, _)| is_day(day)) {
        Some((day, reason)) => (Some(day.to_owned()), reason.trim_start_matches([':', '-', ',', ' ']).to_owned()),
        None => (None, text.to_owned()),
    }
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |text: &str, from: u32, to: u32| {
        text.bytes().all(|b| b.is_ascii_digit()) && text.parse().is_ok_and(|n: u32| (from..=to).contains(&n))
    };
    matches!(parts.as_slice(), [year, month, day]
        if year.len() == 4 && month.len() == 2 && day.len() == 2
        && number(year, 0, 9999) && number(month, 1, 12) && number(day, 1, 31))
}

fn split_names(names: &str, start: usize) -> Vec<(String, Span)> {
    let mut at = start;
    let mut split = Vec::new();
    for part in names.split(',') {
        let name = part.trim();
        let lead = part.len() - part.trim_start().len();
        if !name.is_empty() {
            split.push((name.to_owned(), Span::new(at + lead, at + lead + name.len())));
        }
        at += part.len() + 1;
    }
    split
}

impl Suppression {
    fn spelled(&self) -> String {
        self.names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn place(&self) -> Place {
        Place::new(&self.file, self.span)
    }

    /// Has its last day passed?
    pub(super) fn is_over(&self, today: Option<&str>) -> bool {
        matches!((&self.until, today), (Some(until), Some(today)) if until.as_str() < today)
    }

    /// Which of its names silences this finding; a blanket `noqa` has index 0.
    pub(super) fn silences(&self, raised: &Raised, page: &Page, texts: &Texts) -> Option<usize> {
        let name = match self.speech {
            Speech::Sluice => self.names.iter().position(|(name, _)| *name == raised.diagnostic.rule)?,
            Speech::Noqa => {
                let codes = || page.peers.iter().filter(|peer| peer.tool == "sqlfluff").map(|peer| peer.code.as_str());
                let named = self.names.iter().position(|(name, _)| codes().any(|code| code.eq_ignore_ascii_case(name)));
                if self.names.is_empty() { codes().next().map(|_| 0)? } else { named? }
            }
        };
        let mut places = std::iter::once(&raised.diagnostic.place).chain(&raised.written_in);
        places.any(|place| place.file == self.file && self.covers(place, texts.get(&place.file))).then_some(name)
    }

    fn covers(&self, place: &Place, text: Option<&Text>) -> bool {
        let (Scope::Line(line), Some(text)) = (self.scope, text) else { return self.scope == Scope::File };
        let (first, last) = text.lines_of(place.span);
        match self.speech {
            Speech::Sluice => first <= line && line <= last,
            Speech::Noqa => first == line,
        }
    }
}

/// What is wrong with the comments themselves. `used` holds (suppression, name) pairs that silenced something.
pub(super) fn faults(
    suppressions: &[Suppression],
    used: &BTreeSet<(usize, usize)>,
    today: Option<&str>,
    standards: &Standards,
    is_on: impl Fn(&Page, &FileId) -> bool,
) -> Vec<Raised> {
    let mut faults = Vec::new();
    for (at, suppression) in suppressions.iter().enumerate() {
        if suppression.speech == Speech::Noqa {
            faults.extend(blanket(suppression));
            continue;
        }
        let is_used = |index: usize| used.contains(&(at, index));
        for (index, (name, span)) in suppression.names.iter().enumerate() {
            let place = Place::new(&suppression.file, *span);
            match standards.page(name) {
                None => faults.push(unknown(name, place, standards)),
                Some(page) if !is_used(index) && is_on(page, &suppression.file) => {
                    faults.push(unused(suppression, name, place));
                }
                Some(_) => {}
            }
        }
        if suppression.is_over(today) && (0..suppression.names.len()).any(is_used) {
            faults.push(over(suppression));
        }
        if suppression.reason.is_empty() {
            let names = suppression.spelled();
            let message = format!("`{names}` is allowed without a reason.");
            let help = "Write behind the bracket why this is right here, for those who read it next.";
            faults.push(fault("suppression-without-reason", suppression.place(), message, &names).help(help));
        }
    }
    faults
}

fn fault(rule: &str, place: Place, message: String, construct: &str) -> Raised {
    let mut raised = Raised::at(place, message, construct);
    rule.clone_into(&mut raised.diagnostic.rule);
    raised
}

fn unknown(name: &str, place: Place, standards: &Standards) -> Raised {
    let help = standards.similar(name).map_or_else(
        || "`sluice rules` lists the rules there are.".to_owned(),
        |similar| format!("Did you mean `{similar}`?"),
    );
    fault("unknown-rule", place, format!("There is no rule `{name}`, so this allows nothing."), name).help(help)
}

fn unused(suppression: &Suppression, name: &str, place: Place) -> Raised {
    let where_ = if suppression.scope == Scope::File { "in this file" } else { "here" };
    let message = format!("`{name}` finds nothing {where_}: the allow is not needed.");
    fault("unused-suppression", place, message, name).help("Delete the comment, or the rule's name in it.")
}

fn over(suppression: &Suppression) -> Raised {
    let until = suppression.until.as_deref().unwrap_or_default();
    let message = format!("This was allowed until {until}, and that day has passed.");
    let help = "Mend what it allows, or agree on another day and write it here.";
    fault("expired-suppression", suppression.place(), message, &suppression.spelled()).help(help)
}

/// A bare `noqa`, which silences whatever comes.
fn blanket(suppression: &Suppression) -> Option<Raised> {
    let message = "This silences every rule, those that nobody has thought of too.".to_owned();
    let help = "Name what is meant: `-- sluice: allow(rule-name) reason`, or `-- noqa: CODE`.";
    let raised = || fault("blanket-suppression", suppression.place(), message, "noqa").help(help);
    suppression.names.is_empty().then(raised)
}

#[cfg(test)]
mod tests {
    use super::{Scope, Speech, in_text};
    use crate::text::FileId;

    fn check(text: &str, expected: &[(Scope, &[&str], &str)]) {
        let found = in_text(&FileId::new("a.sql"), text);
        let names = |suppression: &super::Suppression| {
            let names = suppression.names.iter();
            names.for_each(|(name, span)| {
                assert!(suppression.speech == Speech::Noqa || text[span.range()] == **name, "span of {name}");
            });
            suppression.names.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let found: Vec<_> = found.iter().map(|one| (one.scope, names(one), one.reason.clone())).collect();
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected: Vec<_> = expected.iter().map(|one| (one.0, owned(one.1), one.2.to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn an_allow_behind_code_speaks_of_its_line() {
        let line = Scope::Line(2);
        check(
            "select 1,\n  a.* -- sluice: allow(select-star) wide on purpose\n",
            &[(line, &["select-star"], "wide on purpose")],
        );
        check("a\nb {# sluice: allow(a-b, c) why #}\n", &[(line, &["a-b", "c"], "why")]);
        check("x\ny: 1 # sluice: allow(a): why\n", &[(line, &["a"], "why")]);
    }

    #[test]
    fn an_allow_alone_speaks_of_the_next_code() {
        check("-- sluice: allow(a)\n\n-- more\nselect 1\n", &[(Scope::Line(4), &["a"], "")]);
        check("/* sluice: allow-file(a) generated */\nselect 1\n", &[(Scope::File, &["a"], "generated")]);
    }

    #[test]
    fn a_day_stands_before_the_reason() {
        let found = in_text(&FileId::new("a.sql"), "a -- sluice: allow(a) until 2026-02-28: being moved\n");
        assert_eq!((found[0].until.as_deref(), found[0].reason.as_str()), (Some("2026-02-28"), "being moved"));
        assert!(found[0].is_over(Some("2026-03-01")) && !found[0].is_over(Some("2026-02-28")));
        let found = in_text(&FileId::new("a.sql"), "a -- sluice: allow(a) until 2026-13-28 or so\n");
        assert_eq!((found[0].until.as_deref(), found[0].reason.as_str()), (None, "until 2026-13-28 or so"));
    }

    #[test]
    fn noqa_is_read_and_its_ranges_are_not() {
        check("select 1 -- noqa\n", &[(Scope::Line(1), &[], "")]);
        check("select 1 -- NOQA: ST03,RF02\n", &[(Scope::Line(1), &["ST03", "RF02"], "")]);
        check("select 1 -- noqa: disable=all\n", &[]);
        check("select '-- sluice:' -- noqaish\n", &[]);
    }
}
