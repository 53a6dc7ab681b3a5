//! Code with macros in, the SQL they make of it out: names filled in, calls made, commas kept right.

use std::ops::Range;
use std::rc::Rc;

use super::clause;
use super::code::{Chain, Code, Lambda, Link};
use super::evaluate::{Constant, evaluate};
use super::piece::{Build, Hole, Piece, Sql, identifier};
use super::variables;
use crate::dialect::Dialect;
use crate::project::tokens::{Quotes, TokenKind, unquoted};
use crate::template::marked::{Buffer, From, Text};
use crate::template::run::{MAX_CALLS, Run};
use crate::template::stop::Stop;
use crate::text::Span;

/// Stack that must be left before a macro's arguments are entered, and how much is added where it is not.
const RED_ZONE: usize = 192 << 10;
const MORE_STACK: usize = 2 << 20;
/// Steps that every application of a function counts for besides its tokens.
const APPLY: usize = 20;

/// One rendering of SQLMesh's macros under way.
pub(super) struct Engine<'r, 'e> {
    pub(super) run: &'r mut Run<'e>,
    pub(super) dialect: &'r Dialect,
    pub(super) quotes: Quotes,
    /// What `@DEF` and functions without names set, the last one first.
    pub(super) locals: Vec<Local>,
    /// Parameters from here on are filled in where their bare names stand: those of the function at hand. In the
    /// arguments of a macro that it calls they are written `@x`.
    pub(super) bare_from: usize,
    /// Functions that `@DEF` made.
    pub(super) functions: Vec<(String, Rc<Lambda>)>,
    pub(super) depth: u32,
}

pub(super) struct Local {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: Piece,
    /// A parameter: its bare name is filled in too.
    pub(super) bare: bool,
}

/// An argument of a macro.
#[derive(Clone)]
pub(super) enum Argument {
    Piece(Piece),
    Lambda(Rc<Lambda>),
}

/// The arguments of one call.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Argument>,
    /// Names in lower case.
    pub(super) named: Vec<(String, Argument)>,
    /// The first argument was a list of its own: its items are the arguments.
    pub(super) spread: bool,
}

impl Engine<'_, '_> {
    /// The whole code as one fragment.
    pub(super) fn code(&mut self, code: &Code) -> Result<Sql, Stop> {
        let all = 0..code.tokens.len();
        let mut out = Out::new(self.quotes);
        let text = code.text.as_str();
        let head = code.tokens.first().map_or(text.len(), |token| token.span.start as usize);
        out.gap(&code.text.slice(0, head));
        self.into(code, all, &mut out)?;
        let tail = code.tokens.last().map_or(head, |token| token.span.end as usize);
        out.gap(&code.text.slice(tail, text.len()));
        Ok(out.finish())
    }

    /// Some tokens of it as one fragment.
    pub(super) fn range(&mut self, code: &Code, range: Range<usize>) -> Result<Sql, Stop> {
        let mut out = Out::new(self.quotes);
        self.into(code, range, &mut out)?;
        Ok(out.finish())
    }

    fn into(&mut self, code: &Code, range: Range<usize>, out: &mut Out) -> Result<(), Stop> {
        let mut at = range.start;
        while at < range.end {
            self.run.step()?;
            if at > range.start {
                let (from, to) = (code.tokens[at - 1].span.end, code.tokens[at].span.start);
                out.gap(&code.text.slice(from as usize, to as usize));
            }
            at = self.one(code, at, range.end, out)?;
        }
        Ok(())
    }

