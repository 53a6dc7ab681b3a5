//! A macro's name and arguments in, what SQLMesh makes of them out.

use std::rc::Rc;

use super::code::Lambda;
use super::expand::{Argument, Arguments, Engine};
use super::piece::{Build, Hole, Piece, Sql};
use super::{queries, sums};
use crate::project::tokens::TokenKind;
use crate::template::marked::From;
use crate::template::stop::Stop;
use crate::text::closest;

/// Every macro of SQLMesh's own.
const NAMES: [&str; 29] = [
    "AND",
    "BLUEPRINT_VAR",
    "DATE_SPINE",
    "DEDUPLICATE",
    "DEF",
    "EACH",
    "EVAL",
    "FILTER",
    "GENERATE_SURROGATE_KEY",
    "GROUP_BY",
    "HAVERSINE_DISTANCE",
    "HAVING",
    "IF",
    "JOIN",
    "LIMIT",
    "OR",
    "ORDER_BY",
    "PIVOT",
    "REDUCE",
    "RESOLVE_TEMPLATE",
    "SAFE_ADD",
    "SAFE_DIV",
    "SAFE_SUB",
    "SQL",
    "STAR",
    "UNION",
    "VAR",
    "WHERE",
    "WITH",
];

impl Engine<'_, '_> {
    pub(super) fn call(&mut self, name: &str, arguments: Arguments, site: From) -> Result<Piece, Stop> {
        self.run.step()?;
        let lower = name.to_ascii_lowercase();
        if let Some((_, lambda)) = self.functions.iter().rev().find(|(known, _)| *known == lower) {
            let lambda = Rc::clone(lambda);
            let given = arguments.pieces();
            return self.apply(&lambda, &given);
        }
        if let Some(code) = self.run.env.python_macro(&lower) {
            if let Some(value) = &code.value {
                // A text that a macro returns is SQL.
                return Ok(Piece::text(
                    value.str().map_or_else(|| super::variables::literal(value, self.quotes), str::to_owned),
                ));
            }
            let why = format!("the macro `@{name}` is written in Python, which only SQLMesh can run");
            return Ok(Self::stand_in(name, &arguments, why, site));
        }
        match name.to_ascii_uppercase().as_str() {
            "EACH" => self.each(&arguments),
            "REDUCE" => self.reduce(&arguments),
            "FILTER" => self.filter(&arguments, site),
            "IF" => self.choice(&arguments, site),
            "EVAL" => self.eval(&arguments, site),
            "AND" => Ok(self.connected(&arguments, " AND ", site)),
            "OR" => Ok(self.connected(&arguments, " OR ", site)),
            "SQL" => self.sql(&arguments, site),
            "VAR" | "BLUEPRINT_VAR" => self.variable(name, &arguments, site),
            "DEF" => self.define(&arguments).map(|()| Piece::Nothing),
            "STAR" => queries::star(self, &arguments, site),
            "UNION" => queries::union(self, &arguments, site),
            "DEDUPLICATE" => queries::deduplicate(self, &arguments, site),
            "DATE_SPINE" => queries::date_spine(self, &arguments, site),
            "PIVOT" => queries::pivot(self, &arguments, site),
            "RESOLVE_TEMPLATE" => queries::resolve_template(self, &arguments),
            "GENERATE_SURROGATE_KEY" => sums::surrogate_key(self, &arguments, site),
            "SAFE_ADD" => sums::safe(&arguments, " + ", site),
            "SAFE_SUB" => sums::safe(&arguments, " - ", site),
            "SAFE_DIV" => sums::safe_div(self, &arguments, site),
            "HAVERSINE_DISTANCE" => sums::haversine(self, &arguments, site),
            "INSERT_SEED" => Ok(Piece::Nothing),
            _ => Err(self.no_macro(name)),
        }
    }

