//! A value nobody gave and the text around it in, what to write in its place out: a name where a name must stand, a
//! parameter where a value may.

use super::free::HOLE;
use super::words::{AFTER_OPERAND, BEFORE_EXPRESSION, BEFORE_LITERAL, BEFORE_NAME, BEFORE_TEXT, RESERVED};

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
    /// What the statement creates, as far as it has said.
    creates: Creates,
    /// Words of the statement so far.
    words: usize,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Creates {
    Nothing,
    Something,
    /// Fills it, from what follows USING.
    Merge,
    Table,
    Function,
}

/// What stands in for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StandIn {
    pub(super) text: String,
    /// Whatever the value is, it is a literal or part of one: columns and rows come from the same places.
    pub(super) literal: bool,
}

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
            creates: Creates::Nothing,
            words: 0,
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
                self.end_word();
                self.word.clear();
            }
            _ if c.is_whitespace() => {
                self.end_word();
                self.apart = true;
            }
            _ if is_word(c) => {
                if self.apart || !is_word(self.last) {
                    self.word.clear();
                }
                self.word.extend(c.to_lowercase());
                (self.last, self.apart) = (c, false);
            }
            _ => self.mark(c),
        }
    }

    fn mark(&mut self, c: char) {
        self.end_word();
        match c {
            '(' if self.open.is_empty() && self.creates == Creates::Table => self.open.push(COLUMNS.to_owned()),
            '(' if self.open.is_empty() && self.creates == Creates::Function => self.open.push(PARAMETERS.to_owned()),
            '(' | '[' => self.open.push(std::mem::take(&mut self.word)),
            '<' if TYPES.contains(&self.word.as_str()) => self.open.push(format!("{}<", self.word)),
            '>' if self.open.last().is_some_and(|word| word.ends_with('<')) => drop(self.open.pop()),
            ')' | ']' => drop(self.open.pop()),
            ';' => {
                self.open.clear();
                (self.creates, self.words) = (Creates::Nothing, 0);
            }
            _ => {}
        }
        self.word.clear();
        (self.last, self.apart) = (c, false);
    }

    /// What a word that has just ended says of what follows.
    fn end_word(&mut self) {
        if self.word.is_empty() || self.apart || !is_word(self.last) {
            return;
        }
        self.words += 1;
        match self.word.as_str() {
            "create" if self.words == 1 => self.creates = Creates::Something,
            "merge" if self.words == 1 => self.creates = Creates::Merge,
            "table" if self.creates == Creates::Something => self.creates = Creates::Table,
            "function" if self.creates == Creates::Something => self.creates = Creates::Function,
            "view" | "select" | "as" => self.creates = Creates::Nothing,
            "between" => self.between = true,
            "where" => self.between = false,
            _ => {}
        }
    }

    /// What to write for a value called `name`, before `after`. `custom`: what the settings want written.
    pub(super) fn choose(&mut self, after: &str, name: &str, custom: Option<&str>) -> StandIn {
        self.end_word();
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
        if glued || is_word(next) || matches!(next, '.' | '(') || next == HOLE[0] {
            return one(if glued { name.to_owned() } else { named() }, false);
        }
        let inside = self.open.last().map_or("", String::as_str);
        let ahead = ahead(after);
        let word = self.word.as_str();
        match self.last {
            '.' | ':' | '@' | '$' | '#' if !self.apart => one(named(), false),
            '\0' | ';' => one(String::new(), false),
            '<' | ',' | '(' if inside.ends_with('<') || inside == COLUMNS || inside == PARAMETERS => {
                one(element(inside, ahead, &named()), false)
            }
            // `with {name} as (`
            ',' | ')' | '(' if ahead == Ahead::Body => one(named(), false),
            // `with {queries} next as (`, `with {query}, next as (`
            ',' if ahead == Ahead::Query => one(String::new(), false),
            ',' if ahead == Ahead::NextQuery => one(format!("{name} AS (SELECT * FROM {name}_)"), false),
            '(' | ',' if ahead == Ahead::Arguments => one(named(), false),
            '(' | '[' => self.after_parenthesis(name),
            ',' => one(format!(":{name}"), self.open.last().is_some_and(|word| is_call(word))),
            ')' | ']' | '\'' | '"' | '`' => one(String::new(), false),
            last if !is_word(last) => one(format!(":{name}"), true),
            _ if ahead == Ahead::Body && is_with(word) => one(named(), false),
            _ if ahead == Ahead::Query && is_with(word) => one(String::new(), false),
            _ if ahead == Ahead::NextQuery && is_with(word) => one(format!("{name} AS (SELECT * FROM {name}_)"), false),
            _ if BEFORE_NAME.contains(&word) || inside == COLUMNS || inside == PARAMETERS || inside.ends_with('<') => {
                one(named(), false)
            }
            _ if BEFORE_TEXT.contains(&word) => one(format!("'{name}'"), true),
            _ if BEFORE_LITERAL.contains(&word) || (between && word == "and") => one(format!(":{name}"), true),
            _ if BEFORE_EXPRESSION.contains(&word) => one(format!(":{name}"), false),
            _ => one(String::new(), false),
        }
    }

    /// The first thing in parentheses: a query after FROM, else a value.
    fn after_parenthesis(&self, name: &str) -> StandIn {
        let before = self.open.last().map_or("", String::as_str);
        if matches!(before, "except" | "exclude") || (before == "using" && self.creates != Creates::Merge) {
            return StandIn { text: name.to_owned(), literal: false };
        }
        if matches!(before, "from" | "join" | "as" | "exists" | "using" | "lateral" | "materialized") {
            return StandIn { text: format!("SELECT * FROM {name}"), literal: false };
        }
        StandIn { text: format!(":{name}"), literal: is_call(before) }
    }
}