    /// Puts out what starts at a token; gives the token after it.
    fn one(&mut self, code: &Code, at: usize, end: usize, out: &mut Out) -> Result<usize, Stop> {
        if let Some(after) = clause::join(self, code, at, end, out)? {
            return Ok(after);
        }
        if let Some(chain) = code.chain(at) {
            return self.chain(code, at, &chain, end, out);
        }
        let token = code.tokens[at];
        let text = code.slice(token.span);
        let templated = code.is(at, "@") && code.adjacent(at + 1) && at + 1 < end;
        if templated && matches!(code.tokens[at + 1].kind, TokenKind::Text | TokenKind::Quoted) {
            // `@'..'` is a text with variables in it.
            let site = code.site(&(at..at + 2));
            let inner = unquoted(code.written(code.tokens[at + 1].span)).unwrap_or_default();
            let filled = variables::fill(self, &inner);
            out.piece(Piece::text(super::piece::text_literal(&filled, self.quotes)), site, code, at + 2);
            return Ok(at + 2);
        }
        if token.kind == TokenKind::Quoted && text.as_str().contains('@') {
            let inner = unquoted(text.as_str()).unwrap_or_default();
            let filled = variables::fill(self, &inner);
            let site = code.site(&(at..at + 1));
            let quoted = identifier(&filled, true, self.quotes);
            if filled == inner {
                out.literal(&text, code, at);
            } else {
                out.piece(Piece::text(quoted), site, code, at + 1);
            }
            return Ok(at + 1);
        }
        // SQLMesh's own parser takes either word in every dialect.
        let except =
            at > 0 && code.is(at - 1, "*") && code.word(at).eq_ignore_ascii_case("EXCEPT") && code.is(at + 1, "(");
        if except && matches!(self.dialect.parser.as_str(), "duckdb" | "snowflake" | "redshift") {
            out.piece(Piece::text("EXCLUDE"), code.site(&(at..at + 1)), code, at + 1);
            return Ok(at + 1);
        }
        match self.parameter(code, at) {
            Some(value) => out.piece(value, code.site(&(at..at + 1)), code, at + 1),
            None => out.literal(&text, code, at),
        }
        Ok(at + 1)
    }