    fn no_macro(&self, name: &str) -> Stop {
        let stop = Stop::fault(format!("there is no macro `@{name}`")).rule("undefined-variable");
        let own = self.run.env.python_macro_names();
        let defined = self.functions.iter().map(|(name, _)| name.as_str());
        let lower = NAMES.map(str::to_ascii_lowercase);
        let known = own.chain(defined).chain(lower.iter().map(String::as_str));
        match closest(&name.to_ascii_lowercase(), known) {
            Some(meant) => stop.help(format!("Did you mean `@{meant}`?")),
            None => stop.help("Define it by `@DEF`, or in a Python file below `macros/`."),
        }
    }

    /// `@DEF(name, value)`
    pub(super) fn define(&mut self, arguments: &Arguments) -> Result<(), Stop> {
        let name = arguments.sql(0, "name")?.last_name(self.quotes).to_ascii_lowercase();
        match arguments.positional.get(1) {
            Some(Argument::Lambda(lambda)) => self.functions.push((name, Rc::clone(lambda))),
            Some(Argument::Piece(piece)) => {
                let local = super::expand::Local { name, value: piece.clone(), bare: false };
                self.locals.push(local);
            }
            None => return Err(Stop::fault("`@DEF` needs a name and a value").help("Write `@DEF(name, value)`.")),
        }
        Ok(())
    }

    fn each(&mut self, arguments: &Arguments) -> Result<Piece, Stop> {
        let (items, lambda) = self.items_and_lambda(arguments, "EACH")?;
        let mut made = Vec::new();
        for item in items {
            let given = unpacked(self, item, &lambda);
            self.apply(&lambda, &given)?.flat(&mut made);
        }
        Ok(Piece::List(made))
    }

    fn reduce(&mut self, arguments: &Arguments) -> Result<Piece, Stop> {
        let (items, lambda) = self.items_and_lambda(arguments, "REDUCE")?;
        let mut items = items.into_iter();
        let Some(mut left) = items.next() else {
            return Err(Stop::fault("`@REDUCE` has nothing to reduce").help("Give it a list of at least one item."));
        };
        for item in items {
            left = self.apply(&lambda, &[left, item])?;
        }
        Ok(left)
    }

    fn filter(&mut self, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
        let (items, lambda) = self.items_and_lambda(arguments, "FILTER")?;
        let mut kept = Vec::new();
        for item in items {
            let given = unpacked(self, item.clone(), &lambda);
            let condition = self.apply(&lambda, &given)?.into_sql(site);
            match self.holds(&condition, site) {
                Ok(true) => kept.push(item),
                Ok(false) => {}
                Err(hole) => {
                    let mut sql = item.into_sql(site);
                    sql.holes.push(Rc::new(hole));
                    kept.push(Piece::Sql(sql));
                }
            }
        }
        Ok(Piece::List(kept))
    }

    /// The items before the function, which comes last.
    fn items_and_lambda(&mut self, arguments: &Arguments, name: &str) -> Result<(Vec<Piece>, Rc<Lambda>), Stop> {
        let Some((Argument::Lambda(lambda), items)) = arguments.positional.split_last() else {
            let stop = Stop::fault(format!("`@{name}` needs a function as its last argument"));
            return Err(stop.help(format!("Write `@{name}(items, x -> ..)`.")));
        };
        let pieces: Vec<Piece> = items.iter().filter_map(Argument::piece).collect();
        let items = match pieces.as_slice() {
            [one] if !arguments.spread => self.items(one.clone()),
            _ => pieces,
        };
        Ok((items, Rc::clone(lambda)))
    }

