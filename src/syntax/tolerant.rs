//! SQL text as it stands in the file, Jinja and all, goes in; a tree of every token that can be walked and queried
//! comes out. Broken text costs at most a few error nodes, never the tree.

use std::cell::RefCell;
use std::fmt;
use std::sync::OnceLock;

use tree_sitter::{Language, Parser, Query, QueryCursor, StreamingIterator, Tree};

use crate::text::Span;

/// Reads `text` into the tolerant tree. Node kinds and fields are described in `grammars/sql/README.md`.
pub fn tolerant(text: &str) -> Tolerant<'_> {
    let tree = PARSER.with_borrow_mut(|parser| parser.parse(text, None));
    Tolerant { text, tree: tree.expect("a parse without a time limit comes to its end") }
}

thread_local! {
    // A parser keeps the memory of one text for the next.
    static PARSER: RefCell<Parser> = RefCell::new(parser());
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&language()).expect("the grammar is generated for the tree-sitter it is built with");
    parser
}

fn language() -> Language {
    tree_sitter_sql::LANGUAGE.into()
}

/// The concrete tree of one text.
pub struct Tolerant<'t> {
    text: &'t str,
    tree: Tree,
}

impl Tolerant<'_> {
    pub fn root(&self) -> Node<'_> {
        Node { inner: self.tree.root_node(), text: self.text }
    }

    /// What the grammar could not place, in order. Empty for nearly every text.
    pub fn errors(&self) -> Vec<Span> {
        if !self.tree.root_node().has_error() {
            return Vec::new();
        }
        self.root().descendants().filter(|node| node.is_error()).map(Node::span).collect()
    }

    /// All places where `pattern`, in tree-sitter's query language, fits. To ask many texts, compile a [`Pattern`] once.
    pub fn query(&self, pattern: &str) -> Result<Vec<Match>, QueryError> {
        Ok(self.matches(&Pattern::new(pattern)?))
    }

    /// All places where `pattern` fits, in order of the text.
    pub fn matches(&self, pattern: &Pattern) -> Vec<Match> {
        let names = pattern.query.capture_names();
        let mut cursor = QueryCursor::new();
        let mut found = cursor.matches(&pattern.query, self.tree.root_node(), self.text.as_bytes());
        let mut matches = Vec::new();
        while let Some(each) = found.next() {
            let captures =
                each.captures().iter().map(|c| (names[c.index as usize].to_string(), span_of(c.node))).collect();
            matches.push(Match { pattern: each.pattern_index, captures });
        }
        matches
    }
}

/// One node of the tolerant tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    inner: tree_sitter::Node<'t>,
    text: &'t str,
}

impl<'t> Node<'t> {
    /// The node's name in the grammar, such as `select_item`; a keyword or sign is its own kind, in upper case.
    pub fn kind(self) -> &'static str {
        static LANGUAGE: OnceLock<Language> = OnceLock::new();
        LANGUAGE.get_or_init(language).node_kind_for_id(self.inner.kind_id()).unwrap_or("ERROR")
    }

    /// Whether it is a rule of the grammar, not a keyword or sign.
    pub fn is_named(self) -> bool {
        self.inner.is_named()
    }

    /// Whether the text here fits no rule, or a token is missing.
    pub fn is_error(self) -> bool {
        self.inner.is_error() || self.inner.is_missing()
    }

    pub fn span(self) -> Span {
        span_of(self.inner)
    }

    pub fn text(self) -> &'t str {
        &self.text[self.inner.byte_range()]
    }

    pub fn parent(self) -> Option<Node<'t>> {
        self.inner.parent().map(|inner| Node { inner, ..self })
    }

    /// The first child in the role `field`, such as `alias` or `arguments`.
    pub fn field(self, field: &str) -> Option<Node<'t>> {
        self.inner.child_by_field_name(field).map(|inner| Node { inner, ..self })
    }

    /// All children, tokens too, in order.
    pub fn children(self) -> Vec<Node<'t>> {
        let mut cursor = self.inner.walk();
        self.inner.children(&mut cursor).map(|inner| Node { inner, ..self }).collect()
    }

    pub fn has_children(self) -> bool {
        self.inner.child_count() > 0
    }

    /// This node and all below it, parents first, in order of the text.
    pub fn descendants(self) -> Descendants<'t> {
        Descendants { cursor: self.inner.walk(), text: self.text, done: false, depth: 0, next_depth: 0 }
    }

    /// The smallest node that holds `span`.
    pub fn at(self, span: Span) -> Option<Node<'t>> {
        let inner = self.inner.descendant_for_byte_range(span.start as usize, span.end as usize)?;
        Some(Node { inner, ..self })
    }
}

