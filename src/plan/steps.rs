//! What is to be built in, every step of the plan out, in no order yet.

use std::collections::{BTreeMap, BTreeSet};

use super::gates::{self, Gate};
use super::names::Names;
use super::stand_in::{StandIn, stand_ins};
use super::statements::Statements;
use super::stored::{is_ephemeral, stored};
use super::together::Together;
use super::work::{Action, What, Work, incremental_texts, reason, work};
use super::{Request, Skipped, Step, StepKind, load, rewrite, seed, serves};
use crate::change::Presence;
use crate::compile::{Compilation, CompiledModel};
use crate::dialect::Dialect;
use crate::impact::{Class, ConsumerImpact, ConsumerKind, Impacts, Verdict};
use crate::project::{Kind, Project, Properties};
use crate::template::Rendered;

/// Everything that the steps are made from.
struct Scene<'c> {
    base: &'c Compilation,
    head: &'c Compilation,
    request: &'c Request,
    names: Names<'c>,
    work: BTreeMap<&'c str, Work<'c>>,
    incremental: BTreeMap<&'c str, Rendered>,
    serves: BTreeMap<&'c str, usize>,
    /// Schemas that are there already, as names of relations spell them.
    schemas: BTreeSet<(Option<String>, Option<String>)>,
}

/// All steps, and what is left alone.
pub(super) fn steps(
    impacts: &Impacts,
    base: &Compilation,
    head: &Compilation,
    request: &Request,
) -> (Vec<Step>, Vec<Skipped>) {
    let (mut found, mut skipped) = work(impacts, base, head, request);
    if let Some(tag) = &request.tag {
        only_tagged(&mut found, &mut skipped, tag);
    }
    let incremental = incremental_texts(&found, head);
    let mut names = Names::new(base, head, &request.environment);
    names.built = found.iter().filter(|(_, work)| work.action.is_ours()).map(|(id, _)| (*id).to_owned()).collect();
    let read = reads_of_all(&found, head);
    let stand_ins: Vec<StandIn<'_>> = stand_ins(&read, head, &request.environment);
    names.stand_ins = stand_ins.iter().map(|own| own.id.to_owned()).collect();
    let standing = |name: &crate::project::RelationName| (name.database.clone(), name.schema.clone());
    let schemas = base.models.keys().filter_map(|id| names.at_base(id)).map(standing).collect();
    let serves = serves::exposures_served(head);
    let scene = Scene { base, head, request, names, work: found, incremental, serves, schemas };
    let mut steps = Vec::new();
    steps.extend(stand_ins.iter().map(|own| scene.stand_in(own)));
    if request.undo && !request.environment.production {
        return (scene.sandbox_undone(), skipped);
    }
    scene.built(impacts, &mut steps);
    scene.gone(impacts, &mut steps);
    if !request.full {
        scene.guards(impacts, &mut steps);
    }
    let notices: Vec<Step> = impacts.consumers.iter().filter_map(|consumer| notice(consumer, &steps)).collect();
    steps.extend(notices);
    scene.settle(&mut steps);
    (steps, skipped)
}

/// Of a whole project, the models with a tag.
fn only_tagged(found: &mut BTreeMap<&str, Work<'_>>, skipped: &mut Vec<Skipped>, tag: &str) {
    found.retain(|id, work| {
        let has = match work.what {
            What::Model(model) => tags(model).iter().any(|own| own == tag),
            What::Seed(_) => false,
        };
        if !has {
            skipped.push(Skipped { relation: (*id).to_owned(), why: format!("it has no tag `{tag}`") });
        }
        has
    });
    skipped.sort_by(|a, b| a.relation.cmp(&b.relation));
}

fn tags(model: &CompiledModel) -> Vec<String> {
    let mut tags = super::stored::config(model, "tags").map(crate::data::Value::strings).unwrap_or_default();
    tags.extend(model.model.properties.tags.iter().cloned());
    tags.sort();
    tags.dedup();
    tags
}

/// What is read by what is built, and is not built itself.
fn reads_of_all<'c>(found: &BTreeMap<&'c str, Work<'c>>, head: &'c Compilation) -> BTreeSet<&'c str> {
    let models = found.values().filter_map(|work| match work.what {
        What::Model(model) => Some(model),
        What::Seed(_) => None,
    });
    models.flat_map(|model| reads(model, head)).filter(|id| !found.contains_key(id)).collect()
}

