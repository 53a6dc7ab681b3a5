//! Settings and command line in; for each rule its level in one project and the values of its options out.

use crate::data::Value;
use crate::diagnostic::Severity;
use crate::project::Settings;
use crate::text::closest;

use super::page::{Group, Page};
use super::table;

/// What the command line asks of the rules. Entries are rule names, names of groups, or `all`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty: those that settings and pages turn on.
    pub select: Vec<String>,
    /// These too.
    pub extend_select: Vec<String>,
    /// None of these, whoever asks.
    pub ignore: Vec<String>,
}

/// A name that is neither rule nor group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    pub name: String,
    pub similar: Option<&'static str>,
}

impl Selection {
    /// The names that mean nothing, for the command line to refuse.
    pub fn unknown(&self) -> Vec<UnknownName> {
        let names = self.select.iter().chain(&self.extend_select).chain(&self.ignore);
        let unknown = names.filter(|name| !is_known(name));
        unknown.map(|name| UnknownName { name: name.clone(), similar: similar(name) }).collect()
    }

    /// Does it select this rule, by its name or its group?
    pub fn names(&self, page: &Page) -> bool {
        names(&self.select, page) || names(&self.extend_select, page)
    }

    /// The level of a rule; `None` is off. A rule that is off and asked for by its own name or group warns.
    pub(super) fn level(&self, page: &Page, settings: &Settings) -> Option<Severity> {
        let setting = settings.rules.get(&page.name).and_then(|setting| setting.level);
        let level = setting.unwrap_or(page.level);
        if names(&self.ignore, page) {
            return None;
        }
        if self.names(page) {
            return Some(level.or(page.level).unwrap_or(Severity::Warn));
        }
        level.filter(|_| self.select.is_empty())
    }
}

/// The value of an option: the project's where it is of the right kind, else the page's default.
pub(super) fn option<'a>(page: &'a Page, settings: &'a Settings, name: &str) -> Option<&'a Value> {
    let known = page.options.iter().find(|option| option.name == name)?;
    let set = settings.rules.get(&page.name).and_then(|setting| setting.options.get(name));
    Some(set.filter(|value| known.kind.takes(value)).unwrap_or(&known.default))
}

/// The rule name nearest to a misspelt one.
pub(super) fn similar(name: &str) -> Option<&'static str> {
    closest(name, table().iter().map(|page| page.name.as_str()))
}

fn names(list: &[String], page: &Page) -> bool {
    list.iter().any(|name| *name == page.name || name == page.group.word() || name == "all")
}

fn is_known(name: &str) -> bool {
    name == "all" || Group::ALL.iter().any(|group| group.word() == name) || table().iter().any(|page| page.name == name)
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use crate::diagnostic::Severity;
    use crate::lint::explain;
    use crate::project::{RuleSetting, Settings};

    fn check(select: &[&str], ignore: &[&str], setting: Option<Option<Severity>>) -> Option<Severity> {
        let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let selection = Selection { select: strings(select), ignore: strings(ignore), ..Selection::default() };
        let mut settings = Settings::default();
        let rule = RuleSetting { level: setting, ..RuleSetting::default() };
        settings.rules.insert("unused-cte".to_owned(), rule);
        selection.level(explain("unused-cte").expect("the rule exists"), &settings)
    }

    #[test]
    fn settings_win_over_the_page_and_ignore_over_all() {
        assert_eq!(check(&[], &[], None), Some(Severity::Warn));
        assert_eq!(check(&[], &[], Some(Some(Severity::Error))), Some(Severity::Error));
        assert_eq!(check(&[], &[], Some(None)), None);
        assert_eq!(check(&["unused-cte"], &["unused-cte"], None), None);
    }

    #[test]
    fn select_turns_on_what_it_names_and_nothing_else() {
        assert_eq!(check(&["unused-cte"], &[], Some(None)), Some(Severity::Warn));
        assert_eq!(check(&["correctness"], &[], None), Some(Severity::Warn));
        assert_eq!(check(&["select-star"], &[], None), None);
    }

    #[test]
    fn a_misspelt_name_gets_a_suggestion() {
        let selection = Selection { ignore: vec!["unusd-cte".to_owned(), "cost".to_owned()], ..Selection::default() };
        let unknown = selection.unknown();
        assert_eq!(unknown.len(), 1);
        assert_eq!(unknown[0].similar, Some("unused-cte"));
    }
}
