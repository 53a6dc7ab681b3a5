//! What a sandbox reads and must not see as it is in, a sampled or masked copy in its place out.

use super::environment::Environment;
use super::names::Names;
use super::statements::Statements;
use crate::compile::Compilation;
use crate::dialect::Dialect;
use crate::project::{DeclaredColumn, Sample, Source};

/// Tags and meta keys of columns that hold personal data, unless the settings name others.
const PERSONAL: [&str; 3] = ["pii", "personal", "sensitive"];

/// A relation that production has and a sandbox reads in part, or masked.
pub(super) struct StandIn<'c> {
    pub(super) id: &'c str,
    pub(super) action: &'static str,
    sample: Option<&'c Sample>,
    masked: Vec<&'c str>,
    columns: Vec<&'c str>,
}

/// Those among what is read that the environment must not read as they are.
pub(super) fn stand_ins<'c>(
    read: &std::collections::BTreeSet<&'c str>,
    head: &'c Compilation,
    environment: &'c Environment,
) -> Vec<StandIn<'c>> {
    if environment.production {
        return Vec::new();
    }
    let sources = head.projects.iter().flat_map(|project| &project.sources);
    let sources: Vec<&Source> = sources.filter(|source| read.contains(source.id.as_str())).collect();
    let mut found = Vec::new();
    for id in read {
        let source = sources.iter().find(|source| source.id == *id);
        let declared: &[DeclaredColumn] = match (source, head.models.get(*id)) {
            (Some(source), _) => &source.properties.columns,
            (None, Some(model)) => &model.model.properties.columns,
            (None, None) => continue,
        };
        let sample = source.and_then(|source| environment.sample(source));
        let personal = &head.projects[0].settings.plan.personal;
        let masked: Vec<&str> = if environment.masks() {
            declared.iter().filter(|column| is_personal(column, personal)).map(|column| column.name.as_str()).collect()
        } else {
            Vec::new()
        };
        if sample.is_none() && masked.is_empty() {
            continue;
        }
        let known = head.known(id).filter(|known| !known.open).map(|known| &known.columns);
        let columns = known.into_iter().flatten().map(|column| column.name.as_str()).collect();
        let action = if masked.is_empty() { "sample" } else { "mask" };
        found.push(StandIn { id, action, sample, masked, columns });
    }
    found
}

fn is_personal(column: &DeclaredColumn, words: &[String]) -> bool {
    let is_word = |text: &str| {
        let mut own = words.iter().map(String::as_str);
        if words.is_empty() { PERSONAL.contains(&text) } else { own.any(|word| word == text) }
    };
    let meta = column.meta.iter().flat_map(|meta| meta.entries());
    let said = |(key, value): &(crate::data::Key, crate::data::Value)| {
        is_word(&key.text) && value.bool() != Some(false) || value.str().is_some_and(is_word)
    };
    !column.policy_tags.is_empty() || column.tags.iter().any(|tag| is_word(tag)) || meta.into_iter().any(said)
}

impl StandIn<'_> {
    /// A table of the part that is read. Where not all columns are known, a masked one is replaced by name.
    pub(super) fn statements(&self, names: &Names<'_>, dialect: &Dialect) -> Vec<String> {
        let (Some(from), Some(place)) = (names.production(self.id), names.place(self.id)) else { return Vec::new() };
        let mask = |column: &str| format!("md5(cast({column} as varchar)) as {column}");
        let is_masked = |column: &&&str| self.masked.iter().any(|own| own.eq_ignore_ascii_case(column));
        let items = if self.masked.is_empty() {
            "*".to_owned()
        } else if self.columns.is_empty() {
            self.masked.iter().map(|column| mask(column)).collect::<Vec<_>>().join(", ")
        } else {
            let own = |column: &&str| if is_masked(&column) { mask(column) } else { (*column).to_owned() };
            self.columns.iter().map(own).collect::<Vec<_>>().join(", ")
        };
        let condition = match self.sample {
            Some(Sample::Where(condition)) => format!(" where {condition}"),
            Some(Sample::Share(share)) if dialect.function("rand").is_some() => format!(" where rand() < {share}"),
            Some(Sample::Share(share)) => format!(" where random() < {share}"),
            None => String::new(),
        };
        Statements(dialect).table(&place, &format!("select {items} from {from}{condition}"))
    }
}
