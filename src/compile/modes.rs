//! Models in, their texts in another mode than a Compilation is made of out.

use super::draft::reported;
use super::each::each;
use super::environments::environments_again;
use super::{Compilation, CompiledModel};
use crate::template::{Mode, Rendered, render};

impl Compilation {
    /// Renders models in `mode`, with the columns that this Compilation knows; in the order of `models`.
    pub fn renderings(&self, models: &[&CompiledModel], mode: Mode) -> Vec<Rendered> {
        let environments = environments_again(&self.projects);
        each(models, |compiled| {
            let project = &self.projects[compiled.project];
            let dialect = compiled.model.dialect(&project.dialect);
            let columns = |id: &str| {
                let known = self.models.get(id).map(|model| &*model.known).or_else(|| self.tables.get(id))?;
                let columns = known.columns.iter();
                (!known.columns.is_empty())
                    .then(|| columns.map(|column| (reported(column, dialect), column.ty.name.clone())).collect())
            };
            render(&environments[compiled.project], &compiled.model, mode, &columns)
        })
    }
}
