//! Exposures, groups, metrics, semantic models, saved queries and unit tests as YAML writes them in; who reads what out.

use std::collections::BTreeMap;

use super::document::{Document, Record};
use super::entry::text;
use super::jinja::Call;
use super::package::{Frame, Part};
use super::resource;
use crate::data::Value;
use crate::project::names::Names;
use crate::project::{
    Because, Config, Consumer, ConsumerKind, Exposure, Fact, Group, MacroArgument, MacroEntry, Of, What,
};
use crate::text::Place;

/// The exposure an entry is; `None` where config switches it off.
pub(super) fn exposure(
    record: &Record,
    part: &Part,
    folders: &[&str],
    frame: &Frame<'_>,
    names: &Names,
) -> Option<Exposure> {
    let package = &part.file.name;
    let mut path = vec![package.as_str()];
    path.extend(folders);
    path.push(&record.name);
    let item = &record.value;
    let config = configured(item, part, frame, "exposures", &path);
    if !resource::enabled(&config) {
        return None;
    }
    let meta = config.0.get("meta");
    let reads = item.get("depends_on").map(Value::items).unwrap_or_default();
    let mut depends_on: Vec<String> =
        reads.iter().filter_map(Value::str).filter_map(|call| points_to(call, package, names)).collect();
    depends_on.sort();
    depends_on.dedup();
    Some(Exposure {
        id: format!("exposure.{package}.{}", record.name),
        package: package.clone(),
        name: record.name.clone(),
        label: item.get("label").and_then(Value::scalar),
        kind: text(item, "type"),
        owner: item.get("owner").and_then(resource::owner),
        url: item.get("url").and_then(Value::scalar),
        description: text(item, "description"),
        depends_on,
        columns: meta.and_then(|meta| meta.get("columns")).map(Value::strings).unwrap_or_default(),
        config,
        place: record.place.clone(),
    })
}

/// The config of an entry that is no model: its tree, its `tags` and `meta`, its `config:`.
fn configured(item: &Value, part: &Part, frame: &Frame<'_>, tree: &str, path: &[&str]) -> Config {
    let blocks = super::entry::configs(item, &part.file.file, &mut Vec::new());
    resource::cascade(part, frame, tree, path, &[&blocks]).config
}

/// The id that `ref('x')`, `source('a', 'b')` or `metric('m')` names.
fn points_to(call: &str, package: &str, names: &Names) -> Option<String> {
    let call = Call::read(call)?;
    let arguments: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
    match (call.name.as_str(), arguments.as_slice()) {
        ("ref", [name]) => names.reference(package, None, name, call.version()).map(str::to_owned),
        ("ref", [other, name]) => names.reference(package, Some(other), name, call.version()).map(str::to_owned),
        ("source", [source, table]) => names.source(package, source, table).map(str::to_owned),
        ("metric", [name]) => Some(format!("metric.{package}.{name}")),
        ("metric", [other, name]) => Some(format!("metric.{other}.{name}")),
        _ => None,
    }
}

/// Groups of models.
pub(super) fn group(record: &Record, package: &str) -> Group {
    Group {
        package: package.to_owned(),
        name: record.name.clone(),
        owner: record.value.get("owner").and_then(resource::owner),
        place: record.place.clone(),
    }
}

/// What properties say of macros.
pub(super) fn macro_entry(record: &Record, package: &str) -> MacroEntry {
    let item = &record.value;
    let arguments = item.get("arguments").map(Value::items).unwrap_or_default();
    let argument = |argument: &Value| {
        let name = argument.get("name")?;
        Some(MacroArgument {
            name: name.scalar()?,
            description: text(argument, "description"),
            place: Place::new(&record.place.file, name.span),
        })
    };
    let meta = item.at(&["config", "meta"]).or_else(|| item.get("meta"));
    MacroEntry {
        package: package.to_owned(),
        name: record.name.clone(),
        description: text(item, "description"),
        arguments: arguments.iter().filter_map(argument).collect(),
        meta: meta.filter(|meta| !meta.is_null()).cloned(),
        place: record.place.clone(),
    }
}

/// Everything in a package's documents that consumes models and is no exposure.
pub(super) fn consumers(documents: &[&Document], package: &str, names: &Names) -> Vec<Consumer> {
    let measures = measures(documents, package);
    let of = |records: fn(&Document) -> &Vec<Record>| documents.iter().flat_map(move |document| records(document));
    let mut found = Vec::new();
    for record in of(|document| &document.semantic_models) {
        found.push(semantic_model(record, package, names));
    }
    for record in of(|document| &document.metrics) {
        let depends_on = metric_inputs(&record.value, package, names, &measures);
        found.push(consumer(ConsumerKind::Metric, "metric", record, package, depends_on));
    }
    for record in of(|document| &document.saved_queries) {
        let parameters = record.value.get("query_params").unwrap_or(&record.value);
        let metrics = parameters.get("metrics").map(Value::strings).unwrap_or_default();
        let depends_on = metrics.iter().map(|name| format!("metric.{package}.{name}")).collect();
        found.push(consumer(ConsumerKind::SavedQuery, "saved_query", record, package, depends_on));
    }
    for record in of(|document| &document.unit_tests) {
        found.push(unit_test(record, package, names));
    }
    found
}

