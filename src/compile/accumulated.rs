//! What one run of a model's query offers in, what the table that its runs fill over time offers out.
//!
//! A SQLMesh model that is built piece by piece is rendered for one piece: what is unique in that need not be unique in
//! the table. <https://sqlmesh.readthedocs.io/en/stable/concepts/models/model_kinds/>

use crate::algebra::{Known, KnownColumn, Nullability, Proof, Type};
use crate::project::Model;

/// Keys and columns of the table.
pub(super) fn accumulate(known: &mut Known, model: &Model) {
    let names = |key: &str| model.config.strings(key);
    match model.config.str("incremental_strategy") {
        // Each piece holds its own times or partitions, so a piece's key with those is one of the table.
        Some("by_time_range") => widen(known, &names("time_column")),
        Some("by_partition") => widen(known, &names("partition_by")),
        Some("by_unique_key") => {
            known.keys.clear();
            known.keys.push((names("unique_key"), Proof::Proved));
        }
        Some("append") => known.keys.clear(),
        Some("history") => history(known, &names("unique_key"), model),
        _ => {}
    }
    known.keys.retain(|(columns, _)| {
        let has = |name: &String| known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        !columns.is_empty() && columns.iter().all(|name| known.open || has(name))
    });
}

fn widen(known: &mut Known, by: &[String]) {
    // Parts like `DATE_TRUNC(day, at)` name no column that could be added.
    let plain = by.iter().all(|name| name.chars().all(|sign| sign.is_alphanumeric() || sign == '_'));
    if by.is_empty() || !plain {
        known.keys.clear();
        return;
    }
    for (columns, _) in &mut known.keys {
        let missing = |name: &&String| !columns.iter().any(|known| known.eq_ignore_ascii_case(name));
        let missing: Vec<String> = by.iter().filter(missing).cloned().collect();
        columns.extend(missing);
    }
}

/// A row for each state that a key was in: two more columns say from when to when.
fn history(known: &mut Known, unique_key: &[String], model: &Model) {
    let config = |key: &str, default: &str| model.config.str(key).unwrap_or(default).to_owned();
    let ty = Type::parse(&config("time_data_type", "TIMESTAMP"));
    let (from, to) = (config("valid_from_name", "valid_from"), config("valid_to_name", "valid_to"));
    for (name, nullable) in [(&from, Nullability::No), (&to, Nullability::Yes)] {
        if known.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        let value = known.rows;
        let column = KnownColumn { name: name.clone(), ty: ty.clone(), nullable, value, ..KnownColumn::default() };
        known.columns.push(column);
    }
    known.keys.clear();
    if !unique_key.is_empty() {
        known.keys.push((unique_key.iter().cloned().chain([from]).collect(), Proof::Proved));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::accumulate;
    use crate::algebra::{Known, KnownColumn};
    use crate::compile::tests::one;
    use crate::data::{Kind, Value};
    use crate::project::{Config, Model};
    use crate::text::Span;

    const SQLMESH: (&str, &str) =
        ("config.yaml", "project: shop\nmodel_defaults: {dialect: duckdb}\nvariables: {seven: 7}\n");

    /// What is known of a table of columns `id`, `ds` whose query is unique by `id`.
    fn check(config: &[(&str, &str)], keys: &[&[&str]]) -> Known {
        let column = |name: &str| KnownColumn { name: name.to_owned(), ..KnownColumn::default() };
        let mut known = Known {
            columns: vec![column("id"), column("ds")],
            keys: vec![(vec!["id".to_owned()], crate::algebra::Proof::Proved)],
            ..Known::default()
        };
        let text = |text: &str| Value { kind: Kind::String(text.to_owned()), span: Span::default() };
        let config: BTreeMap<String, Value> =
            config.iter().map(|(key, value)| ((*key).to_owned(), text(value))).collect();
        let files = [SQLMESH, ("models/a.sql", "MODEL (name a); select 1 as id")];
        let model = one(&files).models["model.shop.a"].model.clone();
        accumulate(&mut known, &Model { config: Config(config), ..model });
        let found: Vec<Vec<&str>> =
            known.keys.iter().map(|(columns, _)| columns.iter().map(String::as_str).collect()).collect();
        assert_eq!(found, keys);
        known
    }

    #[test]
    fn a_table_is_unique_by_what_is_unique_in_all_of_its_pieces() {
        check(&[], &[&["id"]]);
        check(&[("incremental_strategy", "by_time_range"), ("time_column", "ds")], &[&["id", "ds"]]);
        check(&[("incremental_strategy", "by_partition"), ("partition_by", "date_trunc('day', ds)")], &[]);
        check(&[("incremental_strategy", "by_unique_key"), ("unique_key", "ds")], &[&["ds"]]);
        check(&[("incremental_strategy", "by_unique_key"), ("unique_key", "coalesce(ds, 1)")], &[]);
        check(&[("incremental_strategy", "append")], &[]);
    }

    #[test]
    fn a_history_has_its_times() {
        let known = check(&[("incremental_strategy", "history"), ("unique_key", "id")], &[&["id", "valid_from"]]);
        let names: Vec<&str> = known.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id", "ds", "valid_from", "valid_to"]);
    }

    #[test]
    fn models_of_sqlmesh_read_each_other_by_whole_names() {
        let compiled = one(&[
            SQLMESH,
            ("models/a.sql", "MODEL (name db.a, grain id); select 1 as id, 2 as n"),
            ("models/b.sql", "MODEL (name b); select a.id, @SAFE_ADD(a.n, 1) as n from db.a join raw.b on a.id = b.id"),
            ("models/c.sql", "MODEL (name db.c); select id from b where id > @seven"),
            ("other/config.yaml", "project: other\nmodel_defaults: {dialect: duckdb}\n"),
            ("other/models/d.sql", "MODEL (name db.d); select id from db.c"),
        ]);
        let reads = |model: &str| compiled.models[model].lineage.depends_on.clone();
        assert_eq!(reads("model.shop.b")[0], "model.shop.db.a");
        assert!(!reads("model.shop.b").contains(&"model.shop.b".to_owned()));
        assert_eq!(reads("model.shop.db.c"), ["model.shop.b"]);
        assert_eq!(reads("model.other.db.d"), ["model.shop.db.c"]);
        assert_eq!(compiled.models["model.shop.db.a"].known.keys[0].0, ["id"]);
        assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    }

    #[test]
    fn models_of_sqlmesh_in_a_loop_are_said() {
        let compiled = one(&[
            SQLMESH,
            ("models/a.sql", "MODEL (name db.a); select id from db.b"),
            ("models/b.sql", "MODEL (name db.b); select id from db.a union all select id from db.b"),
        ]);
        let rules: Vec<&str> = compiled.diagnostics.iter().map(|one| one.rule.as_str()).collect();
        assert_eq!(rules, ["cycle"]);
    }
}
