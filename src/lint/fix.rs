//! The findings of one pass and the texts they stand in, in; out, the texts with the fixes in them that do not get into
//! each other's way. What waits is for the next pass to find again.

use std::collections::BTreeMap;

use crate::diagnostic::{Edit, Fix};
use crate::text::{FileId, Span};

use super::explain;
use super::finding::Finding;
use super::page::Group;
use super::tags::{keeps, tags};

/// What one pass of fixes made.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changed.
    pub texts: BTreeMap<FileId, String>,
    /// How many fixes are in them, by file.
    pub applied: BTreeMap<FileId, usize>,
    /// How many overlapped with those and wait.
    pub deferred: usize,
}

/// Applies the safe fixes, or all of them, each whole or not at all.
pub fn fix<'t>(findings: &[Finding], unsafe_too: bool, text: &dyn Fn(&FileId) -> Option<&'t str>) -> Fixed {
    let mut written: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    let mut taken: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    let mut fixed = Fixed::default();
    for finding in findings {
        let Some(fix) = finding.diagnostic.fix.as_ref() else { continue };
        if !(fix.safe || unsafe_too) || fix.edits.is_empty() {
            continue;
        }
        // The template is its author's: only the rules about templates change a tag.
        let of_templates = explain(&finding.diagnostic.rule).is_some_and(|page| page.group == Group::Templating);
        let mut edits = fix.edits.iter();
        let outside = of_templates
            || edits.all(|edit| {
                let Some(text) = text(&edit.file) else { return true };
                let tags = written.entry(edit.file.clone()).or_insert_with(|| tags(text));
                keeps(text, tags, edit.span, &edit.text)
            });
        if !outside {
            continue;
        }
        if fits(fix, &taken, text) {
            let file = fix.edits[0].file.clone();
            for edit in &fix.edits {
                taken.entry(edit.file.clone()).or_default().push(edit.clone());
            }
            *fixed.applied.entry(file).or_default() += 1;
        } else {
            fixed.deferred += 1;
        }
    }
    for (file, edits) in taken {
        if let Some(text) = text(&file) {
            fixed.texts.insert(file, apply(text, edits));
        }
    }
    fixed
}

/// Do all edits of a fix stand in their texts, clear of those that are taken already?
fn fits<'t>(fix: &Fix, taken: &BTreeMap<FileId, Vec<Edit>>, text: &dyn Fn(&FileId) -> Option<&'t str>) -> bool {
    let mut edits = fix.edits.iter();
    edits.all(|edit| {
        let stands = text(&edit.file).is_some_and(|text| text.get(edit.span.range()).is_some());
        let others = taken.get(&edit.file).into_iter().flatten();
        stands && others.into_iter().all(|other| !overlap(edit, other))
    })
}

/// Edits overlap where they share a byte, or where one puts something in at the edge of the other: nobody could say
/// which comes first.
fn overlap(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.span, other.span);
    if a.is_empty() || b.is_empty() {
        return a.start <= b.end && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    let ends_with_return = text.contains("\r\n");
    edits.sort_by_key(|edit| (edit.span, edit.text.clone()));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start).unwrap_or_default());
        if ends_with_return {
            out.push_str(&edit.text.replace("\r\n", "\n").replace('\n', "\r\n"));
        } else {
            out.push_str(&edit.text);
        }
        at = range.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::fix;
    use crate::diagnostic::{Diagnostic, Edit, Fix};
    use crate::lint::{Finding, Standing};
    use crate::text::{Digest, FileId, Place, Span};

    /// Start, end and new text.
    type Change<'t> = (usize, usize, &'t str);

    fn check(text: &str, fixes: &[(bool, &[Change<'_>])], expected: &str, deferred: usize) {
        let file = FileId::new("a.sql");
        let findings: Vec<Finding> = fixes
            .iter()
            .map(|(safe, edits)| {
                let edit = |(start, end, text): &(usize, usize, &str)| Edit {
                    file: file.clone(),
                    span: Span::new(*start, *end),
                    text: (*text).to_owned(),
                };
                let fix = Fix { safe: *safe, edits: edits.iter().map(edit).collect() };
                let warning = Diagnostic::warn("some-rule", Place::top(&file), "message");
                let diagnostic = Diagnostic { fix: Some(fix), ..warning };
                Finding { diagnostic, fingerprint: Digest::default(), standing: Standing::New }
            })
            .collect();
        let fixed = fix(&findings, false, &|_| Some(text));
        let out = fixed.texts.get(&file).map_or(text, String::as_str);
        assert_eq!((out, fixed.deferred), (expected, deferred), "{text}");
    }

    #[test]
    fn fixes_apply_whole_or_wait() {
        check("select A, b", &[(true, &[(7, 8, "a")]), (true, &[(10, 11, "B")])], "select a, B", 0);
        check("select A, b", &[(true, &[(7, 8, "a")]), (true, &[(7, 8, "c"), (10, 11, "B")])], "select a, b", 1);
    }

    #[test]
    fn line_ends_stay_as_the_file_has_them() {
        check("a\r\nb", &[(true, &[(1, 3, "\n\n")])], "a\r\n\r\nb", 0);
    }

    #[test]
    fn a_tag_of_a_template_stays_as_it_is() {
        check("a {{ b }} c", &[(true, &[(3, 7, "x")])], "a {{ b }} c", 0);
        check("a {{ b }} c", &[(true, &[(1, 10, "\n{{ b }}\n")])], "a\n{{ b }}\nc", 0);
        check("a {{ b }} c", &[(true, &[(1, 10, " ")])], "a {{ b }} c", 0);
        check("a {{ b }} c", &[(true, &[(9, 9, ",")])], "a {{ b }}, c", 0);
    }

    #[test]
    fn unsafe_fixes_wait_to_be_asked_for() {
        check("select A", &[(false, &[(7, 8, "a")])], "select A", 0);
    }

    #[test]
    fn what_is_put_in_at_an_edge_waits() {
        check("ab", &[(true, &[(0, 1, "x")]), (true, &[(1, 1, "-")])], "xb", 1);
    }
}
