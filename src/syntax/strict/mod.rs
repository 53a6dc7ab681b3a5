//! SQL text in, the strict tree of each statement out: tokens, statements, rewrites, then sqlparser.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use super::lex::{self, Gap, Letters, Piece};
use super::parsed::{Parsed, Statement, SyntaxError, byte, tree_span};
use super::rewrite::Rewrites;
use super::role::{self, Role};
use super::split::{self, Ends};
use super::wrapper::Wrapper;
use super::{bodies, fault, limits, mentions, neighbours};
use crate::dialect::Dialect;
use crate::text::Span;

/// The stack of a thread that parses, walks or drops trees: enough for the deepest that are let through.
pub const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Reads every statement of `sql`. What is broken becomes an error at the place of its statement.
pub fn parse(sql: &str, dialect: &Dialect) -> Parsed {
    let reader = &*Reader::of(dialect);
    let lexed = lex::lex(sql, &reader.wrapper, &reader.letters);
    let (pieces, bodies) = bodies::unpacked(lexed.pieces, sql, |span| reader.lex(sql, span));
    let tokens = pieces.iter().map(|piece| piece.span).collect();
    let split = split::split(&pieces, &bodies, reader.ends);
    let guards: Vec<_> = split.parts.iter().map(|part| reader.guards(&part.guards, &pieces)).collect();
    let mut pieces = pieces.into_iter();
    let mut read = 0;
    let mut statements = Vec::with_capacity(split.parts.len());
    for (part, guards) in split.parts.into_iter().zip(guards) {
        let own = pieces.by_ref().skip(part.range.start - read).take(part.range.len()).collect();
        read = part.range.end;
        let mut statement = reader.statement(own, sql);
        match guards {
            Ok(guards) => (statement.guards, statement.values) = (guards, part.values),
            Err(fault) => statement.tree = Err(fault),
        }
        if part.assigns {
            statement.role = Role::Variables;
        }
        statements.push(statement);
    }
    if let Some(fault) = lexed.fault {
        reader.spoil(&mut statements, fault, sql);
    }
    Parsed { statements, comments: lexed.comments, variables: split.variables, text: Arc::from(sql), tokens }
}

/// What one dialect reads statements with.
struct Reader {
    wrapper: Wrapper,
    letters: Letters,
    rewrites: Rewrites,
    ends: Ends,
    /// Words such as FROM are never names.
    reserved_words: bool,
}

thread_local! {
    /// The readers of the dialects that this thread has met: making one takes as long as reading a short text.
    static READERS: RefCell<BTreeMap<String, Rc<Reader>>> = const { RefCell::new(BTreeMap::new()) };
}

impl Reader {
    /// A dialect's label stands for its facts, which never change while the program runs.
    fn of(dialect: &Dialect) -> Rc<Self> {
        READERS.with_borrow_mut(|readers| {
            if let Some(reader) = readers.get(dialect.label()) {
                return Rc::clone(reader);
            }
            let reader = Rc::new(Reader::new(dialect));
            readers.insert(dialect.label().to_owned(), Rc::clone(&reader));
            reader
        })
    }

    fn new(dialect: &Dialect) -> Self {
        let wrapper = Wrapper::new(dialect);
        let letters = Letters::new(&wrapper);
        let ends = Ends { go_lines: dialect.flag("go_lines"), bare: dialect.flag("statements_without_semicolon") };
        let reserved_words = dialect.flag("reserved_words");
        Reader { wrapper, letters, rewrites: Rewrites::new(dialect), ends, reserved_words }
    }

    /// `pieces` are the tokens of one statement of `sql`, and at least one.
    fn statement(&self, pieces: Vec<Piece>, sql: &str) -> Statement {
        let span = pieces[0].span.cover(pieces[pieces.len() - 1].span);
        let role = role::role(&pieces);
        let misplaced = || neighbours::misplaced(&pieces).filter(|_| self.reserved_words);
        let fault = limits::exceeded(&pieces).or_else(misplaced);
        let tree = match fault {
            Some(error) => Err(error),
            None => self.read(self.rewrites.first(pieces)).or_else(|fault| self.again(&self.lex(sql, span), &fault)),
        };
        // The tokens went into the tree; where there is none, they are read once more.
        let mentions = tree.as_ref().map_or_else(|_| mentions::mentions(&self.lex(sql, span)), |_| Vec::new());
        Statement { span, tree: tree.map(Box::new), mentions, guards: Vec::new(), values: Vec::new(), role }
    }

    /// Reads what decides a statement, each as a query of its own.
    fn guards(&self, ranges: &[Range<usize>], pieces: &[Piece]) -> Result<Vec<ast::Query>, SyntaxError> {
        let query = |range: &Range<usize>| {
            let mut own = pieces[range.clone()].to_vec();
            let asks = |piece: Option<&Piece>| {
                piece.is_some_and(|piece| matches!(piece.keyword(), Keyword::SELECT | Keyword::WITH))
            };
            let whole = own[0].token == Token::LParen && split::closes(&own, 0) == Some(own.len() - 1);
            if whole && asks(own.get(1)) {
                own = own[1..own.len() - 1].to_vec();
            } else if !asks(own.first()) {
                let span = Span::at(own[0].span.start as usize);
                own.insert(0, Piece { token: Token::make_keyword("SELECT"), span, gap: Gap::Space });
            }
            let span = own[0].span.cover(own[own.len() - 1].span);
            match self.read(self.rewrites.first(own.clone())).or_else(|fault| self.again(&own, &fault))? {
                ast::Statement::Query(query) => Ok(*query),
                _ => Err(SyntaxError { span, message: "expected a query or an expression".to_owned() }),
            }
        };
        ranges.iter().map(query).collect()
    }

