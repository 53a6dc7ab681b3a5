//! Findings at a place in; fixes of them, safe ones first, and comments that allow them, out.

use lsp_types::{CodeAction, CodeActionKind, CodeActionParams, NumberOrString, Range, TextEdit};

use super::convert::Page;
use super::edits::{of_one, workspace_edit};
use super::session::{Session, Spot};
use crate::diagnostic::Edit;
use crate::lint::{Finding, fix};
use crate::text::Span;

/// What may be done about the findings in a range.
pub(super) fn actions(session: &Session, spot: &Spot<'_>, params: &CodeActionParams) -> Vec<CodeAction> {
    let asked = Page::new(&spot.text, session.units).span(params.range);
    let findings = spot.root.findings(&spot.file);
    let meets = |span: Span| span.start <= asked.end && asked.start <= span.end;
    let here: Vec<&Finding> = findings.iter().filter(|one| meets(one.diagnostic.place.span)).collect();
    let shown = session.diagnostics(spot.root, &spot.file);
    let mut actions: Vec<CodeAction> = Vec::new();
    for (finding, shown) in findings.iter().zip(&shown).filter(|(finding, _)| here.contains(finding)) {
        let rule = &finding.diagnostic.rule;
        let diagnostics = Some(vec![shown.clone()]);
        if let Some(fix) = &finding.diagnostic.fix {
            let title = if fix.safe { format!("Fix: {rule}") } else { format!("Fix, may change results: {rule}") };
            let edit = workspace_edit(session, spot.root, &fix.edits);
            let (kind, is_preferred) = (Some(CodeActionKind::QUICKFIX), Some(fix.safe));
            actions.push(CodeAction { title, kind, diagnostics, is_preferred, edit, ..CodeAction::default() });
        }
    }
    actions.sort_by_key(|action| action.is_preferred != Some(true));
    actions.extend(fix_all(session, spot, params));
    for (_, shown) in findings.iter().zip(&shown).filter(|(finding, _)| here.contains(finding)) {
        actions.extend(allow(session, spot, shown));
    }
    actions
}

/// All safe fixes of the file at once.
fn fix_all(session: &Session, spot: &Spot<'_>, params: &CodeActionParams) -> Option<CodeAction> {
    let kinds = params.context.only.as_ref();
    let asked = kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind.as_str().starts_with("source")));
    let text = |file: &crate::text::FileId| (*file == spot.file).then_some(&*spot.text);
    let made = fix(spot.root.findings(&spot.file), false, &text);
    let new = made.texts.get(&spot.file).filter(|_| asked)?;
    let whole = Edit { file: spot.file.clone(), span: Span::new(0, spot.text.len()), text: new.clone() };
    Some(CodeAction {
        title: "Fix all that is safe to fix".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: workspace_edit(session, spot.root, &[whole]),
        ..CodeAction::default()
    })
}

/// `-- sluice: allow(rule) reason` at the end of the line where the finding starts.
fn allow(session: &Session, spot: &Spot<'_>, shown: &lsp_types::Diagnostic) -> Option<CodeAction> {
    let Some(NumberOrString::String(rule)) = &shown.code else { return None };
    let page = Page::new(&spot.text, session.units);
    let line = page.line(shown.range.start.line);
    let is_yaml = !spot.file.path().ends_with(".sql");
    let (sign, end) = if is_yaml {
        ("#", "")
    } else if line.contains("{%") {
        ("{#", " #}")
    } else {
        ("--", "")
    };
    let at = lsp_types::Position { line: shown.range.start.line, character: session.units.count(line) };
    let new_text = format!("  {sign} sluice: allow({rule}) why it is right here{end}");
    let edit = TextEdit { range: Range { start: at, end: at }, new_text };
    let uri = session.uri(spot.root, &spot.file)?;
    Some(CodeAction {
        title: format!("Allow here: {rule}"),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown.clone()]),
        edit: Some(of_one(uri, vec![edit])),
        ..CodeAction::default()
    })
}
