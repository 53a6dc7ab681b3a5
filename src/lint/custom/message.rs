//! A message with expressions in braces in, its text for one thing out.

use cel::Context;

use super::expression::Expression;
use crate::lint::page::{PageFault, Written};

/// ``The model `{model.name}` has no owner.``, ready to be filled in.
pub(super) struct Message(Vec<Part>);

enum Part {
    Text(String),
    Expression(Expression),
}

impl Message {
    pub(super) fn read(written: &Written) -> Result<Self, PageFault> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        let mut rest = written.text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            // A brace written twice is one that is meant.
            if let Some(behind) = after.strip_prefix(brace) {
                text.push_str(brace);
                rest = behind;
                continue;
            }
            let Some((inside, behind)) = after.split_once('}').filter(|_| brace == "{") else {
                let message = format!(
                    "the `{brace}` in this text has no other half; write `{brace}{brace}` for one that is meant"
                );
                return Err(super::at(written.span, message));
            };
            parts.push(Part::Text(std::mem::take(&mut text)));
            parts.push(Part::Expression(Expression::part(inside, written.span)?));
            rest = behind;
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Ok(Message(parts))
    }

    /// What cannot be said is left as it is written.
    pub(super) fn fill(&self, context: &Context<'_, '_>) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Expression(expression) => {
                expression.shown(context).unwrap_or_else(|_| format!("{{{}}}", expression.text()))
            }
        };
        self.0.iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use cel::Context;

    use super::Message;
    use crate::lint::page::Written;

    fn check(text: &str, expected: &str) {
        let written = Written { text: text.to_owned(), span: crate::text::Span::default() };
        let filled = match Message::read(&written) {
            Ok(message) => message.fill(&Context::default()),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(filled, expected, "{text}");
    }

    #[test]
    fn braces_hold_expressions_and_two_are_one() {
        check("a {1 + 1} b {['x', 'y']}", "a 2 b x, y");
        check("write `meta: {{owner: ..}}`", "write `meta: {owner: ..}`");
        check("{nobody}", "{nobody}");
        check("a { b", "the `{` in this text has no other half; write `{{` for one that is meant");
    }
}
