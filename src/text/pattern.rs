//! Names tested against SQL LIKE patterns and regular expressions.

/// Does `text` match a LIKE pattern (`%` any run, `_` any character, `\` escapes)?
pub fn like(pattern: &str, text: &str) -> bool {
    let mut regex = String::from("(?s)^");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '\\' => regex.push_str(&regex::escape(&chars.next().map_or_else(String::new, String::from))),
            c => regex.push_str(&regex::escape(&String::from(c))),
        }
    }
    regex.push('$');
    search(&regex, text).unwrap_or(false)
}

/// Does a regular expression match anywhere in `text`? `None` where it is no regular expression we know.
pub fn search(pattern: &str, text: &str) -> Option<bool> {
    regex::Regex::new(pattern).ok().map(|regex| regex.is_match(text))
}

/// The first match of a regular expression in `text`.
pub fn first(pattern: &str, text: &str) -> Option<String> {
    regex::Regex::new(pattern).ok()?.find(text).map(|found| found.as_str().to_owned())
}

/// A regular expression, read once to try many texts.
pub struct Pattern(regex::Regex);

impl Pattern {
    /// `None` where it is no regular expression we know.
    pub fn new(pattern: &str) -> Option<Self> {
        regex::Regex::new(pattern).ok().map(Pattern)
    }

    /// Does it match anywhere in `text`?
    pub fn finds(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// A regular expression without the one look-behind that it may start with, `(?<![..])`: what must not stand before a
/// match, as an expression of its own, and the rest.
pub fn look_behind(pattern: &str) -> (Option<&str>, &str) {
    let split = pattern.strip_prefix("(?<!").and_then(|rest| {
        let end = if rest.starts_with('[') { rest.find("])")? + 1 } else { rest.find(')')? };
        Some((&rest[..end], &rest[end + 1..]))
    });
    split.map_or((None, pattern), |(before, rest)| (Some(before), rest))
}

/// Why a text is no regular expression we can use, in a few words.
pub fn fault(pattern: &str) -> Option<String> {
    let (before, rest) = look_behind(pattern);
    let fault = |pattern: &str| {
        let text = regex::Regex::new(pattern).err()?.to_string();
        let last = text.lines().last().unwrap_or_default().trim();
        Some(last.trim_start_matches("error: ").to_owned())
    };
    before.and_then(fault).or_else(|| fault(rest))
}

#[cfg(test)]
mod tests {
    use super::{fault, like, look_behind, search};

    #[test]
    fn a_look_behind_at_the_start_stands_apart() {
        assert_eq!(look_behind("(?<![:\\w])x(y)"), (Some("[:\\w]"), "x(y)"));
        assert_eq!(look_behind("(?<!a)b"), (Some("a"), "b"));
        assert_eq!(look_behind("b(?<!a)"), (None, "b(?<!a)"));
        assert_eq!(fault("(?<![:\\w])x(?P<n>y)"), None);
        assert!(fault("x(").is_some());
    }

    #[test]
    fn like_knows_its_wildcards() {
        assert!(like("a%_z", "abcz"));
        assert!(!like("a_", "a"));
        assert!(like("50\\%", "50%"));
        assert_eq!(search("^i.*d$", "id"), Some(true));
        assert_eq!(search("(", "id"), None);
    }
}
