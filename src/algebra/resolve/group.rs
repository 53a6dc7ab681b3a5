//! GROUP BY and aggregates in, an Aggregate operator out, and every expression above it said over groups.

use super::Resolver;
use super::scope::Scope;
use super::select::List;
use crate::algebra::expr::{Expr, ExprKind, SortKey};
use crate::algebra::query::{ColumnId, Op, RelId};
use crate::dialect::AliasRule;
use crate::syntax::ast::{self, GroupByExpr, GroupByWithModifier};
use crate::text::Span;

/// More grouping sets than this are not told apart; their keys are.
const MOST_SETS: usize = 4096;

/// The keys of GROUP BY and which sets of them group.
#[derive(Default)]
struct Grouping {
    keys: Vec<Expr>,
    /// Per element of the clause its alternatives; each a set of key positions.
    elements: Vec<Vec<Vec<usize>>>,
}

/// What stands over groups: keys and aggregates, each with the column it became.
struct Groups<'s, 'p> {
    scope: &'s Scope<'p>,
    keys: Vec<(Expr, ColumnId)>,
    aggregates: Vec<(Expr, ColumnId)>,
}

impl Resolver<'_> {
    /// Adds the Aggregate operator if the block has one (`always`: it has), and rewrites what stands above it.
    #[expect(clippy::too_many_arguments, reason = "every clause above GROUP BY is rewritten at once")]
    pub(super) fn grouped(
        &mut self,
        input: RelId,
        clause: &GroupByExpr,
        always: bool,
        scope: &Scope,
        list: &mut List,
        above: &mut [&mut Option<Vec<Expr>>],
        sort: &mut Option<Vec<SortKey>>,
    ) -> RelId {
        let has_clause = match clause {
            GroupByExpr::All(_) => true,
            GroupByExpr::Expressions(exprs, modifiers) => !exprs.is_empty() || !modifiers.is_empty(),
        };
        let aggregated = list
            .items
            .iter()
            .map(|item| &item.expr)
            .chain(above.iter().flat_map(|e| e.iter().flatten()))
            .any(has_aggregate)
            || sort.iter().flatten().any(|key| has_aggregate(&key.expr));
        if !has_clause && !aggregated && !always {
            return input;
        }
        let grouping = self.grouping(clause, scope, list);
        let span = self.span_of(clause);
        let span = if span.is_empty() { self.query.nodes[input.0 as usize].span } else { span };
        let keys: Vec<(Expr, ColumnId)> = grouping
            .keys
            .iter()
            .map(|key| {
                let name = self.name_of(key);
                (key.bare(), self.column(&name, false, key.ty.clone(), key.span))
            })
            .collect();
        let mut groups = Groups { scope, keys, aggregates: Vec::new() };
        for item in &mut list.items {
            self.over_groups(&mut item.expr, &mut groups);
        }
        for expr in above.iter_mut().flat_map(|exprs| exprs.iter_mut().flatten()) {
            self.over_groups(expr, &mut groups);
        }
        for key in sort.iter_mut().flatten() {
            self.over_groups(&mut key.expr, &mut groups);
        }
        let mut aggregates = Vec::new();
        let mut columns: Vec<ColumnId> = groups.keys.iter().map(|(_, column)| *column).collect();
        for (aggregate, column) in groups.aggregates {
            aggregates.push(aggregate);
            columns.push(column);
        }
        let sets = grouping.sets();
        self.node(Op::Aggregate { input, keys: grouping.keys, aggregates, sets }, columns, span)
    }

    fn grouping(&mut self, clause: &GroupByExpr, scope: &Scope, list: &List) -> Grouping {
        let mut grouping = Grouping::default();
        let seen = scope.with_aliases(&list.aliases, self.dialect.alias_in_group_by);
        let modifiers = match clause {
            GroupByExpr::All(modifiers) => {
                for item in list.items.iter().filter(|item| !has_aggregate(&item.expr)) {
                    grouping.plain(item.expr.clone());
                }
                modifiers
            }
            GroupByExpr::Expressions(exprs, modifiers) => {
                for expr in exprs {
                    self.group_element(expr, list, &seen, &mut grouping);
                }
                modifiers
            }
        };
        for modifier in modifiers {
            self.group_modifier(modifier, list, &seen, &mut grouping);
        }
        grouping
    }

    fn group_modifier(&mut self, modifier: &GroupByWithModifier, list: &List, scope: &Scope, grouping: &mut Grouping) {
        match modifier {
            GroupByWithModifier::Rollup | GroupByWithModifier::Totals => {
                let all: Vec<Vec<usize>> = grouping.elements.drain(..).filter_map(|mut e| e.pop()).collect();
                grouping.elements.push(rollup(&all));
            }
            GroupByWithModifier::Cube => {
                let all: Vec<Vec<usize>> = grouping.elements.drain(..).filter_map(|mut e| e.pop()).collect();
                grouping.elements.push(cube(&all));
            }
            GroupByWithModifier::GroupingSets(expr) => self.group_element(expr, list, scope, grouping),
        }
    }

    fn group_element(&mut self, expr: &ast::Expr, list: &List, scope: &Scope, grouping: &mut Grouping) {
        let element = match expr {
            ast::Expr::GroupingSets(sets) => sets.iter().map(|set| self.key_set(set, list, scope, grouping)).collect(),
            ast::Expr::Rollup(sets) => {
                let sets: Vec<_> = sets.iter().map(|set| self.key_set(set, list, scope, grouping)).collect();
                rollup(&sets)
            }
            ast::Expr::Cube(sets) => {
                let sets: Vec<_> = sets.iter().map(|set| self.key_set(set, list, scope, grouping)).collect();
                cube(&sets)
            }
            ast::Expr::Tuple(exprs) => vec![self.key_set(exprs, list, scope, grouping)],
            expr => vec![self.key_set(std::slice::from_ref(expr), list, scope, grouping)],
        };
        grouping.elements.push(element);
    }

    fn key_set(&mut self, exprs: &[ast::Expr], list: &List, scope: &Scope, grouping: &mut Grouping) -> Vec<usize> {
        let mut set = Vec::new();
        for expr in exprs {
            if let ast::Expr::Tuple(inner) = expr {
                set.extend(self.key_set(inner, list, scope, grouping));
                continue;
            }
            let alias_first = self.dialect.alias_in_group_by == AliasRule::AliasFirst;
            let named = self.item_named(expr, list).filter(|_| alias_first).cloned();
            let key = named.unwrap_or_else(|| self.item_or(expr, list, scope));
            set.push(grouping.key(key));
        }
        set
    }

    /// Rewrites an expression over input rows into one over groups.
    fn over_groups(&mut self, expr: &mut Expr, groups: &mut Groups) {
        let bare = expr.bare();
        if let Some((_, column)) = groups.keys.iter().find(|(key, _)| *key == bare) {
            expr.kind = ExprKind::Column(*column);
            return;
        }
        match &mut expr.kind {
            // Which keys a row is grouped by depends on no value of theirs.
            ExprKind::Aggregate { function, args, .. } if function == "GROUPING" || function == "GROUPING_ID" => {
                for arg in args {
                    let bare = arg.bare();
                    let at = groups.keys.iter().position(|(key, _)| *key == bare).unwrap_or(groups.keys.len());
                    *arg = super::expression::number(&at.to_string(), arg.span);
                }
                self.take_aggregate(expr, groups);
            }
            ExprKind::Aggregate { .. } => self.take_aggregate(expr, groups),
            ExprKind::Column(column) if groups.scope.owns(*column) || self.inferred.contains(column) => {
                // Neither a key nor aggregated: some value of the group (a key decides it, or the dialect allows it).
                let function = "ANY_VALUE".to_owned();
                let args = vec![expr.clone()];
                expr.kind = ExprKind::Aggregate { function, args, distinct: false, filter: None, order: Vec::new() };
                self.take_aggregate(expr, groups);
            }
            ExprKind::Call { function, args, .. } if function == "GROUPING" || function == "GROUPING_ID" => {
                for arg in args {
                    let bare = arg.bare();
                    let at = groups.keys.iter().position(|(key, _)| *key == bare).unwrap_or(groups.keys.len());
                    *arg = super::expression::number(&at.to_string(), arg.span);
                }
            }
            _ => expr.each_part_mut(&mut |part| self.over_groups(part, groups)),
        }
    }

    fn take_aggregate(&mut self, expr: &mut Expr, groups: &mut Groups) {
        let bare = expr.bare();
        let known = groups.aggregates.iter().find(|(aggregate, _)| aggregate.bare() == bare).map(|(_, column)| *column);
        let column = known.unwrap_or_else(|| {
            let name = self.name_of(expr);
            let column = self.column(&name, false, expr.ty.clone(), expr.span);
            groups.aggregates.push((expr.clone(), column));
            column
        });
        expr.kind = ExprKind::Column(column);
    }

    fn name_of(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Column(column) => self.query.columns[column.0 as usize].name.clone(),
            ExprKind::Aggregate { function, .. } | ExprKind::Call { function, .. } => function.to_ascii_lowercase(),
            _ => "key".to_owned(),
        }
    }
}

