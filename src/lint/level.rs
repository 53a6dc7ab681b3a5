//! Settings and command line in; for each rule its level for one file and the values of its options out.

use crate::data::Value;
use crate::diagnostic::Severity;
use crate::project::{Globs, Override, Preset, Project, RuleSetting};
use crate::text::FileId;

use super::dag::inner_path;
use super::page::{Group, Page};

/// What the command line asks of the rules. Entries are rule names, names of groups, or `all`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty: those that settings and pages turn on.
    pub select: Vec<String>,
    /// These too.
    pub extend_select: Vec<String>,
    /// None of these, whoever asks.
    pub ignore: Vec<String>,
    /// The day the check is made on, as `2026-01-31`: what had leave until an earlier day has it no longer.
    pub today: Option<String>,
}

impl Selection {
    /// All names it gives.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &String> {
        self.select.iter().chain(&self.extend_select).chain(&self.ignore)
    }

    /// Does it select this rule, by its name or its group?
    pub fn names(&self, page: &Page) -> bool {
        names(&self.select, page) || names(&self.extend_select, page)
    }

    /// The level of a rule in one file; `None` is off. A rule that is off and asked for by its own name or group warns.
    pub(super) fn level(&self, page: &Page, rules: &ProjectRules<'_>, file: Option<&FileId>) -> Option<Severity> {
        let level = rules.settings(page, file).find_map(|setting| setting.level).unwrap_or(page.level);
        if names(&self.ignore, page) {
            return None;
        }
        if self.names(page) {
            return Some(level.or(page.level).unwrap_or(Severity::Warn));
        }
        level.filter(|_| self.select.is_empty())
    }

    /// The level of a rule where no project speaks.
    pub(super) fn bare_level(&self, page: &Page) -> Option<Severity> {
        match () {
            () if names(&self.ignore, page) => None,
            () if self.names(page) => Some(page.level.unwrap_or(Severity::Warn)),
            () => page.level.filter(|_| self.select.is_empty()),
        }
    }

    /// May the rule be on in some file of the project?
    pub(super) fn may_be_on(&self, page: &Page, rules: &ProjectRules<'_>) -> bool {
        let somewhere = || {
            let settings = rules.overrides.iter().filter_map(|(_, over)| of_rule(&over.rules, page));
            settings.flatten().any(|setting| matches!(setting.level, Some(Some(_))))
        };
        self.level(page, rules, None).is_some() || !names(&self.ignore, page) && self.select.is_empty() && somewhere()
    }
}

/// What one project says of the rules, ready to be asked file by file.
pub(super) struct ProjectRules<'a> {
    pub(super) project: &'a Project,
    layers: Vec<(Globs, &'a str)>,
    overrides: Vec<(Globs, &'a Override)>,
}

impl<'a> ProjectRules<'a> {
    pub(super) fn of(project: &'a Project) -> Self {
        let settings = &project.settings;
        let paths = |over: &Override| {
            let of_layers = settings.layers.iter().filter(|layer| over.layers.contains(&layer.name));
            let paths: Vec<&String> = over.paths.iter().chain(of_layers.flat_map(|layer| &layer.paths)).collect();
            Globs::new(&paths)
        };
        ProjectRules {
            project,
            layers: settings.layers.iter().map(|layer| (Globs::new(&layer.paths), layer.name.as_str())).collect(),
            overrides: settings.overrides.iter().map(|over| (paths(over), over)).collect(),
        }
    }

    /// The name of the layer that a file is in.
    pub(super) fn layer(&self, file: &FileId) -> Option<&'a str> {
        let path = self.path(file);
        self.layers.iter().find(|(globs, _)| globs.matches(path)).map(|(_, name)| *name)
    }

    /// The value of an option: the project's where it is of the right kind, else the page's default.
    pub(super) fn option<'s>(&'s self, page: &'s Page, file: Option<&'s FileId>, name: &str) -> Option<&'s Value> {
        let known = page.options.iter().find(|option| option.name == name)?;
        let set = self.settings(page, file).filter_map(|setting| setting.options.get(name));
        Some({ set }.find(|value| known.kind.takes(value)).unwrap_or(&known.default))
    }

    /// The overrides that give a rule other options in a file.
    pub(super) fn variant(&self, page: &Page, file: &FileId) -> Vec<usize> {
        let path = self.path(file);
        let sets = |over: &Override| {
            let mut settings = of_rule(&over.rules, page).into_iter().flatten();
            settings.any(|setting| !setting.options.is_empty())
        };
        let holds = |(_, (globs, over)): &(usize, &(Globs, &Override))| sets(over) && globs.matches(path);
        self.overrides.iter().enumerate().filter(holds).map(|(at, _)| at).collect()
    }

    /// What is set for a rule in a file, the strongest first.
    fn settings<'s>(&'s self, page: &'s Page, file: Option<&'s FileId>) -> impl Iterator<Item = &'s RuleSetting> {
        let path = file.map(|file| self.path(file));
        let holds = move |(globs, _): &&(Globs, &Override)| path.is_some_and(|path| globs.matches(path));
        let over = self.overrides.iter().rev().filter(holds).filter_map(|(_, over)| of_rule(&over.rules, page));
        over.flatten().chain(of_rule(&self.project.settings.rules, page).into_iter().flatten())
    }

    /// A file's path from the project's root.
    fn path<'p>(&self, file: &'p FileId) -> &'p str {
        inner_path(self.project, file.path())
    }
}

