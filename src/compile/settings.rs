//! A project whose YAML asks more of Jinja than reading it can answer in, the same with what the engine makes of it out.

use std::collections::BTreeMap;

use crate::data::{Kind, Value};
use crate::project::{Config, Kind as ProjectKind, Project, RelationName};
use crate::template::{Environment, render_setting};

/// Renders what is left of Jinja in the names and the config of models, seeds and sources, and turns off the models
/// whose own text does.
pub(super) fn settle(project: &mut Project, environment: &Environment) {
    if project.kind != ProjectKind::Dbt {
        return;
    }
    let mut settling = Settling { environment, known: BTreeMap::new() };
    if asks(project) {
        settling.project(project);
    }
    for model in project.models.iter_mut().filter(|model| !model.overrides.0.contains_key("enabled")) {
        if let Some(on) =
            said_in_text(&model.text[model.body.range()]).and_then(|said| settling.truth(&model.package, said))
        {
            model.enabled = on;
        }
    }
}

/// What `config(enabled=..)` in a model's own text says, as it is written there.
fn said_in_text(text: &str) -> Option<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut calls = text.match_indices("config(").filter(|(at, _)| !text[..*at].ends_with(|c| is_word(c) || c == '.'));
    calls.find_map(|(at, call)| argument(&text[at + call.len()..], "enabled"))
}

/// The value of a named argument of a call, whose text begins behind its opening bracket.
fn argument<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (Some(open), _) if sign == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(sign),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}' | ',') if depth == 0 => {
                let said = text[start..at].trim_start().strip_prefix(name).map(str::trim_start);
                let said = said.and_then(|rest| rest.strip_prefix('=')).filter(|rest| !rest.starts_with('='));
                if said.is_some() || sign != ',' {
                    return said.map(str::trim);
                }
                start = at + 1;
            }
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Keys that are rendered when they run, or not at all.
const LATER: [&str; 6] = ["pre_hook", "post_hook", "meta", "docs", "description", "sql_header"];

fn asks(project: &Project) -> bool {
    let models = project.models.iter().map(|model| (&model.relation, &model.config));
    let seeds = project.seeds.iter().map(|seed| (&seed.relation, &seed.config));
    let sources = project.sources.iter().map(|source| (&source.relation, &source.config));
    let mut all = models.chain(seeds).chain(sources);
    all.any(|(relation, config)| {
        parts(relation).any(is_jinja)
            || config.0.iter().any(|(key, value)| !LATER.contains(&key.as_str()) && holds(value))
    })
}

fn parts(relation: &RelationName) -> impl Iterator<Item = &str> {
    [relation.database.as_deref(), relation.schema.as_deref(), Some(relation.identifier.as_str())].into_iter().flatten()
}

fn is_jinja(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

fn holds(value: &Value) -> bool {
    match &value.kind {
        Kind::String(text) => is_jinja(text),
        Kind::List(items) => items.iter().any(holds),
        Kind::Map(entries) => entries.iter().any(|(_, value)| holds(value)),
        _ => false,
    }
}

struct Settling<'e> {
    environment: &'e Environment,
    /// What texts of a package render to; `None` where the engine cannot say either.
    known: BTreeMap<(String, String), Option<String>>,
}

