//! A project in; its models, columns, sources, .. as things that expressions can be asked of, out. What each fact is
//! called and means stands in [`super::table`].

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::Value;
use cel::objects::{Key, Map};

use super::standard::Ground;
use super::table::Kind;
use crate::algebra::{Nullability, Op};
use crate::compile::CompiledModel;
use crate::data;
use crate::impact::ModelImpact;
use crate::lint::dag::head;
use crate::lint::level::ProjectRules;
use crate::lint::page::Page;
use crate::lint::scene::locate;
use crate::project::{Config, DeclaredColumn, Exposure, MacroFile, Properties, Seed, Source, Test};
use crate::text::{Place, Span};

/// One thing that a rule judges.
pub(super) struct Thing {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) model: Option<String>,
    /// Variables of the expression: the thing itself under its kind, and what it belongs to.
    pub(super) facts: Vec<(&'static str, Value)>,
}

/// The values of a page's options.
pub(super) fn options(page: &Page, rules: &ProjectRules<'_>) -> Value {
    let value = |name: &str| rules.option(page, None, name).map_or(Value::Null, of_data);
    map(page.options.iter().map(|option| (option.name.as_str(), value(&option.name))))
}

/// Every thing of a kind in one project, packages aside.
pub(super) fn things(kind: Kind, ground: &Ground<'_>) -> Vec<Thing> {
    let project = &ground.compilation.projects[ground.index];
    let own = |package: &str| package == project.name;
    let reading = Readers::of(ground);
    let sources = || project.sources.iter().filter(|source| own(&source.package));
    let seeds = || project.seeds.iter().filter(|seed| own(&seed.package));
    match kind {
        Kind::Model => models(ground).map(|compiled| of_model(ground, &reading, compiled)).collect(),
        Kind::Column => models(ground).flat_map(|compiled| columns_of(ground, &reading, compiled)).collect(),
        Kind::Source => sources().map(|source| of_source(ground, &reading, source)).collect(),
        Kind::Seed => seeds().map(|seed| of_seed(ground, &reading, seed)).collect(),
        Kind::Test => {
            let of_models = models(ground).flat_map(|compiled| {
                let model = ("model", model(ground, &reading, compiled));
                tests_of(&compiled.model.properties, &compiled.model.name, Some(&compiled.model.id), model)
            });
            let of_sources = sources().flat_map(|source| {
                let fact = ("source", self::source(ground, &reading, source));
                tests_of(&source.properties, &source.name, None, fact)
            });
            of_models.chain(of_sources).collect()
        }
        Kind::Exposure => project.exposures.iter().filter(|one| own(&one.package)).map(of_exposure).collect(),
        Kind::Macro => project.macros.iter().filter(|file| own(&file.package)).flat_map(macros_of).collect(),
        Kind::Change => changes(ground, &reading),
    }
}

fn models<'a>(ground: &Ground<'a>) -> impl Iterator<Item = &'a CompiledModel> {
    let (index, name) = (ground.index, &ground.compilation.projects[ground.index].name);
    let own = move |compiled: &&CompiledModel| compiled.project == index && compiled.model.package == *name;
    ground.compilation.models.values().filter(own)
}

/// Who reads what, by id.
struct Readers<'a> {
    models: BTreeMap<&'a str, Vec<&'a str>>,
    exposures: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Readers<'a> {
    fn of(ground: &Ground<'a>) -> Self {
        let mut readers = Readers { models: BTreeMap::new(), exposures: BTreeMap::new() };
        for compiled in ground.compilation.models.values() {
            for read in &compiled.lineage.depends_on {
                readers.models.entry(read).or_default().push(&compiled.model.id);
            }
        }
        for exposure in ground.compilation.projects.iter().flat_map(|project| &project.exposures) {
            for read in &exposure.depends_on {
                readers.exposures.entry(read).or_default().push(&exposure.name);
            }
        }
        readers
    }

    fn models(&self, id: &str) -> Value {
        texts(self.models.get(id).into_iter().flatten())
    }
}

