//! Sections of Markdown in, one comment out that a forge takes: not too long, and folded only where it can be.

use std::fmt::Write;

/// What a forge takes for a comment.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// In characters.
    pub limit: usize,
    /// Whether `<details>` and other HTML are understood.
    pub html: bool,
}

/// The sections one below the other, the first the most important: what does not fit is cut at a line and says so.
pub fn comment(sections: &[String], room: Room) -> String {
    let sections = sections.iter().map(|section| section.trim_end()).filter(|section| !section.is_empty());
    let whole = sections.collect::<Vec<_>>().join("\n\n") + "\n";
    let whole = if room.html { whole } else { unfolded(&whole) };
    if whole.chars().count() <= room.limit {
        return whole;
    }
    const END: &str = "\nThe rest is too long for a comment: it is in the job's log.\n";
    // A fold and a fence may have to be closed.
    let spare = END.len() + 32;
    let mut out = String::new();
    let mut used = 0;
    for line in whole.split_inclusive('\n') {
        used += line.chars().count();
        if used + spare > room.limit {
            break;
        }
        out.push_str(line);
    }
    if out.lines().filter(|line| line.starts_with("```")).count() % 2 == 1 {
        out.push_str("```\n");
    }
    if out.matches("<details>").count() > out.matches("</details>").count() {
        out.push_str("\n</details>\n");
    }
    out + END
}

/// A text of a fixed layout under a line that opens it.
pub fn folded(title: &str, text: &str) -> String {
    let text = text.trim_end();
    // A fence longer than any inside.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("<details><summary>{title}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n")
}

fn unfolded(markdown: &str) -> String {
    let mut out = String::new();
    for line in markdown.lines() {
        let title = line.strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
        match title {
            Some(title) => out.push_str(&format!("**{title}**\n")),
            None if line == "</details>" => {}
            None => {
                let line = line.replace("<br>", " ").replace("<sub>", "").replace("</sub>", "");
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Room, comment, folded};

    #[test]
    fn what_does_not_fit_is_cut_and_closed() {
        let sections = ["### One\n".to_owned(), folded("Two", &"a line of text\n".repeat(40))];
        let said = comment(&sections, Room { limit: 300, html: true });
        assert!(said.chars().count() <= 300, "{said}");
        assert_eq!((said.matches("```").count(), said.matches("</details>").count()), (2, 1), "{said}");
        assert!(said.ends_with("it is in the job's log.\n"), "{said}");
    }

    #[test]
    fn without_html_nothing_is_folded() {
        let said = comment(&[folded("Why", "x ``` y")], Room { limit: 300, html: false });
        assert_eq!(said, "**Why**\n\n````text\nx ``` y\n````\n\n");
    }
}
