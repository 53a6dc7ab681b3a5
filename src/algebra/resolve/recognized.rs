//! MATCH_RECOGNIZE in, its rows and columns out: those of the partition (or of every row) and the measures.

use super::expression::text;
use super::scope::{FromItem, Scope};
use super::select::{Item, List};
use super::{Bound, Resolver};
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{Op, RelId};
use crate::algebra::sql_type::{Family, Type};
use crate::syntax::ast::{self, MatchRecognizePattern, MatchRecognizeSymbol, TableFactor};
use crate::text::Span;

impl Resolver<'_> {
    /// `None` for other relations.
    pub(super) fn recognized(&mut self, factor: &TableFactor, scope: &mut Scope, span: Span) -> Option<RelId> {
        let TableFactor::MatchRecognize {
            table,
            partition_by,
            order_by,
            measures,
            rows_per_match,
            after_match_skip,
            pattern,
            symbols,
            alias,
        } = factor
        else {
            return None;
        };
        let mut inner = Scope::inside(Some(scope));
        let rel = self.factor(table, &mut inner);
        let item = inner.items.last().cloned()?;
        for name in symbols_of(pattern) {
            inner.items.push(self.under_symbol(&item, &name));
        }
        let partition: Vec<Expr> = partition_by.iter().map(|expr| self.expr(expr, &inner)).collect();
        let mut args = partition.clone();
        args.extend(order_by.iter().map(|key| self.expr(&key.expr, &inner)).collect::<Vec<_>>());
        for symbol in symbols {
            args.push(text(&symbol.symbol.value.to_ascii_uppercase(), span));
            let mut test = self.expr(&symbol.definition, &inner);
            plainly(&mut test);
            args.push(test);
        }
        let skip = after_match_skip.as_ref().map(ToString::to_string).unwrap_or_default();
        let rows = rows_per_match.as_ref().map(ToString::to_string).unwrap_or_default();
        let order: Vec<String> = order_by.iter().map(|key| key.options.to_string()).collect();
        args.push(text(&format!("{pattern} {rows} {skip} {}", order.join(",")), span));
        let number = self.column("match_number", false, Type::named("BIGINT", Family::Integer), span);
        let matches = Expr::call("MATCH_RECOGNIZE", args, Type::unknown(), span);
        let op = Op::Unnest { input: rel, exprs: vec![matches], columns: vec![number], outer: false };
        let matched = self.node(op, Vec::new(), span);
        let mut list = List::default();
        if matches!(rows_per_match, Some(ast::RowsPerMatch::AllRows(_))) {
            let own = Scope { items: vec![item], ..Scope::default() };
            self.star(&own, None, &ast::WildcardAdditionalOptions::default(), &mut list, span);
        } else {
            for (at, (key, expr)) in partition_by.iter().zip(partition).enumerate() {
                let (name, quoted) = self.implied_name(key, at);
                list.items.push(Item { name, quoted, expr, span, from_star: false });
            }
        }
        for measure in measures {
            let mut expr = self.expr(&measure.expr, &inner);
            plainly(&mut expr);
            let quoted = measure.alias.quote_style.is_some();
            list.items.push(Item { name: measure.alias.value.clone(), quoted, expr, span, from_star: false });
        }
        let bound: Bound = self.projected(matched, list, span);
        Some(self.finish_item(scope, alias.as_ref(), bound))
    }

    /// The rows of a match that a symbol of the pattern names have the columns of all.
    fn under_symbol(&self, item: &FromItem, name: &ast::Ident) -> FromItem {
        let mut item = item.clone();
        item.name = self.relation_key(name);
        item.path = Vec::new();
        item.shadow = true;
        item.columns.iter_mut().for_each(|column| column.merged = true);
        item
    }
}

/// An aggregate over the rows of a match is a value of the match: no group of the query's own.
fn plainly(expr: &mut Expr) {
    expr.each_part_mut(&mut plainly);
    if let ExprKind::Aggregate { function, args, .. } = &mut expr.kind {
        let (function, args) = (format!("MATCH {function}"), std::mem::take(args));
        expr.kind = ExprKind::Call { function, args, volatile: false };
    }
}

fn symbols_of(pattern: &MatchRecognizePattern) -> Vec<ast::Ident> {
    use MatchRecognizePattern as P;
    let named = |symbol: &MatchRecognizeSymbol| match symbol {
        MatchRecognizeSymbol::Named(name) => Some(name.clone()),
        MatchRecognizeSymbol::Start | MatchRecognizeSymbol::End => None,
    };
    let mut names: Vec<ast::Ident> = match pattern {
        P::Symbol(symbol) | P::Exclude(symbol) => named(symbol).into_iter().collect(),
        P::Permute(symbols) => symbols.iter().filter_map(named).collect(),
        P::Concat(parts) | P::Alternation(parts) => parts.iter().flat_map(symbols_of).collect(),
        P::Group(inner) | P::Repetition(inner, _) => symbols_of(inner),
    };
    names.sort_by(|a, b| a.value.cmp(&b.value));
    names.dedup_by(|a, b| a.value.eq_ignore_ascii_case(&b.value));
    names
}
