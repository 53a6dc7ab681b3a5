//! One `schema.yaml` in, the columns it declares out, their types as SQL writes them.

use crate::data::Value;
use crate::project::{Constraint, DeclaredColumn};
use crate::text::{FileId, Place};

/// Structs are written out down to this depth; deeper ones are of no known type.
const DEEPEST: usize = 16;

/// The columns under `fields:`, in order.
pub(super) fn columns(file: &FileId, tree: &Value) -> Vec<DeclaredColumn> {
    let fields = tree.get("fields").map(Value::items).unwrap_or_default();
    fields.iter().filter_map(|field| column(file, field)).collect()
}

fn column(file: &FileId, field: &Value) -> Option<DeclaredColumn> {
    let name = field.get("name")?;
    let required = mode(field) == "REQUIRED";
    let constraint =
        || Constraint { kind: "not_null".to_owned(), columns: Vec::new(), expression: None, to_columns: Vec::new() };
    Some(DeclaredColumn {
        name: name.scalar()?,
        quoted: false,
        data_type: data_type(field, 0),
        description: field.get("description").and_then(Value::str).unwrap_or_default().trim().to_owned(),
        tests: Vec::new(),
        constraints: required.then(constraint).into_iter().collect(),
        tags: Vec::new(),
        policy_tags: field.at(&["policyTags", "names"]).map(Value::strings).unwrap_or_default(),
        meta: None,
        place: Place::new(file, name.span),
    })
}

fn mode(field: &Value) -> String {
    field.get("mode").and_then(Value::str).unwrap_or_default().to_ascii_uppercase()
}

/// The type of a field; `None` where some part of it has none.
fn data_type(field: &Value, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let written = field.get("type").and_then(Value::str)?.to_ascii_uppercase();
    let one =
        match written.as_str() {
            "RECORD" | "STRUCT" => {
                let parts =
                    field.get("fields").map(Value::items).unwrap_or_default().iter().map(|field| {
                        Some(format!("{} {}", field.get("name")?.scalar()?, data_type(field, depth + 1)?))
                    });
                format!("STRUCT<{}>", parts.collect::<Option<Vec<String>>>()?.join(", "))
            }
            // Names of the older SQL, which the API still answers with.
            "INTEGER" => "INT64".to_owned(),
            "FLOAT" => "FLOAT64".to_owned(),
            "BOOLEAN" => "BOOL".to_owned(),
            _ => written,
        };
    Some(if mode(field) == "REPEATED" { format!("ARRAY<{one}>") } else { one })
}

#[cfg(test)]
mod tests {
    use super::data_type;
    use crate::data::yaml;

    fn check(text: &str, expected: Option<&str>) {
        let tree = yaml::parse(text).expect("valid YAML");
        assert_eq!(data_type(&tree, 0).as_deref(), expected, "{text}");
    }

    #[test]
    fn types_are_written_as_sql_writes_them() {
        check("{type: FLOAT}", Some("FLOAT64"));
        check("{type: string, mode: repeated}", Some("ARRAY<STRING>"));
        check("{type: RECORD, fields: [{name: a, type: DATE}, {name: b, type: JSON}]}", Some("STRUCT<a DATE, b JSON>"));
        check("{type: RECORD, fields: [{name: a}]}", None);
        check("{name: a}", None);
    }
}
