//! Edits of small repos in; whether what they make of a Compilation is what compiling anew makes.

use std::collections::{BTreeMap, BTreeSet};

use super::tests::repo_of;
use super::{Around, Cache, Compilation, compile};
use crate::text::FileId;

const DBT: (&str, &str) = ("dbt_project.yml", "name: shop\nversion: '1.0'\nmodel-paths: [models]\n");
const DUCKDB: (&str, &str) = ("sluice.toml", "dialect = \"duckdb\"\n");

/// What stands in a Compilation, in words.
fn account(compilation: &Compilation) -> Vec<String> {
    let models = compilation.models.iter().map(|(id, model)| {
        format!(
            "{id} {:?} {:?} {:?} {:?} {:?} {:?}",
            model.status, model.why, model.known, model.lineage, model.fingerprints, model.rendered.text
        )
    });
    let told = compilation.diagnostics.iter().map(|told| format!("{told:?}"));
    models.chain(told).chain(compilation.tables.keys().cloned()).collect()
}

/// Makes each edit (a file and its new text) and compares; says for each whether the Compilation was mended in place.
fn check(files: &[(&str, &str)], edits: &[(&str, &str)]) -> Vec<bool> {
    let (_folder, repo) = repo_of(files);
    let (disk, cache) = (repo.disk(), Cache::default());
    let around = Around { disk: &disk, home_profiles: None, progress: &|_, _, _| {} };
    let first = repo.worktree().expect("the files are there");
    let mut compilation = compile(&first, &around, &cache);
    let mut buffers = BTreeMap::new();
    let mut in_place = Vec::new();
    for (path, text) in edits {
        buffers.insert(FileId::new(path), (*text).to_owned());
        let snapshot = first.with_buffers(buffers.clone());
        let mended = compilation.edit(&snapshot, &BTreeSet::from([FileId::new(path)]), &cache);
        in_place.push(mended.is_some());
        if mended.is_none() {
            compilation = compile(&snapshot, &around, &cache);
        }
        while !compilation.settle(&cache).is_empty() {}
        let anew = compile(&snapshot, &around, &Cache::default());
        assert_eq!(account(&compilation), account(&anew), "after {path}: {text}");
    }
    in_place
}

#[test]
fn an_edit_reaches_readers_and_their_readers() {
    let files = [
        DBT,
        DUCKDB,
        ("models/a.sql", "select 1 as id, 'x' as name\n"),
        ("models/b.sql", "select id, name from {{ ref('a') }}\n"),
        ("models/c.sql", "select * from {{ ref('b') }}\n"),
        ("models/d.sql", "with x as (select 1 as z) select z from x\n"),
    ];
    let edits = [
        ("models/a.sql", "select 1 as id, 'x' as name, 2 as more\n"),
        ("models/a.sql", "select 1 as id\n"),
        ("models/a.sql", "select 1 as id, fro\n"),
        ("models/a.sql", "select 1.5 as id, 'y' as name from {{ ref('d') }}\n"),
        ("models/b.sql", "select id, name from {{ ref('d') }}\n"),
        ("models/d.sql", "select z from {{ ref('e') }}\n"),
        ("models/b.sql", "select id, name from {{ ref('a') }} where {{ nothing() }}\n"),
        ("models/b.sql", ""),
    ];
    assert_eq!(check(&files, &edits), [true; 8]);
}

#[test]
fn loops_and_config_take_a_whole_compilation() {
    let files =
        [DBT, DUCKDB, ("models/a.sql", "select 1 as id\n"), ("models/b.sql", "select id from {{ ref('a') }}\n")];
    let edits = [
        ("models/a.sql", "select id from {{ ref('b') }}\n"),
        ("models/a.sql", "select 2 as id\n"),
        ("models/a.sql", "{{ config(enabled=false) }}select 2 as id\n"),
        ("models/a.sql", "{{ config(enabled=false) }}select 3 as id\n"),
        ("models/c.sql", "select id from {{ ref('b') }}\n"),
        ("models/b.sql", "select 7 as id\n"),
    ];
    assert_eq!(check(&files, &edits), [false, false, false, false, false, true]);
}

#[test]
fn scripts_may_change_their_queries_and_not_what_they_write() {
    let files = [
        ("sluice.toml", "dialect = \"duckdb\"\n"),
        ("a.sql", "create table t as select 1 as id;\n"),
        ("b.sql", "create view v as select id from t;\n"),
        ("c.sql", "select id from v;\n"),
    ];
    let edits = [
        ("a.sql", "create table t as select 'x' as id, 2 as b;\n"),
        ("b.sql", "create view v as select b, id from t where id = 'x';\n"),
        ("a.sql", "create table tt as select 'x' as id, 2 as b;\n"),
        ("c.sql", "select v.id, b from v order by\n"),
    ];
    assert_eq!(check(&files, &edits), [true, true, false, true]);
}
