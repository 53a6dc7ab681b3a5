//! Parsed statements and a Catalog in, Queries with every name resolved out.
//!
//! Knows nothing of templates or files: spans are those of the text that was parsed.

mod carried;
mod expression;
mod from;
mod function;
mod group;
mod hierarchy;
mod join;
mod name;
mod open;
mod outer;
mod pipe;
mod pivot;
mod recognized;
mod returned;
mod scope;
mod select;
mod set;
mod spelling;
mod star;
mod statement;
mod table_function;
mod window;
mod writes;

pub use statement::opaque;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::query::{
    Column, ColumnId, Cte, Input, JoinKind, Known, Node, Op, Output, Problem, ProblemKind, Query, RelId, Status, Why,
};
use super::sql_type::Type;
use crate::dialect::Dialect;
use crate::syntax::{Parsed, ast};
use crate::text::{Digest, Span};

/// What the world outside one text knows of relations.
pub trait Catalog {
    /// The relation that a name in FROM means, or `None` where nobody knows it.
    fn find(&self, name: &[ast::Ident]) -> Option<Arc<Known>>;

    /// What a call of a function that the repo itself creates means; `None` where it creates none of this name.
    fn routine(&self, _name: &[ast::Ident]) -> Option<Routine> {
        None
    }

    /// Are names that `find` does not know a fault (everything is declared), or just undeclared tables?
    fn is_complete(&self) -> bool {
        false
    }
}

/// A function that the repo itself creates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routine {
    /// Unknown where the function does not say.
    pub returns: Type,
    pub aggregate: bool,
    pub volatile: bool,
    /// Of its text and of all that it calls: a call means something else where this differs.
    pub address: Digest,
}

/// What the statements of one text make and ask.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Tables and views that the text creates or fills, in order; one entry per statement that writes.
    pub tables: Vec<Written>,
    /// The last query of the text.
    pub query: Option<Query>,
    /// Why statements could not be understood.
    pub why: Vec<Why>,
}

/// One statement that writes a relation.
#[derive(Clone, Debug)]
pub struct Written {
    /// The name, folded and dotted: `main.t1`.
    pub name: String,
    pub how: How,
    pub query: Query,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Create,
    View,
    Insert,
    Merge,
    Update,
    Delete,
    /// Columns declared without a query: the table's schema is in `query.outputs`.
    Declare,
}

/// Resolves every statement of a text.
pub fn resolve(parsed: &Parsed, dialect: &Dialect, catalog: &dyn Catalog) -> Script {
    statement::script(parsed, dialect, catalog)
}

/// A relation and the columns its reader sees.
#[derive(Clone, Debug)]
struct Bound {
    rel: RelId,
    outputs: Vec<Output>,
}

/// A relation that a statement writes: its name, folded and dotted, and the columns it gets.
struct Write {
    name: String,
    how: How,
    bound: Bound,
}

/// A CTE in sight.
#[derive(Clone, Debug)]
struct CteBinding {
    key: String,
    bound: Bound,
    /// Index into `Query::ctes`; `None` for the rows-so-far of a recursive one.
    entry: Option<usize>,
}

/// The state of resolving one statement.
struct Resolver<'a> {
    dialect: &'a Dialect,
    catalog: &'a dyn Catalog,
    parsed: &'a Parsed,
    /// Tables that earlier statements of the text made.
    locals: &'a BTreeMap<String, Arc<Known>>,
    /// What decides whether a script runs the statement.
    guards: &'a [ast::Query],
    /// The variables in it, each with the places in `guards` of what it was set from.
    values: &'a [(String, Vec<usize>)],
    /// What was found for those that were met.
    variables: BTreeMap<String, Option<super::Expr>>,
    /// A variable was met while it was being resolved.
    circular: bool,
    query: Query,
    /// What the statement was found to write, those inside its WITH first.
    writes: Vec<Write>,
    ctes: Vec<CteBinding>,
    windows: Vec<BTreeMap<String, ast::WindowSpec>>,
    /// Columns of open relations that were met by name.
    demanded: BTreeMap<(RelId, String), ColumnId>,
    /// The same columns, to ask of one whether it is known by use alone.
    inferred: BTreeSet<ColumnId>,
    /// Set-returning functions met in a SELECT list, waiting for their Unnest.
    pending_unnests: Vec<(super::Expr, ColumnId)>,
    /// Structs whose unknown fields a star shows, each with the relation that stands for these.
    pending_fields: Vec<(super::Expr, RelId)>,
    /// What `COLUMNS(..)` stands for while one of its columns is resolved: the value and the column's name.
    columns_binding: Option<(super::Expr, String)>,
    /// LIMIT BY of the query whose SELECT comes next: how many rows, and of which groups.
    limit_by: Option<(Option<ast::Expr>, Vec<ast::Expr>)>,
    /// GROUP BY of a PIVOT statement, on its way to the pivot.
    pivot_groups: Option<Vec<ast::Expr>>,
}

impl<'a> Resolver<'a> {
    fn new(
        parsed: &'a Parsed,
        dialect: &'a Dialect,
        catalog: &'a dyn Catalog,
        locals: &'a BTreeMap<String, Arc<Known>>,
    ) -> Self {
        Resolver {
            dialect,
            catalog,
            parsed,
            locals,
            guards: &[],
            values: &[],
            variables: BTreeMap::new(),
            circular: false,
            query: Query::default(),
            writes: Vec::new(),
            ctes: Vec::new(),
            windows: Vec::new(),
            demanded: BTreeMap::new(),
            inferred: BTreeSet::new(),
            pending_unnests: Vec::new(),
            pending_fields: Vec::new(),
            columns_binding: None,
            limit_by: None,
            pivot_groups: None,
        }
    }

