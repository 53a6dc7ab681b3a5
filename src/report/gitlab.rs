//! Findings in, GitLab's code quality report out: annotations on a merge request.

use serde::Serialize;

use super::check::{Check, said};
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// A list of issues, as <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format> says.
pub fn gitlab(check: &Check) -> String {
    let issues = check.findings.iter().zip(&check.fingerprints).map(|(finding, fingerprint)| {
        let (start, end) = check.texts.positions(&finding.place);
        let severity = match finding.severity {
            Severity::Error => "major",
            Severity::Warn => "minor",
            Severity::Info => "info",
        };
        let lines = Lines { begin: start.line, end: end.line };
        let location = Location { path: finding.place.file.path(), lines };
        let (description, fingerprint) = (said(finding, " "), fingerprint.to_string());
        Issue { description, check_name: &finding.rule, fingerprint, severity, location }
    });
    super::json::page(&issues.collect::<Vec<_>>())
}
