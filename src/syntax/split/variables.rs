//! Statements that declare or set variables in, what each variable is made of out.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::{Part, Walker};

impl Walker<'_> {
    /// Takes the statement at `range`: as one that writes or asks, as one that sets variables, or as neither.
    pub(super) fn take(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let assigns = self.sets_variables(&range);
        if assigns {
            self.written_inside(&range);
        }
        let unreadable = self.steers(&range) || self.is_token(range.start + 1, &Token::Assignment);
        if unreadable {
            return;
        }
        let mut guards = self.conditions.clone();
        let mut values = Vec::new();
        if !assigns {
            self.mentioned(&range).into_iter().for_each(|guard| add(&mut guards, guard));
            values = self.values(&range, &guards);
        }
        self.parts.push(Part { range, guards, values, assigns });
    }

    /// Each variable named in `range` that was set from a query, with the places of its queries in `guards`.
    fn values(&self, range: &Range<usize>, guards: &[Range<usize>]) -> Vec<(String, Vec<usize>)> {
        let mut values: Vec<(String, Vec<usize>)> = Vec::new();
        for name in range.clone().filter_map(|at| self.variable_at(at)) {
            let Some(sources) = self.variables.get(&name) else { continue };
            if !sources.is_empty() && !values.iter().any(|(known, _)| *known == name) {
                let places = sources.iter().filter_map(|source| guards.iter().position(|guard| guard == source));
                values.push((name, places.collect()));
            }
        }
        values
    }

    /// `r RESULTSET := (INSERT INTO ..)`: what a variable is set from may write too.
    pub(super) fn written_inside(&mut self, range: &Range<usize>) {
        let writes = ["insert", "update", "delete", "merge"];
        let opens = |at: &usize| {
            self.is_token(*at, &Token::LParen)
                && self.is_any(at + 1, &writes)
                && matches!(self.pieces.get(at + 2).map(|piece| &piece.token), Some(Token::Word(_)))
        };
        let Some(open) = range.clone().find(opens) else { return };
        let close = super::closes(self.pieces, open).map_or(range.end, |close| close.min(range.end));
        self.parts.push(Part {
            range: open + 1..close,
            guards: self.conditions.clone(),
            values: Vec::new(),
            assigns: false,
        });
    }

    /// Adds what decides a branch or loop: its condition, if that asks a query, and what its variables were set from.
    pub(super) fn decided_by(&mut self, condition: Range<usize>) {
        for guard in self.sources(&condition) {
            add(&mut self.conditions, guard);
        }
    }

    /// One line of a DECLARE section: `x INT DEFAULT 1`, `c CURSOR FOR SELECT ..`.
    pub(super) fn declared(&mut self, range: Range<usize>) {
        if let Some(value) = self.value_in(&range) {
            self.set_from(range.start..range.start + 1, value);
        } else if !range.is_empty() {
            self.set_from(range.start..range.start + 1, range.end..range.end);
        }
    }

    /// The parameters of a procedure whose head is `head` are variables.
    pub(super) fn parameters(&mut self, head: Range<usize>) {
        let Some(open) = head.clone().find(|at| self.is_token(*at, &Token::LParen)) else { return };
        for at in open + 1..head.end {
            let first = self.is_token(at - 1, &Token::LParen) || self.is_token(at - 1, &Token::Comma);
            let at = at + usize::from(first && self.is_any(at, &["in", "out", "inout"]));
            if first {
                self.set_from(at..at + 1, at..at);
            }
        }
    }

    /// The names in `names` are set from `value`.
    pub(super) fn set_from(&mut self, names: Range<usize>, value: Range<usize>) {
        let mut sources = self.sources(&value);
        sources.extend(self.conditions.iter().cloned());
        for at in names {
            if let Some(name) = self.variable_at(at) {
                let known = self.variables.entry(name).or_default();
                sources.iter().for_each(|source| add(known, source.clone()));
            }
        }
    }

    /// Notes the variables that the statement at `range` sets; does it do nothing else?
    fn sets_variables(&mut self, range: &Range<usize>) -> bool {
        let start = range.start;
        if self.is_any(start, &["declare"]) {
            self.declares(start + 1..range.end);
            return true;
        }
        let set = usize::from(self.is_any(start, &["set", "let"]));
        let equals = (start..range.end.min(start + 12))
            .find(|at| self.is_token(*at, &Token::Assignment) || set == 1 && self.is_token(*at, &Token::Eq));
        if let Some(equals) = equals.filter(|at| set == 1 || *at == start + 1) {
            self.set_from(start + set..equals, equals + 1..range.end);
            return true;
        }
        if set == 1 && self.is_any(start, &["let"]) {
            self.declares(start + 1..range.end);
            return true;
        }
        self.selects_into(range)
    }

    /// `DECLARE a, b INT64 DEFAULT 1`, `DECLARE @a INT = 1, @b INT`.
    fn declares(&mut self, list: Range<usize>) {
        let mut from = list.start;
        while from < list.end {
            let comma = self.find(from, |at| at >= list.end || self.is_token(at, &Token::Comma));
            let end = comma.unwrap_or(list.end).min(list.end);
            self.declared(from..end);
            from = end + 1;
        }
        // `a, b INT64 DEFAULT (..)`: the value is that of all.
        if let Some(default) = list.clone().find(|at| self.is_any(*at, &["default"])) {
            let names: Vec<usize> = list.clone().step_by(2).take_while(|at| *at < default).collect();
            let listed = |at: &&usize| **at == list.start || self.is_token(**at - 1, &Token::Comma);
            let names: Vec<usize> = names.iter().take_while(listed).copied().collect();
            names.into_iter().for_each(|at| self.set_from(at..at + 1, default + 1..list.end));
        }
    }

    /// `SELECT @a = b FROM t`, `SELECT b INTO a FROM t` where `a` is a variable.
    fn selects_into(&mut self, range: &Range<usize>) -> bool {
        if !self.is_any(range.start, &["select"]) {
            return false;
        }
        let set: Vec<usize> = (range.start + 1..range.end)
            .filter(|at| {
                let first = self.is_any(at - 1, &["select"]) || self.is_token(at - 1, &Token::Comma);
                let equals = self.is_token(at + 1, &Token::Eq);
                first && equals && self.variable_at(*at).is_some_and(|name| name.starts_with('@'))
            })
            .collect();
        let into = self.find(range.start, |at| self.is_any(at, &["into"])).filter(|at| *at + 1 < range.end);
        let known = into.filter(|at| self.variable_at(at + 1).is_some_and(|name| self.variables.contains_key(&name)));
        set.iter().for_each(|at| self.set_from(*at..at + 1, range.clone()));
        if let Some(into) = known {
            let end = self.find(into, |at| self.is_any(at, &["from", "where"])).unwrap_or(range.end).min(range.end);
            self.set_from(into + 1..end, range.clone());
        }
        !set.is_empty() || known.is_some()
    }

    /// Behind `DEFAULT`, `=`, `:=` or a cursor's `FOR`.
    fn value_in(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let sign = |at: &usize| {
            self.is_token(*at, &Token::Eq)
                || self.is_token(*at, &Token::Assignment)
                || self.is_any(*at, &["default", "for"])
        };
        range.clone().find(sign).map(|at| at + 1..range.end)
    }

    /// The queries that a value comes from: its own, and those of the variables in it.
    fn sources(&self, value: &Range<usize>) -> Vec<Range<usize>> {
        let asks = self.pieces[value.clone()].iter().any(|piece| piece.keyword() == Keyword::SELECT);
        let mut sources: Vec<Range<usize>> = asks.then(|| value.clone()).into_iter().collect();
        self.mentioned(value).into_iter().for_each(|source| add(&mut sources, source));
        sources
    }

    /// What the variables that are named in `range` were set from.
    fn mentioned(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.variables.is_empty() {
            return found;
        }
        for at in range.clone() {
            let sources = self.variable_at(at).and_then(|name| self.variables.get(&name));
            sources.into_iter().flatten().for_each(|source| add(&mut found, source.clone()));
        }
        found
    }

    /// The word here, as a variable's name.
    fn variable_at(&self, at: usize) -> Option<String> {
        match &self.pieces.get(at)?.token {
            Token::Word(word) => Some(word.value.to_ascii_lowercase()),
            _ => None,
        }
    }
}

fn add(list: &mut Vec<Range<usize>>, range: Range<usize>) {
    if !list.contains(&range) {
        list.push(range);
    }
}