/// The walk of [`Node::descendants`]; it keeps no stack of its own, so depth is no danger.
pub struct Descendants<'t> {
    cursor: tree_sitter::TreeCursor<'t>,
    text: &'t str,
    done: bool,
    depth: usize,
    /// Of the node that comes next. Counted here, for the cursor walks its whole way to tell.
    next_depth: usize,
}

impl Descendants<'_> {
    /// How deep the node that came last stands below the first.
    pub fn depth(&self) -> usize {
        self.depth
    }
}

impl<'t> Iterator for Descendants<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.done {
            return None;
        }
        self.depth = self.next_depth;
        let node = Node { inner: self.cursor.node(), text: self.text };
        if self.cursor.goto_first_child() {
            self.next_depth += 1;
            return Some(node);
        }
        while !self.cursor.goto_next_sibling() {
            if !self.cursor.goto_parent() {
                self.done = true;
                break;
            }
            self.next_depth = self.next_depth.saturating_sub(1);
        }
        Some(node)
    }
}

/// A compiled structural query, to ask many texts.
pub struct Pattern {
    query: Query,
}

impl Pattern {
    pub fn new(pattern: &str) -> Result<Pattern, QueryError> {
        match Query::new(&language(), pattern) {
            Ok(query) => Ok(Pattern { query }),
            Err(error) => Err(QueryError { at: Span::at(error.offset.min(pattern.len())), message: error.to_string() }),
        }
    }
}

/// One fit of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which pattern of the query, counted from 0.
    pub pattern: usize,
    /// Capture names without `@`, in order of the text.
    pub captures: Vec<(String, Span)>,
}

/// A query that is none: `at` is a place in the query's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    pub at: Span,
    pub message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

