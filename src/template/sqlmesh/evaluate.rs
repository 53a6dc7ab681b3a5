//! A condition or sum of constants in, its value out, as Python would have it; what is no constant is not guessed.

use super::piece::{Piece, text_literal};
use crate::project::tokens::{Quotes, Token, TokenKind, closing, tokens, unquoted};
use crate::text::{Span, pattern};

/// A value that is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Constant>),
    /// A bare name: equal to itself, and otherwise not known.
    Name(String),
}

/// Deeper brackets are not looked into.
const MAX_DEPTH: usize = 100;

impl Constant {
    /// Python's truth; `None` for what is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match self {
            Constant::None => false,
            Constant::Bool(value) => *value,
            Constant::Int(number) => *number != 0,
            Constant::Float(number) => *number != 0.0,
            Constant::Text(text) => !text.is_empty(),
            Constant::List(items) => !items.is_empty(),
            Constant::Name(_) => return None,
        })
    }

    pub(super) fn piece(&self, quotes: Quotes) -> Piece {
        Piece::text(self.sql(quotes))
    }

    fn sql(&self, quotes: Quotes) -> String {
        match self {
            Constant::None => "NULL".to_owned(),
            Constant::Bool(true) => "TRUE".to_owned(),
            Constant::Bool(false) => "FALSE".to_owned(),
            Constant::Int(number) => number.to_string(),
            Constant::Float(number) => format!("{number:?}"),
            Constant::Text(text) => text_literal(text, quotes),
            Constant::Name(name) => name.clone(),
            Constant::List(items) => {
                format!("({})", items.iter().map(|item| item.sql(quotes)).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Constant::Bool(value) => Some(f64::from(u8::from(*value))),
            Constant::Int(number) => Some(*number as f64),
            Constant::Float(number) => Some(*number),
            _ => None,
        }
    }
}

/// The value of an expression; `None` where it is not known.
pub(super) fn evaluate(text: &str, quotes: Quotes) -> Option<Constant> {
    let tokens = tokens(text, Span::new(0, text.len()), quotes);
    let mut reader = Reader { text, tokens: &tokens, at: 0, depth: 0 };
    let value = reader.or()?;
    (reader.at == tokens.len()).then_some(value)
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn sign(&mut self, sign: &str) -> bool {
        let here = self.tokens.get(self.at).is_some_and(|token| token.is(self.text, sign));
        self.at += usize::from(here);
        here
    }

    fn word(&mut self, word: &str) -> bool {
        let here = self.tokens.get(self.at).is_some_and(|token| token.is_word(self.text, word));
        self.at += usize::from(here);
        here
    }

    fn or(&mut self) -> Option<Constant> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.and()?;
        while self.word("OR") {
            let right = self.and()?;
            left = if left.truth()? { left } else { right };
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Constant> {
        let mut left = self.not()?;
        while self.word("AND") {
            let right = self.not()?;
            left = if left.truth()? { right } else { left };
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Constant> {
        let mut count = 0;
        while self.word("NOT") {
            count += 1;
        }
        let value = self.comparison()?;
        if count == 0 { Some(value) } else { Some(Constant::Bool(value.truth()? != (count % 2 == 1))) }
    }

    fn comparison(&mut self) -> Option<Constant> {
        let mut left = self.sum()?;
        loop {
            let start = self.at;
            if self.word("IS") {
                let negated = self.word("NOT");
                let right = self.sum()?;
                left = Constant::Bool((left == right) != negated);
                continue;
            }
            let negated = self.word("NOT");
            if self.word("IN") {
                let Constant::List(items) = self.list()? else { return None };
                let found = items.iter().any(|item| equal(&left, item));
                left = Constant::Bool(found != negated);
            } else if self.word("BETWEEN") {
                let low = self.sum()?;
                if !self.word("AND") {
                    return None;
                }
                let high = self.sum()?;
                let within = order(&left, &low)?.is_ge() && order(&left, &high)?.is_le();
                left = Constant::Bool(within != negated);
            } else if self.word("LIKE") {
                let (Constant::Text(text), Constant::Text(like)) = (&left, self.sum()?) else { return None };
                left = Constant::Bool(pattern::like(&like, text) != negated);
            } else if negated {
                self.at = start;
                return Some(left);
            } else if let Some(compare) = self.operator() {
                let right = self.sum()?;
                left = Constant::Bool(compare(&left, &right)?);
            } else {
                return Some(left);
            }
        }
    }

    fn operator(&mut self) -> Option<fn(&Constant, &Constant) -> Option<bool>> {
        let written = self.tokens.get(self.at).filter(|token| token.kind == TokenKind::Sign)?.text(self.text);
        let found: fn(&Constant, &Constant) -> Option<bool> = match written {
            "=" | "==" => |a, b| Some(equal(a, b)),
            "<>" | "!=" => |a, b| Some(!equal(a, b)),
            "<" => |a, b| order(a, b).map(std::cmp::Ordering::is_lt),
            "<=" => |a, b| order(a, b).map(std::cmp::Ordering::is_le),
            ">" => |a, b| order(a, b).map(std::cmp::Ordering::is_gt),
            ">=" => |a, b| order(a, b).map(std::cmp::Ordering::is_ge),
            _ => return None,
        };
        self.at += 1;
        Some(found)
    }

    fn sum(&mut self) -> Option<Constant> {
        let mut left = self.product()?;
        loop {
            if self.sign("+") {
                left = add(&left, &self.product()?)?;
            } else if self.sign("-") {
                left = arithmetic(&left, &self.product()?, i64::checked_sub, |a, b| a - b)?;
            } else if self.sign("||") {
                let (Constant::Text(a), Constant::Text(b)) = (&left, self.product()?) else { return None };
                left = Constant::Text(format!("{a}{b}"));
            } else {
                return Some(left);
            }
        }
    }

    fn product(&mut self) -> Option<Constant> {
        let mut left = self.unary()?;
        loop {
            if self.sign("*") {
                left = arithmetic(&left, &self.unary()?, i64::checked_mul, |a, b| a * b)?;
            } else if self.sign("/") {
                left = divide(&left, &self.unary()?)?;
            } else if self.sign("%") {
                let (Constant::Int(a), Constant::Int(b)) = (&left, self.unary()?) else { return None };
                left = Constant::Int(modulo(*a, b)?);
            } else {
                return Some(left);
            }
        }
    }

    fn unary(&mut self) -> Option<Constant> {
        let mut negative = false;
        while self.sign("-") {
            negative = !negative;
        }
        let value = self.primary()?;
        if negative { arithmetic(&Constant::Int(0), &value, i64::checked_sub, |a, b| a - b) } else { Some(value) }
    }

    fn primary(&mut self) -> Option<Constant> {
        let token = *self.tokens.get(self.at)?;
        let written = token.text(self.text);
        match token.kind {
            TokenKind::Sign if matches!(written, "(" | "[") => return self.list_or_one(),
            TokenKind::Sign => return None,
            _ => self.at += 1,
        }
        match token.kind {
            TokenKind::Number => {
                written.parse().map(Constant::Int).or_else(|_| written.parse().map(Constant::Float)).ok()
            }
            TokenKind::Text => unquoted(written).map(Constant::Text),
            TokenKind::Word if written.eq_ignore_ascii_case("TRUE") => Some(Constant::Bool(true)),
            TokenKind::Word if written.eq_ignore_ascii_case("FALSE") => Some(Constant::Bool(false)),
            TokenKind::Word if written.eq_ignore_ascii_case("NULL") => Some(Constant::None),
            TokenKind::Word if written.eq_ignore_ascii_case("CASE") => self.case(),
            _ if self.tokens.get(self.at).is_some_and(|next| next.is(self.text, "(")) => self.function(written),
            _ => {
                let mut name = unquoted(written).unwrap_or_else(|| written.to_owned());
                while self.sign(".") {
                    let part = self.tokens.get(self.at)?.text(self.text);
                    name = format!("{name}.{part}");
                    self.at += 1;
                }
                Some(Constant::Name(name))
            }
        }
    }

    /// `(a)` is `a`; `(a, b)` and `[a]` are lists.
    fn list_or_one(&mut self) -> Option<Constant> {
        let (value, lone) = self.bracket()?;
        match (value, lone) {
            (Constant::List(mut items), true) if items.len() == 1 => items.pop(),
            (value, _) => Some(value),
        }
    }

    fn list(&mut self) -> Option<Constant> {
        self.bracket().map(|(value, _)| value)
    }

    /// What stands in brackets, and whether they may be there for order alone.
    fn bracket(&mut self) -> Option<(Constant, bool)> {
        let close = closing(self.text, self.tokens, self.at)?;
        let lone = self.tokens[self.at].is(self.text, "(");
        self.at += 1;
        let mut items = Vec::new();
        while self.at < close {
            items.push(self.or()?);
            if self.at < close && !self.sign(",") {
                return None;
            }
        }
        self.at = close + 1;
        Some((Constant::List(items), lone))
    }

    fn case(&mut self) -> Option<Constant> {
        let subject = if self.word("WHEN") { None } else { Some(self.or()?) };
        if subject.is_some() && !self.word("WHEN") {
            return None;
        }
        let mut found = None;
        loop {
            let test = self.or()?;
            let holds = match &subject {
                Some(subject) => equal(subject, &test),
                None => test.truth()?,
            };
            if !self.word("THEN") {
                return None;
            }
            let value = self.or()?;
            found = found.or(holds.then_some(value));
            if !self.word("WHEN") {
                break;
            }
        }
        let otherwise = if self.word("ELSE") { self.or()? } else { Constant::None };
        self.word("END").then(|| found.unwrap_or(otherwise))
    }

    fn function(&mut self, name: &str) -> Option<Constant> {
        let Constant::List(mut arguments) = self.list()? else { return None };
        let first = arguments.first().cloned();
        match (name.to_ascii_uppercase().as_str(), first?) {
            ("LOWER", Constant::Text(text)) => Some(Constant::Text(text.to_ascii_lowercase())),
            ("UPPER", Constant::Text(text)) => Some(Constant::Text(text.to_ascii_uppercase())),
            ("LENGTH" | "LEN", Constant::Text(text)) => Some(Constant::Int(text.chars().count() as i64)),
            ("LENGTH" | "LEN" | "ARRAY_LENGTH" | "ARRAY_SIZE", Constant::List(items)) => {
                Some(Constant::Int(items.len() as i64))
            }
            ("ABS", Constant::Int(number)) => number.checked_abs().map(Constant::Int),
            ("COALESCE" | "IFNULL" | "NVL", _) => {
                let known = arguments.iter().position(|value| *value != Constant::None);
                Some(known.map_or(Constant::None, |at| arguments.swap_remove(at)))
            }
            ("IF" | "IFF", condition) if arguments.len() >= 2 => {
                let at = if condition.truth()? { 1 } else { 2 };
                Some(arguments.get(at).cloned().unwrap_or(Constant::None))
            }
            _ => None,
        }
    }
}

/// `1` is `1.0`; a name is itself alone.
fn equal(a: &Constant, b: &Constant) -> bool {
    match (a.number(), b.number()) {
        (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
        _ => a == b,
    }
}

fn order(a: &Constant, b: &Constant) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Constant::Text(a), Constant::Text(b)) => Some(a.cmp(b)),
        _ => a.number()?.partial_cmp(&b.number()?),
    }
}

fn add(a: &Constant, b: &Constant) -> Option<Constant> {
    match (a, b) {
        (Constant::Text(a), Constant::Text(b)) => Some(Constant::Text(format!("{a}{b}"))),
        _ => arithmetic(a, b, i64::checked_add, |a, b| a + b),
    }
}

fn arithmetic(
    a: &Constant,
    b: &Constant,
    whole: fn(i64, i64) -> Option<i64>,
    broken: fn(f64, f64) -> f64,
) -> Option<Constant> {
    match (a, b) {
        (Constant::Int(a), Constant::Int(b)) => whole(*a, *b).map(Constant::Int),
        _ => Some(Constant::Float(broken(a.number()?, b.number()?))),
    }
}

fn divide(a: &Constant, b: &Constant) -> Option<Constant> {
    let (left, right) = (a.number()?, b.number()?);
    (right != 0.0).then(|| Constant::Float(left / right))
}

/// Python's: the sign of the divisor.
fn modulo(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

#[cfg(test)]
mod tests {
    use super::{Constant, evaluate};
    use crate::project::tokens::Quotes;

    fn check(text: &str, expected: Option<Constant>) {
        assert_eq!(evaluate(text, Quotes::default()), expected, "{text}");
    }

    #[test]
    fn constants_are_worked_out() {
        check("1 + 2 * 3 - -1", Some(Constant::Int(8)));
        check("'a' = 'a' AND NOT 1 > 2", Some(Constant::Bool(true)));
        check("'prod' IN ('dev', 'prod')", Some(Constant::Bool(true)));
        check("2 NOT IN [1, 3]", Some(Constant::Bool(true)));
        check("NULL IS NULL OR FALSE", Some(Constant::Bool(true)));
        check("1 IS NOT NULL", Some(Constant::Bool(true)));
        check("3 BETWEEN 1 AND 2", Some(Constant::Bool(false)));
        check("CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", Some(Constant::Text("b".to_owned())));
        check("UPPER('a') || 'b'", Some(Constant::Text("Ab".to_owned())));
        check("'abc' LIKE 'a%'", Some(Constant::Bool(true)));
        check("-7 % 3", Some(Constant::Int(2)));
        check("a = a", Some(Constant::Bool(true)));
    }

    #[test]
    fn what_is_no_constant_is_not_guessed() {
        check("a > 1", None);
        check("f(1)", None);
        check("1 / 0", None);
        check("1 +", None);
        check("(1", None);
        check("a AND b", None);
        check("9223372036854775807 + 1", None);
    }
}
