//! What a check found in; findings with the line each speaks of, and the pages of their rules, out.

use serde::Serialize;

use super::relations::Index;
use super::strings::Strings;
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::Check;

#[derive(Serialize)]
pub(super) struct Findings {
    all: Vec<Row>,
    rules: Vec<Rule>,
    /// Findings that the base has and the head has not; and those of both, which are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<(usize, usize)>,
}

#[derive(Serialize)]
struct Row {
    rule: u32,
    /// 0 info, 1 warn, 2 error.
    level: u8,
    path: u32,
    line: u32,
    message: u32,
    help: u32,
    /// The relation's row plus one; 0 for none.
    relation: u32,
    /// The line it speaks of.
    code: u32,
    /// What of that line it speaks of: first and last character.
    mark: [u32; 2],
    /// 0 none, 1 unsafe, 2 safe.
    fix: u8,
    /// 1 where the change brought it.
    new: u8,
}

#[derive(Serialize)]
struct Rule {
    name: u32,
    about: u32,
    /// Markdown.
    page: u32,
}

/// Longer lines are cut; a minified query is no snippet.
const LINE: usize = 240;

pub(super) fn findings((check, brought): (&Check, &[bool]), index: &Index<'_>, strings: &mut Strings) -> Findings {
    let brought = brought.iter().copied().chain(std::iter::repeat(false));
    let all = check.findings.iter().zip(brought);
    let all = all.map(|(finding, brought)| Row { new: u8::from(brought), ..row(finding, check, index, strings) });
    let all = all.collect();
    let rules = check.about.iter().map(|(name, about)| Rule {
        name: strings.add(name),
        about: strings.add(&about.summary),
        page: strings.add(&about.text),
    });
    let rules = rules.collect();
    Findings { all, rules, compared: check.compared.map(|compared| (compared.fixed, compared.inherited)) }
}

fn row(finding: &Diagnostic, check: &Check, index: &Index<'_>, strings: &mut Strings) -> Row {
    let (start, end) = check.texts.positions(&finding.place);
    let text = check.texts.get(&finding.place.file).unwrap_or_default();
    let line = text.lines().nth(start.line as usize - 1).unwrap_or_default();
    let indent = line.chars().take_while(|letter| letter.is_whitespace()).count();
    let code: String = line.chars().skip(indent).take(LINE).collect();
    let last = if end.line == start.line { end.column as usize - 1 } else { usize::MAX };
    let mark = [start.column as usize - 1, last].map(|at| at.saturating_sub(indent).min(code.chars().count()) as u32);
    Row {
        rule: strings.add(&finding.rule),
        level: finding.severity as u8,
        path: strings.add(finding.place.file.path()),
        line: start.line,
        message: strings.add(&finding.message),
        help: strings.add(finding.help.as_deref().unwrap_or_default()),
        relation: finding.model.as_deref().map_or(0, |id| index.mark(id)),
        code: strings.add(code.trim_end()),
        mark,
        fix: finding.fix.as_ref().map_or(0, |fix| 1 + u8::from(fix.safe)),
        new: 0,
    }
}

const _: () = assert!(Severity::Info as u8 == 0 && Severity::Error as u8 == 2);
