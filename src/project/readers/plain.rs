//! A folder of SQL files without dbt in, a Project with one model per file out.
//!
//! What a script creates or fills is found when it is parsed, floors above; here every file is one model that may
//! hold many statements.

use std::collections::BTreeMap;

use super::{Repo, bigquery_etl, includes};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::project::adapter::{self, Evidence};
use crate::project::config_file;
use crate::project::files::{has_extension, map_each, parent, relative, stem, under, unreadable, whole};
use crate::project::globs::Globs;
use crate::project::{
    Config, Language, MacroFile, Model, ModelKind, Project, Properties, RelationName, Settings, Target,
    TemplateSettings,
};
use crate::text::FileId;

/// What the repo root is called, as the folder it is cloned to differs from machine to machine.
const ROOT: &str = "repo";

/// The roots of plain projects: each folder with a sluice.toml that no dbt project is in or below, and the repo root
/// where there is no dbt project at all.
pub(super) fn find(repo: &Repo<'_>, dbt: &[&str]) -> Vec<String> {
    let above = |folder: &str| dbt.iter().any(|root| relative(folder, root).is_some());
    let has_sql = |folder: &str| under(&repo.all, folder).iter().any(|file| has_extension(file.path(), "sql"));
    let named = repo.all.iter().filter(|file| file.path().rsplit('/').next() == Some(config_file::FILE));
    let mut roots: Vec<String> = named.map(|file| parent(file.path()).to_owned()).collect();
    roots.retain(|folder| !above(folder) && !within(dbt, folder) && has_sql(folder));
    if dbt.is_empty() && has_sql("") && !roots.iter().any(String::is_empty) {
        roots.push(String::new());
    }
    roots.sort();
    roots
}

fn within(dbt: &[&str], folder: &str) -> bool {
    dbt.iter().any(|root| folder == *root || relative(root, folder).is_some())
}

/// Reads the SQL files under `root` that belong to no plain project deeper down.
pub(super) fn read(root: &str, all_roots: &[String], repo: &Repo<'_>) -> Project {
    let mut said = Vec::new();
    let mut settings = config_file::nearest(root, repo.snapshot, &mut said);
    let layout = bigquery_etl::find(root, repo.snapshot, &mut said);
    let dialect_reason = match &layout {
        Some(layout) if settings.dialect.is_none() => {
            settings.dialect = Some(bigquery_etl::DIALECT.to_owned());
            Some(bigquery_etl::FILE.to_owned())
        }
        _ => None,
    };
    if layout.is_some() {
        bigquery_etl::settle(&mut settings);
    }
    let exclude = Globs::new(&settings.exclude);
    let deeper: Vec<&String> =
        all_roots.iter().filter(|other| *other != root && relative(root, other).is_some()).collect();
    let mine = |file: &&FileId| {
        let path = file.path();
        let inner = relative(root, path).unwrap_or(path);
        has_extension(path, "sql")
            && !exclude.matches(inner)
            && !deeper.iter().any(|other| relative(other, path).is_some())
    };
    let files: Vec<FileId> = under(&repo.all, root).iter().filter(mine).cloned().collect();
    let name = root.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(ROOT).to_owned();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files {
        *names.entry(called(root, file).0).or_default() += 1;
    }
    let alone = |file: &FileId| names.get(called(root, file).0) == Some(&1);
    let read = map_each(repo.each, &files, |file| {
        let (mut model, fault) = model(file, root, &name, alone(file), repo);
        let mut said: Vec<Diagnostic> = fault.into_iter().collect();
        if let Some(layout) = &layout {
            layout.describe(&mut model, repo.snapshot, &mut said);
        }
        (model, said)
    });
    let mut models = Vec::new();
    for (model, faults) in read {
        models.push(model);
        said.extend(faults);
    }
    models.sort_by(|a, b| (&a.id, &a.file).cmp(&(&b.id, &b.file)));
    models.dedup_by(|a, b| a.id == b.id);
    let of_layout =
        |layout: &bigquery_etl::Layout| layout.sources(&name, &models, (&repo.all, repo.snapshot), &mut said);
    let sources = layout.as_ref().map(of_layout).unwrap_or_default();
    let mut project = finish(name, root, models, settings, said, repo);
    let (dialect, template) = (&project.dialect, &project.settings.template);
    project.models.iter_mut().for_each(|model| model.language = language(model, dialect, template));
    let dialect_reason = dialect_reason.unwrap_or_else(|| project.dialect_reason.clone());
    with_templates(Project { dialect_reason, sources, ..project }, repo)
}

