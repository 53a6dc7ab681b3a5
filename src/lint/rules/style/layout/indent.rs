//! The indentation of each line, and the line breaks without which it cannot be right: what opens on a line and does
//! not end there is to be broken behind what opens it. After sqlfluff's rule of the same purpose.

use std::collections::{BTreeMap, BTreeSet};

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;

use super::kinds::operator as operator_kind;
use super::steps::{Steps, Tag, steps, tag};

/// A gap that breaks the line or changes the level.
#[derive(Clone, Debug)]
struct Point {
    gap: usize,
    impulse: i32,
    trough: i32,
    /// The level before it.
    level: i32,
    line_break: Option<usize>,
    breaks: bool,
    /// Levels that were opened before it without a line break.
    untaken: Vec<i32>,
}

impl Point {
    fn closing(&self) -> i32 {
        self.level + self.impulse
    }
}

/// The points of a line: the gap before it, those in it, and the gap behind it.
struct Line {
    level: i32,
    points: Vec<Point>,
}

struct Work<'a, 's> {
    script: &'a Script<'s>,
    steps: Vec<Steps>,
    /// Implicit steps count.
    implicit: bool,
    unit: String,
    /// Commas and operators that lead a line stand before the column of what they lead.
    aligned: (bool, bool),
    /// The new white space of gaps.
    edits: BTreeMap<usize, String>,
}

pub(in crate::lint::rules::style) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    if script.tokens.is_empty() {
        return;
    }
    let options = sheet.options();
    let width = options.number("tab_space_size").clamp(0, 40) as usize;
    let unit = if options.word("indent_unit") == "tab" { "\t".to_owned() } else { " ".repeat(width) };
    let implicit = options.word("implicit_indents");
    let steps = steps(sheet);
    let follows = |rule: &str| sheet.options_of(rule).word("line_position").contains("align-following");
    let aligned = (follows("commas"), follows("operators"));
    let mut work = Work { script, steps, implicit: implicit != "forbid", unit, aligned, edits: BTreeMap::new() };
    work.run(implicit == "require", &options.words("skip_implicit_indents_in"), options.flag("ignore_comment_lines"));
    for (gap, text) in work.edits {
        let span = script.gap(gap);
        if script.gap_text(gap) == text {
            continue;
        }
        let width = text.rsplit('\n').next().unwrap_or_default().len();
        let message = match (script.gap_text(gap).contains('\n'), text.contains('\n')) {
            (false, true) => "There is to be a line break here, for what opens on this line goes on below.".to_owned(),
            (_, false) => "There is to be no white space here.".to_owned(),
            _ => format!("This line is to be indented by {width}."),
        };
        let place = script.tokens.get(gap).map_or(span, |token| token.span);
        raised.push(sheet.raise(place, message).safe_fix(vec![sheet.edit(span, text)]));
    }
}

impl Work<'_, '_> {
    /// Does a gap stand in a clause of these names?
    fn is_in(&self, gap: usize, spared: &[String]) -> bool {
        let Some(token) = self.script.tokens.get(gap) else { return false };
        self.script.above(token.node).any(|node| spared.iter().any(|kind| kind == self.script.node_kind(node)))
    }

    fn run(&mut self, require: bool, spared: &[String], ignore_comments: bool) {
        let points = self.crawl();
        let (mut lines, imbalanced) = self.lines(&points);
        self.revise_templates(&mut lines);
        self.revise_comments(&mut lines, ignore_comments);
        let mut forced: Vec<i32> = Vec::new();
        for line in &lines {
            self.line(line, &mut forced, &imbalanced);
        }
        if require {
            for point in points.iter().filter(|point| point.breaks && !self.steps[point.gap].implicit.is_empty()) {
                if !self.is_in(point.gap, spared) {
                    self.edits.insert(point.gap, " ".to_owned());
                }
            }
        }
    }

    fn kind(&self, token: usize) -> Option<Kind> {
        self.script.kind(token)
    }

    fn is_comment(&self, token: usize) -> bool {
        matches!(self.kind(token), Some(Kind::Comment | Kind::BlockComment))
    }

    fn breaks(&self, gap: usize) -> bool {
        self.script.gap_text(gap).contains('\n')
    }

