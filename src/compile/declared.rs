//! What YAML, seeds and catalogs declare of a relation in, what its readers may know of it out.

use super::catalogs;
use crate::algebra::{Assumption, Known, KnownColumn, Nullability, Proof, Type};
use crate::dialect::Dialect;
use crate::project::{
    Because, DeclaredColumn, Fact, Listing, Of, Project, Properties, RelationName, Seed, Settings, Source, What,
};
use crate::text::Hasher;

/// Which declared facts count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trust {
    /// Facts that nothing holds the data to.
    declared: bool,
    /// The warehouse refuses rows that break its constraints.
    enforced: bool,
    /// What a key rests on that nothing proves.
    unproved: Proof,
}

impl Trust {
    pub(super) fn of(settings: &Settings) -> Self {
        Trust { declared: !settings.trust_proved_only, enforced: false, unproved: Proof::Declared }
    }

    /// For a table whose constraints the warehouse is told of.
    pub(super) fn enforced(self, enforced: bool) -> Self {
        Trust { enforced, ..self }
    }

    /// For data that comes from elsewhere.
    fn given(self) -> Self {
        Trust { unproved: Proof::Given, ..self }
    }

    fn proof(self, proved: bool) -> Proof {
        if proved { Proof::Proved } else { self.unproved }
    }
}

/// What is known of a source: the columns of its catalog; else those that YAML declares, which are all of them only
/// where each has its type or the settings say so.
pub(super) fn source(source: &Source, project: &Project, trust: Trust) -> Known {
    let told = source.catalog.as_ref().filter(|table| !table.columns.is_empty());
    let mut known = match told {
        Some(table) => catalogs::known(table, &source.id, &project.dialect),
        None => Known { id: source.id.clone(), open: true, ..Known::default() },
    };
    if told.is_none() {
        let declared = &source.properties.columns;
        for declared in declared {
            if find(&mut known, &declared.name).is_none() {
                known.columns.push(column(declared));
            }
        }
        known.open = declared.is_empty()
            || match project.settings.sources {
                Listing::Complete => false,
                Listing::Partial => true,
                Listing::Typed => declared.iter().any(|column| column.data_type.is_none()),
            };
    }
    declare(&mut known, &source.properties, trust.given());
    // Another table has other rows, whatever it is called here; one table is itself under every name.
    let RelationName { database, schema, identifier } = &source.relation;
    let outer = [database, schema].map(|part| part.as_deref().unwrap_or_default());
    known.rows = Some(Hasher::new("table").text(outer[0]).text(outer[1]).text(identifier).finish());
    known
}