    fn column(&mut self, name: &str, quoted: bool, ty: Type, span: Span) -> ColumnId {
        self.query.columns.push(Column { name: name.to_owned(), quoted, ty, span });
        ColumnId(self.query.columns.len() as u32 - 1)
    }

    /// Adds an operator. `columns` are those it defines; operators that pass their input's columns on give none, the
    /// facts pass fills them in.
    fn node(&mut self, op: Op, columns: Vec<ColumnId>, span: Span) -> RelId {
        let open = self.opens(&op);
        self.query.nodes.push(Node {
            op,
            columns,
            nullable: Vec::new(),
            keys: Vec::new(),
            at_most_one_row: false,
            empty: false,
            idle: Vec::new(),
            open,
            span,
        });
        RelId(self.query.nodes.len() as u32 - 1)
    }

    /// Does an operator pass on columns that nobody knows by name?
    fn opens(&self, op: &Op) -> bool {
        let open = |rel: &RelId| self.query.nodes[rel.0 as usize].open;
        match op {
            Op::Scan { input, .. } => self.query.reads[*input].known.as_ref().is_none_or(|known| known.open),
            Op::Project { stars, .. } => !stars.is_empty(),
            Op::Filter { input, .. }
            | Op::Sort { input, .. }
            | Op::Limit { input, .. }
            | Op::Distinct { input, .. }
            | Op::Sample { input, .. }
            | Op::Unnest { input, .. } => open(input),
            Op::Join { kind: JoinKind::Semi | JoinKind::Anti, left, .. } => open(left),
            Op::Join { left, right, .. } => open(left) || open(right),
            Op::Set { inputs, .. } => inputs.iter().any(|(rel, _)| open(rel)),
            Op::Opaque { .. } => true,
            Op::TableFunction { open, .. } => *open,
            Op::Values { .. } | Op::Aggregate { .. } | Op::Recursive { .. } | Op::Recur { .. } | Op::Unpivot { .. } => {
                false
            }
        }
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: String, help: Option<String>) {
        let problem = Problem { kind, span, message, help };
        if !self.query.problems.contains(&problem) {
            self.query.problems.push(problem);
        }
    }

    /// Notes that something is not known; every claim on it has been widened to stay sound.
    fn partial(&mut self, cause: &'static str, detail: impl Into<String>, span: Span) {
        let why = Why { cause, detail: detail.into(), span };
        if !self.query.why.contains(&why) {
            self.query.why.push(why);
        }
        self.query.status = self.query.status.max(Status::Partial);
    }

    fn span_of(&self, node: &impl ast::Spanned) -> Span {
        self.parsed.span(node.span())
    }

    fn ident_span(&self, ident: &ast::Ident) -> Span {
        self.parsed.span(ident.span)
    }

    fn key(&self, ident: &ast::Ident) -> String {
        self.dialect.column_key(&ident.value, ident.quote_style.is_some())
    }

    fn relation_key(&self, ident: &ast::Ident) -> String {
        self.dialect.relation_key(&ident.value, ident.quote_style.is_some())
    }

    fn output_key(&self, output: &Output) -> String {
        self.dialect.column_key(&output.name, output.quoted)
    }

    fn input(&mut self, input: Input) -> usize {
        self.query.reads.push(input);
        self.query.reads.len() - 1
    }

    fn cte(&mut self, cte: Cte) -> usize {
        self.query.ctes.push(cte);
        self.query.ctes.len() - 1
    }
}

/// Closes a query: `bound` is its result.
fn finished(mut query: Query, bound: Bound, dialect: &Dialect) -> Query {
    query.root = Some(bound.rel);
    query.outputs = bound.outputs;
    super::facts::derive(&mut query, dialect);
    forgive_stars(&mut query);
    query
}

/// `with source as (select * from raw) select a from source`: the unknown columns of the star reach neither the
/// result nor anything that compares whole rows, so all that was asked of it is known.
fn forgive_stars(query: &mut Query) {
    let is_open = |rel: &RelId| query.nodes[rel.0 as usize].open;
    let matters = |node: &Node| match &node.op {
        Op::Distinct { input, on: None } => is_open(input),
        Op::Set { inputs, .. } => inputs.iter().any(|(rel, _)| is_open(rel)),
        Op::Opaque { inputs, .. } => inputs.iter().any(is_open),
        _ => false,
    };
    if query.root.is_none_or(|root| is_open(&root)) || query.nodes.iter().any(matters) {
        return;
    }
    query.why.retain(|why| why.cause != star::OPEN_STAR);
    if query.why.is_empty() && query.status == Status::Partial {
        query.status = Status::Exact;
    }
}

fn output(ident: &ast::Ident, column: ColumnId, span: Span) -> Output {
    named_output(&ident.value, ident.quote_style.is_some(), column, span)
}

fn named_output(name: &str, quoted: bool, column: ColumnId, span: Span) -> Output {
    Output { name: name.to_owned(), quoted, column, nullable: super::Nullability::Unknown, span, from_star: false }
}
