//! A project in; models without the contract, constraints, keys, access level or grants that the team asks for, out.

use crate::compile::CompiledModel;
use crate::data::{Kind, Value};
use crate::lint::dag::{access, described, materialized, quoted, setting};
use crate::lint::finding::Raised;
use crate::lint::resource::{Sort, resources};
use crate::lint::scene::Stage;
use crate::project::{Properties, Test};

/// The project's own models in the layers that the rule names.
fn models<'a>(stage: &Stage<'a>) -> impl Iterator<Item = &'a CompiledModel> {
    let layers = stage.options().words("layers");
    let named = move |layer: Option<&str>| {
        layers.is_empty() || layer.is_some_and(|layer| layers.iter().any(|name| name == layer))
    };
    let rules = stage.rules;
    stage.built_models().filter(move |compiled| named(crate::lint::dag::layer(rules, &compiled.model)))
}

fn at(compiled: &CompiledModel, message: String) -> Raised {
    let model = &compiled.model;
    Raised::at(described(model), message, &model.name).model(&model.id)
}

/// `contract-not-enforced`.
pub(super) fn contract(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let public_only = stage.options().flag("public_only");
    for compiled in models(stage).filter(|compiled| !public_only || access(compiled) == "public") {
        let contract = setting(compiled, "contract").and_then(|contract| contract.get("enforced"));
        if !contract.and_then(Value::bool).unwrap_or(false) && !compiled.model.properties.contract_enforced {
            let what = if public_only { "is public and has" } else { "has" };
            let message = format!("`{}` {what} no enforced contract.", compiled.model.name);
            found.push(
                at(compiled, message).help("Set `contract: {enforced: true}` and give each column its `data_type`."),
            );
        }
    }
}

/// `missing-constraint`.
pub(super) fn constraints(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let kinds = stage.options().words("kinds");
    let wanted = stage.options().words("materializations");
    for compiled in models(stage).filter(|compiled| wanted.iter().any(|kind| kind == materialized(compiled))) {
        let properties = &compiled.model.properties;
        let all =
            || properties.constraints.iter().chain(properties.columns.iter().flat_map(|column| &column.constraints));
        let missing: Vec<&String> = kinds.iter().filter(|kind| !all().any(|one| one.kind == **kind)).collect();
        if !missing.is_empty() {
            let message = format!("`{}` has no constraint {}.", compiled.model.name, quoted(missing));
            found.push(at(compiled, message).help("Add it under `constraints:` of the model or of a column."));
        }
    }
}

/// `several-primary-keys`.
pub(super) fn several_keys(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for compiled in models(stage) {
        let properties = &compiled.model.properties;
        let keyed = |column: &&crate::project::DeclaredColumn| {
            column.constraints.iter().any(|constraint| constraint.kind == "primary_key")
        };
        let columns: Vec<_> = properties.columns.iter().filter(keyed).collect();
        if let [first, second, ..] = columns.as_slice() {
            let message = format!(
                "`{}` declares {} primary keys, but a table has one.",
                compiled.model.name,
                columns.len() + properties.constraints.iter().filter(|one| one.kind == "primary_key").count()
            );
            let help = "For a key of several columns, write one `primary_key` constraint with `columns:` at the model.";
            let raised = Raised::at(second.place.clone(), message, &second.name).help(help).model(&compiled.model.id);
            found.push(raised.label(first.place.clone(), "the first one"));
        }
    }
}

/// Tests that say: these columns together are different in each row.
const UNIQUE_TOGETHER: [&str; 4] =
    ["unique_combination_of_columns", "expect_compound_columns_to_be_unique", "unique_combination", "primary_key"];

/// `missing-primary-key`.
pub(super) fn primary_key(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let proved = stage.options().flag("proved");
    for one in resources(stage) {
        let Some(properties) = one.properties else { continue };
        if has_key(properties) || one.model.is_some_and(|compiled| proved && is_proved(compiled)) {
            continue;
        }
        let message = match one.sort {
            Sort::Model => format!("Nothing says what one row of `{}` is: no key is tested or declared.", one.name),
            _ => format!("No key of the {} `{}` is tested or declared.", one.sort.noun(), one.name),
        };
        let help = "Test its key as `unique` and `not_null`, or declare it as a `primary_key`.";
        found.push(one.raise(message).help(help));
    }
}

fn has_key(properties: &Properties) -> bool {
    let is = |test: &Test, name: &str| test.name == name;
    let bare = |test: &Test| test.name.rsplit('.').next().unwrap_or_default().to_owned();
    let together = |tests: &[Test]| tests.iter().any(|test| UNIQUE_TOGETHER.contains(&bare(test).as_str()));
    let declared = |kind: &str| kind == "primary_key";
    let of_column = |column: &crate::project::DeclaredColumn| {
        let constrained = |kind: &str| column.constraints.iter().any(|one| one.kind == kind);
        let has = |name: &str| {
            let model_wide = properties.tests.iter().any(|test| {
                is(test, name) && test.column.as_deref().is_some_and(|on| on.eq_ignore_ascii_case(&column.name))
            });
            constrained(name) || model_wide || column.tests.iter().any(|test| is(test, name))
        };
        constrained("primary_key") || (has("unique") && has("not_null")) || together(&column.tests)
    };
    properties.constraints.iter().any(|one| declared(&one.kind))
        || together(&properties.tests)
        || properties.columns.iter().any(of_column)
}