    /// Whether the bracket before which a soft step stands is still open at the end of its line.
    fn bracket_stays_open(&self, gap: usize) -> bool {
        let Some(close) = self.script.tokens.get(gap).filter(|token| token.kind == Kind::Open).and_then(|t| t.pair)
        else {
            return false;
        };
        (gap + 1..=close).any(|gap| self.breaks(gap))
    }

    fn crawl(&self) -> Vec<Point> {
        let mut points = Vec::new();
        let (mut last_break, mut level, mut untaken) = (None, 0, Vec::new());
        let mut waiting: Option<(Steps, Point)> = None;
        for gap in 0..=self.script.tokens.len() {
            let mut stats = match &waiting {
                Some((before, _)) => before.then(&self.steps[gap]),
                None => self.steps[gap].clone(),
            };
            if !stats.implicit.is_empty() && (!self.implicit || self.bracket_stays_open(gap)) {
                stats.implicit.clear();
            }
            if let Some((_, point)) = waiting.take() {
                if point.breaks {
                    // A comment on a line of its own: the steps around it are taken before it.
                    let (impulse, trough) = (stats.impulse, stats.trough);
                    points.push(Point { impulse, trough, level, breaks: true, untaken: untaken.clone(), ..point });
                    untaken = prune(&untaken, level, &stats, true);
                    level += stats.impulse;
                    stats = Steps { implicit: stats.implicit, ..Steps::default() };
                } else {
                    points.push(Point {
                        impulse: 0,
                        trough: 0,
                        level,
                        breaks: false,
                        untaken: untaken.clone(),
                        ..point
                    });
                }
            }
            let breaks = self.breaks(gap);
            let (impulse, trough) = (stats.impulse, stats.trough);
            let point = Point { gap, impulse, trough, level, line_break: last_break, breaks, untaken: untaken.clone() };
            if breaks {
                last_break = Some(gap);
            }
            if self.is_comment(gap) {
                waiting = Some((stats, point));
                continue;
            }
            let ends = gap == self.script.tokens.len();
            if breaks || impulse != 0 || trough != 0 || gap == 0 || ends {
                points.push(point);
            }
            untaken = prune(&untaken, level, &stats, breaks);
            level += stats.impulse;
        }
        points
    }

    /// The lines, and the gaps where a level opened without a line break and ended with one.
    fn lines(&self, points: &[Point]) -> (Vec<Line>, BTreeSet<usize>) {
        let (mut lines, mut imbalanced) = (Vec::new(), BTreeSet::new());
        let mut buffer: Vec<Point> = Vec::new();
        let mut open: BTreeMap<i32, usize> = BTreeMap::new();
        for (at, point) in points.iter().enumerate() {
            buffer.push(point.clone());
            if !point.breaks {
                let soft = self.implicit && !self.steps[point.gap].implicit.is_empty();
                if point.impulse > point.trough && !soft {
                    open.insert(point.level + point.impulse, point.gap);
                }
                continue;
            }
            let next = std::mem::replace(&mut buffer, vec![point.clone()]);
            if point.trough < 0 && point.gap < self.script.tokens.len() {
                for level in (point.level + point.trough + 1)..=point.level {
                    let Some(gap) = open.get(&level).copied() else { break };
                    let opens_bracket = self.kind(gap) == Some(Kind::Open);
                    if opens_bracket || next.iter().any(|own| own.gap == gap) {
                        continue;
                    }
                    let end = points[..at].iter().find(|p| p.gap >= gap && p.breaks).map_or(gap, |p| p.gap);
                    if (end..point.gap).all(|token| self.is_comment(token)) {
                        continue;
                    }
                    imbalanced.insert(gap);
                }
            }
            open.retain(|level, _| *level <= point.level + point.trough);
            lines.push(Line::of(next));
        }
        if buffer.len() > 1 {
            lines.push(Line::of(buffer));
        }
        (lines, imbalanced)
    }

    fn tokens(&self, line: &Line) -> std::ops::Range<usize> {
        let last = &line.points[line.points.len() - 1];
        let start = if last.line_break.is_none() { 0 } else { line.points[0].gap };
        start..last.gap
    }

