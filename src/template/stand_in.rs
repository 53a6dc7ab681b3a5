//! A value nobody gave and the text around it in, what to write in its place out: a name where a name must stand, a
//! parameter where a value may.

/// Where a text has come to: what the next word would be.
#[derive(Clone, Debug)]
pub(super) struct Around {
    state: State,
    /// The last word, in lower case, if nothing but white space follows it.
    word: String,
    /// The last character that is no white space; `\0` at the start.
    last: char,
    /// Whether white space follows it.
    apart: bool,
    /// The words before the parentheses that are open.
    open: Vec<String>,
    /// A BETWEEN waits for its AND.
    between: bool,
    /// `"a"` is a text, not a name.
    double_is_text: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Code,
    Quoted(char),
    LineComment,
    BlockComment,
}

/// What stands in for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StandIn {
    pub(super) text: String,
    /// Whatever the value is, it is a literal or part of one: columns and rows come from the same places.
    pub(super) literal: bool,
}

/// Words before the name of a relation or of something else that is named.
const BEFORE_NAME: [&str; 17] = [
    "from",
    "join",
    "into",
    "table",
    "update",
    "view",
    "using",
    "as",
    "schema",
    "database",
    "use",
    "function",
    "procedure",
    "call",
    "references",
    "exists",
    "to",
];
/// Words before a value.
const BEFORE_LITERAL: [&str; 14] = [
    "limit", "offset", "top", "interval", "like", "ilike", "rlike", "between", "escape", "in", "fetch", "first",
    "rows", "range",
];
/// Words before a text that says a date.
const BEFORE_TEXT: [&str; 4] = ["date", "timestamp", "time", "datetime"];
/// Words before an expression of any kind.
const BEFORE_EXPRESSION: [&str; 30] = [
    "select",
    "distinct",
    "all",
    "where",
    "and",
    "or",
    "not",
    "on",
    "having",
    "when",
    "then",
    "else",
    "case",
    "is",
    "by",
    "values",
    "set",
    "return",
    "qualify",
    "default",
    "if",
    "immediate",
    "zone",
    "cluster",
    "partition",
    "over",
    "with",
    "recursive",
    "unnest",
    "prewhere",
];
/// Names that mean something else where a name must stand.
const RESERVED: [&str; 40] = [
    "table",
    "select",
    "from",
    "where",
    "group",
    "order",
    "by",
    "column",
    "user",
    "values",
    "view",
    "set",
    "end",
    "limit",
    "join",
    "on",
    "as",
    "in",
    "is",
    "not",
    "null",
    "all",
    "any",
    "and",
    "or",
    "case",
    "when",
    "then",
    "else",
    "default",
    "partition",
    "window",
    "rows",
    "interval",
    "having",
    "union",
    "with",
    "using",
    "create",
    "array",
];

impl Around {
    /// The start of a text, in a dialect where `"a"` is a text or not.
    pub(super) fn start(double_is_text: bool) -> Around {
        Around {
            state: State::Code,
            word: String::new(),
            last: '\0',
            apart: false,
            open: Vec::new(),
            between: false,
            double_is_text,
        }
    }