/// Is a key proved by the SQL alone?
fn is_proved(compiled: &CompiledModel) -> bool {
    compiled.known.at_most_one_row
        || compiled.known.keys.iter().any(|(columns, proof)| proof.is_proved() && !columns.is_empty())
}

/// `access-level`.
pub(super) fn access_level(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let allowed = stage.options().words("allowed");
    let explicit = stage.options().flag("explicit");
    for compiled in models(stage) {
        let (name, level) = (&compiled.model.name, access(compiled));
        if explicit && setting(compiled, "access").is_none() {
            let message = format!("`{name}` does not say who may read it, so it is `{level}`.");
            found.push(at(compiled, message).help("Set `access` to `private`, `protected` or `public`."));
        } else if !allowed.is_empty() && !allowed.iter().any(|one| one == level) {
            let message = format!("`{name}` is {level}, but may be {} here.", quoted(&allowed));
            found.push(at(compiled, message).help("Set another `access`, or move the model."));
        }
    }
}

/// `required-grant`.
pub(super) fn grants(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let (required, allowed) = (stage.options().words("required"), stage.options().words("allowed"));
    for compiled in models(stage) {
        let name = &compiled.model.name;
        let grants = setting(compiled, "grants").map(Value::entries).unwrap_or_default();
        let given = |key: &str| key.trim_start_matches('+').to_ascii_lowercase();
        let is_given =
            |privilege: &&String| grants.iter().any(|(key, value)| given(&key.text) == **privilege && !is_empty(value));
        let missing: Vec<&String> = required.iter().filter(|privilege| !is_given(privilege)).collect();
        if !missing.is_empty() {
            let message = format!("`{name}` grants nobody {}.", quoted(missing));
            found.push(at(compiled, message).help("Add it under `grants`, here or for the whole folder."));
        }
        for (key, _) in grants.iter().filter(|(key, _)| !allowed.is_empty() && !allowed.contains(&given(&key.text))) {
            let message = format!("`{name}` grants `{}`, which is not granted in this project.", given(&key.text));
            found.push(at(compiled, message).help(format!("Granted are {}.", allowed.join(", "))));
        }
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(&value.kind, Kind::Null) || (value.strings().is_empty() && value.scalar().is_none())
}

/// `allowed-materializations`.
pub(super) fn materializations(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let items = stage.options().words("allowed");
    for compiled in models(stage) {
        let (model, kind) = (&compiled.model, materialized(compiled));
        let layer = stage.layer(model);
        let path = crate::lint::dag::inner_path(stage.project, model.file.path());
        let rules = items.iter().filter_map(|item| item.split_once(": "));
        let own: Vec<&str> = rules
            .filter(|(place, _)| layer == Some(*place) || crate::project::Globs::new(&[place]).matches(path))
            .flat_map(|(_, kinds)| kinds.split([',', ' ']).map(str::trim).filter(|kind| !kind.is_empty()))
            .collect();
        let rest: Vec<&str> = items.iter().filter(|item| !item.contains(": ")).map(String::as_str).collect();
        let allowed = if own.is_empty() { rest } else { own };
        if !allowed.is_empty() && !allowed.contains(&kind) {
            let message =
                format!("`{}` is materialized as `{kind}`, but may be {} here.", model.name, quoted(&allowed));
            found.push(at(compiled, message).help("Materialize it otherwise, or move it."));
        }
    }
}

/// `incomplete-snapshot`.
pub(super) fn snapshots(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in crate::lint::resource::of(stage, Sort::Snapshot) {
        let Some(compiled) = one.model.filter(|compiled| !compiled.rendered.failed) else { continue };
        let has = |key: &str| setting(compiled, key).is_some();
        let strategy = setting(compiled, "strategy").and_then(Value::str);
        let missing: Vec<&str> = match strategy {
            None => vec!["strategy"],
            Some("timestamp") => vec!["updated_at"],
            Some("check") => vec!["check_cols"],
            Some(_) => Vec::new(),
        };
        let missing: Vec<&str> = missing.into_iter().chain(["unique_key"]).filter(|key| !has(key)).collect();
        if !missing.is_empty() {
            let message = format!("The snapshot `{}` has no {}, so dbt cannot build it.", one.name, quoted(missing));
            found.push(one.raise(message).help("Add it to the snapshot's config."));
        }
    }
}

/// `undeclared-seed-types`.
pub(super) fn seed_types(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let project = stage.project;
    for seed in project.seeds.iter().filter(|seed| seed.package == project.name && !seed.sampled) {
        let types = seed.config.0.get("column_types").map(Value::entries).unwrap_or_default();
        let typed = |name: &str| {
            let listed = types.iter().any(|(key, _)| key.text.trim_start_matches('+').eq_ignore_ascii_case(name));
            let described = seed.properties.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
            listed || described.is_some_and(|column| column.data_type.is_some())
        };
        let missing: Vec<&str> =
            seed.columns.iter().map(|column| column.name.as_str()).filter(|name| !typed(name)).collect();
        if !missing.is_empty() {
            let message =
                format!("The types of {} of the seed `{}` are guessed from its rows.", quoted(missing), seed.name);
            let place = seed.properties_place.clone().unwrap_or_else(|| crate::text::Place::top(&seed.file));
            found.push(Raised::at(place, message, &seed.name).help("Name them under `column_types` of its config."));
        }
    }
}
