//! Words of a selector in; terms, their graph operators and how they are joined out. Knows no repo.
//!
//! The grammar is dbt's (<https://docs.getdbt.com/reference/node-selection/syntax>): words are a union, parts of a word
//! between commas an intersection, and a part is `[@|[N]+] [method:]value [+[N]]`.

use crate::text::closest;

/// What is wanted: a union of intersections, and what is taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub wanted: Vec<Vec<Term>>,
    pub excluded: Vec<Vec<Term>>,
}

/// One part: `2+tag:finance+`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As the user wrote it.
    pub text: String,
    pub method: Method,
    /// The value, without method and operators.
    pub value: String,
    /// How far up to go, if at all.
    pub parents: Option<Reach>,
    /// How far down to go, if at all.
    pub children: Option<Reach>,
    /// `@`: whoever reads it, and all that they need.
    pub readers_with_needs: bool,
}

/// How many relations away; `None` is as far as there are any.
pub type Reach = Option<usize>;

/// By what a value selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// No method was written: a name, a column, a folder, a path or a file, as the value looks.
    Plain,
    Fqn,
    Tag,
    Group,
    Access,
    Source,
    Path,
    File,
    Package,
    /// The keys that lead to the config value.
    Config(Vec<String>),
    ResourceType,
    TestType,
    Version,
    Exposure,
    Metric,
    SemanticModel,
    SavedQuery,
    UnitTest,
}

/// The methods by name, in the order of the documentation.
const METHODS: [(&str, Method); 17] = [
    ("access", Method::Access),
    ("config", Method::Config(Vec::new())),
    ("exposure", Method::Exposure),
    ("file", Method::File),
    ("fqn", Method::Fqn),
    ("group", Method::Group),
    ("metric", Method::Metric),
    ("package", Method::Package),
    ("path", Method::Path),
    ("resource_type", Method::ResourceType),
    ("saved_query", Method::SavedQuery),
    ("semantic_model", Method::SemanticModel),
    ("source", Method::Source),
    ("tag", Method::Tag),
    ("test_type", Method::TestType),
    ("unit_test", Method::UnitTest),
    ("version", Method::Version),
];

/// What dbt selects by, and text alone cannot: the method, and what to do instead.
const ELSEWHERE: [(&str, &str); 5] = [
    (
        "state",
        "`sluice impact --base REF` says what changed and whom it reaches; `sluice plan --base REF` what to build.",
    ),
    ("result", "It needs the results of a run of dbt, which Sluice does not read."),
    ("source_status", "It needs the results of `dbt source freshness`, which Sluice does not read."),
    ("test_name", "A generic test reads what its model reads: select the model."),
    ("selector", "Selectors of `selectors.yml` are not read: write out what the selector says."),
];

/// Why words are no selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorFault {
    pub message: String,
    pub help: String,
}

impl SelectorFault {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        SelectorFault { message: message.into(), help: help.into() }
    }
}

impl Selection {
    /// Words as they stand on the command line; one may hold several, apart by spaces.
    pub fn parse<S: AsRef<str>>(wanted: &[S], excluded: &[S]) -> Result<Self, SelectorFault> {
        Ok(Selection { wanted: union(wanted)?, excluded: union(excluded)? })
    }

    /// The one term, where nothing is joined to it or taken from it.
    pub fn single(&self) -> Option<&Term> {
        match (self.wanted.as_slice(), self.excluded.as_slice()) {
            ([parts], []) if parts.len() == 1 => parts.first(),
            _ => None,
        }
    }

    pub fn terms_mut(&mut self) -> impl Iterator<Item = &mut Term> {
        self.wanted.iter_mut().flatten()
    }
}

impl Term {
    /// Was no method written?
    pub fn is_plain(&self) -> bool {
        self.method == Method::Plain
    }

    /// Does it ask for more than what it names?
    pub fn walks(&self) -> bool {
        self.readers_with_needs || self.parents.is_some() || self.children.is_some()
    }
}

fn union<S: AsRef<str>>(words: &[S]) -> Result<Vec<Vec<Term>>, SelectorFault> {
    let words = words.iter().flat_map(|word| word.as_ref().split_whitespace());
    words.map(|word| word.split(',').map(|part| term(part, word)).collect()).collect()
}

fn term(part: &str, word: &str) -> Result<Term, SelectorFault> {
    let (readers_with_needs, rest) = match part.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, part),
    };
    let (parents, rest) = leading(rest);
    let (rest, children) = trailing(rest);
    let (method, value) = method(rest)?;
    if value.is_empty() {
        let help = "Words are a union, commas an intersection: `tag:finance,path:models/marts orders+`.";
        return Err(SelectorFault::new(format!("`{word}` has a part that names nothing"), help));
    }
    if readers_with_needs && (parents.is_some() || children.is_some()) {
        let help = "`@` takes all readers, and all that they read, anyway.";
        return Err(SelectorFault::new(format!("`{part}` has both `@` and `+`"), help));
    }
    Ok(Term { text: part.to_owned(), method, value: value.to_owned(), parents, children, readers_with_needs })
}

/// `2+orders`: how far up, and the rest.
fn leading(text: &str) -> (Option<Reach>, &str) {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - rest.len()];
    match rest.strip_prefix('+') {
        Some(rest) => (Some(digits.parse().ok()), rest),
        None => (None, text),
    }
}

/// `orders+2`: the rest, and how far down.
fn trailing(text: &str) -> (&str, Option<Reach>) {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &text[rest.len()..];
    match rest.strip_suffix('+') {
        Some(rest) => (rest, Some(digits.parse().ok())),
        None => (text, None),
    }
}

