//! Findings that a team lives with for now: a baseline's text and what was found in, what is new and which entries are
//! stale out; and findings as the text of a baseline.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Fault, Value, json};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{FileId, Place, Span};

use super::finding::{Finding, Standing};

/// The file that is used where none is named, from the repo root.
pub const BASELINE: &str = ".sluice/baseline.json";

/// The findings of one baseline file.
#[derive(Debug, Default)]
pub struct Baseline {
    file: Option<FileId>,
    /// By fingerprint: the rule, the file it was found in, and where the entry stands.
    entries: BTreeMap<String, (String, String, Span)>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineFault {
    #[error("it is not valid JSON: {0}")]
    Json(#[from] Fault),
    #[error("it has no list of `findings`, each with a `rule` and a `fingerprint`")]
    Shape,
    #[error("it is of version {0}, and this is a sluice that knows version 1")]
    Version(i64),
}

impl Baseline {
    pub fn read(file: &FileId, text: &str) -> Result<Self, BaselineFault> {
        let tree = json::parse(text)?;
        match tree.get("version").and_then(Value::integer) {
            Some(1) => {}
            Some(other) => return Err(BaselineFault::Version(other)),
            None => return Err(BaselineFault::Shape),
        }
        let entry = |entry: &Value| {
            let part = |key: &str| entry.get(key).and_then(Value::str).map(str::to_owned);
            let print = part("fingerprint")?;
            let span = text.find(&print).map_or(Span::at(0), |at| Span::new(at, at + print.len()));
            Some((print, (part("rule")?, part("path").unwrap_or_default(), span)))
        };
        let findings = tree.get("findings").ok_or(BaselineFault::Shape)?;
        let entries: Option<BTreeMap<_, _>> = findings.items().iter().map(entry).collect();
        Ok(Baseline { file: Some(file.clone()), entries: entries.ok_or(BaselineFault::Shape)? })
    }

    /// Takes away the findings that it knows; says how many those were. Entries whose finding is gone are findings of
    /// their own, unless their file was not asked about.
    pub fn apply(
        &self,
        findings: &mut Vec<Finding>,
        is_asked: impl Fn(&str) -> bool,
        level: Option<Severity>,
    ) -> usize {
        let before = findings.len();
        let found: BTreeSet<String> = findings.iter().map(|finding| finding.fingerprint.to_string()).collect();
        findings.retain(|finding| !self.entries.contains_key(&finding.fingerprint.to_string()));
        let known = before - findings.len();
        let (Some(file), Some(level)) = (&self.file, level) else { return known };
        let stale = self.entries.iter().filter(|(print, (_, path, _))| !found.contains(*print) && is_asked(path));
        for (print, (rule, path, span)) in stale {
            let message = format!("`{rule}` in {path} is mended: this entry of the baseline silences nothing.");
            let diagnostic = Diagnostic::new("stale-baseline-entry", level, Place::new(file, *span), message)
                .help("Run `sluice check --write-baseline`, so that it cannot come back unseen.");
            let fingerprint = crate::text::Hasher::new("stale").text(print).finish();
            findings.push(Finding { diagnostic, fingerprint, standing: Standing::New });
        }
        known
    }
}

/// The text of a baseline that knows these findings, one a line.
pub fn baseline_text(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let quoted = |text: &str| json::quoted(text);
        format!(
            "    {{\"rule\": {}, \"path\": {}, \"fingerprint\": {}}}",
            quoted(&finding.diagnostic.rule),
            quoted(finding.diagnostic.place.file.path()),
            quoted(&finding.fingerprint.to_string())
        )
    };
    let mut lines: Vec<String> = findings.iter().map(line).collect();
    lines.sort();
    lines.dedup();
    let list = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
    format!("{{\n  \"version\": 1,\n  \"findings\": [{list}]\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::{Baseline, baseline_text};
    use crate::diagnostic::{Diagnostic, Severity};
    use crate::lint::{Finding, Standing};
    use crate::text::{Digest, FileId, Place};

    fn finding(rule: &str) -> Finding {
        let diagnostic = Diagnostic::warn(rule, Place::top(&FileId::new("a.sql")), "message");
        Finding { diagnostic, fingerprint: Digest::of(rule.as_bytes()), standing: Standing::New }
    }

    #[test]
    fn what_is_written_is_known_and_what_is_gone_is_stale() {
        let text = baseline_text(&[finding("one"), finding("two")]);
        let baseline = Baseline::read(&FileId::new("b.json"), &text).expect("what we write we read");
        let mut now = vec![finding("two"), finding("three")];
        assert_eq!(baseline.apply(&mut now, |_| true, Some(Severity::Warn)), 1);
        let rules: Vec<&str> = now.iter().map(|finding| finding.diagnostic.rule.as_str()).collect();
        assert_eq!(rules, ["three", "stale-baseline-entry"]);
        assert!(now[1].diagnostic.message.contains("`one`"));
    }

    #[test]
    fn what_is_no_baseline_says_why() {
        let read =
            |text: &str| Baseline::read(&FileId::new("b.json"), text).map(|_| ()).map_err(|fault| fault.to_string());
        assert!(read("{").is_err());
        assert_eq!(
            read("{\"version\": 2}"),
            Err("it is of version 2, and this is a sluice that knows version 1".to_owned())
        );
        assert!(read("{\"version\": 1, \"findings\": [{}]}").is_err());
    }
}
