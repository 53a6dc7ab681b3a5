//! The functions that a repo's own scripts create in, what a call of one means out.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::name_index::{NameIndex, split_name};
use crate::algebra::{Routine, Type};
use crate::project::{Kind, Project};
use crate::syntax::Parsed;
use crate::syntax::ast::{FunctionReturnType, Statement};
use crate::text::{Digest, Hasher};

/// A function that a statement creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) name: Vec<String>,
    /// The type after RETURNS, as written.
    returns: String,
    aggregate: bool,
    /// Its text asks for the time or for chance.
    volatile: bool,
    /// Gone when the script ends.
    temporary: bool,
    text: Digest,
    /// Names that its text calls.
    calls: Vec<Vec<String>>,
}

/// Words of a text that makes something else each time.
const VOLATILE: [&str; 8] = [
    "rand(",
    "random(",
    "generate_uuid(",
    "uuid_string(",
    "current_date",
    "current_timestamp",
    "now(",
    "session_user(",
];

/// The functions that the statements of a text create. A text that cannot be parsed still says their names.
pub(super) fn created(parsed: &Parsed) -> Vec<Created> {
    let mut found = Vec::new();
    for statement in &parsed.statements {
        let text = &parsed.text()[statement.span.range()];
        let Some((mut created, body)) = header(text) else { continue };
        if let Ok(tree) = &statement.tree
            && let Statement::CreateFunction(function) = tree.as_ref()
            && let Some(FunctionReturnType::DataType(returns)) = &function.return_type
        {
            created.returns = returns.to_string();
        }
        let lower = body.to_ascii_lowercase();
        created.volatile = VOLATILE.iter().any(|word| lower.contains(word));
        created.calls = calls(&lower);
        found.push(created);
    }
    found
}

/// `CREATE [OR REPLACE] [TEMP] [AGGREGATE] FUNCTION [IF NOT EXISTS] name` at the start of a statement, and what follows.
fn header(text: &str) -> Option<(Created, &str)> {
    let mut rest = text.trim_start();
    let (mut temporary, mut aggregate) = (false, false);
    let mut first = true;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = rest[..end].to_ascii_uppercase();
        if first && word != "CREATE" {
            return None;
        }
        first = false;
        rest = rest[end..].trim_start();
        match word.as_str() {
            "CREATE" | "OR" | "REPLACE" | "SECURE" => {}
            "TEMP" | "TEMPORARY" => temporary = true,
            "AGGREGATE" => aggregate = true,
            "FUNCTION" => break,
            _ => return None,
        }
    }
    if rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("if ")) {
        rest = rest[3..].trim_start().get(3..)?.trim_start().get(6..)?.trim_start();
    }
    let end = rest.find(|c: char| c == '(' || c.is_whitespace())?;
    let name: Vec<String> =
        split_name(&rest[..end]).iter().flat_map(|part| part.split('.')).map(str::to_owned).collect();
    let body = &rest[end..];
    let text = Digest::of(body.as_bytes());
    let created =
        Created { name, returns: String::new(), aggregate, volatile: false, temporary, text, calls: Vec::new() };
    Some((created, body))
}

/// Names before an opening parenthesis, as their parts.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (at, _) in text.match_indices('(') {
        let before = text[..at].trim_end();
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || "_.`-".contains(c)))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let name: Vec<String> = before[start..].replace('`', "").split('.').map(str::to_owned).collect();
        if name.iter().all(|part| !part.is_empty()) {
            found.insert(name);
        }
    }
    found.into_iter().collect()
}

/// One project's functions by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Routines {
    index: NameIndex,
    all: Vec<Created>,
    /// Of each function and all that it calls.
    addresses: Vec<Digest>,
    /// Of all of them together.
    pub(super) address: Digest,
}

impl Routines {
    /// The lasting functions of a project outside dbt.
    pub(super) fn new(at: usize, project: &Project, drafts: &[Draft<'_>]) -> Routines {
        if project.kind != Kind::Plain {
            return Routines::default();
        }
        let of_project = drafts.iter().filter(|draft| draft.project == at);
        let created = of_project.flat_map(|draft| &draft.main.reads.routines).filter(|created| !created.temporary);
        Routines::of(created.cloned().collect())
    }

    /// Some functions, which may call each other.
    pub(super) fn of(all: Vec<Created>) -> Routines {
        let mut routines = Routines { all, ..Routines::default() };
        for (at, created) in routines.all.iter().enumerate() {
            routines.index.add(created.name.iter().map(String::as_str), at);
        }
        let addresses = (0..routines.all.len()).map(|at| routines.reach(at)).collect();
        routines.addresses = addresses;
        let mut hasher = Hasher::new("routines");
        for (created, address) in routines.all.iter().zip(&routines.addresses) {
            hasher.text(&created.name.join(".")).text(&created.returns).digest(*address);
        }
        routines.address = hasher.finish();
        routines
    }

    /// The address of a function's text and of all that it calls.
    fn reach(&self, start: usize) -> Digest {
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let called = self.all[at].calls.iter().filter_map(|name| self.index.find(name.iter().map(String::as_str)));
            open.extend(called.filter(|at| seen.insert(*at)).collect::<Vec<_>>());
        }
        let mut hasher = Hasher::new("routine");
        for at in seen {
            hasher.digest(self.all[at].text);
        }
        hasher.finish()
    }

    /// What a call of this name means.
    pub(super) fn find(&self, parts: &[&str]) -> Option<Routine> {
        let at = self.index.find(parts.iter().copied())?;
        let created = &self.all[at];
        let returns = if created.returns.is_empty() { Type::default() } else { Type::parse(&created.returns) };
        let (aggregate, volatile) = (created.aggregate, created.volatile);
        Some(Routine { returns, aggregate, volatile, address: self.addresses[at] })
    }
}

#[cfg(test)]
mod tests {
    use super::{Routines, created};
    use crate::dialect;
    use crate::syntax::parse;

    fn routines(text: &str) -> Routines {
        let dialect = dialect::find("bigquery").expect("a known dialect");
        Routines::of(created(&parse(text, &dialect)))
    }

    #[test]
    fn functions_are_found_by_the_ends_of_their_names() {
        let found = routines("CREATE OR REPLACE FUNCTION json.last(a ANY TYPE) RETURNS STRING AS ((a[0]));");
        assert_eq!(found.find(&["mozfun", "json", "last"]).expect("known").returns.name, "STRING");
        assert!(found.find(&["last"]).is_some());
        assert!(found.find(&["json", "first"]).is_none());
    }

    #[test]
    fn a_function_changes_with_what_it_calls() {
        let text = |body: &str| {
            format!("create function a.f(x INT64) as (a.g(x)); create temp function a.g(x INT64) as ({body});")
        };
        let (one, other) = (routines(&text("x + 1")), routines(&text("x + 2")));
        let address = |found: &super::Routines, name: &str| found.find(&["a", name]).expect("known").address;
        assert_ne!(address(&one, "g"), address(&other, "g"));
        assert_ne!(address(&one, "f"), address(&other, "f"));
        assert_eq!(address(&one, "f"), address(&routines(&text("x + 1")), "f"));
    }

    #[test]
    fn other_statements_create_none() {
        for text in ["select 1", "create table t as select 1", "create procedure p() begin end", ""] {
            assert!(routines(text).all.is_empty(), "{text}");
        }
    }
}
