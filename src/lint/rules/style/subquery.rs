//! Subqueries of FROM and JOIN, which can stand as CTEs before the query.

use std::collections::BTreeMap;

use crate::diagnostic::Edit;
use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Relation, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for holder in (0..script.nodes.len()).filter(|node| is_query(script, *node)) {
        let below_query = script.above(holder).skip(1).any(|node| is_query(script, node));
        if below_query {
            continue;
        }
        let query = Root::new(sheet, holder);
        let found = query.subqueries();
        let fix = query.fix(&found);
        for (nth, subquery) in found.iter().enumerate() {
            let open = script.nodes[subquery.relation.source].first;
            let place = if subquery.joined { "A JOIN" } else { "A FROM" };
            let one = sheet.raise(script.tokens[open].span, format!("{place} reads a subquery: a CTE would name it."));
            raised.push(match &fix {
                Some(edit) if nth == 0 => one.unsafe_fix(vec![edit.clone()]),
                _ => one,
            });
        }
    }
}

/// A node with a SELECT or a WITH right below it.
fn is_query(script: &Script<'_>, node: usize) -> bool {
    script.children(node).any(|child| matches!(script.node_kind(child), "select_clause" | "with_clause"))
}

struct Subquery {
    relation: Relation,
    joined: bool,
    /// The CTE it becomes, where it can become one.
    name: Option<String>,
}

/// A query that stands in no other.
struct Root<'a, 's> {
    sheet: &'a Sheet<'s>,
    script: &'a Script<'s>,
    holder: usize,
    with: Option<usize>,
    from_too: bool,
}

impl<'a, 's> Root<'a, 's> {
    fn new(sheet: &'a Sheet<'s>, holder: usize) -> Self {
        let script = sheet.script();
        let from_too = sheet.options().word("forbid_subquery_in") != "join";
        // `WITH (..)` holds settings of a table.
        let is_settings = |with: &usize| script.kind(script.nodes[*with].first + 1) == Some(Kind::Open);
        let withs = script.children(holder).filter(|node| script.node_kind(*node) == "with_clause");
        let with = withs.filter(|with| !is_settings(with)).last();
        Root { sheet, script, holder, with, from_too }
    }

    fn ctes(&self) -> Vec<usize> {
        let script = self.script;
        self.with
            .map(|with| script.children(with).filter(|node| script.node_kind(*node) == "cte").collect())
            .unwrap_or_default()
    }

    /// Those of the query itself, and those of its CTEs and one level below.
    fn subqueries(&self) -> Vec<Subquery> {
        let script = self.script;
        let mut relations = self.direct(self.holder);
        for cte in self.ctes() {
            let Some(body) = script.child(cte, "subquery") else { continue };
            for (relation, joined) in self.direct(body) {
                relations.push((relation, joined));
                relations.extend(self.direct(relation.source));
            }
        }
        let mut used: Vec<String> =
            self.ctes().iter().map(|cte| unquoted(script.word(script.nodes[*cte].first)).to_owned()).collect();
        let mut number = 0;
        let mut found = Vec::new();
        for (relation, joined) in relations {
            let alias = relation.name.map(|name| unquoted(script.word(name)).to_owned());
            let name = alias.unwrap_or_else(|| {
                loop {
                    number += 1;
                    let name = format!("prep_{number}");
                    if !used.contains(&name) {
                        break name;
                    }
                }
            });
            let nested = script.child(relation.source, "subquery").is_some();
            let name = (!used.contains(&name) && !nested && is_query(script, relation.source)).then_some(name);
            used.extend(name.clone());
            found.push(Subquery { relation, joined, name });
        }
        found
    }

    /// The subqueries in the FROMs right below a node.
    fn direct(&self, holder: usize) -> Vec<(Relation, bool)> {
        let script = self.script;
        let mut found = Vec::new();
        for from in script.children(holder).filter(|node| script.node_kind(*node) == "from_clause") {
            let relations = script.relations(from);
            let names: Vec<&str> = relations.iter().flat_map(|relation| self.names(relation)).collect();
            for relation in relations {
                let joined = script.node_kind(script.nodes[relation.node].parent) == "join";
                let is_subquery = script.node_kind(relation.source) == "subquery";
                if is_subquery && (joined || self.from_too) && !self.is_correlated(relation.source, &names) {
                    found.push((relation, joined));
                }
            }
        }
        found
    }

