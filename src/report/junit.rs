//! Findings in, JUnit XML out: a test case per file that has findings, or one that passed.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::check::{Check, said};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::FileId;

/// One suite; in it a case per finding, named by its rule and classed by its file. Findings below `failing` pass, with
/// their text as output.
pub fn junit(check: &Check, failing: Severity) -> String {
    let mut files: BTreeMap<&FileId, Vec<&Diagnostic>> = BTreeMap::new();
    check.findings.iter().for_each(|finding| files.entry(&finding.place.file).or_default().push(finding));
    let mut suite = TestSuite::new("sluice");
    for (file, findings) in files {
        for finding in findings {
            suite.add_test_case(case(check, file, finding, failing));
        }
    }
    if check.findings.is_empty() {
        suite.add_test_case(TestCase::new("all models", TestCaseStatus::success()));
    }
    let mut report = Report::new("sluice");
    report.add_test_suite(suite);
    // Writing to memory cannot fail.
    report.to_string().unwrap_or_default() + "\n"
}

fn case(check: &Check, file: &FileId, finding: &Diagnostic, failing: Severity) -> TestCase {
    let place = check.texts.locate(&finding.place);
    let said = said(finding, "\n");
    let text = format!("{place}\n{said}");
    let status = if finding.severity >= failing {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(finding.message.clone()).set_type(finding.severity.word()).set_description(text);
        status
    } else {
        TestCaseStatus::success()
    };
    let passed = matches!(status, TestCaseStatus::Success { .. });
    let mut case = TestCase::new(format!("{} at {place}", finding.rule), status);
    case.set_classname(file.path());
    if passed {
        case.set_system_out(format!("{}: {place}\n{}", finding.severity.word(), said));
    }
    case
}
