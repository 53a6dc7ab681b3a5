//! Findings in, workflow commands of GitHub Actions out: annotations at the lines of the pull request.

use std::fmt::Write;

use super::check::{Check, said};
use super::paint::Paint;
use super::text::summary;
use crate::diagnostic::Severity;

/// One `::error file=..` line per finding, then the count. See
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub fn github(check: &Check) -> String {
    let mut out = String::new();
    for finding in &check.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warn => "warning",
            Severity::Info => "notice",
        };
        let (start, end) = check.texts.positions(&finding.place);
        let mut place =
            format!("file={},line={},endLine={}", property(finding.place.file.path()), start.line, end.line);
        if start.line == end.line {
            let _ = write!(place, ",col={},endColumn={}", start.column, end.column);
        }
        let message = data(&said(finding, "\n"));
        let _ = writeln!(out, "::{command} {place},title={}::{message}", property(&finding.rule));
    }
    out + &summary(check, Paint::plain())
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::property;

    #[test]
    fn properties_are_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
