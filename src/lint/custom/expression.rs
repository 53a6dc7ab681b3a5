//! The text of a CEL expression in, a program that can be asked many times out; never a panic, whatever is written.

use cel::{Context, Program, Value};

use crate::lint::page::{PageFault, Written};
use crate::text::Span;

/// A compiled expression.
pub(super) struct Expression {
    program: Program,
    text: String,
}

/// Longer expressions than people write; the parser would go too deep.
const LONGEST: usize = 4_000;
const DEEPEST: usize = 40;

impl Expression {
    pub(super) fn new(written: &Written) -> Result<Self, PageFault> {
        Expression::compile(&written.text)
            .map_err(|why| super::at(written.span, format!("`{}` is no CEL expression: {why}", written.text.trim())))
    }

    /// Compiles a part of a message, which has no place of its own.
    pub(super) fn part(text: &str, span: Span) -> Result<Self, PageFault> {
        Expression::compile(text).map_err(|why| super::at(span, format!("`{{{text}}}` is no CEL expression: {why}")))
    }

    fn compile(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST || depth(text) > DEEPEST {
            return Err("it is too long or too deep".to_owned());
        }
        match Program::compile(text) {
            Ok(program) => Ok(Expression { program, text: text.to_owned() }),
            Err(error) => Err(first_line(&error.to_string())),
        }
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    pub(super) fn ask(&self, context: &Context<'_, '_>) -> Result<Value, String> {
        self.program.execute(context).map_err(|error| first_line(&error.to_string()))
    }

    /// The answer of an expression that must be true or false.
    pub(super) fn holds(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        match self.ask(context)? {
            Value::Bool(answer) => Ok(answer),
            other => Err(format!("it gives {}, not true or false", spelled(&other))),
        }
    }

    /// The answer as a message shows it.
    pub(super) fn shown(&self, context: &Context<'_, '_>) -> Result<String, String> {
        self.ask(context).map(|value| spelled(&value))
    }
}

/// A value as people read it.
fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(answer) => answer.to_string(),
        Value::Null => "nothing".to_owned(),
        Value::List(items) => items.iter().map(spelled).collect::<Vec<_>>().join(", "),
        Value::Map(_) => "a map".to_owned(),
        _ => "a value".to_owned(),
    }
}

/// `ERROR: <input>:1:13: Syntax error: mismatched input ..` without what only a parser's author understands.
fn first_line(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    let line = line.strip_prefix("ERROR: <input>:").unwrap_or(line);
    let line = line.split(" expecting {").next().unwrap_or(line);
    line.replace("Syntax error: ", "").trim_end_matches('.').to_owned()
}

/// How deep brackets stand in each other, and signs that each cost a level in a row.
fn depth(text: &str) -> usize {
    let (mut deepest, mut open, mut signs) = (0, 0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'!' | b'-' => signs += 1,
            b' ' => {}
            _ => signs = 0,
        }
        deepest = deepest.max(open + signs);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use cel::Context;

    use super::Expression;

    fn check(text: &str, expected: &str) {
        let answer = match Expression::compile(text) {
            Ok(expression) => expression.shown(&Context::default()),
            Err(why) => Err(why),
        };
        assert_eq!(answer.unwrap_or_else(|why| why), expected, "{text}");
    }

    #[test]
    fn an_expression_answers_or_says_why_not() {
        check("['a', 'b'].map(x, x + '!')", "a!, b!");
        check("1 +", "1:4: mismatched input '<EOF>'");
        check("[1][3]", "Index out of bounds: Int(3)");
    }

    #[test]
    fn no_text_brings_the_parser_down() {
        check(&"(".repeat(3_000), "it is too long or too deep");
        check(&"!".repeat(3_000), "it is too long or too deep");
        let _ = Expression::compile(&"a.".repeat(1_900));
        let _ = Expression::compile(&"a?b:".repeat(900));
        let _ = Expression::compile(&"1+".repeat(1_900));
        for text in ["", "'", "\u{0}", "é", "a b", "}{", "a[", "\"\\x\""] {
            let _ = Expression::compile(text);
        }
    }
}
