//! The tree of a template: what the parser makes and the evaluator walks. Shared between threads.

use std::sync::Arc;

use num_bigint::BigInt;

use crate::text::{FileId, Span};

/// A text that was parsed, and whose it is.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) file: FileId,
    pub(super) text: Arc<str>,
    pub(super) package: Arc<str>,
    /// Its number among the sources of one rendering; 0 is the model itself.
    pub(super) id: u32,
    /// Part of this program, not of the user's repo: its text is attributed to whoever calls it.
    pub(super) embedded: bool,
    /// Holds carriage returns, which are not emitted.
    pub(super) returns: bool,
}

/// Something that could not be read.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

#[derive(Debug)]
pub(super) enum Node {
    Text(Span),
    /// `span` covers the braces.
    Print {
        expr: Expr,
        span: Span,
    },
    /// The last arm is `else`, written or not.
    If(Vec<Arm>),
    For(Arc<For>),
    Set {
        target: Target,
        value: Expr,
    },
    SetBlock {
        target: Target,
        filters: Vec<Filter>,
        body: Vec<Node>,
        span: Span,
    },
    Macro(Arc<Macro>),
    /// `{% call .. %}`: `caller` holds the body as a macro.
    Call {
        caller: Arc<Macro>,
        call: Expr,
        span: Span,
    },
    Do(Expr),
    Filter {
        filters: Vec<Filter>,
        body: Vec<Node>,
        span: Span,
    },
    With {
        bindings: Vec<(Target, Expr)>,
        body: Vec<Node>,
    },
    /// A body in a scope of its own: `snapshot`, `autoescape`.
    Scope(Vec<Node>),
    Break,
    Continue,
    Include {
        what: Expr,
        ignore_missing: bool,
        context: bool,
        span: Span,
    },
    Import {
        what: Expr,
        names: Imported,
        context: bool,
        span: Span,
    },
    Extends {
        what: Expr,
        span: Span,
    },
    Block(Arc<Block>),
}

/// What an import gives a name to.
#[derive(Debug)]
pub(super) enum Imported {
    /// `import .. as name`
    Whole(Arc<str>),
    /// `from .. import name as other`: each name there, and its name here.
    Parts(Vec<(Arc<str>, Arc<str>)>),
}

/// `{% block name %}`: a body that templates which extend this one may replace.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) name: Arc<str>,
    pub(super) body: Vec<Node>,
    /// Sees the variables of the loop it stands in.
    pub(super) scoped: bool,
    /// Some template must replace it.
    pub(super) required: bool,
    pub(super) span: Span,
    pub(super) source: Arc<Source>,
}

/// One way that `{% if .. %}` can go.
#[derive(Debug)]
pub(super) struct Arm {
    /// `None`: else.
    pub(super) test: Option<Expr>,
    pub(super) body: Vec<Node>,
    /// What stands between its tags; empty where `else` is not written.
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct For {
    pub(super) target: Target,
    pub(super) over: Expr,
    pub(super) only_if: Option<Expr>,
    pub(super) recursive: bool,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
    pub(super) span: Span,
}

/// What an assignment writes to.
#[derive(Debug)]
pub(super) enum Target {
    Name(Arc<str>),
    Tuple(Vec<Target>, Span),
    /// `ns.x`
    Field(Arc<str>, Arc<str>, Span),
}

#[derive(Debug)]
pub(super) struct Macro {
    pub(super) name: Arc<str>,
    pub(super) params: Vec<Param>,
    pub(super) body: Vec<Node>,
    pub(super) span: Span,
    pub(super) source: Arc<Source>,
    /// Its text names `varargs`, `kwargs`, `caller`; without naming them it may not be given any.
    pub(super) takes_varargs: bool,
    pub(super) takes_kwargs: bool,
    pub(super) takes_caller: bool,
}

#[derive(Debug)]
pub(super) struct Param {
    pub(super) name: Arc<str>,
    pub(super) default: Option<Expr>,
}

#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: Arc<str>,
    pub(super) arguments: Vec<Argument>,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum Argument {
    Positional(Expr),
    Named(Arc<str>, Expr),
    Spread(Expr),
    SpreadNamed(Expr),
}

#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    None,
    Bool(bool),
    Int(i64),
    Big(Arc<BigInt>),
    Float(f64),
    Str(Arc<str>),
    Name(Arc<str>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    Attribute(Box<Expr>, Arc<str>),
    Item(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, Box<[Option<Expr>; 3]>),
    Call(Box<Expr>, Vec<Argument>),
    Filter(Box<Expr>, Filter),
    /// `x is name(args)`
    Test(Box<Expr>, Filter),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    Binary(Arithmetic, Box<Expr>, Box<Expr>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `a ~ b ~ c`
    Join(Vec<Expr>),
    /// `then if test else otherwise`
    Choice {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    /// Could not be read; the fault was reported when it was parsed.
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
}

impl Expr {
    /// The expressions that this one is made of.
    pub(super) fn parts(&self) -> Vec<&Expr> {
        use ExprKind as K;
        fn given(arguments: &[Argument]) -> impl Iterator<Item = &Expr> {
            arguments.iter().map(|argument| match argument {
                Argument::Positional(expr)
                | Argument::Named(_, expr)
                | Argument::Spread(expr)
                | Argument::SpreadNamed(expr) => expr,
            })
        }
        match &self.kind {
            K::Call(callee, arguments) => given(arguments).chain([callee.as_ref()]).collect(),
            K::Filter(value, filter) | K::Test(value, filter) => {
                given(&filter.arguments).chain([value.as_ref()]).collect()
            }
            K::List(items) | K::Tuple(items) | K::Join(items) => items.iter().collect(),
            K::Dict(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            K::Slice(value, bounds) => bounds.iter().flatten().chain([value.as_ref()]).collect(),
            K::Attribute(value, _) | K::Not(value) | K::Negative(value) | K::Positive(value) => vec![value],
            K::Item(a, b) | K::Binary(_, a, b) | K::And(a, b) | K::Or(a, b) => vec![a, b],
            K::Compare(first, rest) => {
                [first.as_ref()].into_iter().chain(rest.iter().map(|(_, value)| value)).collect()
            }
            K::Choice { test, then, otherwise } => {
                [test, then].into_iter().chain(otherwise).map(AsRef::as_ref).collect()
            }
            K::None | K::Bool(_) | K::Int(_) | K::Big(_) | K::Float(_) | K::Str(_) | K::Name(_) | K::Broken => {
                Vec::new()
            }
        }
    }
}
