//! A Compilation in; which columns hold personal data, where it came from and whether it is masked, out.
//!
//! Marks stand on columns in YAML (`meta.pii: true`, a tag, a policy tag). They travel along value lineage, expression
//! by expression: a masking function turns a value into a masked one, a count or a comparison gives nothing away, and a
//! column that is declared `meta.pii: false` is declassified.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::algebra::{ColumnId, Expr, ExprKind, Op, RelId};
use crate::compile::{Compilation, CompiledModel};
use crate::data::Value;
use crate::project::DeclaredColumn;
use crate::text::Span;

use super::explain;
use super::facts::{Facts, exprs};
use super::level::ProjectRules;

/// What is marked, and which functions mask.
#[derive(Clone, Debug)]
struct Marks {
    /// Names of tags, and of keys under `meta`.
    tags: Vec<String>,
    /// Functions whose result gives nothing of their input away; `mask*` stands for all that begin so.
    masks: Vec<String>,
}

impl Marks {
    /// The rule whose options say what is marked and what masks.
    const RULE: &str = "unmasked-personal-data";

    /// What any of the projects says.
    fn of(projects: &[ProjectRules<'_>]) -> Self {
        let mut marks = Marks { tags: Vec::new(), masks: Vec::new() };
        for rules in projects {
            let Some(page) = explain(Self::RULE) else { continue };
            let words = |name: &str| rules.option(page, None, name).map(Value::strings).unwrap_or_default();
            marks.tags.extend(words("marks"));
            marks.masks.extend(words("masks"));
        }
        marks
    }
}

/// The columns that hold personal data, by relation and by name in lower case.
#[derive(Debug, Default)]
pub(super) struct Sensitive(BTreeMap<String, BTreeMap<String, Label>>);

/// What one run knows of personal data, found when somebody first asks.
#[derive(Default)]
pub(super) struct Watch(OnceLock<Sensitive>);

impl Watch {
    pub(super) fn of(&self, compilation: &Compilation, projects: &[ProjectRules<'_>]) -> &Sensitive {
        self.0.get_or_init(|| Sensitive::of(compilation, &Marks::of(projects)))
    }
}

/// Why a column counts as personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The marked column: relation and name.
    pub(super) origin: (String, String),
    /// The column of the relation before, from which it came here, and where that is read in the rendered text; `None`
    /// where the mark stands.
    pub(super) from: Option<(String, String, Span)>,
    /// Only through masking functions.
    pub(super) masked: bool,
}

impl Sensitive {
    fn of(compilation: &Compilation, marks: &Marks) -> Self {
        let mut sensitive = Sensitive::default();
        for project in &compilation.projects {
            for source in &project.sources {
                sensitive.mark(&source.id, &source.properties.columns, marks);
            }
            for seed in &project.seeds {
                sensitive.mark(&seed.id, &seed.properties.columns, marks);
            }
        }
        let marked = |compiled: &CompiledModel| {
            compiled.model.properties.columns.iter().any(|column| is_marked(column, marks) == Some(true))
        };
        if sensitive.0.is_empty() && !compilation.models.values().any(marked) {
            return sensitive;
        }
        let mut done = BTreeSet::new();
        for id in compilation.models.keys() {
            sensitive.visit(id, compilation, marks, &mut done);
        }
        sensitive
    }

    /// Why a column counts as personal data; `None` where it does not.
    pub(super) fn label(&self, relation: &str, column: &str) -> Option<&Label> {
        self.0.get(relation)?.get(&column.to_ascii_lowercase())
    }

    fn mark(&mut self, relation: &str, columns: &[DeclaredColumn], marks: &Marks) {
        for column in columns {
            let key = column.name.to_ascii_lowercase();
            match is_marked(column, marks) {
                Some(true) => {
                    let label = Label { origin: (relation.to_owned(), column.name.clone()), from: None, masked: false };
                    self.0.entry(relation.to_owned()).or_default().insert(key, label);
                }
                Some(false) => {
                    self.0.get_mut(relation).map(|labels| labels.remove(&key));
                }
                None => {}
            }
        }
    }

