//! A column (or a whole relation) that would be gone, or of another type, in; Impacts as if it were, out: no diff, the
//! names that every reader needs.

use std::collections::BTreeMap;

use super::broken::{Break, readers_of};
use super::{Class, Impacts, ModelImpact, Step, Verdict, consumers};
use crate::change::{Changes, ColumnChange, ModelChange, Presence, Shape, Width};
use crate::compile::{Compilation, CompiledModel};
use crate::lineage::Via;
use crate::text::{Place, Span};

/// Whom it would break if `relation` (or one column of it) were gone.
pub fn without(compilation: &Compilation, relation: &str, column: Option<&str>) -> Impacts {
    let mut removal = Removal { compilation, broken: BTreeMap::new(), shapes: BTreeMap::new() };
    match column {
        None => {
            for (reader, place) in readers_of(relation, compilation) {
                removal.breaks(&reader, format!("reads `{}`", compilation.short_name(relation)), place);
            }
        }
        Some(column) => removal.column(relation, column),
    }
    removal.impacts((relation, column), Presence::Removed)
}

/// Whom it would reach if a column had another type: its copies have it too; what is computed from it may differ.
pub fn retyped(compilation: &Compilation, relation: &str, column: &str) -> Impacts {
    let mut impacts = super::what_if(compilation, relation, &[column.to_owned()]);
    let mut pending = vec![(relation.to_owned(), column.to_owned())];
    let mut copies: Vec<(String, String)> = Vec::new();
    while let Some((relation, column)) = pending.pop() {
        for (id, model) in &compilation.models {
            for own in &model.lineage.columns {
                let copies_it = own.inputs.iter().any(|edge| {
                    edge.via == Via::Identity && edge.relation == relation && edge.column.eq_ignore_ascii_case(&column)
                });
                let copy = (id.clone(), own.name.clone());
                if copies_it && !copies.contains(&copy) {
                    copies.push(copy.clone());
                    pending.push(copy);
                }
            }
        }
    }
    for (id, name) in copies.into_iter().chain([(relation.to_owned(), column.to_owned())]) {
        let Some(impact) = impacts.models.get_mut(&id) else { continue };
        for column in impact.change.columns.iter_mut().filter(|own| own.name.eq_ignore_ascii_case(&name)) {
            column.shape.push(Shape::Retyped(String::new(), Width::Other));
        }
    }
    impacts
}

struct Removal<'c> {
    compilation: &'c Compilation,
    broken: BTreeMap<String, Break>,
    /// Columns that are gone through a star, by the model that had them.
    shapes: BTreeMap<String, Vec<String>>,
}

impl Removal<'_> {
    /// Who names the column breaks; who takes all columns has one less, and hands that on.
    fn column(&mut self, relation: &str, column: &str) {
        let mut pending = vec![(relation.to_owned(), column.to_owned())];
        while let Some((relation, column)) = pending.pop() {
            for (id, model) in self.compilation.models.iter().filter(|(id, _)| **id != relation) {
                let same = |other: &str, name: &str| other == relation && name.eq_ignore_ascii_case(&column);
                // A star names no column: it takes those that are there.
                let is_star = |span: Span| {
                    let text = model.rendered.text.get(span.range());
                    text.is_some_and(|text| text.trim_end().ends_with('*'))
                };
                let mut named = model.lineage.named.iter();
                let named = named.find(|name| same(&name.relation, &name.column) && !is_star(name.span));
                if let Some(named) = named {
                    let place = place_of(model, named.span);
                    let what = format!("reads `{}.{column}`", self.compilation.short_name(&relation));
                    self.breaks(id, what, place);
                    continue;
                }
                let copies = model.lineage.columns.iter().filter(|own| {
                    own.inputs.iter().any(|edge| edge.via == Via::Identity && same(&edge.relation, &edge.column))
                });
                for own in copies {
                    let gone = self.shapes.entry(id.clone()).or_default();
                    if !gone.contains(&own.name) {
                        gone.push(own.name.clone());
                        pending.push((id.clone(), own.name.clone()));
                    }
                }
            }
        }
    }

    /// A model that will not build, and all that read it.
    fn breaks(&mut self, id: &str, what: String, place: Place) {
        let mut pending = vec![(id.to_owned(), Break { what, place, through: None })];
        while let Some((id, why)) = pending.pop() {
            if self.broken.contains_key(&id) {
                continue;
            }
            for (reader, place) in readers_of(&id, self.compilation) {
                let what = format!("reads `{}`, which will not build", self.compilation.short_name(&id));
                pending.push((reader, Break { what, place, through: Some(id.clone()) }));
            }
            self.broken.insert(id, why);
        }
    }

    fn impacts(self, (relation, column): (&str, Option<&str>), presence: Presence) -> Impacts {
        let mut models: BTreeMap<String, ModelImpact> = BTreeMap::new();
        for (id, why) in &self.broken {
            let because = self.way(id, why);
            models.extend(self.impact(id, &[], (Class::Breaking, Verdict::Breaks), because));
        }
        for (id, gone) in self.shapes.iter().filter(|(id, _)| !self.broken.contains_key(*id)) {
            models.extend(self.impact(id, gone, (Class::UnreadRemoval, Verdict::Differs), Vec::new()));
        }
        let own: Vec<String> = column.map(str::to_owned).into_iter().collect();
        if let Some((id, mut impact)) = self.impact(relation, &own, (Class::Breaking, Verdict::Differs), Vec::new()) {
            impact.edited = true;
            if column.is_none() {
                impact.change.presence = presence;
            }
            models.insert(id, impact);
        }
        let consumers = consumers::consumers(&models, &Changes::default(), self.compilation);
        Impacts { models, consumers, inputs: BTreeMap::new() }
    }

    fn impact(
        &self,
        id: &str,
        gone: &[String],
        (class, verdict): (Class, Verdict),
        because: Vec<Step>,
    ) -> Option<(String, ModelImpact)> {
        let model = self.compilation.models.get(id)?;
        let mut change = ModelChange::same(id, model);
        for column in &mut change.columns {
            if gone.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
                *column = ColumnChange::removed(&column.name);
            }
        }
        let (causes, origins) = (BTreeMap::new(), Vec::new());
        let impact = ModelImpact { change, class, verdict, edited: false, causes, because, origins, refresh: None };
        Some((id.to_owned(), impact))
    }

    /// From the first reader that breaks to this one.
    fn way(&self, id: &str, why: &Break) -> Vec<Step> {
        let mut chain = vec![why];
        let mut seen = vec![id.to_owned()];
        while let Some(through) = chain.last().and_then(|last| last.through.clone()) {
            let Some(next) = self.broken.get(&through).filter(|_| !seen.contains(&through)) else { break };
            seen.push(through);
            chain.push(next);
        }
        let step = |why: &&Break| Step {
            place: why.place.clone(),
            line: self.compilation.line_of(&why.place),
            what: why.what.clone(),
        };
        chain.iter().rev().map(step).collect()
    }
}

fn place_of(model: &CompiledModel, span: Span) -> Place {
    let origin = model.rendered.origin(span).map(|origin| origin.place);
    origin.unwrap_or_else(|| Place::top(&model.model.file))
}