    /// The items of a list written `[a, b]` or `(a, b)`; anything else is its own only item.
    pub(super) fn items(&mut self, piece: Piece) -> Vec<Piece> {
        let sql = match piece {
            Piece::Sql(sql) => sql,
            list => {
                let mut items = Vec::new();
                list.flat(&mut items);
                return items;
            }
        };
        let text = sql.as_str();
        let tokens = sql.tokens(self.quotes);
        let is_array_word = tokens.len() > 1 && tokens[0].is_word(text, "ARRAY") && tokens[1].is(text, "[");
        let open = usize::from(is_array_word);
        let opens = tokens.get(open).is_some_and(|token| token.is(text, "(") || token.is(text, "["));
        if !opens || crate::project::tokens::closing(text, &tokens, open) != Some(tokens.len() - 1) {
            return vec![Piece::Sql(sql)];
        }
        let inner = &tokens[open + 1..tokens.len() - 1];
        let item = |part: std::ops::Range<usize>| {
            let span = inner[part.start].span.cover(inner[part.end - 1].span);
            let text = sql.text.slice(span.start as usize, span.end as usize);
            Piece::Sql(Sql { text, holes: sql.holes.clone(), open: false })
        };
        let parts = crate::project::tokens::parts(text, inner);
        parts.into_iter().filter(|part| !part.is_empty()).map(item).collect()
    }

    fn choice(&mut self, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
        let condition = arguments.sql(0, "condition")?;
        let Some(then) = arguments.positional.get(1).and_then(Argument::piece) else {
            let stop = Stop::fault("`@IF` needs a condition and what it stands for");
            return Err(stop.help("Write `@IF(condition, value)` or `@IF(condition, value, otherwise)`."));
        };
        let otherwise = arguments.positional.get(2).and_then(Argument::piece);
        match (self.holds(&condition, site), otherwise) {
            (Ok(true), _) => Ok(then),
            (Ok(false), otherwise) => Ok(otherwise.unwrap_or(Piece::Nothing)),
            (Err(hole), otherwise) => Ok(Self::either(condition, then, otherwise, hole, site)),
        }
    }

    /// Which of two it is shows only in a run: what is put out reads both.
    fn either(condition: Sql, then: Piece, otherwise: Option<Piece>, hole: Hole, site: From) -> Piece {
        let why = condition.holes.first().map_or(hole.why, |inner| inner.why.clone());
        let hole = Hole { why, at: site };
        let mut build = Build::new(site);
        match otherwise {
            Some(otherwise) => {
                build.say("CASE WHEN ").sql(&condition).say(" THEN ").sql(&then.into_sql(site));
                build.say(" ELSE ").sql(&otherwise.into_sql(site)).say(" END");
            }
            None => drop(build.sql(&then.into_sql(site))),
        }
        build.hole(hole).piece()
    }

    fn eval(&mut self, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
        let sql = arguments.sql(0, "condition")?;
        if let Some(value) = self.evaluate(&sql) {
            return Ok(value.piece(self.quotes));
        }
        let why = "what `@EVAL` comes to is known only when it runs".to_owned();
        Ok(Build::new(site).sql(&sql).hole(Hole { why, at: site }).piece())
    }