/// What is known of a seed: all of its columns, their types and keys, from its content.
pub(super) fn seed(seed: &Seed, trust: Trust) -> Known {
    let columns = seed.columns.iter().map(|column| KnownColumn {
        name: column.name.clone(),
        quoted: false,
        any_case: true,
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
        keys: unique.map(|column| (vec![column.name.clone()], Proof::Proved)).collect(),
        rows: Some(Hasher::new("seed").text(&seed.id).digest(seed.row_set).finish()),
        ..Known::default()
    };
    declare(&mut known, &seed.properties, trust);
    known
}

/// A declared column. YAML tells its name, but not its case, unless it says that the name is quoted.
pub(super) fn column(declared: &DeclaredColumn) -> KnownColumn {
    let ty = declared.data_type.as_deref().map(Type::parse).unwrap_or_default();
    let (name, quoted) = (declared.name.clone(), declared.quoted);
    KnownColumn { name, quoted, any_case: !quoted, ty, ..KnownColumn::default() }
}

/// The columns of a relation whose contract is enforced: those it declares and no others, or it would not build.
pub(super) fn hold_to_contract(known: &mut Known, properties: &Properties) {
    let typed = properties.columns.iter().all(|column| column.data_type.is_some());
    if !properties.contract_enforced || !typed || properties.columns.is_empty() || !known.open {
        return;
    }
    let declared = properties.columns.iter().map(|declared| {
        let own = known.columns.iter().find(|own| own.name.eq_ignore_ascii_case(&declared.name));
        let value = own.and_then(|own| own.value);
        own.cloned().unwrap_or(KnownColumn { value, ..column(declared) })
    });
    known.columns = declared.collect();
    known.given = None;
    known.open = false;
}

/// Adds what tests and constraints declare: keys, columns that are never NULL, and types that nothing else tells.
pub(super) fn declare(known: &mut Known, properties: &Properties, trust: Trust) {
    if trust.declared {
        for declared in &properties.columns {
            let untyped = find(known, &declared.name).filter(|column| column.ty == Type::default());
            if let (Some(column), Some(ty)) = (untyped, &declared.data_type) {
                column.ty = Type::parse(ty);
            }
        }
    }
    for fact in properties.facts() {
        let proved = trust.enforced && matches!(fact.because, Because::Constraint(_));
        if proved || trust.declared {
            add(known, &fact, trust.proof(proved));
        }
    }
}

/// Adds facts that constraints of the warehouse's own state. Every one of them holds rows to NOT NULL; to keys, not all do.
pub(super) fn constrain(known: &mut Known, facts: &[Fact], trust: Trust) {
    for fact in facts {
        let proved = trust.enforced || fact.because == Because::Constraint("not null".to_owned());
        if proved || trust.declared {
            add(known, fact, trust.proof(proved));
        }
    }
}

/// Adds one fact, and what it rests on where it is not proved.
fn add(known: &mut Known, fact: &Fact, proof: Proof) {
    let columns = match &fact.of {
        Of::Columns(columns) => columns.clone(),
        // What a unique expression is made of is unique too. Words that are no columns do not count, which only a
        // relation with all of its columns known can tell.
        Of::Expression(text) if !known.open => {
            let words: Vec<String> = words(text).collect();
            let columns = known.columns.iter().filter(|column| words.contains(&column.name.to_ascii_lowercase()));
            columns.map(|column| column.name.clone()).collect()
        }
        Of::Expression(_) => return,
    };
    let added = match fact.what {
        What::Unique => key(known, &columns, proof),
        What::NotNull => columns.iter().map(|column| never_null(known, column)).fold(false, |any, one| any | one),
    };
    if added && !proof.is_proved() {
        let mut columns = columns;
        columns.sort();
        let (unique, because) = (fact.what == What::Unique, fact.because.words());
        known.assumed.push(Assumption { columns, unique, because, place: fact.place.clone() });
    }
}

/// The words of an expression outside its texts, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    let outside = text.split('\'').step_by(2);
    let words = outside.flat_map(|part| part.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')));
    words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase)
}

/// A key must name columns that exist; a test may be older than the model. Whether the key is new.
fn key(known: &mut Known, columns: &[String], proof: Proof) -> bool {
    let mut names = Vec::new();
    for column in columns {
        let found = find(known, column).map(|found| found.name.clone());
        match found {
            Some(name) => names.push(name),
            None if known.open => names.push(column.clone()),
            None => return false,
        }
    }
    names.sort();
    let same = |(other, _): &&mut (Vec<String>, Proof)| {
        let mut other = other.clone();
        other.sort();
        other == names
    };
    match known.keys.iter_mut().find(same) {
        Some((_, known)) => {
            *known = proof.max(*known);
            false
        }
        None if names.is_empty() => false,
        None => {
            known.keys.push((names, proof));
            true
        }
    }
}

/// Whether that is new.
fn never_null(known: &mut Known, column: &str) -> bool {
    let column = find(known, column).filter(|column| column.nullable != Nullability::No);
    column.map(|column| column.nullable = Nullability::No).is_some()
}

fn find<'k>(known: &'k mut Known, name: &str) -> Option<&'k mut KnownColumn> {
    known.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// Whether the warehouse holds a table of these properties to its keys: dbt writes constraints only into tables whose
/// contract is enforced. <https://docs.getdbt.com/reference/resource-properties/constraints>
pub(super) fn enforces(properties: &Properties, materialized: Option<&str>, dialect: &Dialect) -> bool {
    properties.contract_enforced
        && matches!(materialized, Some("table" | "incremental"))
        && dialect.flag("enforces_keys")
}
