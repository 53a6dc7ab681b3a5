//! A tree in, the calls with literal arguments in it out: what a text refers to, before it is rendered.

use crate::template::ast::{Argument, Expr, ExprKind, Node};

/// Every call of a name with only literal texts as positional arguments: `ref('a')`, `source('a', 'b')`.
pub(in crate::template) fn literal_calls(nodes: &[Node], visit: &mut dyn FnMut(&str, &[&str])) {
    for node in nodes {
        match node {
            Node::Text(_) | Node::Break | Node::Continue => {}
            Node::Print { expr, .. }
            | Node::Do(expr)
            | Node::Set { value: expr, .. }
            | Node::Include { what: expr, .. }
            | Node::Import { what: expr, .. }
            | Node::Extends { what: expr, .. } => calls_in(expr, visit),
            Node::Block(block) => literal_calls(&block.body, visit),
            Node::If { arms, otherwise } => {
                for (test, body) in arms {
                    calls_in(test, visit);
                    literal_calls(body, visit);
                }
                literal_calls(otherwise, visit);
            }
            Node::For(each) => {
                calls_in(&each.over, visit);
                literal_calls(&each.body, visit);
                literal_calls(&each.otherwise, visit);
            }
            Node::SetBlock { body, .. } | Node::Filter { body, .. } | Node::Scope(body) => literal_calls(body, visit),
            Node::With { bindings, body } => {
                for (_, value) in bindings {
                    calls_in(value, visit);
                }
                literal_calls(body, visit);
            }
            Node::Macro(found) => literal_calls(&found.body, visit),
            Node::Call { caller, call, .. } => {
                calls_in(call, visit);
                literal_calls(&caller.body, visit);
            }
        }
    }
}

fn calls_in(expr: &Expr, visit: &mut dyn FnMut(&str, &[&str])) {
    use ExprKind as K;
    let mut arguments = |arguments: &[Argument]| {
        for argument in arguments {
            let (Argument::Positional(expr)
            | Argument::Named(_, expr)
            | Argument::Spread(expr)
            | Argument::SpreadNamed(expr)) = argument;
            calls_in(expr, visit);
        }
    };
    match &expr.kind {
        K::Call(callee, given) => {
            arguments(given);
            if let K::Name(name) = &callee.kind {
                let texts: Option<Vec<&str>> =
                    given.iter().filter(|g| matches!(g, Argument::Positional(_))).map(literal).collect();
                if let Some(texts) = texts {
                    visit(name, &texts);
                }
            } else {
                calls_in(callee, visit);
            }
        }
        K::Filter(value, filter) | K::Test(value, filter) => {
            arguments(&filter.arguments);
            calls_in(value, visit);
        }
        K::List(items) | K::Tuple(items) | K::Join(items) => {
            for item in items {
                calls_in(item, visit);
            }
        }
        K::Dict(entries) => entries.iter().for_each(|(_, value)| calls_in(value, visit)),
        K::Attribute(value, _) | K::Slice(value, _) | K::Not(value) | K::Negative(value) | K::Positive(value) => {
            calls_in(value, visit);
        }
        K::Item(a, b) | K::Binary(_, a, b) | K::And(a, b) | K::Or(a, b) => {
            calls_in(a, visit);
            calls_in(b, visit);
        }
        K::Compare(first, rest) => {
            calls_in(first, visit);
            for (_, value) in rest {
                calls_in(value, visit);
            }
        }
        K::Choice { test, then, otherwise } => {
            calls_in(test, visit);
            calls_in(then, visit);
            if let Some(value) = otherwise {
                calls_in(value, visit);
            }
        }
        K::None | K::Bool(_) | K::Int(_) | K::Big(_) | K::Float(_) | K::Str(_) | K::Name(_) | K::Broken => {}
    }
}

fn literal(argument: &Argument) -> Option<&str> {
    match argument {
        Argument::Positional(Expr { kind: ExprKind::Str(text), .. }) => Some(text),
        _ => None,
    }
}
