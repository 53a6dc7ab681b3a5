//! The statements of a text in, the relations they write and the query they end with out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::from::idents;
use super::scope::Scope;
use super::{Bound, Catalog, How, Resolver, Script, Written, named_output};
use crate::algebra::expr::Expr;
use crate::algebra::known::known;
use crate::algebra::normal::fingerprint;
use crate::algebra::query::{JoinKind, Known, Op, Output, Query, RelId, Status, Why};
use crate::algebra::sql_type::Type;
use crate::dialect::Dialect;
use crate::syntax::{Parsed, Role, ast};
use crate::text::Span;

pub(super) fn script(parsed: &Parsed, dialect: &Dialect, catalog: &dyn Catalog) -> Script {
    let mut script = Script::default();
    let mut locals: BTreeMap<String, Arc<Known>> = BTreeMap::new();
    for statement in &parsed.statements {
        match &statement.tree {
            Ok(_) if statement.role == Role::Variables => {}
            Err(_) if statement.fault().is_none() => {}
            Ok(tree) => {
                for tree in several(tree) {
                    let resolver = Resolver::new(parsed, dialect, catalog, &locals).guarded_by(&statement.guards);
                    match resolver.statement(tree, statement.span) {
                        Outcome::Query(query) => script.query = Some(query),
                        Outcome::Written(written) => {
                            note_local(&mut locals, &written, dialect);
                            script.tables.extend(passed_on(tree, &written, dialect));
                            script.tables.push(written);
                        }
                        Outcome::Nothing => {}
                    }
                }
            }
            Err(error) => {
                let detail = error.message.clone();
                script.why.push(Why { cause: "parse error", detail, span: error.span });
                script.query = Some(opaque(parsed, dialect, catalog, &statement.mentions, error.span, &error.message));
            }
        }
    }
    script
}

/// One statement that writes several relations, Oracle's `INSERT ALL`, comes as a block of one INSERT each.
fn several(statement: &ast::Statement) -> Vec<&ast::Statement> {
    match statement {
        ast::Statement::StartTransaction { statements, .. } if !statements.is_empty() => statements.iter().collect(),
        statement => vec![statement],
    }
}

/// `CREATE MATERIALIZED VIEW v TO t AS ..`: what the view selects goes into `t`.
fn passed_on(statement: &ast::Statement, view: &Written, dialect: &Dialect) -> Option<Written> {
    let ast::Statement::CreateView(ast::CreateView { to: Some(to), .. }) = statement else { return None };
    let key = |part: &ast::Ident| dialect.relation_key(&part.value, part.quote_style.is_some());
    let name = idents(to).iter().map(key).collect::<Vec<_>>().join(".");
    Some(Written { name, how: How::Insert, ..view.clone() })
}

/// Later statements read what this one made: its columns, and which rows and values they are.
fn note_local(locals: &mut BTreeMap<String, Arc<Known>>, written: &Written, dialect: &Dialect) {
    let mut made = known(&written.query, &written.name);
    if let Some(fingerprints) = fingerprint(&written.query, dialect) {
        made = made.with_fingerprints(&fingerprints);
    }
    if matches!(written.how, How::Create | How::View | How::Declare) {
        locals.insert(written.name.clone(), Arc::new(made));
    } else if let Some(local) = locals.get_mut(&written.name) {
        Arc::make_mut(local).mix(&made);
    }
}

enum Outcome {
    Query(Query),
    Written(Written),
    /// Settings, grants, variables: nothing that carries data.
    Nothing,
}

/// A query that could not be understood reads all of what it mentions.
pub fn opaque(
    parsed: &Parsed,
    dialect: &Dialect,
    catalog: &dyn Catalog,
    mentions: &[Vec<String>],
    span: Span,
    why: &str,
) -> Query {
    let locals = BTreeMap::new();
    let mut resolver = Resolver::new(parsed, dialect, catalog, &locals);
    let mut inputs = Vec::new();
    for name in mentions {
        let parts: Vec<ast::Ident> = name.iter().map(ast::Ident::new).collect();
        let keys: Vec<String> = parts.iter().map(|part| resolver.relation_key(part)).collect();
        if let Some(known) = catalog.find(&parts) {
            inputs.push(resolver.scan(&parts, &keys, Some(known), span).rel);
        }
    }
    let rel = resolver.node(Op::Opaque { inputs, why: why.to_owned() }, Vec::new(), span);
    resolver.query.why.push(Why { cause: "parse error", detail: why.to_owned(), span });
    resolver.query.status = Status::Opaque;
    resolver.finish(Some(Bound { rel, outputs: Vec::new() }))
}

