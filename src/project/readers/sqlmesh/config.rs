//! config.yaml, config.py or sqlmesh.yaml of a folder in, what they say of a SQLMesh project out.

use std::collections::BTreeMap;

use super::python::{CALL, Module};
use crate::data::{Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::files::{Files, join};
use crate::text::{FileId, Place};

const YAML: [&str; 4] = ["config.yaml", "config.yml", "sqlmesh.yaml", "sqlmesh.yml"];
const PYTHON: &str = "config.py";

/// Keys by which a YAML file is SQLMesh's: other tools have a config.yaml too.
const KEYS: [&str; 5] = ["model_defaults", "gateways", "gateway", "default_connection", "default_gateway"];

/// What a project's config says, as far as it is plain data.
pub(super) struct ConfigFile {
    pub file: FileId,
    pub project: Option<String>,
    pub gateway: Option<String>,
    /// The kind of the gateway's connection, such as `duckdb`.
    pub connection: Option<String>,
    /// Names in lower case; what the gateway says wins.
    pub variables: BTreeMap<String, Value>,
    pub defaults: Value,
    pub ignore: Vec<String>,
    /// A model without a name is called by its path.
    pub infer_names: bool,
}

/// Is this the name of a file that may configure a project?
pub(super) fn is_config(name: &str) -> bool {
    name == PYTHON || YAML.contains(&name)
}

/// The config of the folder; `None` where it holds none of SQLMesh's own.
pub(super) fn read(root: &str, files: &dyn Files, said: &mut Vec<Diagnostic>) -> Option<ConfigFile> {
    let mut trees: Vec<(FileId, Value)> = Vec::new();
    for name in YAML {
        let file = FileId::new(&join(root, name)?);
        let Ok(text) = files.text(&file) else { continue };
        let parsed = yaml::parse(&text).or_else(|fault| yaml::parse(&without_templates(&text)).map_err(|_| fault));
        match parsed {
            Ok(tree) if KEYS.iter().any(|key| tree.get(key).is_some()) => trees.push((file, tree)),
            Ok(_) => {}
            Err(fault) if KEYS.iter().any(|key| text.contains(key)) => {
                let message = format!(
                    "This is not valid YAML: {}. Nothing in the file is read.",
                    fault.message.trim_end_matches('.')
                );
                said.push(Diagnostic::error("yaml-error", Place::new(&file, fault.span), message));
                trees.push((file, Value::null()));
            }
            Err(_) => {}
        }
    }
    let file = FileId::new(&join(root, PYTHON)?);
    if let Ok(text) = files.text(&file)
        && text.contains("sqlmesh")
    {
        if ["sqlmesh.dbt", "sqlmesh_config(", "DbtLoader"].iter().any(|mark| text.contains(mark)) {
            return None;
        }
        let config = Module::read(&text).value("config").cloned().unwrap_or_else(Value::null);
        if config.get(CALL).is_some() || text.contains("Config(") {
            trees.push((file, config));
        }
    }
    let (file, _) = trees.first()?.clone();
    // Of both, what Python says wins.
    let find = |key: &str| trees.iter().rev().find_map(|(_, tree)| tree.get(key)).filter(|value| !value.is_null());
    Some(put_together(file, &find))
}

/// The text with each template in it as what it most likely gives, in as many bytes: the default of an `env_var`.
fn without_templates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}").map(|end| start + end + 2) else { break };
        out.push_str(&rest[..start]);
        let inside = &rest[start..end];
        let texts: Vec<&str> = inside.split(['\'', '"']).skip(1).step_by(2).collect();
        let given = texts.last().filter(|text| text.len() <= inside.len()).copied().unwrap_or_default();
        let plain = given.chars().all(|sign| sign.is_ascii_alphanumeric() || "_-./".contains(sign));
        let given = if plain && !given.is_empty() { given } else { "_" };
        out.push_str(given);
        out.extend(std::iter::repeat_n(' ', inside.len() - given.len()));
        rest = &rest[end..];
    }
    out + rest
}

