//! Relations that stand for another moment or part of a table, or are read out of a document in, operators out.

use super::expression::{boolean, string, text};
use super::scope::Scope;
use super::select::List;
use super::{Bound, Resolver, named_output};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{Op, RelId};
use crate::algebra::sql_type::{Family, Type};
use crate::syntax::ast::{self, Ident, JsonTableColumn, TableFactor, TableVersion, XmlTableColumnOption};
use crate::text::Span;

impl Resolver<'_> {
    /// `t FOR SYSTEM_TIME AS OF x` keeps the rows of one moment and `t PARTITION (p)` those of a part, so keys hold;
    /// of `versions(..)`, several moments at once, a row may come more than once.
    pub(super) fn at_moment(
        &mut self,
        rel: RelId,
        version: Option<&TableVersion>,
        partitions: &[Ident],
        span: Span,
    ) -> RelId {
        let mut rel = rel;
        if !partitions.is_empty() {
            let names: Vec<String> = partitions.iter().map(ToString::to_string).collect();
            let part = Expr::call("PARTITION", vec![text(&names.join(", "), span)], boolean(), span);
            rel = self.node(Op::Filter { input: rel, conjuncts: vec![part] }, Vec::new(), span);
        }
        let Some(version) = version else { return rel };
        let moment = text(&version.to_string(), span);
        if several(version) {
            let column = self.column("version", false, Type::unknown(), span);
            let exprs = vec![Expr::call("VERSIONS", vec![moment], Type::unknown(), span)];
            return self.node(Op::Unnest { input: rel, exprs, columns: vec![column], outer: false }, Vec::new(), span);
        }
        if of_function(version, "part") {
            let part = Expr::call("PARTITION", vec![moment], boolean(), span);
            return self.node(Op::Filter { input: rel, conjuncts: vec![part] }, Vec::new(), span);
        }
        // Other rows of the same columns, and which may change.
        self.node(Op::Sample { input: rel, text: version.to_string() }, Vec::new(), span)
    }

    /// `JSON_TABLE`, `OPENJSON` and `XMLTABLE`: each row and column comes from the document. `None` for other relations.
    pub(super) fn document(&mut self, factor: &TableFactor, scope: &mut Scope, span: Span) -> Option<RelId> {
        let (name, documents, columns, alias) = match factor {
            TableFactor::JsonTable { json_expr, columns, alias, .. } => {
                let mut named = Vec::new();
                json_columns(columns, &mut named);
                ("JSON_TABLE", vec![json_expr], named, alias)
            }
            TableFactor::OpenJsonTable { json_expr, columns, alias, .. } => {
                let named = columns.iter().map(|column| (column.name.clone(), Type::parse(&column.r#type.to_string())));
                let all = ["key", "value", "type"].map(|name| (Ident::new(name), Type::unknown()));
                let named: Vec<(Ident, Type)> = if columns.is_empty() { all.to_vec() } else { named.collect() };
                ("OPENJSON", vec![json_expr], named, alias)
            }
            TableFactor::XmlTable { passing, columns, alias, .. } => {
                let named: Vec<(Ident, Type)> = columns
                    .iter()
                    .map(|column| match &column.option {
                        XmlTableColumnOption::NamedInfo { r#type, .. } => {
                            (column.name.clone(), Type::parse(&r#type.to_string()))
                        }
                        XmlTableColumnOption::ForOrdinality => (column.name.clone(), integer()),
                    })
                    .collect();
                let whole = vec![(Ident::new("column_value"), Type::unknown())];
                let documents = passing.arguments.iter().map(|argument| &argument.expr).collect();
                ("XMLTABLE", documents, if named.is_empty() { whole } else { named }, alias)
            }
            _ => return None,
        };
        let mut args: Vec<Expr> = documents.into_iter().map(|document| self.expr(document, scope)).collect();
        // The paths decide which values come out.
        args.push(text(&without_alias(factor), span));
        let outputs: Vec<_> = columns
            .into_iter()
            .map(|(name, ty)| {
                let column = self.column(&name.value, name.quote_style.is_some(), ty, span);
                named_output(&name.value, name.quote_style.is_some(), column, span)
            })
            .collect();
        let ids = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::TableFunction { name: name.to_owned(), args, open: false }, ids, span);
        self.push_item(scope, alias.as_ref(), &name.to_ascii_lowercase(), Vec::new(), Bound { rel, outputs });
        Some(rel)
    }

    /// SQL Server's `FOR JSON` and `FOR XML`: all rows and columns as one text.
    pub(super) fn packed(&mut self, bound: Bound, query: &ast::Query) -> Bound {
        let Some(clause) = query.for_clause.as_ref().filter(|clause| !matches!(clause, ast::ForClause::Browse)) else {
            return bound;
        };
        let span = self.query.nodes[bound.rel.0 as usize].span;
        if self.query.nodes[bound.rel.0 as usize].open {
            self.partial("construct not understood", "FOR JSON or FOR XML over undeclared columns", span);
        }
        let names: Vec<&str> = bound.outputs.iter().map(|output| output.name.as_str()).collect();
        let order = query.order_by.as_ref().map(ToString::to_string).unwrap_or_default();
        // The names become keys or elements, and the rows stand in their order.
        let says = text(&format!("{clause} {order} {}", names.join(", ")), span);
        let columns = bound.outputs.iter().map(|output| self.column_expr(output.column, span));
        let args: Vec<Expr> = columns.chain([says]).collect();
        let name = if matches!(clause, ast::ForClause::Xml { .. }) { "FOR XML" } else { "FOR JSON" };
        let kind =
            ExprKind::Aggregate { function: name.to_owned(), args, distinct: false, filter: None, order: Vec::new() };
        let value = Expr::new(kind, string(), span);
        let column = self.column(name, true, string(), span);
        let op = Op::Aggregate { input: bound.rel, keys: Vec::new(), aggregates: vec![value], sets: Vec::new() };
        let rel = self.node(op, vec![column], span);
        Bound { rel, outputs: vec![named_output(name, true, column, span)] }
    }

    /// `f(*COLUMNS(c))`: the columns that `COLUMNS(c)` chooses, as so many arguments.
    pub(super) fn unpacked(&mut self, call: &ast::Function, scope: &Scope, span: Span, args: &mut Vec<Expr>) {
        let mut columns = call.clone();
        columns.name = ast::ObjectName::from(vec![Ident::new("COLUMNS")]);
        let mut list = List::default();
        self.expanded(&ast::Expr::Function(columns), None, scope, &mut list, span);
        args.extend(list.items.into_iter().map(|item| item.expr));
    }
}

/// Is this the call in which the syntax floor carries `*COLUMNS(c)`?
pub(super) fn is_unpacked(expr: &ast::Expr) -> Option<&ast::Function> {
    let ast::Expr::Function(function) = expr else { return None };
    let [ast::ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return None };
    (name.value == "unpack_columns").then_some(function)
}

fn several(version: &TableVersion) -> bool {
    of_function(version, "versions") || matches!(version, TableVersion::Changes { .. })
}

/// Is the moment the call in which the syntax floor carries what sqlparser has no node for?
fn of_function(version: &TableVersion, wanted: &str) -> bool {
    let TableVersion::ForSystemTimeAsOf(ast::Expr::Function(function)) = version else { return false };
    matches!(function.name.0.as_slice(), [ast::ObjectNamePart::Identifier(name)] if name.value == wanted)
}

fn json_columns(columns: &[JsonTableColumn], named: &mut Vec<(Ident, Type)>) {
    for column in columns {
        match column {
            JsonTableColumn::Named(column) => {
                named.push((column.name.clone(), Type::parse(&column.r#type.to_string())));
            }
            JsonTableColumn::ForOrdinality(name) => named.push((name.clone(), integer())),
            JsonTableColumn::Nested(nested) => json_columns(&nested.columns, named),
        }
    }
}

fn integer() -> Type {
    Type::named("BIGINT", Family::Integer)
}

/// The text of all that decides the rows; its alias does not.
fn without_alias(factor: &TableFactor) -> String {
    let mut factor = factor.clone();
    if let TableFactor::JsonTable { alias, .. }
    | TableFactor::OpenJsonTable { alias, .. }
    | TableFactor::XmlTable { alias, .. } = &mut factor
    {
        *alias = None;
    }
    factor.to_string()
}

/// The value in `payload -> 'a'`, which is written as a lambda is: a parameter and a body that starts with the text of a
/// key and does not name the parameter.
pub(super) fn is_json_access(lambda: &ast::LambdaFunction) -> Option<&ast::Ident> {
    let ast::OneOrManyWithParens::One(param) = &lambda.params else { return None };
    let mut first = lambda.body.as_ref();
    while let ast::Expr::BinaryOp { left, .. } = first {
        first = left;
    }
    let named = || lambda.body.to_string().contains(&param.name.value);
    (super::name::string_value(first).is_some() && lambda.syntax == ast::LambdaSyntax::Arrow && !named())
        .then_some(&param.name)
}
