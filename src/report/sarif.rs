//! Findings in, SARIF 2.1.0 out: what code scanning of GitHub and others reads.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Location, Message, MultiformatMessageString,
    PhysicalLocation, Region, Replacement, ReportingConfiguration, ReportingDescriptor, Result as Found, Run, Sarif,
    Tool, ToolComponent,
};

use super::check::{Check, rule_url, said};
use crate::diagnostic::{self, Diagnostic, Edit, Severity};
use crate::text::{Digest, FileId, Place};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with all findings; paths are relative to the repo root, columns count characters.
///
/// The fingerprint is a partial one, so that an alert stays the same while its line moves.
pub fn sarif(check: &Check) -> String {
    let driver = ToolComponent::builder()
        .name("Sluice")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(check.about.iter().map(|(name, about)| rule(name, about)).collect::<Vec<_>>())
        .build();
    let findings = check.findings.iter().zip(&check.fingerprints).map(|(one, print)| found(check, one, print));
    let run = Run::builder()
        .tool(Tool::from(driver))
        .column_kind(json!("unicodeCodePoints"))
        .results(findings.collect::<Vec<_>>())
        .build();
    let whole = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    super::json::page(&whole)
}

fn rule(name: &str, about: &super::check::About) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let help = MultiformatMessageString::builder().text(&*about.text).markdown(&*about.text).build();
    let level = ReportingConfiguration::builder().level(json!(level(about.level))).build();
    let mut descriptor = ReportingDescriptor::builder()
        .id(name)
        .name(name)
        .short_description(text(&about.summary))
        .help(help)
        .default_configuration(level)
        .build();
    descriptor.help_uri = rule_url(name);
    descriptor
}

fn found(check: &Check, finding: &Diagnostic, fingerprint: &Digest) -> Found {
    let mut found = Found::builder()
        .rule_id(&*finding.rule)
        .message(Message::from(said(finding, " ").as_str()))
        .locations(vec![location(check, &finding.place, None)])
        .partial_fingerprints(BTreeMap::from([("sluice/v1".to_owned(), fingerprint.to_string())]))
        .build();
    found.level = serde_json::from_value(json!(level(Some(finding.severity)))).ok();
    let related = finding.related.iter().map(|label| location(check, &label.place, Some(&label.message)));
    found.related_locations = (!finding.related.is_empty()).then(|| related.collect());
    found.fixes = finding.fix.as_ref().map(|fix| vec![self::fix(fix)]);
    found
}

fn level(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Error) => "error",
        Some(Severity::Warn) => "warning",
        Some(Severity::Info) => "note",
        None => "none",
    }
}

fn location(check: &Check, place: &Place, message: Option<&str>) -> Location {
    let (start, end) = check.texts.positions(place);
    let span = check.texts.inside(place);
    let region = Region::builder()
        .start_line(i64::from(start.line))
        .start_column(i64::from(start.column))
        .end_line(i64::from(end.line))
        .end_column(i64::from(end.column))
        .byte_offset(i64::from(span.start))
        .byte_length(i64::from(span.end - span.start))
        .build();
    let physical = PhysicalLocation::builder().artifact_location(artifact(&place.file)).region(region).build();
    let mut location = Location::builder().physical_location(physical).build();
    location.message = message.map(Message::from);
    location
}

fn artifact(file: &FileId) -> ArtifactLocation {
    ArtifactLocation::builder().uri(super::lsp::escaped(file.path())).build()
}

fn fix(fix: &diagnostic::Fix) -> Fix {
    let mut files: BTreeMap<&FileId, Vec<&Edit>> = BTreeMap::new();
    fix.edits.iter().for_each(|edit| files.entry(&edit.file).or_default().push(edit));
    let replacement = |edit: &&Edit| {
        let region = Region::builder()
            .byte_offset(i64::from(edit.span.start))
            .byte_length(i64::from(edit.span.end - edit.span.start))
            .build();
        let content = ArtifactContent::builder().text(&*edit.text).build();
        Replacement::builder().deleted_region(region).inserted_content(content).build()
    };
    let changes = files.iter().map(|(file, edits)| {
        let replacements: Vec<Replacement> = edits.iter().map(replacement).collect();
        ArtifactChange::builder().artifact_location(artifact(file)).replacements(replacements).build()
    });
    let how = if fix.safe { "Keeps the meaning of the SQL." } else { "May change what the SQL gives." };
    Fix::builder().artifact_changes(changes.collect::<Vec<_>>()).description(Message::from(how)).build()
}
