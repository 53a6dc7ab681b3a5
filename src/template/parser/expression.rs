//! Expressions: tokens in, an expression tree out, with the precedences of Jinja.

use std::sync::Arc;

use super::{Parser, Read, literal};
use crate::template::ast::{Argument, Arithmetic, Comparison, Expr, ExprKind, Filter};
use crate::template::lexer::Kind;
use crate::text::Span;

/// Longer chains of one operator are refused: they would nest as deep as they are long.
const MAX_CHAIN: usize = 200;

impl Parser<'_> {
    fn node(&self, start: Span, kind: ExprKind) -> Expr {
        let end = self.tokens[self.at.saturating_sub(1)].span;
        Expr { kind, span: start.cover(end) }
    }

    /// An expression, or several with commas as a tuple; `choices`: may hold `x if y else z`.
    pub(super) fn tuple(&mut self, choices: bool) -> Read<Expr> {
        let start = self.token().span;
        let first = if choices { self.choice()? } else { self.or()? };
        if !self.is_op(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.skip_op(",") {
            let ends = matches!(self.token().kind, Kind::CloseBlock | Kind::ClosePrint | Kind::End);
            if ends || self.is_op(")") || self.is_op("]") || self.is_op(":") || self.word() == "recursive" {
                break;
            }
            items.push(if choices { self.choice()? } else { self.or()? });
        }
        Ok(self.node(start, ExprKind::Tuple(items)))
    }

    pub(super) fn choice(&mut self) -> Read<Expr> {
        self.deeper()?;
        let read = self.choice_inner();
        self.depth -= 1;
        read
    }

    fn choice_inner(&mut self) -> Read<Expr> {
        let start = self.token().span;
        let mut then = self.or()?;
        let mut length = 0;
        while self.skip_word("if") {
            length = self.longer(length)?;
            let test = Box::new(self.or()?);
            let otherwise = if self.skip_word("else") { Some(Box::new(self.choice()?)) } else { None };
            then = self.node(start, ExprKind::Choice { test, then: Box::new(then), otherwise });
        }
        Ok(then)
    }

    fn longer(&mut self, length: usize) -> Read<usize> {
        if length < MAX_CHAIN {
            return Ok(length + 1);
        }
        let span = self.token().span;
        Err(self.fault(span, "this expression is too long", "Split it with `{% set %}`."))
    }

    fn or(&mut self) -> Read<Expr> {
        let start = self.token().span;
        let mut left = self.and()?;
        let mut length = 0;
        while self.skip_word("or") {
            length = self.longer(length)?;
            let right = self.and()?;
            left = self.node(start, ExprKind::Or(Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn and(&mut self) -> Read<Expr> {
        let start = self.token().span;
        let mut left = self.not()?;
        let mut length = 0;
        while self.skip_word("and") {
            length = self.longer(length)?;
            let right = self.not()?;
            left = self.node(start, ExprKind::And(Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn not(&mut self) -> Read<Expr> {
        let start = self.token().span;
        if self.skip_word("not") {
            self.deeper()?;
            let inner = self.not();
            self.depth -= 1;
            let inner = inner?;
            return Ok(self.node(start, ExprKind::Not(Box::new(inner))));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Read<Expr> {
        let start = self.token().span;
        let left = self.sum()?;
        let mut rest = Vec::new();
        loop {
            let comparison = match self.token().kind {
                Kind::Op("==") => Comparison::Equal,
                Kind::Op("!=") => Comparison::NotEqual,
                Kind::Op("<") => Comparison::Less,
                Kind::Op("<=") => Comparison::LessEqual,
                Kind::Op(">") => Comparison::Greater,
                Kind::Op(">=") => Comparison::GreaterEqual,
                Kind::Name if self.word() == "in" => Comparison::In,
                Kind::Name if self.word() == "not" && self.next_is_in() => {
                    self.at += 1;
                    Comparison::NotIn
                }
                _ => break,
            };
            self.at += 1;
            rest.push((comparison, self.sum()?));
        }
        if rest.is_empty() { Ok(left) } else { Ok(self.node(start, ExprKind::Compare(Box::new(left), rest))) }
    }

    fn next_is_in(&self) -> bool {
        let next = self.ahead(1);
        next.kind == Kind::Name && &self.text[next.span.range()] == "in"
    }

    fn chain(
        &mut self,
        operators: &[(&str, Arithmetic)],
        mut operand: impl FnMut(&mut Self) -> Read<Expr>,
    ) -> Read<Expr> {
        let start = self.token().span;
        let mut left = operand(self)?;
        let mut length = 0;
        while let Kind::Op(op) = self.token().kind {
            let Some((_, operator)) = operators.iter().find(|(text, _)| *text == op) else { break };
            length = self.longer(length)?;
            self.at += 1;
            let right = operand(self)?;
            left = self.node(start, ExprKind::Binary(*operator, Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Read<Expr> {
        self.chain(&[("+", Arithmetic::Add), ("-", Arithmetic::Subtract)], Self::join)
    }

    fn join(&mut self) -> Read<Expr> {
        let start = self.token().span;
        let first = self.product()?;
        if !self.is_op("~") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.skip_op("~") {
            items.push(self.product()?);
        }
        Ok(self.node(start, ExprKind::Join(items)))
    }

    fn product(&mut self) -> Read<Expr> {
        let operators = [
            ("*", Arithmetic::Multiply),
            ("/", Arithmetic::Divide),
            ("//", Arithmetic::FloorDivide),
            ("%", Arithmetic::Modulo),
        ];
        self.chain(&operators, Self::power)
    }

    fn power(&mut self) -> Read<Expr> {
        self.chain(&[("**", Arithmetic::Power)], |parser| parser.unary(true))
    }

    fn unary(&mut self, filtered: bool) -> Read<Expr> {
        let start = self.token().span;
        let sign = match self.token().kind {
            Kind::Op("-") => Some(false),
            Kind::Op("+") => Some(true),
            _ => None,
        };
        let value = match sign {
            Some(plus) => {
                self.at += 1;
                self.deeper()?;
                let inner = self.unary(false);
                self.depth -= 1;
                let inner = Box::new(inner?);
                self.node(start, if plus { ExprKind::Positive(inner) } else { ExprKind::Negative(inner) })
            }
            None => self.primary()?,
        };
        let value = self.postfix(value, start)?;
        if filtered { self.filtered(value, start) } else { Ok(value) }
    }

    fn primary(&mut self) -> Read<Expr> {
        let token = self.token();
        let text = &self.text[token.span.range()];
        let kind = match token.kind {
            Kind::Name => match text {
                "true" | "True" => ExprKind::Bool(true),
                "false" | "False" => ExprKind::Bool(false),
                "none" | "None" => ExprKind::None,
                "in" | "is" | "and" | "or" | "else" | "if" | "elif" => return Err(self.expected("a value")),
                name => {
                    self.special.varargs |= name == "varargs";
                    self.special.kwargs |= name == "kwargs";
                    self.special.caller |= name == "caller";
                    ExprKind::Name(Arc::from(name))
                }
            },
            Kind::Str => return Ok(self.strings()),
            Kind::Integer => literal::integer(text),
            Kind::Float => literal::float(text),
            Kind::Op("(") => return self.parenthesised(),
            Kind::Op("[") => return self.list(),
            Kind::Op("{") => return self.dict(),
            _ => return Err(self.expected("a value")),
        };
        self.at += 1;
        Ok(Expr { kind, span: token.span })
    }

    fn strings(&mut self) -> Expr {
        let start = self.token().span;
        let mut text = String::new();
        while self.token().kind == Kind::Str {
            let span = self.token().span;
            text.push_str(&literal::string(&self.text[span.start as usize + 1..span.end as usize - 1]));
            self.at += 1;
        }
        self.node(start, ExprKind::Str(Arc::from(text)))
    }

    fn parenthesised(&mut self) -> Read<Expr> {
        let start = self.token().span;
        self.at += 1;
        if self.skip_op(")") {
            return Ok(self.node(start, ExprKind::Tuple(Vec::new())));
        }
        self.deeper()?;
        let inner = self.tuple(true);
        self.depth -= 1;
        let inner = inner?;
        self.expect_op(")")?;
        Ok(self.node(start, inner.kind))
    }

    fn list(&mut self) -> Read<Expr> {
        let start = self.token().span;
        self.at += 1;
        let mut items = Vec::new();
        while !self.skip_op("]") {
            items.push(self.choice()?);
            if !self.skip_op(",") {
                self.expect_op("]")?;
                break;
            }
        }
        Ok(self.node(start, ExprKind::List(items)))
    }

    fn dict(&mut self) -> Read<Expr> {
        let start = self.token().span;
        self.at += 1;
        let mut entries = Vec::new();
        while !self.skip_op("}") {
            let key = self.choice()?;
            self.expect_op(":")?;
            entries.push((key, self.choice()?));
            if !self.skip_op(",") {
                self.expect_op("}")?;
                break;
            }
        }
        Ok(self.node(start, ExprKind::Dict(entries)))
    }

    /// `.name`, `.0`, `[item]`, `(call)`, any number of them.
    fn postfix(&mut self, mut value: Expr, start: Span) -> Read<Expr> {
        let mut length = 0;
        loop {
            length = self.longer(length)?;
            value = match self.token().kind {
                Kind::Op(".") => self.attribute(value, start)?,
                Kind::Op("[") => self.subscript(value, start)?,
                Kind::Op("(") => {
                    let arguments = self.arguments()?;
                    self.node(start, ExprKind::Call(Box::new(value), arguments))
                }
                _ => return Ok(value),
            };
        }
    }

    fn attribute(&mut self, value: Expr, start: Span) -> Read<Expr> {
        self.at += 1;
        let token = self.token();
        if token.kind == Kind::Integer {
            let kind = literal::integer(&self.text[token.span.range()]);
            self.at += 1;
            let item = Expr { kind, span: token.span };
            return Ok(self.node(start, ExprKind::Item(Box::new(value), Box::new(item))));
        }
        let name = self.name()?;
        Ok(self.node(start, ExprKind::Attribute(Box::new(value), name)))
    }

    fn subscript(&mut self, value: Expr, start: Span) -> Read<Expr> {
        self.at += 1;
        let mut parts = [None, None, None];
        let mut part = 0;
        loop {
            if self.is_op("]") {
                break;
            }
            if self.skip_op(":") {
                part += 1;
                if part > 2 {
                    return Err(self.expected("`]`"));
                }
                continue;
            }
            if parts[part].is_some() {
                return Err(self.expected("`]`"));
            }
            parts[part] = Some(self.tuple(true)?);
        }
        self.expect_op("]")?;
        let value = Box::new(value);
        match parts {
            [Some(item), None, None] if part == 0 => Ok(self.node(start, ExprKind::Item(value, Box::new(item)))),
            [None, None, None] if part == 0 => {
                self.at -= 1;
                Err(self.expected("an index"))
            }
            parts => Ok(self.node(start, ExprKind::Slice(value, Box::new(parts)))),
        }
    }

    /// `| filter`, `is test`, `(call)`, any number of them.
    fn filtered(&mut self, mut value: Expr, start: Span) -> Read<Expr> {
        let mut length = 0;
        loop {
            length = self.longer(length)?;
            if self.skip_op("|") {
                let filter = self.filter()?;
                value = self.node(start, ExprKind::Filter(Box::new(value), filter));
            } else if self.skip_word("is") {
                value = self.test(value, start)?;
            } else if self.is_op("(") {
                let arguments = self.arguments()?;
                value = self.node(start, ExprKind::Call(Box::new(value), arguments));
            } else {
                return Ok(value);
            }
        }
    }

    pub(super) fn filter(&mut self) -> Read<Filter> {
        let span = self.token().span;
        let name = self.dotted_name()?;
        let arguments = if self.is_op("(") { self.arguments()? } else { Vec::new() };
        Ok(Filter { name, arguments, span })
    }

    fn dotted_name(&mut self) -> Read<Arc<str>> {
        let first = self.name()?;
        if !self.is_op(".") {
            return Ok(first);
        }
        let mut name = first.to_string();
        while self.skip_op(".") {
            name.push('.');
            name.push_str(&self.name()?);
        }
        Ok(Arc::from(name))
    }

    fn test(&mut self, value: Expr, start: Span) -> Read<Expr> {
        let negated = self.skip_word("not");
        let span = self.token().span;
        let name = self.dotted_name()?;
        let takes_value = match self.token().kind {
            Kind::Name => !matches!(self.word(), "else" | "or" | "and" | "if" | "is" | "in" | "not" | "recursive"),
            Kind::Str | Kind::Integer | Kind::Float | Kind::Op("[" | "{") => true,
            _ => false,
        };
        let arguments = if self.is_op("(") {
            self.arguments()?
        } else if takes_value {
            let start = self.token().span;
            let value = self.primary()?;
            vec![Argument::Positional(self.postfix(value, start)?)]
        } else {
            Vec::new()
        };
        let test = self.node(start, ExprKind::Test(Box::new(value), Filter { name, arguments, span }));
        Ok(if negated { self.node(start, ExprKind::Not(Box::new(test))) } else { test })
    }

    pub(super) fn arguments(&mut self) -> Read<Vec<Argument>> {
        self.expect_op("(")?;
        let mut arguments = Vec::new();
        while !self.skip_op(")") {
            let argument = if self.skip_op("**") {
                Argument::SpreadNamed(self.choice()?)
            } else if self.skip_op("*") {
                Argument::Spread(self.choice()?)
            } else if self.token().kind == Kind::Name && self.ahead(1).kind == Kind::Op("=") {
                let name = self.name()?;
                self.at += 1;
                Argument::Named(name, self.choice()?)
            } else {
                Argument::Positional(self.choice()?)
            };
            arguments.push(argument);
            if !self.skip_op(",") {
                self.expect_op(")")?;
                break;
            }
        }
        Ok(arguments)
    }
}