fn consumer(kind: ConsumerKind, word: &str, record: &Record, package: &str, mut depends_on: Vec<String>) -> Consumer {
    depends_on.sort();
    depends_on.dedup();
    Consumer {
        id: format!("{word}.{package}.{}", record.name),
        package: package.to_owned(),
        name: record.name.clone(),
        kind,
        depends_on,
        columns: Vec::new(),
        place: record.place.clone(),
    }
}

const PARTS: [&str; 3] = ["entities", "dimensions", "measures"];

fn semantic_model(record: &Record, package: &str, names: &Names) -> Consumer {
    let model = record.value.get("model").and_then(Value::str);
    let depends_on = model.and_then(|call| points_to(call, package, names)).into_iter().collect();
    let mut found = consumer(ConsumerKind::SemanticModel, "semantic_model", record, package, depends_on);
    let items = PARTS.iter().filter_map(|part| record.value.get(part)).flat_map(Value::items);
    let mut columns: Vec<String> = Vec::new();
    for item in items {
        let Some(expression) = item.get("expr").or_else(|| item.get("name")).and_then(Value::scalar) else { continue };
        // `1` counts rows; anything but a plain name may read any column.
        if expression.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if !expression.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return found;
        }
        columns.push(expression);
    }
    columns.sort();
    columns.dedup();
    found.columns = columns;
    found
}

/// Facts of models by their ids: an entity that is `primary` or `unique` has one row for each of its values.
/// <https://docs.getdbt.com/docs/build/entities>
pub(super) fn entities(documents: &[&Document], package: &str, names: &Names) -> Vec<(String, Fact)> {
    let mut found = Vec::new();
    for record in documents.iter().flat_map(|document| &document.semantic_models) {
        let model = record.value.get("model").and_then(Value::str);
        let Some(id) = model.and_then(|call| points_to(call, package, names)) else { continue };
        for entity in record.value.get("entities").map(Value::items).unwrap_or_default() {
            let kind = entity.get("type").and_then(Value::str).unwrap_or_default();
            let Some(column) = entity.get("expr").or_else(|| entity.get("name")).and_then(Value::scalar) else {
                continue;
            };
            if !matches!(kind.to_ascii_lowercase().as_str(), "primary" | "unique") {
                continue;
            }
            let of = match column.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                true => Of::Columns(vec![column]),
                false => Of::Expression(column),
            };
            let place = Some(Place::new(&record.place.file, entity.span));
            found.push((id.clone(), Fact { what: What::Unique, of, because: Because::Entity, place }));
        }
    }
    found
}

/// Measure name to the semantic model that has it.
fn measures(documents: &[&Document], package: &str) -> BTreeMap<String, String> {
    let records = documents.iter().flat_map(|document| &document.semantic_models);
    let mut found = BTreeMap::new();
    for record in records {
        let id = format!("semantic_model.{package}.{}", record.name);
        for measure in record.value.get("measures").map(Value::items).unwrap_or_default() {
            if let Some(name) = measure.get("name").and_then(Value::scalar) {
                found.insert(name, id.clone());
            }
        }
    }
    found
}

/// What a metric reads: the semantic models of its measures, other metrics, or (older files) a model.
fn metric_inputs(item: &Value, package: &str, names: &Names, measures: &BTreeMap<String, String>) -> Vec<String> {
    let mut found: Vec<String> =
        item.get("model").and_then(Value::str).and_then(|call| points_to(call, package, names)).into_iter().collect();
    let older = item.get("depends_on").map(Value::items).unwrap_or_default();
    found.extend(older.iter().filter_map(Value::str).filter_map(|call| points_to(call, package, names)));
    let named = |value: &Value| value.str().map(str::to_owned).or_else(|| value.get("name").and_then(Value::scalar));
    let Some(parameters) = item.get("type_params") else { return found };
    let holders =
        [Some(parameters), parameters.get("conversion_type_params"), parameters.get("cumulative_type_params")];
    for holder in holders.into_iter().flatten() {
        for key in ["measure", "base_measure", "conversion_measure"] {
            let measure = holder.get(key).and_then(named);
            found.extend(measure.and_then(|measure| measures.get(&measure).cloned()));
        }
        for measure in holder.get("input_measures").map(Value::items).unwrap_or_default() {
            found.extend(named(measure).and_then(|measure| measures.get(&measure).cloned()));
        }
        let metrics = holder.get("metrics").map(Value::items).unwrap_or_default().iter();
        let parts = ["numerator", "denominator", "metric"].iter().filter_map(|key| holder.get(key));
        // A ratio's parts are metrics; files from before that name measures there.
        for name in metrics.chain(parts).filter_map(named) {
            found.push(measures.get(&name).cloned().unwrap_or_else(|| format!("metric.{package}.{name}")));
        }
    }
    found
}

fn unit_test(record: &Record, package: &str, names: &Names) -> Consumer {
    let model = record.value.get("model").and_then(Value::scalar).unwrap_or_default();
    let called = Call::read(&model).is_some();
    let target = if called {
        points_to(&model, package, names)
    } else {
        names.reference(package, None, &model, None).map(str::to_owned)
    };
    let given = record.value.get("given").map(Value::items).unwrap_or_default();
    let inputs = given.iter().filter_map(|given| given.get("input")?.str());
    let depends_on = target.into_iter().chain(inputs.filter_map(|input| points_to(input, package, names))).collect();
    let mut found = consumer(ConsumerKind::UnitTest, "unit_test", record, package, depends_on);
    found.id = format!("unit_test.{package}.{model}.{}", record.name);
    found
}
