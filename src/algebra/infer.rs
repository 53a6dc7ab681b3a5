//! The result types of operators and functions, from the dialect's facts.

use super::expr::{Expr, ExprKind, Literal};
use super::sql_type::{Family, Type};
use crate::dialect::{Dialect, Returns};

/// The type of `left op right`.
pub(super) fn operator(dialect: &Dialect, op: &str, args: &[Expr]) -> Type {
    let boolean = || Type::named("BOOLEAN", Family::Boolean);
    let (left, right) = (&args[0].ty, &args[1].ty);
    match op {
        "="
        | "<"
        | ">"
        | "<="
        | ">="
        | "AND"
        | "OR"
        | "XOR"
        | "IS NOT DISTINCT FROM"
        | "~"
        | "~*"
        | "!~"
        | "!~*"
        | "@>"
        | "<@"
        | "&&"
        | "?"
        | "GLOB"
        | "REGEXP"
        | "RLIKE"
        | "^@" => boolean(),
        "||" if left.family == Family::Array => left.clone(),
        "||" => Type::named("VARCHAR", Family::String),
        "/" if dialect.integer_division && left.family == Family::Integer && right.family == Family::Integer => {
            left.common(right)
        }
        "/" if left.family == Family::Interval => left.clone(),
        "/" if number(left) && number(right) => Type::named("DOUBLE", Family::Float),
        "//" | "%" | "&" | "|" | "<<" | ">>" | "#" if number(left) && number(right) => left.common(right),
        "+" | "-" | "*" => arithmetic(op, left, right),
        "->>" => Type::named("VARCHAR", Family::String),
        "->" | "#>" => Type::named("JSON", Family::Json),
        "#>>" => Type::named("VARCHAR", Family::String),
        "**" | "^" if number(left) && number(right) => Type::named("DOUBLE", Family::Float),
        _ => Type::unknown(),
    }
}

fn number(ty: &Type) -> bool {
    ty.family.is_number()
}

fn arithmetic(op: &str, left: &Type, right: &Type) -> Type {
    use Family as F;
    match (left.family, right.family) {
        (F::Decimal | F::Integer, F::Decimal | F::Integer)
            if left.family != right.family || left.family == F::Decimal =>
        {
            decimal(op, left, right)
        }
        (a, b) if a.is_number() && b.is_number() => left.common(right),
        (F::Timestamp | F::Date, F::Timestamp | F::Date)
            if op == "-" && (left.family, right.family) != (F::Date, F::Date) =>
        {
            Type::named("INTERVAL", F::Interval)
        }
        (F::Date, F::Date) if op == "-" => Type::named("BIGINT", F::Integer),
        (F::Date, F::Integer) | (F::Integer, F::Date) => Type::named("DATE", F::Date),
        (F::Date | F::Timestamp, F::Interval) | (F::Interval, F::Date | F::Timestamp) => {
            Type::named("TIMESTAMP", F::Timestamp)
        }
        (F::Time, F::Interval) => left.clone(),
        (F::Interval, _) if op == "*" || right.family == F::Interval => left.clone(),
        (_, F::Interval) if op == "*" => right.clone(),
        _ => Type::unknown(),
    }
}

fn decimal(op: &str, left: &Type, right: &Type) -> Type {
    let (a, b) = (left.scale().unwrap_or(0), right.scale().unwrap_or(0));
    let scale = if op == "*" { a + b } else { a.max(b) };
    Type::parse(&format!("DECIMAL(38,{scale})"))
}

/// The type of a call of a function known to the dialect; unknown otherwise.
pub(super) fn call(dialect: &Dialect, function: &str, args: &[Expr]) -> Type {
    match dialect.function(function) {
        Some(facts) => returned(&facts.returns, function, args),
        None => built_in(function, args),
    }
}

fn returned(returns: &Returns, function: &str, args: &[Expr]) -> Type {
    match returns {
        Returns::Unknown => built_in(function, args),
        Returns::StructOfArguments => structure(args),
        Returns::ByFamily { argument, cases } => {
            let Some(ty) = args.get(*argument).map(|arg| &arg.ty).filter(|ty| !ty.is_unknown()) else {
                return Type::unknown();
            };
            let named = cases.iter().find(|(family, _)| family == ty.family.word());
            match named.or_else(|| cases.iter().find(|(family, _)| family == "*")) {
                Some((_, Returns::Type(name))) => Type::parse(&scaled(name, ty)),
                Some((_, other)) => returned(other, function, args),
                None => Type::unknown(),
            }
        }
        Returns::Type(name) => Type::parse(name),
        Returns::Argument(at) => args.get(*at).map(|arg| arg.ty.clone()).unwrap_or_default(),
        Returns::CommonFrom(at) => common(args.get(*at..).unwrap_or_default()),
        Returns::ArrayOf(at) => Type::array_of(args.get(*at).map(|arg| arg.ty.clone()).unwrap_or_default()),
        Returns::ElementOf(at) => args.get(*at).map(|arg| element_of(&arg.ty)).unwrap_or_default(),
    }
}

fn common(args: &[Expr]) -> Type {
    together(args)
}

/// The type of a place that any of these values may fill. A string that is written out beside moments or numbers is
/// read as one of them, as in `coalesce(valid_to, '2099-01-01')`.
pub(super) fn together<'e>(values: impl IntoIterator<Item = &'e Expr>) -> Type {
    let values: Vec<&Expr> = values.into_iter().collect();
    let others = values.iter().map(|value| &value.ty).filter(|ty| ty.family != Family::String && !ty.is_unknown());
    let moment = others.clone().any(|ty| matches!(ty.family, Family::Date | Family::Timestamp));
    let number = others.clone().any(|ty| ty.family.is_number());
    let gives_way = |value: &&Expr| match &value.kind {
        ExprKind::Literal(Literal::String(text)) => {
            let text = text.trim();
            (moment && text.starts_with(|c: char| c.is_ascii_digit())) || (number && text.parse::<f64>().is_ok())
        }
        _ => false,
    };
    let kept = values.iter().filter(|value| !gives_way(value)).map(|value| value.ty.clone());
    kept.reduce(|a, b| a.common(&b)).unwrap_or_default()
}

/// A struct of the arguments, under the names they are given.
fn structure(args: &[Expr]) -> Type {
    let fields = args.iter().map(|arg| match &arg.kind {
        ExprKind::Call { function, .. } if function.starts_with("NAMED ") => (function[6..].to_owned(), arg.ty.clone()),
        _ => (String::new(), arg.ty.clone()),
    });
    Type::structure_of(fields.collect())
}

/// `DECIMAL(p,s)` with the letters replaced by the precision and scale of `ty`.
fn scaled(name: &str, ty: &Type) -> String {
    let Some((head, inside)) = name.split_once('(') else { return name.to_owned() };
    let precision = ty.precision().unwrap_or(38).to_string();
    let scale = ty.scale().unwrap_or(0).to_string();
    format!("{head}({}", inside.replace('p', &precision).replace('s', &scale))
}

/// Functions whose type depends on their arguments in a way no table row says.
fn built_in(function: &str, args: &[Expr]) -> Type {
    match function {
        "IF" => common(args.get(1..).unwrap_or_default()),
        "STRUCT_PACK" | "STRUCT" | "ROW" => structure(args),
        "ARRAY" => Type::array_of(common(args)),
        _ => Type::unknown(),
    }
}

/// The type of one element of an array (or of one value of a map).
pub(super) fn element_of(ty: &Type) -> Type {
    match ty.family {
        Family::Json => ty.clone(),
        _ => ty.element.as_deref().cloned().unwrap_or_default(),
    }
}
