//! The text of a file that a warehouse or a tool wrote in, its tables out: dbt's catalog.json, an export of
//! `information_schema.columns`, SQLMesh's external models, another lock.

use std::collections::BTreeMap;

use super::{CatalogColumn, CatalogTable, RelationName, lock, split_name};
use crate::data::{self, Fault, Kind, Value, json, yaml};
use crate::text::{FileId, Span};

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// dbt's `catalog.json`, as `dbt docs generate` writes it.
    Dbt,
    /// A row for each column, with the names of `information_schema.columns` as its header.
    InformationSchema,
    /// SQLMesh's `external_models.yaml`.
    SqlMesh,
    /// Another `sluice.lock`.
    Lock,
}

/// The words for formats.
pub const FORMATS: [(&str, Format); 4] = [
    ("dbt", Format::Dbt),
    ("information-schema", Format::InformationSchema),
    ("sqlmesh", Format::SqlMesh),
    ("lock", Format::Lock),
];

impl Format {
    /// By the name of a file, else by how its text begins.
    pub fn guess(path: &str, text: &str) -> Format {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        match (extension.as_str(), text.trim_start().chars().next()) {
            ("json", _) | (_, Some('{')) => Format::Dbt,
            ("yaml" | "yml", _) => Format::SqlMesh,
            ("lock" | "toml", _) => Format::Lock,
            (_, Some('-')) => Format::SqlMesh,
            _ => Format::InformationSchema,
        }
    }

    /// The tables of a text in this format.
    pub fn read(self, path: &str, text: &str) -> Result<Vec<CatalogTable>, Fault> {
        match self {
            Format::Dbt => dbt(text),
            Format::InformationSchema => information_schema(text),
            Format::SqlMesh => sqlmesh(text),
            Format::Lock => {
                let mut said = Vec::new();
                let tables = lock::read(&FileId::new(path), text, &mut said);
                match said.into_iter().next() {
                    Some(first) => Err(Fault { message: first.message, span: first.place.span }),
                    None => Ok(tables),
                }
            }
        }
    }
}

fn fault<T>(message: &str, span: Span) -> Result<T, Fault> {
    Err(Fault { message: message.to_owned(), span })
}

fn dbt(text: &str) -> Result<Vec<CatalogTable>, Fault> {
    let tree = json::parse(text)?;
    let version = tree.at(&["metadata", "dbt_schema_version"]).and_then(Value::str).unwrap_or_default();
    if version.contains("/manifest/") {
        let message = "this is dbt's manifest, which knows only the columns that YAML names. `dbt docs generate` writes \
                       catalog.json beside it, with all of them";
        return fault(message, Span::at(0));
    }
    if tree.get("sources").is_none() && tree.get("nodes").is_none() {
        return fault("this is not dbt's catalog.json: it has neither `sources` nor `nodes`", Span::at(0));
    }
    let parts = ["sources", "nodes"].iter().filter_map(|part| tree.get(part)).flat_map(Value::entries);
    let table = |(id, entry): &(crate::data::Key, Value)| {
        let word = |key: &str| entry.at(&["metadata", key]).and_then(Value::str).map(str::to_owned);
        let name = RelationName { database: word("database"), schema: word("schema"), identifier: word("name")? };
        let columns = entry.get("columns").map(Value::entries).unwrap_or_default();
        let mut columns: Vec<(i64, CatalogColumn)> = columns
            .iter()
            .map(|(key, column)| {
                let index = column.get("index").and_then(Value::integer).unwrap_or(i64::MAX);
                let data_type = column.get("type").and_then(Value::scalar).unwrap_or_default();
                let name = column.get("name").and_then(Value::scalar).unwrap_or_else(|| key.text.clone());
                (index, CatalogColumn { name, data_type, nullable: None })
            })
            .collect();
        columns.sort_by_key(|(index, _)| *index);
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        Some(CatalogTable { name, id: Some(id.text.clone()), columns })
    };
    Ok(parts.filter_map(table).collect())
}

