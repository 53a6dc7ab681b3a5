//! `textDocument/diagnostic`: what is wrong in one file.

use lsp_types::{DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport};
use lsp_types::{DocumentDiagnosticReportResult, RelatedFullDocumentDiagnosticReport};

use crate::lsp::Refused;
use crate::lsp::session::Session;

pub(super) fn answer(
    session: &mut Session,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult, Refused> {
    session.compile_first();
    let found = session.locate(params.text_document.uri.as_str());
    let items = found.map(|(root, file)| session.diagnostics(&session.roots[root], &file)).unwrap_or_default();
    let report = FullDocumentDiagnosticReport { result_id: None, items };
    Ok(DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: report,
    })
    .into())
}
