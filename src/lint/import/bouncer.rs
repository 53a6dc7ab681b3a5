//! The text of a dbt-bouncer configuration in; the same wishes as the text of a sluice.toml out, and what has no equal.

use super::Imported;
use super::bouncer_codes::CHECKS;
use super::carried::{Carried, folder, rules_of};
use crate::data::{Fault, Value, toml, yaml};

/// Keys of a check that say where and how it is made.
const ITS_OWN: [&str; 6] = ["name", "include", "exclude", "severity", "description", "index"];

/// Reads `dbt-bouncer.yml`, or `[tool.dbt-bouncer]` of a pyproject.toml.
pub fn bouncer(text: &str, is_toml: bool) -> Result<Imported, Fault> {
    let whole = if is_toml { toml::parse(text)? } else { yaml::parse(text)? };
    let tree = whole.at(&["tool", "dbt-bouncer"]).unwrap_or(&whole);
    let mut carried = Carried::default();
    for list in ["manifest_checks", "catalog_checks", "run_results_checks"] {
        for check in tree.get(list).map(Value::items).unwrap_or_default() {
            carry(check, &mut carried);
        }
    }
    for key in ["custom_checks_dir", "include", "exclude"] {
        if tree.get(key).is_some() {
            carried.left(format!("{key} of the whole configuration"));
        }
    }
    Ok(carried.finish())
}

fn carry(check: &Value, carried: &mut Carried) {
    let Some(name) = check.get("name").and_then(Value::str) else { return };
    let code = CHECKS.iter().find(|(own, _)| *own == name).map(|(_, code)| *code);
    let pages = code.map(|code| rules_of("dbt-bouncer", code)).unwrap_or_default();
    if pages.is_empty() {
        carried.left(format!("{name}: no rule is the same check"));
        return;
    }
    let level = if check.get("severity").and_then(Value::str) == Some("warn") { "warn" } else { "error" };
    let include: Vec<String> = check.get("include").map(Value::strings).unwrap_or_default();
    let paths: Vec<String> = include.iter().filter_map(|pattern| folder(pattern)).collect();
    if paths.len() < include.len() {
        carried.left(format!("{name}: `include: {}` is no folder, so the rule holds everywhere", include.join(", ")));
    }
    if check.get("exclude").is_some() {
        carried.left(format!("{name}: `exclude`; write an `[[overrides]]` that turns the rule off there"));
    }
    let paths = if paths.len() == include.len() { paths } else { Vec::new() };
    for page in &pages {
        carried.on(page, level, &paths);
    }
    for (key, value) in check.entries().iter().filter(|(key, _)| !ITS_OWN.contains(&key.text.as_str())) {
        let known = pages.iter().filter(|page| carried.option(page, &key.text, value)).count();
        if known == 0 {
            carried.left(format!("{name}: `{}`", key.text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bouncer;

    #[test]
    fn checks_become_rules_and_what_has_no_equal_is_told() {
        let text = "manifest_checks:\n  - name: check_model_does_not_use_select_star\n    include: ^models/marts\n  \
                    - name: check_model_hard_coded_references\n    severity: warn\n  - name: check_unheard_of\n";
        let imported = bouncer(text, false).expect("it is YAML");
        assert_eq!(
            imported.toml,
            "[rules.hard-coded-reference]\nlevel = \"warn\"\n\n[[overrides]]\npaths = [\"models/marts\"]\nrules = { select-star = \"error\" }\n\n"
        );
        assert_eq!(imported.left, ["check_unheard_of: no rule is the same check"]);
    }
}
