//! The page of a team's own rule in; what it looks for, ready to be run over a Compilation, out.
//!
//! Two kinds: a query over the concrete tree of files ([`pattern`]), and an expression over facts ([`standard`]).

mod expression;
mod facts;
mod message;
mod pattern;
mod standard;
mod table;

use crate::text::{FileId, Span};

use super::page::{Body, Page, PageFault};

pub(super) use pattern::PatternRule;
pub(super) use standard::{Change, Ground, StandardRule};
pub(super) use table::TABLE;

/// What a team's own rule does.
pub(super) enum Own {
    Pattern(PatternRule),
    Standard(StandardRule),
}

/// Reads what a page looks for; `file` is the page's own.
pub(super) fn read(page: &Page, file: &FileId) -> Result<Own, PageFault> {
    let nothing = Body::default();
    let body = page.body.as_ref().unwrap_or(&nothing);
    match (&body.query, &body.require) {
        (Some(query), None) => Ok(Own::Pattern(PatternRule::read(page, body, query)?)),
        (None, Some(require)) => Ok(Own::Standard(StandardRule::read(body, require, file)?)),
        (Some(query), Some(_)) => Err(at(query.span, "`query` and `require` are two rules: write a page for each")),
        (None, None) => Err(PageFault::Missing("query` or `require")),
    }
}

fn at(span: Span, message: impl Into<String>) -> PageFault {
    PageFault::At { message: message.into(), span }
}
