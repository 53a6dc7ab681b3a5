//! Findings in, what a person reads out: the message, the lines it speaks of, and what to do.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode, ThemeCharacters, ThemeStyles,
};

use super::check::{Check, Texts, rule_url};
use super::paint::{Ink, Paint};
use crate::compile::Counts;
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::Span;

/// All findings with their snippets, then one line that counts.
pub fn text(check: &Check, paint: Paint) -> String {
    let mut out = String::new();
    for finding in &check.findings {
        snippet(finding, &check.texts, paint, &mut out);
        out.push('\n');
    }
    out + &summary(check, paint)
}

/// `3 errors and 1 warning in 2 files. 15 models: 14 exact, 1 partial.`
pub fn summary(check: &Check, paint: Paint) -> String {
    let counts = [
        (Severity::Error, Ink::Error, "error"),
        (Severity::Warn, Ink::Warn, "warning"),
        (Severity::Info, Ink::Info, "note"),
    ];
    let counted = counts.into_iter().filter_map(|(severity, ink, word)| {
        let count = check.count(severity);
        (count > 0).then(|| paint.ink(ink, &plural(count, word)))
    });
    let counted: Vec<String> = counted.collect();
    let mut files: Vec<&str> = check.findings.iter().map(|finding| finding.place.file.path()).collect();
    files.sort_unstable();
    files.dedup();
    let found = match counted.as_slice() {
        [] => paint.ink(Ink::Good, "No findings."),
        counted => format!("{} in {}.", counted.join(", "), plural(files.len(), "file")),
    };
    format!("{found} {}{}\n", compared(check), models(check.models))
}

/// `2 mended by this change, 7 that the base has too. `
fn compared(check: &Check) -> String {
    let Some(compared) = check.compared else { return String::new() };
    let told = [(compared.fixed, "mended by this change"), (compared.inherited, "that the base has too")];
    let told: Vec<String> =
        told.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() { String::new() } else { format!("{}. ", told.join(", ")) }
}

/// `15 models, all exact.` or `15 models: 12 exact, 2 partial, 1 opaque.`
pub(super) fn models(count: Counts) -> String {
    let all = plural(count.all(), "model");
    if count.exact == count.all() {
        return if count.all() == 1 { format!("{all}, exact.") } else { format!("{all}, all exact.") };
    }
    let kinds = [(count.exact, "exact"), (count.partial, "partial"), (count.opaque, "opaque")];
    let kinds: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("{all}: {}.", kinds.join(", "))
}

pub(super) fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn snippet(finding: &Diagnostic, texts: &Texts, paint: Paint, out: &mut String) {
    let links = finding.related.iter().filter(|label| label.place.file != finding.place.file);
    let elsewhere: Vec<String> =
        links.map(|label| format!("{} ({})", label.message, texts.locate(&label.place))).collect();
    let shown = Shown::new(finding, texts, paint, &elsewhere);
    let handler = GraphicalReportHandler::new_themed(theme(paint))
        .with_width(paint.columns())
        .with_context_lines(1)
        .with_urls(false)
        .without_cause_chain()
        .with_break_words(false);
    if handler.render_report(out, &shown).is_err() {
        out.push_str(&format!("{} {}: {}\n", texts.locate(&finding.place), finding.rule, finding.message));
    }
}

fn theme(paint: Paint) -> GraphicalTheme {
    let styles = if paint.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let characters = ThemeCharacters {
        error: "error".to_owned(),
        warning: "warning".to_owned(),
        advice: "note".to_owned(),
        ..ThemeCharacters::unicode()
    };
    GraphicalTheme { characters, styles }
}

/// A finding as miette asks for it.
struct Shown {
    message: String,
    severity: Severity,
    help: Option<String>,
    source: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
}

impl Shown {
    fn new(finding: &Diagnostic, texts: &Texts, paint: Paint, elsewhere: &[String]) -> Self {
        let rule = paint.link(&paint.ink(Ink::Bold, &finding.rule), rule_url(&finding.rule).as_deref());
        let path = finding.place.file.path();
        let source = texts.get(&finding.place.file).map(|text| NamedSource::new(path, text.to_owned()));
        let mut labels = vec![LabeledSpan::new_primary_with_span(None, range(texts.inside(&finding.place)))];
        for label in finding.related.iter().filter(|label| label.place.file == finding.place.file) {
            let span = range(texts.inside(&label.place));
            labels.push(LabeledSpan::new_with_span(Some(label.message.clone()), span));
        }
        let help: Vec<String> = elsewhere.iter().chain(&finding.help).cloned().collect();
        Shown {
            message: format!("{rule}: {}", finding.message),
            severity: finding.severity,
            help: (!help.is_empty()).then(|| help.join("\n")),
            labels: if source.is_some() { labels } else { Vec::new() },
            source,
        }
    }
}

fn range(span: Span) -> (usize, usize) {
    (span.start as usize, span.len())
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warn => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = _>>)
    }
}
