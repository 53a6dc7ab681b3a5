//! Findings in, one line each out: what `grep`, `sort` and editors' error lists read.

use std::fmt::Write;

use super::check::Check;
use super::paint::{Ink, Paint};
use super::text::summary;
use crate::diagnostic::Severity;

/// `models/orders.sql:3:7 error unknown-column: ..`, then the count.
pub fn concise(check: &Check, paint: Paint) -> String {
    let mut out = String::new();
    for finding in &check.findings {
        let ink = match finding.severity {
            Severity::Error => Ink::Error,
            Severity::Warn => Ink::Warn,
            Severity::Info => Ink::Info,
        };
        let level = paint.ink(ink, finding.severity.word());
        let place = check.texts.locate(&finding.place);
        // What was meant is worth its place even where there is little.
        let meant = finding.help.as_deref().filter(|help| help.starts_with("Did you mean"));
        let message = format!("{}{}", finding.message, meant.map(|help| format!(" {help}")).unwrap_or_default());
        let message = message.replace('\n', " ");
        let _ = writeln!(out, "{place} {level} {}: {message}", paint.ink(Ink::Bold, &finding.rule));
    }
    out + &summary(check, paint)
}