impl<'a> Resolver<'a> {
    fn statement(mut self, statement: &ast::Statement, span: Span) -> Outcome {
        use ast::Statement as S;
        let outer = Scope::default();
        match statement {
            S::Query(query) => {
                let into = select_into(query);
                let bound = self.query_in(query, &outer);
                match into {
                    Some(name) => self.written(&name, How::Create, bound, span),
                    None => {
                        let bound = self.decided(bound, span);
                        Outcome::Query(self.finish(Some(bound)))
                    }
                }
            }
            S::CreateView(view) => {
                let bound = self.query_in(&view.query, &outer);
                let mut bound = bound;
                for (output, column) in bound.outputs.iter_mut().zip(&view.columns) {
                    output.name.clone_from(&column.name.value);
                    output.quoted = column.name.quote_style.is_some();
                }
                self.written(&idents(&view.name), How::View, bound, span)
            }
            S::CreateTable(table) => self.create_table(table, span),
            S::Insert(insert) => self.insert(insert, span),
            S::Merge(merge) => self.merge_into(merge, span),
            S::Update(update) => self.update(update, span),
            S::Delete(delete) => self.delete(delete, span),
            _ => Outcome::Nothing,
        }
    }

    fn guarded_by(mut self, guards: &'a [ast::Query]) -> Self {
        self.guards = guards;
        self
    }

    /// The rows of a statement that a script runs only where its guards say so, or that reads variables which they were
    /// set from: whatever moves a guard's answer may move the rows.
    fn decided(&mut self, bound: Bound, span: Span) -> Bound {
        let guards = self.guards;
        guards.iter().fold(bound, |bound, guard| self.moved_by(guard, bound, span))
    }

    fn moved_by(&mut self, guard: &ast::Query, bound: Bound, span: Span) -> Bound {
        let answer = self.query_in(guard, &Scope::default());
        let on = answer.outputs.iter().map(|output| self.column_expr(output.column, span)).collect();
        let op = Op::Join { kind: JoinKind::Semi, left: bound.rel, right: answer.rel, on, lateral: false, span };
        Bound { rel: self.node(op, Vec::new(), span), outputs: bound.outputs }
    }

    /// What ON CONFLICT or ON DUPLICATE KEY sets may come from queries of its own: what moves them may move the rows.
    fn upserted(&mut self, on: Option<&ast::OnInsert>, bound: Bound, span: Span) -> Bound {
        let mut queries = Queries::default();
        let _ = ast::Visit::visit(&on.cloned(), &mut queries);
        queries.0.iter().fold(bound, |bound, query| self.moved_by(query, bound, span))
    }

    fn written(mut self, name: &[ast::Ident], how: How, bound: Bound, span: Span) -> Outcome {
        let bound = self.decided(bound, span);
        let name = self.dotted_key(name);
        Outcome::Written(Written { name, how, query: self.finish(Some(bound)), span })
    }

    fn dotted_key(&self, name: &[ast::Ident]) -> String {
        name.iter().map(|part| self.relation_key(part)).collect::<Vec<_>>().join(".")
    }

    fn create_table(mut self, table: &ast::CreateTable, span: Span) -> Outcome {
        let name = idents(&table.name);
        let Some(query) = &table.query else {
            if let Some(source) = &table.clone {
                let bound = self.whole_table(&idents(source), span);
                return self.written(&name, How::Create, bound, span);
            }
            return self.declared(&name, &table.columns, span);
        };
        let mut bound = self.query_in(query, &Scope::default());
        for (output, column) in bound.outputs.iter_mut().zip(&table.columns) {
            output.name.clone_from(&column.name.value);
            output.quoted = column.name.quote_style.is_some();
        }
        self.written(&name, How::Create, bound, span)
    }

    fn whole_table(&mut self, name: &[ast::Ident], span: Span) -> Bound {
        let keys: Vec<String> = name.iter().map(|part| self.relation_key(part)).collect();
        let known = self.locals.get(&keys.join(".")).cloned().or_else(|| self.catalog.find(name));
        let bound = self.scan(name, &keys, known, span);
        self.instance(&bound, span)
    }