    /// Reads a statement once more with the rewrites that only such a statement needs.
    fn again(&self, pieces: &[Piece], fault: &Fault) -> Result<ast::Statement, SyntaxError> {
        // The first fault speaks of what the user wrote.
        self.read(self.rewrites.second(pieces.to_vec())).map_err(|_| fault.tell(&self.rewrites.first(pieces.to_vec())))
    }

    /// The tokens of a part of `sql`.
    fn lex(&self, sql: &str, span: Span) -> Vec<Piece> {
        let mut pieces = lex::lex(&sql[span.range()], &self.wrapper, &self.letters).pieces;
        pieces.iter_mut().for_each(|piece| piece.span = piece.span.shift(span.start as usize));
        pieces
    }

    /// The parser takes the tokens; of a fault only what it said and where is left.
    fn read(&self, pieces: Vec<Piece>) -> Result<ast::Statement, Fault> {
        let mut tokens = TOKENS.take();
        for_parser(pieces, &mut tokens);
        let parser = Parser::new(&self.wrapper).with_recursion_limit(limits::RECURSION);
        let mut parser = parser.with_tokens_with_locations(tokens);
        self.wrapper.take_furthest();
        let result = parser.parse_statement();
        let furthest = self.wrapper.take_furthest();
        let reached = byte(parser.token_at(parser.get_current_index()).span.start);
        let rest = parser.peek_token_ref();
        let rest = (rest.token != Token::EOF).then_some(rest.span);
        let mut tokens = parser.into_tokens();
        tokens.clear();
        if tokens.capacity() <= KEPT_TOKENS {
            TOKENS.set(tokens);
        }
        match (result, rest) {
            (Ok(tree), None) => Ok(tree),
            (Ok(_), Some(rest)) => Err(Fault { kind: Kind::Rest(rest), furthest }),
            (Err(error), _) => Err(Fault { kind: Kind::Parser { error, reached }, furthest }),
        }
    }

    /// What no token can be made of belongs to the last statement, or is one of its own.
    fn spoil(&self, statements: &mut Vec<Statement>, fault: SyntaxError, sql: &str) {
        let end = sql.trim_end().len();
        match statements.last_mut() {
            Some(last) if !sql[last.span.end as usize..fault.span.start as usize].contains(';') => {
                last.mentions = mentions::mentions(&self.lex(sql, last.span));
                last.span = last.span.cover(Span::at(end));
                last.tree = Err(fault);
            }
            _ => {
                let span = Span::new(fault.span.start as usize, end);
                let (guards, values) = (Vec::new(), Vec::new());
                let mentions = Vec::new();
                statements.push(Statement { span, tree: Err(fault), mentions, guards, values, role: Role::Data });
            }
        }
    }
}

thread_local! {
    /// The memory of the parser's tokens, which each statement needs for a moment only.
    static TOKENS: Cell<Vec<TokenWithSpan>> = const { Cell::new(Vec::new()) };
}

/// A statement of more tokens than this is rare, and its memory is given back.
const KEPT_TOKENS: usize = 1 << 16;

/// Why the parser gave up.
struct Fault {
    kind: Kind,
    /// The furthest byte at which it looked for something, perhaps in a try that it gave up.
    furthest: usize,
}

enum Kind {
    Parser {
        error: sqlparser::parser::ParserError,
        /// The byte at which it gave up.
        reached: usize,
    },
    /// The statement goes on where it could have ended.
    Rest(sqlparser::tokenizer::Span),
}

impl Fault {
    /// The fault in words, at one of `pieces`, which are what the parser was given.
    fn tell(&self, pieces: &[Piece]) -> SyntaxError {
        let told = match &self.kind {
            Kind::Parser { error, reached } => fault::fault(error, pieces, *reached),
            Kind::Rest(rest) => {
                let piece = pieces.iter().find(|piece| tree_span(piece.span) == *rest);
                fault::expected_found("end of statement", piece.unwrap_or(&pieces[pieces.len() - 1]))
            }
        };
        // A try that came further than the one that is told of is nearer to what was meant: `f((select a b c))` is
        // tried as a query, and then as an expression that fails at `select`.
        let further = pieces.iter().find(|piece| piece.span.start as usize == self.furthest);
        further.filter(|piece| piece.span.start > told.span.start).map_or(told, fault::misplaced)
    }
}

/// Tokens with their byte spans. White space stands between them only where the parser looks for it: in names such as
/// `a-b` and stages such as `@a/b`, behind a `:`, and between strings.
fn for_parser(pieces: Vec<Piece>, tokens: &mut Vec<TokenWithSpan>) {
    let mut spaces = false;
    let mut looked = false;
    for piece in pieces {
        let sign = matches!(piece.token, Token::Minus | Token::AtSign | Token::Colon);
        let looks = sign || matches!(piece.token, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_));
        let space = match piece.gap {
            Gap::None => None,
            Gap::Space => Some(Whitespace::Space),
            Gap::Newline => Some(Whitespace::Newline),
        };
        // Once a stage has begun, it goes on to the next white space.
        spaces |= piece.token == Token::AtSign;
        if let Some(space) = space.filter(|_| spaces || looks || looked) {
            let place = tree_span(Span::at(piece.span.start as usize));
            tokens.push(TokenWithSpan::new(Token::Whitespace(space), place));
        }
        looked = sign;
        tokens.push(TokenWithSpan::new(piece.token, tree_span(piece.span)));
    }
}

#[cfg(test)]
mod tests;
