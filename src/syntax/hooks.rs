//! Expressions that sqlparser's trait lets a dialect add: what our facts say of them.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{BinaryOperator, CaseWhen, CastKind, Expr, Statement, UnaryOperator, Value};
use sqlparser::dialect::Precedence;
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
    ternary: bool,
    multisets: bool,
    sounds_like: bool,
    glob: bool,
    power_stars: bool,
    blocks: bool,
    pub(super) underscore_starts_name: bool,
}

/// How strongly an operator of ours binds.
pub(super) enum Strength {
    Of(Precedence),
    /// More loosely than OR.
    Weakest,
    /// It is no operator here.
    None,
}

/// The precedence of `a ? b : c`, below that of OR.
pub(super) const TERNARY: u8 = 3;

type Parse<T> = Option<Result<T, ParserError>>;

impl Hooks {
    pub(super) fn new(dialect: &Dialect) -> Self {
        Hooks {
            typed_arrays: dialect.flag("typed_arrays"),
            at_is_abs: dialect.flag("at_is_abs"),
            word_div: dialect.flag("word_div"),
            ternary: dialect.flag("ternary"),
            multisets: dialect.flag("multisets"),
            sounds_like: dialect.flag("sounds_like"),
            glob: dialect.flag("glob"),
            power_stars: dialect.flag("power_stars"),
            blocks: dialect.flag("blocks"),
            underscore_starts_name: dialect.flag("underscore_starts_name"),
        }
    }

    /// How strongly the next token binds, where it is an operator that only our facts know.
    pub(super) fn precedence(&self, parser: &Parser) -> Option<Strength> {
        if !(self.ternary || self.multisets || self.sounds_like || self.power_stars) {
            return None;
        }
        match &parser.peek_token_ref().token {
            Token::Placeholder(mark) if self.ternary && mark == "?" => Some(Strength::Weakest),
            Token::CustomBinaryOperator(op) if self.power_stars && op == "**" => {
                Some(Strength::Of(Precedence::DoubleColon))
            }
            // It parts the branches of `a ? b : c`, and is no operator of its own.
            Token::Colon if self.ternary => Some(Strength::None),
            Token::Word(word) if self.multisets && word.value.eq_ignore_ascii_case("multiset") => {
                let sets = [Keyword::EXCEPT, Keyword::INTERSECT, Keyword::UNION];
                sets.contains(&keyword(parser, 1)).then_some(Strength::Of(Precedence::PlusMinus))
            }
            Token::Word(word) if self.multisets && word.value.eq_ignore_ascii_case("submultiset") => {
                Some(Strength::Of(Precedence::Like))
            }
            Token::Word(word) if self.sounds_like && word.value.eq_ignore_ascii_case("sounds") => {
                (keyword(parser, 1) == Keyword::LIKE).then_some(Strength::Of(Precedence::Like))
            }
            _ => None,
        }
    }

    /// `BEGIN statements; END` where it is no transaction.
    pub(super) fn statement(&self, parser: &mut Parser) -> Parse<Statement> {
        // A block of INSERTs is what a statement with several targets is read as, in any dialect.
        let inserts = keyword(parser, 1) == Keyword::INSERT;
        if !(self.blocks || inserts)
            || keyword(parser, 0) != Keyword::BEGIN
            || parser.peek_nth_token_ref(1).token == Token::EOF
        {
            return None;
        }
        parser.next_token();
        Some(parser.parse_begin_exception_end())
    }

    /// `tight` is the precedence of what binds tighter than any operator between two values.
    pub(super) fn prefix(&self, parser: &mut Parser, tight: u8) -> Parse<Expr> {
        self.absolute(parser, tight).or_else(|| self.typed_array(parser))
    }