    /// CREATE TABLE without a query: a schema, no rows.
    fn declared(mut self, name: &[ast::Ident], columns: &[ast::ColumnDef], span: Span) -> Outcome {
        let mut outputs = Vec::new();
        for column in columns {
            let id = self.column(
                &column.name.value,
                column.name.quote_style.is_some(),
                Type::parse(&column.data_type.to_string()),
                span,
            );
            outputs.push(super::output(&column.name, id, span));
        }
        let ids = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Values { rows: Vec::new() }, ids, span);
        self.written(name, How::Declare, Bound { rel, outputs }, span)
    }

    /// INSERT by position (or by its column list, or BY NAME): the target's columns get the query's.
    fn insert(mut self, insert: &ast::Insert, span: Span) -> Outcome {
        let ast::TableObject::TableName(name) = &insert.table else { return Outcome::Nothing };
        let Some(source) = &insert.source else { return Outcome::Nothing };
        let name = idents(name);
        let mut bound = self.query_in(source, &Scope::default());
        let target = self.locals.get(&self.dotted_key(&name)).cloned().or_else(|| self.catalog.find(&name));
        let listed: Vec<(String, bool)> = if insert.columns.is_empty() {
            target
                .map(|known| known.columns.iter().map(|column| (column.name.clone(), column.quoted)).collect())
                .unwrap_or_default()
        } else {
            let last = insert.columns.iter().filter_map(|column| idents(column).pop());
            // The one column `by name` notes INSERT .. BY NAME: the query's own names are the target's.
            let last = last.filter(|ident| ident.value != "by name");
            last.map(|ident| (ident.value.clone(), ident.quote_style.is_some())).collect()
        };
        for (output, (column, quoted)) in bound.outputs.iter_mut().zip(listed) {
            output.name = column;
            output.quoted = quoted;
        }
        let bound = self.upserted(insert.on.as_ref(), bound, span);
        self.written(&name, How::Insert, bound, span)
    }

    /// MERGE: each column that some clause sets, from the source joined to the target.
    fn merge_into(mut self, merge: &ast::Merge, span: Span) -> Outcome {
        let mut scope = Scope::default();
        let target = self.factor(&merge.table, &mut scope);
        let source = self.factor(&merge.source, &mut scope);
        let on = self.conjuncts(&merge.on, &scope);
        let joined = self.node(
            Op::Join { kind: JoinKind::Full, left: target, right: source, on, lateral: false, span },
            Vec::new(),
            span,
        );
        let mut set: Vec<(String, Vec<Expr>)> = Vec::new();
        let mut tests = Vec::new();
        for clause in &merge.clauses {
            tests.extend(clause.predicate.iter().map(|predicate| self.expr(predicate, &scope)).collect::<Vec<_>>());
            match &clause.action {
                ast::MergeAction::Update(update) => match &update.kind {
                    ast::MergeUpdateKind::Set(assignments) => self.assigned(assignments, &scope, &mut set),
                    ast::MergeUpdateKind::Wildcard => self.merged_by_name(&scope, span, &mut set),
                },
                ast::MergeAction::Insert(insert) => self.merged_insert(insert, &scope, &mut set),
                ast::MergeAction::Delete { .. } | ast::MergeAction::DoNothing { .. } => {}
            }
        }
        let rel = if tests.is_empty() {
            joined
        } else {
            self.node(Op::Filter { input: joined, conjuncts: tests }, Vec::new(), span)
        };
        let bound = self.set_columns(rel, set, span);
        self.written(&table_name(&merge.table), How::Merge, bound, span)
    }

    fn merged_insert(&mut self, insert: &ast::MergeInsertExpr, scope: &Scope, set: &mut Vec<(String, Vec<Expr>)>) {
        let ast::MergeInsertKind::Values(values) = &insert.kind else {
            let span = self.span_of(insert);
            return self.merged_by_name(scope, span, set);
        };
        let Some(row) = values.rows.first() else { return };
        let own: Vec<String> = scope
            .items
            .first()
            .map(|target| target.columns.iter().map(|c| c.output.name.clone()).collect())
            .unwrap_or_default();
        let named: Vec<String> =
            insert.columns.iter().filter_map(|column| idents(column).pop()).map(|ident| ident.value).collect();
        let names = if named.is_empty() { own } else { named };
        for (name, value) in names.into_iter().zip(&row.content) {
            let value = self.expr(value, scope);
            add(set, name, value);
        }
    }

    /// `UPDATE SET *`, `INSERT *`, `INSERT ROW`: each column of the source under its own name.
    fn merged_by_name(&mut self, scope: &Scope, span: Span, set: &mut Vec<(String, Vec<Expr>)>) {
        let Some(source) = scope.items.last() else { return };
        if source.open {
            self.partial(
                "star over an undeclared relation",
                format!("the columns of `{}` are not declared", source.name),
                span,
            );
        }
        for column in &source.columns {
            let value = self.column_expr(column.output.column, span);
            let name = column.output.name.clone();
            let known = set.iter().any(|(own, values)| *own == name && values.iter().any(|own| own.kind == value.kind));
            if !known {
                add(set, name, value);
            }
        }
    }

    fn update(mut self, update: &ast::Update, span: Span) -> Outcome {
        let mut scope = Scope::default();
        let mut rel = self.joined(&update.table, None, &mut scope);
        if let Some(ast::UpdateTableFromKind::BeforeSet(from) | ast::UpdateTableFromKind::AfterSet(from)) = &update.from
        {
            for item in from {
                rel = self.joined(item, Some(rel), &mut scope);
            }
        }
        if let Some(selection) = &update.selection {
            let conjuncts = self.conjuncts(selection, &scope);
            rel = self.node(Op::Filter { input: rel, conjuncts }, Vec::new(), span);
        }
        let mut set = Vec::new();
        self.assigned(&update.assignments, &scope, &mut set);
        let bound = self.set_columns(rel, set, span);
        self.written(&table_name(&update.table.relation), How::Update, bound, span)
    }

    /// DELETE: no column is written; what decides the rows is the filter.
    fn delete(mut self, delete: &ast::Delete, span: Span) -> Outcome {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
        let Some(first) = from.first() else { return Outcome::Nothing };
        let mut scope = Scope::default();
        let mut rel = self.joined(first, None, &mut scope);
        for item in delete.using.iter().flatten() {
            rel = self.joined(item, Some(rel), &mut scope);
        }
        if let Some(selection) = &delete.selection {
            let conjuncts = self.conjuncts(selection, &scope);
            rel = self.node(Op::Filter { input: rel, conjuncts }, Vec::new(), span);
        }
        let bound = self.set_columns(rel, Vec::new(), span);
        self.written(&table_name(&first.relation), How::Delete, bound, span)
    }

    fn assigned(&mut self, assignments: &[ast::Assignment], scope: &Scope, set: &mut Vec<(String, Vec<Expr>)>) {
        for assignment in assignments {
            let names = match &assignment.target {
                ast::AssignmentTarget::ColumnName(name) => vec![name],
                ast::AssignmentTarget::Tuple(names) => names.iter().collect(),
            };
            let value = self.expr(&assignment.value, scope);
            for name in names.into_iter().filter_map(|name| idents(name).pop()) {
                add(set, name.value, value.clone());
            }
        }
    }

    /// A projection with one column per assigned name; a name set by several clauses may have any of the values.
    fn set_columns(&mut self, input: RelId, set: Vec<(String, Vec<Expr>)>, span: Span) -> Bound {
        let mut outputs: Vec<Output> = Vec::new();
        let mut exprs = Vec::new();
        for (name, mut values) in set {
            let ty = values.iter().map(|value| value.ty.clone()).reduce(|a, b| a.common(&b)).unwrap_or_default();
            let expr = match values.len() {
                1 => values.remove(0),
                _ => Expr::call("COALESCE", values, ty.clone(), span),
            };
            let column = self.column(&name, false, ty, expr.span);
            outputs.push(named_output(&name, false, column, expr.span));
            exprs.push(expr);
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Project { input, exprs, stars: Vec::new() }, columns, span);
        Bound { rel, outputs }
    }
}

/// The queries inside something, without those inside them.
#[derive(Default)]
struct Queries(Vec<ast::Query>, usize);

impl ast::Visitor for Queries {
    type Break = ();

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        if self.1 == 0 {
            self.0.push(query.clone());
        }
        self.1 += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &ast::Query) -> ControlFlow<()> {
        self.1 -= 1;
        ControlFlow::Continue(())
    }
}

fn add(set: &mut Vec<(String, Vec<Expr>)>, name: String, value: Expr) {
    match set.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
        Some((_, values)) => values.push(value),
        None => set.push((name, vec![value])),
    }
}

fn table_name(factor: &ast::TableFactor) -> Vec<ast::Ident> {
    match factor {
        ast::TableFactor::Table { name, .. } => idents(name),
        _ => Vec::new(),
    }
}

/// The target of `SELECT .. INTO target`.
fn select_into(query: &ast::Query) -> Option<Vec<ast::Ident>> {
    let ast::SetExpr::Select(select) = query.body.as_ref() else { return None };
    match select.into.as_ref()?.targets.first()? {
        ast::Expr::Identifier(ident) => Some(vec![ident.clone()]),
        ast::Expr::CompoundIdentifier(parts) => Some(parts.clone()),
        _ => None,
    }
}
