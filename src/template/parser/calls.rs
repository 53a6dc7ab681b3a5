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
            Node::If(arms) => {
                for arm in arms {
                    arm.test.iter().for_each(|test| calls_in(test, visit));
                    literal_calls(&arm.body, visit);
                }
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
    for part in expr.parts() {
        calls_in(part, visit);
    }
    if let ExprKind::Call(callee, given) = &expr.kind
        && let ExprKind::Name(name) = &callee.kind
        && let Some(texts) = given
            .iter()
            .filter(|given| matches!(given, Argument::Positional(_)))
            .map(literal)
            .collect::<Option<Vec<_>>>()
    {
        visit(name, &texts);
    }
}

fn literal(argument: &Argument) -> Option<&str> {
    match argument {
        Argument::Positional(Expr { kind: ExprKind::Str(text), .. }) => Some(text),
        _ => None,
    }
}
