//! The config trees of `dbt_project.yml` and a resource's full name in, its config out: the deepest folder wins.

use std::collections::BTreeMap;

use super::expression::{Scope, resolve};
use crate::data::{Kind, Value};
use crate::project::Config;

/// What one tree says along `path` (package, folders, name), from the root down.
pub(super) fn collect(tree: Option<&Value>, path: &[&str], scope: &Scope<'_>, config: &mut Config) {
    let Some(tree) = tree else { return };
    let mut level = Some(tree);
    let mut parts = path.iter();
    while let Some(folder) = level {
        for (key, value) in folder.entries() {
            let marked = key.text.strip_prefix('+');
            // Without its `+` a map is a folder.
            if marked.is_none() && matches!(value.kind, Kind::Map(_)) {
                continue;
            }
            put(config, marked.unwrap_or(&key.text).trim(), value, scope);
        }
        level = parts.next().and_then(|part| folder.get(part));
    }
}

/// What a `config:` block says, on top of what is there.
pub(super) fn overlay(block: &Value, scope: &Scope<'_>, config: &mut Config) {
    for (key, value) in block.entries() {
        put(config, key.text.trim_start_matches('+'), value, scope);
    }
}

/// Sets one key by dbt's rules: tags, hooks and packages add up, meta and its like merge, all else is replaced.
pub(super) fn put(config: &mut Config, key: &str, value: &Value, scope: &Scope<'_>) {
    let key = canonical(key);
    // Hooks are rendered when they run, never before.
    let value = if key.ends_with("_hook") { value.clone() } else { resolve(value, scope) };
    let old = config.0.remove(key);
    let new = match (key, old) {
        ("tags" | "pre_hook" | "post_hook" | "packages", Some(old)) => append(old, value),
        ("tags", None) if matches!(value.kind, Kind::String(_)) => append(Value::null(), value),
        ("meta" | "docs" | "contract" | "column_types" | "quoting", Some(old)) => merge(old, value),
        ("grants", Some(old)) => merge_grants(&old, &value),
        (_, _) => value,
    };
    config.0.insert(key.to_owned(), new);
}

/// One name for keys that dbt or an adapter knows under several.
fn canonical(key: &str) -> &str {
    match key {
        "pre-hook" => "pre_hook",
        "post-hook" => "post_hook",
        "dataset" => "schema",
        "project" | "catalog" => "database",
        _ => key,
    }
}

fn append(old: Value, new: Value) -> Value {
    let span = new.span;
    let mut items = listed(old);
    for item in listed(new) {
        if !items.iter().any(|known| known.kind == item.kind) {
            items.push(item);
        }
    }
    Value { kind: Kind::List(items), span }
}

fn listed(value: Value) -> Vec<Value> {
    match value.kind {
        Kind::List(items) => items,
        Kind::Null => Vec::new(),
        _ => vec![value],
    }
}

/// The entries of both maps; where both have one, the new one's.
pub(super) fn merge(old: Value, new: Value) -> Value {
    match (old.kind, new.kind) {
        (Kind::Map(mut entries), Kind::Map(newer)) => {
            for (key, value) in newer {
                entries.retain(|(known, _)| known.text != key.text);
                entries.push((key, value));
            }
            Value { kind: Kind::Map(entries), span: new.span }
        }
        (old, Kind::Null) => Value { kind: old, span: new.span },
        (_, kind) => Value { kind, span: new.span },
    }
}

/// A grant marked `+select` adds to the grantees, an unmarked one replaces them.
fn merge_grants(old: &Value, new: &Value) -> Value {
    let mut grants: BTreeMap<String, Value> = BTreeMap::new();
    let span = new.span;
    let mut keys = BTreeMap::new();
    for (key, value) in old.entries() {
        let name = key.text.trim_start_matches('+').to_owned();
        keys.insert(name.clone(), key.clone());
        grants.insert(name, value.clone());
    }
    for (key, value) in new.entries() {
        let name = key.text.trim_start_matches('+').to_owned();
        let before = grants.remove(&name).filter(|_| key.text.starts_with('+'));
        keys.insert(name.clone(), key.clone());
        grants.insert(name, append(before.unwrap_or_else(Value::null), value.clone()));
    }
    let named = |(name, value): (String, Value)| {
        let key = keys.get(&name)?;
        Some((crate::data::Key { text: name, span: key.span }, value))
    };
    Value { kind: Kind::Map(grants.into_iter().filter_map(named).collect()), span }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{collect, overlay};
    use crate::data::{Value, yaml};
    use crate::project::Config;
    use crate::project::readers::dbt::expression::Scope;

    const TREE: &str = "
+tags: all
materialized: view
shop:
  +schema: raw
  +meta: {owner: a, tier: 1}
  staging:
    +materialized: table
    +tags: [stg, all]
    +meta: {owner: b}
    orders:
      +enabled: \"{{ var('on', false) }}\"
";

    fn config(path: &[&str]) -> Config {
        let (vars, env) = (BTreeMap::new(), BTreeMap::new());
        let scope = Scope { vars: vec![&vars], env: &env, target: None };
        let mut config = Config::default();
        collect(yaml::parse(TREE).ok().as_ref(), path, &scope, &mut config);
        config
    }

    #[test]
    fn the_deepest_folder_wins_and_tags_add_up() {
        let found = config(&["shop", "staging", "orders"]);
        assert_eq!(found.str("materialized"), Some("table"));
        assert_eq!(found.str("schema"), Some("raw"));
        assert_eq!(found.strings("tags"), ["all", "stg"]);
        assert_eq!(found.0["enabled"].bool(), Some(false));
        assert_eq!(found.0["meta"].get("owner").and_then(Value::str), Some("b"));
        assert_eq!(found.0["meta"].get("tier").and_then(Value::integer), Some(1));
    }

    #[test]
    fn another_package_gets_only_what_is_for_all() {
        let found = config(&["other", "staging"]);
        assert_eq!(found.str("materialized"), Some("view"));
        assert_eq!(found.str("schema"), None);
    }

    #[test]
    fn a_config_block_lies_on_top() {
        let (vars, env) = (BTreeMap::new(), BTreeMap::new());
        let scope = Scope { vars: vec![&vars], env: &env, target: None };
        let mut found = config(&["shop", "staging"]);
        let block = yaml::parse("materialized: incremental\ntags: x\npre-hook: \"{{ f() }}\"").expect("valid YAML");
        overlay(&block, &scope, &mut found);
        assert_eq!(found.str("materialized"), Some("incremental"));
        assert_eq!(found.strings("tags"), ["all", "stg", "x"]);
        assert_eq!(found.str("pre_hook"), Some("{{ f() }}"));
    }
}
