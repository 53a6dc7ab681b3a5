//! Projects with their catalogs in, sources that know all of their columns and tables that nobody declares out.

use std::collections::BTreeSet;

use super::names::Names;
use crate::algebra::{Family, Known, KnownColumn, Nullability, Type};
use crate::diagnostic::Diagnostic;
use crate::dialect::{Dialect, Folding};
use crate::project::{CatalogTable, DeclaredColumn, Project, RelationName, Source, whole_name};

/// Gives each source the table that its project's catalog has for it; says where YAML and the catalog disagree.
pub(super) fn describe(projects: &mut [Project]) {
    for project in projects {
        let Project { sources, catalog, dialect, diagnostics, .. } = project;
        for source in sources {
            let found = catalog.find_source(&source.id, &source.relation, dialect);
            source.catalog = found.and_then(|at| catalog.tables().get(at)).cloned();
            diagnostics.extend(disagreements(source));
        }
    }
}

/// Declared columns that the catalog does not have, or has with a type of another family.
fn disagreements(source: &Source) -> Vec<Diagnostic> {
    let Some(table) = source.catalog.as_ref().filter(|table| !table.columns.is_empty()) else { return Vec::new() };
    let say = |declared: &DeclaredColumn| {
        let name = &declared.name;
        let own = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        let message = match (own, &declared.data_type) {
            (None, _) => format!("`{}` has no column `{name}`, says the catalog.", source.id),
            (Some(own), Some(written)) => {
                let (ours, theirs) = (Type::parse(written).family, Type::parse(&own.data_type).family);
                if ours == theirs || ours == Family::Unknown || theirs == Family::Unknown {
                    return None;
                }
                format!("`{name}` is declared as `{written}`, but the catalog has it as `{}`.", own.data_type)
            }
            (Some(_), None) => return None,
        };
        let diagnostic = Diagnostic::warn("catalog-disagrees", declared.place.clone(), message);
        Some(diagnostic.help("Mend the declaration, or import the catalog anew. The catalog's word is taken."))
    };
    source.properties.columns.iter().filter_map(say).collect()
}

/// What a table of a catalog offers to readers under an id.
pub(super) fn known(table: &CatalogTable, id: &str, dialect: &Dialect) -> Known {
    let told = spells_case(table, dialect);
    let columns = table.columns.iter().map(|column| KnownColumn {
        name: column.name.clone(),
        quoted: told,
        any_case: true,
        ty: if column.data_type.is_empty() { Type::default() } else { Type::parse(&column.data_type) },
        nullable: match column.nullable {
            Some(true) => Nullability::Yes,
            Some(false) => Nullability::No,
            None => Nullability::Unknown,
        },
        value: None,
    });
    Known { id: id.to_owned(), columns: columns.collect(), open: table.columns.is_empty(), ..Known::default() }
}

/// Whether names stand in the file as the warehouse has them: an export may write all of them small.
fn spells_case(table: &CatalogTable, dialect: &Dialect) -> bool {
    let names = || table.columns.iter().map(|column| column.name.as_str());
    match dialect.column_folding {
        Folding::Upper => names().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())),
        Folding::Lower => names().any(|name| name.bytes().any(|byte| byte.is_ascii_lowercase())),
        Folding::Insensitive | Folding::Sensitive => false,
    }
}

/// The tables of a project's catalog that no source of it is, each with the id that its readers know it by.
pub(super) fn undeclared(project: &Project) -> impl Iterator<Item = (String, &CatalogTable)> {
    let dialect = &project.dialect;
    let find = |source: &Source| project.catalog.find_source(&source.id, &source.relation, dialect);
    let declared: BTreeSet<usize> = project.sources.iter().filter_map(find).collect();
    let rest = project.catalog.tables().iter().enumerate().filter(move |(at, _)| !declared.contains(at));
    rest.map(|(_, table)| (whole_name(&folded(&table.name, dialect)), table))
}

fn folded(name: &RelationName, dialect: &Dialect) -> RelationName {
    let fold = |part: &String| dialect.relation_key(part, false);
    RelationName {
        database: name.database.as_ref().map(fold),
        schema: name.schema.as_ref().map(fold),
        identifier: fold(&name.identifier),
    }
}

/// What undeclared tables offer, for those that texts may read.
pub(super) fn tables(projects: &[Project], names: &Names) -> Vec<Known> {
    let mut found = Vec::new();
    for (at, project) in projects.iter().enumerate() {
        for (id, table) in undeclared(project) {
            if names.tells(at, &id) {
                found.push(known(table, &id, &project.dialect));
            }
        }
    }
    found
}