    /// How the columns of a relation may be called: by its alias, and by its own name.
    fn names(&self, relation: &Relation) -> Vec<&'a str> {
        let script = self.script;
        let mut names: Vec<&str> = relation.name.map(|name| unquoted(script.word(name))).into_iter().collect();
        if script.node_kind(relation.source) == "name" {
            names.push(unquoted(script.word(script.nodes[relation.source].end - 1)));
        }
        names
    }

    /// Does it read columns of the relations around it?
    fn is_correlated(&self, subquery: usize, outer: &[&str]) -> bool {
        let script = self.script;
        let froms: Vec<usize> = script.below(subquery, "from_clause").collect();
        let own = froms.iter().flat_map(|from| script.relations(*from));
        let own: Vec<&str> = own.flat_map(|relation| self.names(&relation)).collect();
        let in_from = |at: usize| {
            let relation = script.up(script.tokens[at].node, &["relation", "subquery", "on_clause"]);
            relation.is_some_and(|node| script.node_kind(node) == "relation")
        };
        script.tokens_of(subquery).filter(|at| script.is_qualifier(*at) && !in_from(*at)).any(|at| {
            let name = unquoted(script.word(at));
            outer.contains(&name) && !own.contains(&name)
        })
    }

    /// The whole query with its subqueries as CTEs; none where a template or a comment would be lost on the way.
    fn fix(&self, found: &[Subquery]) -> Option<Edit> {
        let script = self.script;
        let named: Vec<&Subquery> = found.iter().filter(|subquery| subquery.name.is_some()).collect();
        let recursive = self.with.is_some_and(|with| script.is(script.nodes[with].first + 1, "recursive"));
        let in_brackets = script.node_kind(self.holder) == "column_list"
            || script.node_kind(self.holder) == "subquery"
                && script.up(self.holder, &["statement"]).is_some_and(|s| script.child(s, "create_clause").is_some());
        if named.is_empty() || recursive || in_brackets {
            return None;
        }
        let start = self.start()?;
        let end = script.code_of(self.holder).last().copied()?;
        let end = if script.node_kind(self.holder) == "subquery" { end - 1 } else { end };
        if (start..=end).any(|at| script.tokens[at].kind.is_jinja()) || !self.is_bare_between() {
            return None;
        }
        let first = script.word(start);
        let is_lower = first.chars().all(|c| !c.is_ascii_uppercase());
        let (with, word) = if is_lower { ("with", "as") } else { ("WITH", "AS") };
        let cuts = self.cuts(&named);
        let body = match self.with {
            Some(with) => script.code_from(script.nodes[with].end)?,
            None => start,
        };
        // Each CTE as what it covers, so that one goes before those that hold it.
        let mut ctes: Vec<(Span, String)> = Vec::new();
        for item in self.items() {
            ctes.push((item, self.written(item, &cuts)));
        }
        for subquery in &named {
            let inner = script.nodes[subquery.relation.source].span;
            let name = subquery.name.as_deref().unwrap_or_default();
            let text = format!("{name} {word} {}", self.written(inner, &cuts));
            let place = ctes.iter().position(|(span, _)| span.contains(inner)).unwrap_or(ctes.len());
            ctes.insert(place, (inner, text));
        }
        let rest = self.written(script.span(body, end), &cuts);
        let ctes: Vec<String> = ctes.into_iter().map(|(_, text)| text).collect();
        let text = format!("{with} {}\n{rest}", ctes.join(",\n"));
        Some(self.sheet.edit(script.span(start, end), text))
    }

    /// The first token of the query: behind an INSERT, or before it where the dialect wants WITH there.
    fn start(&self) -> Option<usize> {
        let script = self.script;
        let insert = script.child(self.holder, "insert_clause");
        match (self.with, insert) {
            (Some(with), _) => Some(script.nodes[with].first),
            (None, Some(insert)) if self.sheet.dialect().flag("go_lines") => Some(script.nodes[insert].first),
            _ => script.child(self.holder, "select_clause").map(|select| script.nodes[select].first),
        }
    }

    /// What stands between the commas of WITH.
    fn items(&self) -> Vec<Span> {
        let script = self.script;
        let Some(with) = self.with else { return Vec::new() };
        let tokens = script.nodes[with].first + 1..script.nodes[with].end;
        let trimmed = |item: std::ops::Range<usize>| {
            let code: Vec<usize> = item.filter(|at| script.tokens[*at].kind.is_code()).collect();
            Some(script.span(*code.first()?, *code.last()?))
        };
        script.items(tokens).into_iter().filter_map(trimmed).collect()
    }

    /// No comments between the CTEs, which would have no place.
    fn is_bare_between(&self) -> bool {
        let script = self.script;
        let Some(with) = self.with else { return true };
        let items = self.items();
        let body = script.code_from(script.nodes[with].end).unwrap_or(script.nodes[with].end);
        (script.nodes[with].first..body)
            .filter(|at| script.tokens[*at].kind.is_comment())
            .all(|at| items.iter().any(|item| item.contains(script.tokens[at].span)))
    }

    /// Where a name comes instead of a subquery.
    fn cuts(&self, named: &[&Subquery]) -> BTreeMap<u32, (u32, String)> {
        let script = self.script;
        let mut cuts = BTreeMap::new();
        for subquery in named {
            let code = script.code_of(subquery.relation.node);
            let (Some(first), Some(last)) = (code.first().copied(), code.last().copied()) else { continue };
            let before = script.gap(first).is_empty() && script.kind(first.wrapping_sub(1)) != Some(Kind::Open);
            let touches = script.gap(last + 1).is_empty() && script.kind(last + 1).is_some_and(Kind::is_word);
            let name = subquery.name.as_deref().unwrap_or_default();
            let name = format!("{}{name}{}", if before { " " } else { "" }, if touches { " " } else { "" });
            cuts.insert(script.tokens[first].span.start, (script.tokens[last].span.end, name));
        }
        cuts
    }

    /// The text of a span, with names instead of the subqueries in it.
    fn written(&self, span: Span, cuts: &BTreeMap<u32, (u32, String)>) -> String {
        let mut text = String::new();
        let mut at = span.start;
        for (start, (end, name)) in cuts.range(span.start..span.end) {
            let is_itself = *start == span.start && *end >= span.end;
            if *start < at || *end > span.end || is_itself {
                continue;
            }
            text.push_str(&self.script.text[at as usize..*start as usize]);
            text.push_str(name);
            at = *end;
        }
        text.push_str(&self.script.text[at as usize..span.end as usize]);
        text
    }
}

fn unquoted(name: &str) -> &str {
    name.trim_matches(['"', '`', '[', ']'])
}
