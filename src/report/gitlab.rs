//! Findings in, GitLab's code quality report out: annotations on a merge request.

use serde::Serialize;

use super::check::Check;
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
    let issue = |(finding, fingerprint): (&'_ crate::diagnostic::Diagnostic, &crate::text::Digest)| {
        let (start, end) = check.texts.positions(&finding.place);
        let said: Vec<&str> = [&finding.message].into_iter().chain(&finding.help).map(String::as_str).collect();
        (said.join(" "), fingerprint.to_string(), start.line, end.line)
    };
    let issues = check.findings.iter().zip(&check.fingerprints).map(|pair| {
        let (description, fingerprint, begin, end) = issue(pair);
        let severity = match pair.0.severity {
            Severity::Error => "major",
            Severity::Warn => "minor",
            Severity::Info => "info",
        };
        let location = Location { path: pair.0.place.file.path(), lines: Lines { begin, end } };
        Issue { description, check_name: &pair.0.rule, fingerprint, severity, location }
    });
    super::json::page(&issues.collect::<Vec<_>>())
}
