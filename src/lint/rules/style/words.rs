//! Which words a team's options leave alone, and which names a policy is about.

use crate::lint::scene::Options;
use crate::lint::script::Script;
use crate::text::pattern::Pattern;

/// The options `ignore_words` and `ignore_words_regex`.
pub(super) struct Ignored {
    words: Vec<String>,
    pattern: Option<Pattern>,
}

impl Ignored {
    pub(super) fn of(options: Options<'_>) -> Self {
        let words = options.words("ignore_words").iter().map(|word| word.to_ascii_lowercase()).collect();
        let pattern = options.word("ignore_words_regex");
        Ignored { words, pattern: Some(pattern).filter(|pattern| !pattern.is_empty()).and_then(Pattern::new) }
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.words.contains(&word.to_ascii_lowercase())
            || self.pattern.as_ref().is_some_and(|pattern| pattern.finds(word))
    }
}

/// Does a policy (`all`, `aliases`, `column_aliases`, `none`) speak of the name that is this token?
pub(super) fn applies(policy: &str, script: &Script<'_>, token: usize) -> bool {
    match policy {
        "all" => true,
        "none" => false,
        _ => {
            let node = script.tokens[token].node;
            let parent = script.nodes[node].parent;
            let is_alias = matches!(script.node_kind(parent), "alias" | "cte") || is_column(script, token);
            let in_from = script.up(parent, &["from_clause"]).is_some();
            match policy {
                "table_aliases" => is_alias && in_from,
                "aliases" => is_alias,
                _ => is_alias && !in_from,
            }
        }
    }
}

/// The name of a column of a CREATE TABLE.
fn is_column(script: &Script<'_>, token: usize) -> bool {
    let starts = token > 0 && matches!(script.word(token - 1), "(" | ",");
    starts
        && script.up(script.tokens[token].node, &["column_list", "group", "subquery", "arguments"]).is_some_and(
            |list| {
                script.node_kind(list) == "column_list"
                    && script.node_kind(script.nodes[list].parent) == "create_clause"
            },
        )
}

/// Words that some dialect keeps for itself, so that a name needs quotes.
const RESERVED: [&str; 135] = [
    "all",
    "alter",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "concurrently",
    "connect",
    "constraint",
    "create",
    "cross",
    "cube",
    "current",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "database",
    "default",
    "deferrable",
    "delete",
    "desc",
    "describe",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "function",
    "grant",
    "group",
    "grouping",
    "having",
    "if",
    "ignore",
    "ilike",
    "in",
    "increment",
    "index",
    "initially",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "minus",
    "natural",
    "not",
    "notnull",
    "null",
    "of",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "partition",
    "placing",
    "primary",
    "procedure",
    "qualify",
    "references",
    "regexp",
    "respect",
    "returning",
    "revoke",
    "right",
    "rlike",
    "row",
    "rows",
    "select",
    "session_user",
    "set",
    "similar",
    "some",
    "start",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "variadic",
    "when",
    "where",
];

/// Must a name that is this word stand in quotes somewhere?
pub(super) fn is_reserved(word: &str) -> bool {
    ["window", "with", "datetime"].contains(&word.to_ascii_lowercase().as_str())
        || RESERVED.contains(&word.to_ascii_lowercase().as_str())
}