    /// Goes on by the next piece of text.
    pub(super) fn feed(&mut self, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match self.state {
                State::Quoted(quote) if c == quote => {
                    self.state = State::Code;
                    (self.last, self.apart) = (c, false);
                }
                State::LineComment if c == '\n' => {
                    self.state = State::Code;
                    self.apart = true;
                }
                State::BlockComment if c == '*' && chars.peek() == Some(&'/') => {
                    chars.next();
                    self.state = State::Code;
                    self.apart = true;
                }
                State::Code => self.code(c, chars.peek().copied()),
                _ => {}
            }
        }
    }

    fn code(&mut self, c: char, next: Option<char>) {
        match c {
            '-' if next == Some('-') => self.state = State::LineComment,
            '/' if next == Some('*') => self.state = State::BlockComment,
            '\'' | '"' | '`' => {
                self.state = State::Quoted(c);
                self.word.clear();
            }
            _ if c.is_whitespace() => self.apart = true,
            _ if is_word(c) => {
                if self.apart || !is_word(self.last) {
                    self.word.clear();
                }
                self.word.extend(c.to_lowercase());
                (self.last, self.apart) = (c, false);
            }
            _ => {
                match c {
                    '(' | '[' => self.open.push(std::mem::take(&mut self.word)),
                    ')' | ']' => drop(self.open.pop()),
                    ';' => self.open.clear(),
                    _ => {}
                }
                self.word.clear();
                (self.last, self.apart) = (c, false);
            }
        }
        if self.word == "between" {
            self.between = true;
        } else if self.apart && self.word == "where" {
            self.between = false;
        }
    }

    /// What to write for a value called `name`, before `after`. `custom`: what the settings want written.
    pub(super) fn choose(&mut self, after: &str, name: &str, custom: Option<&str>) -> StandIn {
        let between = self.between;
        self.between = between && self.word != "and";
        let name = identifier(name);
        match self.state {
            State::LineComment | State::BlockComment | State::Quoted('\'') => {
                return StandIn { text: name, literal: true };
            }
            State::Quoted(quote) => return StandIn { text: name, literal: quote == '"' && self.double_is_text },
            State::Code => {}
        }
        let found = self.in_code(after, &name, between);
        match custom {
            Some(custom) if !found.text.is_empty() => StandIn { text: custom.replace("{name}", &name), ..found },
            _ => found,
        }
    }

    fn in_code(&self, after: &str, name: &str, between: bool) -> StandIn {
        let one = |text: String, literal: bool| StandIn { text, literal };
        let named = || if RESERVED.contains(&name) { format!("{name}_") } else { name.to_owned() };
        let next = after.chars().next().unwrap_or(' ');
        let glued = !self.apart && is_word(self.last);
        if glued || is_word(next) || next == '.' || next == crate::template::free::HOLE[0] {
            return one(if glued { name.to_owned() } else { named() }, false);
        }
        let word = self.word.as_str();
        let at_word = is_word(self.last);
        match self.last {
            '.' | ':' | '@' | '$' | '#' if !self.apart => one(named(), false),
            '\0' | ';' => one(String::new(), false),
            '(' | '[' => self.after_parenthesis(name),
            ',' => one(format!(":{name}"), self.open.last().is_some_and(|word| is_call(word))),
            ')' | ']' | '\'' | '"' | '`' => one(String::new(), false),
            _ if !at_word => one(format!(":{name}"), true),
            _ if BEFORE_NAME.contains(&word) => one(named(), false),
            _ if BEFORE_TEXT.contains(&word) => one(format!("'{name}'"), true),
            _ if BEFORE_LITERAL.contains(&word) || (between && word == "and") => one(format!(":{name}"), true),
            _ if BEFORE_EXPRESSION.contains(&word) => one(format!(":{name}"), false),
            _ => one(String::new(), false),
        }
    }

    /// The first thing in parentheses: a query after FROM, else a value.
    fn after_parenthesis(&self, name: &str) -> StandIn {
        let before = self.open.last().map_or("", String::as_str);
        if matches!(before, "from" | "join" | "as" | "exists" | "using" | "lateral" | "materialized") {
            return StandIn { text: format!("SELECT * FROM {name}"), literal: false };
        }
        StandIn { text: format!(":{name}"), literal: is_call(before) }
    }
}

/// Whether a parenthesis after this word holds arguments or a list of values.
fn is_call(word: &str) -> bool {
    !word.is_empty() && (matches!(word, "in" | "values") || !BEFORE_EXPRESSION.contains(&word))
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A name that SQL can say without quotes.
fn identifier(name: &str) -> String {
    let mut text: String = name.chars().map(|c| if is_word(c) { c } else { '_' }).collect();
    if text.is_empty() {
        text.push_str("value");
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        text.insert(0, 'p');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Around;

    /// `§` in the text is where the value called `x` is missing.
    fn check(text: &str, expected: &str, literal: bool) {
        let (before, after) = text.split_once('§').expect("a place to fill");
        let mut around = Around::start(false);
        around.feed(before);
        let found = around.choose(after, "x", None);
        assert_eq!((found.text.as_str(), found.literal), (expected, literal), "{text}");
    }

    #[test]
    fn quotes_and_comments_take_the_name_itself() {
        check("where d = '§'", "x", true);
        check("-- about §", "x", true);
        check("/* § */", "x", true);
        check("from `p.§.t`", "x", false);
        check("select \"§\"", "x", false);
    }

    #[test]
    fn names_stand_where_names_must() {
        check("select * from §", "x", false);
        check("select * from §.t", "x", false);
        check("from s.§", "x", false);
        check("from events_§", "x", false);
        check("cast(a as §)", "x", false);
        check("a::§", "x", false);
    }

    #[test]
    fn values_stand_as_parameters() {
        check("where a >= §", ":x", true);
        check("where a in (§)", ":x", true);
        check("f(a, §)", ":x", true);
        check("limit §", ":x", true);
        check("a between 1 and §", ":x", true);
        check("date §", "'x'", true);
        check("where a and §", ":x", false);
        check("select § from t", ":x", false);
        check("select a, § from t", ":x", false);
    }

    #[test]
    fn what_may_be_a_whole_clause_is_left_out() {
        check("select 1 from t §", "", false);
        check("§ select 1", "", false);
        check("from (§) q", "SELECT * FROM x", false);
        check("with q as (§)", "SELECT * FROM x", false);
    }
}
