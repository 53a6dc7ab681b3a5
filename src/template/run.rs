//! One rendering under way: what it has asked, found wrong, and may still spend.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::ast::{Macro, Source};
use super::branch::{Assume, Branches};
use super::environment::Environment;
use super::free::Hole;
use super::function::Scope;
use super::inherit::Inherit;
use super::marked::From;
use super::rendered::{Reference, Unknown};
use super::stop::{Problem, Stop};
use super::value::{Index, Map, Value};
use super::{Columns, Mode};
use crate::diagnostic::Diagnostic;
use crate::project::Model;
use crate::text::{FileId, Place, Span};

/// Evaluated nodes and expressions per rendering; an endless loop ends here, within a tenth of a second. The most that
/// a real model was seen to take is 227,000.
const MAX_STEPS: u64 = 600_000;
/// Bytes of text made per rendering, intermediate texts included.
const MAX_BYTES: u64 = 32 << 20;
/// Diagnostics per rendering; more help nobody.
const MAX_DIAGNOSTICS: usize = 50;
/// Macros within macros.
pub(super) const MAX_CALLS: u32 = 200;

/// Names and what they mean outside any scope.
pub(super) type Meanings = Index<Box<str>, Value>;

/// A macro call: where it stands, and the call it happened in (0: none).
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) source: u32,
    pub(super) span: Span,
    pub(super) outer: u32,
}

/// Whose text is being evaluated.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) source: Arc<Source>,
    /// Index into [`Run::calls`], from 1; 0 in the model's own text.
    pub(super) calls: u32,
    /// Within a macro of this program: the call in the user's text that answers for all of it.
    pub(super) site: Option<From>,
    pub(super) depth: u32,
    /// The text at hand is an imported file's own, not that of a macro in it.
    pub(super) imported: bool,
}

pub(super) struct Run<'e> {
    pub(super) env: &'e Environment,
    pub(super) model: Option<&'e Model>,
    pub(super) mode: Mode,
    pub(super) columns: &'e Columns<'e>,
    pub(super) frame: Frame,
    pub(super) calls: Vec<Call>,
    pub(super) refs: Vec<Reference>,
    /// Set by `config(..)`.
    pub(super) config: Map,
    pub(super) config_spans: BTreeMap<String, Span>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) unknowns: Vec<Unknown>,
    pub(super) failed: bool,
    /// What is unknown may be columns that do not show.
    pub(super) opens: bool,
    /// Names that every template sees, where they are not dbt's.
    pub(super) globals: Option<Rc<Scope>>,
    pub(super) asks_incremental: bool,
    pub(super) reads_graph: bool,
    pub(super) asked_columns: Vec<String>,
    /// Macros that ran, each once.
    pub(super) macros: Vec<Arc<Macro>>,
    pub(super) results: BTreeMap<String, Value>,
    /// Scopes that macros hold on to.
    pub(super) closures: Vec<Rc<Scope>>,
    pub(super) inherit: Inherit,
    /// Values that are missing from the text made so far.
    pub(super) holes: Vec<Hole>,
    pub(super) branches: Branches<'e>,
    /// What names of each package turned out to mean.
    pub(super) known: Vec<(Arc<str>, Meanings)>,
    pub(super) steps: u64,
    pub(super) bytes: u64,
    /// Files of the sources, by their number.
    pub(super) model_file: FileId,
}

impl<'e> Run<'e> {
    pub(super) fn new(
        env: &'e Environment,
        source: Arc<Source>,
        mode: Mode,
        columns: &'e Columns<'e>,
        assume: &'e Assume,
    ) -> Self {
        let model_file = source.file.clone();
        Run {
            env,
            model: None,
            mode,
            columns,
            frame: Frame { source, calls: 0, site: None, depth: 0, imported: false },
            calls: Vec::new(),
            refs: Vec::new(),
            config: Map::default(),
            config_spans: BTreeMap::new(),
            diagnostics: Vec::new(),
            unknowns: Vec::new(),
            failed: false,
            opens: false,
            globals: None,
            asks_incremental: false,
            reads_graph: false,
            asked_columns: Vec::new(),
            macros: Vec::new(),
            results: BTreeMap::new(),
            closures: Vec::new(),
            inherit: Inherit::default(),
            holes: Vec::new(),
            branches: Branches::new(assume),
            known: Vec::new(),
            steps: 0,
            bytes: 0,
            model_file,
        }
    }

