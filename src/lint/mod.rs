//! A Compilation in (and its Base, where there is one), Findings out; and the pages that explain each rule.
//!
//! Entry: [`check`]. What lower floors said (parse errors, unknown references, ..) becomes findings here under the
//! same names, levels and suppressions as what rules raise. [`table`] and [`explain`] are the pages in `rules/`.
//! A rule is a page and one line in `rules/mod.rs`.

mod baseline;
mod block;
mod change;
mod check;
mod custom;
mod dag;
mod example;
mod facts;
mod finding;
mod fix;
mod import;
mod index;
mod kept;
mod level;
mod macros;
mod page;
mod patterns;
mod resource;
mod rules;
mod scene;
mod script;
mod sensitive;
mod sheet;
mod standards;
mod suppress;
mod sure;
mod tags;
mod texts;
mod trial;
mod unseen;
mod verify;

use std::sync::OnceLock;

pub use baseline::{BASELINE, Baseline, baseline_text};
pub use change::Base;
pub use check::check;
pub use dag::layers;
pub use finding::{Finding, Standing};
pub use fix::{Fixed, fix};
pub use import::{Imported, bouncer, checkpoint, evaluator, sqlfluff};
pub use index::index;
pub use kept::{Kept, seen_by_readers};
pub use level::{Selection, preset};
pub use page::{Group, Page};
pub use standards::Standards;
pub use trial::{Trial, tree};
pub use verify::{verify, verify_own};

/// All built-in rules, sorted by group and name.
pub fn table() -> &'static [Page] {
    static TABLE: OnceLock<Vec<Page>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut pages: Vec<Page> = rules::rules().iter().map(|rule| rule.page.clone()).collect();
        pages.sort_by(|a, b| (a.group, &a.name).cmp(&(b.group, &b.name)));
        pages
    })
}

/// What expressions of a team's own rules may ask, kind by kind: name, type in CEL, meaning.
pub fn facts() -> impl Iterator<Item = (&'static str, &'static [(&'static str, &'static str, &'static str)])> {
    custom::TABLE.into_iter().map(|(kind, rows)| (kind.word(), rows))
}

/// The page of a built-in rule.
pub fn explain(rule: &str) -> Option<&'static Page> {
    table().iter().find(|page| page.name == rule)
}
