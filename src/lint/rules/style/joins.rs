//! Joins that say what they are: their kind in full, and which side is kept.

use crate::lint::finding::Raised;
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn kind(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let wanted = sheet.options().word("fully_qualify_join_types");
    for kind in script.all("join_kind") {
        let words: Vec<usize> = script.code_of(kind);
        let Some(join) = words.last().copied().filter(|at| script.is(*at, "join")) else { continue };
        let missing = match words.as_slice() {
            [_] if wanted != "outer" => "INNER",
            [side, _] if wanted != "inner" && ["left", "right", "full"].iter().any(|word| script.is(*side, word)) => {
                "OUTER"
            }
            _ => continue,
        };
        let is_lower = script.word(join).starts_with(char::is_lowercase);
        let word = if is_lower { missing.to_ascii_lowercase() } else { missing.to_owned() };
        let at = Span::at(script.tokens[join].span.start as usize);
        let message = format!("This join is to say {missing}, for a reader who does not know the default.");
        let span = script.nodes[kind].span;
        raised.push(sheet.raise(span, message).safe_fix(vec![sheet.edit(at, format!("{word} "))]));
    }
}

pub(super) fn right(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for kind in script.all("join_kind") {
        let words = script.code_of(kind);
        if let Some(right) = words.iter().find(|at| script.is(**at, "right"))
            && words.iter().any(|at| script.is(*at, "join"))
        {
            let message = "A RIGHT JOIN is read backwards: what is kept stands behind what is joined to it.";
            let help = "Put the relation that is kept first, and LEFT JOIN the other.";
            raised.push(sheet.raise(script.tokens[*right].span, message).help(help));
        }
    }
}

pub(super) fn order(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for clause in script.all("order_by_clause") {
        let start = script.nodes[clause].first + 2;
        let items = script.items(start..script.nodes[clause].end.max(start));
        let says = |item: &std::ops::Range<usize>| item.clone().any(|at| script.is(at, "asc") || script.is(at, "desc"));
        if items.iter().all(says) || !items.iter().any(says) {
            continue;
        }
        let silent = items.iter().filter(|item| !says(item));
        let edits = silent.filter_map(|item| {
            let end = item.clone().find(|at| script.is(*at, "nulls")).unwrap_or(item.end);
            let last = script.code_before(end).filter(|last| *last >= item.start)?;
            Some(sheet.edit(Span::at(script.tokens[last].span.end as usize), " ASC"))
        });
        let edits = edits.collect();
        let message = "Some of these say which way they are ordered and some do not.";
        raised.push(sheet.raise(script.nodes[clause].span, message).safe_fix(edits));
    }
}
