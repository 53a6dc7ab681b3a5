//! The table of rules in, the JSON of `sluice rules` out.

use serde::Serialize;

use super::{VERSION, page};
use crate::lint::Page;
use crate::report::check::rule_url;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    name: &'a str,
    group: &'static str,
    level: &'static str,
    since: &'a str,
    fix: &'static str,
    summary: &'a str,
    url: Option<String>,
    peers: Vec<String>,
}

/// `sluice rules --format json`.
pub fn rules(table: &[&Page]) -> String {
    let rules = table.iter().map(|page| Rule {
        name: &page.name,
        group: page.group.word(),
        level: page.level_word(),
        since: &page.since,
        fix: page.fix.word(),
        summary: &page.summary,
        url: rule_url(&page.name),
        peers: page.peers.iter().map(ToString::to_string).collect(),
    });
    page(&Answer { version: VERSION, rules: rules.collect() })
}