fn span_of(node: tree_sitter::Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Tolerant, tolerant};

    const CORPUS: &[(&str, &str)] = &[
        ("clauses", include_str!("../../grammars/sql/test/corpus/clauses.txt")),
        ("expressions", include_str!("../../grammars/sql/test/corpus/expressions.txt")),
        ("jinja", include_str!("../../grammars/sql/test/corpus/jinja.txt")),
        ("quotes", include_str!("../../grammars/sql/test/corpus/quotes.txt")),
        ("broken", include_str!("../../grammars/sql/test/corpus/broken.txt")),
    ];

    fn check(pattern: &str, sql: &str, expected: &[&str]) {
        let tree = tolerant(sql);
        let found = tree.query(pattern).expect("the pattern is a query");
        let texts: Vec<&str> = found.iter().flat_map(|m| &m.captures).map(|(_, span)| &sql[span.range()]).collect();
        assert_eq!(texts, expected, "{pattern} in {sql}");
    }

    /// The tree without tokens, in tree-sitter's corpus notation.
    fn shape(tree: &Tolerant<'_>) -> String {
        tree.tree.root_node().to_sexp()
    }

    fn on_one_line(text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").replace(" )", ")")
    }

    #[test]
    fn corpus_reads_as_written() {
        for (file, text) in CORPUS {
            let mut parts = text.split("==================\n").skip(1);
            while let (Some(title), Some(body)) = (parts.next(), parts.next()) {
                let (sql, expected) = body.split_once("\n---\n").expect("source and tree are parted by ---");
                assert_eq!(shape(&tolerant(sql)), on_one_line(expected), "{file}: {title}");
            }
        }
    }

    #[test]
    fn queries_for_editors_are_queries() {
        for query in [
            tree_sitter_sql::HIGHLIGHTS_QUERY,
            tree_sitter_sql::FOLDS_QUERY,
            tree_sitter_sql::LOCALS_QUERY,
            tree_sitter_sql::INJECTIONS_QUERY,
            tree_sitter_sql::INDENTS_QUERY,
        ] {
            Pattern::new(query).expect("the grammar's own queries fit the grammar");
        }
    }

    #[test]
    fn references_are_found_inside_templates() {
        check(
            "(jinja_call function: (jinja_name) @f (#eq? @f \"ref\") arguments: (jinja_arguments (jinja_string) @n))",
            "{% set x = ref('a') %} select * from {{ ref('b') }} where c = '{{ ref(\"d\") }}'",
            &["ref", "'a'", "ref", "'b'", "ref", "\"d\""],
        );
    }

    #[test]
    fn neighbours_are_found_in_flat_lists() {
        check(
            "((operator) @op . (null) (#any-of? @op \"=\" \"<>\"))",
            "select 1 from t where a = null and b is null",
            &["="],
        );
    }

    #[test]
    fn a_bad_query_says_where() {
        let error = tolerant("select 1").query("(select_item").expect_err("unclosed");
        assert!(!error.message.is_empty());
        assert!(tolerant("").query("(no_such_node)").is_err());
    }

    #[test]
    fn broken_text_keeps_its_tree() {
        for sql in [
            "",
            ")))",
            "select (((",
            "{{",
            "{% if",
            "'",
            "\"",
            "select 'a\nfrom t",
            "\u{0}\u{1}",
            "select case",
            "$$",
            "}}",
        ] {
            let tree = tolerant(sql);
            assert_eq!(tree.root().span().end as usize, sql.len(), "{sql:?}");
            let _ = tree.errors();
        }
    }

    #[test]
    fn depth_and_length_are_no_danger() {
        for sql in [
            "(".repeat(20_000),
            "case when ".repeat(20_000),
            "a or ".repeat(50_000),
            format!("select {}1", "a + ".repeat(50_000)),
            format!("select {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
            "select 1 union all ".repeat(10_000),
            "a.\"b\".".repeat(20_000),
            "{{ (".repeat(10_000),
            "{% if a %}".repeat(10_000),
        ] {
            let tree = tolerant(&sql);
            assert!(tree.root().descendants().count() > 10_000);
        }
    }

    #[test]
    fn one_long_line_is_read_to_its_end() {
        let sql = format!("select 'x', {} 1 from t", "a_long_name, 1.5, f(x) as y, ".repeat(70_000));
        let tree = tolerant(&sql);
        assert_eq!((tree.errors(), tree.root().span().end as usize), (Vec::new(), sql.len()));
    }

    /// Words and signs of the language in no order, always the same for a seed.
    fn noise(seed: u64) -> String {
        const PIECES: &[&str] = &[
            "select",
            "from",
            "(",
            ")",
            "'",
            "\"",
            "`",
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "--",
            "/*",
            "*/",
            "\n",
            " ",
            ",",
            ".",
            ".*",
            "::",
            ":",
            "a",
            "b.c",
            "1",
            ".5",
            "1e",
            "$$",
            "$",
            "[",
            "]",
            "{",
            "}",
            "case",
            "when",
            "end",
            "as",
            "join",
            "left",
            "on",
            "with",
            "e'",
            "r\"",
            "'''",
            "\\",
            "\0",
            "é",
            "\u{200b}",
            "\u{1f600}",
            "#",
            "@",
            "?",
            "<",
            ">",
            "array<",
            "struct<",
            "interval",
            "over",
            "filter",
            "order by",
            ";",
            "=",
            "-",
            "*",
            "%",
            "|>",
        ];
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut text = String::new();
        for _ in 0..200 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        text
    }

    #[test]
    fn noise_keeps_its_tree() {
        for seed in 0..300 {
            let sql = noise(seed);
            let tree = tolerant(&sql);
            assert!(tree.root().span().end as usize <= sql.len(), "{sql:?}");
            assert!(tree.errors().iter().all(|span| span.range().end <= sql.len()), "{sql:?}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_keeps_its_tree() {
        for (_, text) in CORPUS {
            let text = &text[..text.len() / 3];
            for (end, _) in text.char_indices() {
                let _ = tolerant(&text[..end]).errors();
            }
        }
    }
}
