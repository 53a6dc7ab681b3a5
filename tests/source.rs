//! Turns a Rust file into what the architecture checks look at: its code without comments, strings and tests.

use std::fs;
use std::path::Path;

/// One file under `src/`.
pub struct RustFile {
    /// From `src/`, with forward slashes: `repo/mod.rs`.
    pub path: String,
    pub text: String,
    /// The text with comments and literals blanked, so that lines and columns stay.
    pub code: String,
    /// `code` with everything under `#[cfg(test)]` blanked too.
    pub shipped: String,
}

impl RustFile {
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank_comments_and_literals(text);
        // A floor's `tests.rs` stands beside its code and is declared under `#[cfg(test)]`.
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let shipped = if is_test { String::new() } else { blank_tests(&code) };
        RustFile { path: path.to_owned(), text: text.to_owned(), code, shipped }
    }

    /// The module of the crate root it belongs to: `repo` of `repo/mod.rs`, `compile` of `compile.rs`.
    pub fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// `lib.rs` and `main.rs` stand outside the floors: they name them.
    pub fn is_root(&self) -> bool {
        matches!(self.path.as_str(), "lib.rs" | "main.rs")
    }
}

/// All `.rs` files below a folder, sorted by path.
pub fn read_folder(folder: &Path) -> Vec<RustFile> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder of the crate can be listed") {
            let path = entry.expect("an entry of a folder of the crate can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is UTF-8");
                let inside = path.strip_prefix(folder).expect("the walk stays in its folder");
                files.push(RustFile::new(&inside.to_string_lossy().replace('\\', "/"), &text));
            }
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

/// A path such as `crate::text::Span` or `std::fs`, as code names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub segments: Vec<String>,
}

/// Every path of two or more segments in the code, `use` trees spread out (`use std::{env, fs}` gives two), and every
/// `use` of a whole crate.
pub fn named_paths(code: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let at = code.len() - rest.len() + start;
        let line = line_of(code, at);
        let after = &rest[start..];
        let length = path_length(after);
        let path = &after[..length];
        if path == "use" {
            let end = after.find(';').unwrap_or(after.len());
            spread_use(after["use".len()..end].trim(), &[], line, &mut found);
            rest = &after[end..];
            continue;
        }
        // `Vec::<T>::new` goes on after its generics: `new` starts no path.
        let goes_on = code[..at].ends_with(">::");
        if path.contains("::") && !goes_on {
            found.push(Named { line, segments: path.split("::").map(|segment| segment.trim().to_owned()).collect() });
        }
        rest = &after[length..];
    }
    found
}

/// Spreads one `use` tree into its leaves.
fn spread_use(tree: &str, prefix: &[String], line: usize, found: &mut Vec<Named>) {
    let tree = tree.trim();
    let (head, group) = tree.split_once('{').map_or((tree, None), |(head, group)| (head, Some(group)));
    let head = head.split(" as ").next().unwrap_or_default();
    let mut segments = prefix.to_vec();
    segments.extend(head.split("::").map(|segment| segment.trim().to_owned()).filter(|segment| !segment.is_empty()));
    let Some(group) = group else {
        if segments.len() > prefix.len() {
            found.push(Named { line, segments });
        }
        return;
    };
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let mut depth = 0_u32;
    let mut start = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                spread_use(&group[start..at], &segments, line, found);
                start = at + 1;
            }
            _ => {}
        }
    }
    spread_use(&group[start..], &segments, line, found);
}

/// Bytes of the path at the start of the text: words joined by `::`.
fn path_length(text: &str) -> usize {
    let word = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let mut length = word(text);
    while let Some(next) = text[length..].strip_prefix("::") {
        match word(next) {
            0 => break,
            more => length += 2 + more,
        }
    }
    length
}

/// One function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// Every function with a body, from its `fn` to its last brace.
pub fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String = code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !starts_word || name.is_empty() {
            continue;
        }
        if let Some(end) = end_of_item(code, at).filter(|end| code[..*end].ends_with('}')) {
            let lines = code[at..end].matches('\n').count() + 1;
            found.push(Function { name, line: line_of(code, at), lines });
        }
    }
    found
}

/// 1-based line of a byte.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where the item that starts at `start` ends: behind its `;` or its closing brace.
fn end_of_item(code: &str, start: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in code[start..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(start + at + 1);
                }
            }
            ';' if depth == 0 => return Some(start + at + 1),
            _ => {}
        }
    }
    None
}

/// Blanks every item under `#[cfg(test)]`.
fn blank_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        kept.push_str(&rest[..at]);
        let end = end_of_item(rest, at + MARK.len()).unwrap_or(rest.len());
        blank_into(&mut kept, &rest[at..end]);
        rest = &rest[end..];
    }
    kept + rest
}

/// Blanks comments, strings and character literals; keeps every line break.
fn blank_comments_and_literals(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = kept.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment_length(rest)
        } else if let Some(length) = raw_string_length(rest).filter(|_| !in_word) {
            length
        } else if first == '"' {
            quoted_length(rest, '"')
        } else if first == '\'' && is_char_literal(rest) {
            quoted_length(rest, '\'')
        } else {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        blank_into(&mut kept, &rest[..length]);
        rest = &rest[length..];
    }
    kept
}

fn blank_into(kept: &mut String, text: &str) {
    kept.extend(text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
}

fn block_comment_length(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// `r"..."`, `r#"..."#`, `br"..."`.
fn raw_string_length(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(text.len() - body.len() + end)
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `'a'` or `'\n'`, not the lifetime `'a`.
fn is_char_literal(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{RustFile, functions, named_paths};

    fn paths(code: &str) -> Vec<String> {
        named_paths(&RustFile::new("x/y.rs", code).shipped).iter().map(|named| named.segments.join("::")).collect()
    }

    #[test]
    fn comments_and_literals_name_nothing() {
        let code = "// std::fs\n/* a::b /* c::d */ e::f */ let x = \"g::h\\\"i::j\"; let r = r#\"k::\"l\"#; let c = '\"'; m::n";
        assert_eq!(paths(code), ["m::n"]);
    }

    #[test]
    fn lifetimes_are_no_literals() {
        assert_eq!(paths("fn f<'a>(x: &'a str) { a::b(x) } // '"), ["a::b"]);
    }

    #[test]
    fn use_trees_are_spread_out() {
        let code = "use std::{env, fs::{self, File}};\nuse git2;\npub use crate::text::Span as S;";
        assert_eq!(paths(code), ["std::env", "std::fs::self", "std::fs::File", "git2", "crate::text::Span"]);
    }

    #[test]
    fn test_modules_are_not_shipped() {
        assert_eq!(
            paths("a::b();\n#[cfg(test)]\nmod tests { use std::fs; fn f() { c::d() } }\ne::f();"),
            ["a::b", "e::f"]
        );
        assert_eq!(paths("#[cfg(test)]\nuse std::fs;\na::b();"), ["a::b"]);
    }

    #[test]
    fn generics_start_no_path() {
        assert_eq!(paths("Vec::<csv::Row>::new()"), ["csv::Row"]);
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let found = functions("fn a(x: [u8; 2]) {\n  b()\n}\ntrait T { fn c(); }\nfn d() {}");
        let measured: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.lines)).collect();
        assert_eq!(measured, [("a", 1, 3), ("d", 5, 1)]);
    }
}