/// What a text is written in, once the settings and the dialect are known.
fn language(model: &Model, dialect: &Dialect, template: &TemplateSettings) -> Language {
    match (template.style.as_deref(), &template.placeholder) {
        (Some("none"), None) => Language::Sql,
        (Some("jinja"), None) => model.language,
        // The client puts in variables unless it is told not to.
        (None, None) if model.language == Language::Sql && dialect.flag("ampersand_variables") => {
            if model.text.contains(['&', '!']) { Language::Placeholders } else { Language::Sql }
        }
        (None, None) => model.language,
        _ => Language::Placeholders,
    }
}

/// The files that the project's templates call by name: macros for all, and what they include, import or extend.
fn with_templates(mut project: Project, repo: &Repo<'_>) -> Project {
    let globs = Globs::new(&project.settings.template.macros);
    let named = under(&repo.all, &project.root).iter().filter(|file| {
        let inner = relative(&project.root, file.path()).unwrap_or(file.path());
        globs.matches(inner)
    });
    let file = |file: &FileId| {
        let text = repo.snapshot.text(file).ok()?;
        Some(MacroFile { package: project.name.clone(), file: file.clone(), digest: repo.snapshot.digest(file), text })
    };
    let macros: Vec<MacroFile> = named.filter_map(file).collect();
    let models = project.models.iter().filter(|model| model.language == Language::Jinja);
    let texts = models.map(|model| (&model.file, &*model.text));
    let texts = texts.chain(macros.iter().map(|file| (&file.file, &*file.text)));
    project.templates = includes::includes(texts, &project.template_folders(), &project.name, repo.snapshot);
    project.macros = macros;
    // What only defines macros builds nothing.
    project.models.retain(|model| model.language != Language::Jinja || !includes::is_library(&model.text));
    project
}

fn finish(
    name: String,
    root: &str,
    models: Vec<Model>,
    settings: Settings,
    mut said: Vec<Diagnostic>,
    repo: &Repo<'_>,
) -> Project {
    let target = Target { name: settings.target.clone().unwrap_or_default(), ..Target::default() };
    let sql: Vec<&str> = models.iter().map(|model| &*model.text).collect();
    let evidence = Evidence { settings: &settings, target: &target, root, packages: &[], tree: None, sql: &sql };
    let (dialect, dialect_reason) = adapter::choose(&evidence, repo.snapshot);
    if settings.dialect.as_deref().is_some_and(|name| adapter::known(name).is_none()) {
        said.extend(config_file::unknown_dialect(&settings, repo.snapshot, &crate::dialect::labels()));
    }
    Project {
        name,
        root: root.to_owned(),
        dialect_reason,
        models,
        vars: BTreeMap::from([(String::new(), settings.vars.clone())]),
        target,
        diagnostics: said,
        settings,
        ..Project::bare(dialect)
    }
}

/// Files that are called by their folder, as in `<project>/<dataset>/<table>/query.sql`.
const FOLDER_NAMED: [&str; 3] = ["query", "view", "materialized_view"];

/// What a file's model is called, and the folders above what gives the name, nearest first.
fn called<'a>(root: &str, file: &'a FileId) -> (&'a str, Vec<&'a str>) {
    let inner = relative(root, file.path()).unwrap_or(file.path());
    let mut above: Vec<&str> = inner.split('/').rev().skip(1).collect();
    let stem = stem(file.path());
    if FOLDER_NAMED.contains(&stem) && above.len() > 1 {
        let folder = above.remove(0);
        return (folder, above);
    }
    (stem, Vec::new())
}