    /// Whether there is a warehouse to ask, as far as the template is told.
    pub(super) fn execute(&self) -> bool {
        self.mode != Mode::Parse
    }

    /// Counts one evaluated node.
    pub(super) fn step(&mut self) -> Result<(), Stop> {
        self.spend(1)
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.steps += steps as u64;
        if self.steps > MAX_STEPS {
            let stop = Stop::fault("this template takes too long: a loop in it may never end");
            return Err(stop.help("Bound the loop, or write its result out."));
        }
        Ok(())
    }

    /// Counts bytes of a text about to be made.
    pub(super) fn spend_bytes(&mut self, bytes: usize) -> Result<(), Stop> {
        self.bytes += bytes as u64;
        if self.bytes > MAX_BYTES {
            let stop = Stop::fault("this template makes too much text");
            return Err(stop.help("Look for a text that is doubled in a loop."));
        }
        Ok(())
    }

    /// The origin of a value made by the expression at `span` of the text at hand.
    pub(super) fn value_at(&self, span: Span) -> From {
        self.frame.site.unwrap_or(From::Value { source: self.frame.source.id, span, calls: self.frame.calls })
    }

    pub(super) fn file(&self, source: u32) -> &FileId {
        if source == 0 { &self.model_file } else { self.env.source_file(source) }
    }

    /// Where a mark points to, in a file; and where in the model's own file the calls that led there began.
    pub(super) fn places(&self, from: From) -> (Option<Place>, Option<Place>) {
        let (source, span, mut calls) = match from {
            From::Nowhere => return (None, None),
            From::Literal { source, start, calls } => (source, Span::at(start as usize), calls),
            From::Value { source, span, calls } => (source, span, calls),
        };
        let inner = Place::new(self.file(source), span);
        let mut outer = inner.clone();
        while calls > 0 {
            let call = self.calls[calls as usize - 1];
            outer = Place::new(self.file(call.source), call.span);
            calls = call.outer;
        }
        (Some(inner), Some(outer))
    }

    /// The place in the model's own text that the expression at `span` of the text at hand belongs to.
    pub(super) fn outer_place(&self, span: Span) -> Place {
        self.places(self.value_at(span)).1.unwrap_or_else(|| Place::top(&self.model_file))
    }

    /// Notes a fault of the user's text as a diagnostic; the rendering goes on.
    pub(super) fn report(&mut self, problem: Problem, fallback: Span) {
        let from = if problem.at == From::Nowhere { self.value_at(fallback) } else { problem.at };
        let (inner, outer) = self.places(from);
        let place = outer.unwrap_or_else(|| Place::top(&self.model_file));
        let mut diagnostic = Diagnostic::error(problem.rule, place.clone(), sentence(&problem.message));
        if let Some(inner) = inner.filter(|inner| *inner != place) {
            diagnostic = diagnostic.label(inner, "it happened here");
        }
        diagnostic.help = problem.help;
        self.failed = true;
        self.note(diagnostic);
    }

    /// Adds a diagnostic unless the same was said of the same place.
    pub(super) fn note(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.model = self.model.map(|model| model.id.clone());
        if self.diagnostics.len() < MAX_DIAGNOSTICS && !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn unknown(&mut self, why: impl Into<String>, span: Span) -> Value {
        let unknown = Unknown { why: why.into(), place: self.outer_place(span) };
        if !self.unknowns.contains(&unknown) {
            self.unknowns.push(unknown);
        }
        Value::Unknown
    }

    /// Notes what could not be known, by the mark of the text that stands for it.
    pub(super) fn unknown_at(&mut self, why: &str, at: From) {
        let place = self.places(at).1.unwrap_or_else(|| Place::top(&self.model_file));
        let unknown = Unknown { why: why.to_owned(), place };
        if !self.unknowns.contains(&unknown) {
            self.unknowns.push(unknown);
        }
    }

    /// Notes that a macro runs.
    pub(super) fn ran(&mut self, code: &Arc<Macro>) {
        if !self.macros.iter().any(|known| Arc::ptr_eq(known, code)) {
            self.macros.push(code.clone());
        }
    }

    /// Lets go of the scopes that macros hold, which hold them in turn.
    pub(super) fn release(&mut self) {
        self.closures.drain(..).for_each(|scope| scope.clear());
    }
}

/// A message as a sentence of its own: `x is y` becomes `X is y.`; quoted starts stay.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let Some(first) = chars.next() else { return String::new() };
    let end = if message.ends_with(['.', '!', '?', '`']) && !message.ends_with('`') { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}
