//! Findings in, what a language server publishes out: `PublishDiagnosticsParams`, one file a line, and each diagnostic.

use std::collections::BTreeMap;

use lsp_types::{
    CodeDescription, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    Position, PublishDiagnosticsParams, Range, Uri,
};

use super::check::{Check, Texts, rule_url, said};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{FileId, Place};

/// `root` is the folder that paths are relative to, as `file:///..` without a slash at its end.
pub fn lsp(check: &Check, root: &str) -> String {
    let mut files: BTreeMap<&FileId, Vec<Shown>> = BTreeMap::new();
    for finding in &check.findings {
        let uri = |file: &FileId| uri(root, file);
        files.entry(&finding.place.file).or_default().push(lsp_diagnostic(finding, &check.texts, Units::Utf16, &uri));
    }
    let line = |(file, diagnostics): (&FileId, Vec<Shown>)| {
        let uri = uri(root, file)?;
        Some(super::json::line(&PublishDiagnosticsParams { uri, diagnostics, version: None }) + "\n")
    };
    files.into_iter().filter_map(line).collect()
}

/// What columns of a line count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    Utf8,
    Utf16,
}

impl Units {
    pub fn count(self, text: &str) -> u32 {
        match self {
            Units::Utf8 => text.len() as u32,
            Units::Utf16 => text.encode_utf16().count() as u32,
        }
    }

    pub fn of(self, sign: char) -> u32 {
        match self {
            Units::Utf8 => sign.len_utf8() as u32,
            Units::Utf16 => sign.len_utf16() as u32,
        }
    }
}

/// One finding as an editor shows it. `texts` holds the files that it points into; `uri` says where they are.
pub fn lsp_diagnostic(
    finding: &Diagnostic,
    texts: &Texts,
    units: Units,
    uri: &dyn Fn(&FileId) -> Option<Uri>,
) -> Shown {
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warn => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
    };
    let related = finding.related.iter().filter_map(|label| {
        let location = Location { uri: uri(&label.place.file)?, range: range(texts, &label.place, units) };
        Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
    });
    Shown {
        range: range(texts, &finding.place, units),
        severity: Some(severity),
        code: Some(NumberOrString::String(finding.rule.clone())),
        code_description: rule_url(&finding.rule).and_then(|url| Some(CodeDescription { href: url.parse().ok()? })),
        source: Some("sluice".to_owned()),
        message: said(finding, "\n"),
        related_information: (!finding.related.is_empty()).then(|| related.collect()),
        ..Shown::default()
    }
}

/// Lines and columns from 0.
fn range(texts: &Texts, place: &Place, units: Units) -> Range {
    let position = |(line, lead): (u32, &str)| Position { line: line - 1, character: units.count(lead) };
    let [start, end] = texts.leads(place).map(position);
    Range { start, end }
}

fn uri(root: &str, file: &FileId) -> Option<Uri> {
    format!("{root}/{}", escaped(file.path())).parse().ok()
}

/// A path as a URI writes it: all but letters, digits and `-._~/` as `%XX`.
pub fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let spell = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(spell).collect()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn paths_are_escaped_byte_by_byte() {
        assert_eq!(escaped("a b/é#1.sql"), "a%20b/%C3%A9%231.sql");
    }
}
