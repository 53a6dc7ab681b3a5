//! Findings of Base and Head in; which are new, which inherited, which fixed out.

use std::collections::BTreeSet;

use crate::compile::Compilation;
use crate::text::Digest;

use super::check::run;
use super::finding::{Finding, Standing};
use super::level::Selection;

/// What Head is compared with.
pub struct Base<'a> {
    pub compilation: &'a Compilation,
}

/// The findings of Base that Head no longer has.
pub fn fixed(base: &Base<'_>, head: &[Finding], selection: &Selection) -> Vec<Finding> {
    let head: BTreeSet<Digest> = head.iter().map(|finding| finding.fingerprint).collect();
    let mut gone = run(base.compilation, None, selection);
    gone.retain(|finding| !head.contains(&finding.fingerprint));
    gone
}

/// Says of each finding of Head whether Base has it too.
pub(super) fn mark(mut head: Vec<Finding>, base: &[Finding]) -> Vec<Finding> {
    let base: BTreeSet<Digest> = base.iter().map(|finding| finding.fingerprint).collect();
    for finding in &mut head {
        if base.contains(&finding.fingerprint) {
            finding.standing = Standing::Inherited;
        }
    }
    head
}