    /// What a model reads first, then the model.
    fn visit(&mut self, id: &str, compilation: &Compilation, marks: &Marks, done: &mut BTreeSet<String>) {
        let mut stack = vec![(id.to_owned(), false)];
        while let Some((id, ready)) = stack.pop() {
            let Some(compiled) = compilation.models.get(&id) else { continue };
            if ready {
                self.model(compiled, marks);
                continue;
            }
            if !done.insert(id.clone()) {
                continue;
            }
            stack.push((id, true));
            stack.extend(compiled.lineage.depends_on.iter().map(|read| (read.clone(), false)));
        }
    }

    fn model(&mut self, compiled: &CompiledModel, marks: &Marks) {
        let id = &compiled.model.id;
        if compiled.lineage.depends_on.iter().any(|read| self.0.contains_key(read)) {
            let mut found = BTreeMap::new();
            for query in [&compiled.query].into_iter().chain(&compiled.also) {
                let facts = Facts::new(query);
                let mut walk = Walk { facts: &facts, sensitive: self, marks, known: BTreeMap::new() };
                for output in &query.outputs {
                    if let Some(label) = walk.column(output.column) {
                        let label_now = found.entry(output.name.to_ascii_lowercase()).or_insert_with(|| label.clone());
                        if label_now.masked && !label.masked {
                            *label_now = label;
                        }
                    }
                }
            }
            if !found.is_empty() {
                self.0.entry(id.clone()).or_default().extend(found);
            }
        }
        self.mark(id, &compiled.model.properties.columns, marks);
    }
}

/// Does YAML mark the column, or declare it free of personal data?
fn is_marked(column: &DeclaredColumn, marks: &Marks) -> Option<bool> {
    let is_tag = |tag: &String| marks.tags.iter().any(|mark| mark.eq_ignore_ascii_case(tag));
    let said = column.meta.iter().flat_map(Value::entries).filter(|(key, _)| is_tag(&key.text));
    let said: Vec<bool> = said.map(|(_, value)| value.bool().unwrap_or(!value.is_null())).collect();
    if said.contains(&false) {
        return Some(false);
    }
    (said.contains(&true) || column.tags.iter().any(is_tag) || !column.policy_tags.is_empty()).then_some(true)
}

/// Functions of which only the size or presence of a value can be told.
const COUNTS: [&str; 8] =
    ["COUNT", "COUNT_IF", "COUNTIF", "COUNT_DISTINCT", "APPROX_COUNT_DISTINCT", "APPROX_DISTINCT", "HLL", "ROW_NUMBER"];

/// Operators whose result is true or false.
const TESTS: [&str; 22] = [
    "=",
    "<>",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "<=>",
    "AND",
    "OR",
    "NOT",
    "IS NULL",
    "IS NOT NULL",
    "IS_NULL",
    "LIKE",
    "ILIKE",
    "NOT LIKE",
    "BETWEEN",
    "IN",
    "NOT IN",
    "REGEXP_LIKE",
    "STARTS_WITH",
];

struct Walk<'w, 'a> {
    facts: &'w Facts<'a>,
    sensitive: &'w Sensitive,
    marks: &'w Marks,
    /// `None` while a column is being looked at, too: a circle adds nothing.
    known: BTreeMap<ColumnId, Option<Label>>,
}

impl Walk<'_, '_> {
    fn column(&mut self, column: ColumnId) -> Option<Label> {
        if let Some(known) = self.known.get(&column) {
            return known.clone();
        }
        self.known.insert(column, None);
        let label = self.origin(column);
        self.known.insert(column, label.clone());
        label
    }

