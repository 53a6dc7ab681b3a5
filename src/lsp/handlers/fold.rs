//! `textDocument/foldingRange`: CTEs, brackets, comments and the blocks of templates.

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use crate::lsp::Refused;
use crate::lsp::convert::Page;
use crate::lsp::session::Session;
use crate::syntax::tolerant;

/// As `queries/folds.scm` of the grammar has them.
const KINDS: [&str; 9] = [
    "cte",
    "subquery",
    "group",
    "arguments",
    "case_expression",
    "block_comment",
    "jinja_comment",
    "jinja_expression",
    "jinja_statement",
];

pub(super) fn answer(session: &mut Session, params: FoldingRangeParams) -> Result<Vec<FoldingRange>, Refused> {
    let Some(spot) = session.page(&params.text_document.uri) else { return Ok(Vec::new()) };
    let page = Page::new(&spot.text, session.units);
    let tree = tolerant(&spot.text);
    let mut found: Vec<FoldingRange> = Vec::new();
    for node in tree.root().descendants().filter(|node| KINDS.contains(&node.kind())) {
        let range = page.range(node.span());
        let (start_line, end_line) = (range.start.line, range.end.line);
        if start_line < end_line && found.iter().all(|known| known.start_line != start_line) {
            let kind = node.kind().ends_with("comment").then_some(FoldingRangeKind::Comment);
            found.push(FoldingRange { start_line, end_line, kind, ..FoldingRange::default() });
        }
    }
    Ok(found)
}
