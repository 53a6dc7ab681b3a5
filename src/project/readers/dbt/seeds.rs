//! A package's CSV files and properties in, its Seeds out.

use std::collections::BTreeMap;

use super::models::Entries;
use super::package::{Frame, Part};
use super::resource;
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::project::files::{Each, Files, map_each};
use crate::project::readers::csv_file;
use crate::project::{Config, ModelKind, Properties, Seed};

/// The seeds under seed-paths; those that config switches off are left out.
pub(super) fn read(
    part: &Part,
    frame: &Frame<'_>,
    (files, each): (&dyn Files, Each<'_>),
    entries: &mut Entries<'_>,
    said: &mut Vec<Diagnostic>,
) -> Vec<Seed> {
    let mut jobs = Vec::new();
    for found in &part.seeds {
        let entry = entries.remove(found.stem());
        let mut path = vec![part.file.name.as_str()];
        path.extend(found.folders());
        path.push(found.stem());
        let blocks: Vec<&[Value]> = entry.iter().map(|entry| &entry.configs[..]).collect();
        let config = resource::cascade(part, frame, "seeds", &path, &blocks).config;
        if resource::enabled(&config) {
            jobs.push((found, entry, config));
        }
    }
    let contents = map_each(each, &jobs, |(found, _, config)| {
        let delimiter = config.str("delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',');
        csv_file::read(&found.file, delimiter, &declared_types(config), files)
    });
    let mut seeds = Vec::new();
    for ((found, entry, config), (content, mut problems)) in jobs.into_iter().zip(contents) {
        let name = found.stem().to_owned();
        let id = format!("seed.{}.{name}", part.file.name);
        for problem in &mut problems {
            problem.model = Some(id.clone());
        }
        said.append(&mut problems);
        let mut properties = entry.map_or_else(Properties::default, |entry| entry.properties.clone());
        resource::finish(&mut properties, &config);
        seeds.push(Seed {
            id,
            package: part.file.name.clone(),
            relation: resource::relation(frame, &config, &name, None, ModelKind::Model),
            name,
            file: found.file.clone(),
            digest: files.digest(&found.file),
            config,
            properties,
            columns: content.columns,
            rows: content.rows,
            row_set: content.row_set,
            sampled: content.sampled,
            properties_place: entry.map(|entry| entry.place.clone()),
        });
    }
    seeds
}

/// `column_types`, by lower-case name.
fn declared_types(config: &Config) -> BTreeMap<String, String> {
    let entries = config.0.get("column_types").map(Value::entries).unwrap_or_default();
    let plain = |name: &str| name.trim_start_matches('+').to_ascii_lowercase();
    entries.iter().filter_map(|(key, value)| Some((plain(&key.text), value.scalar()?))).collect()
}
