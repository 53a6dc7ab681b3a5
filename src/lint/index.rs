//! The pages in, the index of all rules as Markdown out: `rules/README.md` and `sluice rules --format markdown`.

use std::fmt::Write as _;

use super::page::{Group, Page};
use super::table;

const HEAD: &str = "# Rules

One page per rule. A page is the rule's metadata, what `sluice explain` prints, and its tests: every example on it is
run, a line marked `-- finding` must fire, everything else must be silent. This index is written from the pages.

A rule fires only where the algebra proves the fault, or its page says plainly that it is a convention. Levels are
defaults; `sluice.toml` sets them under `[rules]`, and a comment `-- sluice: allow(rule-name) reason` silences one line.
";

/// What other tools check and no rule here does, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("backfill and cost estimates; rows-changed classes", "`sluice plan` and `sluice impact` say them"),
    ("cycles of columns", "`cycle` finds those of models, and a column's needs one"),
    ("exposure broken by a column", "`column-removed-and-used` names the exposure that reads it"),
    ("freshness without `loaded_at_field`", "right or wrong by adapter: some read the warehouse's own clock"),
    ("generic tests only", "says how a model is tested, not whether"),
    ("model scores", "a figure, not a fault at a place"),
    ("run time and bytes of the last run", "artifacts of runs are not in the repo"),
    ("source schema against a lock file", "`catalog-disagrees`"),
    ("whitespace that templates leave", "nobody reads rendered SQL for its looks"),
];

/// All rules by group: name, default level, what it finds, and what other tools call it.
pub fn index() -> String {
    let mut text = HEAD.to_owned();
    for group in Group::ALL {
        let pages: Vec<&Page> = table().iter().filter(|page| page.group == group).collect();
        if pages.is_empty() {
            continue;
        }
        let _ = write!(text, "\n## {}\n\n| rule | level | finds | elsewhere |\n|---|---|---|---|\n", group.word());
        for page in pages {
            let peers: Vec<String> = page.peers.iter().map(ToString::to_string).collect();
            let (name, level, summary) = (&page.name, page.level_word(), &page.summary);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| [{name}]({name}.md) | {level} | {summary} | {} |", peers.join(", "));
        }
    }
    text.push_str("\n## Left out\n\n| check | why |\n|---|---|\n");
    for (check, why) in LEFT_OUT {
        let _ = writeln!(text, "| {check} | {why} |");
    }
    text
}
