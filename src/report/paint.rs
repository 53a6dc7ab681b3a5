//! Words in, the same words with terminal colours and hyperlinks out, where the terminal takes them.

/// What the reader's terminal takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    pub colour: bool,
    pub links: bool,
    /// Columns of the terminal; 0 stands for 80.
    pub width: usize,
}

/// What a word is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Error,
    Warn,
    Info,
    Good,
    /// Names the reader looks for.
    Name,
    /// What may be skipped: lines of trees, places, counts of nothing.
    Faint,
    Bold,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Error => "1;31",
            Ink::Warn => "1;33",
            Ink::Info => "1;34",
            Ink::Good => "32",
            Ink::Name => "36",
            Ink::Faint => "2",
            Ink::Bold => "1",
        }
    }
}

impl Paint {
    /// No colours, 80 columns: what a file or a pipe gets.
    pub fn plain() -> Self {
        Paint::default()
    }

    pub fn columns(self) -> usize {
        match self.width {
            0 => 80,
            width => width.clamp(40, 120),
        }
    }

    pub fn ink(self, ink: Ink, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code()) } else { text.to_owned() }
    }

    /// `text`, which leads to `url` where the terminal takes links.
    pub fn link(self, text: &str, url: Option<&str>) -> String {
        match url {
            Some(url) if self.links => format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            _ => text.to_owned(),
        }
    }
}

/// How many terminal columns a plain text takes, near enough: its characters.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// `text` with spaces up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// At most `columns` characters of `text`, the last one `…` where something was left out.
pub(super) fn clip(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Lines of at most `columns` characters, broken at spaces.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{Ink, Paint, clip, wrap};

    #[test]
    fn plain_paint_adds_nothing() {
        let paint = Paint::plain();
        assert_eq!(paint.ink(Ink::Error, "error"), "error");
        assert_eq!(paint.link("rule", Some("https://example.org")), "rule");
    }

    #[test]
    fn colours_are_closed_again() {
        let paint = Paint { colour: true, ..Paint::default() };
        assert_eq!(paint.ink(Ink::Good, "ok"), "\u{1b}[32mok\u{1b}[0m");
    }

    #[test]
    fn long_words_stay_whole() {
        assert_eq!(wrap("a bb ccccccc d", 4), ["a bb", "ccccccc", "d"]);
        assert_eq!(clip("abcdef", 4), "abc…");
    }
}
