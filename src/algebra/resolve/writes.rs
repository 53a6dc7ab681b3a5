//! INSERT, MERGE, UPDATE and DELETE in, the columns that each target gets out.

use super::expression::{boolean, null, text};
use super::from::idents;
use super::returned::{Image, Returning};
use super::scope::{Scope, nothing_known};
use super::statement::rename;
use super::{Bound, How, Resolver, Write, named_output};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ALL_COLUMNS, JoinKind, Op, Output, RelId};
use crate::syntax::ast::helpers::stmt_data_loading::StageLoadSelectItemKind;
use crate::syntax::ast::{self, Ident, SetExpr, TableFactor};
use crate::text::Span;

/// What the columns of one relation are set to; a column that several clauses set may have any of the values.
#[derive(Default)]
pub(super) struct Set(pub(super) Vec<SetColumn>);

pub(super) struct SetColumn {
    name: Ident,
    /// Each value with what its clause asks beside, in the order of the clauses.
    values: Vec<(Vec<Expr>, Expr)>,
}

impl Set {
    pub(super) fn add(&mut self, name: Ident, when: &[Expr], value: Expr) {
        let known = self.0.iter_mut().find(|known| known.name.value.eq_ignore_ascii_case(&name.value));
        let value = (when.to_vec(), value);
        match known {
            Some(known) => known.values.push(value),
            None => self.0.push(SetColumn { name, values: vec![value] }),
        }
    }
}

impl SetColumn {
    /// The one value, or that of the clause that fits.
    pub(super) fn value(&self) -> Expr {
        let Some(((_, last), before)) = self.values.split_last() else { return null(Span::default()) };
        if before.iter().all(|(_, value)| value.bare() == last.bare()) {
            return last.clone();
        }
        // What one clause asks decides about all.
        let tests: Vec<Expr> = self.values.iter().flat_map(|(when, _)| when.iter().cloned()).collect();
        let branches: Vec<(Expr, Expr)> = before
            .iter()
            .enumerate()
            .map(|(at, (_, value))| {
                let clause = std::iter::once(text(&at.to_string(), value.span)).chain(tests.iter().cloned());
                (Expr::call("WHEN CLAUSE", clause.collect(), boolean(), value.span), value.clone())
            })
            .collect();
        let ty = self.values.iter().map(|(_, value)| value.ty.clone()).reduce(|a, b| a.common(&b)).unwrap_or_default();
        let span = last.span;
        Expr::new(ExprKind::Case { branches, otherwise: Some(Box::new(last.clone())) }, ty, span)
    }

    pub(super) fn name(&self) -> &Ident {
        &self.name
    }
}

/// Is the body of a query a statement that writes?
pub(super) fn is_write(body: &SetExpr) -> bool {
    matches!(body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_))
}