/// One file as a model: called by its stem (or folder), or by its path where two files would be called the same.
fn model(file: &FileId, root: &str, project: &str, alone: bool, repo: &Repo<'_>) -> (Model, Option<Diagnostic>) {
    let (name, above) = called(root, file);
    let inner = relative(root, file.path()).unwrap_or(file.path());
    let dotted = inner.rsplit_once('.').map_or(inner, |(path, _)| path).replace('/', ".");
    let id = format!("model.{project}.{}", if alone { name } else { &dotted });
    let (text, fault) = match repo.snapshot.text(file) {
        Ok(text) => (text, None),
        Err(why) => ("".into(), Some(unreadable(file, &why).model(id.clone()))),
    };
    let templated = text.contains("{{") || text.contains("{%");
    let model = Model {
        id,
        name: name.to_owned(),
        package: project.to_owned(),
        version: None,
        latest: true,
        kind: ModelKind::Model,
        file: file.clone(),
        body: whole(&text),
        text,
        digest: repo.snapshot.digest(file),
        language: if templated { Language::Jinja } else { Language::Sql },
        dialect: None,
        relation: RelationName {
            database: above.get(1).map(|folder| (*folder).to_owned()),
            schema: above.first().map(|folder| (*folder).to_owned()),
            identifier: name.to_owned(),
        },
        config: Config::default(),
        overrides: Config::default(),
        properties: Properties::default(),
        properties_place: None,
        enabled: true,
    };
    (model, fault)
}

#[cfg(test)]
mod tests {
    use crate::project::files::memory::{IN_ORDER, Memory};
    use crate::project::{Language, Project, read_files};

    fn projects(files: &[(&str, &str)]) -> Vec<Project> {
        read_files(&Memory::of(files), &Memory::of(&[]), None, IN_ORDER)
    }

    fn roots(files: &[(&str, &str)]) -> Vec<String> {
        projects(files).into_iter().map(|project| format!("{:?} {}", project.kind, project.root)).collect()
    }

    #[test]
    fn every_sql_file_is_a_model() {
        let found = projects(&[("etl/a.sql", "select 1"), ("etl/b.sql", "select '{{ ds }}'"), ("x/a.sql", "select 2")]);
        let models: Vec<_> = found[0].models.iter().map(|model| (model.id.as_str(), model.language)).collect();
        assert_eq!(
            models,
            [("model.repo.b", Language::Jinja), ("model.repo.etl.a", Language::Sql), ("model.repo.x.a", Language::Sql),]
        );
    }

    #[test]
    fn a_query_file_is_called_by_its_folder() {
        let found = projects(&[("sql/prod/sales/orders/query.sql", "select 1"), ("query.sql", "select 2")]);
        let models: Vec<_> = found[0].models.iter().map(|model| (model.id.as_str(), &model.relation)).collect();
        assert_eq!(models[0].0, "model.repo.orders");
        assert_eq!((models[0].1.database.as_deref(), models[0].1.schema.as_deref()), (Some("prod"), Some("sales")));
        assert_eq!((models[1].0, models[1].1.schema.as_deref()), ("model.repo.query", None));
    }

    #[test]
    fn loose_sql_beside_dbt_is_no_project_unless_settings_say_so() {
        let dbt = ("shop/dbt_project.yml", "name: shop");
        assert_eq!(roots(&[dbt, ("scripts/a.sql", "")]), ["Dbt shop"]);
        assert_eq!(roots(&[dbt, ("scripts/a.sql", ""), ("sluice.toml", "")]), ["Dbt shop"]);
        assert_eq!(roots(&[dbt, ("scripts/a.sql", ""), ("scripts/sluice.toml", "")]), ["Plain scripts", "Dbt shop"]);
        assert_eq!(
            roots(&[("dbt_project.yml", "name: shop"), ("scripts/a.sql", ""), ("scripts/sluice.toml", "")]),
            ["Dbt "]
        );
    }

    #[test]
    fn nested_settings_make_projects_of_their_own() {
        let files = [("a.sql", ""), ("b/x.sql", ""), ("b/sluice.toml", "exclude = \"old\""), ("b/old/y.sql", "")];
        let found = projects(&files);
        let models: Vec<_> =
            found.iter().flat_map(|project| project.models.iter().map(|model| model.id.as_str())).collect();
        assert_eq!(models, ["model.repo.a", "model.b.x"]);
    }

    #[test]
    fn a_repo_without_sql_has_no_project() {
        assert!(roots(&[("README.md", "hello")]).is_empty());
    }
}
