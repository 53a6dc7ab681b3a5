//! A text in, the tags of its template out; and whether an edit of the text leaves them as they are.

use crate::text::Span;

/// `{{ .. }}`, `{% .. %}` and `{# .. #}`, in order. A tag that does not end goes to the end of the text.
pub(super) fn tags(text: &str) -> Vec<Span> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|offset| at + offset) {
        let close = match text.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let inside = &text[start + 2..];
        let end = if close == "#}" { inside.find(close) } else { end_of(inside, close) };
        at = end.map_or(text.len(), |end| start + 2 + end + close.len());
        tags.push(Span::new(start, at));
    }
    tags
}

/// Where a tag ends, strings in it aside.
fn end_of(inside: &str, close: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if inside[at..].starts_with(close) => return Some(at),
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => {}
        }
    }
    // A quote that does not end is none.
    inside.find(close)
}

/// Does putting `new` where `span` stands leave every tag as it is, and in its order?
pub(super) fn keeps(text: &str, all: &[Span], span: Span, new: &str) -> bool {
    let touched: Vec<&Span> = all.iter().filter(|tag| tag.start < span.end && span.start < tag.end).collect();
    let inside = |tag: &Span| tag.start < span.start && span.start < tag.end;
    if touched.is_empty() {
        return !(span.is_empty() && all.iter().any(inside));
    }
    let kept = tags(new);
    let same = |(tag, kept): (&&Span, &Span)| text.get(tag.range()) == new.get(kept.range());
    touched.iter().all(|tag| span.contains(**tag)) && kept.len() == touched.len() && touched.iter().zip(&kept).all(same)
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn strings_in_a_tag_do_not_end_it() {
        let text = "a {{ '}}' }} b {# it's #} {% if x %}c";
        let found: Vec<&str> = tags(text).into_iter().map(|span| &text[span.range()]).collect();
        assert_eq!(found, ["{{ '}}' }}", "{# it's #}", "{% if x %}"]);
    }
}
