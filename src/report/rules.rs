//! The table of rules in, a list for people or for a page out.

use std::fmt::Write;

use super::paint::{Ink, Paint, pad, width, wrap};
use crate::lint::{Group, Page};

/// Rules under the headings of their groups.
pub fn rules(table: &[&Page], paint: Paint) -> String {
    let mut out = String::new();
    let names = table.iter().map(|page| width(&page.name)).max().unwrap_or(0);
    for group in Group::ALL {
        let pages: Vec<&&Page> = table.iter().filter(|page| page.group == group).collect();
        if pages.is_empty() {
            continue;
        }
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{}", paint.ink(Ink::Bold, group.word()));
        for page in pages {
            let ink = match page.level_word() {
                "error" => Ink::Error,
                "warn" => Ink::Warn,
                "info" => Ink::Info,
                _ => Ink::Faint,
            };
            let room = paint.columns().saturating_sub(names + 11);
            let (level, name) = (paint.ink(ink, &pad(page.level_word(), 6)), pad(&page.name, names));
            for (at, line) in wrap(&plain(&page.summary), room).iter().enumerate() {
                let lead = if at == 0 { format!("  {level} {name}") } else { " ".repeat(names + 9) };
                let _ = writeln!(out, "{lead}  {}", paint.ink(Ink::Faint, line));
            }
        }
    }
    out + "\n`sluice explain RULE` shows a rule's page.\n"
}

/// Without the marks of Markdown.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// A Markdown table.
pub fn rules_markdown(table: &[&Page]) -> String {
    let mut out = "| rule | group | level | finds |\n|---|---|---|---|\n".to_owned();
    for page in table {
        let (name, group, level) = (&page.name, page.group.word(), page.level_word());
        let summary = page.summary.replace('|', "\\|");
        let _ = writeln!(out, "| [{name}](../rules/{name}.md) | {group} | {level} | {summary} |");
    }
    out
}

/// One kind of thing and its facts: name, type in CEL, meaning.
type Kind = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

/// What expressions may ask, kind by kind.
pub fn facts(table: impl Iterator<Item = Kind>, paint: Paint) -> String {
    let mut out = String::new();
    for (kind, rows) in table {
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{}", paint.ink(Ink::Bold, kind));
        for (name, ty, about) in rows {
            let room = paint.columns().saturating_sub(43);
            let lines = wrap(&plain(about), room);
            let head = format!("  {} {}", pad(name, 14), paint.ink(Ink::Faint, &pad(ty, 24)));
            let _ = writeln!(out, "{}", format!("{head}  {}", lines.first().map_or("", String::as_str)).trim_end());
            for line in lines.iter().skip(1) {
                let _ = writeln!(out, "{}{line}", " ".repeat(43));
            }
        }
    }
    out + "\nEvery expression may ask `options` too: the options of its rule's page.\n"
}

/// A page of Markdown for the terminal: headings stand out, paragraphs fit, code stays as it is.
pub fn page(text: &str, paint: Paint) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut code = false;
    for line in text.lines() {
        let fence = line.starts_with("```");
        let flows = !code && !fence && !line.is_empty() && !line.starts_with(['#', '|', '-', '*', ' ']);
        if flows {
            paragraph.push_str(line);
            paragraph.push(' ');
            continue;
        }
        flow(&mut paragraph, paint, &mut out);
        if fence {
            code = !code;
        } else if code {
            let _ = writeln!(out, "    {line}");
        } else if line.starts_with('#') {
            let _ = writeln!(out, "{}", paint.ink(Ink::Bold, line.trim_start_matches(['#', ' '])));
        } else if let Some(item) = line.strip_prefix("- ") {
            for (at, line) in wrap(item, paint.columns() - 4).iter().enumerate() {
                let _ = writeln!(out, "  {} {line}", if at == 0 { "-" } else { " " });
            }
        } else {
            let _ = writeln!(out, "{line}");
        }
    }
    flow(&mut paragraph, paint, &mut out);
    out
}

fn flow(paragraph: &mut String, paint: Paint, out: &mut String) {
    if !paragraph.is_empty() {
        for line in wrap(paragraph, paint.columns()) {
            let _ = writeln!(out, "{line}");
        }
        paragraph.clear();
    }
}
