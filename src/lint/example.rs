//! The body of a rule page in, its tested examples out: small repos, and the lines on which the rule must fire.
//!
//! A fenced block of `sql`, `yaml`, `toml`, `csv` or `jinja` is a file. One that names no file is an example of its own;
//! under a heading `### Example: name` all blocks that name one make a repo. Words behind the language: `file=PATH`,
//! `dialect=NAME`, `base` (the file stands in Base only), `both` (in Base and in Head).

use std::collections::BTreeMap;

/// One example: the repo, its Base where the rule compares, and where the rule fires in Head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The section's name, or `line <n>`.
    pub name: String,
    /// Line of the page (from 1) where it starts.
    pub line: u32,
    /// Text by path; empty where the example has no Base.
    pub base: BTreeMap<String, String>,
    pub head: BTreeMap<String, String>,
    /// Path and line (from 1) of each line marked `-- finding`.
    pub findings: Vec<(String, u32)>,
}

/// A fenced block: its info words, its text and where it starts.
struct Block<'a> {
    info: &'a str,
    text: String,
    line: u32,
}

const LANGUAGES: [&str; 5] = ["sql", "yaml", "toml", "csv", "jinja"];
const MARKS: [&str; 4] = ["-- finding", "# finding", "{# finding #}", "/* finding */"];
/// Rules see what a user sees: a repo that says its dialect.
const DIALECT: &str = "duckdb";

/// Reads the examples of a page's body; `first` is the body's first line in the page.
pub(super) fn read(body: &str, first: u32) -> Result<Vec<Example>, (u32, String)> {
    let mut examples = Vec::new();
    let mut section: Option<Draft> = None;
    let mut lines = body.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let number = first + at as u32;
        if line.starts_with('#') {
            examples.extend(section.take().map(Draft::finish));
            section = line.strip_prefix("### Example:").map(|name| Draft::new(name.trim(), number));
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        if !LANGUAGES.contains(&info.split(' ').next().unwrap_or_default()) {
            continue;
        }
        let block = Block { info, text: text.join("\n") + "\n", line: number + 1 };
        // A block that names no file is an example of its own, wherever it stands.
        let named = info.split(' ').any(|word| word.starts_with("file="));
        if let Some(draft) = section.as_mut().filter(|_| named) {
            draft.add(&block)?;
            continue;
        }
        examples.extend(section.take().map(Draft::finish));
        let mut draft = Draft::new(&format!("line {}", block.line), block.line);
        draft.add(&block)?;
        examples.push(draft.finish());
    }
    examples.extend(section.take().map(Draft::finish));
    Ok(examples)
}

/// An example that is being read.
struct Draft {
    example: Example,
    dialect: Option<String>,
    has_base: bool,
}

impl Draft {
    fn new(name: &str, line: u32) -> Self {
        let (base, head, findings) = Default::default();
        let example = Example { name: name.to_owned(), line, base, head, findings };
        Draft { example, dialect: None, has_base: false }
    }

    fn add(&mut self, block: &Block<'_>) -> Result<(), (u32, String)> {
        let mut words = block.info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let (mut path, mut base, mut both) = (format!("example.{language}"), false, false);
        for word in words {
            match word.split_once('=') {
                Some(("file", file)) => file.clone_into(&mut path),
                Some(("dialect", dialect)) => self.dialect = Some(dialect.to_owned()),
                None if word == "base" => base = true,
                None if word == "both" => both = true,
                _ => return Err((block.line, format!("unknown info word `{word}`"))),
            }
        }
        let (text, marked) = unmark(&block.text);
        if base && !marked.is_empty() {
            return Err((block.line, "rules fire in Head, this block is of Base".to_owned()));
        }
        self.has_base |= base || both;
        if base || both {
            self.example.base.insert(path.clone(), text.clone());
        }
        if !base {
            self.example.findings.extend(marked.into_iter().map(|line| (path.clone(), line)));
            self.example.head.insert(path, text);
        }
        Ok(())
    }

    fn finish(mut self) -> Example {
        let dialect = self.dialect.as_deref().unwrap_or(DIALECT);
        complete(&mut self.example.head, dialect);
        if self.has_base {
            complete(&mut self.example.base, dialect);
        }
        self.example.findings.sort();
        self.example
    }
}

/// Adds what every repo has and no reader of a page wants to read.
fn complete(files: &mut BTreeMap<String, String>, dialect: &str) {
    let folders = ["models/", "macros/", "tests/", "seeds/"];
    let is_dbt = files.keys().any(|path| folders.iter().any(|folder| path.starts_with(folder)));
    if is_dbt {
        let project = "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n";
        files.entry("dbt_project.yml".to_owned()).or_insert_with(|| project.to_owned());
    }
    files.entry("sluice.toml".to_owned()).or_insert_with(|| format!("dialect = \"{dialect}\"\n"));
}

/// The text without its marks, and the lines (from 1) that had one.
fn unmark(text: &str) -> (String, Vec<u32>) {
    let mut marked = Vec::new();
    let mut plain = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        let mark = MARKS.iter().find_map(|mark| line.trim_end().strip_suffix(mark));
        if mark.is_some() {
            marked.push(at as u32 + 1);
        }
        plain.push_str(mark.map_or(line, str::trim_end));
        plain.push('\n');
    }
    (plain, marked)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_lone_block_is_an_example_and_marks_are_taken_out() {
        let examples =
            read("```sql\nselect a, -- finding\n  b\n```\ntext\n```text\nno\n```\n", 1).expect("well formed");
        let [example] = examples.as_slice() else { panic!("one example, not {}", examples.len()) };
        assert_eq!(example.head["example.sql"], "select a,\n  b\n");
        assert_eq!(example.findings, [("example.sql".to_owned(), 1)]);
        assert!(example.base.is_empty());
    }

    #[test]
    fn a_section_is_one_repo_with_its_base() {
        let body = "### Example: two\n```sql base file=models/a.sql\nselect 1 as x\n```\n```sql file=models/a.sql\nselect 2 as x -- finding\n```\n## Next\n```sql\nselect 1\n```\n";
        let examples = read(body, 1).expect("well formed");
        assert_eq!(examples.len(), 2);
        assert_eq!(examples[0].base.keys().collect::<Vec<_>>(), ["dbt_project.yml", "models/a.sql", "sluice.toml"]);
        assert_eq!(examples[0].findings, [("models/a.sql".to_owned(), 1)]);
    }

    #[test]
    fn an_unknown_info_word_is_a_fault() {
        assert_eq!(read("```sql dielect=x\nselect 1\n```\n", 3).expect_err("misspelt").0, 4);
    }
}
