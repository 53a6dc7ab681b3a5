//! The text of a rule page in, its Page out: what the rule is, how it is explained, and what its examples promise.
//!
//! A page is Markdown with front matter. Three readers share it: the table of rules (front matter), `explain` (the
//! text) and the tests (the fenced blocks, see [`super::example`]).

use std::fmt;

use crate::data::{Fault, Value, yaml};
use crate::diagnostic::Severity;
use crate::text::Span;

use super::example::{self, Example};

/// One rule as its page describes it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rule's name in words: the title of the page.
    pub name: String,
    /// `None`: off unless a project asks for it.
    pub level: Option<Severity>,
    pub group: Group,
    /// The version that brought it.
    pub since: String,
    /// The facts it rests on: `tokens`, `template`, `scopes`, `keys`, `nulls`, `types`, `project`, `change`.
    pub reads: Vec<String>,
    pub fix: FixKind,
    pub peers: Vec<Peer>,
    pub options: Vec<RuleOption>,
    /// The first paragraph: what it finds, in a sentence.
    pub summary: String,
    /// The page without its front matter, for `explain`.
    pub text: String,
    pub examples: Vec<Example>,
    /// Why the page has no examples, where what the rule finds does not fit on a page.
    pub untested: Option<String>,
    /// What a team's own rule looks for; `None` for the built-in ones.
    pub(super) body: Option<Body>,
}

/// What a team's own rule looks for, as the page writes it. Spans are of the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    /// A query over the concrete tree, with the capture `@finding`.
    pub(super) query: Option<Written>,
    /// Which files the query is asked of: `models`, `macros` or `all`.
    pub(super) files: Option<Written>,
    /// What the rule judges one by one: `model`, `column`, ..
    pub(super) each: Option<Written>,
    /// Which of them: an expression.
    pub(super) filter: Option<Written>,
    /// What must be true of them: an expression.
    pub(super) require: Option<Written>,
    pub(super) message: Option<Written>,
    pub(super) help: Option<Written>,
}

/// A text of the front matter and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) span: Span,
}

/// What a rule protects. In the order of worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Correctness,
    ChangeSafety,
    Lineage,
    Governance,
    Cost,
    Templating,
    Hygiene,
    Style,
}

/// Whether a rule can mend what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    None,
    Safe,
    Unsafe,
}

/// The same check in another tool: `sqlfluff ST03`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub tool: String,
    pub code: String,
}

