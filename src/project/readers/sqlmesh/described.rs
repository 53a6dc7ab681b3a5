//! A model's header or decorator in, what it says of the model out, whichever language says it.

use std::collections::BTreeMap;

use super::header::{self, Header, Part};
use super::python::{CALL, Decorator};
use crate::data::{Key, Kind, Value};
use crate::text::Span;

/// What is said of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct Described {
    pub name: Option<String>,
    /// In upper case; `None` where nothing says it, or a macro does.
    pub kind: Option<String>,
    /// What stands in the kind's brackets.
    pub options: BTreeMap<String, Value>,
    /// Every other property, by name.
    pub properties: BTreeMap<String, Value>,
    /// Columns with their types.
    pub columns: Vec<Column>,
    pub descriptions: BTreeMap<String, String>,
    pub audits: Vec<Audit>,
    /// Sets of columns that are unique.
    pub grains: Vec<Vec<String>>,
    /// Where it is said.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    pub quoted: bool,
    pub data_type: Option<String>,
    pub span: Span,
}

/// An audit that a model names, with its arguments as data and as SQL.
#[derive(Clone, Debug)]
pub(super) struct Audit {
    /// In lower case.
    pub name: String,
    pub arguments: BTreeMap<String, Argument>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub value: Value,
    pub sql: String,
}

impl Argument {
    /// The column names that the argument lists.
    pub(super) fn names(&self) -> Vec<String> {
        self.value.strings()
    }
}

/// Properties that have a place of their own in [`Described`], or mean nothing to anybody but SQLMesh's loader.
const OWN: [&str; 11] = [
    "name",
    "kind",
    "columns",
    "column_descriptions",
    "audits",
    "grain",
    "grains",
    "blueprints",
    "description",
    "physical_version",
    "formatting",
];

impl Described {
    pub(super) fn from_header(header: &Header, span: Span) -> Described {
        let (kind, options) = header.get("kind").map(Part::word).unzip();
        let grain = header.get("grain").map(|part| vec![names(part)]);
        let grains = header.get("grains").map(|part| part.items().into_iter().map(names).collect());
        let properties =
            header.entries().filter(|(key, _)| !OWN.contains(key)).map(|(key, part)| (key.to_owned(), part.value()));
        let properties: BTreeMap<String, Value> = properties.collect();
        let description = header.value("description").and_then(|value| value.scalar());
        let mut described = Described {
            name: header.text("name"),
            kind: kind.filter(|kind| !kind.is_empty()).map(str::to_ascii_uppercase),
            options: options.map(kind_options).unwrap_or_default(),
            properties,
            columns: header.get("columns").map(columns).unwrap_or_default(),
            descriptions: header.get("column_descriptions").map(descriptions).unwrap_or_default(),
            audits: header.get("audits").map(|part| part.items().into_iter().map(audit).collect()).unwrap_or_default(),
            grains: grain.or(grains).unwrap_or_default(),
            span,
        };
        described.set("description", description);
        described
    }

    pub(super) fn from_decorator(decorator: &Decorator) -> Described {
        let arguments = &decorator.arguments;
        let kind = arguments.get("kind");
        let named = |kind: &Value| match &kind.kind {
            Kind::String(name) => Some(name.to_ascii_uppercase()),
            _ => kind.get("name").and_then(Value::scalar).or_else(|| kind_of_class(kind.get(CALL)?.str()?)),
        };
        let entries =
            arguments.entries().iter().filter(|(key, _)| !OWN.contains(&key.text.as_str()) && key.text != "0");
        let grains = arguments.get("grains").map(|value| value.items().iter().map(Value::strings).collect());
        let columns = arguments.get("columns").map(Value::entries).unwrap_or_default();
        let column = |(key, value): &(Key, Value)| Column {
            name: key.text.clone(),
            quoted: false,
            data_type: value.str().map(str::to_owned),
            span: key.span,
        };
        let notes = arguments.get("column_descriptions").map(Value::entries).unwrap_or_default();
        let mut described = Described {
            name: arguments.get("0").or_else(|| arguments.get("name")).and_then(Value::scalar),
            kind: kind.and_then(named).map(|name| name.to_ascii_uppercase()),
            options: kind.map(python_options).unwrap_or_default(),
            properties: entries.map(|(key, value)| (key.text.clone(), value.clone())).collect(),
            columns: columns.iter().map(column).collect(),
            descriptions: notes.iter().filter_map(|(key, value)| Some((key.text.clone(), value.scalar()?))).collect(),
            audits: arguments
                .get("audits")
                .map(Value::items)
                .unwrap_or_default()
                .iter()
                .filter_map(python_audit)
                .collect(),
            grains: grains.unwrap_or_default(),
            span: decorator.span,
        };
        described.set("description", arguments.get("description").and_then(Value::scalar));
        described
    }