fn method(text: &str) -> Result<(Method, &str), SelectorFault> {
    let Some((name, value)) = text.split_once(':') else { return Ok((Method::Plain, text)) };
    let mut keys = name.split('.').map(str::to_owned);
    let first = keys.next().unwrap_or_default();
    let keys: Vec<String> = keys.collect();
    if let Some((_, help)) = ELSEWHERE.iter().find(|(elsewhere, _)| *elsewhere == first) {
        return Err(SelectorFault::new(format!("`{first}:` is nothing that the files alone can tell"), *help));
    }
    let known = METHODS.iter().find(|(known, _)| *known == first).map(|(_, method)| method.clone());
    match known {
        Some(Method::Config(_)) if keys.is_empty() => Err(SelectorFault::new(
            format!("`{text}` does not say which config"),
            "Name it after a dot: `config.materialized:view`, `config.meta.owner:finance`.",
        )),
        Some(Method::Config(_)) => Ok((Method::Config(keys), value)),
        Some(method) if keys.is_empty() => Ok((method, value)),
        _ => {
            let names: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
            let help = match closest(name, names.iter().copied()) {
                Some(similar) => format!("Did you mean `{similar}:`? There are {}.", names.join(", ")),
                None => format!("There are {}.", names.join(", ")),
            };
            Err(SelectorFault::new(format!("there is no selector method `{name}:`"), help))
        }
    }
}

/// Does a shell's glob (`*`, `?`, `[abc]`) match all of a text? Case counts, as in dbt.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stands, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[p..], text[t]),
            Some(c) if *c == text[t] => Some(1),
            _ => None,
        };
        match (step, star) {
            (Some(width), _) => (p, t) = (p + width, t + 1),
            (None, Some((at, taken))) => {
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// `[a-z]` or `[!a-z]` at the start of a pattern: its width, if it holds the character. A `[` that nothing closes is
/// itself.
fn class(pattern: &[char], c: char) -> Option<usize> {
    let negated = pattern.get(1) == Some(&'!');
    let first = if negated { 2 } else { 1 };
    let close = pattern.iter().skip(first + 1).position(|c| *c == ']').map(|at| at + first + 1);
    let Some(close) = close else { return (c == '[').then_some(1) };
    let body = &pattern[first..close];
    let mut at = 0;
    let mut holds = false;
    while at < body.len() {
        if body.get(at + 1) == Some(&'-') && at + 2 < body.len() {
            holds |= body[at] <= c && c <= body[at + 2];
            at += 3;
        } else {
            holds |= body[at] == c;
            at += 1;
        }
    }
    (holds != negated).then_some(close + 1)
}

pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

#[cfg(test)]
mod tests {
    use super::{Method, Selection, glob};

    fn one(text: &str) -> super::Term {
        let selection = Selection::parse(&[text], &[]).expect("it is a selector");
        selection.single().expect("it is one term").clone()
    }

    fn fault(text: &str) -> String {
        let fault = Selection::parse(&[text], &[]).expect_err("it is no selector");
        format!("{}: {}", fault.message, fault.help)
    }

    #[test]
    fn operators_stand_at_both_ends() {
        let term = one("2+orders+");
        assert_eq!((term.value.as_str(), term.parents, term.children), ("orders", Some(Some(2)), Some(None)));
        let term = one("orders+13");
        assert_eq!((term.value.as_str(), term.parents, term.children), ("orders", None, Some(Some(13))));
        let term = one("+3+4+1");
        assert_eq!((term.value.as_str(), term.parents, term.children), ("3+4", Some(None), Some(Some(1))));
        assert!(one("@orders").readers_with_needs);
        let term = one("2024_orders");
        assert_eq!((term.value.as_str(), term.parents), ("2024_orders", None));
    }

    #[test]
    fn methods_stand_before_a_colon() {
        assert_eq!(one("+tag:finance").method, Method::Tag);
        assert_eq!(one("config.meta.owner:x").method, Method::Config(vec!["meta".to_owned(), "owner".to_owned()]));
        assert_eq!(one("source:raw.orders+").value, "raw.orders");
        assert_eq!(one("orders.amount").method, Method::Plain);
    }

    #[test]
    fn spaces_are_a_union_and_commas_an_intersection() {
        let selection = Selection::parse(&["a b", "tag:c,d+"], &["e"]).expect("it is a selector");
        let texts: Vec<Vec<&str>> =
            selection.wanted.iter().map(|parts| parts.iter().map(|term| term.text.as_str()).collect()).collect();
        assert_eq!(texts, [vec!["a"], vec!["b"], vec!["tag:c", "d+"]]);
        assert_eq!(selection.excluded.len(), 1);
        assert!(selection.single().is_none());
    }

    #[test]
    fn what_is_no_selector_says_why() {
        assert!(fault("tags:x").contains("Did you mean `tag:`? There are access, config,"), "{}", fault("tags:x"));
        assert!(fault("state:modified+").contains("sluice impact --base"));
        assert!(fault("config:x").contains("config.materialized:view"));
        assert!(fault("a,,b").contains("names nothing"));
        assert!(fault("tag:").contains("names nothing"));
        assert!(fault("@a+").contains("both `@` and `+`"));
    }

    #[test]
    fn globs_match_whole_names() {
        for (pattern, text) in [
            ("*", ""),
            ("stg_*", "stg_orders"),
            ("*_id", "user_id"),
            ("a?c", "abc"),
            ("[a-c]x*", "bx"),
            ("[!a]", "b"),
            ("[", "["),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("stg_*", "my_stg_orders"), ("a?c", "ac"), ("[a-c]", "d"), ("[!a]", "a"), ("a", "A")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}
