//! Projects in, all rules that hold in them out: the built-in ones and those that their teams wrote.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::text::{FileId, Place, Span, closest};

use super::custom;
use super::level::{Selection, is_group};
use super::page::{self, Page, PageFault};
use super::rules::{Check, Rule, rules};

/// The rules of a repo.
pub struct Standards {
    own: Vec<Own>,
    /// Pages that are none, under the rule `invalid-rule`.
    pub(super) faults: Vec<Diagnostic>,
}

/// A team's own rule and where it holds.
struct Own {
    rule: Rule,
    file: FileId,
    /// Indices of projects.
    projects: Vec<usize>,
}

/// A name that is neither rule nor group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    pub name: String,
    pub similar: Option<String>,
}

impl Standards {
    /// Reads the pages that the projects bring.
    pub fn of(projects: &[Project]) -> Self {
        let mut own: BTreeMap<&FileId, (&str, Vec<usize>)> = BTreeMap::new();
        for (at, project) in projects.iter().enumerate() {
            for page in &project.rule_texts {
                own.entry(&page.file).or_insert((&page.text, Vec::new())).1.push(at);
            }
        }
        let mut standards = Standards { own: Vec::new(), faults: Vec::new() };
        for (file, (text, projects)) in own {
            match standards.read(file, text) {
                Ok(rule) => standards.own.push(Own { rule, file: file.clone(), projects }),
                Err(fault) => standards.faults.push(told(file, &fault)),
            }
        }
        standards
    }

    fn read(&self, file: &FileId, text: &str) -> Result<Rule, PageFault> {
        let page = page::parse_own(text)?;
        if let Some(known) = self.own.iter().find(|own| own.rule.page.name == page.name) {
            return Err(PageFault::Taken { name: page.name, by: known.file.to_string() });
        }
        if rules().iter().any(|rule| rule.page.name == page.name) || is_group(&page.name) {
            return Err(PageFault::Taken { name: page.name, by: "Sluice itself".to_owned() });
        }
        let check = custom::read(&page, file)?;
        Ok(Rule { page, check: Check::Own(check.into()) })
    }

    /// The built-in rules, then the team's own.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        rules().iter().chain(self.own.iter().map(|own| &own.rule))
    }

    /// The rules that hold in a project.
    pub(super) fn rules_of(&self, project: usize) -> impl Iterator<Item = &Rule> {
        let own = self.own.iter().filter(move |own| own.projects.contains(&project)).map(|own| &own.rule);
        rules().iter().chain(own)
    }

    /// The page of a rule.
    pub fn page(&self, name: &str) -> Option<&Page> {
        self.rules().map(|rule| &rule.page).find(|page| page.name == name)
    }

    /// All pages, by group and name.
    pub fn pages(&self) -> Vec<&Page> {
        let mut pages: Vec<&Page> = self.rules().map(|rule| &rule.page).collect();
        pages.sort_by(|a, b| (a.group, &a.name).cmp(&(b.group, &b.name)));
        pages
    }

    /// The team's own pages, each with its file.
    pub fn own_pages(&self) -> impl Iterator<Item = (&FileId, &Page)> {
        self.own.iter().map(|own| (&own.file, &own.rule.page))
    }

    /// What is wrong with the team's own pages.
    pub fn faults(&self) -> &[Diagnostic] {
        &self.faults
    }

    /// The rule name nearest to a misspelt one.
    pub fn similar(&self, name: &str) -> Option<&str> {
        closest(name, self.rules().map(|rule| rule.page.name.as_str()))
    }

    /// The names of a selection that mean nothing, for the command line to refuse.
    pub fn unknown(&self, selection: &Selection) -> Vec<UnknownName> {
        let is_known = |name: &str| is_group(name) || self.page(name).is_some();
        let unknown = selection.all_names().filter(|name| !is_known(name));
        unknown.map(|name| UnknownName { name: name.clone(), similar: self.similar(name).map(str::to_owned) }).collect()
    }
}

fn told(file: &FileId, fault: &PageFault) -> Diagnostic {
    let place = match fault {
        PageFault::At { span, .. } => Place::new(file, *span),
        _ => Place::new(file, Span::at(0)),
    };
    let help = "`sluice explain` shows the pages of built-in rules; docs/standards.md says what a page holds.";
    Diagnostic::error("invalid-rule", place, format!("This page is no rule: {fault}.")).help(help)
}
