//! The tokens of a long line in; the line breaks that shorten it out: at the outermost of what opens and closes on it,
//! or at the signs that bind the least.

use std::collections::BTreeMap;

use crate::diagnostic::Edit;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

use super::kinds::operator;
use super::steps::{Steps, steps};

/// Clauses before and behind which a line breaks first.
const ALONE: [&str; 7] =
    ["select_clause", "where_clause", "from_clause", "join", "group_by_clause", "having_clause", "limit_clause"];

/// Gaps by how deep a break there goes, in hundredths of a level: between two levels stand the signs of the outer one.
type Places = BTreeMap<i32, Vec<usize>>;

pub(super) struct Breaker<'a, 's> {
    sheet: &'a Sheet<'s>,
    script: &'a Script<'s>,
    steps: Vec<Steps>,
    most: usize,
    unit: String,
    implicit: bool,
    comments_after: bool,
}

impl<'a, 's> Breaker<'a, 's> {
    pub(super) fn new(sheet: &'a Sheet<'s>, most: usize) -> Self {
        let layout = sheet.options_of("indentation");
        let width = layout.number("tab_space_size").clamp(0, 40) as usize;
        Breaker {
            sheet,
            script: sheet.script(),
            steps: steps(sheet),
            most,
            unit: if layout.word("indent_unit") == "tab" { "\t".to_owned() } else { " ".repeat(width) },
            implicit: layout.word("implicit_indents") != "forbid",
            comments_after: sheet.options().word("trailing_comments") == "after",
        }
    }

    fn indent(&self, first: usize) -> &'s str {
        if first == 0 {
            return "";
        }
        self.script.gap_text(first).rsplit('\n').next().unwrap_or_default()
    }

    /// Moves the comment that ends a line to a line of its own.
    pub(super) fn comment(&self, first: usize, last: usize) -> Vec<Edit> {
        let (word, indent) = (self.script.word(last), self.indent(first));
        if word.contains("noqa") || word.chars().count() + indent.chars().count() > self.most {
            return Vec::new();
        }
        let gap = self.script.gap(last);
        if self.comments_after {
            return vec![self.sheet.edit(gap, format!("\n{indent}"))];
        }
        let cut = gap.cover(self.script.tokens[last].span);
        let place = Span::at(self.script.tokens[first].span.start as usize);
        vec![self.sheet.edit(place, format!("{word}\n{indent}")), self.sheet.edit(cut, "")]
    }

    pub(super) fn line(&self, first: usize, last: usize) -> Vec<Edit> {
        let places = self.places(first, last);
        let Some((depth, gaps)) = places.into_iter().next() else { return Vec::new() };
        let outer = self.indent(first);
        let inner = if depth >= 100 { format!("{outer}{}", self.unit) } else { outer.to_owned() };
        let jinja = |token: usize| self.script.kind(token).is_some_and(Kind::is_jinja);
        let gaps: Vec<usize> =
            gaps.into_iter().filter(|gap| *gap <= last && !(jinja(gap - 1) && jinja(*gap))).collect();
        if depth % 100 == 0 {
            return self.levels(first, &gaps, outer, &inner);
        }
        gaps.into_iter().map(|gap| self.edit(gap, &inner)).collect()
    }

    fn edit(&self, gap: usize, indent: &str) -> Edit {
        self.sheet.edit(self.script.gap(gap), format!("\n{indent}"))
    }

    /// Breaks at what opens and closes. What opens late enough spares what came before it.
    fn levels(&self, first: usize, gaps: &[usize], outer: &str, inner: &str) -> Vec<Edit> {
        let start = self.script.tokens[first].span.start as usize;
        let column = |token: usize| {
            let end = self.script.tokens[token].span.start as usize;
            self.indent(first).chars().count() + self.script.text[start..end].chars().count() + 1
        };
        let mut from = 0;
        for gap in gaps.iter().take_while(|gap| column(**gap) <= self.most) {
            if self.steps[*gap].trough >= 0 {
                from = *gap;
            }
        }
        let mut edits = Vec::new();
        for gap in gaps.iter().copied().filter(|gap| *gap >= from) {
            let steps = &self.steps[gap];
            if steps.impulse < 0 && matches!(self.script.kind(gap), Some(Kind::Comma | Kind::Semicolon)) {
                break;
            }
            edits.push(self.edit(gap, if steps.impulse < 0 { outer } else { inner }));
            if steps.trough < 0 {
                break;
            }
        }
        edits
    }

    /// Where the line can break.
    fn places(&self, first: usize, last: usize) -> Places {
        let signs = self.signs(first, last);
        let mut places = Places::new();
        let mut balance = 0;
        for gap in first + 1..=last + 1 {
            let steps = &self.steps[gap];
            if steps.trough < 0 {
                (0..-steps.trough).for_each(|down| places.entry((balance - down) * 100).or_default().push(gap));
                balance += steps.impulse;
            } else {
                (0..steps.impulse).for_each(|up| places.entry((balance + up + 1) * 100).or_default().push(gap));
                balance += steps.impulse.max(0);
            }
            if let Some(weight) = signs.get(&gap) {
                places.entry(balance * 100 + 50 + weight).or_default().push(gap);
            }
        }
        let ends = |gap: &usize| *gap == last + 1;
        places.retain(|_, gaps| !gaps.iter().all(ends));
        if self.implicit {
            places.retain(|_, gaps| gaps.iter().any(|gap| !ends(gap) && self.steps[*gap].implicit.is_empty()));
        }
        places
    }

    /// The gaps beside signs and clauses, and how much these bind.
    fn signs(&self, first: usize, last: usize) -> BTreeMap<usize, i32> {
        let mut signs = BTreeMap::new();
        for at in first + 1..=last {
            let word = self.script.word(at);
            match (self.script.tokens[at].kind, operator(self.script, at)) {
                (Kind::Comma, _) => signs.insert(at + 1, 1),
                (Kind::Semicolon, _) => signs.insert(at + 1, 6),
                (_, Some("assignment_operator")) => signs.insert(at, 2),
                (_, Some("comparison_operator")) => signs.insert(at, 5),
                (_, Some(_)) if word.eq_ignore_ascii_case("or") => signs.insert(at, 3),
                (_, Some(_)) if word.eq_ignore_ascii_case("and") => signs.insert(at, 4),
                (_, Some(_)) if matches!(word, "*" | "/" | "%") => signs.insert(at, 7),
                (_, Some(_)) => signs.insert(at, 6),
                _ => None,
            };
        }
        for node in &self.script.nodes {
            let (start, end) = (node.first, self.script.code_before(node.end).map_or(node.end, |code| code + 1));
            if start <= first || start > last || end > last + 2 {
                continue;
            }
            match node.kind {
                "set_operator" => {
                    signs.insert(start, 6);
                    signs.insert(end, 6);
                }
                "order_by_clause" => {
                    signs.insert(start, 6);
                }
                kind if ALONE.contains(&kind) => {
                    signs.insert(start, 6);
                    signs.insert(end, 6);
                }
                _ => {}
            }
        }
        signs
    }
}
