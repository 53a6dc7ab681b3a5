//! The text of a `.pre-commit-config.yaml` in; its dbt-checkpoint hooks as the text of a sluice.toml out, and what has no
//! equal.

use super::Imported;
use super::carried::{Carried, folder, rules_of};
use crate::data::{Fault, Kind, Value, yaml};
use crate::text::Span;

/// Hooks that make or clean something, and check nothing.
const NO_CHECKS: [&str; 10] = [
    "dbt-clean",
    "dbt-compile",
    "dbt-deps",
    "dbt-docs-generate",
    "dbt-parse",
    "dbt-run",
    "dbt-test",
    "generate-missing-sources",
    "generate-model-properties-file",
    "unify-column-description",
];

/// `None` where no hook is dbt-checkpoint's.
pub fn checkpoint(text: &str) -> Result<Option<Imported>, Fault> {
    let tree = yaml::parse(text)?;
    let repos = tree.get("repos").map(Value::items).unwrap_or_default();
    let is_theirs = |repo: &&Value| {
        let url = repo.get("repo").and_then(Value::str).unwrap_or_default();
        url.contains("dbt-checkpoint") || url.contains("pre-commit-dbt")
    };
    let mut carried = Carried::default();
    let mut seen = false;
    for repo in repos.iter().filter(is_theirs) {
        seen = true;
        for hook in repo.get("hooks").map(Value::items).unwrap_or_default() {
            carry(hook, &mut carried);
        }
    }
    Ok(seen.then(|| carried.finish()))
}

fn carry(hook: &Value, carried: &mut Carried) {
    let Some(id) = hook.get("id").and_then(Value::str) else { return };
    let pages = rules_of("dbt-checkpoint", id);
    if pages.is_empty() {
        if !NO_CHECKS.contains(&id) {
            carried.left(format!("{id}: no rule is the same check"));
        }
        return;
    }
    let files = hook.get("files").and_then(Value::str);
    let path = files.and_then(folder);
    if let (Some(files), None) = (files, &path) {
        carried.left(format!("{id}: `files: {files}` is no folder, so the rule holds everywhere"));
    }
    let paths: Vec<String> = path.into_iter().collect();
    pages.iter().for_each(|page| carried.on(page, "error", &paths));
    for (name, value) in arguments(hook) {
        let known = pages.iter().filter(|page| carried.option(page, &name, &value)).count();
        if known == 0 && !["manifest", "catalog", "is_test", "exclude"].contains(&name.as_str()) {
            carried.left(format!("{id}: `--{}`", name.replace('_', "-")));
        }
    }
}

/// `[--meta-keys, owner, team, --]` as options and their values.
fn arguments(hook: &Value) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for word in hook.get("args").map(Value::strings).unwrap_or_default() {
        if word == "--" {
            continue;
        }
        if let Some(name) = word.strip_prefix("--") {
            let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
            found.push((name.replace('-', "_"), value.into_iter().map(str::to_owned).collect()));
        } else if let Some((_, values)) = found.last_mut() {
            values.push(word);
        }
    }
    let text = |text: String| {
        let kind = text.parse().map_or(Kind::String(text), Kind::Integer);
        Value { kind, span: Span::default() }
    };
    let value = |mut values: Vec<String>| match (values.len(), values.pop()) {
        (0, _) => Value { kind: Kind::Bool(true), span: Span::default() },
        (1, Some(one)) => text(one),
        (_, last) => {
            values.extend(last);
            Value { kind: Kind::List(values.into_iter().map(text).collect()), span: Span::default() }
        }
    };
    found.into_iter().map(|(name, values)| (name, value(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::checkpoint;

    #[test]
    fn hooks_become_rules_and_others_are_left_alone() {
        let text = "repos:\n  - repo: https://github.com/dbt-checkpoint/dbt-checkpoint\n    rev: v2.0.6\n    hooks:\n      - id: check-script-has-no-table-name\n      - id: dbt-parse\n      - id: check-nothing-known\n        args: [--x, a]\n  - repo: local\n    hooks: [{id: other}]\n";
        let imported = checkpoint(text).expect("it is YAML").expect("it has hooks of theirs");
        assert_eq!(imported.toml, "[rules.hard-coded-reference]\nlevel = \"error\"\n\n");
        assert_eq!(imported.left, ["check-nothing-known: no rule is the same check"]);
        assert_eq!(checkpoint("repos: []").expect("it is YAML"), None);
    }
}
