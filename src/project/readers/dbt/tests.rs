//! Whole projects in memory in, what is read of them out.

use crate::project::files::memory::{IN_ORDER, Memory};
use crate::project::{Language, Model, ModelKind, Project, read_files};

fn read_with(files: &[(&str, &str)], disk: &[(&str, &str)]) -> Project {
    let mut projects = read_files(&Memory::of(files), &Memory::of(disk), None, IN_ORDER);
    assert!(!projects.is_empty(), "there is a project");
    projects.remove(0)
}

fn read(files: &[(&str, &str)]) -> Project {
    let mut all = vec![("dbt_project.yml", "name: shop")];
    all.extend(files);
    read_with(&all, &[])
}

fn rules(project: &Project) -> Vec<String> {
    project.diagnostics.iter().map(|said| format!("{} {}", said.rule, said.place.file)).collect()
}

fn model<'a>(project: &'a Project, id: &str) -> &'a Model {
    project.models.iter().find(|model| model.id == id).expect("the model is there")
}

#[test]
fn a_model_takes_its_config_from_tree_and_properties() {
    let project = read_with(
        &[
            ("dbt_project.yml", "name: shop\nmodels:\n  shop:\n    staging:\n      +schema: stg\n      +tags: [a]\n"),
            ("models/staging/orders.sql", "select 1"),
            (
                "models/staging/s.yml",
                "models:\n  - name: orders\n    config: {tags: b, contract: {enforced: true}, meta: {owner: x}}\n    columns:\n      - name: id\n        data_type: int\n        tests: [unique, not_null]\n",
            ),
        ],
        &[],
    );
    let orders = model(&project, "model.shop.orders");
    assert_eq!(orders.relation.schema.as_deref(), Some("dbt_stg"));
    assert_eq!(orders.properties.tags, ["a", "b"]);
    assert!(orders.properties.contract_enforced);
    assert_eq!(orders.properties.owner.as_deref(), Some("x"));
    assert_eq!(orders.properties.columns[0].tests.len(), 2);
    assert!(orders.enabled);
    assert!(rules(&project).is_empty(), "{:?}", project.diagnostics);
}

#[test]
fn switched_off_folders_are_off() {
    let project = read_with(
        &[
            (
                "dbt_project.yml",
                "name: shop\nvars: {on: false}\nmodels:\n  shop:\n    old:\n      +enabled: \"{{ var('on') }}\"\n",
            ),
            ("models/old/a.sql", ""),
            ("models/b.sql", ""),
        ],
        &[],
    );
    assert!(!model(&project, "model.shop.a").enabled);
    assert!(model(&project, "model.shop.b").enabled);
}

#[test]
fn every_kind_of_file_becomes_what_it_is() {
    let project = read(&[
        ("models/a.b.sql", "select 1"),
        ("models/p.py", "def model(dbt, session): pass"),
        ("snapshots/s.sql", "{% snapshot one %}select 1{% endsnapshot %}{% snapshot two %}select 2{% endsnapshot %}"),
        ("analyses/x.sql", "select 1"),
        ("tests/t.sql", "select 1"),
        ("tests/g.sql", "{% test g(model) %}{% endtest %}"),
        ("tests/generic/h.sql", "{% test h(model) %}{% endtest %}"),
        ("macros/m.sql", "{% macro m() %}{% endmacro %}"),
        ("models/README.md", ""),
    ]);
    let ids: Vec<_> = project.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(
        ids,
        ["analysis.shop.x", "model.shop.a.b", "model.shop.p", "snapshot.shop.one", "snapshot.shop.two", "test.shop.t"]
    );
    let two = model(&project, "snapshot.shop.two");
    assert_eq!(&two.text[two.body.range()], "select 2");
    assert_eq!(model(&project, "model.shop.p").language, Language::Python);
    let macros: Vec<_> = project.macros.iter().map(|file| file.file.path()).collect();
    assert_eq!(macros, ["macros/m.sql", "tests/g.sql", "tests/generic/h.sql"]);
}

#[test]
fn versions_share_a_name_and_differ_in_columns() {
    let project = read(&[
        ("models/dim_v1.sql", ""),
        ("models/dim_v2.sql", ""),
        (
            "models/s.yml",
            "models:\n  - name: dim\n    latest_version: 1\n    columns: [{name: a}, {name: b}]\n    versions:\n      - v: 1\n      - v: 2\n        columns:\n          - include: all\n            exclude: [b]\n          - {name: c}\n      - v: 3\n",
        ),
    ]);
    let (one, two) = (model(&project, "model.shop.dim.v1"), model(&project, "model.shop.dim.v2"));
    assert!(one.latest && !two.latest);
    assert_eq!(two.relation.identifier, "dim_v2");
    let names: Vec<_> = two.properties.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(rules(&project), ["yaml-for-missing-node models/s.yml"]);
}