    fn set(&mut self, key: &str, text: Option<String>) {
        let span = self.span;
        self.properties.extend(text.map(|text| (key.to_owned(), Value { kind: Kind::String(text), span })));
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.properties.get(key)?.scalar().filter(|text| !text.is_empty())
    }
}

fn kind_options(part: Part<'_>) -> BTreeMap<String, Value> {
    part.properties().into_iter().map(|(key, part)| (key, part.value())).collect()
}

/// `name TYPE, ..`
fn columns(part: Part<'_>) -> Vec<Column> {
    let column = |item: Part<'_>| {
        let (name, quoted, rest) = item.name()?;
        let data_type = Some(rest.text().to_owned()).filter(|text| !text.is_empty());
        Some(Column { name, quoted, data_type, span: item.span() })
    };
    part.items().into_iter().filter_map(column).collect()
}

fn descriptions(part: Part<'_>) -> BTreeMap<String, String> {
    part.pairs().into_iter().filter_map(|(name, part)| Some((name, part.value().scalar()?))).collect()
}

/// The columns of one grain: `a`, `(a, b)`, `a AS b`.
fn names(part: Part<'_>) -> Vec<String> {
    let first = |name: String| name.split_whitespace().next().map(str::to_owned);
    part.items().into_iter().filter_map(|item| first(item.name()?.0)).collect()
}

/// `name(argument := value)`
fn audit(part: Part<'_>) -> Audit {
    let (name, arguments) = part.call();
    let argument = |(name, part): (String, Part<'_>)| {
        (name.to_ascii_lowercase(), Argument { value: part.value(), sql: part.text().to_owned() })
    };
    Audit {
        name: name.to_ascii_lowercase(),
        arguments: arguments.into_iter().map(argument).collect(),
        span: part.span(),
    }
}

/// `"name"` or `("name", {"argument": value})`
fn python_audit(value: &Value) -> Option<Audit> {
    let (name, arguments) = match value.items() {
        [] => (value.scalar()?, &[][..]),
        [name, rest @ ..] => (name.scalar()?, rest.first().map(Value::entries).unwrap_or_default()),
    };
    let argument = |(key, value): &(Key, Value)| {
        let bare = key.text.starts_with("column") || key.text == "criteria" || key.text == "condition";
        let sql = if bare { bare_sql(value) } else { header::sql(value, false) };
        (key.text.to_ascii_lowercase(), Argument { value: value.clone(), sql })
    };
    let arguments = arguments.iter().map(argument).collect();
    Some(Audit { name: name.to_ascii_lowercase(), arguments, span: value.span })
}

fn bare_sql(value: &Value) -> String {
    match &value.kind {
        Kind::List(items) => format!("({})", items.iter().map(bare_sql).collect::<Vec<_>>().join(", ")),
        _ => value.scalar().unwrap_or_default(),
    }
}

/// `IncrementalByTimeRangeKind` as `INCREMENTAL_BY_TIME_RANGE`.
fn kind_of_class(class: &str) -> Option<String> {
    let name = class.strip_suffix("Kind")?;
    if let Some(rest) = name.strip_prefix("SCDType2") {
        return Some(if rest == "ByColumn" { "SCD_TYPE_2_BY_COLUMN" } else { "SCD_TYPE_2_BY_TIME" }.to_owned());
    }
    let mut words = String::new();
    for sign in name.chars() {
        if sign.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(sign.to_ascii_uppercase());
    }
    Some(words)
}

/// The options of a kind; `TimeColumn(column="a", ..)` is its column.
fn python_options(kind: &Value) -> BTreeMap<String, Value> {
    let option = |(key, value): &(Key, Value)| {
        let value = value.get("column").unwrap_or(value).clone();
        (key.text.clone(), value)
    };
    kind.entries().iter().filter(|(key, _)| key.text != CALL && key.text != "name").map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::kind_of_class;

    #[test]
    fn classes_are_kinds() {
        let check = |class, kind: &str| assert_eq!(kind_of_class(class).as_deref(), Some(kind));
        check("IncrementalByTimeRangeKind", "INCREMENTAL_BY_TIME_RANGE");
        check("FullKind", "FULL");
        check("SeedKind", "SEED");
        check("SCDType2ByTimeKind", "SCD_TYPE_2_BY_TIME");
        check("SCDType2ByColumnKind", "SCD_TYPE_2_BY_COLUMN");
        assert_eq!(kind_of_class("ModelKindName"), None);
    }
}