/// The relations that a model reads, through ephemeral models too, which are none.
fn reads<'c>(model: &'c CompiledModel, head: &'c Compilation) -> Vec<&'c str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut pending: Vec<&str> = model.lineage.depends_on.iter().map(String::as_str).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if !seen.insert(id) {
            continue;
        }
        match head.models.get(id).filter(|inner| is_ephemeral(inner)) {
            Some(inner) => pending.extend(inner.lineage.depends_on.iter().map(String::as_str)),
            None => {
                found.insert(id);
            }
        }
    }
    found.into_iter().collect()
}

impl<'c> Scene<'c> {
    /// Builds, their gates, and their promotion: what hangs together is promoted together.
    fn built(&self, impacts: &Impacts, steps: &mut Vec<Step>) {
        let mut together = Together::default();
        let mut gates: BTreeMap<&str, Vec<Step>> = BTreeMap::new();
        for (id, work) in &self.work {
            together.add(id);
            for read in self.reads(work).into_iter().filter(|read| self.work.contains_key(read)) {
                together.join(id, read);
            }
            let own = self.gates(id, work, impacts);
            for read in own.iter().flat_map(|gate| &gate.reads).filter(|read| self.work.contains_key(read.as_str())) {
                together.join(id, read);
            }
            gates.insert(id, own.iter().map(|gate| self.gate(id, gate)).collect());
        }
        let mut singular = Vec::new();
        for (id, model) in self.head.models.iter().filter(|(_, model)| gates::is_singular(model)) {
            let own: Vec<&str> = reads(model, self.head).into_iter().filter(|id| self.work.contains_key(id)).collect();
            let Some(first) = own.first() else { continue };
            own.iter().for_each(|other| together.join(first, other));
            let gate = gates::singular(model, &self.names);
            singular.push(((*first).to_owned(), Step { id: format!("test:{id}"), ..self.gate(id, &gate) }));
        }
        for (group, members) in together.groups() {
            let mut waits = Vec::new();
            for id in &members {
                let work = &self.work[id.as_str()];
                let build = self.build(work, steps);
                waits.push(build.id.clone());
                steps.push(build);
                let own = gates.remove(id.as_str()).unwrap_or_default();
                waits.extend(own.iter().map(|gate| gate.id.clone()));
                steps.extend(own);
            }
            for (_, gate) in singular.iter().filter(|(first, _)| together.group(first) == group) {
                waits.push(gate.id.clone());
                steps.push(gate.clone());
            }
            if self.request.environment.production {
                self.promotes(&group, &members, waits, steps);
            }
        }
    }

