//! A Compilation in (and its Base, where there is one), Findings out; and the pages that explain each rule.
//!
//! Entry: [`check`]. What lower floors said (parse errors, unknown references, ..) becomes findings here under the
//! same names, levels and suppressions as what rules raise. [`table`] and [`explain`] are the pages in `rules/`.
//! A rule is a page and one line in `rules/mod.rs`.

mod change;
mod check;
mod dag;
mod example;
mod facts;
mod finding;
mod fix;
mod import;
mod index;
mod level;
mod macros;
mod page;
mod rules;
mod scene;
mod script;
mod sheet;
mod suppress;
mod texts;
mod trial;
mod verify;

use std::sync::OnceLock;

pub use change::Base;
pub use check::check;
pub use finding::{Finding, Standing};
pub use fix::{Fixed, fix};
pub use import::sqlfluff;
pub use index::index;
pub use level::Selection;
pub use page::{Group, Page};
pub use trial::{Trial, tree};
pub use verify::verify;

/// All rules, sorted by group and name.
pub fn table() -> &'static [Page] {
    static TABLE: OnceLock<Vec<Page>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut pages: Vec<Page> = rules::rules().iter().map(|rule| rule.page.clone()).collect();
        pages.sort_by(|a, b| (a.group, &a.name).cmp(&(b.group, &b.name)));
        pages
    })
}

/// The page of a rule.
pub fn explain(rule: &str) -> Option<&'static Page> {
    table().iter().find(|page| page.name == rule)
}