/// One option of a rule, set under `[rules.<name>]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOption {
    pub name: String,
    pub kind: OptionKind,
    pub default: Value,
    pub doc: String,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    Boolean,
    Integer,
    String,
    Strings,
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PageFault {
    #[error("the page does not start with front matter between two lines of `---`")]
    NoFrontMatter,
    #[error("front matter: {0}")]
    FrontMatter(#[from] Fault),
    #[error("front matter: `{key}` is `{value}`, not one of {allowed}")]
    Word { key: String, value: String, allowed: String },
    #[error("front matter: `{0}` is missing")]
    Missing(&'static str),
    #[error("front matter: unknown key `{0}`")]
    UnknownKey(String),
    #[error("the page has no `# title`")]
    NoTitle,
    #[error("line {line}: {why}")]
    Example { line: u32, why: String },
    #[error("the name `{name}` is taken by {by}")]
    Taken { name: String, by: String },
    #[error("{message}")]
    At { message: String, span: Span },
}

const KEYS: [&str; 8] = ["level", "group", "since", "reads", "fix", "peers", "options", "untested"];

/// Keys of a team's own rule, besides [`KEYS`].
const OWN_KEYS: [&str; 7] = ["query", "files", "each", "where", "require", "message", "help"];
/// What a team's own page need not say.
const OWN_DEFAULTS: [(&str, &str); 4] = [("level", "warn"), ("group", "governance"), ("since", ""), ("fix", "none")];

/// Reads the page of a built-in rule.
pub(super) fn parse(text: &str) -> Result<Page, PageFault> {
    let (front, body, body_line) = split(text).ok_or(PageFault::NoFrontMatter)?;
    read(&yaml::parse(front)?, body, body_line, &KEYS, &[])
}

/// Reads the page of a team's own rule.
pub(super) fn parse_own(text: &str) -> Result<Page, PageFault> {
    let (front, body, body_line) = split(text).ok_or(PageFault::NoFrontMatter)?;
    let start = text.len() - text.strip_prefix("---\n").map_or(0, str::len);
    let front = yaml::parse(front).map_err(|fault| PageFault::At {
        message: format!("front matter: {}", fault.message),
        span: fault.span.shift(start),
    })?;
    let keys: Vec<&str> = KEYS.iter().chain(&OWN_KEYS).copied().collect();
    let mut page = read(&front, body, body_line, &keys, &OWN_DEFAULTS)?;
    let written = |key: &str| {
        let value = front.get(key)?;
        Some(Written { text: value.scalar()?, span: value.span.shift(start) })
    };
    page.body = Some(Body {
        query: written("query"),
        files: written("files"),
        each: written("each"),
        filter: written("where"),
        require: written("require"),
        message: written("message"),
        help: written("help"),
    });
    Ok(page)
}

fn read(
    front: &Value,
    body: &str,
    body_line: u32,
    keys: &[&str],
    defaults: &[(&'static str, &str)],
) -> Result<Page, PageFault> {
    if let Some((key, _)) = front.entries().iter().find(|(key, _)| !keys.contains(&key.text.as_str())) {
        return Err(PageFault::UnknownKey(key.text.clone()));
    }
    let required = |key: &'static str| {
        let default = || defaults.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
        front.get(key).and_then(Value::scalar).or_else(default).ok_or(PageFault::Missing(key))
    };
    let name = body.lines().find_map(|line| line.strip_prefix("# ")).ok_or(PageFault::NoTitle)?;
    Ok(Page {
        name: name.trim().to_owned(),
        level: level(&required("level")?)?,
        group: word("group", &required("group")?, &Group::ALL, Group::word)?,
        since: required("since")?,
        reads: front.get("reads").map(Value::strings).unwrap_or_default(),
        fix: word("fix", &required("fix")?, &FixKind::ALL, FixKind::word)?,
        peers: front.get("peers").map(Value::strings).unwrap_or_default().iter().map(|peer| Peer::read(peer)).collect(),
        options: front.get("options").map_or(Ok(Vec::new()), options)?,
        summary: summary(body),
        text: body.trim().to_owned() + "\n",
        examples: example::read(body, body_line).map_err(|(line, why)| PageFault::Example { line, why })?,
        untested: front.get("untested").and_then(Value::scalar),
        body: None,
    })
}

impl Page {
    /// The default value of an option.
    pub fn default(&self, option: &str) -> Option<&Value> {
        self.options.iter().find(|known| known.name == option).map(|known| &known.default)
    }

    /// The word of its level: `error`, `warn`, `info` or `off`.
    pub fn level_word(&self) -> &'static str {
        self.level.map_or("off", Severity::word)
    }
}

impl Group {
    pub const ALL: [Group; 8] = [
        Group::Correctness,
        Group::ChangeSafety,
        Group::Lineage,
        Group::Governance,
        Group::Cost,
        Group::Templating,
        Group::Hygiene,
        Group::Style,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Group::Correctness => "correctness",
            Group::ChangeSafety => "change-safety",
            Group::Lineage => "lineage",
            Group::Governance => "governance",
            Group::Cost => "cost",
            Group::Templating => "templating",
            Group::Hygiene => "hygiene",
            Group::Style => "style",
        }
    }
}

impl FixKind {
    const ALL: [FixKind; 3] = [FixKind::None, FixKind::Safe, FixKind::Unsafe];

    pub fn word(self) -> &'static str {
        match self {
            FixKind::None => "none",
            FixKind::Safe => "safe",
            FixKind::Unsafe => "unsafe",
        }
    }
}

impl Peer {
    fn read(text: &str) -> Self {
        let (tool, code) = text.split_once(' ').unwrap_or((text, ""));
        Peer { tool: tool.to_owned(), code: code.trim().to_owned() }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.tool, self.code)
    }
}

impl OptionKind {
    const ALL: [OptionKind; 4] = [OptionKind::Boolean, OptionKind::Integer, OptionKind::String, OptionKind::Strings];

