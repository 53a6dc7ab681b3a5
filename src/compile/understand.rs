//! A draft and what it reads in, its models out: their queries, edges, status and what they offer to readers.

use std::sync::Arc;

use super::accumulated::accumulate;
use super::declared::{Trust, column, declare, enforces, hold_to_contract};
use super::draft::{Draft, Version};
use super::kept::keep;
use super::names::Written;
use super::resolved::{Part, Resolved, Sight, resolved};
use super::store::Cache;
use super::told;
use super::union::union;
use super::{Cause, CompiledModel, Reading};
use crate::algebra::{How, Known, Status, Why, known};
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::lineage::ModelLineage;
use crate::project::{Kind, Language, Model, ModelKind, Project, RelationName};
use crate::syntax::{Outline, plain};
use crate::template::Rendered;
use crate::text::{Hasher, Place, Span};

/// Resolves one draft. A script comes to one model per table that it writes, and one for its last query.
pub(super) fn understand(
    draft: &Draft<'_>,
    project: &Project,
    (sight, written): (&Sight<'_>, &Written),
    cache: &Cache,
) -> (Vec<CompiledModel>, Vec<Diagnostic>) {
    let dialect = draft.model.dialect(&project.dialect);
    let main = resolved(&draft.main, dialect, sight, cache);
    let second = draft.incremental.as_ref().map(|version| {
        let sight = sight.with_refs(&version.refs);
        (version, resolved(version, dialect, &sight, cache))
    });
    let second = second.as_ref().map(|(version, resolved)| (*version, resolved.as_ref()));
    let outlines = second.map(|(version, resolved)| (version, resolved.outline.as_slice()));
    let mut told = told::of_draft(draft, project, [(&draft.main, main.outline.as_slice())].into_iter().chain(outlines));
    let maker = Maker { draft, project, sight, outline: &main.outline };
    if written.is_empty() {
        let mut model = maker.whole(&main, second);
        let readings = draft.readings().map(|(version, spans)| {
            let sight = sight.with_refs(&version.refs);
            let resolved = resolved(version, dialect, &sight, cache);
            Reading {
                rendered: Arc::clone(&version.rendered),
                query: resolved
                    .query
                    .as_ref()
                    .or(resolved.written.last())
                    .map(|part| Arc::clone(&part.query))
                    .unwrap_or_default(),
                outline: Arc::clone(&resolved.outline),
                spans,
            }
        });
        model.readings = readings.collect();
        for reading in &model.readings {
            told.extend(told::of_reading(draft, reading));
        }
        return (vec![model], told);
    }
    let mut models: Vec<CompiledModel> = Vec::new();
    for part in &main.written {
        let model = maker.table(part, &main.why);
        match models.iter_mut().find(|other| other.model.id == model.model.id) {
            Some(other) => other.merge(&model),
            None => models.push(model),
        }
    }
    if main.query.is_some() || models.is_empty() {
        models.push(maker.whole(&Resolved { written: Vec::new(), ..Resolved::clone(&main) }, None));
    }
    (models, told)
}

struct Maker<'a> {
    draft: &'a Draft<'a>,
    project: &'a Project,
    sight: &'a Sight<'a>,
    outline: &'a Arc<Vec<Outline>>,
}

