//! SQL text in, the strict tree of each statement out: tokens, statements, rewrites, then sqlparser.

use std::sync::Arc;

use sqlparser::ast;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use super::lex::{self, Gap, Piece};
use super::parsed::{Parsed, Statement, SyntaxError, byte, tree_span};
use super::rewrite::Rewrites;
use super::split::{self, Ends};
use super::wrapper::Wrapper;
use super::{fault, limits, mentions};
use crate::dialect::Dialect;
use crate::text::Span;

/// The stack of a thread that parses, walks or drops trees: enough for the deepest that are let through.
pub const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Reads every statement of `sql`. What is broken becomes an error at the place of its statement.
pub fn parse(sql: &str, dialect: &Dialect) -> Parsed {
    let wrapper = Wrapper::new(dialect);
    let rewrites = Rewrites::new(dialect);
    let lexed = lex::lex(sql, &wrapper);
    let ends = Ends { go_lines: dialect.flag("go_lines"), bare: dialect.flag("statements_without_semicolon") };
    let ranges = split::split(&lexed.pieces, ends);
    let mut statements: Vec<Statement> =
        ranges.iter().map(|range| statement(&lexed.pieces[range.clone()], &wrapper, &rewrites)).collect();
    if let Some(fault) = lexed.fault {
        spoil(&mut statements, fault, sql);
    }
    let tokens = lexed.pieces.iter().map(|piece| piece.span).collect();
    Parsed { statements, comments: lexed.comments, text: Arc::from(sql), tokens }
}

fn statement(pieces: &[Piece], wrapper: &Wrapper, rewrites: &Rewrites) -> Statement {
    let span = pieces[0].span.cover(pieces[pieces.len() - 1].span);
    let tree = tree(pieces, wrapper, rewrites).map(Box::new);
    Statement { span, tree, mentions: mentions::mentions(pieces) }
}

/// Reads one statement; where that fails, once more with the rewrites that only such a statement needs.
fn tree(pieces: &[Piece], wrapper: &Wrapper, rewrites: &Rewrites) -> Result<ast::Statement, SyntaxError> {
    if let Some(error) = limits::exceeded(pieces) {
        return Err(error);
    }
    let first = read(|| rewrites.first(pieces), wrapper);
    // The first error speaks of what the user wrote.
    first.or_else(|error| read(|| rewrites.second(pieces), wrapper).map_err(|_| error))
}

/// The parser takes the tokens; `pieces` makes them once more where there is a fault to tell.
fn read(pieces: impl Fn() -> Vec<Piece>, wrapper: &Wrapper) -> Result<ast::Statement, SyntaxError> {
    let tokens = pieces().into_iter().flat_map(for_parser).collect();
    let mut parser = Parser::new(wrapper).with_recursion_limit(limits::RECURSION).with_tokens_with_locations(tokens);
    let result = parser.parse_statement();
    let reached = byte(parser.token_at(parser.get_current_index()).span.start);
    let tree = result.map_err(|error| fault::fault(&error, &pieces(), reached))?;
    match parser.peek_token_ref() {
        TokenWithSpan { token: Token::EOF, .. } => Ok(tree),
        rest => {
            let pieces = pieces();
            let piece = pieces.iter().find(|piece| tree_span(piece.span) == rest.span);
            Err(fault::expected_found("end of statement", piece.unwrap_or(&pieces[pieces.len() - 1])))
        }
    }
}

/// A token with its byte span, after the white space that the parser sometimes asks for.
fn for_parser(piece: Piece) -> impl Iterator<Item = TokenWithSpan> + use<> {
    let space = match piece.gap {
        Gap::None => None,
        Gap::Space => Some(Whitespace::Space),
        Gap::Newline => Some(Whitespace::Newline),
    };
    let span = tree_span(piece.span);
    let space =
        space.map(|space| TokenWithSpan::new(Token::Whitespace(space), tree_span(Span::at(piece.span.start as usize))));
    space.into_iter().chain([TokenWithSpan::new(piece.token, span)])
}

/// What no token can be made of belongs to the last statement, or is one of its own.
fn spoil(statements: &mut Vec<Statement>, fault: SyntaxError, sql: &str) {
    let end = sql.trim_end().len();
    match statements.last_mut() {
        Some(last) if !sql[last.span.end as usize..fault.span.start as usize].contains(';') => {
            last.span = last.span.cover(Span::at(end));
            last.tree = Err(fault);
        }
        _ => {
            let span = Span::new(fault.span.start as usize, end);
            statements.push(Statement { span, tree: Err(fault), mentions: Vec::new() });
        }
    }
}

#[cfg(test)]
mod tests;