    pub fn word(self) -> &'static str {
        match self {
            OptionKind::Boolean => "boolean",
            OptionKind::Integer => "integer",
            OptionKind::String => "string",
            OptionKind::Strings => "list of strings",
        }
    }

    /// Is `value` of this kind?
    pub fn takes(self, value: &Value) -> bool {
        match self {
            OptionKind::Boolean => value.bool().is_some(),
            OptionKind::Integer => value.integer().is_some(),
            OptionKind::String => value.str().is_some(),
            OptionKind::Strings => value.str().is_some() || value.items().iter().all(|item| item.str().is_some()),
        }
    }
}

/// Front matter, body, and the line of the page (from 1) on which the body starts.
fn split(text: &str) -> Option<(&str, &str, u32)> {
    let rest = text.strip_prefix("---\n")?;
    let end = rest.find("\n---\n")?;
    let (front, body) = (&rest[..=end], &rest[end + "\n---\n".len()..]);
    Some((front, body, front.lines().count() as u32 + 3))
}

fn level(text: &str) -> Result<Option<Severity>, PageFault> {
    // YAML 1.1 reads a bare `off` as false.
    if text == "off" || text == "false" {
        return Ok(None);
    }
    let levels = [Severity::Error, Severity::Warn, Severity::Info];
    word("level", text, &levels, Severity::word).map(Some)
}

fn word<T: Copy>(key: &str, text: &str, all: &[T], spell: fn(T) -> &'static str) -> Result<T, PageFault> {
    all.iter().copied().find(|one| spell(*one) == text).ok_or_else(|| PageFault::Word {
        key: key.to_owned(),
        value: text.to_owned(),
        allowed: all.iter().map(|one| spell(*one)).collect::<Vec<_>>().join(", "),
    })
}

fn options(front: &Value) -> Result<Vec<RuleOption>, PageFault> {
    let read = |(name, value): &(crate::data::Key, Value)| {
        let kind = value.get("type").and_then(Value::scalar).ok_or(PageFault::Missing("type of an option"))?;
        Ok(RuleOption {
            name: name.text.clone(),
            kind: word("type", &kind, &OptionKind::ALL, OptionKind::word)?,
            default: value.get("default").cloned().ok_or(PageFault::Missing("default of an option"))?,
            doc: value.get("doc").and_then(Value::scalar).ok_or(PageFault::Missing("doc of an option"))?,
        })
    };
    front.entries().iter().map(read).collect()
}

/// The first paragraph below the title, on one line.
fn summary(body: &str) -> String {
    let lines = body.lines().skip_while(|line| !line.starts_with("# ")).skip(1);
    let paragraph = lines.skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
    paragraph.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Group, OptionKind, PageFault, parse};
    use crate::diagnostic::Severity;

    const PAGE: &str = "---\nlevel: warn\ngroup: correctness\nsince: 0.1\nreads: [scopes]\nfix: none\npeers: [sqlfluff ST03]\noptions:\n  deep:\n    type: boolean\n    default: true\n    doc: Look into subqueries.\n---\n# unused-cte\n\nA CTE that\nnobody reads.\n\n## Examples\n\n```sql\nwith a as (select 1) -- finding\nselect 2\n```\n";

    #[test]
    fn front_matter_text_and_examples_are_read() {
        let page = parse(PAGE).expect("the page is well formed");
        assert_eq!(
            (page.name.as_str(), page.level, page.group),
            ("unused-cte", Some(Severity::Warn), Group::Correctness)
        );
        assert_eq!(page.summary, "A CTE that nobody reads.");
        assert_eq!(page.peers[0].to_string(), "sqlfluff ST03");
        assert_eq!(
            (page.options[0].kind, page.default("deep").and_then(crate::data::Value::bool)),
            (OptionKind::Boolean, Some(true))
        );
        assert_eq!(page.examples[0].line, 22);
        assert_eq!(page.examples[0].findings, [("example.sql".to_owned(), 1)]);
    }

    #[test]
    fn off_is_a_level() {
        assert_eq!(parse(&PAGE.replace("level: warn", "level: off")).expect("well formed").level, None);
    }

    #[test]
    fn a_wrong_word_is_told() {
        let fault = parse(&PAGE.replace("level: warn", "level: fatal")).expect_err("no such level");
        assert!(matches!(fault, PageFault::Word { .. }), "{fault}");
        assert!(matches!(parse("# unused-cte\n"), Err(PageFault::NoFrontMatter)));
        assert!(matches!(parse(&PAGE.replace("fix: none", "fixes: none")), Err(PageFault::UnknownKey(_))));
    }
}
