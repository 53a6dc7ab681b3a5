//! A model's rendered SQL in, the same with other names for what it reads, and with the ephemeral models it reads, out.

use std::collections::BTreeSet;

use super::stored::is_ephemeral;
use crate::compile::{Compilation, CompiledModel};
use crate::project::Kind;
use crate::template::Rendered;

/// Gives the name of a relation by its id; `None` leaves what stands there.
pub(super) type Naming<'n> = &'n dyn Fn(&str) -> Option<String>;

/// The SELECT (or script) of a model, with names as `naming` gives them.
pub(super) fn query(model: &CompiledModel, rendered: &Rendered, head: &Compilation, naming: Naming<'_>) -> String {
    let text = renamed(model, rendered, head, naming);
    let mut wanted = Vec::new();
    ephemeral(model, head, &mut wanted, &mut BTreeSet::new());
    let tables: Vec<(String, String)> =
        wanted.iter().map(|inner| (cte_name(inner), renamed(inner, &inner.rendered, head, naming))).collect();
    with_tables(text.trim().trim_end_matches(';').trim_end(), &tables)
}

fn cte_name(model: &CompiledModel) -> String {
    format!("__dbt__cte__{}", model.model.name)
}

/// The ephemeral models that a model reads, each behind those it reads itself.
fn ephemeral<'c>(
    model: &CompiledModel,
    head: &'c Compilation,
    found: &mut Vec<&'c CompiledModel>,
    seen: &mut BTreeSet<&'c str>,
) {
    for id in &model.lineage.depends_on {
        let Some(inner) = head.models.get(id).filter(|inner| is_ephemeral(inner)) else { continue };
        if seen.insert(&inner.model.id) {
            ephemeral(inner, head, found, seen);
            found.push(inner);
        }
    }
}

/// Puts common tables before a query, in front of its own.
fn with_tables(query: &str, tables: &[(String, String)]) -> String {
    if tables.is_empty() {
        return query.to_owned();
    }
    let list: Vec<String> =
        tables.iter().map(|(name, text)| format!("{name} as (\n{}\n)", text.trim().trim_end_matches(';'))).collect();
    let list = list.join(", ");
    let start = first_word(query);
    let (head, body) = query.split_at(start);
    let word = |text: &str, word: &str| {
        text.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word))
            && !text[word.len()..].starts_with(|sign: char| sign.is_alphanumeric() || sign == '_')
    };
    if !word(body, "with") {
        return format!("{head}with {list}\n{body}");
    }
    let rest = body[4..].trim_start();
    if word(rest, "recursive") {
        return format!("{head}with recursive {list}, {}", rest[9..].trim_start());
    }
    format!("{head}with {list}, {rest}")
}

/// Where the first word of a query stands, behind white space and comments.
fn first_word(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let end = if trimmed.starts_with("--") {
            trimmed.find('\n')
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map(|end| end + 2)
        } else {
            return at;
        };
        let Some(end) = end else { return at };
        at += end;
    }
}

fn renamed(model: &CompiledModel, rendered: &Rendered, head: &Compilation, naming: Naming<'_>) -> String {
    let pairs = pairs(model, rendered, head, naming);
    if pairs.is_empty() {
        return rendered.text.clone();
    }
    // In a template, only what an expression wrote is the name of a relation; elsewhere any name may be one.
    if head.projects[model.project].kind != Kind::Dbt {
        return replaced(&rendered.text, &pairs);
    }
    let segments = rendered.segments.iter();
    let texts = segments.map(|segment| {
        let text = &rendered.text[segment.span.range()];
        if segment.literal { text.to_owned() } else { replaced(text, &pairs) }
    });
    texts.collect()
}

/// What stands in the text, and what is to stand there; the longest first.
fn pairs(model: &CompiledModel, rendered: &Rendered, head: &Compilation, naming: Naming<'_>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for reference in &rendered.refs {
        let Some(id) = &reference.id else { continue };
        // A model whose own text makes it ephemeral is written by its name in the warehouse, where it is not.
        let inner = head.models.get(id).filter(|inner| is_ephemeral(inner)).map(cte_name);
        pairs.extend(inner.or_else(|| naming(id)).map(|name| (reference.text.clone(), name)));
    }
    if head.projects[model.project].kind != Kind::Dbt {
        let own = std::iter::once(&model.model.id);
        for id in model.lineage.depends_on.iter().chain(own) {
            let relation = head.models.get(id).map(|read| &read.model.relation);
            let written = relation.map_or_else(|| id.clone(), |relation| dotted(relation, id));
            pairs.extend(naming(id).map(|name| (written, name)));
        }
    }
    pairs.retain(|(old, new)| old != new && !old.is_empty());
    pairs.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
    pairs.dedup_by(|a, b| a.0 == b.0);
    pairs
}

fn dotted(relation: &crate::project::RelationName, id: &str) -> String {
    if relation.identifier.is_empty() {
        return id.to_owned();
    }
    let outer = [&relation.database, &relation.schema].into_iter().flatten().map(String::as_str);
    outer.chain([relation.identifier.as_str()]).collect::<Vec<_>>().join(".")
}

/// Every whole name replaced, outside strings and comments.
fn replaced(text: &str, pairs: &[(String, String)]) -> String {
    let is_name = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '$');
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut before = ' ';
    while let Some(sign) = text[at..].chars().next() {
        let rest = &text[at..];
        let whole = |old: &str| {
            let after = rest[old.len()..].chars().next().unwrap_or(' ');
            let opens = old.starts_with(is_name) && (is_name(before) || before == '.');
            !opens && (!old.ends_with(is_name) || !is_name(after))
        };
        let starts = |old: &str| rest.get(..old.len()).is_some_and(|own| own.eq_ignore_ascii_case(old));
        if let Some((old, new)) = pairs.iter().find(|(old, _)| starts(old) && whole(old)) {
            out.push_str(new);
            at += old.len();
            before = 'a';
            continue;
        }
        let skip = opaque(rest);
        out.push_str(&rest[..skip.max(sign.len_utf8())]);
        at += skip.max(sign.len_utf8());
        before = sign;
    }
    out
}

/// How many bytes of a string or comment start here.
fn opaque(rest: &str) -> usize {
    let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    match rest.as_bytes() {
        [b'\'', ..] => until("'", 1),
        [b'-', b'-', ..] => until("\n", 2),
        [b'/', b'*', ..] => until("*/", 2),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{replaced, with_tables};

    fn check(text: &str, pairs: &[(&str, &str)], expected: &str) {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(replaced(text, &pairs), expected);
    }

    #[test]
    fn whole_names_are_replaced() {
        let pairs = [("shop.orders", "new.orders"), ("orders", "new.orders")];
        check(
            "select orders_id from shop.orders, my.orders x",
            &pairs,
            "select orders_id from new.orders, my.orders x",
        );
        check("select 'orders' -- orders\nfrom orders", &pairs, "select 'orders' -- orders\nfrom new.orders");
    }

    #[test]
    fn common_tables_stand_first() {
        let tables = [("e".to_owned(), "select 1".to_owned())];
        assert_eq!(with_tables("-- a\nselect 2", &tables), "-- a\nwith e as (\nselect 1\n)\nselect 2");
        assert_eq!(with_tables("WITH a as (x) select 2", &tables), "with e as (\nselect 1\n), a as (x) select 2");
        assert_eq!(with_tables("with recursive a", &tables), "with recursive e as (\nselect 1\n), a");
    }
}
