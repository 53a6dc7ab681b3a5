//! The list of rules: a page each, and who judges. To add a rule, write its page and add its line.

mod case_branch;
mod comparison;
mod duplicate_join;
mod duplicate_output;
mod fan_out_join;
mod hard_coded_reference;
mod layer_order;
mod not_in_nullable;
mod one_sided_join;
mod outer_join_filter;
mod removed_column;
mod rows;
mod select_star;
mod settings;
mod unused_cte;
mod window;

use std::sync::OnceLock;

use crate::compile::Compilation;

use super::change::Base;
use super::finding::Raised;
use super::page::{self, Page};
use super::scene::{Scene, Stage};

/// A rule: what is said of it, and what it does.
pub(super) struct Rule {
    pub(super) page: Page,
    pub(super) check: Check,
}

/// Who finds a rule's faults.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// A lower floor, which raises diagnostics under the rule's name.
    Below,
    /// Called for each of a project's own models.
    Model(fn(&Scene<'_>, &mut Vec<Raised>)),
    /// Called for each project.
    Project(fn(&Stage<'_>, &mut Vec<Raised>)),
    /// Called where there is a Base.
    Change(fn(&Base<'_>, &Compilation, &mut Vec<Raised>)),
    /// The suppressions' own rules, judged when all others are done.
    Suppressions,
}

macro_rules! page {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../rules/", $name, ".md")))
    };
}

type Line = ((&'static str, &'static str), Check);

/// The registry. By group, then name.
const LIST: &[Line] = &[
    // correctness
    (page!("ambiguous-column"), Check::Below),
    (page!("constant-predicate"), Check::Model(comparison::constant)),
    (page!("distinct-with-group-by"), Check::Model(rows::distinct_groups)),
    (page!("duplicate-join"), Check::Model(duplicate_join::check)),
    (page!("duplicate-output-column"), Check::Model(duplicate_output::check)),
    (page!("fan-out-join"), Check::Model(fan_out_join::check)),
    (page!("limit-without-order"), Check::Model(rows::unordered_limit)),
    (page!("not-in-nullable"), Check::Model(not_in_nullable::check)),
    (page!("null-comparison"), Check::Model(comparison::with_null)),
    (page!("parse-error"), Check::Below),
    (page!("one-sided-join-condition"), Check::Model(one_sided_join::check)),
    (page!("repeated-case-branch"), Check::Model(case_branch::check)),
    (page!("self-comparison"), Check::Model(comparison::with_itself)),
    (page!("set-op-column-count"), Check::Below),
    (page!("set-op-column-order"), Check::Model(rows::swapped_columns)),
    (page!("unknown-column"), Check::Below),
    (page!("unknown-relation"), Check::Below),
    (page!("unordered-window"), Check::Model(window::check)),
    (page!("unused-cte"), Check::Model(unused_cte::check)),
    (page!("where-on-outer-joined-column"), Check::Model(outer_join_filter::check)),
    // change safety
    (page!("column-removed-and-used"), Check::Change(removed_column::used)),
    (page!("declared-key-lost"), Check::Change(removed_column::key_lost)),
    // lineage
    (page!("cycle"), Check::Below),
    (page!("duplicate-model"), Check::Below),
    (page!("duplicate-source"), Check::Below),
    (page!("hard-coded-reference"), Check::Model(hard_coded_reference::check)),
    (page!("layer-order"), Check::Model(layer_order::check)),
    // governance
    (page!("duplicate-yaml-entry"), Check::Below),
    (page!("unknown-yaml-key"), Check::Below),
    (page!("wrong-yaml-shape"), Check::Below),
    (page!("yaml-for-missing-node"), Check::Below),
    // cost
    (page!("select-star"), Check::Model(select_star::check)),
    (page!("union-could-be-union-all"), Check::Model(rows::disjoint_union)),
    // templating
    (page!("template-error"), Check::Below),
    (page!("template-warning"), Check::Below),
    (page!("undefined-variable"), Check::Below),
    // hygiene
    (page!("csv-error"), Check::Below),
    (page!("invalid-config"), Check::Project(settings::wrong_options)),
    (page!("catalog-disagrees"), Check::Below),
    (page!("large-seed"), Check::Below),
    (page!("package-not-installed"), Check::Below),
    (page!("suppression-without-reason"), Check::Suppressions),
    (page!("unknown-rule"), Check::Project(settings::unknown_rules)),
    (page!("unreadable-file"), Check::Below),
    (page!("unused-suppression"), Check::Suppressions),
    (page!("yaml-error"), Check::Below),
];

/// All rules, in the order of the list.
pub(super) fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let read = |((_, text), check): &Line| Rule {
            page: page::parse(text).expect("every built-in page is read by a test"),
            check: *check,
        };
        LIST.iter().map(read).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::LIST;
    use crate::lint::page;

    #[test]
    fn every_page_is_well_formed_and_bears_its_rules_name() {
        for ((name, text), _) in LIST {
            let page = page::parse(text).unwrap_or_else(|fault| panic!("rules/{name}.md: {fault}"));
            assert_eq!(page.name, *name, "the title of rules/{name}.md");
            assert!(!page.summary.is_empty(), "rules/{name}.md says in a sentence what it finds");
        }
    }
}
