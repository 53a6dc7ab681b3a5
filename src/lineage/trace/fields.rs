//! A field of a struct or a path into a semi-structured value in, what it reads out: that part, not the whole.

use std::rc::Rc;

use super::{Reads, Tracer};
use crate::algebra::{ColumnId, Expr, ExprKind, Literal, Op, RelId, SetKind};
use crate::lineage::edges::Via;

/// Functions whose value is their first argument in another form, with the same paths in it.
const SAME_PATHS: [&str; 6] = ["PARSE_JSON", "TRY_PARSE_JSON", "JSON", "TO_JSON", "TO_VARIANT", "SAFE.PARSE_JSON"];

/// Functions of a value and the path to a part of it, written as a literal.
const TAKE_PATHS: [&str; 13] = [
    "JSON_EXTRACT",
    "JSON_EXTRACT_SCALAR",
    "JSON_EXTRACT_STRING",
    "JSON_EXTRACT_ARRAY",
    "JSON_EXTRACT_PATH_TEXT",
    "JSON_EXTRACT_PATH",
    "JSON_QUERY",
    "JSON_QUERY_ARRAY",
    "JSON_VALUE",
    "JSON_VALUE_ARRAY",
    "GET_JSON_OBJECT",
    "GET_PATH",
    "JSONEXTRACTSTRING",
];

/// The value that an expression takes a part of, and the way to that part, if that is all it does.
pub(super) fn part(expr: &Expr) -> Option<(&Expr, Vec<String>)> {
    match &expr.kind {
        ExprKind::Field { expr, name } => Some((expr, vec![name.clone()])),
        ExprKind::Call { function, args, .. } => {
            let (base, rest) = args.split_first()?;
            let keys: Vec<&str> = rest.iter().map(literal).collect::<Option<_>>()?;
            match function.as_str() {
                "->" | "->>" | "#>" | "#>>" if keys.len() == 1 => Some((base, steps(keys[0]))),
                "GET" if keys.len() == 1 => Some((base, vec![keys[0].to_owned()])),
                name if TAKE_PATHS.contains(&name) && !keys.is_empty() => {
                    Some((base, keys.iter().flat_map(|key| steps(key)).collect()))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

/// `$.a.b[0]['c']` as a, b, c: which element of an array is meant does not tell its columns apart.
fn steps(path: &str) -> Vec<String> {
    let path = path.trim().trim_start_matches('$').trim_matches(['{', '}']);
    let steps = path.split(['.', '[', ']', ',', '/']).map(|step| step.trim_matches(['"', '\'', ' ']));
    steps
        .filter(|step| !step.is_empty() && *step != "*" && !step.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

impl Tracer<'_> {
    /// What the part of an expression at the end of a path reads.
    pub(super) fn at_path(&mut self, expr: &Expr, path: &[String], at: RelId) -> Rc<Reads> {
        let Some((first, rest)) = path.split_first() else { return self.expr(expr, at) };
        if let Some((base, mut way)) = part(expr) {
            way.extend(path.iter().cloned());
            return self.at_path(base, &way, at);
        }
        match &expr.kind {
            ExprKind::Column(column) => self.field_of(*column, path, expr, at),
            ExprKind::Call { function, args, .. } if SAME_PATHS.contains(&function.as_str()) && args.len() == 1 => {
                self.at_path(&args[0], path, at)
            }
            ExprKind::Call { function, args, .. } if function == "ELEMENT" && args.len() == 2 => {
                let mut reads = Reads::clone(&self.at_path(&args[0], path, at));
                let key = self.expr(&args[1], at);
                reads.merge(&key, Via::Transform);
                Rc::new(reads)
            }
            ExprKind::Call { args, .. } if expr.ty.fields.len() == args.len() && !args.is_empty() => {
                let named = expr.ty.fields.iter().position(|(name, _)| name.eq_ignore_ascii_case(first));
                match named {
                    Some(place) => self.at_path(unnamed(&args[place]), rest, at),
                    None => self.expr(expr, at),
                }
            }
            _ => self.expr(expr, at),
        }
    }

    fn field_of(&mut self, column: ColumnId, path: &[String], read: &Expr, at: RelId) -> Rc<Reads> {
        let Some((rel, place)) = self.definitions[column.0 as usize] else { return Rc::default() };
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        let mut reads = match &node.op {
            _ if node.empty => return Rc::default(),
            Op::Scan { input, names } => {
                let Some(name) = names.get(place) else { return Rc::default() };
                let source = self.sources.number_part(*input, name, Some(path.join(".")));
                Reads::cell(source, Via::Transform, read.span)
            }
            Op::Project { exprs, .. } => match exprs.get(place) {
                Some(expr) => Reads::clone(&self.at_path(expr, path, rel)),
                None => return Rc::default(),
            },
            Op::Unnest { exprs, columns, .. } if exprs.len() == columns.len() => {
                Reads::clone(&self.at_path(&exprs[place], path, rel))
            }
            Op::Set { inputs, kind, .. } => {
                let sides = if *kind == SetKind::Union { inputs.len() } else { 1 };
                let mut reads = Reads::default();
                for (input, columns) in &inputs[..sides] {
                    if let (false, Some(column)) = (query.nodes[input.0 as usize].empty, columns.get(place)) {
                        let side = self.field_of(*column, path, read, rel);
                        reads.merge(&side, Via::Identity);
                    }
                }
                reads
            }
            _ => return self.value(column, at),
        };
        // What decides which row a struct is taken from decides that of its fields.
        let whole = self.value(column, at);
        reads.deciding.extend(&whole.deciding);
        Rc::new(reads)
    }
}

/// `a := x` is x.
fn unnamed(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Call { function, args, .. } if function.starts_with("NAMED ") && args.len() == 1 => &args[0],
        _ => expr,
    }
}