    /// What a bare name means within a function: its parameter, where it is no part of a longer name.
    fn parameter(&self, code: &Code, at: usize) -> Option<Piece> {
        let token = code.tokens[at];
        if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) || self.bare_locals().all(|local| !local.bare) {
            return None;
        }
        let inner = at > 0 && code.is(at - 1, ".");
        if inner || code.is(at + 1, "(") {
            return None;
        }
        let written = code.written(token.span);
        let name = unquoted(written).unwrap_or_else(|| written.to_owned()).to_ascii_lowercase();
        let found = self.bare_locals().rev().find(|local| local.bare && local.name == name);
        found.map(|local| local.value.clone())
    }

    fn bare_locals(&self) -> impl DoubleEndedIterator<Item = &Local> {
        self.locals.get(self.bare_from..).unwrap_or_default().iter()
    }

    fn chain(&mut self, code: &Code, at: usize, chain: &Chain, end: usize, out: &mut Out) -> Result<usize, Stop> {
        if let [Link::Variable { name, braced: false }] = chain.links.as_slice() {
            let name = code.written(*name);
            if code.is(chain.end, "(") && chain.end < end {
                return self.call_at(code, at..chain.end, name, end, out);
            }
            let site = code.site(&(at..chain.end));
            match variables::find(self, name) {
                Some(value) => out.piece(value, site, code, chain.end),
                // A staged file is called by such a name too.
                None if out.before == Before::Table => {
                    out.literal(&code.slice(code.span(&(at..chain.end))), code, chain.end - 1);
                }
                None => {
                    self.report(variables::undefined(self, name).at(site))?;
                    out.piece(Piece::text("NULL"), site, code, chain.end);
                }
            }
            return Ok(chain.end);
        }
        let site = code.site(&(at..chain.end));
        let mut whole = String::new();
        let mut holes = Vec::new();
        for link in &chain.links {
            match link {
                Link::Word(span) => whole.push_str(code.written(*span)),
                Link::Variable { name, .. } => match variables::find(self, code.written(*name)) {
                    Some(value) => {
                        let sql = value.into_sql(site);
                        whole.push_str(&variables::as_name(self, code.written(*name), &sql));
                        holes.extend(sql.holes);
                    }
                    None => self.report(variables::undefined(self, code.written(*name)).at(site))?,
                },
            }
        }
        let name = Sql { text: Text::from(identifier(&whole, false, self.quotes)), holes, open: false };
        out.piece(Piece::Sql(name), site, code, chain.end);
        Ok(chain.end)
    }

    /// `@name(..)`, whose name is at `head`.
    fn call_at(
        &mut self,
        code: &Code,
        head: Range<usize>,
        name: &str,
        end: usize,
        out: &mut Out,
    ) -> Result<usize, Stop> {
        let Some(close) = code.closing(head.end).filter(|close| *close < end) else {
            let stop = Stop::fault(format!("the call of `@{name}` is never closed"));
            self.report(stop.help("Add the closing bracket.").at(code.site(&head)))?;
            return Ok(end);
        };
        let whole = head.start..close + 1;
        let site = code.site(&whole);
        if let Some(after) = clause::after(self, code, (name, head.end + 1..close), end, (out, site))? {
            return Ok(after);
        }
        let made = self.deeper(|engine| {
            let arguments = engine.arguments(code, head.end + 1..close)?;
            engine.call(name, arguments, site)
        });
        let made = match made {
            Ok(made) => made,
            Err(stop) => {
                self.report(stop.at(site))?;
                Piece::text("NULL")
            }
        };
        out.piece(made, site, code, close + 1);
        Ok(close + 1)
    }

    /// Notes a fault; the rest goes on, unless nothing is left to spend.
    pub(super) fn report(&mut self, stop: Stop) -> Result<(), Stop> {
        match stop {
            Stop::Fault(problem) => {
                self.run.report(*problem, Span::default());
                self.run.step()
            }
            other => Err(other),
        }
    }

    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.depth >= MAX_CALLS {
            let stop = Stop::fault("macros call each other without end");
            return Err(stop.help("End the recursion by a condition."));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, MORE_STACK, || run(self));
        self.depth -= 1;
        result
    }

    /// The arguments between a call's brackets. What a macro makes a list of are several; nothing is none.
    pub(super) fn arguments(&mut self, code: &Code, range: Range<usize>) -> Result<Arguments, Stop> {
        let outer = std::mem::replace(&mut self.bare_from, self.locals.len());
        let found = self.given(code, range);
        self.bare_from = outer;
        found
    }

    fn given(&mut self, code: &Code, range: Range<usize>) -> Result<Arguments, Stop> {
        let mut found = Arguments::default();
        let base = range.start;
        let parts = crate::project::tokens::parts(code.text.as_str(), &code.tokens[range]);
        for part in parts {
            let part = part.start + base..part.end + base;
            if part.is_empty() {
                continue;
            }
            let named = code.is(part.start + 1, ":=") && !code.word(part.start).is_empty();
            if named {
                let name = code.word(part.start).to_ascii_lowercase();
                let value = self.argument(code, part.start + 2..part.end)?;
                found.named.push((name, value));
                continue;
            }
            match self.argument(code, part)? {
                Argument::Piece(Piece::Nothing) => {}
                Argument::Piece(list @ Piece::List(_)) => {
                    let mut items = Vec::new();
                    list.flat(&mut items);
                    found.spread |= found.positional.is_empty();
                    found.positional.extend(items.into_iter().map(Argument::Piece));
                }
                other => found.positional.push(other),
            }
        }
        Ok(found)
    }

    pub(super) fn argument(&mut self, code: &Code, range: Range<usize>) -> Result<Argument, Stop> {
        if let Some(lambda) = Lambda::read(code, &range, self.quotes) {
            return Ok(Argument::Lambda(Rc::new(lambda)));
        }
        let mut out = Out::new(self.quotes);
        self.into(code, range, &mut out)?;
        Ok(Argument::Piece(out.finish_piece()))
    }

    /// A function applied to its arguments.
    pub(super) fn apply(&mut self, lambda: &Lambda, arguments: &[Piece]) -> Result<Piece, Stop> {
        self.run.spend(lambda.body.tokens.len() + APPLY)?;
        let before = self.locals.len();
        let outer = std::mem::replace(&mut self.bare_from, before);
        for (name, value) in lambda.params.iter().zip(arguments) {
            self.locals.push(Local { name: name.clone(), value: value.clone(), bare: true });
        }
        let made = self.deeper(|engine| {
            let mut out = Out::new(engine.quotes);
            engine.into(&lambda.body, 0..lambda.body.tokens.len(), &mut out)?;
            Ok(out.finish_piece())
        });
        self.locals.truncate(before);
        self.bare_from = outer;
        let made = made?;
        if let Piece::Sql(sql) = &made {
            self.run.spend_bytes(sql.as_str().len())?;
        }
        Ok(made)
    }

    /// What a fragment comes to; `None` where it is not known.
    pub(super) fn evaluate(&self, sql: &Sql) -> Option<Constant> {
        if sql.holes.is_empty() { evaluate(sql.as_str(), self.quotes) } else { None }
    }

    /// Whether a condition holds; `None` where it is not known, and why.
    pub(super) fn holds(&self, sql: &Sql, site: From) -> Result<bool, Hole> {
        match self.evaluate(sql).and_then(|value| value.truth()) {
            Some(holds) => Ok(holds),
            None => Err(Hole { why: "the condition `..` of a macro is known only when it runs".to_owned(), at: site }),
        }
    }

    /// A call that cannot be made: something that reads what it is given stands in for it.
    pub(super) fn stand_in(name: &str, arguments: &Arguments, why: String, site: From) -> Piece {
        let mut build = Build::new(site);
        build.say(name).say("(");
        let named = arguments.named.iter().map(|(_, argument)| argument);
        let mut first = true;
        for argument in arguments.positional.iter().chain(named) {
            let Argument::Piece(piece) = argument else { continue };
            if !first {
                build.say(", ");
            }
            build.sql(&piece.clone().into_sql(site));
            first = false;
        }
        build.say(")").hole(Hole { why, at: site }).piece()
    }
}

