//! Text that renders to a template in, what that template renders to out, each byte led back through both.
//!
//! Generators of queries write `{% raw %}{% if is_init() %}{% endraw %}` so that the file they make is a template too.

use super::rendered::{Call, Rendered, Segment};
use crate::diagnostic::Diagnostic;
use crate::text::{Place, Span};

/// Whether a rendered text is a template itself.
pub(super) fn is_template(rendered: &Rendered) -> bool {
    !rendered.failed && (rendered.text.contains("{%") || rendered.text.contains("{{"))
}

/// What `second` says of the text of `first`, said of the files that `first` came from.
pub(super) fn through(first: Rendered, second: Rendered) -> Rendered {
    let offset = first.files.len() as u32;
    let mut both = Rendered {
        text: second.text,
        files: first.files.iter().chain(&second.files).cloned().collect(),
        calls: first.calls.clone(),
        refs: first.refs.clone(),
        config: first.config.clone(),
        diagnostics: first.diagnostics.clone(),
        unknowns: first.unknowns.clone(),
        ..Rendered::default()
    };
    let calls = first.calls.len() as u32;
    for call in &second.calls {
        let outer = if call.outer == 0 { 0 } else { call.outer + calls };
        both.calls.push(match (call.file, at(&first, call.span)) {
            (0, Some((segment, span))) => Call { file: segment.file, span, outer },
            _ => Call { file: call.file + offset, span: call.span, outer },
        });
    }
    for segment in &second.segments {
        let own = if segment.calls == 0 { 0 } else { segment.calls + calls };
        if segment.file != 0 {
            both.segments.push(Segment { file: segment.file + offset, calls: own, ..*segment });
        } else if segment.literal {
            literal(&first, segment, own, &mut both.segments);
        } else if let Some((from, origin)) = at(&first, segment.origin) {
            let calls = if own == 0 { from.calls } else { own };
            both.segments.push(Segment { file: from.file, origin, literal: false, calls, ..*segment });
        }
    }
    let place = |place: &Place| first.origin(place.span).map_or_else(|| place.clone(), |origin| origin.place);
    let is_own = |place: &Place| first.files.first() == Some(&place.file);
    let mapped = |old: &Place| if is_own(old) { place(old) } else { old.clone() };
    both.refs.extend(second.refs.into_iter().map(|mut found| {
        found.place = mapped(&found.place);
        found
    }));
    both.unknowns.extend(second.unknowns.into_iter().map(|mut unknown| {
        unknown.place = mapped(&unknown.place);
        unknown
    }));
    both.diagnostics
        .extend(second.diagnostics.into_iter().map(|said| Diagnostic { place: mapped(&said.place), ..said }));
    both.config.0.extend(second.config.0);
    both.failed = second.failed;
    both.open = first.open || second.open;
    both.asks_incremental = first.asks_incremental || second.asks_incremental;
    both.reads_graph = first.reads_graph || second.reads_graph;
    both.asked_columns = first.asked_columns.into_iter().chain(second.asked_columns).collect();
    both.macros = first.macros.into_iter().chain(second.macros).collect();
    both.branches = first.branches;
    both
}

/// The segment that the first bytes of a span came from, and where all of the span came from in its file.
fn at(first: &Rendered, span: Span) -> Option<(&Segment, Span)> {
    let found = first.segments.partition_point(|segment| segment.span.end <= span.start);
    let segment = first.segments.get(found).or(first.segments.last())?;
    Some((segment, first.origin(span)?.place.span))
}

/// Literal text of the second rendering, piece by piece as the first one made it.
fn literal(first: &Rendered, segment: &Segment, own: u32, out: &mut Vec<Segment>) {
    let found = first.segments.partition_point(|from| from.span.end <= segment.origin.start);
    for from in first.segments[found..].iter().take_while(|from| from.span.start < segment.origin.end) {
        let start = from.span.start.max(segment.origin.start);
        let end = from.span.end.min(segment.origin.end);
        let moved = |at: u32| at - segment.origin.start + segment.span.start;
        let origin = if from.literal {
            let begin = from.origin.start + (start - from.span.start);
            Span { start: begin, end: begin + (end - start) }
        } else {
            from.origin
        };
        let span = Span { start: moved(start), end: moved(end) };
        let calls = if own == 0 { from.calls } else { own };
        out.push(Segment { span, file: from.file, origin, literal: from.literal, calls });
    }
}

#[cfg(test)]
mod tests {
    use crate::template::Mode;
    use crate::template::memory::{assert_mapped, first};
    use crate::text::Span;

    #[test]
    fn a_text_that_renders_to_a_template_is_rendered_again() {
        let text = "{% set t = 'orders' %}select a{% raw %}{% if is_init() %}{% endraw %}, b{% raw %}{% endif %}{% endraw %} from {{ t }}";
        let files = [("m.sql", text), ("sluice.toml", "template = { build = 'is_init' }")];
        let rendered = first(&files, Mode::default());
        assert_eq!(rendered.text, "select a, b from orders");
        assert!(rendered.asks_incremental && !rendered.failed);
        assert_eq!(first(&files, Mode::Incremental).text, "select a from orders");
        assert_mapped(&rendered, text);
        let origin = rendered.origin(Span::new(17, 23)).expect("every byte has an origin");
        assert_eq!(&text[origin.place.span.range()], "{{ t }}");
    }

    #[test]
    fn what_is_no_template_after_all_stays() {
        let rendered = first(&[("m.sql", "select '{% raw %}{% nonsense{% endraw %}'")], Mode::default());
        assert_eq!((rendered.text.as_str(), rendered.failed), ("select '{% nonsense'", false));
    }
}