fn sqlmesh(text: &str) -> Result<Vec<CatalogTable>, Fault> {
    let tree = yaml::parse(text)?;
    if !matches!(tree.kind, Kind::List(_)) {
        return fault("external models are a list of `name` and `columns`", tree.span);
    }
    let mut tables = Vec::new();
    for item in tree.items() {
        let Some(name) = item.get("name").and_then(Value::scalar) else {
            return fault("this external model has no `name`", item.span);
        };
        let columns = item.get("columns").map(Value::entries).unwrap_or_default();
        let column = |(key, value): &(crate::data::Key, Value)| CatalogColumn {
            name: key.text.clone(),
            data_type: value.scalar().unwrap_or_default(),
            nullable: None,
        };
        tables.push(CatalogTable { name: split_name(&name), id: None, columns: columns.iter().map(column).collect() });
    }
    // A table whose columns nobody lists is not one without any.
    tables.retain(|table| !table.columns.is_empty());
    Ok(tables)
}

/// Names under which exports write one column each, the standard's first.
const DATABASE: [&str; 5] = ["table_catalog", "table_database", "table_cat", "database_name", "database"];
const SCHEMA: [&str; 5] = ["table_schema", "table_schem", "schema_name", "schema", "dataset"];
const TABLE: [&str; 2] = ["table_name", "table"];
const COLUMN: [&str; 3] = ["column_name", "column", "name"];
const TYPE: [&str; 5] = ["column_type", "full_data_type", "data_type", "type_name", "type"];
const NULLABLE: [&str; 2] = ["is_nullable", "nullable"];
const POSITION: [&str; 3] = ["ordinal_position", "ordinal", "position"];

/// Database, schema, table.
type FullName = (Option<String>, Option<String>, String);