fn of_model(ground: &Ground<'_>, reading: &Readers<'_>, compiled: &CompiledModel) -> Thing {
    Thing {
        name: compiled.model.name.clone(),
        place: head(&compiled.model),
        model: Some(compiled.model.id.clone()),
        facts: vec![("model", model(ground, reading, compiled))],
    }
}

fn model(ground: &Ground<'_>, reading: &Readers<'_>, compiled: &CompiledModel) -> Value {
    let (model, known) = (&compiled.model, &compiled.known);
    let properties = &model.properties;
    let config = &compiled.rendered.config;
    let keys = |proved: bool| {
        let keys = known.keys.iter().filter(|(_, proof)| proof.is_proved() || !proved);
        list(keys.map(|(key, _)| texts(key)))
    };
    let joins = compiled.query.nodes.iter().filter(|node| matches!(node.op, Op::Join { .. })).count();
    let own_text = model.text.get(model.body.range()).unwrap_or_default();
    let sources = compiled.lineage.depends_on.iter().filter(|id| id.starts_with("source."));
    map([
        ("name", text(&model.name)),
        ("id", text(&model.id)),
        ("kind", text(model.kind.word())),
        ("path", text(model.file.path())),
        ("project", text(&ground.compilation.projects[compiled.project].name)),
        ("layer", text(ground.rules.layer(&model.file).unwrap_or_default())),
        ("materialized", text(config.str("materialized").unwrap_or_default())),
        ("schema", text(model.relation.schema.as_deref().unwrap_or_default())),
        ("config", of_config(config)),
        ("tags", tags(&properties.tags, config)),
        ("meta", meta(properties, config)),
        ("description", text(&properties.description)),
        ("access", text(config.str("access").or(properties.access.as_deref()).unwrap_or("protected"))),
        ("group", text(config.str("group").or(properties.group.as_deref()).unwrap_or_default())),
        ("owner", text(properties.owner.as_deref().unwrap_or_default())),
        ("contract", Value::Bool(properties.contract_enforced)),
        ("version", text(model.version.as_deref().unwrap_or_default())),
        ("columns", list(columns(ground, compiled).into_iter().map(|(_, _, column)| column))),
        ("keys", keys(false)),
        ("proved_keys", keys(true)),
        ("tests", list(tests(properties, &model.name).map(|(_, test)| test))),
        ("reads", texts(&compiled.lineage.depends_on)),
        ("sources", texts(sources)),
        ("read_by", reading.models(&model.id)),
        ("exposures", texts(reading.exposures.get(model.id.as_str()).into_iter().flatten())),
        ("status", text(compiled.status.word())),
        ("ctes", texts(compiled.query.ctes.iter().map(|cte| &cte.name))),
        ("joins", number(joins)),
        ("lines", number(own_text.trim().lines().count())),
        ("text", text(own_text)),
        ("sql", text(&compiled.rendered.text)),
    ])
}

/// The columns of a model: name, place, facts.
fn columns(ground: &Ground<'_>, compiled: &CompiledModel) -> Vec<(String, Place, Value)> {
    let (model, known) = (&compiled.model, &compiled.known);
    let declared = |name: &str| model.properties.columns.iter().find(|one| one.name.eq_ignore_ascii_case(name));
    let given = known.columns.iter().map(|column| {
        let lineage = compiled.lineage.columns.iter().find(|one| one.name.eq_ignore_ascii_case(&column.name));
        let said = declared(&column.name);
        let inputs = lineage.map(|one| one.inputs.iter().map(|edge| format!("{}.{}", edge.relation, edge.spelled())));
        let span = lineage.map_or(Span::default(), |one| one.span);
        let facts = Facts {
            name: &column.name,
            of: &model.name,
            ty: column.ty.name.clone(),
            nullable: column.nullable,
            inputs: inputs.into_iter().flatten().collect(),
            said,
        };
        let place = locate(compiled, span).0;
        (column.name.clone(), place, facts.value(ground, &model.id))
    });
    let is_given = |name: &str| known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let missing = model.properties.columns.iter().filter(|one| known.open && !is_given(&one.name));
    let missing = missing.map(|one| {
        let facts = declared_column(ground, &model.id, &model.name, one);
        (one.name.clone(), one.place.clone(), facts)
    });
    given.chain(missing).collect()
}

