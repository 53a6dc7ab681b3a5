//! Query: a graph of relational operators over uniquely numbered columns.

use std::sync::Arc;

use super::expr::{Expr, SortKey};
use super::sql_type::Type;
use crate::text::{Digest, Place, Span};

/// A column, unique in its Query. Operators that only choose or order rows keep their input's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub u32);

/// An operator in its Query. A CTE that is read twice is one operator with two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelId(pub u32);

/// May a value be NULL?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Nullability {
    No,
    Yes,
    #[default]
    Unknown,
}

/// The name that stands for all columns of a relation nobody declared.
pub const ALL_COLUMNS: &str = "*";

/// Everything one query says.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub columns: Vec<Column>,
    pub nodes: Vec<Node>,
    /// The result; `None` where nothing could be understood.
    pub root: Option<RelId>,
    /// The result's columns, in order, under the names the reader sees.
    pub outputs: Vec<Output>,
    /// CTEs of the text, in order, also those nobody reads.
    pub ctes: Vec<Cte>,
    pub problems: Vec<Problem>,
    pub status: Status,
    pub why: Vec<Why>,
    /// The names this query may read, as written, with what they resolved to.
    pub reads: Vec<Input>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// As the user wrote it (or the dialect derives it).
    pub name: String,
    pub quoted: bool,
    pub ty: Type,
    /// Where it is defined in the rendered text.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub name: String,
    pub quoted: bool,
    pub column: ColumnId,
    pub nullable: Nullability,
    /// The SELECT item (or the star) it comes from.
    pub span: Span,
    pub from_star: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    pub name: String,
    /// Of the name.
    pub span: Span,
    pub relation: RelId,
    /// How often FROM names it.
    pub readers: usize,
}

/// One operator, its columns, and what is known of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub op: Op,
    /// In order.
    pub columns: Vec<ColumnId>,
    /// As seen after this operator (an outer join makes columns nullable); parallel to `columns`.
    pub nullable: Vec<Nullability>,
    pub keys: Vec<Key>,
    pub at_most_one_row: bool,
    /// Proved to have no row, whatever the data.
    pub empty: bool,
    /// The conjuncts of a filter that every row satisfies, by position.
    pub idle: Vec<usize>,
    /// Has columns that nobody knows by name (a star over an undeclared relation).
    pub open: bool,
    pub span: Span,
}

/// A set of columns in which no two rows are equal (rows with NULLs aside, as a unique test counts).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Sorted.
    pub columns: Vec<ColumnId>,
    pub proof: Proof,
}

/// What a key rests on. Ordered: the last is the surest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// A test or constraint of something that the repo builds: an edit may make it false.
    Declared,
    /// A test or constraint of data that comes from elsewhere: no edit changes it.
    Given,
    /// The SQL alone.
    Proved,
}

