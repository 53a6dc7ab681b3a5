//! SQL with Jinja in, its words and signs out, one a line: what is left where only layout, comments and the case of
//! keywords are set aside.

use super::tolerant::{Node, tolerant};

/// Two texts with the same plain form differ in nothing that decides what they say. A text that the grammar cannot
/// place is its own plain form.
pub fn plain(text: &str) -> String {
    let tree = tolerant(text);
    if !tree.errors().is_empty() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    for node in tree.root().descendants() {
        let span = node.span();
        if (span.start as usize) < at || span.is_empty() || !is_last(node) {
            continue;
        }
        add_words(&text[at..span.start as usize], &mut plain);
        add(node, &mut plain);
        at = span.end as usize;
    }
    add_words(&text[at..], &mut plain);
    plain
}

/// Is it read as one piece, whatever it holds?
fn is_last(node: Node<'_>) -> bool {
    !node.has_children() || is_quoted(node) || is_tag(node) || is_comment(node)
}

fn is_quoted(node: Node<'_>) -> bool {
    let kinds = ["string", "dollar_string", "double_quoted", "backtick_quoted", "bracket_quoted"];
    node.is_named() && kinds.contains(&node.kind())
}

fn is_tag(node: Node<'_>) -> bool {
    node.is_named() && matches!(node.kind(), "jinja_expression" | "jinja_statement")
}

fn is_comment(node: Node<'_>) -> bool {
    node.is_named() && matches!(node.kind(), "comment" | "block_comment" | "jinja_comment")
}

fn add(node: Node<'_>, plain: &mut String) {
    let text = node.text();
    if is_comment(node) {
        // Jinja runs in a comment too, and hints to an engine are written as comments.
        let says = node.kind() != "jinja_comment" && (text.contains('{') || text.starts_with("/*+"));
        if says {
            add_line(text.trim_end(), plain);
        }
    } else if is_tag(node) {
        add_tag(text, plain);
    } else if is_quoted(node) {
        add_line(text, plain);
    } else if node.kind() == "keyword" || !node.is_named() {
        add_words(&text.to_ascii_lowercase(), plain);
    } else {
        add_words(text, plain);
    }
}

/// `{{x}}` is `{{ x }}`.
fn add_tag(text: &str, plain: &mut String) {
    let (open, close) = (text.get(..2).unwrap_or_default(), text.len().saturating_sub(2));
    match text.get(2..close) {
        Some(inside) if text.is_char_boundary(close) => {
            add_line(&format!("{open} {} {}", inside.trim(), &text[close..]), plain);
        }
        _ => add_line(text, plain),
    }
}

fn add_words(text: &str, plain: &mut String) {
    text.split_whitespace().for_each(|word| add_line(word, plain));
}

fn add_line(text: &str, plain: &mut String) {
    plain.push_str(text);
    plain.push('\n');
}

#[cfg(test)]
mod tests {
    use super::plain;

    fn check(one: &str, two: &str, same: bool) {
        assert_eq!(plain(one) == plain(two), same, "{one:?} and {two:?}");
    }

    #[test]
    fn layout_comments_and_the_case_of_keywords_are_set_aside() {
        check("select a,b from t", "SELECT\n    a,\n    b -- the second\nFROM t", true);
        check("select {{f('x')}} from t", "select {{ f('x') }}\nfrom t {# why #}", true);
    }

    #[test]
    fn what_is_in_quotes_and_tags_counts_as_it_stands() {
        check("select 'a  b' from t", "select 'a b' from t", false);
        check("select 'a' from t", "select 'A' from t", false);
        check("select \"a b\" from t", "select \"a  b\" from t", false);
        check("select {{ f('a  b') }}", "select {{ f('a b') }}", false);
        check("select '{{ a }}  b'", "select '{{ a }} b'", false);
    }

    #[test]
    fn names_and_what_a_comment_runs_count() {
        check("select a from t", "select A from t", false);
        check("select a from t", "select b from t", false);
        check("select a -- {{ f() }}\nfrom t", "select a from t", false);
        check("select a -- don't\nfrom t where b = 'x  y'", "select a from t where b = 'x y'", false);
    }
}
