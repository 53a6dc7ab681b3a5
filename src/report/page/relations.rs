//! Relations, consumers and what YAML says of them in; a row for each out, field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Page;
use super::strings::Strings;
use crate::compile::CompiledModel;
use crate::data::Value;
use crate::project::{ConsumerKind, Properties, Test};
use crate::report::{ChangeSet, Relation};

/// What a row can be, in the order of the numbers that the page gets.
const KINDS: [&str; 12] = [
    "model",
    "snapshot",
    "analysis",
    "test",
    "table",
    "source",
    "seed",
    "exposure",
    "metric",
    "semantic_model",
    "saved_query",
    "unit_test",
];

/// One list for each field, all of one length.
#[derive(Default, Serialize)]
pub(super) struct Rows {
    kinds: Vec<&'static str>,
    id: Vec<u32>,
    name: Vec<u32>,
    kind: Vec<u8>,
    project: Vec<u32>,
    path: Vec<u32>,
    /// 0 exact, 1 partial, 2 opaque.
    status: Vec<u8>,
    /// 1 where only the base has it.
    gone: Vec<u8>,
    layer: Vec<u32>,
    about: Vec<u32>,
    owner: Vec<u32>,
    /// Comma-separated.
    tags: Vec<u32>,
    materialized: Vec<u32>,
    url: Vec<u32>,
    /// Lines: `order_id`, `day, shop`.
    keys: Vec<u32>,
    /// Comma-separated names of tests of the relation as a whole.
    tests: Vec<u32>,
    contract: Vec<u8>,
    /// Lines.
    why: Vec<u32>,
    /// Who reads whom, relation by relation: places in these lists.
    reads: Vec<Vec<u32>>,
}