/// A column that only YAML knows.
fn declared_column(ground: &Ground<'_>, id: &str, of: &str, said: &DeclaredColumn) -> Value {
    let ty = said.data_type.clone().unwrap_or_default();
    let facts =
        Facts { name: &said.name, of, ty, nullable: Nullability::Unknown, inputs: Vec::new(), said: Some(said) };
    facts.value(ground, id)
}

/// What is known of one column.
struct Facts<'a> {
    name: &'a str,
    of: &'a str,
    ty: String,
    nullable: Nullability,
    inputs: Vec<String>,
    said: Option<&'a DeclaredColumn>,
}

impl Facts<'_> {
    fn value(self, ground: &Ground<'_>, relation: &str) -> Value {
        let label = ground.sensitive.label(relation, self.name);
        let nullable = match self.nullable {
            Nullability::No => Value::Bool(false),
            Nullability::Yes => Value::Bool(true),
            Nullability::Unknown => Value::Null,
        };
        let said = self.said;
        map([
            ("name", text(self.name)),
            ("model", text(self.of)),
            ("type", text(&self.ty)),
            ("declared_type", text(said.and_then(|one| one.data_type.as_deref()).unwrap_or_default())),
            ("nullable", nullable),
            ("declared", Value::Bool(said.is_some())),
            ("description", text(said.map_or("", |one| &one.description))),
            ("tests", texts(said.into_iter().flat_map(|one| &one.tests).map(|test| &test.name))),
            ("tags", texts(said.into_iter().flat_map(|one| &one.tags))),
            ("policy_tags", texts(said.into_iter().flat_map(|one| &one.policy_tags))),
            ("meta", said.and_then(|one| one.meta.as_ref()).map_or_else(|| map([]), of_data)),
            ("inputs", texts(&self.inputs)),
            ("pii", Value::Bool(label.is_some())),
            ("masked", Value::Bool(label.is_some_and(|label| label.masked))),
        ])
    }
}

fn columns_of(ground: &Ground<'_>, reading: &Readers<'_>, compiled: &CompiledModel) -> Vec<Thing> {
    let whole = model(ground, reading, compiled);
    let thing = |(name, place, column): (String, Place, Value)| Thing {
        name: format!("{}.{name}", compiled.model.name),
        place,
        model: Some(compiled.model.id.clone()),
        facts: vec![("column", column), ("model", whole.clone())],
    };
    columns(ground, compiled).into_iter().map(thing).collect()
}

fn of_source(ground: &Ground<'_>, reading: &Readers<'_>, one: &Source) -> Thing {
    let facts = vec![("source", source(ground, reading, one))];
    Thing { name: format!("{}.{}", one.source, one.name), place: one.place.clone(), model: None, facts }
}

fn source(ground: &Ground<'_>, reading: &Readers<'_>, source: &Source) -> Value {
    let properties = &source.properties;
    let columns = properties.columns.iter().map(|one| declared_column(ground, &source.id, &source.name, one));
    map([
        ("name", text(&source.name)),
        ("source", text(&source.source)),
        ("id", text(&source.id)),
        ("path", text(source.place.file.path())),
        ("schema", text(source.relation.schema.as_deref().unwrap_or_default())),
        ("description", text(&properties.description)),
        ("loader", text(source.loader.as_deref().unwrap_or_default())),
        ("freshness", Value::Bool(source.freshness.as_ref().is_some_and(|value| !value.is_null()))),
        ("config", of_config(&source.config)),
        ("tags", tags(&properties.tags, &source.config)),
        ("meta", meta(properties, &source.config)),
        ("columns", list(columns)),
        ("tests", list(tests(properties, &source.name).map(|(_, test)| test))),
        ("read_by", reading.models(&source.id)),
    ])
}