#[test]
fn sources_have_their_defaults() {
    let project = read(&[(
        "models/s.yml",
        "sources:\n  - name: raw\n    tables: [{name: orders, identifier: ORD}]\n  - name: other\n    schema: \"{{ var('x', 'lake') }}\"\n    database: db\n    config: {enabled: true}\n    tables: [{name: t, columns: [{name: id}]}, {name: off, config: {enabled: false}}]\n",
    )]);
    let found: Vec<_> = project.sources.iter().map(|source| (source.id.as_str(), source.relation.clone())).collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].0, "source.shop.other.t");
    assert_eq!((found[0].1.database.as_deref(), found[0].1.schema.as_deref()), (Some("db"), Some("lake")));
    assert_eq!((found[1].1.schema.as_deref(), found[1].1.identifier.as_str()), (Some("raw"), "ORD"));
}

#[test]
fn yaml_snapshots_stand_where_they_are_written() {
    let yaml =
        "snapshots:\n  - name: s\n    relation: source('a', 'b')\n    config: {target_schema: hist, unique_key: id}\n";
    let project = read(&[("snapshots/s.yml", yaml)]);
    let found = model(&project, "snapshot.shop.s");
    assert_eq!(found.kind, ModelKind::Snapshot);
    assert_eq!(found.relation.schema.as_deref(), Some("hist"));
    assert_eq!(found.text.find("source("), yaml.find("source("));
}

#[test]
fn faults_are_said_where_they_are() {
    let project = read(&[
        ("models/a/x.sql", "select 1"),
        ("models/b/x.sql", "select 2"),
        ("models/c/x.sql", "{{ config(enabled=false) }} select 3"),
        ("models/bad.yml", "models: [\n"),
        ("models/gone.yml", "models:\n  - name: y\n"),
    ]);
    assert_eq!(model(&project, "model.shop.x").file.path(), "models/a/x.sql");
    assert_eq!(
        rules(&project),
        [
            "duplicate-model models/a/x.sql",
            "duplicate-model models/b/x.sql",
            "yaml-error models/bad.yml",
            "yaml-for-missing-node models/gone.yml",
        ]
    );
}

#[test]
fn seeds_are_read_whole() {
    let project = read(&[
        ("seeds/s.csv", "id,name,day\n1,a,2020-01-01\n2,,2020-01-02\n"),
        ("seeds/s.yml", "seeds:\n  - name: s\n    config:\n      column_types: {day: timestamp}\n"),
    ]);
    let seed = &project.seeds[0];
    assert_eq!((seed.id.as_str(), seed.rows), ("seed.shop.s", 2));
    let columns: Vec<_> =
        seed.columns.iter().map(|c| (c.name.as_str(), c.data_type.as_str(), c.has_empty, c.unique)).collect();
    assert_eq!(
        columns,
        [("id", "BIGINT", false, true), ("name", "VARCHAR", true, true), ("day", "timestamp", false, false)]
    );
}

#[test]
fn exposures_and_consumers_know_what_they_read() {
    let project = read(&[
        ("models/orders.sql", ""),
        (
            "models/x.yml",
            "sources:\n  - name: raw\n    tables: [{name: t}]\n\
             exposures:\n  - name: kpis\n    type: dashboard\n    owner: {name: Ann}\n    depends_on: [ref('orders'), \"source('raw', 't')\", ref('none')]\n    meta: {columns: [orders.id]}\n\
             semantic_models:\n  - name: sm\n    model: ref('orders')\n    measures: [{name: total, expr: amount}]\n\
             metrics:\n  - name: revenue\n    type_params: {measure: total}\n\
             groups:\n  - name: g\n    owner: {email: a@b}\n\
             models:\n  - name: orders\n    config: {group: g}\n\
             unit_tests:\n  - name: u\n    model: orders\n    given: [{input: \"source('raw', 't')\"}]\n",
        ),
    ]);
    let exposure = &project.exposures[0];
    assert_eq!(exposure.depends_on, ["model.shop.orders", "source.shop.raw.t"]);
    assert_eq!((exposure.owner.as_deref(), exposure.columns.len()), (Some("Ann"), 1));
    let consumers: Vec<_> = project.consumers.iter().map(|c| (c.id.as_str(), c.depends_on.join(" "))).collect();
    assert_eq!(
        consumers,
        [
            ("metric.shop.revenue", "semantic_model.shop.sm".to_owned()),
            ("semantic_model.shop.sm", "model.shop.orders".to_owned()),
            ("unit_test.shop.orders.u", "model.shop.orders source.shop.raw.t".to_owned()),
        ]
    );
    assert_eq!(project.models[0].properties.owner.as_deref(), Some("a@b"));
}

const PACKAGES: (&str, &str) = ("packages.yml", "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n");