/// What stands before the place at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    Other,
    /// A dot, or AS: a name follows.
    Name,
    /// FROM, JOIN and the like: a table follows.
    Table,
}

/// SQL on its way out.
pub(super) struct Out {
    buffer: Buffer,
    holes: Vec<Rc<Hole>>,
    /// A comma that waits for what follows it, and the blanks after it.
    comma: Option<(Text, Buffer)>,
    /// The next comma stands for nothing.
    skip_comma: bool,
    pub(super) before: Before,
    /// An item of a list of columns, or the list itself, starts here.
    item: bool,
    open: bool,
    quotes: Quotes,
    /// The only thing put out so far, where that is one piece.
    lone: Option<Piece>,
    pieces: usize,
}

impl Out {
    pub(super) fn new(quotes: Quotes) -> Out {
        Out {
            buffer: Buffer::default(),
            holes: Vec::new(),
            comma: None,
            skip_comma: false,
            before: Before::Other,
            item: false,
            open: false,
            quotes,
            lone: None,
            pieces: 0,
        }
    }

    /// Blanks and comments.
    pub(super) fn gap(&mut self, text: &Text) {
        if let Some(start) = text.as_str().find("{#") {
            // No warehouse knows a template's comment.
            let rest = &text.as_str()[start..];
            let end = rest.find("#}").map_or(text.as_str().len(), |end| start + end + 2);
            self.gap(&text.slice(0, start));
            return self.gap(&text.slice(end, text.as_str().len()));
        }
        match &mut self.comma {
            Some((_, gap)) => gap.push_text(text, From::Nowhere),
            None => self.buffer.push_text(text, From::Nowhere),
        }
    }

    fn flush(&mut self, keep: bool) {
        if let Some((comma, gap)) = self.comma.take() {
            if keep {
                self.buffer.push_text(&comma, From::Nowhere);
            }
            self.buffer.push_text(&gap.finish(), From::Nowhere);
        }
    }

