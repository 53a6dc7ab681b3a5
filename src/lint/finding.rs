//! A Diagnostic of a rule in, a Finding with a fingerprint that survives moved lines out.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
use crate::text::{Digest, Hasher, Place};

/// A Diagnostic raised by a rule, with an address that stays the same while the construct it flags does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub diagnostic: Diagnostic,
    /// Equal in Base and Head for the same fault: hash of rule, model (else path), the construct's text without
    /// white space, and its ordinal among equals.
    pub fingerprint: Digest,
    pub standing: Standing,
}

/// Whether the change brought a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not in Base; without a Base every finding is new.
    New,
    /// Base has it too.
    Inherited,
}

/// What a rule raises: a diagnostic on its way to become a finding.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    pub(super) diagnostic: Diagnostic,
    /// Where a macro wrote the text: an allow there counts too, and the finding is told once for the macro.
    pub(super) written_in: Vec<Place>,
    /// The flagged construct, for the fingerprint.
    pub(super) construct: String,
}

impl Raised {
    pub(super) fn new(diagnostic: Diagnostic, construct: &str) -> Self {
        Raised { diagnostic, written_in: Vec::new(), construct: construct.to_owned() }
    }

    /// At a place in a file. The rule and its level are filled in by the caller of the rule.
    pub(super) fn at(place: Place, message: impl Into<String>, construct: &str) -> Self {
        Raised::new(Diagnostic::new("", Severity::Warn, place, message), construct)
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help = Some(help.into());
        self
    }

    pub(super) fn label(mut self, place: Place, message: impl Into<String>) -> Self {
        self.diagnostic.related.push(Label { place, message: message.into() });
        self
    }

    pub(super) fn model(mut self, model: &str) -> Self {
        self.diagnostic.model = Some(model.to_owned());
        self
    }

    /// The edits mend what was found, and leave the meaning of the SQL as it is.
    pub(super) fn safe_fix(mut self, edits: Vec<Edit>) -> Self {
        self.diagnostic.fix = Some(Fix { safe: true, edits });
        self
    }

    /// The edits mend what was found, and may change what the SQL gives.
    pub(super) fn unsafe_fix(mut self, edits: Vec<Edit>) -> Self {
        self.diagnostic.fix = Some(Fix { safe: false, edits });
        self
    }

    /// What is one and the same finding, however many models meet it.
    pub(super) fn identity(&self) -> (&str, &Place, &str) {
        let place = self.written_in.first().unwrap_or(&self.diagnostic.place);
        (&self.diagnostic.rule, place, &self.diagnostic.message)
    }
}

/// Gives each raised diagnostic its fingerprint; `raised` is sorted by place.
pub(super) fn fingerprint(raised: Vec<Raised>) -> Vec<Finding> {
    let mut seen: BTreeMap<Digest, u64> = BTreeMap::new();
    let mut finish = |raised: Raised| {
        let construct: String = raised.construct.split_whitespace().collect::<Vec<_>>().join(" ");
        // A model keeps its name when its file moves; what a macro wrote belongs to the macro.
        let owner = match (raised.written_in.first(), &raised.diagnostic.model) {
            (Some(place), _) => place.file.path(),
            (None, Some(model)) => model,
            (None, None) => raised.diagnostic.place.file.path(),
        };
        let mut hasher = Hasher::new("finding");
        hasher.text(&raised.diagnostic.rule).text(owner).text(&construct);
        let ordinal = seen.entry(hasher.finish()).or_default();
        let fingerprint = hasher.number(*ordinal).finish();
        *ordinal += 1;
        Finding { diagnostic: raised.diagnostic, fingerprint, standing: Standing::New }
    };
    raised.into_iter().map(&mut finish).collect()
}

#[cfg(test)]
mod tests {
    use super::{Raised, fingerprint};
    use crate::diagnostic::Diagnostic;
    use crate::text::{Digest, FileId, Place, Span};

    fn check(findings: &[(usize, &str)]) -> Vec<Digest> {
        let file = FileId::new("models/a.sql");
        let raise = |(at, construct): &(usize, &str)| {
            Raised::new(Diagnostic::warn("some-rule", Place::new(&file, Span::at(*at)), "message"), construct)
        };
        fingerprint(findings.iter().map(raise).collect()).into_iter().map(|finding| finding.fingerprint).collect()
    }

    #[test]
    fn moved_and_reindented_constructs_keep_their_fingerprint() {
        assert_eq!(check(&[(3, "a  =\n b")]), check(&[(90, "a = b")]));
    }

    #[test]
    fn equal_constructs_differ_by_their_ordinal() {
        let both = check(&[(3, "a = b"), (9, "a = b")]);
        assert_ne!(both[0], both[1]);
        assert_eq!(both[0], check(&[(9, "a = b")])[0]);
    }
}
