//! What YAML, seeds and catalogs declare of a relation in, what its readers may know of it out.

use crate::algebra::{Known, KnownColumn, Nullability, Type};
use crate::project::{Properties, Seed, Source, Test};

/// What is known of a source: its declared columns; all of them only where a catalog says so or each has its type.
pub(super) fn source(source: &Source, trust: bool) -> Known {
    let mut known = Known { id: source.id.clone(), open: source.catalog.is_empty(), ..Known::default() };
    for (name, ty) in &source.catalog {
        known.columns.push(column(name, false, Type::parse(ty)));
    }
    let declared = &source.properties.columns;
    for declared in declared {
        if find(&mut known, &declared.name).is_none() {
            let ty = declared.data_type.as_deref().map(Type::parse).unwrap_or_default();
            known.columns.push(column(&declared.name, declared.quoted, ty));
        }
    }
    if !declared.is_empty() && declared.iter().all(|column| column.data_type.is_some()) {
        known.open = false;
    }
    if trust {
        declare(&mut known, &source.properties);
    }
    known
}

/// What is known of a seed: all of its columns, their types and keys, from its content.
pub(super) fn seed(seed: &Seed, trust: bool) -> Known {
    let columns = seed.columns.iter().map(|column| KnownColumn {
        name: column.name.clone(),
        quoted: false,
        ty: Type::parse(&column.data_type),
        nullable: if seed.sampled {
            Nullability::Unknown
        } else if column.has_empty {
            Nullability::Yes
        } else {
            Nullability::No
        },
        value: Some(column.digest),
    });
    let unique = seed.columns.iter().filter(|column| column.unique && !seed.sampled);
    let mut known = Known {
        id: seed.id.clone(),
        columns: columns.collect(),
        keys: unique.map(|column| (vec![column.name.clone()], true)).collect(),
        rows: Some(seed.digest),
        ..Known::default()
    };
    if trust {
        declare(&mut known, &seed.properties);
    }
    known
}

/// Adds what tests and constraints declare: keys, and columns that are never NULL.
pub(super) fn declare(known: &mut Known, properties: &Properties) {
    for declared in &properties.columns {
        let tests = declared.tests.iter().filter(|test| is_whole(test)).map(|test| test.name.as_str());
        for fact in tests.chain(declared.constraints.iter().map(|constraint| constraint.kind.as_str())) {
            fact_of_column(known, &declared.name, fact);
        }
    }
    for test in properties.tests.iter().filter(|test| is_whole(test)) {
        match (test.name.rsplit('.').next().unwrap_or_default(), &test.column) {
            ("unique_combination_of_columns", _) => {
                let columns = test.arguments.get("combination_of_columns");
                key(known, columns.map(crate::data::Value::strings).unwrap_or_default());
            }
            (fact, Some(column)) => fact_of_column(known, column, fact),
            _ => {}
        }
    }
    for constraint in &properties.constraints {
        match (constraint.kind.as_str(), constraint.columns.as_slice()) {
            ("primary_key" | "unique", columns) => key(known, columns.to_vec()),
            (fact, [column]) => fact_of_column(known, column, fact),
            _ => {}
        }
        if constraint.kind == "primary_key" {
            constraint.columns.iter().for_each(|column| never_null(known, column));
        }
    }
}

/// A test with a `where` says nothing of the other rows.
fn is_whole(test: &Test) -> bool {
    !test.config.0.contains_key("where") && !test.arguments.contains_key("where")
}

fn fact_of_column(known: &mut Known, column: &str, fact: &str) {
    if matches!(fact, "unique" | "primary_key") {
        key(known, vec![column.to_owned()]);
    }
    if matches!(fact, "not_null" | "primary_key") {
        never_null(known, column);
    }
}

/// A key must name columns that exist; a test may be older than the model.
fn key(known: &mut Known, columns: Vec<String>) {
    let mut names = Vec::new();
    for column in &columns {
        let found = find(known, column).map(|found| found.name.clone());
        match found {
            Some(name) => names.push(name),
            None if known.open => names.push(column.clone()),
            None => return,
        }
    }
    names.sort();
    let same = |(other, _): &(Vec<String>, bool)| {
        let mut other = other.clone();
        other.sort();
        other == names
    };
    if !names.is_empty() && !known.keys.iter().any(same) {
        known.keys.push((names, false));
    }
}

fn never_null(known: &mut Known, column: &str) {
    if let Some(column) = find(known, column) {
        column.nullable = Nullability::No;
    }
}

fn find<'k>(known: &'k mut Known, name: &str) -> Option<&'k mut KnownColumn> {
    known.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name))
}

fn column(name: &str, quoted: bool, ty: Type) -> KnownColumn {
    KnownColumn { name: name.to_owned(), quoted, ty, nullable: Nullability::Unknown, value: None }
}
