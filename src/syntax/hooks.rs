//! Expressions that sqlparser's trait lets a dialect add: what our facts say of them.

use sqlparser::ast::{BinaryOperator, CastKind, Expr, UnaryOperator};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::dialect::Dialect;

/// Which additions a dialect wants.
#[derive(Debug)]
pub(super) struct Hooks {
    typed_arrays: bool,
    at_is_abs: bool,
    word_div: bool,
}

impl Hooks {
    pub(super) fn new(dialect: &Dialect) -> Self {
        Hooks {
            typed_arrays: dialect.flag("typed_arrays"),
            at_is_abs: dialect.flag("at_is_abs"),
            word_div: dialect.flag("word_div"),
        }
    }

    /// `tight` is the precedence of what binds tighter than any operator between two values.
    pub(super) fn prefix(&self, parser: &mut Parser, tight: u8) -> Option<Result<Expr, ParserError>> {
        self.absolute(parser, tight).or_else(|| self.typed_array(parser))
    }

    /// `a DIV b`, which sqlparser reads only in MySQL's dialect.
    pub(super) fn infix(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let divides = matches!(&parser.peek_token_ref().token, Token::Word(word) if word.keyword == Keyword::DIV);
        if !self.word_div || !divides {
            return None;
        }
        parser.next_token();
        let op = BinaryOperator::MyIntegerDivide;
        let right = parser.parse_subexpr(precedence);
        Some(right.map(|right| Expr::BinaryOp { left: Box::new(left.clone()), op, right: Box::new(right) }))
    }

    /// DuckDB's `@(a)`, the absolute value.
    fn absolute(&self, parser: &mut Parser, tight: u8) -> Option<Result<Expr, ParserError>> {
        if !self.at_is_abs || parser.peek_token_ref().token != Token::AtSign {
            return None;
        }
        parser.next_token();
        let inner = parser.parse_subexpr(tight);
        Some(inner.map(|expr| Expr::UnaryOp { op: UnaryOperator::PGAbs, expr: Box::new(expr) }))
    }

    /// BigQuery's `ARRAY<STRUCT<a INT64>>[(1)]`, as the array cast to its type.
    fn typed_array(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let starts = matches!(&parser.peek_token_ref().token, Token::Word(word) if word.keyword == Keyword::ARRAY);
        if !self.typed_arrays || !starts || parser.peek_nth_token_ref(1).token != Token::Lt {
            return None;
        }
        let typed = parser.maybe_parse(|parser| {
            let data_type = parser.parse_data_type()?;
            parser.expect_token(&Token::LBracket)?;
            let expr = Box::new(parser.parse_array_expr(true)?);
            Ok(Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None })
        });
        typed.transpose()
    }
}
