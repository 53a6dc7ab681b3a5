//! SQLMesh projects in memory in, what the reader makes of them out.

use crate::project::files::memory::{IN_ORDER, Memory};
use crate::project::{Kind, Model, Project, read_files};

const CONFIG: (&str, &str) = (
    "config.yaml",
    "project: shop\ngateways: {local: {connection: {type: duckdb}}}\nmodel_defaults: {dialect: duckdb, owner: ann}\n\
     variables: {schema: prod}\n",
);

fn projects(files: &[(&str, &str)]) -> Vec<Project> {
    read_files(&Memory::of(files), &Memory::of(&[]), None, IN_ORDER)
}

fn project(files: &[(&str, &str)]) -> Project {
    let all: Vec<(&str, &str)> = std::iter::once(CONFIG).chain(files.iter().copied()).collect();
    projects(&all).remove(0)
}

fn model<'a>(project: &'a Project, id: &str) -> &'a Model {
    project.models.iter().find(|model| model.id == id).expect("the model is there")
}

#[test]
fn a_header_says_what_a_model_is() {
    let project = project(&[(
        "models/a.sql",
        "/* All orders. */\nMODEL (\n  name db.orders,\n  kind INCREMENTAL_BY_TIME_RANGE (time_column (ds, '%Y')),\n  cron '@daily',\n  \
         tags (x, y), grain (id, ds),\n  columns (id INT, ds DATE),\n  column_descriptions (id = 'The key'),\n  \
         audits (not_null(columns := (id, ds)), unique_values(columns := id), accepted_values(column := id, is_in := (1, 2), condition := ds > 1)),\n);\n\
         SELECT 1;\n",
    )]);
    assert_eq!((project.kind, project.name.as_str()), (Kind::SqlMesh, "shop"));
    assert_eq!((project.dialect.label(), project.dialect_reason.as_str()), ("duckdb", "model_defaults in config.yaml"));
    let model = model(&project, "model.shop.db.orders");
    let config = |key: &str| model.config.str(key).unwrap_or_default();
    assert_eq!(
        (config("materialized"), config("incremental_strategy"), config("time_column")),
        ("incremental", "by_time_range", "ds")
    );
    assert_eq!((model.relation.schema.as_deref(), model.relation.identifier.as_str()), (Some("db"), "orders"));
    let properties = &model.properties;
    assert_eq!((properties.owner.as_deref(), properties.description.as_str()), (Some("ann"), "All orders."));
    assert_eq!(properties.tags, ["x", "y"]);
    assert_eq!(properties.columns[0].description, "The key");
    assert_eq!(properties.columns[1].data_type.as_deref(), Some("DATE"));
    assert_eq!(properties.constraints[0].columns, ["id", "ds"]);
    let tests: Vec<String> = properties
        .tests
        .iter()
        .map(|test| format!("{} {} {}", test.name, test.column.as_deref().unwrap_or("-"), test.config.0.len()))
        .collect();
    assert_eq!(tests, ["not_null id 0", "not_null ds 0", "unique id 0", "accepted_values id 1"]);
    assert!(project.diagnostics.is_empty(), "{:?}", project.diagnostics);
}

#[test]
fn kinds_are_what_dbt_calls_materializations() {
    let check = |kind: &str, expected: (&str, &str)| {
        let text = format!("MODEL (name a, kind {kind}); select 1");
        let project = project(&[("models/a.sql", &text)]);
        let model = &project.models[0];
        assert_eq!((model.config.str("materialized").unwrap_or_default(), model.id.as_str()), expected, "{kind}");
    };
    check("FULL", ("table", "model.shop.a"));
    check("VIEW (materialized true)", ("materialized_view", "model.shop.a"));
    check("embedded", ("ephemeral", "model.shop.a"));
    check("INCREMENTAL_BY_UNIQUE_KEY (unique_key (a, b))", ("incremental", "model.shop.a"));
    check("SCD_TYPE_2_BY_COLUMN (unique_key a, columns [b])", ("snapshot", "snapshot.shop.a"));
    check("CUSTOM (materialization 'x')", ("table", "model.shop.a"));
}

#[test]
fn a_seed_is_read_with_its_file() {
    let project = project(&[
        ("models/s.sql", "MODEL (name db.s, kind SEED (path '../seeds/s.csv'), columns (at DATE), grain id)"),
        ("models/t.sql", "MODEL (name db.t, kind SEED (path '$root/seeds/gone.csv'))"),
        ("seeds/s.csv", "id,at,day\n1,2020-01-01,2020-01-01\n2,2020-01-02,2020-01-01\n"),
    ]);
    let columns: Vec<_> =
        project.seeds[0].columns.iter().map(|column| (column.name.as_str(), column.data_type.as_str())).collect();
    assert_eq!(columns, [("id", "BIGINT"), ("at", "DATE"), ("day", "VARCHAR")]);
    assert_eq!(project.seeds[0].id, "seed.shop.db.s");
    assert_eq!(project.diagnostics[0].rule, "csv-error");
}