    pub(super) fn infix(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Parse<Expr> {
        let next = keyword(parser, 0);
        match next {
            Keyword::DIV if self.word_div => Some(divided(parser, left, precedence)),
            Keyword::NOT if self.glob => negated(parser, left, precedence),
            Keyword::GLOB if self.glob => {
                parser.next_token();
                let right = parser.parse_subexpr(precedence);
                let like = |right| Expr::BinaryOp { left: Box::new(left.clone()), op: BinaryOperator::Glob, right };
                Some(right.map(|right| like(Box::new(right))))
            }
            Keyword::IS if self.multisets => tested(parser, left),
            _ if self.ternary && matches!(parser.peek_token_ref().token, Token::Placeholder(_)) => {
                Some(chosen(parser, left))
            }
            _ if self.power_stars && matches!(parser.peek_token_ref().token, Token::CustomBinaryOperator(_)) => {
                parser.next_token();
                let right = parser.parse_subexpr(precedence);
                Some(right.map(|right| operation(left, "**", right)))
            }
            _ if self.multisets || self.sounds_like => self.spelled(parser, left, precedence),
            _ => None,
        }
    }

    /// Operators of several words: `MULTISET UNION ALL`, `SUBMULTISET OF`, `SOUNDS LIKE`.
    fn spelled(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Parse<Expr> {
        let Token::Word(word) = &parser.peek_token_ref().token else { return None };
        let first = word.value.to_ascii_uppercase();
        let known = self.multisets && (first == "MULTISET" || first == "SUBMULTISET");
        if !(known || self.sounds_like && first == "SOUNDS") {
            return None;
        }
        parser.next_token();
        let mut words = vec![first];
        let rest = [
            Keyword::EXCEPT,
            Keyword::INTERSECT,
            Keyword::UNION,
            Keyword::ALL,
            Keyword::DISTINCT,
            Keyword::OF,
            Keyword::LIKE,
        ];
        while let Some(word) = parser.parse_one_of_keywords(&rest) {
            words.push(format!("{word:?}"));
        }
        let right = parser.parse_subexpr(precedence);
        Some(right.map(|right| operation(left, &words.join(" "), right)))
    }

    /// DuckDB's `@(a)`, the absolute value.
    fn absolute(&self, parser: &mut Parser, tight: u8) -> Parse<Expr> {
        if !self.at_is_abs || parser.peek_token_ref().token != Token::AtSign {
            return None;
        }
        parser.next_token();
        let inner = parser.parse_subexpr(tight);
        Some(inner.map(|expr| Expr::UnaryOp { op: UnaryOperator::PGAbs, expr: Box::new(expr) }))
    }

    /// BigQuery's `ARRAY<STRUCT<a INT64>>[(1)]`, as the array cast to its type.
    fn typed_array(&self, parser: &mut Parser) -> Parse<Expr> {
        if !self.typed_arrays || keyword(parser, 0) != Keyword::ARRAY || parser.peek_nth_token_ref(1).token != Token::Lt
        {
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

fn keyword(parser: &Parser, nth: usize) -> Keyword {
    match &parser.peek_nth_token_ref(nth).token {
        Token::Word(word) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

fn operation(left: &Expr, op: &str, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left.clone()), op: BinaryOperator::Custom(op.to_owned()), right: Box::new(right) }
}

/// `a DIV b`, which sqlparser reads only in MySQL's dialect.
fn divided(parser: &mut Parser, left: &Expr, precedence: u8) -> Result<Expr, ParserError> {
    parser.next_token();
    let right = Box::new(parser.parse_subexpr(precedence)?);
    Ok(Expr::BinaryOp { left: Box::new(left.clone()), op: BinaryOperator::MyIntegerDivide, right })
}

/// ClickHouse's `a ? b : c`, as CASE.
fn chosen(parser: &mut Parser, left: &Expr) -> Result<Expr, ParserError> {
    parser.next_token();
    let result = parser.parse_expr()?;
    parser.expect_token(&Token::Colon)?;
    let otherwise = parser.parse_subexpr(TERNARY - 1)?;
    Ok(Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition: left.clone(), result }],
        else_result: Some(Box::new(otherwise)),
    })
}

/// `a NOT GLOB b` and `a NOT MATCH b`, which sqlparser reads only without NOT.
fn negated(parser: &mut Parser, left: &Expr, precedence: u8) -> Parse<Expr> {
    let op = match keyword(parser, 1) {
        Keyword::GLOB => BinaryOperator::Glob,
        Keyword::MATCH => BinaryOperator::Match,
        _ => return None,
    };
    parser.next_token();
    parser.next_token();
    let right = parser.parse_subexpr(precedence);
    Some(right.map(|right| {
        let inner = Expr::BinaryOp { left: Box::new(left.clone()), op, right: Box::new(right) };
        Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Nested(Box::new(inner))) }
    }))
}

/// Oracle's `a IS [NOT] EMPTY`, `IS A SET`, `IS NAN`: what is asked, as text on the right.
fn tested(parser: &mut Parser, left: &Expr) -> Parse<Expr> {
    let not = usize::from(keyword(parser, 1) == Keyword::NOT);
    let Token::Word(word) = &parser.peek_nth_token_ref(1 + not).token else { return None };
    let asked = word.value.to_ascii_uppercase();
    let words = match asked.as_str() {
        "A" => 2,
        "EMPTY" | "NAN" | "INFINITE" | "DANGLING" => 1,
        _ => return None,
    };
    for _ in 0..=not + words {
        parser.next_token();
    }
    let asked = if words == 2 { "A SET".to_owned() } else { asked };
    let right = Expr::Value(Value::SingleQuotedString(asked).with_empty_span());
    let test = operation(left, "IS", right);
    let negated = || Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Nested(Box::new(test.clone()))) };
    Some(Ok(if not == 1 { negated() } else { test }))
}