    fn origin(&mut self, column: ColumnId) -> Option<Label> {
        let maker = self.facts.maker(column)?;
        let node = self.facts.node(maker);
        let at = node.columns.iter().position(|own| *own == column);
        match &node.op {
            Op::Scan { input, names } => {
                let read = self.facts.query.reads.get(*input)?;
                let name = names.get(at?)?;
                let label = self.sensitive.label(&read.id, name)?;
                let from = Some((read.id.clone(), name.clone(), read.span));
                Some(Label { from, ..label.clone() })
            }
            Op::Project { exprs, .. } => exprs.get(at?).and_then(|expr| self.expr(expr)),
            Op::Aggregate { keys, aggregates, .. } => {
                keys.iter().chain(aggregates).nth(at?).and_then(|expr| self.expr(expr))
            }
            Op::Set { inputs, .. } => {
                let branches: Vec<ColumnId> =
                    inputs.iter().filter_map(|(_, columns)| columns.get(at?)).copied().collect();
                self.worst(&branches)
            }
            Op::Recursive { seed, step, .. } => {
                let both: Vec<ColumnId> =
                    [seed, step].into_iter().filter_map(|(_, columns)| columns.get(at?)).copied().collect();
                self.worst(&both)
            }
            Op::Recur { of } => {
                let whole = self.facts.node(*of).columns.get(at?).copied()?;
                self.column(whole)
            }
            Op::Unpivot { groups, .. } => {
                let all: Vec<ColumnId> = groups.iter().flat_map(|(_, columns)| columns).copied().collect();
                self.worst(&all)
            }
            // Whatever it makes of them, it makes of these.
            op => {
                let of_exprs = exprs(op).into_iter().filter_map(|expr| self.expr(expr)).collect();
                let inputs: Vec<ColumnId> = match op {
                    Op::Opaque { inputs, .. } => self.all(inputs),
                    _ => Vec::new(),
                };
                let of_inputs = self.worst(&inputs);
                pick(of_exprs, of_inputs)
            }
        }
    }

    fn all(&self, relations: &[RelId]) -> Vec<ColumnId> {
        relations.iter().flat_map(|rel| &self.facts.node(*rel).columns).copied().collect()
    }

    fn worst(&mut self, columns: &[ColumnId]) -> Option<Label> {
        let labels = columns.iter().filter_map(|column| self.column(*column)).collect();
        pick(labels, None)
    }

    fn expr(&mut self, expr: &Expr) -> Option<Label> {
        match &expr.kind {
            ExprKind::Column(column) => {
                let label = self.column(*column)?;
                let from = label.from.map(|(relation, name, _)| (relation, name, expr.span));
                Some(Label { from, ..label })
            }
            ExprKind::Literal(_) | ExprKind::Exists { .. } | ExprKind::In { .. } | ExprKind::Quantified { .. } => None,
            ExprKind::Call { function, args, .. } => {
                if TESTS.contains(&function.as_str()) {
                    return None;
                }
                let label = self.any(args)?;
                let masked = label.masked || self.is_mask(function);
                Some(Label { masked, ..label })
            }
            ExprKind::Aggregate { function, args, .. } | ExprKind::Window { function, args, .. } => {
                if COUNTS.contains(&function.as_str()) {
                    return None;
                }
                let label = self.any(args)?;
                let masked = label.masked || self.is_mask(function);
                Some(Label { masked, ..label })
            }
            ExprKind::Case { branches, otherwise } => {
                let values = branches.iter().map(|(_, value)| value).chain(otherwise.as_deref());
                let labels = values.filter_map(|value| self.expr(value)).collect();
                pick(labels, None)
            }
            ExprKind::Cast { expr, .. } | ExprKind::Field { expr, .. } | ExprKind::Lambda { body: expr, .. } => {
                self.expr(expr)
            }
            ExprKind::Subquery { relation } => {
                let columns = self.facts.node(*relation).columns.clone();
                self.worst(&columns)
            }
            ExprKind::Opaque { args, .. } => self.any(args),
        }
    }

    fn any(&mut self, exprs: &[Expr]) -> Option<Label> {
        let labels = exprs.iter().filter_map(|expr| self.expr(expr)).collect();
        pick(labels, None)
    }

    fn is_mask(&self, function: &str) -> bool {
        let name = function.rsplit('.').next().unwrap_or(function);
        self.marks.masks.iter().any(|mask| match mask.strip_suffix('*') {
            Some(start) => name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)),
            None => mask.eq_ignore_ascii_case(name),
        })
    }
}

/// The first that is not masked, else the first.
fn pick(labels: Vec<Label>, more: Option<Label>) -> Option<Label> {
    let labels: Vec<Label> = labels.into_iter().chain(more).collect();
    labels.iter().find(|label| !label.masked).or(labels.first()).cloned()
}
