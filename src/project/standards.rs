//! Projects in, the pages of the team's own rules that hold in each out: `.sluice/rules/*.md` of its folder and of those
//! above it, and of the folders that its settings extend.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Project;
use super::files::{Files, join, parent, text_or_say};
use crate::text::FileId;

/// The text of one rule's page.
#[derive(Clone, Debug)]
pub struct RuleText {
    pub file: FileId,
    pub text: Arc<str>,
}

const FOLDER: &str = ".sluice/rules";

/// Gives each project its pages, those of the outermost folder first.
pub(super) fn load(projects: &mut [Project], files: &dyn Files) {
    let mut known: BTreeMap<String, Vec<RuleText>> = BTreeMap::new();
    for project in projects {
        let mut folders = project.settings.rule_folders.clone();
        let own: Vec<String> = above(&project.root).into_iter().filter_map(|root| join(&root, FOLDER)).collect();
        folders.extend(own.into_iter().rev());
        for folder in folders {
            let pages = known.entry(folder.clone()).or_insert_with(|| {
                let pages = files.below(&folder).into_iter().filter(|file| file.path().ends_with(".md"));
                let read = |file: FileId| {
                    let text = text_or_say(files, &file, &mut project.diagnostics);
                    RuleText { file, text }
                };
                pages.map(read).collect()
            });
            let new = pages.iter().filter(|page| project.rule_texts.iter().all(|known| known.file != page.file));
            let new: Vec<RuleText> = new.cloned().collect();
            project.rule_texts.extend(new);
        }
    }
}

/// A folder and all above it, the folder first.
fn above(folder: &str) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let mut at = folder;
    while !at.is_empty() {
        at = parent(at);
        folders.push(at.to_owned());
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::load;
    use crate::project::Project;
    use crate::project::files::memory::Memory;

    fn check(root: &str, extended: &[&str], expected: &[&str]) {
        let files = Memory::of(&[
            (".sluice/rules/a.md", ""),
            (".sluice/rules/notes.txt", ""),
            ("shop/.sluice/rules/b.md", ""),
            ("shared/rules/c.md", ""),
        ]);
        let mut project = Project::bare(crate::dialect::find("duckdb").expect("a known dialect"));
        root.clone_into(&mut project.root);
        project.settings.rule_folders = extended.iter().map(|folder| (*folder).to_owned()).collect();
        let mut projects = [project];
        load(&mut projects, &files);
        let found: Vec<&str> = projects[0].rule_texts.iter().map(|page| page.file.path()).collect();
        assert_eq!(found, expected, "{root}");
    }

    #[test]
    fn a_project_takes_the_rules_of_its_folder_and_of_those_above() {
        check("shop", &[], &[".sluice/rules/a.md", "shop/.sluice/rules/b.md"]);
        check("", &[], &[".sluice/rules/a.md"]);
    }

    #[test]
    fn extended_rules_come_first() {
        check("", &["shared/rules"], &["shared/rules/c.md", ".sluice/rules/a.md"]);
    }
}