fn of_seed(ground: &Ground<'_>, reading: &Readers<'_>, seed: &Seed) -> Thing {
    let properties = &seed.properties;
    let column = |column: &crate::project::SeedColumn| {
        let said = properties.columns.iter().find(|one| one.name.eq_ignore_ascii_case(&column.name));
        let nullable = if column.has_empty { Nullability::Yes } else { Nullability::No };
        let ty = column.data_type.clone();
        let facts = Facts { name: &column.name, of: &seed.name, ty, nullable, inputs: Vec::new(), said };
        facts.value(ground, &seed.id)
    };
    let value = map([
        ("name", text(&seed.name)),
        ("id", text(&seed.id)),
        ("path", text(seed.file.path())),
        ("rows", number(seed.rows)),
        ("description", text(&properties.description)),
        ("config", of_config(&seed.config)),
        ("tags", tags(&properties.tags, &seed.config)),
        ("meta", meta(properties, &seed.config)),
        ("columns", list(seed.columns.iter().map(column))),
        ("tests", list(tests(properties, &seed.name).map(|(_, test)| test))),
        ("read_by", reading.models(&seed.id)),
    ]);
    let place = seed.properties_place.clone().unwrap_or_else(|| Place::top(&seed.file));
    Thing { name: seed.name.clone(), place, model: None, facts: vec![("seed", value)] }
}

/// The tests of a thing as things.
fn tests_of(properties: &Properties, of: &str, model: Option<&str>, owner: (&'static str, Value)) -> Vec<Thing> {
    let thing = |(test, value): (&Test, Value)| Thing {
        name: test.name.clone(),
        place: test.place.clone(),
        model: model.map(str::to_owned),
        facts: vec![("test", value), owner.clone()],
    };
    tests(properties, of).map(thing).collect()
}

/// The tests of a model, source or seed and of its columns.
fn tests<'a>(properties: &'a Properties, of: &'a str) -> impl Iterator<Item = (&'a Test, Value)> {
    let all = properties.tests.iter().chain(properties.columns.iter().flat_map(|column| &column.tests));
    all.map(move |test| {
        let arguments = test.arguments.iter().map(|(name, value)| (name.as_str(), of_data(value)));
        let value = map([
            ("name", text(&test.name)),
            ("model", text(of)),
            ("column", text(test.column.as_deref().unwrap_or_default())),
            ("arguments", map(arguments)),
            ("config", of_config(&test.config)),
        ]);
        (test, value)
    })
}

fn of_exposure(exposure: &Exposure) -> Thing {
    let value = map([
        ("name", text(&exposure.name)),
        ("type", text(&exposure.kind)),
        ("label", text(exposure.label.as_deref().unwrap_or_default())),
        ("owner", text(exposure.owner.as_deref().unwrap_or_default())),
        ("url", text(exposure.url.as_deref().unwrap_or_default())),
        ("description", text(&exposure.description)),
        ("reads", texts(&exposure.depends_on)),
        ("config", of_config(&exposure.config)),
    ]);
    let facts = vec![("exposure", value)];
    Thing { name: exposure.name.clone(), place: exposure.place.clone(), model: None, facts }
}

