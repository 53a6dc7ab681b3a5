//! The list of rules, group by group. To add a rule, write its page and add a line to its group.

/// A page by its name: `rules/<name>.md`.
macro_rules! page {
    ($name:literal) => {
        ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $name, ".md")))
    };
}

mod change_safety;
mod correctness;
mod cost;
mod governance;
mod hygiene;
mod lineage;
mod style;
mod templating;

use std::sync::{Arc, OnceLock};

use super::custom::Own;
use super::finding::Raised;
use super::page::{self, Page};
use super::scene::{Diff, Scene, Stage};
use super::sheet::Sheet;

/// A rule: what is said of it, and what it does.
pub(super) struct Rule {
    pub(super) page: Page,
    pub(super) check: Check,
}

/// Who finds a rule's faults.
#[derive(Clone)]
pub(super) enum Check {
    /// A lower floor, which raises diagnostics under the rule's name.
    Below,
    /// Called for each of a project's own models.
    Model(fn(&Scene<'_>, &mut Vec<Raised>)),
    /// Called for each project.
    Project(fn(&Stage<'_>, &mut Vec<Raised>)),
    /// Called for each file of SQL as it stands, template and all: models and macros of the project itself.
    Sheet(fn(&Sheet<'_>, &mut Vec<Raised>)),
    /// Called where there is a Base.
    Change(fn(&Diff<'_>, &mut Vec<Raised>)),
    /// A team's own rule.
    Own(Arc<Own>),
    /// The suppressions' own rules, judged when all others are done.
    Suppressions,
}

/// A page (name and text) and its check.
type Line = ((&'static str, &'static str), Check);

/// The registry: a list a group, in the order of worth.
const LISTS: [&[Line]; 8] = [
    correctness::LIST,
    change_safety::LIST,
    lineage::LIST,
    governance::LIST,
    cost::LIST,
    templating::LIST,
    hygiene::LIST,
    style::LIST,
];

/// All rules, in the order of the list.
pub(super) fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let read = |((_, text), check): &Line| Rule {
            page: page::parse(text).expect("every built-in page is read by a test"),
            check: check.clone(),
        };
        LISTS.into_iter().flatten().map(read).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::LISTS;
    use crate::lint::page;

    #[test]
    fn every_page_is_well_formed_and_bears_its_rules_name() {
        for ((name, text), _) in LISTS.into_iter().flatten() {
            let page = page::parse(text).unwrap_or_else(|fault| panic!("rules/{name}.md: {fault}"));
            assert_eq!(page.name, *name, "the title of rules/{name}.md");
            assert!(!page.summary.is_empty(), "rules/{name}.md says in a sentence what it finds");
        }
    }
}
