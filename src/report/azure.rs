//! Findings in, logging commands of Azure Pipelines out: they show at the lines of the pull request.

use std::fmt::Write;

use super::check::{Check, said};
use super::paint::Paint;
use super::text::summary;
use crate::diagnostic::Severity;

/// One `##vso[task.logissue ..]` line per finding, then the count. Azure knows no level below a warning. See
/// <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>.
pub fn azure(check: &Check) -> String {
    let mut out = String::new();
    for finding in &check.findings {
        let kind = if finding.severity == Severity::Error { "error" } else { "warning" };
        let (start, _) = check.texts.positions(&finding.place);
        let (path, code) = (property(finding.place.file.path()), property(&finding.rule));
        let place = format!("sourcepath={path};linenumber={};columnnumber={};code={code};", start.line, start.column);
        let _ = writeln!(out, "##vso[task.logissue type={kind};{place}]{}", data(&said(finding, " ")));
    }
    out + &summary(check, Paint::plain())
}

/// A text that holds no command of its own, however it is made.
pub fn without_commands(text: &str) -> String {
    text.replace("##", "# #")
}

fn data(text: &str) -> String {
    let escaped = text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A");
    without_commands(&escaped)
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::{property, without_commands};

    #[test]
    fn properties_are_escaped() {
        assert_eq!(property("a;b]c%\n"), "a%3Bb%5Dc%AZP25%0A");
    }

    #[test]
    fn a_text_gives_no_commands() {
        assert_eq!(without_commands("x ##vso[task.setvariable]y"), "x # #vso[task.setvariable]y");
    }
}
