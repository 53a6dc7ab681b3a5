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
        let words = options.words("ignore_words").iter().map(|word| word.to_lowercase()).collect();
        let pattern = options.word("ignore_words_regex");
        Ignored { words, pattern: Some(pattern).filter(|pattern| !pattern.is_empty()).and_then(Pattern::new) }
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.words.contains(&word.to_lowercase()) || self.pattern.as_ref().is_some_and(|pattern| pattern.finds(word))
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
            let is_alias = matches!(script.node_kind(parent), "alias" | "cte");
            let in_from = script.up(parent, &["from_clause"]).is_some();
            is_alias && (policy == "aliases" || !in_from)
        }
    }
}