    /// A token as it stands.
    pub(super) fn literal(&mut self, text: &Text, code: &Code, at: usize) {
        self.pieces += 1;
        self.lone = None;
        if code.is(at, ",") {
            if self.skip_comma {
                self.skip_comma = false;
                return;
            }
            self.flush(true);
            self.comma = Some((text.clone(), Buffer::default()));
            self.before = Before::Other;
            self.item = true;
            return;
        }
        self.skip_comma = false;
        let ends_list = code.is(at, ")") || code.is(at, "]") || code.word(at).eq_ignore_ascii_case("FROM");
        self.flush(!ends_list);
        self.buffer.push_text(text, From::Nowhere);
        self.item = ["SELECT", "DISTINCT", "ALL"].iter().any(|word| code.word(at).eq_ignore_ascii_case(word));
        self.before = if code.is(at, ".") {
            Before::Name
        } else {
            match code.word(at).to_ascii_uppercase().as_str() {
                "AS" => Before::Name,
                "FROM" | "JOIN" | "INTO" | "UPDATE" | "TABLE" => Before::Table,
                _ => Before::Other,
            }
        };
    }

    /// What a macro made, put where the token before `next` stood.
    pub(super) fn piece(&mut self, piece: Piece, site: From, code: &Code, next: usize) {
        let is_nothing = match &piece {
            Piece::Nothing => true,
            Piece::List(items) => items.is_empty(),
            Piece::Sql(_) => false,
        };
        if is_nothing {
            // A comma before it stays, unless nothing follows.
            self.skip_comma = true;
            return;
        }
        self.flush(true);
        self.skip_comma = false;
        let dotted = code.is(next, ".") && code.adjacent(next);
        let piece = self.fitted(piece, dotted);
        let sql = piece.clone().into_sql(site);
        self.lone = (self.pieces == 0).then_some(piece);
        self.pieces += 1;
        self.buffer.push_text(&sql.text, site);
        let ends = code.tokens.len() <= next || code.is(next, ",") || code.word(next).eq_ignore_ascii_case("FROM");
        // A macro that nobody can run may make any number of columns where it stands alone.
        self.open |= sql.open || (!sql.holes.is_empty() && ends && (self.item || self.pieces == 1));
        self.holes.extend(sql.holes);
        (self.before, self.item) = (Before::Other, false);
    }

    /// A text where a name must stand is that name.
    fn fitted(&self, piece: Piece, dotted: bool) -> Piece {
        let Piece::Sql(sql) = &piece else { return piece };
        if self.before == Before::Other && !dotted {
            return piece;
        }
        match sql.literal(self.quotes) {
            Some(name) => {
                let text = Text::from(identifier(&name, true, self.quotes));
                Piece::Sql(Sql { text, holes: sql.holes.clone(), open: false })
            }
            None => piece,
        }
    }

    /// Text that a macro says itself.
    pub(super) fn say(&mut self, text: &str, site: From) {
        self.flush(true);
        self.lone = None;
        self.pieces += 1;
        self.skip_comma = false;
        self.buffer.push(text, site);
        self.before = match text {
            "JOIN" => Before::Table,
            _ => Before::Other,
        };
    }

    /// Notes that what follows is not known to be there.
    pub(super) fn hole(&mut self, hole: Hole) {
        self.holes.push(Rc::new(hole));
    }

    pub(super) fn finish(mut self) -> Sql {
        self.flush(false);
        Sql { text: self.buffer.finish(), holes: self.holes, open: self.open }
    }

    /// The one piece it is, or all of it as one.
    fn finish_piece(mut self) -> Piece {
        match self.lone.take() {
            Some(piece) if self.pieces == 1 => piece,
            _ if self.pieces == 0 => Piece::Nothing,
            _ => Piece::Sql(self.finish()),
        }
    }
}