    /// Lines of nothing but tags stand where all tags of their block can stand.
    fn revise_templates(&self, lines: &mut [Line]) {
        let mut open: Vec<Vec<usize>> = Vec::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let tokens = self.tokens(line);
            let tags: Vec<usize> = tokens.clone().filter(|token| self.kind(*token) == Some(Kind::Statement)).collect();
            let only = !tokens.is_empty()
                && tokens.clone().all(|token| matches!(self.kind(token), Some(Kind::Statement | Kind::Remark)));
            for (nth, token) in tags.iter().enumerate() {
                let member = only && nth == 0;
                match tag(self.script.word(*token)) {
                    Tag::Start => open.push(if member { vec![at] } else { Vec::new() }),
                    Tag::Middle => open.last_mut().into_iter().for_each(|group| group.extend(member.then_some(at))),
                    Tag::End => {
                        let mut group = open.pop().unwrap_or_default();
                        group.extend(member.then_some(at));
                        groups.push(group);
                    }
                    Tag::Alone => {}
                }
            }
        }
        for group in groups {
            let ranges: Vec<(i32, i32)> = group.iter().map(|at| self.range(&lines[*at])).collect();
            let Some(low) = ranges.iter().map(|range| range.0).max() else { continue };
            let high = ranges.iter().map(|range| range.1).min().unwrap_or(low);
            let own = lines[group[0]].points[0].closing();
            let level = match (low <= own && own <= high, low <= high) {
                (true, _) => own,
                (_, true) => high,
                _ => ranges.iter().map(|range| range.1).min().unwrap_or(0),
            };
            group.iter().for_each(|at| lines[*at].level = level);
        }
    }

    /// The levels that a line of tags may stand at.
    fn range(&self, line: &Line) -> (i32, i32) {
        let point = &line.points[0];
        let own = self.steps[point.gap].template;
        let base = point.level + own.min(0);
        let trough = point.trough - own.min(0);
        let impulse = point.impulse - own;
        let after_start = own.max(0);
        ((base + trough).min(base + impulse) + after_start, base.max(base + impulse) + after_start)
    }

    /// A comment on a line of its own belongs to the line below it.
    fn revise_comments(&self, lines: &mut Vec<Line>, ignore: bool) {
        let is_comment = |line: &Line| {
            let mut tokens = self.tokens(line);
            !tokens.is_empty() && tokens.all(|token| self.is_comment(token))
        };
        if ignore {
            lines.retain(|line| !is_comment(line));
            return;
        }
        let mut below = 0;
        for at in (0..lines.len()).rev() {
            if is_comment(&lines[at]) {
                lines[at].level = below;
            } else if !self.tokens(&lines[at]).is_empty() {
                below = lines[at].level;
            }
        }
    }

    fn line(&mut self, line: &Line, forced: &mut Vec<i32>, imbalanced: &BTreeSet<usize>) {
        self.start(line, forced);
        if let Some(level) = self.up(line, imbalanced) {
            forced.push(level);
            return;
        }
        self.down(line, forced);
        let closing = line.points[line.points.len() - 1].closing();
        forced.retain(|level| *level <= closing);
    }

    /// The white space that a line starts with.
    fn start(&mut self, line: &Line, forced: &[i32]) {
        let gap = line.points[0].gap;
        let last = &line.points[line.points.len() - 1];
        if gap == 0 && !self.breaks(0) {
            if !self.script.gap(0).is_empty() {
                self.edits.insert(0, String::new());
            }
            return;
        }
        if self.tokens(line).is_empty() && gap >= self.script.tokens.len() {
            return;
        }
        let width = line.units(forced).max(0) as usize * self.unit.len();
        let wanted = self.unit.repeat(line.units(forced).max(0) as usize);
        let wanted = match self.outdented(gap) {
            0 => wanted,
            lead => " ".repeat(width.saturating_sub(lead)),
        };
        let place = last.line_break.unwrap_or(0);
        let current = self.current(place);
        if current == wanted {
            return;
        }
        if gap > 0 && self.is_comment(gap) {
            let before = line.points[0].line_break.map_or("", |before| self.current(before));
            let two = self.kind(gap - 1) == Some(Kind::BlockComment) && self.kind(gap) == Some(Kind::BlockComment);
            if before.len() == current.len() || two && current.len() > wanted.len() {
                return;
            }
        }
        self.indent(gap, &wanted);
    }

    /// How far a sign at the start of a line stands before what it leads.
    fn outdented(&self, token: usize) -> usize {
        let follows = match (self.kind(token), operator_kind(self.script, token)) {
            (Some(Kind::Comma), _) => self.aligned.0,
            (_, Some("binary_operator")) => self.aligned.1,
            _ => false,
        };
        if follows { self.script.word(token).chars().count() + 1 } else { 0 }
    }

    fn current(&self, gap: usize) -> &str {
        self.script.gap_text(gap).rsplit('\n').next().unwrap_or_default()
    }

    /// Gives a gap an indentation, and a line break where it has none.
    fn indent(&mut self, gap: usize, wanted: &str) {
        let text = self.script.gap_text(gap);
        let kept = text.rfind('\n').map_or("\n", |end| &text[..=end]);
        self.edits.insert(gap, format!("{kept}{wanted}"));
    }

    /// A line break for what opens on the line and goes on below; the level that it opens.
    fn up(&mut self, line: &Line, imbalanced: &BTreeSet<usize>) -> Option<i32> {
        let units = |point: &Point| (point.closing() - point.untaken.len() as i32).max(0) as usize;
        if let Some(point) = line.points.iter().find(|point| imbalanced.contains(&point.gap)) {
            self.indent(point.gap, &self.unit.repeat(units(point)));
            return Some(point.closing());
        }
        let last = &line.points[line.points.len() - 1];
        if last.level + last.trough <= line.opening() {
            return None;
        }
        let mut closing = last.level + if last.trough == 0 { last.impulse } else { last.trough };
        let mut balance = 0;
        let mut token = last.gap;
        while self.is_comment(token) {
            let stats = &self.steps[token + 1];
            if stats.impulse > 0 {
                break;
            }
            closing = balance + stats.trough;
            balance += stats.impulse;
            token += 1;
        }
        if !last.untaken.contains(&closing) {
            return None;
        }
        let point = line.points.iter().find(|point| point.closing() == closing)?;
        self.indent(point.gap, &self.unit.repeat(units(point)));
        Some(closing)
    }

    /// Line breaks for what was opened with one, and ends in the middle of a line.
    fn down(&mut self, line: &Line, forced: &[i32]) {
        let opening = line.opening();
        let count = line.points.len();
        if line.points[count - 1].closing() >= opening {
            return;
        }
        for point in &line.points[..count - 1] {
            if point.breaks || point.impulse >= 0 || point.level + point.trough >= opening {
                continue;
            }
            let mut covered = (point.level + point.trough + 1)..=point.level;
            if covered.all(|level| point.untaken.contains(&level) && !forced.contains(&level)) {
                continue;
            }
            if matches!(self.kind(point.gap), Some(Kind::Semicolon | Kind::Comma | Kind::Statement)) {
                continue;
            }
            let units = point.closing() - point.untaken.len() as i32 + forced.len() as i32;
            self.indent(point.gap, &self.unit.repeat(units.max(0) as usize));
        }
    }
}

