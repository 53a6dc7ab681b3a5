//! A project in; resources without the owner, tags or meta keys that the team asks for, out.

use crate::lint::dag::{quoted, setting};
use crate::lint::finding::Raised;
use crate::lint::resource::resources;
use crate::lint::scene::Stage;

use super::describe::{at_column, columns};

/// `missing-owner`.
pub(super) fn owner(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage).iter().filter(|one| one.owner.is_none_or(|owner| owner.trim().is_empty())) {
        let message = format!("Nobody owns the {} `{}`.", one.sort.noun(), one.name);
        let help = "Name who answers for it: `meta.owner`, the owner of its group, or `owner` of an exposure.";
        found.push(one.raise(message).help(help));
    }
}

/// `required-tags`.
pub(super) fn required_tags(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let (all, any) = (stage.options().words("all"), stage.options().words("any"));
    for one in resources(stage) {
        let has = |tag: &&String| one.tags.contains(tag);
        let missing: Vec<&String> = all.iter().filter(|tag| !has(tag)).collect();
        if !missing.is_empty() {
            let message = format!("The {} `{}` has no tag {}.", one.sort.noun(), one.name, quoted(missing));
            found
                .push(one.raise(message).help("Add it under `tags`, here or for the whole folder in dbt_project.yml."));
        } else if !any.is_empty() && !any.iter().any(|tag| has(&tag)) {
            let message = format!("The {} `{}` has none of the tags {}.", one.sort.noun(), one.name, quoted(&any));
            found.push(one.raise(message).help("Add one of them under `tags`."));
        }
    }
}

/// `allowed-tags`.
pub(super) fn allowed_tags(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let allowed = stage.options().words("tags");
    if allowed.is_empty() {
        return;
    }
    for one in resources(stage) {
        for tag in one.tags.iter().filter(|tag| !allowed.contains(tag)) {
            let message = format!("`{tag}` is no tag of this project, but `{}` has it.", one.name);
            found.push(one.raise(message).help(format!("The tags are {}.", allowed.join(", "))));
        }
    }
}

/// `required-meta-keys`.
pub(super) fn meta_keys(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let options = stage.options();
    let (keys, labels, of_columns) = (options.words("keys"), options.words("labels"), options.words("column_keys"));
    for one in resources(stage) {
        let missing: Vec<&String> = keys.iter().filter(|key| one.meta(key).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("The `meta` of `{}` has no {}.", one.name, quoted(missing));
            found.push(one.raise(message).help("Add it under `meta`."));
        }
        let own = one.model.and_then(|compiled| setting(compiled, "labels"));
        let missing: Vec<&String> =
            labels.iter().filter(|label| own.and_then(|labels| labels.get(label)).is_none()).collect();
        if one.model.is_some() && !missing.is_empty() {
            let message = format!("The `labels` of `{}` have no {}.", one.name, quoted(missing));
            found.push(one.raise(message).help("Add it under `labels`."));
        }
        for column in columns(&one) {
            let has = |key: &&String| column.meta.as_ref().is_some_and(|meta| meta.get(key).is_some());
            let missing: Vec<&String> = of_columns.iter().filter(|key| !has(key)).collect();
            if !missing.is_empty() {
                let message = format!("The `meta` of the column `{}` has no {}.", column.name, quoted(missing));
                found.push(at_column(&one, column, message).help("Add it under the column's `meta`."));
            }
        }
    }
}

/// `allowed-meta-keys`.
pub(super) fn allowed_meta_keys(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let allowed = stage.options().words("keys");
    if allowed.is_empty() {
        return;
    }
    for one in resources(stage) {
        for (key, _) in one.meta.iter().flat_map(|meta| meta.entries()).filter(|(key, _)| !allowed.contains(&key.text))
        {
            let message = format!("`{}` is no key of `meta` in this project, but `{}` has it.", key.text, one.name);
            found.push(one.raise(message).help(format!("The keys are {}.", allowed.join(", "))));
        }
    }
}