    fn reads(&self, work: &Work<'c>) -> Vec<&'c str> {
        match work.what {
            What::Model(model) => reads(model, self.head).into_iter().filter(|id| *id != work.id).collect(),
            What::Seed(_) => Vec::new(),
        }
    }

    fn project(&self, work: &Work<'c>) -> &'c Project {
        match work.what {
            What::Model(model) => &self.head.projects[model.project],
            What::Seed(seed) => {
                let holds = |project: &&Project| project.seeds.iter().any(|own| own.id == seed.id);
                self.head.projects.iter().find(holds).unwrap_or(&self.head.projects[0])
            }
        }
    }

    fn dialect(&self, work: &Work<'c>) -> &'c Dialect {
        match work.what {
            What::Model(model) => model.model.dialect(&self.head.projects[model.project].dialect),
            What::Seed(_) => &self.project(work).dialect,
        }
    }

    fn properties(work: &Work<'c>) -> (&'c Properties, &'c str) {
        match work.what {
            What::Model(model) => (&model.model.properties, &model.model.package),
            What::Seed(seed) => (&seed.properties, &seed.package),
        }
    }

    fn step(&self, kind: StepKind, id: &str, action: &str, because: &str) -> Step {
        Step {
            id: format!("{}:{id}", kind.word()),
            kind,
            relation: Some(id.to_owned()),
            action: action.to_owned(),
            priority: self.serves.get(id).copied().unwrap_or(0),
            because: because.to_owned(),
            ..Step::default()
        }
    }

    /// The step that builds a relation where it waits for its gates, behind what it reads.
    fn build(&self, work: &Work<'c>, steps: &mut Vec<Step>) -> Step {
        let (properties, _) = Self::properties(work);
        let reads = self.reads(work);
        let builds = |id: &&&str| self.work.contains_key(**id) || self.names.stand_ins.contains(**id);
        let mut after: Vec<String> = reads.iter().filter(builds).map(|id| format!("build:{id}")).collect();
        after.extend(reads.iter().filter(|id| id.starts_with("source.")).map(|id| format!("check:{id}.freshness")));
        let class = work.impact.map_or(Class::None, |impact| impact.class);
        let released = self.request.released.iter().any(|own| own == "all" || own == work.id);
        if matches!(class, Class::Breaking | Class::Grain) && !released && !self.request.undo {
            let approve = Step {
                owner: properties.owner.clone(),
                ..self.step(StepKind::Approve, work.id, class.word(), &work.because)
            };
            after.push(approve.id.clone());
            steps.push(approve);
        }
        let statements = if work.action.is_ours() { self.build_statements(work) } else { None };
        let command = statements.is_none().then(|| self.command(work)).flatten();
        let mut all: Vec<String> = self.schema_of(work.id, work).into_iter().collect();
        all.extend(statements.unwrap_or_default());
        let tags = match work.what {
            What::Model(model) => tags(model),
            What::Seed(_) => Vec::new(),
        };
        Step {
            statements: if command.is_some() { Vec::new() } else { all },
            command,
            reads: reads.into_iter().map(str::to_owned).collect(),
            writes: vec![work.id.to_owned()],
            after,
            owner: properties.owner.clone(),
            tags,
            ..self.step(StepKind::Build, work.id, work.action.word(), &work.because)
        }
    }

    /// Makes the schema where nothing says that it is there.
    fn schema_of(&self, id: &str, work: &Work<'c>) -> Option<String> {
        let name = self.request.environment.audit(self.names.at_head(id)?);
        let (database, schema) = (name.database.clone(), name.schema.clone());
        if self.request.environment.production && !self.request.full && self.schemas.contains(&(database, schema)) {
            return None;
        }
        let as_relation = crate::project::RelationName {
            database: None,
            schema: name.database.filter(|database| !database.is_empty()),
            identifier: name.schema.filter(|schema| !schema.is_empty())?,
        };
        Some(Statements(self.dialect(work)).schema(&self.names.spelled(id, &as_relation)))
    }

    fn build_statements(&self, work: &Work<'c>) -> Option<Vec<String>> {
        let statements = Statements(self.dialect(work));
        let audit = self.names.audit(work.id)?;
        let model = match work.what {
            What::Model(model) => model,
            What::Seed(seed) => {
                let text = self.head.snapshot.as_ref()?.text(&seed.file).ok()?;
                return seed::load(seed, text.body().0, &audit, self.dialect(work));
            }
        };
        let query =
            |rendered: &Rendered| rewrite::query(model, rendered, self.head, &|id| self.names.while_building(id));
        let fresh = || query(&model.rendered);
        Some(match work.action {
            Action::View | Action::Rebind => statements.view(&audit, &fresh()),
            Action::MaterializedView => statements.materialized_view(&audit, &fresh()),
            Action::Full if work.stored == super::stored::Stored::Script => vec![fresh()],
            Action::Full | Action::FullRefresh => statements.table(&audit, &fresh()),
            Action::Incremental => statements.table(&audit, &self.over_itself(work)?),
            Action::DropColumns => {
                let (columns, place) = (load::columns(model)?, self.names.was(work.id)?);
                statements.table(&audit, &format!("select {columns} from {place}"))
            }
            Action::Backfill => {
                let (since, until) = self.request.window.as_ref()?;
                let incremental = self.incremental.get(work.id).map(|rendered| rendered.text.as_str());
                let column = super::work::time_column(model, incremental)?;
                let (columns, place) = (load::columns(model)?, self.names.was(work.id)?);
                load::backfill(&fresh(), (&audit, &place), (&column, since, until), statements, &columns)
            }
            Action::Seed | Action::Snapshot | Action::Run => return None,
        })
    }

    /// What one run adds to a table, which it reads where it is.
    fn over_itself(&self, work: &Work<'c>) -> Option<String> {
        let What::Model(model) = work.what else { return None };
        let rendered = self.incremental.get(work.id).filter(|rendered| !rendered.failed)?;
        let naming = |id: &str| if id == work.id { self.names.place(id) } else { self.names.while_building(id) };
        Some(rewrite::query(model, rendered, self.head, &naming))
    }

    /// How the project's own tool builds it.
    fn command(&self, work: &Work<'c>) -> Option<String> {
        if self.project(work).kind != Kind::Dbt {
            return None;
        }
        let name = work.id.rsplit('.').next().unwrap_or(work.id);
        Some(match (&work.what, work.stored) {
            (What::Seed(_), _) => format!("dbt seed --select {name}"),
            (_, super::stored::Stored::Snapshot) => format!("dbt snapshot --select {name}"),
            (_, super::stored::Stored::Incremental) if work.action != Action::Incremental => {
                format!("dbt run --full-refresh --select {name}")
            }
            _ => format!("dbt run --select {name}"),
        })
    }

    fn gates(&self, id: &str, work: &Work<'c>, impacts: &Impacts) -> Vec<Gate> {
        let impact = impacts.models.get(id);
        let rows = impact.is_none_or(|impact| {
            impact.rows_changed()
                || impact.change.own.guard.is_changed()
                || impact.change.unknown
                || impact.change.presence == Presence::Added
        });
        let differs = |column: Option<&str>| {
            let Some(column) = column else { return rows };
            let columns = impact.into_iter().flat_map(|impact| &impact.change.columns);
            columns.filter(|own| own.is_change()).any(|own| own.name.eq_ignore_ascii_case(column))
        };
        let mut gates = gates::tests(id, Self::properties(work), &self.names, &differs);
        let compared = self.request.environment.production && !self.request.anew;
        let was = work.was.and_then(|_| self.names.was(id)).filter(|_| compared);
        gates.extend(gates::checks(id, was.as_deref(), &self.names, &self.project(work).settings.checks));
        gates
    }

    fn gate(&self, id: &str, gate: &Gate) -> Step {
        let kind = if gate.is_check { StepKind::Check } else { StepKind::Test };
        let suffix = if gate.name.is_empty() { String::new() } else { format!(".{}", gate.name) };
        let after = gate.reads.iter().filter(|read| self.work.contains_key(read.as_str()));
        let count = |failing: &String| format!("select count(*) as failures from (\n{failing}\n) as failing");
        let short = id.rsplit('.').next().unwrap_or(id);
        let is_dbt = self.head.projects.iter().any(|project| project.kind == Kind::Dbt);
        let command = gate.failing.is_none() && is_dbt && !gate.is_check;
        Step {
            id: format!("{}:{id}{suffix}", kind.word()),
            statements: gate.failing.iter().map(count).collect(),
            command: command.then(|| format!("dbt test --select {short}")),
            error_if: Some(gate.error_if.clone()),
            warns: gate.warns,
            reads: gate.reads.clone(),
            after: after.map(|read| format!("build:{read}")).collect(),
            ..self.step(kind, id, &gate.action, &gate.because)
        }
    }

    /// A barrier behind all that hangs together, and behind it the promotion of each, after that of what it reads.
    fn promotes(&self, group: &str, members: &[String], waits: Vec<String>, steps: &mut Vec<Step>) {
        let ours: Vec<&str> = members.iter().map(String::as_str).filter(|id| self.work[id].action.is_ours()).collect();
        if ours.is_empty() {
            return;
        }
        let barrier = (waits.len() > 1).then(|| Step {
            id: format!("check:ready:{group}"),
            relation: None,
            after: waits.clone(),
            priority: ours.iter().filter_map(|id| self.serves.get(id)).max().copied().unwrap_or(0),
            ..self.step(StepKind::Check, group, "ready", "what hangs together is promoted together")
        });
        let behind = barrier.as_ref().map_or_else(|| waits.clone(), |barrier| vec![barrier.id.clone()]);
        steps.extend(barrier);
        for id in ours {
            let work = &self.work[id];
            let parents = self.reads(work).into_iter().filter(|read| self.names.built.contains(*read));
            let mut after = behind.clone();
            after.extend(parents.map(|read| format!("promote:{read}")));
            let (properties, _) = Self::properties(work);
            let (action, statements) = self.promote_statements(work).unwrap_or_default();
            steps.push(Step {
                statements,
                command: None,
                writes: vec![id.to_owned()],
                after,
                owner: properties.owner.clone(),
                ..self.step(StepKind::Promote, id, action, "its gates passed")
            });
        }
    }

    fn promote_statements(&self, work: &Work<'c>) -> Option<(&'static str, Vec<String>)> {
        let id = work.id;
        let statements = Statements(self.dialect(work));
        let (audit, place) = (self.names.audit(id)?, self.names.place(id)?);
        let moved = work.was.is_some() && self.names.was(id).as_ref() != Some(&place);
        let was = work.was.filter(|_| !moved);
        let (action, mut all) = match (work.action, &work.what) {
            (Action::View | Action::Rebind, What::Model(model)) => {
                let query = rewrite::query(model, &model.rendered, self.head, &|id| self.names.when_done(id));
                let old = was.filter(|was| *was != super::stored::Stored::View);
                let mut all: Vec<String> = old.map(|old| statements.drop(&place, old)).into_iter().collect();
                all.extend(statements.view(&place, &query));
                all.push(statements.drop(&audit, super::stored::Stored::View));
                ("view", all)
            }
            (Action::MaterializedView, What::Model(model)) => {
                let query = rewrite::query(model, &model.rendered, self.head, &|id| self.names.when_done(id));
                let old = was.filter(|was| *was != super::stored::Stored::MaterializedView);
                let mut all: Vec<String> = old.map(|old| statements.drop(&place, old)).into_iter().collect();
                all.extend(statements.materialized_view(&place, &query));
                all.push(statements.drop(&audit, super::stored::Stored::MaterializedView));
                ("materialized_view", all)
            }
            (Action::Incremental, What::Model(model)) => ("add", load::add(model, &place, &audit, statements)?),
            _ => ("swap", statements.swap(&place, &self.names.identifier(id)?, &audit, was)),
        };
        all.extend(gates::remembered(id, &place, &self.project(work).settings.checks));
        Some((action, all))
    }

    fn stand_in(&self, own: &StandIn<'c>) -> Step {
        let dialect = &self.head.projects[0].dialect;
        let schema = self.names.at_head(own.id).map(|name| self.request.environment.place(name));
        let schema = schema.and_then(|name| {
            let schema = name.schema.filter(|schema| !schema.is_empty())?;
            let name = crate::project::RelationName { database: None, schema: name.database, identifier: schema };
            Some(Statements(dialect).schema(&self.names.spelled(own.id, &name)))
        });
        Step {
            statements: schema.into_iter().chain(own.statements(&self.names, dialect)).collect(),
            reads: vec![own.id.to_owned()],
            writes: vec![own.id.to_owned()],
            ..self.step(StepKind::Build, own.id, own.action, "the environment must not read it as it is")
        }
    }

    /// What base had and head has not, and what head has under another name.
    fn gone(&self, impacts: &Impacts, steps: &mut Vec<Step>) {
        if !self.request.environment.production {
            return;
        }
        for (id, impact) in impacts.models.iter().filter(|(id, _)| !self.head.models.contains_key(*id)) {
            let Some(model) = self.base.models.get(id).filter(|model| !is_ephemeral(model)) else { continue };
            let mut after = self.promotes_of_readers(id);
            let released = self.request.released.iter().any(|own| own == "all" || own == id);
            if impact.class == Class::Breaking && !released && !self.request.undo {
                let owner = model.model.properties.owner.clone();
                let approve = Step { owner, ..self.step(StepKind::Approve, id, impact.class.word(), &reason(impact)) };
                after.push(approve.id.clone());
                steps.push(approve);
            }
            steps.push(self.drop(id, model, after, "it is gone at head"));
        }
        for (id, work) in &self.work {
            let moved = work.was.is_some() && self.names.was(id) != self.names.place(id);
            if let (true, Some(model)) = (moved, self.base.models.get(*id)) {
                let mut after = self.promotes_of_readers(id);
                after.push(format!("promote:{id}"));
                steps.push(self.drop(id, model, after, "it has another name at head"));
            }
        }
        let seeds = |side: &'c Compilation| side.projects.iter().flat_map(|project| &project.seeds);
        for seed in seeds(self.base).filter(|seed| !seeds(self.head).any(|own| own.id == seed.id)) {
            let statements = self.names.was(&seed.id).map(|name| format!("drop table if exists {name}"));
            let after = self.promotes_of_readers(&seed.id);
            let writes = vec![seed.id.clone()];
            let step = self.step(StepKind::Drop, &seed.id, "drop", "it is gone at head");
            steps.push(Step { statements: statements.into_iter().collect(), after, writes, ..step });
        }
    }

    fn drop(&self, id: &str, model: &CompiledModel, after: Vec<String>, because: &str) -> Step {
        let dialect = model.model.dialect(&self.base.projects[model.project].dialect);
        let statement = self.names.was(id).map(|name| Statements(dialect).drop(&name, stored(model)));
        let step = self.step(StepKind::Drop, id, "drop", because);
        Step { statements: statement.into_iter().collect(), writes: vec![id.to_owned()], after, ..step }
    }

    /// The steps after which nobody reads what base had under this id.
    fn promotes_of_readers(&self, id: &str) -> Vec<String> {
        let readers = self.base.models.iter().filter(|(_, model)| model.lineage.depends_on.iter().any(|own| own == id));
        let built = readers.filter(|(reader, _)| self.work.contains_key(reader.as_str()));
        built.map(|(reader, _)| format!("promote:{reader}")).collect()
    }

    /// The tests of models that are not built and whose promises changed.
    fn guards(&self, impacts: &Impacts, steps: &mut Vec<Step>) {
        for (id, impact) in impacts.models.iter().filter(|(id, _)| !self.work.contains_key(id.as_str())) {
            let Some(model) = self.head.models.get(id).filter(|_| impact.class == Class::Guard) else { continue };
            let owner = (&model.model.properties, model.model.package.as_str());
            let gates = gates::tests(id, owner, &self.names, &|_| true);
            steps.extend(gates.iter().map(|gate| self.gate(id, gate)));
        }
    }

    /// A sandbox is undone by dropping what was built in it.
    fn sandbox_undone(&self) -> Vec<Step> {
        let models = self.work.values().filter_map(|work| match work.what {
            What::Model(model) => Some((work.id, model)),
            What::Seed(_) => None,
        });
        let drop = |(id, model): (&str, &CompiledModel)| {
            let statement =
                self.names.place(id).map(|name| Statements(self.dialect(&self.work[id])).drop(&name, stored(model)));
            let step = self.step(StepKind::Drop, id, "drop", "the sandbox is given up");
            Step { statements: statement.into_iter().collect(), writes: vec![id.to_owned()], ..step }
        };
        models.map(drop).collect()
    }

    /// Sources that promise to be fresh are asked first, and every step gets what the settings say of all.
    fn settle(&self, steps: &mut Vec<Step>) {
        let read: BTreeSet<String> = steps.iter().flat_map(|step| step.reads.iter().cloned()).collect();
        for source in self.head.projects.iter().flat_map(|project| &project.sources) {
            if let Some(gate) = gates::freshness(source, &self.names).filter(|_| read.contains(&source.id)) {
                steps.push(self.gate(&source.id, &gate));
            }
        }
        let settings = self.head.projects.first().map(|project| project.settings.plan.clone()).unwrap_or_default();
        for step in steps {
            // What takes the place of another is not tried twice: half of it may be done.
            step.retries = if step.kind == StepKind::Build { settings.retries } else { 0 };
            step.timeout_s = settings.timeout_s.filter(|_| !step.is_idle());
            step.pool = settings.pool.clone().filter(|_| !step.is_idle());
        }
    }
}

/// Who is told, after everything they read has been promoted.
fn notice(consumer: &ConsumerImpact, steps: &[Step]) -> Option<Step> {
    if !matches!(consumer.kind, ConsumerKind::Exposure | ConsumerKind::Metric) || consumer.verdict == Verdict::Stays {
        return None;
    }
    let of = |relation: &str| {
        consumer.through.iter().any(|through| through == relation || through.starts_with(&format!("{relation}.")))
    };
    let promoted =
        steps.iter().filter(|step| step.kind == StepKind::Promote && step.relation.as_deref().is_some_and(of));
    Some(Step {
        id: format!("notify:{}", consumer.id),
        kind: StepKind::Notify,
        relation: Some(consumer.id.clone()),
        action: consumer.verdict.word().to_owned(),
        after: promoted.map(|step| step.id.clone()).collect(),
        owner: consumer.owner.clone(),
        because: format!("{} through {}", consumer.verdict.word(), consumer.through.join(", ")),
        ..Step::default()
    })
}
