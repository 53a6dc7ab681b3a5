//! A script in; its SELECTs out, each with the clauses that belong to it, and the relations of a FROM.

use std::ops::Range;

use super::{Kind, Script};

/// One SELECT with its clauses.
#[derive(Clone, Debug)]
pub(in crate::lint) struct Select {
    /// The node of the clause that starts it.
    pub(in crate::lint) clause: usize,
    pub(in crate::lint) from: Option<usize>,
    /// The clause itself and all that follow up to the next set operator.
    pub(in crate::lint) parts: Vec<usize>,
    pub(in crate::lint) tokens: Range<usize>,
}

/// One relation of a FROM.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct Relation {
    pub(in crate::lint) node: usize,
    pub(in crate::lint) source: usize,
    pub(in crate::lint) alias: Option<usize>,
    /// The token of the alias's name.
    pub(in crate::lint) name: Option<usize>,
}

impl Script<'_> {
    pub(in crate::lint) fn selects(&self) -> Vec<Select> {
        self.all("select_clause").map(|clause| self.select(clause)).collect()
    }

    pub(in crate::lint) fn select(&self, clause: usize) -> Select {
        let holder = self.nodes[clause].parent;
        let behind = self.children(holder).skip_while(|node| *node != clause).skip(1);
        let ends = |kind: &str| matches!(kind, "set_operator" | "select_clause" | "with_clause" | ";" | ")");
        let mut parts = vec![clause];
        parts.extend(behind.take_while(|node| !ends(self.node_kind(*node))));
        let from = parts.iter().copied().find(|node| self.node_kind(*node) == "from_clause");
        let end = parts.last().map_or(0, |last| self.nodes[*last].end);
        Select { clause, from, tokens: self.nodes[clause].first..end, parts }
    }

    /// The relations that stand in a FROM, joins and all, those of subqueries aside.
    pub(in crate::lint) fn relations(&self, from: usize) -> Vec<Relation> {
        let mut relations = Vec::new();
        for child in self.children(from) {
            match self.node_kind(child) {
                "relation" => relations.extend(self.relation(child)),
                "join" => {
                    let inner = self.child(child, "relation");
                    relations.extend(inner.and_then(|inner| self.relation(inner)));
                }
                _ => {}
            }
        }
        relations
    }

    pub(in crate::lint) fn relation(&self, node: usize) -> Option<Relation> {
        let source = self.children(node).find(|child| !matches!(self.node_kind(*child), "LATERAL" | "keyword"))?;
        let alias = self.child(node, "alias");
        let name = alias.and_then(|alias| self.alias_name(alias));
        Some(Relation { node, source, alias, name })
    }

    /// The token of the name that an alias gives.
    pub(in crate::lint) fn alias_name(&self, alias: usize) -> Option<usize> {
        let list = self.child(alias, "column_list").map_or(self.nodes[alias].end, |list| self.nodes[list].first);
        (self.nodes[alias].first..list).find(|at| {
            matches!(
                self.tokens[*at].kind,
                Kind::Name | Kind::Quoted | Kind::String | Kind::Function | Kind::Expression
            )
        })
    }

    /// The token AS of an alias.
    pub(in crate::lint) fn alias_as(&self, alias: usize) -> Option<usize> {
        let first = self.nodes[alias].first;
        self.is(first, "as").then_some(first)
    }

    /// Is this the first part of a dotted name, with more parts behind it?
    pub(in crate::lint) fn is_qualifier(&self, token: usize) -> bool {
        matches!(self.tokens[token].kind, Kind::Name | Kind::Quoted)
            && self.kind(token + 1) == Some(Kind::Dot)
            && (token == 0 || self.tokens[token - 1].kind != Kind::Dot)
    }

    /// The keywords of the template blocks that are open before a token, the outermost first.
    pub(in crate::lint) fn open_blocks(&self, token: usize) -> Vec<&str> {
        let mut open = Vec::new();
        for at in (0..token).filter(|at| self.tokens[*at].kind == Kind::Statement) {
            let inner = self.word(at).trim_start_matches(['{', '%', '-', '+']).trim_start();
            let keyword = inner.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            match keyword {
                "if" | "for" | "macro" | "call" | "filter" | "block" | "snapshot" | "test" | "materialization" => {
                    open.push(keyword);
                }
                "set" if !inner.contains('=') => open.push(keyword),
                keyword if keyword.starts_with("end") => {
                    open.pop();
                }
                _ => {}
            }
        }
        open
    }

    /// The parts of a node between top-level commas, each as its tokens.
    pub(in crate::lint) fn items(&self, tokens: Range<usize>) -> Vec<Range<usize>> {
        let mut items = Vec::new();
        let (mut start, mut at) = (tokens.start, tokens.start);
        while at < tokens.end {
            match self.tokens[at].kind {
                Kind::Open => at = self.tokens[at].pair.unwrap_or(at),
                Kind::Comma => {
                    items.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        items.push(start..tokens.end);
        items
    }
}
