//! The known ways to write placeholders, and how each is found in a text.
//!
//! Styles that sqlfluff's placeholder templater knows have its names and find what it finds.

use regex::{Captures, Regex};

use crate::project::TemplateSettings;
use crate::text::pattern::look_behind;

/// How placeholders are found.
#[derive(Debug)]
pub(in crate::template) enum Finder {
    Pattern(Pattern),
    /// Python's `str.format`.
    Braces,
    /// SnowSQL: `&name`, `&{name}`, `&&` for `&`, and commands that start with `!`. `asked`: the settings name the
    /// style; else only what can hardly be anything else counts.
    Snowsql {
        asked: bool,
    },
    /// psql: `:name`, `:'name'`, `:"name"`, and commands that start with `\`.
    Psql,
}

/// A regular expression and what must not stand before its matches.
#[derive(Debug)]
pub(in crate::template) struct Pattern {
    before: Option<Regex>,
    regex: Regex,
    /// The value goes to the database beside the SQL, so it is never more than a value.
    pub(super) bound: bool,
}

/// What may not stand before most placeholders: the rest of a word, a second colon, a backslash.
const NO_WORD: &str = r"[:\w\\]";

/// Name, what must not stand before, the placeholder, whether the value is bound. Where an expression has several
/// groups, the first that takes part is the name.
const PATTERNS: [(&str, &str, &str, bool); 16] = [
    ("colon", NO_WORD, r":(\w+)", true),
    ("colon_nospaces", ":", r":(\w+)", true),
    ("colon_optional_quotes", NO_WORD, r#":'(?P<single>\w+)'|:"(?P<double>\w+)"|:(\w+)"#, true),
    ("numeric_colon", NO_WORD, r":(\d+)", true),
    ("pyformat", NO_WORD, r"%\((\w+)\)s", true),
    ("dollar", NO_WORD, r"\$\{?(\w+)\}?", false),
    ("dollar_surround", NO_WORD, r"\$([-\w]+)\$", false),
    (
        "databricks",
        NO_WORD,
        r"\$\{([A-Za-z_][A-Za-z0-9_.]*)?\}|\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}|\$([A-Za-z_][A-Za-z0-9_]*)",
        false,
    ),
    ("flyway_var", "", r"\$\{(\w+[:\w]+)\}", false),
    ("question_mark", NO_WORD, r"\?", true),
    ("numeric_dollar", NO_WORD, r"\$\{?(\d+)\}?", true),
    ("percent", NO_WORD, "%s", true),
    ("ampersand", "&", r"&\{?(\w+)\}?", false),
    ("apache_camel", NO_WORD, r":#\$\{([^}]+)\}", true),
    ("at", r"[@:\w\\]", r"@(\w+)", true),
    ("hash_brace", "", r"#\{([^}]+)\}", true),
];

/// One placeholder of a pattern.
pub(super) struct Match<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: Option<&'t str>,
    /// Written around the value.
    pub(super) quote: &'static str,
}

impl Finder {
    /// What the settings ask for; `None` where placeholders are Jinja or nothing.
    pub(in crate::template) fn new(settings: &TemplateSettings) -> Option<Finder> {
        if let Some(written) = &settings.placeholder {
            let (before, rest) = look_behind(written);
            let before = before.and_then(|before| Regex::new(&format!("(?:{before})$")).ok());
            return Some(Finder::Pattern(Pattern { before, regex: Regex::new(rest).ok()?, bound: false }));
        }
        match settings.style.as_deref() {
            Some("python_format") => Some(Finder::Braces),
            Some("snowsql") => Some(Finder::Snowsql { asked: true }),
            Some("psql") => Some(Finder::Psql),
            Some("jinja" | "none") => None,
            None => Some(Finder::Snowsql { asked: false }),
            Some(name) => Pattern::known(name).map(Finder::Pattern),
        }
    }
}

impl Pattern {
    pub(super) fn known(name: &str) -> Option<Pattern> {
        let (_, before, written, bound) = PATTERNS.iter().find(|(known, ..)| *known == name)?;
        let before = if before.is_empty() { None } else { Regex::new(&format!("(?:{before})$")).ok() };
        Some(Pattern { before, regex: Regex::new(written).ok()?, bound: *bound })
    }

    /// Every placeholder of a text, in order.
    pub(super) fn find<'t>(&self, text: &'t str) -> Vec<Match<'t>> {
        let mut found = Vec::new();
        let mut at = 0;
        while at <= text.len() {
            let Some(captures) = self.regex.captures_at(text, at) else { break };
            let Some(whole) = captures.get(0) else { break };
            let before = text[..whole.start()].char_indices().next_back();
            let last = before.map_or("", |(at, _)| &text[at..whole.start()]);
            let barred = self.before.as_ref().is_some_and(|before| before.is_match(last));
            if barred || whole.is_empty() {
                let width = text[whole.start()..].chars().next().map_or(1, char::len_utf8);
                at = whole.start() + width;
                continue;
            }
            at = whole.end();
            found.push(Match {
                start: whole.start(),
                end: whole.end(),
                name: name(&captures),
                quote: quote(&captures),
            });
        }
        found
    }
}

/// The group called `param_name`, else the first that takes part.
fn name<'t>(captures: &Captures<'t>) -> Option<&'t str> {
    let found = captures.name("param_name").or_else(|| captures.iter().skip(1).flatten().next());
    found.map(|found| found.as_str())
}

fn quote(captures: &Captures<'_>) -> &'static str {
    if captures.name("single").is_some() {
        "'"
    } else if captures.name("double").is_some() {
        "\""
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn check(style: &str, text: &str, expected: &[&str]) {
        let found = Pattern::known(style).expect("a known style").find(text).into_iter();
        let found: Vec<String> = found.map(|found| found.name.unwrap_or("?").to_owned()).collect();
        assert_eq!(found, expected, "{style}: {text}");
    }

    #[test]
    fn every_style_finds_its_own() {
        check("colon", "a = :b and c::int and d:e and \\:f", &["b"]);
        check("colon_nospaces", "t:b c::d", &["b"]);
        check("colon_optional_quotes", "select :\"c\" from :t where a = :'n' and :'x\"", &["c", "t", "n"]);
        check("numeric_colon", ":2 :b", &["2"]);
        check("pyformat", "%(a)s %s %(b)d", &["a"]);
        check("dollar", "$a ${b} c$d", &["a", "b"]);
        check("dollar_surround", "$a-b$ $c", &["a-b"]);
        check("databricks", "${a.b} {{ c }} $d ${}", &["a.b", "c", "d", "?"]);
        check("flyway_var", "x${flyway:db}", &["flyway:db"]);
        check("question_mark", "? a?b", &["?"]);
        check("numeric_dollar", "$3 ${4} $a", &["3", "4"]);
        check("percent", "%s 5%s", &["?"]);
        check("ampersand", "&a &{b} &&c", &["a", "b"]);
        check("apache_camel", ":#${a.b} :c", &["a.b"]);
        check("at", "@a @@b c@d", &["a"]);
        check("hash_brace", "#{a} #b", &["a"]);
    }
}
