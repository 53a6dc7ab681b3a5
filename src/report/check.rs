//! What `sluice check` found, as every format of it reads it: findings, the texts they point into, and the count.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::relation::ReadAt;
use crate::compile::Counts;
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{Digest, FileId, LineColumn, LineIndex, Place, Span};

/// The answer of one check.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Sorted by place.
    pub findings: Vec<Diagnostic>,
    /// The findings' stable addresses, in the same order.
    pub fingerprints: Vec<Digest>,
    /// The files that findings point into.
    pub texts: Texts,
    pub models: Counts,
    /// The rules that found something, by name.
    pub about: BTreeMap<String, About>,
    /// Where a base was compared with.
    pub compared: Option<Compared>,
}

/// What a rule's page says of it.
#[derive(Clone, Debug)]
pub struct About {
    pub level: Option<Severity>,
    /// One sentence.
    pub summary: String,
    /// The page, in Markdown.
    pub text: String,
}

/// What is not among the findings, because it is not the change's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Findings that the base has and the head has not.
    pub fixed: usize,
    /// Findings that the base has too and that are left out.
    pub inherited: usize,
}

impl Check {
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Texts of files, with their lines.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<FileId, (Arc<str>, LineIndex)>);

impl Texts {
    pub fn add(&mut self, file: &FileId, text: &Arc<str>) {
        let lines = || (Arc::clone(text), LineIndex::new(text));
        self.0.entry(file.clone()).or_insert_with(lines);
    }

    pub fn get(&self, file: &FileId) -> Option<&str> {
        self.0.get(file).map(|(text, _)| &**text)
    }

    /// Where a span starts and ends, for people; line 1, column 1 in a file that could not be read.
    pub fn positions(&self, place: &Place) -> (LineColumn, LineColumn) {
        let first = LineColumn { line: 1, column: 1 };
        let Some((text, lines)) = self.0.get(&place.file) else { return (first, first) };
        (position(text, lines, place.span.start), position(text, lines, place.span.end))
    }

    /// The lines (from 1) in which a span starts and ends, each with what stands before it on that line, for formats
    /// that count columns in units of their own.
    pub(super) fn leads(&self, place: &Place) -> [(u32, &str); 2] {
        let (span, text) = (self.inside(place), self.get(&place.file).unwrap_or_default());
        let lead = |at: u32| {
            let Some((_, lines)) = self.0.get(&place.file) else { return (1, "") };
            let before = text.get(..at as usize).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            (lines.position(text, at).line, &before[start..])
        };
        [lead(span.start), lead(span.end)]
    }

    /// Where a span starts, as its own parts.
    pub fn read_at(&self, place: &Place) -> ReadAt {
        let (start, _) = self.positions(place);
        ReadAt { path: place.file.path().to_owned(), line: start.line, column: start.column }
    }

    /// The line that holds the start of a span, without its indent.
    pub fn line(&self, place: &Place) -> Option<&str> {
        let line = self.positions(place).0.line as usize;
        self.get(&place.file)?.lines().nth(line - 1).map(str::trim)
    }

    /// `models/orders.sql:3:7`.
    pub fn locate(&self, place: &Place) -> String {
        let (start, _) = self.positions(place);
        format!("{}:{}:{}", place.file, start.line, start.column)
    }

    /// A span that lies in its text, at character borders.
    pub(super) fn inside(&self, place: &Place) -> Span {
        let text = self.get(&place.file).unwrap_or("");
        let border = |at: u32| (0..=(at as usize).min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        Span::new(border(place.span.start).unwrap_or(0), border(place.span.end).unwrap_or(0))
    }
}

/// A byte order mark is no column of its line.
fn position(text: &str, lines: &LineIndex, at: u32) -> LineColumn {
    let position = lines.position(text, at);
    let marked = position.line == 1 && at > 0 && text.starts_with('\u{feff}');
    LineColumn { column: position.column - u32::from(marked), ..position }
}

/// A finding's message and help, for formats that have one text for both.
pub(super) fn said(finding: &Diagnostic, between: &str) -> String {
    let parts: Vec<&str> = [&finding.message].into_iter().chain(&finding.help).map(String::as_str).collect();
    parts.join(between)
}

/// Where a rule's page is read online, as far as the package says where it lives.
pub fn rule_url(rule: &str) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    (!repository.is_empty()).then(|| format!("{repository}/blob/main/rules/{rule}.md"))
}
