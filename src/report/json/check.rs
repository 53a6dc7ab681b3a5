//! Findings in, the JSON of `sluice check` out, as one page or one finding a line.

use serde::Serialize;

use super::{VERSION, line, page};
use crate::diagnostic::{Diagnostic, Fix, Label, Severity};
use crate::report::check::{Check, Texts, rule_url};
use crate::text::Place;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    models: usize,
    exact: usize,
    partial: usize,
    opaque: usize,
    findings: Counts,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warn: usize,
    info: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    level: &'static str,
    path: &'a str,
    span: SpanShape,
    message: &'a str,
    help: Option<&'a str>,
    url: Option<String>,
    fingerprint: String,
    fix: Option<FixShape<'a>>,
    model: Option<&'a str>,
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct SpanShape {
    start: Position,
    end: Position,
    bytes: [u32; 2],
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct FixShape<'a> {
    safe: bool,
    edits: Vec<EditShape<'a>>,
}

#[derive(Serialize)]
struct EditShape<'a> {
    path: &'a str,
    bytes: [u32; 2],
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    path: &'a str,
    span: SpanShape,
    message: &'a str,
}

/// `sluice check --format json`.
pub fn check(check: &Check) -> String {
    let summary = Summary {
        models: check.models.all(),
        exact: check.models.exact,
        partial: check.models.partial,
        opaque: check.models.opaque,
        findings: Counts {
            error: check.count(Severity::Error),
            warn: check.count(Severity::Warn),
            info: check.count(Severity::Info),
        },
    };
    page(&Answer { version: VERSION, findings: findings(check), summary })
}

/// `sluice check --format jsonl`: one finding a line.
pub fn check_lines(check: &Check) -> String {
    findings(check).iter().map(|finding| line(finding) + "\n").collect()
}

fn findings(check: &Check) -> Vec<Finding<'_>> {
    let findings = check.findings.iter().zip(&check.fingerprints);
    findings.map(|(finding, fingerprint)| shape(finding, &check.texts, fingerprint.to_string())).collect()
}

fn shape<'a>(finding: &'a Diagnostic, texts: &Texts, fingerprint: String) -> Finding<'a> {
    Finding {
        rule: &finding.rule,
        level: finding.severity.word(),
        path: finding.place.file.path(),
        span: span(&finding.place, texts),
        message: &finding.message,
        help: finding.help.as_deref(),
        url: rule_url(&finding.rule),
        fingerprint,
        fix: finding.fix.as_ref().map(fix),
        model: finding.model.as_deref(),
        related: finding.related.iter().map(|label| related(label, texts)).collect(),
    }
}

fn fix(fix: &Fix) -> FixShape<'_> {
    let edits = fix.edits.iter().map(|edit| {
        let bytes = [edit.span.start, edit.span.end];
        EditShape { path: edit.file.path(), bytes, text: &edit.text }
    });
    FixShape { safe: fix.safe, edits: edits.collect() }
}

fn related<'a>(label: &'a Label, texts: &Texts) -> Related<'a> {
    Related { path: label.place.file.path(), span: span(&label.place, texts), message: &label.message }
}

fn span(place: &Place, texts: &Texts) -> SpanShape {
    let (start, end) = texts.positions(place);
    SpanShape {
        start: Position { line: start.line, column: start.column },
        end: Position { line: end.line, column: end.column },
        bytes: [place.span.start, place.span.end],
    }
}
