//! profiles.yml in, the Target out: what a project is rendered for. Secrets never leave the file.

use std::collections::BTreeMap;

use super::check;
use super::expression::{Scope, resolve_text};
use super::project_file::ProjectFile;
use crate::data::{Kind, Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::files::{Files, join};
use crate::project::{Settings, Target};
use crate::text::FileId;

const FILE: &str = "profiles.yml";

/// The schema of a project whose profile nobody has committed.
const NO_SCHEMA: &str = "dbt";

/// The target of a project: from profiles.yml beside it, at the repo root or in the user's dbt folder.
pub(super) fn target(
    file: &ProjectFile,
    settings: &Settings,
    (snapshot, home): (&dyn Files, Option<&str>),
    said: &mut Vec<Diagnostic>,
) -> Target {
    let nothing = BTreeMap::new();
    let vars = file.vars.get("").unwrap_or(&nothing);
    let scope = Scope { vars: vec![&settings.vars, vars], env: &settings.env, target: None };
    let profile = file.profile.as_deref().map(|profile| resolve_text(profile, &scope)).unwrap_or_default();
    let beside = [join(&file.root, FILE), Some(FILE.to_owned())].into_iter().flatten().map(|path| FileId::new(&path));
    let mut found = None;
    for path in beside {
        let Ok(text) = snapshot.text(&path) else { continue };
        match yaml::parse(&text) {
            Ok(tree) => found = found.or_else(|| tree.get(&profile).cloned()),
            Err(fault) => said.push(check::yaml_error(&path, &fault)),
        }
    }
    let of_home = || yaml::parse(home?).ok()?.get(&profile).cloned();
    let found = found.or_else(of_home);
    let known = found.as_ref().and_then(|found| output(found, settings, &scope));
    let Some((name, output)) = known else {
        let name = settings.target.clone().unwrap_or_else(|| "dev".to_owned());
        return Target { profile, name, schema: NO_SCHEMA.to_owned(), ..Target::default() };
    };
    read(profile, name, output, &scope)
}

/// The output that is meant: the settings' target, the profile's own, `default`, the only one.
fn output<'a>(profile: &'a Value, settings: &Settings, scope: &Scope<'_>) -> Option<(String, &'a Value)> {
    let outputs = profile.get("outputs")?;
    let own = profile.get("target").and_then(Value::str).map(|target| placeheld(target, scope));
    let tried = settings.target.iter().cloned().chain(own).chain(["default".to_owned(), "dev".to_owned()]);
    let named = tried.into_iter().find_map(|name| outputs.get(&name).map(|output| (name, output)));
    named.or_else(|| outputs.entries().first().map(|(key, output)| (key.text.clone(), output)))
}

fn read(profile: String, name: String, output: &Value, scope: &Scope<'_>) -> Target {
    let text = |keys: &[&str]| {
        let found = keys.iter().find_map(|key| output.get(key)).and_then(Value::scalar);
        found.map(|text| placeheld(&text, scope)).filter(|text| !text.is_empty())
    };
    let adapter = text(&["type"]).unwrap_or_default();
    let database =
        text(&["database", "dbname", "catalog", "project"]).or_else(|| file_database(&adapter, text(&["path"])));
    let schema =
        text(&["schema", "dataset"]).unwrap_or_else(|| if adapter == "duckdb" { "main" } else { NO_SCHEMA }.to_owned());
    let mut extra = BTreeMap::new();
    for (key, value) in output.entries() {
        if !is_secret(&key.text) && !matches!(value.kind, Kind::Map(_) | Kind::List(_)) {
            let shown = match value.str() {
                Some(text) if is_secret_value(text) => continue,
                Some(text) => Value { kind: Kind::String(placeheld(text, scope)), span: value.span },
                None => value.clone(),
            };
            extra.insert(key.text.clone(), shown);
        }
    }
    Target { profile, name, adapter, database, schema, extra }
}

/// `DuckDB` calls a database by its file's stem.
fn file_database(adapter: &str, path: Option<String>) -> Option<String> {
    let path = path.filter(|_| adapter == "duckdb")?;
    let name = path.split('?').next().unwrap_or_default().trim_start_matches("md:");
    let stem = crate::project::files::stem(name);
    Some(if stem.starts_with(':') || stem.is_empty() { "memory".to_owned() } else { stem.to_owned() })
}

/// The text with its Jinja resolved; an `env_var` nobody answers becomes `ENV_<name>`.
fn placeheld(text: &str, scope: &Scope<'_>) -> String {
    let found = resolve_text(text, scope);
    let Some(after) = found.split("env_var(").nth(1).filter(|_| found.contains("{{")) else { return found };
    let name: String =
        after.trim_start_matches(['\'', '"', ' ']).chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    format!("ENV_{name}")
}

/// Whether a key may hold a secret. Better one too many.
fn is_secret(key: &str) -> bool {
    const PARTS: [&str; 11] = [
        "pass",
        "token",
        "secret",
        "private_key",
        "keyfile",
        "credential",
        "api_key",
        "access_key",
        "apikey",
        "auth_code",
        "jwt",
    ];
    let key = key.to_ascii_lowercase();
    PARTS.iter().any(|part| key.contains(part))
}

/// Whether a text carries a secret within, such as a connection string.
fn is_secret_value(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let connection =
        text.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')));
    connection
        || ["token=", "password=", "pwd=", "secret=", "-----begin", "env_secret"].iter().any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::target;
    use crate::project::files::memory::Memory;
    use crate::project::readers::dbt::project_file::ProjectFile;
    use crate::project::{Settings, Target};
    use crate::text::FileId;

    const PROFILES: &str = "
shop:
  target: \"{{ env_var('DBT_TARGET', 'dev') }}\"
  outputs:
    dev:
      type: snowflake
      account: abc
      user: \"{{ env_var('USER_NAME') }}\"
      password: hunter2
      private_key_path: /k
      database: raw
      schema: dbt_me
      threads: 4
    prod: {type: snowflake, database: prod, schema: analytics}
";

    fn read(project: &str, files: &[(&str, &str)], settings: &Settings) -> Target {
        let file = ProjectFile::read(&FileId::new("a/dbt_project.yml"), project, &mut Vec::new());
        target(&file, settings, (&Memory::of(files), None), &mut Vec::new())
    }

    #[test]
    fn the_profile_gives_the_target_and_keeps_its_secrets() {
        let found = read("name: x\nprofile: shop", &[("a/profiles.yml", PROFILES)], &Settings::default());
        assert_eq!(
            (found.name.as_str(), found.adapter.as_str(), found.schema.as_str()),
            ("dev", "snowflake", "dbt_me")
        );
        assert_eq!(found.database.as_deref(), Some("raw"));
        assert_eq!(found.extra["user"].str(), Some("ENV_USER_NAME"));
        assert!(!format!("{found:?}").contains("hunter2"));
        assert!(!found.extra.keys().any(|key| key.contains("key")));
    }

    #[test]
    fn settings_choose_the_target() {
        let settings = Settings { target: Some("prod".into()), ..Settings::default() };
        assert_eq!(read("name: x\nprofile: shop", &[("profiles.yml", PROFILES)], &settings).schema, "analytics");
    }

    #[test]
    fn no_profile_is_fine() {
        let found = read("name: x\nprofile: shop", &[], &Settings::default());
        assert_eq!((found.name.as_str(), found.schema.as_str(), found.database), ("dev", "dbt", None));
    }
}