impl Resolver<'_> {
    /// INSERT by position (or by its column list, or BY NAME): the target's columns get the query's.
    pub(super) fn insert(&mut self, insert: &ast::Insert, span: Span) -> Option<Bound> {
        if !insert.multi_table_into_clauses.is_empty() || !insert.multi_table_when_clauses.is_empty() {
            self.insert_all(insert, span);
            return None;
        }
        let ast::TableObject::TableName(name) = &insert.table else { return None };
        let name = idents(name);
        let mut bound = match &insert.source {
            Some(source) => self.query_in(source, &Scope::default()),
            None => {
                // MySQL's `INSERT INTO t SET a = 1`.
                let mut set = Set::default();
                self.assigned(&insert.assignments, &Scope::default(), &[], &mut set);
                let rel = self.node(Op::Values { rows: vec![Vec::new()] }, Vec::new(), span);
                self.set_columns(rel, &set, span)
            }
        };
        // The one column `by name` notes INSERT .. BY NAME: the query's own names are the target's.
        let last = insert.columns.iter().filter_map(|column| idents(column).pop());
        let listed: Vec<Ident> = last.filter(|ident| ident.value != "by name").collect();
        if insert.columns.is_empty() && insert.source.is_some() {
            let mut listed = self.columns_of(&name);
            move_partitions(insert, &mut listed);
            self.named_by_position(&mut bound, &listed, span);
        } else {
            self.named_by_position(&mut bound, &listed, span);
        }
        let bound = self.upserted(insert, &name, bound, span);
        let set = self.set_of(&bound);
        self.wrote(&name, How::Insert, bound.clone());
        let returning = Returning::of(insert.returning.as_deref(), insert.output.as_ref())?;
        let target = self.declared_item(&name, span);
        let images = vec![(self.own_names(&name, insert.table_alias.as_ref().map(|alias| &alias.alias)), set)];
        self.returned(&returning, Image { target, images, old: false }, Scope::default(), bound.rel, span)
    }

    /// The known columns of a relation that is written.
    fn columns_of(&self, name: &[Ident]) -> Vec<Ident> {
        let known = self.locals.get(&self.dotted_key(name)).cloned().or_else(|| self.catalog.find(name));
        let ident = |name: &str, quoted: bool| if quoted { Ident::with_quote('"', name) } else { Ident::new(name) };
        let columns = known.map(|known| known.columns.iter().map(|c| ident(&c.name, c.quoted)).collect());
        columns.unwrap_or_default()
    }

    /// Gives the columns of a query the names of the target's. Columns that came through a star over an undeclared
    /// relation have no position: each listed name that is left may be any of them.
    fn named_by_position(&mut self, bound: &mut Bound, listed: &[Ident], span: Span) {
        let known = bound.outputs.len();
        rename(bound, listed);
        if !self.query.nodes[bound.rel.0 as usize].open || listed.len() <= known {
            return;
        }
        let mut exprs: Vec<Expr> = bound.outputs.iter().map(|o| self.column_expr(o.column, o.span)).collect();
        self.partial("columns by position of an undeclared relation", "which column goes where is not known", span);
        let any = Ident::new(ALL_COLUMNS);
        let star = self.demand(bound.rel, ALL_COLUMNS, &any);
        let star: Vec<Expr> = star.into_iter().map(|star| self.column_expr(star, span)).collect();
        for name in &listed[known..] {
            let value = nothing_known(&name.value, star.clone(), span);
            exprs.push(value);
        }
        let mut outputs = Vec::new();
        for (name, expr) in listed.iter().zip(&exprs) {
            let column = self.column(&name.value, name.quote_style.is_some(), expr.ty.clone(), span);
            outputs.push(super::output(name, column, span));
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Project { input: bound.rel, exprs, stars: Vec::new() }, columns, span);
        *bound = Bound { rel, outputs };
    }

    fn set_of(&self, bound: &Bound) -> Set {
        let mut set = Set::default();
        for output in &bound.outputs {
            let name = if output.quoted { Ident::with_quote('"', &output.name) } else { Ident::new(&output.name) };
            set.add(name, &[], self.column_expr(output.column, output.span));
        }
        set
    }

    /// What ON CONFLICT or ON DUPLICATE KEY sets: a row that meets an older one gives it these values instead.
    fn upserted(&mut self, insert: &ast::Insert, name: &[Ident], bound: Bound, span: Span) -> Bound {
        let (mut assignments, condition) = match &insert.on {
            Some(ast::OnInsert::DuplicateKeyUpdate(assignments)) => (assignments.clone(), None),
            Some(ast::OnInsert::OnConflict(ast::OnConflict {
                action: ast::OnConflictAction::DoUpdate(update),
                ..
            })) => (update.assignments.clone(), update.selection.as_ref()),
            _ => return bound,
        };
        for assignment in &mut assignments {
            super::returned::name_new_rows(&mut assignment.value);
        }
        let target = self.declared_item(name, span);
        let mut scope = Scope::default();
        let own = self.own_names(name, insert.table_alias.as_ref().map(|alias| &alias.alias));
        let old = self.pushed_image(&mut scope, &own, &target, &Set::default(), span);
        let alias = insert.insert_alias.as_ref().and_then(|alias| idents(&alias.row_alias).pop());
        self.push_item(
            &mut scope,
            None,
            &alias.map_or("excluded".to_owned(), |alias| self.relation_key(&alias)),
            Vec::new(),
            bound.clone(),
        );
        if let Some(new) = scope.items.last_mut() {
            new.columns.iter_mut().for_each(|column| column.merged = true);
            new.shadow = true;
        }
        let when: Vec<Expr> = condition.into_iter().map(|condition| self.expr(condition, &scope)).collect();
        let mut set = self.set_of(&bound);
        let mut values = Set::default();
        self.assigned(&assignments, &scope, &when, &mut values);
        for column in values.0 {
            for (when, value) in column.values {
                set.add(column.name.clone(), &when, value);
            }
        }
        // What it sets from older rows is read from the target itself.
        let mut asked = false;
        set.0.iter().flat_map(|column| &column.values).for_each(|(when, value)| {
            asked |= when.iter().chain([value]).any(|expr| self.mentions(expr, old));
        });
        let mut rel = bound.rel;
        if asked {
            let scan = self.target_scan(name, span);
            let on = vec![Expr::call("CONFLICT", Vec::new(), boolean(), span)];
            rel = self.node(
                Op::Join { kind: JoinKind::Left, left: rel, right: scan.rel, on, lateral: false, span },
                Vec::new(),
                span,
            );
            for column in &mut set.0 {
                for (when, value) in &mut column.values {
                    when.iter_mut()
                        .chain([value])
                        .for_each(|expr| self.kept(expr, old, &Set::default(), Some(scan.rel)));
                }
            }
        }
        self.set_columns(rel, &set, span)
    }

    /// Snowflake's `INSERT ALL`: each target gets what its own VALUES say, from the rows its condition takes.
    fn insert_all(&mut self, insert: &ast::Insert, span: Span) {
        let Some(source) = &insert.source else { return };
        let bound = self.query_in(source, &Scope::default());
        let mut scope = Scope::default();
        self.push_item(&mut scope, None, "", Vec::new(), bound.clone());
        for clause in &insert.multi_table_into_clauses {
            self.insert_one(clause, &bound, bound.rel, &scope, span);
        }
        let first = matches!(insert.multi_table_insert_type, Some(ast::MultiTableInsertType::First));
        let mut met: Vec<Expr> = Vec::new();
        for when in &insert.multi_table_when_clauses {
            let own = self.expr(&when.condition, &scope);
            let mut conjuncts = if first { met.iter().map(|test| unless(test.clone())).collect() } else { Vec::new() };
            conjuncts.push(own.clone());
            met.push(own);
            let rel = self.node(Op::Filter { input: bound.rel, conjuncts }, Vec::new(), span);
            for clause in &when.into_clauses {
                self.insert_one(clause, &bound, rel, &scope, span);
            }
        }
        let conjuncts: Vec<Expr> = met.into_iter().map(unless).collect();
        for clause in insert.multi_table_else_clause.iter().flatten() {
            let rel = self.node(Op::Filter { input: bound.rel, conjuncts: conjuncts.clone() }, Vec::new(), span);
            self.insert_one(clause, &bound, rel, &scope, span);
        }
    }

    fn insert_one(
        &mut self,
        clause: &ast::MultiTableInsertIntoClause,
        source: &Bound,
        rel: RelId,
        scope: &Scope,
        span: Span,
    ) {
        let name = idents(&clause.table_name);
        let listed = if clause.columns.is_empty() { self.columns_of(&name) } else { clause.columns.clone() };
        let mut bound = match &clause.values {
            Some(values) => {
                let values = values.values.iter().map(|value| match value {
                    ast::MultiTableInsertValue::Expr(expr) => self.expr(expr, scope),
                    ast::MultiTableInsertValue::Default => null(span),
                });
                let values: Vec<Expr> = values.collect();
                let mut set = Set::default();
                for (at, value) in values.into_iter().enumerate() {
                    let name = listed.get(at).cloned().unwrap_or_else(|| Ident::new(format!("col{}", at + 1)));
                    set.add(name, &[], value);
                }
                self.set_columns(rel, &set, span)
            }
            None => Bound { rel, outputs: source.outputs.clone() },
        };
        rename(&mut bound, &listed);
        self.wrote(&name, How::Insert, bound);
    }

    /// Snowflake's COPY INTO from a query over a stage, whose columns are the positions `$1`, `$2`.
    pub(super) fn copy_into(
        &mut self,
        name: &[Ident],
        listed: &[Ident],
        items: Option<&[StageLoadSelectItemKind]>,
        query: Option<&ast::Query>,
        span: Span,
    ) {
        let listed = if listed.is_empty() { self.columns_of(name) } else { listed.to_vec() };
        let mut bound = match query {
            Some(query) => self.query_in(query, &Scope::default()),
            None => {
                // What a file holds is no column of any relation.
                let mut set = Set::default();
                for at in 0..items.map_or(listed.len(), <[_]>::len) {
                    let name = listed.get(at).cloned().unwrap_or_else(|| Ident::new(format!("col{}", at + 1)));
                    set.add(name, &[], nothing_known(&format!("${}", at + 1), Vec::new(), span));
                }
                let rel = self.node(Op::Values { rows: vec![Vec::new()] }, Vec::new(), span);
                self.set_columns(rel, &set, span)
            }
        };
        rename(&mut bound, &listed);
        self.wrote(name, How::Insert, bound);
    }

    /// MERGE: each column that some clause sets, from the source joined to the target.
    pub(super) fn merge_into(&mut self, merge: &ast::Merge, span: Span) -> Option<Bound> {
        let mut scope = Scope::default();
        let left = self.factor(&merge.table, &mut scope);
        let right = self.factor(&merge.source, &mut scope);
        let on = self.conjuncts(&merge.on, &scope);
        let mut rel =
            self.node(Op::Join { kind: JoinKind::Full, left, right, on, lateral: false, span }, Vec::new(), span);
        let mut set = Set::default();
        let mut tests = Vec::new();
        for clause in &merge.clauses {
            let when: Vec<Expr> = clause.predicate.iter().map(|predicate| self.expr(predicate, &scope)).collect();
            tests.extend(when.iter().cloned());
            match &clause.action {
                ast::MergeAction::Update(update) => {
                    let more = [&update.update_predicate, &update.delete_predicate];
                    tests.extend(more.into_iter().flatten().map(|test| self.expr(test, &scope)).collect::<Vec<_>>());
                    match &update.kind {
                        ast::MergeUpdateKind::Set(assignments) => self.assigned(assignments, &scope, &when, &mut set),
                        ast::MergeUpdateKind::Wildcard => self.merged_by_name(&scope, &when, span, &mut set),
                    }
                }
                ast::MergeAction::Insert(insert) => {
                    tests
                        .extend(insert.insert_predicate.iter().map(|test| self.expr(test, &scope)).collect::<Vec<_>>());
                    self.merged_insert(insert, &scope, &when, &mut set);
                }
                ast::MergeAction::Delete { .. } | ast::MergeAction::DoNothing { .. } => {}
            }
        }
        if !tests.is_empty() {
            // Which clause a row meets decides whether it is written; no one of them holds for all rows.
            let any = Expr::call("WHEN CLAUSES", tests, boolean(), span);
            rel = self.node(Op::Filter { input: rel, conjuncts: vec![any] }, Vec::new(), span);
        }
        let bound = self.set_columns(rel, &set, span);
        self.wrote(&table_name(&merge.table), How::Merge, bound);
        let returning = Returning::of(None, merge.output.as_ref())?;
        let target = scope.items.first().cloned();
        let names = vec![scope.items.first().map(|item| item.name.clone()).unwrap_or_default()];
        let images = vec![(names, set)];
        self.returned(&returning, Image { target, images, old: true }, scope, rel, span)
    }

    fn merged_insert(&mut self, insert: &ast::MergeInsertExpr, scope: &Scope, when: &[Expr], set: &mut Set) {
        let ast::MergeInsertKind::Values(values) = &insert.kind else {
            let span = self.span_of(insert);
            return self.merged_by_name(scope, when, span, set);
        };
        let Some(row) = values.rows.first() else { return };
        let named: Vec<Ident> = insert.columns.iter().filter_map(|column| idents(column).pop()).collect();
        let own = || {
            let columns = scope.items.first().map(|target| target.columns.as_slice()).unwrap_or_default();
            columns.iter().map(|column| Ident::new(&column.output.name)).collect()
        };
        let names = if named.is_empty() { own() } else { named };
        for (name, value) in names.into_iter().zip(&row.content) {
            let value = self.expr(value, scope);
            set.add(name, when, value);
        }
    }

    /// `UPDATE SET *`, `INSERT *`, `INSERT ROW`: each column of the source under its own name.
    fn merged_by_name(&mut self, scope: &Scope, when: &[Expr], span: Span, set: &mut Set) {
        let Some(source) = scope.items.last() else { return };
        if source.open {
            let detail = format!("the columns of `{}` are not declared", source.name);
            self.partial("star over an undeclared relation", detail, span);
        }
        for column in &source.columns {
            let value = self.column_expr(column.output.column, span);
            set.add(Ident::new(&column.output.name), when, value);
        }
    }

    pub(super) fn update(&mut self, update: &ast::Update, span: Span) -> Option<Bound> {
        let mut scope = Scope::default();
        let from = match &update.from {
            Some(ast::UpdateTableFromKind::BeforeSet(from) | ast::UpdateTableFromKind::AfterSet(from)) => {
                from.as_slice()
            }
            None => &[],
        };
        let named = table_name(&update.table.relation);
        let mut rel = None;
        if !self.is_in_from(&named, from) {
            rel = Some(self.joined(&update.table, None, &mut scope));
        }
        for item in from {
            rel = Some(self.joined(item, rel, &mut scope));
        }
        let rel = self.chosen(rel?, update.selection.as_ref(), &scope, span);
        let own = match &update.table.relation {
            TableFactor::Table { alias: Some(alias), .. } => self.relation_key(&alias.name),
            _ => named.last().map(|name| self.relation_key(name)).unwrap_or_default(),
        };
        let mut targets: Vec<(usize, Set)> = Vec::new();
        let at_of = |name: &str| scope.items.iter().position(|item| item.name == *name);
        for assignment in &update.assignments {
            // `UPDATE t JOIN u .. SET t.a = 1, u.b = 2` writes both.
            let qualifier = qualifier(&assignment.target).and_then(|name| at_of(&self.relation_key(&name)));
            let at = qualifier.or_else(|| at_of(&own)).unwrap_or(0);
            if !targets.iter().any(|(known, _)| *known == at) {
                targets.push((at, Set::default()));
            }
            if let Some((_, set)) = targets.iter_mut().find(|(known, _)| *known == at) {
                self.assigned(std::slice::from_ref(assignment), &scope, &[], set);
            }
        }
        for (at, set) in &targets {
            let bound = self.set_columns(rel, set, span);
            let name = self.written_name(&scope, *at, &named);
            self.writes.push(Write { name, how: How::Update, bound });
        }
        let returning = Returning::of(update.returning.as_deref(), update.output.as_ref())?;
        let (at, set) = targets.into_iter().next()?;
        let target = scope.items.get(at).cloned();
        let names = target.iter().map(|item| item.name.clone()).collect();
        self.returned(&returning, Image { target, images: vec![(names, set)], old: true }, scope, rel, span)
    }

    /// DELETE: no column is written; what decides the rows is the filter.
    pub(super) fn delete(&mut self, delete: &ast::Delete, span: Span) -> Option<Bound> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
        let using = delete.using.as_deref().unwrap_or_default();
        let mut scope = Scope::default();
        let mut rel = None;
        let mut named: Vec<Vec<Ident>> = delete.tables.iter().map(idents).collect();
        if named.is_empty() {
            named = from.iter().map(|item| table_name(&item.relation)).collect();
            named.truncate(if using.is_empty() { 1 } else { named.len() });
        }
        for item in from {
            if using.is_empty() || !self.is_in_from(&table_name(&item.relation), using) {
                rel = Some(self.joined(item, rel, &mut scope));
            }
        }
        for item in using {
            rel = Some(self.joined(item, rel, &mut scope));
        }
        let rel = self.chosen(rel?, delete.selection.as_ref(), &scope, span);
        let mut first = None;
        for name in &named {
            let own = name.last().map(|name| self.relation_key(name)).unwrap_or_default();
            let table = self.dotted_key(name);
            let at = scope.items.iter().position(|item| item.name == own || item.table == table).unwrap_or(0);
            first = first.or(Some(at));
            let bound = self.set_columns(rel, &Set::default(), span);
            let name = self.written_name(&scope, at, name);
            self.writes.push(Write { name, how: How::Delete, bound });
        }
        let returning = Returning::of(delete.returning.as_deref(), delete.output.as_ref())?;
        let target = scope.items.get(first?).cloned();
        let names = target.iter().map(|item| item.name.clone()).collect();
        let images = vec![(names, Set::default())];
        self.returned(&returning, Image { target, images, old: true }, scope, rel, span)
    }

    fn chosen(&mut self, rel: RelId, selection: Option<&ast::Expr>, scope: &Scope, span: Span) -> RelId {
        let Some(selection) = selection else { return rel };
        let conjuncts = self.conjuncts(selection, scope);
        self.node(Op::Filter { input: rel, conjuncts }, Vec::new(), span)
    }

    /// Is the target of `UPDATE t .. FROM tab AS t` one of FROM?
    fn is_in_from(&self, named: &[Ident], from: &[ast::TableWithJoins]) -> bool {
        let Some(last) = named.last() else { return false };
        let own = self.relation_key(last);
        let whole = self.dotted_key(named);
        let is_it = |factor: &TableFactor| match factor {
            TableFactor::Table { alias: Some(alias), .. } => named.len() == 1 && self.relation_key(&alias.name) == own,
            TableFactor::Table { name, alias: None, .. } => self.dotted_key(&idents(name)) == whole,
            _ => false,
        };
        from.iter().any(|item| is_it(&item.relation) || item.joins.iter().any(|join| is_it(&join.relation)))
    }

    /// The relation that is written through the item at `at`: its table, or the table that a CTE takes its rows from.
    fn written_name(&self, scope: &Scope, at: usize, named: &[Ident]) -> String {
        let Some(item) = scope.items.get(at) else { return self.dotted_key(named) };
        if !item.table.is_empty() {
            return item.table.clone();
        }
        let mut rel = item.rel;
        loop {
            match &self.query.nodes[rel.0 as usize].op {
                Op::Scan { input, .. } => return self.query.reads[*input].id.clone(),
                op => match op.inputs().first() {
                    Some(input) => rel = *input,
                    None => return self.dotted_key(named),
                },
            }
        }
    }

    pub(super) fn assigned(&mut self, assignments: &[ast::Assignment], scope: &Scope, when: &[Expr], set: &mut Set) {
        for assignment in assignments {
            let names: Vec<Ident> = match &assignment.target {
                ast::AssignmentTarget::ColumnName(name) => idents(name).pop().into_iter().collect(),
                ast::AssignmentTarget::Tuple(names) => names.iter().filter_map(|name| idents(name).pop()).collect(),
            };
            let values = self.values_of(&assignment.value, names.len(), scope);
            for (name, value) in names.into_iter().zip(values) {
                set.add(name, when, value);
            }
        }
    }

    /// The values of `(a, b) = (1, 2)` and `(a, b) = (SELECT x, y ..)`, each of its own.
    fn values_of(&mut self, value: &ast::Expr, count: usize, scope: &Scope) -> Vec<Expr> {
        match value {
            ast::Expr::Tuple(values) if values.len() == count => {
                values.iter().map(|value| self.expr(value, scope)).collect()
            }
            ast::Expr::Subquery(query) if count > 1 => {
                let inner = Scope::inside(Some(scope));
                let bound = self.query_in(query, &inner);
                let span = self.span_of(value);
                let columns: Vec<Output> = bound.outputs.into_iter().take(count).collect();
                let one = |this: &mut Self, output: Output| {
                    let expr = this.column_expr(output.column, span);
                    let ty = expr.ty.clone();
                    let column = this.column(&output.name, output.quoted, ty.clone(), span);
                    let op = Op::Project { input: bound.rel, exprs: vec![expr], stars: Vec::new() };
                    let relation = this.node(op, vec![column], span);
                    Expr::new(ExprKind::Subquery { relation }, ty, span)
                };
                columns.into_iter().map(|output| one(self, output)).collect()
            }
            value => vec![self.expr(value, scope); count],
        }
    }

    /// A projection with one column per name that is set.
    pub(super) fn set_columns(&mut self, input: RelId, set: &Set, span: Span) -> Bound {
        let mut outputs: Vec<Output> = Vec::new();
        let mut exprs = Vec::new();
        for one in &set.0 {
            let expr = one.value();
            let quoted = one.name.quote_style.is_some();
            let column = self.column(&one.name.value, quoted, expr.ty.clone(), expr.span);
            outputs.push(named_output(&one.name.value, quoted, column, expr.span));
            exprs.push(expr);
        }
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Project { input, exprs, stars: Vec::new() }, columns, span);
        Bound { rel, outputs }
    }
}

