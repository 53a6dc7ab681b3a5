//! A tree query of a page in, the places of files where it fits out as findings.

use crate::lint::finding::Raised;
use crate::lint::page::{Body, Page, PageFault, Written};
use crate::lint::sheet::Sheet;
use crate::syntax::Pattern;

/// The capture whose place is the finding's.
const FINDING: &str = "finding";

/// A rule that looks for a shape in the concrete tree.
pub(in crate::lint) struct PatternRule {
    pattern: Pattern,
    files: Files,
    message: String,
    help: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Files {
    All,
    Models,
    Macros,
}

impl PatternRule {
    pub(super) fn read(page: &Page, body: &Body, query: &Written) -> Result<Self, PageFault> {
        let pattern = Pattern::new(&query.text)
            .map_err(|error| super::at(query.span, format!("the query is none: {}", error.message)))?;
        if !query.text.contains("@finding") {
            return Err(super::at(
                query.span,
                "the query captures nothing as `@finding`, which is where it would fire",
            ));
        }
        let files = match &body.files {
            None => Files::All,
            Some(written) => match written.text.as_str() {
                "all" => Files::All,
                "models" => Files::Models,
                "macros" => Files::Macros,
                _ => return Err(super::at(written.span, "`files` should be `models`, `macros` or `all`")),
            },
        };
        if let Some(each) = body.each.as_ref().or(body.filter.as_ref()) {
            return Err(super::at(each.span, "`each` and `where` go with `require`, not with `query`"));
        }
        let text = |written: &Option<Written>| written.as_ref().map(|written| written.text.clone());
        let message = text(&body.message).unwrap_or_else(|| page.summary.clone());
        Ok(PatternRule { pattern, files, message, help: text(&body.help) })
    }

    pub(in crate::lint) fn check(&self, sheet: &Sheet<'_>, found: &mut Vec<Raised>) {
        let is_macro = sheet.models.is_empty();
        if self.files == Files::Models && is_macro || self.files == Files::Macros && !is_macro {
            return;
        }
        for fit in sheet.tree.matches(&self.pattern) {
            let Some((_, span)) = fit.captures.iter().find(|(name, _)| name == FINDING) else { continue };
            let mut message = self.message.clone();
            for (name, span) in &fit.captures {
                let text = sheet.text.get(span.range()).unwrap_or_default();
                message = message.replace(&format!("{{{name}}}"), text);
            }
            let raised = sheet.raise(*span, message);
            found.push(match &self.help {
                Some(help) => raised.help(help.clone()),
                None => raised,
            });
        }
    }
}
