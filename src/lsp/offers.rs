//! A place in a text in, the names that may be written there out.

use lsp_types::{CompletionItem, CompletionItemKind};

use super::convert::border;
use super::scope::{ctes, literals, relations};
use super::session::Spot;

/// What the text before the cursor asks for.
enum Asked {
    Models,
    /// The sources, or the tables of one.
    Sources(Option<String>),
    /// A name within a template.
    Macros,
    /// The columns of one relation in scope.
    ColumnsOf(String),
    Names,
}

pub(super) fn offers(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let before = &spot.text[..border(&spot.text, spot.offset as usize)];
    let mut found = match asked(before) {
        Asked::Models => models(spot),
        Asked::Sources(source) => sources(spot, source.as_deref()),
        Asked::Macros => macros(spot),
        Asked::ColumnsOf(name) => columns(spot, Some(&name)),
        Asked::Names => names(spot),
    };
    found.dedup_by(|a, b| a.label == b.label && a.detail == b.detail);
    found
}

fn asked(before: &str) -> Asked {
    let tag = before.rfind("{{").max(before.rfind("{%"));
    let inside = tag.map(|at| &before[at + 2..]).filter(|tag| !tag.contains("}}") && !tag.contains("%}"));
    if let Some(inside) = inside {
        let quotes = inside.matches(['\'', '"']).count();
        let call = inside.rfind('(').map(|at| (inside[..at].trim_end(), &inside[at + 1..]));
        return match call {
            Some((name, _)) if quotes % 2 == 1 && ends_with_word(name, "ref") => Asked::Models,
            Some((name, rest)) if quotes % 2 == 1 && ends_with_word(name, "source") => {
                Asked::Sources(literals(rest).first().cloned().filter(|_| rest.contains(',')))
            }
            _ => Asked::Macros,
        };
    }
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    let lead = before.trim_end_matches(is_word);
    match lead.strip_suffix('.') {
        Some(owner) => {
            let owner = owner.trim_end_matches(['"', '`', ']']);
            let start = owner.trim_end_matches(is_word).len();
            Asked::ColumnsOf(owner[start..].to_owned())
        }
        None => Asked::Names,
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let lead = text.strip_suffix(word);
    lead.is_some_and(|lead| !lead.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_' || sign == '.'))
}

fn item(label: &str, kind: CompletionItemKind, detail: String, rank: u8) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        sort_text: Some(format!("{rank}{label}")),
        ..CompletionItem::default()
    }
}

fn models(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let Some(compilation) = spot.root.compilation() else { return Vec::new() };
    let built = compilation.models.values().filter(|compiled| crate::change::is_built(compiled));
    let readable = built.map(|compiled| &compiled.model).filter(|model| model.file != spot.file);
    let models = readable.map(|model| item(&model.name, CompletionItemKind::CLASS, model.package.clone(), 0));
    let seeds = compilation.projects.iter().flat_map(|project| &project.seeds);
    let seeds = seeds.map(|seed| item(&seed.name, CompletionItemKind::FILE, format!("seed of {}", seed.package), 1));
    let mut found: Vec<CompletionItem> = models.chain(seeds).collect();
    found.sort_by(|a, b| a.sort_text.cmp(&b.sort_text));
    found
}

fn sources(spot: &Spot<'_>, source: Option<&str>) -> Vec<CompletionItem> {
    let Some(compilation) = spot.root.compilation() else { return Vec::new() };
    let all = compilation.projects.iter().flat_map(|project| &project.sources);
    let mut found: Vec<CompletionItem> = match source {
        Some(source) => {
            let of = all.filter(|one| one.source == source);
            of.map(|one| item(&one.name, CompletionItemKind::STRUCT, one.properties.description.clone(), 0)).collect()
        }
        None => all.map(|one| item(&one.source, CompletionItemKind::MODULE, "source".to_owned(), 0)).collect(),
    };
    found.sort_by(|a, b| a.label.cmp(&b.label));
    found.dedup_by(|a, b| a.label == b.label);
    found
}

fn macros(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let own = spot.root.models_of(&spot.file).first().map(|compiled| compiled.model.package.clone());
    let word = |found: &super::macros::Found| {
        let is_own = own.as_ref() == Some(&found.package);
        let name = if is_own { found.name.clone() } else { format!("{}.{}", found.package, found.name) };
        item(&name, CompletionItemKind::FUNCTION, found.signature(), u8::from(!is_own))
    };
    let dbt = ["ref", "source", "config", "var", "this", "is_incremental", "target"];
    let dbt = dbt.iter().map(|name| item(name, CompletionItemKind::KEYWORD, "dbt".to_owned(), 2));
    spot.root.macros().0.iter().filter(|found| !found.name.starts_with("test_")).map(word).chain(dbt).collect()
}

fn columns(spot: &Spot<'_>, of: Option<&str>) -> Vec<CompletionItem> {
    let scoped = relations(spot);
    let wanted = scoped.iter().filter(|one| of.is_none_or(|of| of.eq_ignore_ascii_case(&one.name)));
    let mut found = Vec::new();
    for column in wanted.flat_map(|one| &one.columns) {
        let detail = [column.ty.as_str(), column.from.as_str()].join(" ").trim().to_owned();
        let new = item(&column.name, CompletionItemKind::FIELD, detail, 0);
        if !found.contains(&new) {
            found.push(new);
        }
    }
    found
}

fn names(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let mut found = columns(spot, None);
    let scoped = relations(spot);
    let aliases = scoped.iter().filter(|one| !one.name.is_empty());
    found.extend(aliases.map(|one| item(&one.name, CompletionItemKind::VARIABLE, "relation".to_owned(), 1)));
    let ctes = ctes(spot);
    found.extend(ctes.iter().map(|(name, columns)| {
        item(name, CompletionItemKind::VARIABLE, format!("CTE of {} columns", columns.len()), 2)
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked};

    fn check(before: &str) -> String {
        match asked(before) {
            Asked::Models => "models".to_owned(),
            Asked::Sources(source) => format!("sources {}", source.unwrap_or_default()),
            Asked::Macros => "macros".to_owned(),
            Asked::ColumnsOf(name) => format!("columns of {name}"),
            Asked::Names => "names".to_owned(),
        }
    }

    #[test]
    fn the_text_before_the_cursor_says_what_is_asked() {
        assert_eq!(check("select * from {{ ref('st"), "models");
        assert_eq!(check("{{ source('"), "sources ");
        assert_eq!(check("{{ source('raw', '"), "sources raw");
        assert_eq!(check("{{ ref('a') }} {{ ce"), "macros");
        assert_eq!(check("select o.or"), "columns of o");
        assert_eq!(check("select {{ x }}, am"), "names");
    }
}
