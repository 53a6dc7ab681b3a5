//! Expressions that sqlparser's trait lets a dialect add: what our facts say of them.

use sqlparser::ast::{CastKind, Expr};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::dialect::Dialect;

/// Which additions a dialect wants.
#[derive(Debug)]
pub(super) struct Hooks {
    typed_arrays: bool,
}

impl Hooks {
    pub(super) fn new(dialect: &Dialect) -> Self {
        Hooks { typed_arrays: dialect.flag("typed_arrays") }
    }

    /// BigQuery's `ARRAY<STRUCT<a INT64>>[(1)]`, as the array cast to its type.
    pub(super) fn prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
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