fn unless(test: Expr) -> Expr {
    let span = test.span;
    Expr::call("NOT", vec![Expr::call("IS TRUE", vec![test], boolean(), span)], boolean(), span)
}

/// `PARTITION (a = 1, b)`: the query gives no `a`, and `b` behind all others.
fn move_partitions(insert: &ast::Insert, listed: &mut Vec<Ident>) {
    for part in insert.partitioned.iter().flatten() {
        let (name, given) = match part {
            ast::Expr::BinaryOp { left, .. } => (super::name::own_name(left), true),
            other => (super::name::own_name(other), false),
        };
        let at = name.and_then(|name| listed.iter().position(|own| own.value.eq_ignore_ascii_case(&name)));
        let Some(at) = at else { continue };
        let column = listed.remove(at);
        if !given {
            listed.push(column);
        }
    }
}

/// The relation that an assignment names before its column.
fn qualifier(target: &ast::AssignmentTarget) -> Option<Ident> {
    let ast::AssignmentTarget::ColumnName(name) = target else { return None };
    let parts = idents(name);
    parts.len().checked_sub(2).map(|at| parts[at].clone())
}

fn table_name(factor: &TableFactor) -> Vec<Ident> {
    match factor {
        TableFactor::Table { name, .. } => idents(name),
        _ => Vec::new(),
    }
}
