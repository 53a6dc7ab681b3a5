//! `sluice mcp`: an assistant's questions in, the answers of our other commands out.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Exit, Failure};
use super::io::{Color, Io, Terminal};
use crate::mcp::{Answer, Given, Kind, Parameter, Tool, serve};

/// Serve lineage, impact, check, compile, plan and explain as tools of the Model Context Protocol, on stdin and stdout.
///
/// No tool writes anything; each answers for the files as they are on disk at that moment.
#[derive(Debug, Args)]
pub(super) struct Mcp {
    /// The repo to answer for; else the one the command is started in.
    #[arg(value_name = "FOLDER")]
    folder: Option<String>,
}

pub(super) fn run(arguments: &Mcp, io: &mut Io) -> Result<Exit, Failure> {
    let folder = arguments.folder.as_ref().map_or_else(|| io.folder.clone(), |folder| io.folder.join(folder));
    let served = serve(&TOOLS, ABOUT, move |tool, given| answer(&folder, tool, given));
    served.map(|()| Exit::Clean).map_err(|why| Failure::new(format!("the assistant cannot be served: {why}")))
}

const ABOUT: &str = "Sluice knows a repo of SQL models (dbt, SQLMesh or plain SQL) from its files and git history alone, \
                     without a warehouse: which columns each column is made of and who reads it, what a change means and \
                     whom it reaches, what is wrong with the models. Before you edit a model, ask `lineage` who reads it; \
                     after, ask `impact` and `check` with `base` what your edit does. Models are named as in dbt (`orders`, \
                     `+orders`, `tag:finance`), columns as `orders.amount`.";

const fn text(name: &'static str, about: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Text, about, is_needed: false }
}

const fn texts(name: &'static str, about: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Texts, about, is_needed: false }
}

const fn flag(name: &'static str, about: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Flag, about, is_needed: false }
}

const fn format(words: &'static [&'static str]) -> Parameter {
    Parameter { name: "format", kind: Kind::Choice(words), about: "The first, if not said.", is_needed: false }
}

const BASE: Parameter =
    text("base", "A commit, branch or tag to compare with; else where the branch left the default branch.");
const HEAD: Parameter = text("head", "A commit, branch or tag; else the files on disk.");

const TOOLS: [Tool; 6] = [
    Tool {
        name: "lineage",
        title: "Lineage",
        about: "What a model or column is made of (upstream) or who reads it (downstream), column by column. Also of a \
                loose query, which need not be in the repo.",
        parameters: &[
            texts("selector", "Models or columns: `orders`, `orders.amount`, `+orders`, `tag:finance`."),
            flag("downstream", "Who reads it, instead of what it is made of."),
            Parameter { name: "depth", kind: Kind::Number, about: "How many relations away to go.", is_needed: false },
            flag("rows", "Also what decides which rows there are: filters, joins, groups."),
            text("to", "Show the shortest way from the selector to this model or column, with the place of each read."),
            text("sql", "A loose query instead of a selector."),
            text("dialect", "Of the loose query: `snowflake`, `bigquery`, `duckdb`, .."),
            format(&["tree", "json"]),
        ],
    },
    Tool {
        name: "impact",
        title: "Impact",
        about: "What the change between two moments means and whom it reaches: which models and consumers break, differ \
                or stay, and why. With `model` or `column`, whom a change of it would reach.",
        parameters: &[
            BASE,
            HEAD,
            text("model", "Without a diff: whom would a change of this model, source or seed reach?"),
            text("column", "Without a diff: whom would another value in this column (`orders.amount`) reach?"),
            format(&["text", "json", "markdown"]),
        ],
    },
    Tool {
        name: "check",
        title: "Check",
        about: "What is wrong with the models: faults in templates and SQL, columns and relations that are not there, \
                joins that multiply rows, and the repo's own standards. JSON carries fixes as edits.",
        parameters: &[
            texts("paths", "Only findings in these files and folders, from the root of the repo."),
            flag("new", "Only what the change since `base` brings."),
            BASE,
            texts("select", "Only these rules or groups of rules."),
            texts("ignore", "None of these rules or groups of rules."),
            format(&["concise", "text", "json"]),
        ],
    },
    Tool {
        name: "compile",
        title: "Compile",
        about: "The SQL that the templates of models write, without running dbt; or a loose template in the project's \
                context.",
        parameters: &[
            texts("selector", "Models: `orders`, `tag:finance`, `models/marts`."),
            text("inline", "A template to render instead."),
        ],
    },
    Tool {
        name: "plan",
        title: "Plan",
        about: "What has to be built, tested and released when a change lands, in an order that is safe.",
        parameters: &[
            BASE,
            HEAD,
            text("env", "The environment the plan is for; else `prod`."),
            format(&["text", "json"]),
        ],
    },
    Tool {
        name: "explain",
        title: "Explain a rule",
        about: "The page of a rule: why it hurts, what to do, examples, options.",
        parameters: &[Parameter {
            name: "rule",
            kind: Kind::Text,
            about: "Its name: `fan-out-join`.",
            is_needed: true,
        }],
    },
];