impl Proof {
    pub fn is_proved(self) -> bool {
        self == Proof::Proved
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// All rows of a relation outside the query; `names` are its column names, parallel to the node's columns.
    Scan {
        input: usize,
        names: Vec<String>,
    },
    /// Literal rows; each as long as the node's columns.
    Values {
        rows: Vec<Vec<Expr>>,
    },
    /// One row per input row; `exprs` are parallel to the node's columns. `stars` are the open relations whose unknown
    /// columns pass through, each with the names its star leaves out.
    Project {
        input: RelId,
        exprs: Vec<Expr>,
        stars: Vec<OpenStar>,
    },
    /// Rows for which every conjunct is true. HAVING and QUALIFY too.
    Filter {
        input: RelId,
        conjuncts: Vec<Expr>,
    },
    /// Columns: left's, then right's (left's alone for semi and anti). `lateral`: right may read left's columns.
    Join {
        kind: JoinKind,
        left: RelId,
        right: RelId,
        on: Vec<Expr>,
        lateral: bool,
        span: Span,
    },
    /// Columns: the keys, then the aggregates. More than one grouping set: ROLLUP, CUBE, GROUPING SETS (indices of keys).
    Aggregate {
        input: RelId,
        keys: Vec<Expr>,
        aggregates: Vec<Expr>,
        sets: Vec<Vec<usize>>,
    },
    /// `on`: DISTINCT ON's expressions, else all columns.
    Distinct {
        input: RelId,
        on: Option<Vec<Expr>>,
    },
    Sort {
        input: RelId,
        keys: Vec<SortKey>,
    },
    Limit {
        input: RelId,
        count: Option<Expr>,
        offset: Option<Expr>,
        with_ties: bool,
    },
    /// By position: column i of the node is column i of each input, as `inputs[n].1[i]`.
    Set {
        kind: SetKind,
        all: bool,
        inputs: Vec<(RelId, Vec<ColumnId>)>,
    },
    /// One row per element of `expr`, beside the columns of `input` (which come first).
    Unnest {
        input: RelId,
        exprs: Vec<Expr>,
        columns: Vec<ColumnId>,
        outer: bool,
    },
    /// Rows of a table function over `args`.
    TableFunction {
        name: String,
        args: Vec<Expr>,
        open: bool,
    },
    /// A recursive CTE: columns by position from seed and step; `Recur` in the step stands for the rows so far.
    Recursive {
        seed: (RelId, Vec<ColumnId>),
        step: (RelId, Vec<ColumnId>),
        all: bool,
    },
    Recur {
        of: RelId,
    },
    /// Turns columns into rows: each row once per (label, columns) of `groups`.
    Unpivot {
        input: RelId,
        groups: Vec<(Vec<String>, Vec<ColumnId>)>,
        keep: Vec<ColumnId>,
        include_nulls: bool,
    },
    /// A random part of the rows.
    Sample {
        input: RelId,
        text: String,
    },
    /// Not understood: its rows and columns may depend on everything in `inputs`.
    Opaque {
        inputs: Vec<RelId>,
        why: String,
    },
}

impl Op {
    /// The relations whose rows this operator reads.
    pub fn inputs(&self) -> Vec<RelId> {
        match self {
            Op::Scan { .. } | Op::Values { .. } | Op::TableFunction { .. } | Op::Recur { .. } => Vec::new(),
            Op::Project { input, .. }
            | Op::Filter { input, .. }
            | Op::Aggregate { input, .. }
            | Op::Distinct { input, .. }
            | Op::Sort { input, .. }
            | Op::Limit { input, .. }
            | Op::Unnest { input, .. }
            | Op::Unpivot { input, .. }
            | Op::Sample { input, .. } => vec![*input],
            Op::Join { left, right, .. } => vec![*left, *right],
            Op::Set { inputs, .. } => inputs.iter().map(|(rel, _)| *rel).collect(),
            Op::Recursive { seed, step, .. } => vec![seed.0, step.0],
            Op::Opaque { inputs, .. } => inputs.clone(),
        }
    }
}

/// A star over a relation that may have more columns than are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenStar {
    pub relation: RelId,
    /// Keys of the columns that EXCEPT / EXCLUDE leaves out.
    pub except: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
    Cross,
    Semi,
    Anti,
    /// The nearest row, by an inequality.
    AsOf {
        outer: bool,
    },
    Positional,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetKind {
    Union,
    Intersect,
    Except,
}

/// A relation outside the query that it reads.
#[derive(Clone, Debug)]
pub struct Input {
    /// Full id (`model.shop.orders`) where known, else the name as written and folded (`main.t1`).
    pub id: String,
    /// As written.
    pub written: String,
    pub span: Span,
    pub known: Option<Arc<Known>>,
}

/// What is known of a relation outside the query.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub id: String,
    pub columns: Vec<KnownColumn>,
    /// There may be columns that are not listed.
    pub open: bool,
    /// Names of columns, and what says that they are a key.
    pub keys: Vec<(Vec<String>, Proof)>,
    /// What its keys and nullability rest on, where that is not the SQL: facts that somebody declared.
    pub assumed: Vec<Assumption>,
    pub at_most_one_row: bool,
    /// Fingerprint of its rows; `None` for what the repo does not build: the id stands for it.
    pub rows: Option<Digest>,
    /// Its fingerprints where what is declared of data from elsewhere counts as a fact; `None` where that is no other.
    pub given: Option<Arc<Given>>,
}

/// Fingerprints that rest on declared keys of data from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Given {
    pub rows: Digest,
    /// Parallel to the columns.
    pub values: Vec<Digest>,
}

/// A fact of a relation that its text does not prove: a set of columns is a key, or one column is never NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Sorted.
    pub columns: Vec<String>,
    /// They are a key; else they are never NULL.
    pub unique: bool,
    /// Who says so: ``the test `unique` ``.
    pub because: String,
    pub place: Option<Place>,
}

#[derive(Clone, Debug, Default)]
pub struct KnownColumn {
    pub name: String,
    pub quoted: bool,
    /// Who told the name did not tell its case, as YAML does not: `"Id"` and `id` may both mean it.
    pub any_case: bool,
    pub ty: Type,
    pub nullable: Nullability,
    /// Fingerprint of its values; `None` for what the repo does not build: its name stands for it.
    pub value: Option<Digest>,
}

/// How much of a query was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Status {
    #[default]
    Exact,
    Partial,
    Opaque,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Exact => "exact",
            Status::Partial => "partial",
            Status::Opaque => "opaque",
        }
    }
}

/// Why a status is not `exact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// A cause that can be counted, in words: `star over an undeclared relation`.
    pub cause: &'static str,
    pub detail: String,
    pub span: Span,
}

/// Something wrong with the names or shape of a query; lint turns it into a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    UnknownRelation,
    UnknownColumn,
    AmbiguousColumn,
    SetColumnCount,
}