/// Stand for the word before a parenthesis that holds the columns of a table or the parameters of a function.
const COLUMNS: &str = "columns(";
const PARAMETERS: &str = "parameters(";
/// Types that hold others between `<` and `>`.
const TYPES: [&str; 4] = ["struct", "array", "map", "table"];

/// A column, a parameter or a part of a type: a name and its type, as far as the text does not say them itself.
fn element(inside: &str, ahead: Ahead, name: &str) -> String {
    match (inside, ahead) {
        (_, Ahead::Word) => name.to_owned(),
        ("array<", _) => "STRING".to_owned(),
        _ => format!("{name} STRING"),
    }
}

/// What follows a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    /// `AS (`: what stands here names a query.
    Body,
    /// `name AS (`: a query is named after what stands here.
    Query,
    /// `, name AS (`: so is one after a comma.
    NextQuery,
    /// `(`: what stands here is called.
    Arguments,
    /// A word that is neither a clause nor an operator: what stands here is named by it, or names it.
    Word,
    Other,
}

fn ahead(after: &str) -> Ahead {
    let rest = after.trim_start();
    if rest.starts_with('(') {
        return Ahead::Arguments;
    }
    if let Some(next) = rest.strip_prefix(',') {
        return if names_query(next) { Ahead::NextQuery } else { Ahead::Other };
    }
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let word = rest[..end].to_ascii_lowercase();
    if word == "as" {
        let body = rest[end..].trim_start().starts_with('(');
        return if body { Ahead::Body } else { Ahead::Other };
    }
    if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) || AFTER_OPERAND.contains(&word.as_str()) {
        return Ahead::Other;
    }
    if names_query(rest) { Ahead::Query } else { Ahead::Word }
}

/// Whether a text starts with `name AS (`.
fn names_query(text: &str) -> bool {
    let text = text.trim_start();
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let after = text[end..].trim_start();
    let is_as = end > 0 && after.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("as"));
    is_as && after[2..].trim_start().starts_with('(')
}

fn is_with(word: &str) -> bool {
    matches!(word, "with" | "recursive")
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
    fn declarations_take_names_and_types() {
        check("create table t (§, b int)", "x STRING", false);
        check("create table t (a int, b §)", "x", false);
        check("create temp function f(a §) returns §", "x", false);
        check("array<struct<§, b int>>", "x STRING", false);
        check("array<struct<§ string>>", "x", false);
        check("with a as (select 1), § as (select 2)", "x", false);
        check("with § as (select 2)", "x", false);
        check("where §(a) > 1", "x", false);
        check("select as struct §, a", ":x", false);
        check("with a as (select 1), § b as (select 2)", "", false);
        check("with §, b as (select 2)", "x AS (SELECT * FROM x_)", false);
        check("join b using (§)", "x", false);
        check("merge into t using (§) s", "SELECT * FROM x", false);
        check("coalesce(§ (a))", "x", false);
    }

    #[test]
    fn what_may_be_a_whole_clause_is_left_out() {
        check("select 1 from t §", "", false);
        check("§ select 1", "", false);
        check("from (§) q", "SELECT * FROM x", false);
        check("with q as (§)", "SELECT * FROM x", false);
    }
}