    /// `@AND(a, b)`: what is NULL is left out.
    fn connected(&mut self, arguments: &Arguments, between: &str, site: From) -> Piece {
        let mut parts = Vec::new();
        for piece in arguments.pieces() {
            let sql = piece.into_sql(site).trimmed();
            if !sql.as_str().eq_ignore_ascii_case("NULL") {
                parts.push(sql);
            }
        }
        let mut build = Build::new(site);
        if parts.is_empty() {
            return build.say("TRUE").piece();
        }
        let several = parts.len() > 1;
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                build.say(between);
            }
            if several && self.is_connected(part) {
                build.say("(").sql(part).say(")");
            } else {
                build.sql(part);
            }
        }
        build.piece()
    }

    /// Does it hold an AND or OR outside brackets?
    fn is_connected(&self, sql: &Sql) -> bool {
        let text = sql.as_str();
        let mut depth = 0usize;
        let mut between = false;
        for token in sql.tokens(self.quotes) {
            match (token.kind, token.text(text)) {
                (TokenKind::Sign, "(" | "[" | "{") => depth += 1,
                (TokenKind::Sign, ")" | "]" | "}") => depth = depth.saturating_sub(1),
                (TokenKind::Word, word) if depth == 0 => {
                    if word.eq_ignore_ascii_case("BETWEEN") {
                        between = true;
                    } else if word.eq_ignore_ascii_case("AND") && between {
                        between = false;
                    } else if word.eq_ignore_ascii_case("AND") || word.eq_ignore_ascii_case("OR") {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// `@SQL('..')`: a text as SQL, its variables filled in.
    fn sql(&mut self, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
        let sql = arguments.sql(0, "sql")?;
        let worked_out =
            || self.evaluate(&sql).map(|value| value.piece(self.quotes).into_sql(site).as_str().to_owned());
        let text = sql.literal(self.quotes).or_else(worked_out).unwrap_or_else(|| sql.as_str().to_owned());
        let filled = super::variables::fill(self, &text);
        let mut build = Build::new(site);
        build.say(&filled);
        for hole in &sql.holes {
            build.hole(Hole { why: hole.why.clone(), at: hole.at });
        }
        Ok(build.piece())
    }

    /// `@VAR('name', default)`
    fn variable(&mut self, name: &str, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
        let sql = arguments.sql(0, "var_name")?;
        let Some(wanted) = sql.literal(self.quotes) else {
            let stop = Stop::fault(format!("`@{name}` needs the name of a variable as a text, not `{}`", sql.as_str()));
            return Err(stop.help(format!("Write `@{name}('{}')`.", sql.name(self.quotes))));
        };
        let lower = wanted.to_ascii_lowercase();
        let found = if name.eq_ignore_ascii_case("VAR") {
            match lower.as_str() {
                "gateway" => super::variables::find(self, "gateway"),
                _ => {
                    let quotes = self.quotes;
                    super::variables::config(self.run.env, &lower)
                        .map(|value| Piece::text(super::variables::literal(value, quotes)))
                }
            }
        } else {
            let own = self.run.model.and_then(|model| model.config.0.get(crate::project::BLUEPRINT_VARIABLES));
            own.and_then(|variables| variables.get(&lower))
                .is_some()
                .then(|| super::variables::find(self, &lower))
                .flatten()
        };
        let default = || arguments.get(1, "default").and_then(Argument::piece);
        let made = found.or_else(default).unwrap_or_else(|| Piece::text("NULL"));
        Ok(Build::new(site).sql(&made.into_sql(site)).piece())
    }
}

/// What a function of several parameters is given: a list's items, one each.
fn unpacked(engine: &mut Engine<'_, '_>, item: Piece, lambda: &Lambda) -> Vec<Piece> {
    let is_list = |piece: &Piece| matches!(piece, Piece::Sql(sql) if sql.as_str().trim_start().starts_with('('));
    if lambda.params.len() > 1 && is_list(&item) { engine.items(item) } else { vec![item] }
}

impl Argument {
    pub(super) fn piece(&self) -> Option<Piece> {
        match self {
            Argument::Piece(piece) => Some(piece.clone()),
            Argument::Lambda(_) => None,
        }
    }
}

impl Arguments {
    /// The argument at a place, or of a name.
    pub(super) fn get(&self, at: usize, name: &str) -> Option<&Argument> {
        self.positional.get(at).or_else(|| self.named(name))
    }

    pub(super) fn named(&self, name: &str) -> Option<&Argument> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, argument)| argument)
    }

    /// A fragment that must be there.
    pub(super) fn sql(&self, at: usize, name: &str) -> Result<Sql, Stop> {
        let found = self.get(at, name).and_then(Argument::piece);
        let missing = || Stop::fault(format!("the argument `{name}` is missing")).help("Add it.");
        found.map(|piece| piece.into_sql(From::Nowhere)).ok_or_else(missing)
    }

    pub(super) fn pieces(&self) -> Vec<Piece> {
        self.positional.iter().filter_map(Argument::piece).collect()
    }

    pub(super) fn sqls(&self) -> Vec<Sql> {
        self.pieces().into_iter().map(|piece| piece.into_sql(From::Nowhere).trimmed()).collect()
    }
}
