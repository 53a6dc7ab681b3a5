//! Findings in, reviewdog's diagnostic format out.

use serde::Serialize;

use super::check::{Check, rule_url, said};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::text::Place;

#[derive(Serialize)]
struct Answer<'a> {
    source: Source,
    diagnostics: Vec<Shape<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Shape<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Lines from 1; columns from 1, in bytes.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// One `DiagnosticResult`, as
/// <https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto> says.
pub fn rdjson(check: &Check) -> String {
    let source = Source {
        name: "sluice",
        url: option_env!("CARGO_PKG_REPOSITORY").filter(|url| !url.is_empty()).map(str::to_owned),
    };
    super::json::page(&Answer { source, diagnostics: check.findings.iter().map(|one| shape(check, one)).collect() })
}

fn shape<'a>(check: &Check, finding: &'a Diagnostic) -> Shape<'a> {
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warn => "WARNING",
        Severity::Info => "INFO",
    };
    Shape {
        message: said(finding, "\n"),
        location: location(check, &finding.place),
        severity,
        code: Code { value: &finding.rule, url: rule_url(&finding.rule) },
        suggestions: finding.fix.iter().flat_map(|fix| suggestions(check, finding, fix)).collect(),
        related_locations: finding.related.iter().map(|label| related(check, label)).collect(),
    }
}

fn related<'a>(check: &Check, label: &'a crate::diagnostic::Label) -> Related<'a> {
    Related { message: &label.message, location: location(check, &label.place) }
}

/// A reader applies each on its own, so only a fix of one edit is one.
fn suggestions<'a>(check: &Check, finding: &Diagnostic, fix: &'a Fix) -> Vec<Suggestion<'a>> {
    let [edit] = fix.edits.as_slice() else { return Vec::new() };
    let here = edit.file == finding.place.file;
    let place = Place::new(&edit.file, edit.span);
    here.then(|| Suggestion { range: range(check, &place), text: &edit.text }).into_iter().collect()
}

fn location<'a>(check: &Check, place: &'a Place) -> Location<'a> {
    Location { path: place.file.path(), range: range(check, place) }
}

fn range(check: &Check, place: &Place) -> Range {
    let position = |(line, lead): (u32, &str)| Position { line, column: lead.len() as u32 + 1 };
    let [start, end] = check.texts.leads(place).map(position);
    Range { start, end }
}
