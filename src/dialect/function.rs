//! What is known of a SQL function: kind, result type, nulls, volatility.

/// How a function consumes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    Scalar,
    Aggregate,
    /// Only valid with OVER, e.g. `row_number`.
    Window,
    /// Returns rows: in FROM, or (in some dialects) in SELECT, where it multiplies rows.
    Table,
}

/// The result type of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returns {
    Unknown,
    /// A fixed type, in the dialect's spelling, e.g. `BIGINT`.
    Type(String),
    /// The type of the n-th argument (from 0).
    Argument(usize),
    /// The common type of the arguments from the n-th on.
    CommonFrom(usize),
    /// An array of the n-th argument's type. Of a lambda: of its body's type.
    ArrayOf(usize),
    /// The element type of the n-th argument, an array.
    ElementOf(usize),
    /// A struct whose fields are the arguments, under the names they are given.
    StructOfArguments,
    /// By the family of the n-th argument, in the words of the type's family (`integer`, `decimal`, ..); the case `*`
    /// is for all other known families. In a `Type`, the letters of `DECIMAL(p,s)` stand for the argument's own
    /// precision and scale. A family with no case gives an unknown type.
    ByFamily {
        argument: usize,
        cases: Vec<(String, Returns)>,
    },
}

/// When a function returns NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// NULL exactly where some argument is NULL.
    Strict,
    /// Never NULL, e.g. `count`.
    Never,
    /// Not NULL if any argument is not NULL, e.g. `coalesce`.
    Coalesce,
    Unknown,
}

/// The facts of one function in one dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name all its synonyms share, upper case (`IFNULL` and `NVL` are `COALESCE`).
    pub canonical: String,
    pub kind: FunctionKind,
    pub returns: Returns,
    pub nulls: Nulls,
    /// Another call may give another value: `random()`, `now()`.
    pub volatile: bool,
    /// The order of its arguments does not matter.
    pub commutative: bool,
}
