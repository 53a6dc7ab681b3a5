//! The statements of a text in, the relations they write and the query they end with out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::from::idents;
use super::scope::{Scope, nothing_known};
use super::{Bound, Catalog, How, Resolver, Script, Write, Written, finished};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::known::known;
use crate::algebra::normal::fingerprint;
use crate::algebra::query::{JoinKind, Known, Op, Query, Status, Why};
use crate::algebra::sql_type::Type;
use crate::dialect::Dialect;
use crate::syntax::{Parsed, Role, Statement, ast};
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
                    let resolver = Resolver::new(parsed, dialect, catalog, &locals).guarded_by(statement);
                    let outcome = resolver.statement(tree, statement.span);
                    script.query = outcome.query.or(script.query);
                    for written in outcome.written {
                        note_local(&mut locals, &written, dialect);
                        script.tables.extend(passed_on(tree, &written, dialect));
                        script.tables.push(written);
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

/// What one statement does; settings, grants and variables carry no data and do nothing.
struct Outcome {
    written: Vec<Written>,
    query: Option<Query>,
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
    finished(resolver.query, Bound { rel, outputs: Vec::new() }, dialect)
}

/// Gives a relation's columns the names of a list.
pub(super) fn rename<'n>(bound: &mut Bound, names: impl IntoIterator<Item = &'n ast::Ident>) {
    for (output, name) in bound.outputs.iter_mut().zip(names) {
        output.name.clone_from(&name.value);
        output.quoted = name.quote_style.is_some();
    }
}

impl<'a> Resolver<'a> {
    fn statement(mut self, statement: &ast::Statement, span: Span) -> Outcome {
        let mut asked = None;
        if let ast::Statement::Query(query) = statement {
            let bound = self.query_in(query, &Scope::default());
            match select_into(query) {
                Some(name) => self.wrote(&name, How::Create, bound),
                None if super::writes::is_write(&query.body) => {}
                None => asked = Some(bound),
            }
        } else if let ast::Statement::Copy { source: ast::CopySource::Query(query), to: true, .. } = statement {
            asked = Some(self.query_in(query, &Scope::default()));
        } else {
            self.write(statement, span);
        }
        self.closed(asked, span)
    }

    /// One query of each relation that the statement writes, and the one that it asks.
    fn closed(mut self, asked: Option<Bound>, span: Span) -> Outcome {
        let mut written = Vec::new();
        for write in std::mem::take(&mut self.writes) {
            let bound = self.decided(write.bound, span);
            let query = finished(self.query.clone(), bound, self.dialect);
            written.push(Written { name: write.name, how: write.how, query, span });
        }
        let query = asked.map(|bound| {
            let bound = self.decided(bound, span);
            finished(std::mem::take(&mut self.query), bound, self.dialect)
        });
        Outcome { written, query }
    }

    /// A statement that is no query: what it writes is noted. The rows it gives back are those of RETURNING.
    pub(super) fn write(&mut self, statement: &ast::Statement, span: Span) -> Option<Bound> {
        use ast::Statement as S;
        match statement {
            S::CreateView(view) => {
                let mut bound = self.query_in(&view.query, &Scope::default());
                rename(&mut bound, view.columns.iter().map(|column| &column.name));
                self.wrote(&idents(&view.name), How::View, bound);
            }
            S::CreateTable(table) => self.create_table(table, span),
            S::Insert(insert) => return self.insert(insert, span),
            S::Merge(merge) => return self.merge_into(merge, span),
            S::Update(update) => return self.update(update, span),
            S::Delete(delete) => return self.delete(delete, span),
            S::CopyIntoSnowflake { into, into_columns, from_transformations, from_query, .. } => {
                let listed = into_columns.as_deref().unwrap_or_default();
                self.copy_into(&idents(into), listed, from_transformations.as_deref(), from_query.as_deref(), span);
            }
            _ => {}
        }
        None
    }

    fn guarded_by(mut self, statement: &'a Statement) -> Self {
        (self.guards, self.values) = (&statement.guards, &statement.values);
        self
    }

    /// What a variable of the script may hold: the values of the queries that it was set from.
    pub(super) fn variable(&mut self, name: &str, span: Span) -> Expr {
        let lower = name.to_ascii_lowercase();
        match self.variables.get(&lower) {
            Some(Some(known)) => return Expr { span, ..known.clone() },
            // `set x = (select x + 1)`: what it was before is among the other values it was set to.
            Some(None) => {
                self.circular = true;
                return nothing_known(name, Vec::new(), span);
            }
            None => {}
        }
        let outermost = !self.variables.values().any(Option::is_none);
        self.variables.insert(lower.clone(), None);
        let places = self.values.iter().find(|(known, _)| *known == lower).map(|(_, places)| places.as_slice());
        // What the value is made of sees nothing of the statement that reads it.
        let ctes = std::mem::take(&mut self.ctes);
        let queries = places.unwrap_or_default().iter().filter_map(|place| self.guards.get(*place));
        let sources = queries.map(|query| {
            let (relation, ty) = self.subquery(query, &Scope::default());
            Expr::new(ExprKind::Subquery { relation }, ty, span)
        });
        let sources = sources.collect();
        self.ctes = ctes;
        let value = nothing_known(name, sources, span);
        // What was met on the way round lacks what it was met from: it is asked for anew.
        if self.circular && !outermost {
            self.variables.remove(&lower);
        } else {
            self.circular = false;
            self.variables.insert(lower, Some(value.clone()));
        }
        value
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

    pub(super) fn wrote(&mut self, name: &[ast::Ident], how: How, bound: Bound) {
        let name = self.dotted_key(name);
        self.writes.push(Write { name, how, bound });
    }

    pub(super) fn dotted_key(&self, name: &[ast::Ident]) -> String {
        name.iter().map(|part| self.relation_key(part)).collect::<Vec<_>>().join(".")
    }

    fn create_table(&mut self, table: &ast::CreateTable, span: Span) {
        let name = idents(&table.name);
        let Some(query) = &table.query else {
            if let Some(source) = &table.clone {
                let bound = self.whole_table(&idents(source), span);
                return self.wrote(&name, How::Create, bound);
            }
            let bound = self.declared(&table.columns, span);
            return self.wrote(&name, How::Declare, bound);
        };
        let mut bound = self.query_in(query, &Scope::default());
        rename(&mut bound, table.columns.iter().map(|column| &column.name));
        self.wrote(&name, How::Create, bound);
    }

    fn whole_table(&mut self, name: &[ast::Ident], span: Span) -> Bound {
        let keys: Vec<String> = name.iter().map(|part| self.relation_key(part)).collect();
        let known = self.locals.get(&keys.join(".")).cloned().or_else(|| self.catalog.find(name));
        let bound = self.scan(name, &keys, known, span);
        self.instance(&bound, span)
    }

    /// CREATE TABLE without a query: a schema, no rows.
    fn declared(&mut self, columns: &[ast::ColumnDef], span: Span) -> Bound {
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
        Bound { rel, outputs }
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
