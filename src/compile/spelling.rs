//! A Compilation in, a way to write the names of its relations as its texts do out.

use super::Compilation;
use super::environments::environments_again;
use crate::project::{Kind, RelationName};
use crate::template::{Environment, spelled};

/// How each project writes names.
pub struct Spelling {
    environments: Vec<Environment>,
    /// Whether the project's names are written by templates, which quote them.
    templates: Vec<bool>,
}

impl Compilation {
    pub fn spelling(&self) -> Spelling {
        let templates = self.projects.iter().map(|project| project.kind == Kind::Dbt).collect();
        Spelling { environments: environments_again(&self.projects), templates }
    }
}

impl Spelling {
    /// The name of a relation in a project; `id` says whose quoting holds.
    pub fn text(&self, project: usize, name: &RelationName, id: &str) -> String {
        if self.templates[project] {
            return spelled(&self.environments[project], name, Some(id));
        }
        let parts = [name.database.as_deref(), name.schema.as_deref(), Some(name.identifier.as_str())];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
    }
}