fn information_schema(text: &str) -> Result<Vec<CatalogTable>, Fault> {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let delimiter = [',', ';', '\t', '|'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(',');
    let table = data::csv::parse(text, delimiter as u8)?;
    let header: Vec<String> = table.header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let at = |names: &[&str]| names.iter().find_map(|name| header.iter().position(|own| own == name));
    let (Some(name_at), Some(column_at)) = (at(&TABLE), at(&COLUMN)) else {
        let end = first.len().min(text.len());
        return fault("its first line should name at least `table_name` and `column_name`", Span::new(0, end));
    };
    let places = [at(&DATABASE), at(&SCHEMA), at(&NULLABLE), at(&POSITION)];
    let mut found: BTreeMap<FullName, Vec<(u64, CatalogColumn)>> = BTreeMap::new();
    for (number, row) in table.rows.iter().enumerate() {
        let cell =
            |at: Option<usize>| at.and_then(|at| row.get(at)).map(|cell| cell.trim()).filter(|cell| is_said(cell));
        let [database, schema, nullable, position] = places.map(cell);
        let (Some(identifier), Some(name)) = (cell(Some(name_at)), cell(Some(column_at))) else { continue };
        let word = |name: &str| cell(at(&[name]));
        let data_type = with_size(cell(at(&TYPE)).unwrap_or_default(), &word);
        let position = position.and_then(|text| text.parse().ok()).unwrap_or(number as u64);
        let column = CatalogColumn { name: name.to_owned(), data_type, nullable: nullable.and_then(truth) };
        let key = (database.map(str::to_owned), schema.map(str::to_owned), identifier.to_owned());
        found.entry(key).or_default().push((position, column));
    }
    let table = |((database, schema, identifier), mut columns): (FullName, Vec<(u64, CatalogColumn)>)| {
        columns.sort_by_key(|(position, _)| *position);
        columns.dedup_by(|later, first| later.1.name == first.1.name);
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        CatalogTable { name: RelationName { database, schema, identifier }, id: None, columns }
    };
    Ok(found.into_iter().map(table).collect())
}

/// Exports write what is not there as nothing, or as `NULL`.
fn is_said(cell: &str) -> bool {
    !cell.is_empty() && !cell.eq_ignore_ascii_case("null") && cell != "\\N"
}

fn truth(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" => Some(true),
        "no" | "n" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A type with its length or precision, where columns of their own tell it.
fn with_size<'a>(data_type: &str, word: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let lower = data_type.to_ascii_lowercase();
    let number = |name: &str| word(name).and_then(|text| text.split('.').next()?.parse::<u32>().ok());
    let size = match lower.as_str() {
        "character varying" | "varchar" | "character" | "char" | "nvarchar" | "nchar" | "varbinary" | "text" => {
            // The longest there is stands for no length at all.
            let length = number("character_maximum_length").filter(|length| *length < 1 << 23);
            length.filter(|_| lower != "text").map(|length| length.to_string())
        }
        "numeric" | "decimal" | "number" => {
            let scale = number("numeric_scale").unwrap_or(0);
            number("numeric_precision").map(|precision| format!("{precision}, {scale}"))
        }
        _ => None,
    };
    size.map_or_else(|| data_type.to_owned(), |size| format!("{data_type}({size})"))
}

#[cfg(test)]
mod tests {
    use super::Format;
    use crate::project::lock_text;

    fn check(path: &str, text: &str, expected: &str) {
        let found = Format::guess(path, text).read(path, text).map(|tables| {
            let text = lock_text(&tables);
            text.split_once("version = 1\n\n").map_or("", |(_, body)| body).replace('\n', " ").trim_end().to_owned()
        });
        let found = found.unwrap_or_else(|fault| fault.message);
        assert!(found.starts_with(expected) && (expected.len() == found.len() || found.len() > 60), "{found}");
    }

    #[test]
    fn columns_of_an_export_stand_in_any_order_and_case() {
        check(
            "columns.csv",
            "COLUMN_NAME,table_schema,Table_Name,IS_NULLABLE,ordinal_position,data_type,TABLE_CATALOG\n\
             b,raw,orders,YES,2,text,db\na,raw,orders,NO,1,integer,db\n",
            "[tables.\"db.raw.orders\"] a = \"integer not null\" b = \"text null\"",
        );
        check("x.tsv", "table_name\tcolumn_name\nt\ta\n", "[tables.\"t\"] a = \"\"");
        check(
            "x.csv",
            "table_name,column_name,data_type,numeric_precision,numeric_scale,character_maximum_length\n\
             t,a,numeric,10,2,\nt,b,character varying,,,20\nt,c,NUMBER,38,0,NULL\n",
            "[tables.\"t\"] a = \"numeric(10, 2)\" b = \"character varying(20)\" c = \"NUMBER(38, 0)\"",
        );
        check("x.csv", "a,b\n1,2\n", "its first line should name at least `table_name` and `column_name`");
    }

    #[test]
    fn tools_own_files_are_known_by_what_they_hold() {
        check(
            "target/catalog.json",
            r#"{"sources":{"source.p.raw.t":{"metadata":{"schema":"RAW","name":"T","database":null},"columns":{"B":{"type":"TEXT","index":2,"name":"B"},"A":{"type":"NUMBER","index":1,"name":"A"}}}}}"#,
            "[tables.\"RAW.T\"] A = \"NUMBER\" B = \"TEXT\"",
        );
        check(
            "manifest.json",
            r#"{"metadata":{"dbt_schema_version":"https://x/manifest/v12.json"}}"#,
            "this is dbt's manifest",
        );
        check("e.yaml", "- name: raw.t\n  columns: {a: INT}\n- name: raw.u\n", "[tables.\"raw.t\"] a = \"INT\"");
        check("sluice.lock", "[tables.t]\na = 'int'\n", "[tables.\"t\"] a = \"int\"");
        check("x.json", "[1]", "this is not dbt's catalog.json: it has neither `sources` nor `nodes`");
    }
}