#[test]
fn python_models_are_read_as_far_as_they_are_data() {
    let text = "from sqlmesh import model\nCOLUMNS = {'id': 'int'}\n@model(\n  'db.p', kind=dict(name=ModelKindName.FULL), columns=COLUMNS,\n  \
                audits=[('not_null', {'columns': [to_column(c) for c in ('id',)]})], grains=['id'])\ndef execute(context):\n  \
                return context.table('db.x')\n";
    let project = project(&[("models/p.py", text)]);
    let model = model(&project, "model.shop.db.p");
    assert_eq!(model.config.str("materialized"), Some("table"));
    assert_eq!(model.properties.columns[0].data_type.as_deref(), Some("int"));
    assert_eq!(model.properties.tests[0].column.as_deref(), Some("id"));
    assert_eq!(model.properties.constraints[0].columns, ["id"]);
}

#[test]
fn blueprints_make_a_model_each() {
    let project = project(&[(
        "models/b.sql",
        "MODEL (name @{schema}.@name, blueprints ((name := a, x := 'v'), (name := b, x := 'w'),)); select @x",
    )]);
    let ids: Vec<&str> = project.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["model.shop.prod.a", "model.shop.prod.b"]);
    let project = self::project(&[("models/b.sql", "MODEL (name @name, blueprints @made()); select 1")]);
    assert_eq!((project.models.len(), project.diagnostics[0].rule.as_str()), (0, "template-warning"));
}

#[test]
fn audits_of_the_project_are_queries_for_each_use() {
    let project = project(&[
        (
            "audits/a.sql",
            "AUDIT (name positive, defaults (n = 0)); select * from @this_model where @column < @n;\nAUDIT (name alone); select * from db.a",
        ),
        ("models/a.sql", "MODEL (name db.a, audits (positive(column := id))); select 1 as id"),
    ]);
    let ids: Vec<&str> = project.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["model.shop.db.a", "test.shop.alone", "test.shop.db.a.positive"]);
    let test = model(&project, "test.shop.db.a.positive");
    assert_eq!(test.config.str("this_model"), Some("db.a"));
    assert_eq!(&test.text[test.body.range()], "select * from @this_model where @column < @n");
}

#[test]
fn tables_tests_metrics_and_macros_are_found() {
    let project = project(&[
        ("models/a.sql", "MODEL (name db.a); select 1 as id"),
        (
            "external_models.yaml",
            "- name: raw.x\n  columns: {id: int}\n  audits: [{name: not_null, columns: \"[id]\"}]\n",
        ),
        ("external_models/other.yaml", "- name: cat.raw.y\n"),
        ("tests/test_a.yaml", "test_a:\n  model: db.a\n  inputs:\n    raw.x: []\n"),
        ("metrics/m.sql", "METRIC (name total, expression SUM(db.a.id)); METRIC (name twice, expression total * 2);"),
        ("macros/m.sql", "{% macro x() %}{% endmacro %}"),
        (
            "macros/m.py",
            "@macro()\ndef One(evaluator):\n  return 1\n@macro('TWO')\ndef other(evaluator):\n  return 2\n",
        ),
    ]);
    let sources: Vec<&str> = project.sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(sources, ["source.shop.cat.raw.y", "source.shop.raw.x"]);
    assert_eq!(project.sources[1].properties.tests[0].column.as_deref(), Some("id"));
    let consumers: Vec<String> =
        project.consumers.iter().map(|one| format!("{} <- {}", one.id, one.depends_on.join(" "))).collect();
    assert_eq!(
        consumers,
        [
            "metric.shop.total <- model.shop.db.a",
            "metric.shop.twice <- metric.shop.total",
            "unit_test.shop.db.a.test_a <- model.shop.db.a source.shop.raw.x"
        ]
    );
    assert_eq!(project.macros.len(), 1);
    assert_eq!(project.python_macros.keys().collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn a_dbt_project_that_sqlmesh_runs_stays_dbt() {
    let found = projects(&[
        ("dbt_project.yml", "name: shop\n"),
        ("config.py", "from sqlmesh.dbt.loader import sqlmesh_config\nconfig = sqlmesh_config(x)\n"),
        ("models/a.sql", "select 1"),
    ]);
    assert_eq!(found.iter().map(|project| project.kind).collect::<Vec<_>>(), [Kind::Dbt]);
    let found = projects(&[("config.yaml", "theme: dark\n"), ("models/a.sql", "select 1")]);
    assert_eq!(found[0].kind, Kind::Plain);
}

#[test]
fn broken_files_are_said_and_cost_only_themselves() {
    let project = project(&[
        ("models/a.sql", "select 1"),
        ("models/b.sql", "MODEL (kind FULL); select 1"),
        ("models/c.sql", "MODEL (name c, kind FULLL); select 1"),
        ("models/d.sql", "MODEL (name d"),
        ("models/e.sql", "MODEL (name d); select 1"),
        ("models/f.py", "@model("),
        ("external_models.yaml", "- name: ["),
        ("tests/test_x.yaml", "a: ["),
    ]);
    let said: Vec<String> = project.diagnostics.iter().map(|one| format!("{} {}", one.rule, one.place.file)).collect();
    assert_eq!(
        said,
        [
            "yaml-error external_models.yaml",
            "template-error models/a.sql",
            "template-error models/b.sql",
            "template-error models/c.sql",
            "duplicate-model models/e.sql",
            "template-error models/f.py",
            "yaml-error tests/test_x.yaml"
        ]
    );
}