#[test]
fn a_package_that_is_not_installed_is_said_once() {
    let project = read(&[PACKAGES]);
    assert!(!project.packages[0].installed);
    assert_eq!(project.packages[0].name, "dbt_utils");
    assert_eq!(rules(&project), ["package-not-installed packages.yml"]);
}

#[test]
fn an_installed_package_is_read_from_disk_under_the_roots_config() {
    let files = [
        ("dbt_project.yml", "name: shop\nmodels:\n  dbt_utils:\n    +schema: util\n"),
        PACKAGES,
        ("package-lock.yml", "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n"),
    ];
    let disk = [
        (
            "dbt_packages/dbt_utils/dbt_project.yml",
            "name: dbt_utils\nversion: 0.1.0\nvars: {a: 1}\nmodels: {dbt_utils: {+schema: own}}",
        ),
        ("dbt_packages/dbt_utils/macros/star.sql", "{% macro star() %}{% endmacro %}"),
        ("dbt_packages/dbt_utils/models/m.sql", "select 1"),
        ("dbt_packages/dbt_utils/models/broken.yml", "models: ["),
        ("dbt_packages/dbt_utils/integration_tests/dbt_project.yml", "name: it"),
    ];
    let project = read_with(&files, &disk);
    assert!(project.packages[0].installed);
    assert_eq!(project.packages[0].version.as_deref(), Some("1.3.0"));
    assert_eq!(model(&project, "model.dbt_utils.m").relation.schema.as_deref(), Some("dbt_util"));
    assert_eq!(model(&project, "model.dbt_utils.m").overrides.str("schema"), Some("util"));
    assert_eq!(project.macros[0].package, "dbt_utils");
    assert!(project.vars["dbt_utils"].contains_key("a"));
    assert!(rules(&project).is_empty(), "{:?}", project.diagnostics);
}

#[test]
fn a_package_of_another_version_is_not_read() {
    let lock = |version: &str| format!("packages:\n  - package: dbt-labs/dbt_utils\n    version: {version}\n");
    let (here, there) = (lock("1.3.0"), lock("1.1.0"));
    let files = [("dbt_project.yml", "name: shop"), PACKAGES, ("package-lock.yml", here.as_str())];
    let disk = [("dbt_packages/dbt_utils/dbt_project.yml", "name: dbt_utils"), ("package-lock.yml", there.as_str())];
    let project = read_with(&files, &disk);
    assert_eq!(project.packages[0].reason.as_deref(), Some("the lock file pins 1.3.0, 1.1.0 is installed"));
    assert_eq!(rules(&project), ["package-not-installed packages.yml"]);
}

#[test]
fn local_packages_are_read_from_the_snapshot() {
    let project = read(&[
        ("packages.yml", "packages:\n  - local: pkgs/own\n"),
        ("pkgs/own/dbt_project.yml", "name: own"),
        ("pkgs/own/models/o.sql", "select 1"),
    ]);
    assert_eq!(model(&project, "model.own.o").package, "own");
    assert!(rules(&project).is_empty(), "{:?}", project.diagnostics);
}

#[test]
fn the_dialect_comes_with_its_reason() {
    let reason = |files: &[(&str, &str)]| {
        let project = read(files);
        format!("{}: {}", project.dialect.label(), project.dialect_reason)
    };
    assert_eq!(reason(&[("sluice.toml", "dialect = \"duckdb\"")]), "duckdb: sluice.toml");
    assert_eq!(
        reason(&[("requirements.txt", "dbt-core\ndbt-bigquery==1.9")]),
        "bigquery: adapter package dbt-bigquery in requirements.txt"
    );
    assert_eq!(reason(&[("models/a.sql", "select iff(a, 1, 2)")]), "snowflake: the SQL itself (iff()");
    let project = read(&[("sluice.toml", "dialect = \"snowflaek\"")]);
    assert_eq!(rules(&project), ["invalid-config sluice.toml"]);
}

#[test]
fn odd_files_are_no_crash() {
    for text in [
        "",
        "\u{feff}",
        "a: b: c",
        "- ",
        "models: {a: [}",
        "\u{0}",
        "models:\n  - name: [1]\n",
        "models: &a [*a]\n",
        "models:\n  - - -\n",
    ] {
        for path in [
            "dbt_project.yml",
            "models/a.yml",
            "packages.yml",
            "profiles.yml",
            "sluice.toml",
            "seeds/a.csv",
            "package-lock.yml",
        ] {
            let mut files = vec![("dbt_project.yml", "name: shop\nprofile: x"), ("models/a.sql", "")];
            files.retain(|(known, _)| *known != path);
            files.push((path, text));
            read_files(&Memory::of(&files), &Memory::of(&files), Some(text), IN_ORDER);
        }
    }
}
