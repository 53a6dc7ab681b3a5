//! `workspace/diagnostic`: what is wrong in all files.

use lsp_types::{
    FullDocumentDiagnosticReport, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
};

use crate::lsp::Refused;
use crate::lsp::session::Session;

pub(super) fn answer(
    session: &mut Session,
    _: WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReportResult, Refused> {
    session.settle();
    let mut items = Vec::new();
    for root in &session.roots {
        for (file, _) in root.all_findings() {
            let Some(uri) = session.uri(root, file) else { continue };
            let version = session.open.get(uri.as_str()).map(|open| i64::from(open.version));
            let items_of = session.diagnostics(root, file);
            items.push(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: None, items: items_of },
            }));
        }
    }
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}