impl Maker<'_> {
    /// The model that the whole text is.
    fn whole(&self, main: &Resolved, second: Option<(&Version, &Resolved)>) -> CompiledModel {
        let empty = Part::default();
        let part = main.query.as_ref().or(main.written.last()).unwrap_or(&empty);
        let model = self.draft.model.clone();
        let mut compiled = self.compiled(model, part, &main.why);
        let again = second.and_then(|(version, resolved)| {
            Some((version, resolved.query.as_ref().or(resolved.written.last())?, resolved))
        });
        if let Some((version, part, resolved)) = again {
            let merged = union(&compiled.lineage, &compiled.rendered, &part.lineage, &version.rendered);
            compiled.lineage = Arc::new(merged);
            compiled.also.push(Arc::clone(&part.query));
            compiled.add_causes(&version.rendered, resolved.why.iter().chain(&part.query.why));
            compiled.status = compiled.status.max(part.query.status);
            // Rows kept from earlier runs are neither rendering's alone: what changes in one changes the table.
            let known = offered(part, &compiled.model.id);
            Arc::make_mut(&mut compiled.known).mix_fingerprints(&known);
        }
        compiled
    }

    /// The table that one statement of a script writes.
    fn table(&self, part: &Part, why: &[Why]) -> CompiledModel {
        let mut names: Vec<String> = part.id.split('.').map(str::to_owned).collect();
        let identifier = names.pop().unwrap_or_default();
        let (schema, database) = (names.pop(), names.pop());
        let file = &self.draft.model;
        let body = self.draft.main.rendered.origin(part.span).map_or(file.body, |origin| origin.place.span);
        let model = Model {
            id: part.id.clone(),
            name: identifier.clone(),
            kind: ModelKind::Table,
            relation: RelationName { database, schema, identifier },
            body,
            ..Model::clone(file)
        };
        self.compiled(model, part, why)
    }

    fn compiled(&self, model: Model, part: &Part, why: &[Why]) -> CompiledModel {
        let rendered = Arc::clone(&self.draft.main.rendered);
        let mut compiled = CompiledModel {
            project: self.draft.project,
            query: Arc::clone(&part.query),
            also: Vec::new(),
            readings: Vec::new(),
            lineage: Arc::clone(&part.lineage),
            fingerprints: part.fingerprints.clone(),
            known: Arc::default(),
            status: part.query.status,
            why: Vec::new(),
            filled: part.how.is_some_and(|how| !matches!(how, How::Create | How::View | How::Declare)),
            rendered: Arc::clone(&rendered),
            model,
        };
        compiled.add_causes(&rendered, why.iter().chain(&part.query.why));
        self.judge(&mut compiled, &rendered);
        let is_test = compiled.model.kind == ModelKind::SingularTest;
        let mut known = offered(part, &compiled.model.id);
        if compiled.filled {
            // Whatever else the table holds, this statement does not say.
            known.open = true;
            known.keys.clear();
        }
        if part.how == Some(How::Declare) {
            // A schema: who fills the table is not here.
            known.at_most_one_row = false;
            known.rows = None;
            known.given = None;
            known.columns.iter_mut().for_each(|column| column.value = None);
        }
        known.open |= rendered.open;
        if self.project.kind == Kind::SqlMesh && !is_test {
            accumulate(&mut known, &compiled.model);
        }
        if compiled.status == Status::Opaque {
            self.widen(&mut known, &mut compiled.lineage);
        }
        let trust = Trust::of(&self.project.settings);
        if self.project.kind == Kind::Dbt && !is_test {
            keep(&mut known, &compiled, !self.project.settings.trust_proved_only);
        }
        let properties = &compiled.model.properties;
        hold_to_contract(&mut known, properties);
        let materialized = compiled.config("materialized").and_then(Value::str);
        let dialect = compiled.model.dialect(&self.project.dialect);
        declare(&mut known, properties, trust.enforced(enforces(properties, materialized, dialect)));
        compiled.known = Arc::new(known);
        compiled
    }

    /// What the template could not know makes the status worse; so does a bug of ours.
    fn judge(&self, compiled: &mut CompiledModel, rendered: &Rendered) {
        let model = &compiled.model;
        let top = Place::new(&model.file, Span::at(model.body.start as usize));
        let mut cause = |cause: &str, detail: String, place: Place| {
            compiled.why.push(Cause { cause: cause.to_owned(), detail, place });
        };
        if let Some(bug) = &self.draft.bug {
            cause("bug in sluice", bug.0.clone(), top);
            compiled.status = Status::Opaque;
        } else if rendered.failed {
            let first = rendered.diagnostics.first();
            let detail = first.map(|diagnostic| diagnostic.message.clone()).unwrap_or_default();
            cause("template error", detail, first.map_or(top, |diagnostic| diagnostic.place.clone()));
            compiled.status = Status::Opaque;
        } else if model.language == Language::Python {
            cause("Python model", "its columns are known only when it runs".to_owned(), top);
            compiled.status = Status::Opaque;
        } else if self.outline.is_empty() {
            cause("no query", "the file has no statement".to_owned(), top);
            compiled.status = Status::Opaque;
        }
        if model.language != Language::Python {
            for unknown in &rendered.unknowns {
                let cause = without_names(&unknown.why);
                let (detail, place) = (unknown.why.clone(), unknown.place.clone());
                compiled.why.push(Cause { cause, detail, place });
                compiled.status = compiled.status.max(Status::Partial);
            }
        }
    }

    /// Opaque text: its declared columns may hold anything it reads, and it is equal only to the same words over the
    /// same inputs.
    fn widen(&self, known: &mut Known, lineage: &mut Arc<ModelLineage>) {
        known.open = true;
        for declared in &self.draft.model.properties.columns {
            if !known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&declared.name)) {
                known.columns.push(column(declared));
            }
        }
        let mut hasher = Hasher::new("opaque");
        // Python is told by its indentation too.
        let said = |text: &str| match self.draft.model.language {
            Language::Python => text.to_owned(),
            _ => plain(text),
        };
        hasher.text(&said(&self.draft.main.rendered.text)).text(&said(&self.draft.model.text));
        for id in &lineage.depends_on {
            let offer = self.sight.known.get(id);
            hasher.text(id).digest(offer.map(|offer| offer.address).unwrap_or_default());
        }
        let rows = hasher.finish();
        known.rows = Some(rows);
        known.given = None;
        for column in &mut known.columns {
            column.value = Some(Hasher::new("opaque column").digest(rows).text(&column.name).finish());
        }
    }
}