/// Runs the command that a tool stands for.
fn answer(folder: &Path, tool: &str, given: &Given) -> Answer {
    let (words, input) = words(tool, given)?;
    let (mut input, mut output, mut errors) = (input.as_bytes(), Vec::new(), Vec::new());
    let exit = super::run(words, &mut buffers(folder.to_owned(), &mut input, &mut output, &mut errors));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    match exit {
        Exit::Clean | Exit::Found => Ok(said(&output)),
        Exit::Failed | Exit::Bug => Err(said(&errors)),
    }
}

fn buffers<'a>(folder: PathBuf, input: &'a mut &[u8], output: &'a mut Vec<u8>, errors: &'a mut Vec<u8>) -> Io<'a> {
    Io { input, output, errors, folder, terminal: Terminal::default(), color: Color::Never }
}

/// A command line, and what stdin holds.
fn words(tool: &str, given: &Given) -> Result<(Vec<String>, String), String> {
    let mut words = vec!["sluice".to_owned(), tool.to_owned()];
    let mut input = String::new();
    let set = |words: &mut Vec<String>, names: &[&str]| {
        for name in names {
            words.extend(given.all(name).iter().map(|text| format!("--{name}={text}")));
        }
    };
    let default = |name: &str, word: &str| given.text(name).unwrap_or(word).to_owned();
    let mut last: &[String] = &[];
    match tool {
        "lineage" => {
            last = given.all("selector");
            words.push(format!("--format={}", default("format", "tree")));
            set(&mut words, &["depth", "to", "dialect"]);
            let flags = ["downstream", "rows"].into_iter().filter(|name| given.is_set(name));
            words.extend(flags.map(|name| format!("--{name}")));
            if let Some(sql) = given.text("sql") {
                sql.clone_into(&mut input);
                words.push("--sql=-".to_owned());
            } else if last.is_empty() {
                return Err("Say of what: a `selector`, or a query as `sql`.".to_owned());
            }
        }
        "impact" => set(&mut words, &["base", "head", "model", "column", "format"]),
        "check" => {
            last = given.all("paths");
            words.push(format!("--format={}", default("format", "concise")));
            set(&mut words, &["base", "select", "ignore"]);
            if given.is_set("new") && given.text("base").is_none() {
                words.push("--base".to_owned());
            }
        }
        "compile" => {
            last = given.all("selector");
            if let Some(template) = given.text("inline") {
                template.clone_into(&mut input);
                words.push("--inline=-".to_owned());
            } else if last.is_empty() {
                return Err("Say of what: a `selector`, or a template as `inline`.".to_owned());
            }
        }
        "plan" => {
            set(&mut words, &["base", "head", "env"]);
            words.push(format!("--target={}", default("format", "text")));
        }
        _ => last = given.all("rule"),
    }
    // Nothing that is asked is taken for a flag.
    words.push("--".to_owned());
    words.extend(last.iter().cloned());
    Ok((words, input))
}