impl Settling<'_> {
    fn project(&mut self, project: &mut Project) {
        for model in &mut project.models {
            self.relation(&model.package, &mut model.relation);
            self.config(&model.package, &mut model.config);
            self.config(&model.package, &mut model.overrides);
            let on = model.config.0.get("enabled").and_then(Value::bool);
            model.enabled &= on.unwrap_or(true);
        }
        for seed in &mut project.seeds {
            self.relation(&seed.package, &mut seed.relation);
            self.config(&seed.package, &mut seed.config);
        }
        for source in &mut project.sources {
            self.relation(&source.package, &mut source.relation);
            self.config(&source.package, &mut source.config);
        }
        project.sources.retain(|source| source.config.0.get("enabled").and_then(Value::bool).unwrap_or(true));
    }

    fn relation(&mut self, package: &str, relation: &mut RelationName) {
        let outer = [&mut relation.database, &mut relation.schema].into_iter().flatten();
        for part in outer.chain([&mut relation.identifier]).filter(|part| is_jinja(part)) {
            if let Some(found) = self.text(package, part) {
                found.trim().clone_into(part);
            }
        }
    }

    fn config(&mut self, package: &str, config: &mut Config) {
        for (key, value) in config.0.iter_mut().filter(|(key, value)| !LATER.contains(&key.as_str()) && holds(value)) {
            // Whether something is built is no guess: a machine's environment may say either.
            let guess = key == "enabled" && value.str().is_some_and(|text| text.contains("env_var("));
            if !guess {
                self.value(package, value);
            }
        }
    }

    fn value(&mut self, package: &str, value: &mut Value) {
        match &mut value.kind {
            Kind::String(text) if is_jinja(text) => {
                if let Some(found) = self.text(package, text) {
                    value.kind = native(found);
                }
            }
            Kind::List(items) => items.iter_mut().for_each(|item| self.value(package, item)),
            Kind::Map(entries) => entries.iter_mut().for_each(|(_, value)| self.value(package, value)),
            _ => {}
        }
    }

    /// What an expression is, where it is true or false. An environment's variable is no guess to make.
    fn truth(&mut self, package: &str, expression: &str) -> Option<bool> {
        if expression.contains("env_var(") {
            return None;
        }
        match native(self.text(package, &format!("{{{{ {expression} }}}}"))?) {
            Kind::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    fn text(&mut self, package: &str, text: &str) -> Option<String> {
        let key = (package.to_owned(), text.to_owned());
        let environment = self.environment;
        self.known.entry(key).or_insert_with(|| render_setting(environment, package, text)).clone()
    }
}

/// dbt reads what YAML's Jinja renders to as a Python literal, where it is one.
fn native(text: String) -> Kind {
    match text.trim() {
        "True" | "true" => Kind::Bool(true),
        "False" | "false" => Kind::Bool(false),
        "None" => Kind::Null,
        plain => plain.parse().map(Kind::Integer).unwrap_or(Kind::String(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{native, said_in_text};
    use crate::compile::tests::one;
    use crate::data::Kind;

    #[test]
    fn names_and_config_are_rendered() {
        let project = "name: shop\nprofile: shop\nvars: {v: x}\nquoting: {schema: false}\nmodels:\n  shop:\n    \
                       +schema: \"d_{{ run_started_at.strftime('%Y') }}\"\n    off:\n      +enabled: \"{{ var('v') | upper == 'Y' }}\"\n";
        let sources = "sources:\n- name: raw\n  database: \"{{ env_var('DB') }}\"\n  schema: \"{% if true %}s{% endif %}\"\n  \
                       quoting: {identifier: false}\n  tables: [{name: users}]\n";
        let compiled = one(&[
            ("dbt_project.yml", project),
            ("sluice.toml", "dialect = 'duckdb'"),
            ("models/sources.yml", sources),
            ("models/a.sql", "select 1 as id"),
            ("models/off/b.sql", "select 1 as id"),
            ("models/c.sql", "select id from {{ ref('a') }} union all select id from {{ source('raw', 'users') }}"),
        ]);
        let text = &compiled.models["model.shop.c"].rendered.text;
        assert!(text.contains("from dbt_d_2026.\"a\""), "{text}");
        assert!(text.contains("from \"ENV_DB\".\"s\".users"), "{text}");
        assert!(!compiled.models.contains_key("model.shop.b"));
    }

    #[test]
    fn a_model_may_turn_itself_off() {
        let project = "name: shop\nprofile: shop\nvars: {api: rest}\nmodels: {shop: {+enabled: true}}\n";
        let compiled = one(&[
            ("dbt_project.yml", project),
            ("sluice.toml", "dialect = 'duckdb'"),
            ("models/a.sql", "{{ config(tags=['x, y'], enabled=(var('api', 'rest') == 'graphql')) }} select 1 as id"),
            ("models/b.sql", "{{ config(\n  enabled = var('api') == 'rest', materialized='table'\n) }} select 1 as id"),
            ("models/c.sql", "{{ config(enabled=env_var('ON') == 'y') }} select 1 as id"),
        ]);
        assert_eq!(compiled.models.keys().collect::<Vec<_>>(), ["model.shop.b", "model.shop.c"]);
        assert_eq!(said_in_text("{{ my_config(enabled=1) }} {{ config(a={'enabled': 1}, b=f(x, enabled=2)) }}"), None);
    }

    #[test]
    fn literals_are_read_as_python_reads_them() {
        assert_eq!(native(" False ".to_owned()), Kind::Bool(false));
        assert_eq!(native("12".to_owned()), Kind::Integer(12));
        assert_eq!(native("raw_12".to_owned()), Kind::String("raw_12".to_owned()));
    }
}