impl Grouping {
    fn plain(&mut self, key: Expr) {
        let at = self.key(key);
        self.elements.push(vec![vec![at]]);
    }

    fn key(&mut self, key: Expr) -> usize {
        let bare = key.bare();
        if let Some(at) = self.keys.iter().position(|known| known.bare() == bare) {
            return at;
        }
        self.keys.push(key);
        self.keys.len() - 1
    }

    /// All combinations of the elements' alternatives; none if there is one set that holds every key.
    fn sets(&self) -> Vec<Vec<usize>> {
        if self.elements.iter().all(|element| element.len() == 1) {
            return Vec::new();
        }
        let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
        for element in &self.elements {
            if sets.len() * element.len() > MOST_SETS {
                break;
            }
            sets = sets.iter().flat_map(|set| element.iter().map(|more| [set.as_slice(), more].concat())).collect();
        }
        sets
    }
}

fn rollup(sets: &[Vec<usize>]) -> Vec<Vec<usize>> {
    (0..=sets.len()).rev().map(|length| sets[..length].concat()).collect()
}

fn cube(sets: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let count = 1_usize << sets.len().min(12);
    let chosen = |mask: usize| {
        sets.iter().enumerate().filter(move |(at, _)| mask >> at & 1 == 1).flat_map(|(_, set)| set.clone())
    };
    (0..count).rev().map(|mask| chosen(mask).collect()).collect()
}

/// Does an expression aggregate the rows of its own block?
fn has_aggregate(expr: &Expr) -> bool {
    expr.any(&|part| matches!(part.kind, ExprKind::Aggregate { .. }))
}

impl Expr {
    /// The expression without its places: equal bare expressions say the same of the same row.
    pub fn bare(&self) -> Expr {
        let mut bare = self.clone();
        bare.clear_spans();
        bare
    }

    fn clear_spans(&mut self) {
        self.span = Span::default();
        self.each_part_mut(&mut Expr::clear_spans);
    }

    /// Is it a literal, the same for every row?
    pub fn is_constant(&self) -> bool {
        match &self.kind {
            ExprKind::Literal(_) => true,
            ExprKind::Call { args, volatile: false, .. } => args.iter().all(Expr::is_constant),
            ExprKind::Cast { expr, .. } => expr.is_constant(),
            _ => false,
        }
    }
}