/// The `{% macro %}` blocks of a file.
fn macros_of(file: &MacroFile) -> Vec<Thing> {
    let whole: &str = &file.text;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = whole[at..].find("{%").map(|start| at + start) {
        at = start + 2;
        let head = whole[at..].trim_start_matches('-').trim_start();
        let Some(signature) = head.strip_prefix("macro ") else { continue };
        let Some((name, rest)) = signature.split_once('(') else { continue };
        let arguments = rest.split_once("%}").map_or("", |(inside, _)| inside);
        let arguments = arguments.rsplit_once(')').map_or("", |(inside, _)| inside);
        let end = whole[at..].find("endmacro").map_or(whole.len(), |end| at + end);
        let end = whole[end..].find("%}").map_or(whole.len(), |close| end + close + 2);
        let body = &whole[start..end];
        let arguments = arguments.split(',').map(|one| one.split('=').next().unwrap_or_default().trim());
        let value = map([
            ("name", text(name.trim())),
            ("path", text(file.file.path())),
            ("arguments", texts(arguments.filter(|one| !one.is_empty()))),
            ("lines", number(body.lines().count())),
            ("text", text(body)),
        ]);
        let start = whole.len() - signature.len();
        let place = Place::new(&file.file, Span::new(start, start + name.len()));
        found.push(Thing { name: name.trim().to_owned(), place, model: None, facts: vec![("macro", value)] });
        at = end;
    }
    found
}

/// What a change means for the models of the project; nothing where there is no base.
fn changes(ground: &Ground<'_>, reading: &Readers<'_>) -> Vec<Thing> {
    let Some(change) = ground.change else { return Vec::new() };
    let project = &ground.compilation.projects[ground.index].name;
    let thing = |(id, impact): (&String, &ModelImpact)| {
        let compiled = ground.compilation.models.get(id).or_else(|| change.base.models.get(id))?;
        (compiled.model.package == *project).then_some(())?;
        let columns = impact
            .change
            .columns
            .iter()
            .map(|column| map([("name", text(&column.name)), ("change", text(column.word()))]));
        let value = map([
            ("model", model(ground, reading, compiled)),
            ("kind", text(impact.change_word())),
            ("class", text(impact.class.word())),
            ("verdict", text(impact.verdict.word())),
            ("rows", text(impact.change.rows.word())),
            ("keys_lost", list(impact.change.keys_lost.iter().map(texts))),
            ("columns", list(columns)),
        ]);
        let name = compiled.model.name.clone();
        Some(Thing { name, place: head(&compiled.model), model: Some(id.clone()), facts: vec![("change", value)] })
    };
    change.impacts.models.iter().filter_map(thing).collect()
}

fn tags(own: &[String], config: &Config) -> Value {
    let mut tags = own.to_vec();
    tags.extend(config.strings("tags"));
    tags.sort();
    tags.dedup();
    texts(&tags)
}

fn meta(properties: &Properties, config: &Config) -> Value {
    properties.meta.as_ref().or_else(|| config.0.get("meta")).map_or_else(|| map([]), of_data)
}

fn of_config(config: &Config) -> Value {
    map(config.0.iter().map(|(key, value)| (key.as_str(), of_data(value))))
}

/// A value of YAML or TOML as CEL's.
fn of_data(value: &data::Value) -> Value {
    match &value.kind {
        data::Kind::Null => Value::Null,
        data::Kind::Bool(answer) => Value::Bool(*answer),
        data::Kind::Integer(number) => Value::Int(*number),
        data::Kind::Float(number) => Value::Float(*number),
        data::Kind::String(own) => text(own),
        data::Kind::List(items) => list(items.iter().map(of_data)),
        data::Kind::Map(entries) => map(entries.iter().map(|(key, value)| (key.text.as_str(), of_data(value)))),
    }
}

fn text(value: &str) -> Value {
    Value::String(Arc::new(value.to_owned()))
}

fn number(value: usize) -> Value {
    Value::Int(value as i64)
}

fn texts<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> Value {
    list(values.into_iter().map(|value| text(value.as_ref())))
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(Arc::new(values.into_iter().collect()))
}

#[expect(clippy::disallowed_types, reason = "CEL's own map is one; it is only asked, never walked")]
fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Key::String(Arc::new(key.to_owned())), value));
    Value::Map(Map { map: Arc::new(entries.collect::<std::collections::HashMap<_, _>>()) })
}