/// One thing that has a row.
enum Thing<'a> {
    Relation(&'a Relation),
    /// A model that only the base has.
    Gone(&'a CompiledModel),
    Exposure(&'a crate::project::Exposure),
    Consumer(&'a crate::project::Consumer),
}

/// All rows in order, and where each id stands.
pub(super) struct Index<'a> {
    things: Vec<Thing<'a>>,
    places: BTreeMap<&'a str, u32>,
}

impl<'a> Index<'a> {
    pub(super) fn of(page: &Page<'a>) -> Self {
        let mut index = Index { things: Vec::new(), places: BTreeMap::new() };
        for relation in page.relations {
            index.add(&relation.name, Thing::Relation(relation));
        }
        if let Some(set) = page.change {
            for (id, model) in set.before.models.iter().filter(|(id, _)| set.impacts.models.contains_key(*id)) {
                index.add(id, Thing::Gone(model));
            }
        }
        for project in &page.compilation.projects {
            for exposure in &project.exposures {
                index.add(&exposure.id, Thing::Exposure(exposure));
            }
            for consumer in &project.consumers {
                index.add(&consumer.id, Thing::Consumer(consumer));
            }
        }
        index
    }

    fn add(&mut self, id: &'a str, thing: Thing<'a>) {
        if !self.places.contains_key(id) {
            self.places.insert(id, self.things.len() as u32);
            self.things.push(thing);
        }
    }

    pub(super) fn place(&self, id: &str) -> Option<u32> {
        self.places.get(id).copied()
    }

    /// The place plus one; 0 for none.
    pub(super) fn mark(&self, id: &str) -> u32 {
        self.place(id).map_or(0, |place| place + 1)
    }

    /// A row's columns, and the relation that knows their edges.
    pub(super) fn columns(&self) -> impl Iterator<Item = (Vec<&'a str>, Option<&'a Relation>)> {
        self.things.iter().map(|thing| match thing {
            Thing::Relation(relation) => {
                (relation.lineage.columns.iter().map(|column| column.name.as_str()).collect(), Some(*relation))
            }
            Thing::Gone(model) => (model.known.columns.iter().map(|column| column.name.as_str()).collect(), None),
            Thing::Exposure(_) | Thing::Consumer(_) => (Vec::new(), None),
        })
    }

    /// Columns that a consumer names, by its place: `orders.amount`.
    pub(super) fn named(&self) -> impl Iterator<Item = (u32, &'a [String], &'a [String])> {
        self.things.iter().zip(0..).filter_map(|(thing, at)| match thing {
            Thing::Exposure(one) => Some((at, one.depends_on.as_slice(), one.columns.as_slice())),
            Thing::Consumer(one) => Some((at, one.depends_on.as_slice(), one.columns.as_slice())),
            Thing::Relation(_) | Thing::Gone(_) => None,
        })
    }
}

pub(super) fn rows<'a>(page: &Page<'a>, index: &Index<'a>, declared: &Declared<'a>, strings: &mut Strings) -> Rows {
    let mut rows = Rows { kinds: KINDS.to_vec(), ..Rows::default() };
    for thing in &index.things {
        let row = match thing {
            Thing::Relation(relation) => of_relation(page, relation, declared),
            Thing::Gone(model) => of_gone(page, model),
            Thing::Exposure(one) => Row {
                kind: "exposure",
                project: &one.package,
                path: one.place.file.path(),
                about: &one.description,
                owner: one.owner.as_deref().unwrap_or_default(),
                url: one.url.as_deref().unwrap_or_default(),
                materialized: &one.kind,
                reads: one.depends_on.iter().map(String::as_str).collect(),
                ..Row::named(&one.id, one.label.as_deref().unwrap_or(&one.name))
            },
            Thing::Consumer(one) => Row {
                kind: kind_of(one.kind),
                project: &one.package,
                path: one.place.file.path(),
                reads: one.depends_on.iter().map(String::as_str).collect(),
                ..Row::named(&one.id, &one.name)
            },
        };
        rows.push(&row, index, strings);
    }
    rows
}

/// A row before its texts have numbers.
#[derive(Default)]
struct Row<'a> {
    id: &'a str,
    name: String,
    kind: &'static str,
    project: &'a str,
    path: &'a str,
    status: u8,
    gone: bool,
    layer: &'a str,
    about: &'a str,
    owner: &'a str,
    tags: Vec<String>,
    materialized: &'a str,
    url: &'a str,
    keys: Vec<String>,
    tests: Vec<&'a str>,
    contract: bool,
    why: &'a [String],
    reads: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn named(id: &'a str, name: &str) -> Self {
        Row { id, name: name.to_owned(), ..Row::default() }
    }
}

impl Rows {
    fn push(&mut self, row: &Row<'_>, index: &Index<'_>, strings: &mut Strings) {
        let kind = KINDS.iter().position(|kind| *kind == row.kind).unwrap_or_default();
        self.id.push(strings.add(row.id));
        self.name.push(strings.add(&row.name));
        self.kind.push(kind as u8);
        self.project.push(strings.add(row.project));
        self.path.push(strings.add(row.path));
        self.status.push(row.status);
        self.gone.push(u8::from(row.gone));
        self.layer.push(strings.add(row.layer));
        self.about.push(strings.add(row.about.trim()));
        self.owner.push(strings.add(row.owner));
        self.tags.push(strings.add(&row.tags.join(", ")));
        self.materialized.push(strings.add(row.materialized));
        self.url.push(strings.add(row.url));
        self.keys.push(strings.add(&row.keys.join("\n")));
        self.tests.push(strings.add(&row.tests.join(", ")));
        self.contract.push(u8::from(row.contract));
        self.why.push(strings.add(&row.why.join("\n")));
        // An incremental model that reads its own table reads nobody else by it.
        let reads = row.reads.iter().filter(|id| **id != row.id);
        let reads: BTreeSet<u32> = reads.filter_map(|id| index.place(id)).collect();
        self.reads.push(reads.into_iter().collect());
    }
}

