//! The text of a `dbt_project.yml` that configures dbt-project-evaluator in; the same wishes as the text of a sluice.toml
//! out, and what has no equal.

use super::Imported;
use super::carried::Carried;
use crate::data::{Fault, Value, yaml};
use crate::lint::page::Page;
use crate::lint::table;

const TOOL: &str = "dbt-project-evaluator";

/// A variable of the package, the check it is of, and the option that it may set.
const VARIABLES: [(&str, &str, &str); 6] = [
    ("models_fanout_threshold", "fct_model_fanout", "max"),
    ("too_many_joins_threshold", "fct_too_many_joins", "max"),
    ("chained_views_threshold", "fct_chained_views_dependencies", "max"),
    ("documentation_coverage_target", "fct_documentation_coverage", "min"),
    ("test_coverage_target", "fct_test_coverage", "min"),
    ("primary_key_test_macros", "fct_missing_primary_key_tests", "tests"),
];

/// Every check of the package as a warning, but those that the project turned off.
pub fn evaluator(text: &str) -> Result<Imported, Fault> {
    let tree = yaml::parse(text)?;
    let off = disabled(tree.at(&["models", "dbt_project_evaluator"]));
    let mut carried = Carried::default();
    for page in table() {
        let codes: Vec<&str> =
            page.peers.iter().filter(|peer| peer.tool == TOOL).map(|peer| peer.code.as_str()).collect();
        if codes.iter().any(|code| !off.contains(&(*code).to_owned())) {
            carried.on(page, "warn", &[]);
        }
    }
    for (key, value) in tree.at(&["vars", "dbt_project_evaluator"]).map(Value::entries).unwrap_or_default() {
        let known = VARIABLES.iter().find(|(name, _, _)| *name == key.text);
        let set = known.is_some_and(|(_, code, option)| {
            let has = |page: &&Page| page.peers.iter().any(|peer| peer.tool == TOOL && peer.code == *code);
            table().iter().filter(has).filter(|page| carried.option(page, option, value)).count() > 0
        });
        if !set {
            carried.left(format!("vars: `{}`", key.text));
        }
    }
    Ok(carried.finish())
}

/// The models of the package that are turned off: `marts: dag: fct_model_fanout: +enabled: false`.
fn disabled(tree: Option<&Value>) -> Vec<String> {
    let mut off = Vec::new();
    let mut open: Vec<(&str, &Value)> = tree.map(|tree| ("", tree)).into_iter().collect();
    while let Some((name, value)) = open.pop() {
        let says = |key: &str| value.get(key).and_then(Value::bool) == Some(false);
        if says("+enabled") || says("enabled") {
            off.push(name.to_owned());
        }
        open.extend(value.entries().iter().map(|(key, value)| (key.text.as_str(), value)));
    }
    off
}

#[cfg(test)]
mod tests {
    use super::evaluator;

    #[test]
    fn what_the_project_turned_off_stays_off() {
        let text = "name: shop\nmodels:\n  dbt_project_evaluator:\n    marts:\n      dag:\n        fct_hard_coded_references: {+enabled: false}\n";
        let imported = evaluator(text).expect("it is YAML");
        assert!(!imported.toml.contains("hard-coded-reference"), "{}", imported.toml);
        assert!(
            imported.toml.contains("[rules.layer-order]") || imported.toml.contains("[rules."),
            "{}",
            imported.toml
        );
    }
}
