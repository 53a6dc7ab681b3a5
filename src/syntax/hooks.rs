//! Operators and expressions that sqlparser's trait lets a dialect add: what our facts say of them.

use sqlparser::ast::Expr;
use sqlparser::dialect::Precedence;
use sqlparser::parser::{Parser, ParserError};

use crate::dialect::Dialect;

/// Which additions a dialect wants.
#[derive(Debug)]
pub(super) struct Hooks {}

impl Hooks {
    pub(super) fn new(_dialect: &Dialect) -> Self {
        Hooks {}
    }

    pub(super) fn prefix(&self, _parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        None
    }

    pub(super) fn infix(
        &self,
        _parser: &mut Parser,
        _left: &Expr,
        _precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        None
    }

    pub(super) fn precedence(&self, _parser: &Parser) -> Option<Precedence> {
        None
    }
}