/// What YAML says of models, sources and seeds, by id: package, properties.
pub(super) type Declared<'a> = BTreeMap<&'a str, (&'a str, &'a Properties)>;

pub(super) fn declared<'a>(page: &Page<'a>) -> Declared<'a> {
    let models = page.compilation.models.values().map(|one| &one.model);
    let mut declared: Declared<'a> =
        models.map(|one| (one.id.as_str(), (one.package.as_str(), &one.properties))).collect();
    for project in &page.compilation.projects {
        let sources = project.sources.iter().map(|one| (&one.id, &one.package, &one.properties));
        let seeds = project.seeds.iter().map(|one| (&one.id, &one.package, &one.properties));
        for (id, package, properties) in sources.chain(seeds) {
            declared.entry(id).or_insert((package, properties));
        }
    }
    declared
}

fn of_relation<'a>(page: &Page<'a>, relation: &'a Relation, declared: &Declared<'a>) -> Row<'a> {
    let compiled = page.compilation.models.get(&relation.name);
    let lineage = &relation.lineage;
    let told = declared.get(relation.name.as_str());
    let mut row = Row {
        kind: compiled.map_or(relation.kind.word(), |compiled| compiled.model.kind.word()),
        project: told.map(|(package, _)| *package).unwrap_or_default(),
        path: relation.path.as_deref().unwrap_or_default(),
        status: relation.status as u8,
        layer: page.layers.get(&relation.name).map(String::as_str).unwrap_or_default(),
        keys: lineage.keys.iter().map(|key| key.join(", ")).collect(),
        why: &relation.why,
        reads: lineage.depends_on.iter().map(String::as_str).collect(),
        ..Row::named(&relation.name, &page.compilation.short_name(&relation.name))
    };
    if let Some((_, properties)) = told {
        row.about = &properties.description;
        row.owner = properties.owner.as_deref().unwrap_or_default();
        row.tags.clone_from(&properties.tags);
        row.tests = test_names(&properties.tests);
        row.contract = properties.contract_enforced;
    }
    if let Some(compiled) = compiled {
        row.materialized = compiled.config("materialized").and_then(Value::str).unwrap_or_default();
        row.tags = compiled.config("tags").map(Value::strings).unwrap_or(row.tags);
        row.reads.extend(read_in_base(page.change, &relation.name));
    }
    row
}

/// What a model read that is gone: it still belongs in the picture of the change.
fn read_in_base<'a>(change: Option<&ChangeSet<'a>>, id: &str) -> Vec<&'a str> {
    let Some(set) = change else { return Vec::new() };
    let (before, after) = (set.before, set.after);
    let reads = before.models.get(id).into_iter().flat_map(|model| &model.lineage.depends_on);
    let gone = reads.filter(|read| before.models.contains_key(*read) && !after.models.contains_key(*read));
    gone.map(String::as_str).collect()
}

fn of_gone<'a>(page: &Page<'a>, compiled: &'a CompiledModel) -> Row<'a> {
    let (model, lineage) = (&compiled.model, &compiled.lineage);
    let name = page.change.map_or_else(|| model.name.clone(), |set| set.before.short_name(&model.id));
    Row {
        kind: model.kind.word(),
        project: &model.package,
        path: model.file.path(),
        gone: true,
        about: &model.properties.description,
        reads: lineage.depends_on.iter().map(String::as_str).collect(),
        ..Row::named(&model.id, &name)
    }
}

pub(super) fn test_names(tests: &[Test]) -> Vec<&str> {
    tests.iter().map(|test| test.name.as_str()).collect()
}

fn kind_of(kind: ConsumerKind) -> &'static str {
    match kind {
        ConsumerKind::Metric => "metric",
        ConsumerKind::SemanticModel => "semantic_model",
        ConsumerKind::SavedQuery => "saved_query",
        ConsumerKind::UnitTest => "unit_test",
    }
}