/// What a table of rules says of one: by its own name, then by its group's.
fn of_rule<'s>(
    rules: &'s std::collections::BTreeMap<String, RuleSetting>,
    page: &Page,
) -> Option<impl Iterator<Item = &'s RuleSetting>> {
    let found = rules.get(&page.name).into_iter().chain(rules.get(page.group.word()));
    (!rules.is_empty()).then_some(found)
}

/// The strictest of the projects' presets; `guard` where none says.
pub fn preset<'a>(projects: impl Iterator<Item = &'a Project>) -> Preset {
    let said: Vec<Preset> = projects.filter_map(|project| project.settings.preset).collect();
    let has = |preset| said.contains(&preset);
    match () {
        () if has(Preset::Enforce) => Preset::Enforce,
        () if has(Preset::Guard) || said.is_empty() => Preset::Guard,
        () => Preset::Observe,
    }
}

/// Is a name that of a group of rules, or of all?
pub(super) fn is_group(name: &str) -> bool {
    name == "all" || Group::ALL.iter().any(|group| group.word() == name)
}

fn names(list: &[String], page: &Page) -> bool {
    list.iter().any(|name| *name == page.name || name == page.group.word() || name == "all")
}

#[cfg(test)]
mod tests {
    use super::{ProjectRules, Selection};
    use crate::diagnostic::Severity;
    use crate::lint::explain;
    use crate::project::{Override, Project, RuleSetting};
    use crate::text::FileId;

    fn project(level: Option<Option<Severity>>) -> Project {
        let mut project = Project::bare(crate::dialect::find("duckdb").expect("a known dialect"));
        let rule = RuleSetting { level, ..RuleSetting::default() };
        project.settings.rules.insert("unused-cte".to_owned(), rule);
        project
    }

    fn check(select: &[&str], ignore: &[&str], setting: Option<Option<Severity>>) -> Option<Severity> {
        let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let selection = Selection { select: strings(select), ignore: strings(ignore), ..Selection::default() };
        let project = project(setting);
        selection.level(explain("unused-cte").expect("the rule exists"), &ProjectRules::of(&project), None)
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
    fn overrides_hold_for_their_paths_and_groups_for_their_rules() {
        let mut project = project(None);
        project.root = "shop".to_owned();
        let off = RuleSetting { level: Some(None), ..RuleSetting::default() };
        let error = RuleSetting { level: Some(Some(Severity::Error)), ..RuleSetting::default() };
        project.settings.rules.insert("correctness".to_owned(), error);
        let rules = [("unused-cte".to_owned(), off)].into();
        project.settings.overrides =
            vec![Override { paths: vec!["models/old".to_owned()], rules, ..Override::default() }];
        let page = explain("unused-cte").expect("the rule exists");
        let rules = ProjectRules::of(&project);
        let level = |path: &str| Selection::default().level(page, &rules, Some(&FileId::new(path)));
        assert_eq!(level("shop/models/old/a.sql"), None);
        assert_eq!(level("shop/models/new/a.sql"), Some(Severity::Error));
    }
}