/// What a part offers to readers under a name.
fn offered(part: &Part, id: &str) -> Known {
    let known = known(&part.query, id);
    match &part.fingerprints {
        Some(fingerprints) => known.with_fingerprints(fingerprints),
        None => known,
    }
}

/// A cause that can be counted: what stands in backticks differs from case to case.
fn without_names(why: &str) -> String {
    why.split('`').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "`..`" }).collect()
}

impl CompiledModel {
    /// The model as if another reading of its text were its first.
    pub fn as_read(&self, reading: &Reading) -> CompiledModel {
        CompiledModel {
            rendered: Arc::clone(&reading.rendered),
            query: Arc::clone(&reading.query),
            readings: Vec::new(),
            ..self.clone()
        }
    }

    /// Causes from the SQL, at their places in the user's files.
    fn add_causes<'w>(&mut self, rendered: &Rendered, why: impl Iterator<Item = &'w Why>) {
        for why in why {
            let place = rendered.origin(why.span).map(|origin| origin.place);
            let place = place.unwrap_or_else(|| Place::top(&self.model.file));
            let cause = Cause { cause: why.cause.to_owned(), detail: why.detail.clone(), place };
            if !self.why.contains(&cause) {
                self.why.push(cause);
            }
        }
    }

    /// Another statement that writes the same table.
    pub(super) fn merge(&mut self, other: &CompiledModel) {
        let (mut first, mut second) = (self.clone(), other.clone());
        if first.filled && !second.filled {
            std::mem::swap(&mut first, &mut second);
        }
        let lineage = union(&first.lineage, &first.rendered, &second.lineage, &second.rendered);
        first.lineage = Arc::new(lineage);
        first.also.push(second.query);
        first.also.extend(second.also);
        first.fingerprints = None;
        first.status = first.status.max(second.status);
        first.why.extend(second.why);
        Arc::make_mut(&mut first.known).mix(&second.known);
        *self = first;
    }
}

impl Known {
    /// Only the fingerprints of [`Known::mix`]: the relation's facts stay as they are.
    fn mix_fingerprints(&mut self, other: &Known) {
        let mut mixed = self.clone();
        mixed.mix(other);
        self.rows = mixed.rows;
        self.given = None;
        for (column, mixed) in self.columns.iter_mut().zip(mixed.columns) {
            column.value = mixed.value;
        }
    }
}
