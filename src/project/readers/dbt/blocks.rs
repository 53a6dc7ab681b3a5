//! A file's text in, the blocks of one kind in it out, e.g. each `{% snapshot name %} .. {% endsnapshot %}`.

use crate::text::Span;

/// One block: its name and the bytes between its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub name: String,
    pub name_span: Span,
    pub body: Span,
}

/// The blocks of a kind (`snapshot`, `test`); one that is never closed ends with the file.
pub(super) fn find(text: &str, kind: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Span, usize)> = None;
    let end = format!("end{kind}");
    for tag in tags(text) {
        let mut words = tag.inner.split_whitespace();
        let word = words.next().unwrap_or_default();
        if word == kind && open.is_none() {
            let name = words.next().map_or("", |name| name.split('(').next().unwrap_or(name));
            let at = tag.inner_start + tag.inner.find(name).unwrap_or(0);
            open = Some((name.to_owned(), Span::new(at, at + name.len()), tag.end));
        } else if word == end
            && let Some((name, name_span, start)) = open.take()
        {
            blocks.push(Block { name, name_span, body: Span::new(start, tag.start) });
        }
    }
    if let Some((name, name_span, start)) = open {
        blocks.push(Block { name, name_span, body: Span::new(start, text.len()) });
    }
    blocks
}

/// Whether the file defines something that only macro files do.
pub(super) fn defines_macros(text: &str) -> bool {
    text.contains("{%") && tags(text).iter().any(|tag| matches!(first_word(tag.inner), "test" | "macro" | "data_test"))
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

struct Tag<'a> {
    start: usize,
    end: usize,
    inner: &'a str,
    inner_start: usize,
}

/// The `{% .. %}` tags outside of comments.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('{') {
        let start = at + found;
        let rest = &text[start..];
        if rest.starts_with("{#") {
            at = rest.find("#}").map_or(text.len(), |end| start + end + 2);
        } else if rest.starts_with("{%") {
            let Some(length) = rest.find("%}") else { break };
            let raw = &rest[2..length.max(2)];
            let inner = raw.trim_start_matches(['-', '+']);
            let inner_start = start + 2 + (raw.len() - inner.len());
            tags.push(Tag { start, end: start + length + 2, inner: inner.trim_end_matches(['-', '+']), inner_start });
            at = start + length + 2;
        } else {
            at = start + 1;
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::{defines_macros, find};

    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = find(text, "snapshot");
        let found: Vec<(&str, &str)> = found.iter().map(|b| (b.name.as_str(), &text[b.body.range()])).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn each_block_has_its_name_and_body() {
        check(
            "{% snapshot a %}select 1{% endsnapshot %}\n{%- snapshot b -%} x {%- endsnapshot -%}",
            &[("a", "select 1"), ("b", " x ")],
        );
        check("{# {% snapshot a %} #}{% snapshot b %}c", &[("b", "c")]);
        check("{% snapshot", &[]);
        check("{%}", &[]);
    }

    #[test]
    fn a_test_block_makes_a_macro_file() {
        assert!(defines_macros("{% test positive(model, column_name) %}select 1{% endtest %}"));
        assert!(!defines_macros("{% set x = 1 %} select 'test'"));
    }
}
