//! White space inside the tags of a template: one space on either side.

use crate::lint::finding::Raised;
use crate::lint::script::Kind;
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for at in 0..script.tokens.len() {
        let (span, text) = (script.tokens[at].span, script.word(at));
        match script.tokens[at].kind {
            Kind::Expression | Kind::Statement => tag(sheet, span, raised),
            Kind::String | Kind::Quoted if text.contains("{{") => {
                let mut from = 0;
                while let Some(start) = text[from..].find("{{").map(|start| start + from) {
                    let Some(end) = text[start..].find("}}").map(|end| start + end + 2) else { break };
                    tag(sheet, Span::new(start, end).shift(span.start as usize), raised);
                    from = end;
                }
            }
            _ => {}
        }
    }
}

/// One tag, from its first brace to its last.
fn tag(sheet: &Sheet<'_>, span: Span, raised: &mut Vec<Raised>) {
    let text = &sheet.text[span.range()];
    if text.len() < 4 {
        return;
    }
    let inner = &text[2..text.len() - 2];
    let body = inner.strip_prefix(['+', '-']).unwrap_or(inner);
    let body = body.strip_suffix(['+', '-']).unwrap_or(body);
    let word = body.trim();
    if word.is_empty() {
        return;
    }
    let start = span.start as usize + 2 + (inner.len() - inner.strip_prefix(['+', '-']).unwrap_or(inner).len());
    let before = body.len() - body.trim_start().len();
    let after = body.len() - body.trim_end().len();
    let sides = [(start, before), (start + body.len() - after, after)];
    let wrong = sides.into_iter().filter(|(at, length)| {
        let white = &sheet.text[*at..*at + *length];
        white != " " && !white.contains('\n')
    });
    let edits: Vec<_> = wrong.map(|(at, length)| sheet.edit(Span::new(at, at + length), " ")).collect();
    if !edits.is_empty() {
        let message = "One space is to stand on either side inside the tags of a template.";
        raised.push(sheet.raise(span, message).safe_fix(edits));
    }
}
