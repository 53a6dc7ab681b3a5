//! A Compilation in; names looked up, models counted and causes gathered out.

use std::collections::BTreeMap;

use super::{Cause, Compilation, CompiledModel};
use crate::algebra::{Known, Status};
use crate::lineage::{ColumnLineage, Graph, ModelLineage};
use crate::project::ModelKind;
use crate::text::Span;

/// How many models there are of each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub exact: usize,
    pub partial: usize,
    pub opaque: usize,
}

impl CompiledModel {
    /// A table that a statement of a script writes, rather than a file that is one model.
    pub(super) fn is_script_table(&self) -> bool {
        self.model.kind == ModelKind::Table
    }
}

impl Compilation {
    /// Who reads whom in the whole repo, column by column. Built when first asked for.
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| {
            let tables: Vec<(&str, ModelLineage)> =
                self.tables.iter().map(|(id, known)| (id.as_str(), lineage_of_table(known))).collect();
            let models = self.models.iter().map(|(id, model)| (id.as_str(), &*model.lineage));
            let tables = tables.iter().map(|(id, lineage)| (*id, lineage));
            Graph::new(models.chain(tables))
        })
    }

    /// What readers may know of a model, source or seed.
    pub fn known(&self, relation: &str) -> Option<&Known> {
        self.models.get(relation).map(|model| &*model.known).or_else(|| self.tables.get(relation))
    }

    /// The type of a column as the dialect spells it, if it is known.
    pub fn column_type(&self, relation: &str, column: &str) -> Option<String> {
        let known = self.known(relation)?;
        let column = known.columns.iter().find(|known| known.name.eq_ignore_ascii_case(column))?;
        Some(column.ty.name.clone()).filter(|name| !name.is_empty())
    }

    /// A relation's name, as short as it is clear: `orders` for `model.shop.orders`, `ecom.orders` for a source's table.
    pub fn short_name(&self, relation: &str) -> String {
        let counts = self.short_names.get_or_init(|| {
            let mut counts = BTreeMap::new();
            for id in self.models.keys().chain(self.tables.keys()) {
                *counts.entry(short(id).to_owned()).or_insert(0) += 1;
            }
            counts
        });
        let short = short(relation);
        let own = usize::from(self.known(relation).is_some());
        if counts.get(short).is_some_and(|count| *count > own) { relation.to_owned() } else { short.to_owned() }
    }

    /// How many models were understood, and how well.
    pub fn counts(&self) -> Counts {
        self.models.values().fold(Counts::default(), |counts, model| counts.with(model.status))
    }

    /// Why models are not exact: for each status and cause, how many, most first, and the first of them.
    pub fn causes(&self) -> Vec<(Status, &str, usize, &Cause)> {
        let mut causes: BTreeMap<(Status, &str), (usize, &Cause)> = BTreeMap::new();
        for model in self.models.values().filter(|model| model.status != Status::Exact) {
            let mut met: Vec<&str> = Vec::new();
            for cause in &model.why {
                if !met.contains(&cause.cause.as_str()) {
                    met.push(&cause.cause);
                    causes.entry((model.status, &cause.cause)).or_insert((0, cause)).0 += 1;
                }
            }
        }
        let mut causes: Vec<_> =
            causes.into_iter().map(|((status, cause), (count, first))| (status, cause, count, first)).collect();
        causes.sort_by(|a, b| (a.0, std::cmp::Reverse(a.2), a.1).cmp(&(b.0, std::cmp::Reverse(b.2), b.1)));
        causes
    }
}

/// The name without kind and project.
pub(super) fn short(id: &str) -> &str {
    let kinds = ["model.", "source.", "seed.", "snapshot.", "analysis.", "test.", "singular_test."];
    let rest = kinds.iter().find_map(|kind| id.strip_prefix(kind)).and_then(|rest| rest.split_once('.'));
    rest.map_or(id, |(_, name)| name)
}

fn lineage_of_table(known: &Known) -> ModelLineage {
    let column = |column: &crate::algebra::KnownColumn| ColumnLineage {
        name: column.name.clone(),
        ty: column.ty.clone(),
        nullable: column.nullable,
        inputs: Vec::new(),
        span: Span::default(),
    };
    let keys = known.keys.iter().map(|(columns, _)| columns.clone());
    ModelLineage {
        columns: known.columns.iter().map(column).collect(),
        keys: keys.collect(),
        ..ModelLineage::default()
    }
}

impl Counts {
    /// One more model of this status.
    #[must_use]
    pub fn with(mut self, status: Status) -> Self {
        match status {
            Status::Exact => self.exact += 1,
            Status::Partial => self.partial += 1,
            Status::Opaque => self.opaque += 1,
        }
        self
    }

    pub fn all(self) -> usize {
        self.exact + self.partial + self.opaque
    }
}