impl Line {
    fn of(points: Vec<Point>) -> Self {
        let starts_file = points[points.len() - 1].line_break.is_none();
        let level = if starts_file { 0 } else { points[0].closing() };
        Line { level, points }
    }

    /// How deep the line is to stand.
    fn units(&self, forced: &[i32]) -> i32 {
        let first = &self.points[0];
        let relevant = first
            .untaken
            .iter()
            .filter(|level| first.trough == 0 || **level <= self.level - (first.impulse - first.trough));
        self.level - relevant.count() as i32 + forced.len() as i32
    }

    fn opening(&self) -> i32 {
        let starts_file = self.points[self.points.len() - 1].line_break.is_none();
        if starts_file { 0 } else { self.points[0].closing() }
    }
}

/// Which levels stay open without a line break behind a gap.
fn prune(untaken: &[i32], level: i32, stats: &Steps, breaks: bool) -> Vec<i32> {
    let lowest = if stats.trough < stats.impulse { stats.impulse + stats.trough } else { stats.impulse };
    let mut kept: Vec<i32> = untaken.iter().copied().filter(|open| *open <= level + lowest).collect();
    if stats.impulse > stats.trough && !breaks {
        kept.extend(
            (stats.trough + 1..=stats.impulse).filter(|step| !stats.implicit.contains(step)).map(|step| level + step),
        );
    }
    kept
}
