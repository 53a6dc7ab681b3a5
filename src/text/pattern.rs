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

#[cfg(test)]
mod tests {
    use super::{like, search};

    #[test]
    fn like_knows_its_wildcards() {
        assert!(like("a%_z", "abcz"));
        assert!(!like("a_", "a"));
        assert!(like("50\\%", "50%"));
        assert_eq!(search("^i.*d$", "id"), Some(true));
        assert_eq!(search("(", "id"), None);
    }
}
