//! Findings of Base and Head in; which are new, which inherited, which fixed out.

use std::collections::BTreeSet;

use crate::compile::Compilation;
use crate::text::Digest;

use super::finding::{Finding, Standing};

/// What Head is compared with.
pub struct Base<'a> {
    pub compilation: &'a Compilation,
}

/// Says of each finding of Head whether Base has it too, and gives those of Base that Head has not.
pub(super) fn mark(mut head: Vec<Finding>, mut base: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    let prints = |findings: &[Finding]| findings.iter().map(|one| one.fingerprint).collect::<BTreeSet<Digest>>();
    let (before, after) = (prints(&base), prints(&head));
    for finding in head.iter_mut().filter(|finding| before.contains(&finding.fingerprint)) {
        finding.standing = Standing::Inherited;
    }
    base.retain(|finding| !after.contains(&finding.fingerprint));
    (head, base)
}
