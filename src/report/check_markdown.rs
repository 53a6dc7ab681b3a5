//! Findings in, a Markdown comment for a pull request out.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::check::{Check, rule_url};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::FileId;

/// So many findings are spelled out; a comment has an end.
const MOST: usize = 50;

/// A line that says it all, then the findings file by file, the worst level first.
pub fn check_markdown(check: &Check) -> String {
    let count = |severity| check.count(severity);
    let (errors, warnings, infos) = (count(Severity::Error), count(Severity::Warn), count(Severity::Info));
    let mut out = match (errors, warnings, infos) {
        (0, 0, 0) => "### Standards: nothing to say\n".to_owned(),
        _ => format!("### Standards: {}\n", parts(&[(errors, "error"), (warnings, "warning"), (infos, "note")])),
    };
    if let Some(compared) = &check.compared {
        let told = parts(&[(compared.fixed, "finding")]);
        let (fixed, kept) = (compared.fixed, compared.inherited);
        let fixed = if fixed > 0 { format!("This change mends {told}. ") } else { String::new() };
        let kept = if kept > 0 { format!("{kept} that the base has too are not shown.") } else { String::new() };
        if fixed.len() + kept.len() > 0 {
            let _ = writeln!(out, "\n{}", format!("{fixed}{kept}").trim_end());
        }
    }
    let mut files: BTreeMap<&FileId, Vec<&Diagnostic>> = BTreeMap::new();
    let mut findings: Vec<&Diagnostic> = check.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings.iter().take(MOST).for_each(|finding| files.entry(&finding.place.file).or_default().push(finding));
    for (file, findings) in files {
        let _ = writeln!(out, "\n**`{file}`**\n\n| | line | finding |\n|---|---|---|");
        for finding in findings {
            let line = check.texts.positions(&finding.place).0.line;
            let rule = match rule_url(&finding.rule) {
                Some(url) => format!("[{}]({url})", finding.rule),
                None => format!("`{}`", finding.rule),
            };
            let help = finding.help.as_ref().map(|help| format!("<br>{}", cell(help))).unwrap_or_default();
            let _ = writeln!(out, "| {} | {line} | {} {rule}{help} |", finding.severity.word(), cell(&finding.message));
        }
    }
    if findings.len() > MOST {
        let _ = writeln!(out, "\n{} more are not shown.", findings.len() - MOST);
    }
    out
}

fn parts(counts: &[(usize, &str)]) -> String {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>()
        .join(", ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