fn put_together<'v>(file: FileId, find: &dyn Fn(&str) -> Option<&'v Value>) -> ConfigFile {
    let gateways = find("gateways").map(Value::entries).unwrap_or_default();
    let named = find("default_gateway").and_then(Value::scalar).filter(|name| !name.is_empty());
    let is_named = |name: &str| named.as_deref().is_none_or(|named| named.eq_ignore_ascii_case(name));
    let entry = gateways.iter().find(|(key, _)| is_named(&key.text)).or_else(|| gateways.first());
    let gateway = entry.map(|(_, value)| value).or_else(|| find("gateway"));
    let connection = gateway.and_then(|gateway| gateway.get("connection")).or_else(|| find("default_connection"));
    let mut variables = BTreeMap::new();
    for map in [find("variables"), gateway.and_then(|gateway| gateway.get("variables"))].into_iter().flatten() {
        variables.extend(map.entries().iter().map(|(key, value)| (key.text.to_ascii_lowercase(), value.clone())));
    }
    let inferred = find("model_naming").and_then(|naming| naming.get("infer_names")).and_then(Value::bool);
    ConfigFile {
        file,
        project: find("project").and_then(Value::scalar).filter(|name| !name.is_empty()),
        gateway: entry.map(|(key, _)| key.text.clone()).or(named),
        connection: connection.and_then(connection_type),
        variables,
        defaults: find("model_defaults").cloned().unwrap_or_else(Value::null),
        ignore: find("ignore_patterns").map(Value::strings).unwrap_or_default(),
        infer_names: inferred.unwrap_or(false),
    }
}

/// `type: duckdb`, or `DuckDBConnectionConfig(..)`.
fn connection_type(connection: &Value) -> Option<String> {
    let class = || {
        let class = connection.get(CALL)?.str()?;
        let name = class.strip_suffix("ConnectionConfig").unwrap_or(class);
        Some(match name {
            "GCPPostgres" => "postgres".to_owned(),
            name => name.to_ascii_lowercase(),
        })
    };
    connection.get("type").and_then(Value::scalar).or_else(class).map(|name| match name.as_str() {
        "gcp_postgres" => "postgres".to_owned(),
        "motherduck" => "duckdb".to_owned(),
        "mssql" | "azuresql" => "tsql".to_owned(),
        _ => name,
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::project::files::memory::Memory;

    fn check(files: &[(&str, &str)], expected: &str) {
        let config = read("", &Memory::of(files), &mut Vec::new());
        let found = config.map(|config| {
            let variables: Vec<String> = config
                .variables
                .iter()
                .map(|(name, value)| format!("{name}={}", value.scalar().unwrap_or_default()))
                .collect();
            let dialect = config.defaults.get("dialect").and_then(crate::data::Value::scalar);
            format!(
                "{} {} {} {} [{}]",
                config.project.unwrap_or_default(),
                config.gateway.unwrap_or_default(),
                config.connection.unwrap_or_default(),
                dialect.unwrap_or_default(),
                variables.join(" ")
            )
        });
        assert_eq!(found.unwrap_or_else(|| "none".to_owned()), expected);
    }

    #[test]
    fn yaml_is_read() {
        check(
            &[(
                "config.yaml",
                "project: shop\ngateways:\n  a: {connection: {type: snowflake}}\n  b:\n    connection: {type: duckdb}\n    \
                 variables: {X: 2}\ndefault_gateway: b\nmodel_defaults: {dialect: spark}\nvariables: {x: 1, y: z}\n",
            )],
            "shop b duckdb spark [x=2 y=z]",
        );
        check(&[("config.yml", "name: a site\nplugins: []\n")], "none");
    }

    #[test]
    fn templates_in_yaml_are_what_they_most_likely_give() {
        let text = "model_defaults: {dialect: duckdb}\ndefault_gateway: {{ env_var('G', 'dev') }}\ngateways:\n  dev:\n    connection:\n      \
                    type: duckdb\n      password: {{ env_var('P') }}\n";
        check(&[("config.yaml", text)], " dev duckdb duckdb []");
    }

    #[test]
    fn python_is_read_as_data() {
        let text = "import sqlmesh\nd = {'dialect': 'duckdb'}\nconfig = Config(\n  gateways={'g': GatewayConfig(connection=DuckDBConnectionConfig())},\n  \
                    model_defaults=ModelDefaultsConfig(**d), variables={'n': 1})\n";
        check(&[("config.py", text)], " g duckdb duckdb [n=1]");
        check(&[("config.py", "from sqlmesh.dbt.loader import sqlmesh_config\nconfig = sqlmesh_config(1)\n")], "none");
    }
}
