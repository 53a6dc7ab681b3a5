//! An operator over relations with known keys in, its own keys out.

use std::collections::BTreeMap;

use super::expr::{Expr, ExprKind, Literal};
use super::query::{ColumnId, JoinKind, Key, Op, Proof, Query, RelId, SetKind};

/// Enough keys for every use; more would only cost time.
const MOST_KEYS: usize = 12;

/// The keys of `rel`, and whether it has at most one row. Its inputs' keys are known.
pub(super) fn of(query: &Query, rel: RelId) -> (Vec<Key>, bool) {
    let node = &query.nodes[rel.0 as usize];
    let input_of = |rel: RelId| &query.nodes[rel.0 as usize];
    let (mut keys, one) = match &node.op {
        Op::Scan { input, names } => {
            let Some(known) = &query.reads[*input].known else { return (Vec::new(), false) };
            let column = |name: &String| names.iter().position(|own| own == name).map(|at| node.columns[at]);
            let keys = known.keys.iter().filter_map(|(names, proof)| {
                names.iter().map(column).collect::<Option<Vec<_>>>().map(|columns| key(columns, *proof))
            });
            (keys.collect(), known.at_most_one_row)
        }
        Op::Values { rows } => (Vec::new(), rows.len() <= 1),
        Op::Project { input, exprs, .. } => {
            let mut copies: BTreeMap<ColumnId, ColumnId> = BTreeMap::new();
            for (expr, column) in exprs.iter().zip(&node.columns) {
                expr.as_column().map(|source| copies.entry(source).or_insert(*column));
            }
            (renamed(&input_of(*input).keys, &copies), input_of(*input).at_most_one_row)
        }
        Op::Filter { input, conjuncts } => filtered(query, *input, conjuncts),
        Op::Sort { input, .. } | Op::Sample { input, .. } => {
            (input_of(*input).keys.clone(), input_of(*input).at_most_one_row)
        }
        Op::Limit { input, count, with_ties, .. } => {
            let single = !with_ties && count.as_ref().is_some_and(is_one);
            (input_of(*input).keys.clone(), single || input_of(*input).at_most_one_row)
        }
        Op::Distinct { input, on } => {
            let mut keys = input_of(*input).keys.clone();
            match on {
                None => keys.push(key(node.columns.clone(), Proof::Proved)),
                Some(on) => keys.extend(
                    on.iter().map(Expr::as_column).collect::<Option<Vec<_>>>().map(|on| key(on, Proof::Proved)),
                ),
            }
            (keys, input_of(*input).at_most_one_row)
        }
        Op::Join { kind, left, right, on, .. } => joined(query, *kind, *left, *right, on),
        Op::Aggregate { keys: groups, sets, .. } => match (groups.len(), sets.is_empty()) {
            (0, true) => (Vec::new(), true),
            (count, true) => (vec![key(node.columns[..count].to_vec(), Proof::Proved)], false),
            (_, false) => (Vec::new(), false),
        },
        Op::Set { kind, all, inputs } => of_set(query, *kind, *all, inputs, &node.columns),
        Op::Unpivot { .. } | Op::Unnest { .. } | Op::TableFunction { .. } | Op::Recur { .. } | Op::Opaque { .. } => {
            (Vec::new(), false)
        }
        Op::Recursive { all, .. } => {
            (if *all { Vec::new() } else { vec![key(node.columns.clone(), Proof::Proved)] }, false)
        }
    };
    keys.sort_by(|a, b| {
        a.columns
            .len()
            .cmp(&b.columns.len())
            .then_with(|| b.proof.cmp(&a.proof))
            .then_with(|| a.columns.cmp(&b.columns))
    });
    keys.dedup_by(|later, first| later.columns == first.columns);
    keys.truncate(MOST_KEYS);
    (keys, one)
}

/// The pairs of columns that a condition makes equal.
pub fn equalities(conjuncts: &[Expr]) -> Vec<(ColumnId, ColumnId)> {
    let pair = |conjunct: &Expr| match &conjunct.kind {
        ExprKind::Call { function, args, .. } if function == "=" => {
            Some((args.first()?.as_column()?, args.get(1)?.as_column()?))
        }
        _ => None,
    };
    conjuncts.iter().filter_map(pair).collect()
}

impl Query {
    /// The key of `rel` that a set of its columns holds, the best proved first; an empty key where there is one row.
    pub fn key_within(&self, rel: RelId, columns: &[ColumnId]) -> Option<Key> {
        let node = &self.nodes[rel.0 as usize];
        if node.at_most_one_row {
            return Some(key(Vec::new(), Proof::Proved));
        }
        let held = |key: &&Key| key.columns.iter().all(|column| columns.contains(column));
        node.keys.iter().filter(held).max_by_key(|key| key.proof).cloned()
    }

    /// Does an outer join find at most one row on its optional side for each row of the other, by a proved key?
    pub fn finds_one(&self, join: RelId) -> bool {
        let Op::Join { kind, left, right, on, .. } = &self.nodes[join.0 as usize].op else { return false };
        let side = match kind {
            JoinKind::Left => *right,
            JoinKind::Right => *left,
            JoinKind::AsOf { outer } => return *outer,
            _ => return false,
        };
        self.key_within(side, &self.equated(side, on)).is_some_and(|key| key.proof.is_proved())
    }

    /// The columns of `rel` among those that the condition of a join equates with columns of the other side.
    pub fn equated(&self, rel: RelId, on: &[Expr]) -> Vec<ColumnId> {
        let own = &self.nodes[rel.0 as usize].columns;
        let pairs = equalities(on).into_iter();
        let one = |(a, b): (ColumnId, ColumnId)| match (own.contains(&a), own.contains(&b)) {
            (true, false) => Some(a),
            (false, true) => Some(b),
            _ => None,
        };
        pairs.filter_map(one).collect()
    }
}

fn key(mut columns: Vec<ColumnId>, proof: Proof) -> Key {
    columns.sort_unstable();
    columns.dedup();
    Key { columns, proof }
}

fn renamed(keys: &[Key], names: &BTreeMap<ColumnId, ColumnId>) -> Vec<Key> {
    let rename = |old: &Key| {
        let columns: Option<Vec<ColumnId>> = old.columns.iter().map(|column| names.get(column).copied()).collect();
        columns.map(|columns| key(columns, old.proof))
    };
    keys.iter().filter_map(rename).collect()
}

fn filtered(query: &Query, input: RelId, conjuncts: &[Expr]) -> (Vec<Key>, bool) {
    let node = &query.nodes[input.0 as usize];
    let mut keys = node.keys.clone();
    keys.extend(conjuncts.iter().filter_map(|conjunct| first_of_each(query, input, conjunct)));
    let fixed: Vec<ColumnId> = conjuncts.iter().filter_map(fixed_column).collect();
    // A column that a filter fixes to one value adds nothing to a key.
    let narrowed =
        |old: &Key| key(old.columns.iter().copied().filter(|column| !fixed.contains(column)).collect(), old.proof);
    let keys: Vec<Key> = keys.iter().map(narrowed).collect();
    let one = node.at_most_one_row || keys.iter().any(|key| key.columns.is_empty() && key.proof.is_proved());
    (keys.into_iter().filter(|key| !key.columns.is_empty()).collect(), one)
}

/// `column = literal`.
fn fixed_column(conjunct: &Expr) -> Option<ColumnId> {
    let ExprKind::Call { function, args, .. } = &conjunct.kind else { return None };
    match (function.as_str(), args.as_slice()) {
        ("=", [column, value]) if value.is_constant() => column.as_column(),
        ("=", [value, column]) if value.is_constant() => column.as_column(),
        _ => None,
    }
}

/// `row_number() over (partition by k order by ..) = 1` leaves one row per k.
fn first_of_each(query: &Query, input: RelId, conjunct: &Expr) -> Option<Key> {
    let ExprKind::Call { function, args, .. } = &conjunct.kind else { return None };
    let (number, bound) = match (function.as_str(), args.as_slice()) {
        ("=", [number, bound]) if is_one(bound) => (number, bound),
        ("=", [bound, number]) if is_one(bound) => (number, bound),
        ("<=", [number, bound]) if is_one(bound) => (number, bound),
        _ => return None,
    };
    debug_assert!(is_one(bound), "every arm above tested it");
    let window = match &number.kind {
        ExprKind::Column(column) => definition(query, input, *column)?,
        _ => number,
    };
    let ExprKind::Window { function, partition, .. } = &window.kind else { return None };
    if function != "ROW_NUMBER" {
        return None;
    }
    let own = &query.nodes[input.0 as usize].columns;
    let visible = |expr: &Expr| {
        let column = expr.as_column()?;
        if own.contains(&column) { Some(column) } else { copy_of(query, input, column) }
    };
    partition
        .iter()
        .map(visible)
        .collect::<Option<Vec<_>>>()
        .filter(|columns| !columns.is_empty())
        .map(|columns| key(columns, Proof::Proved))
}

/// The expression that defines a column of the projection directly below.
fn definition(query: &Query, rel: RelId, column: ColumnId) -> Option<&Expr> {
    let (rel, exprs) = projection(query, rel)?;
    let at = query.nodes[rel.0 as usize].columns.iter().position(|own| *own == column)?;
    let expr = exprs.get(at)?;
    match expr.as_column() {
        // One projection may copy another's column: a CTE's columns are copied for each of its readers.
        Some(source) => definition(query, input_of(query, rel)?, source).or(Some(expr)),
        None => Some(expr),
    }
}

/// The column of `rel` that copies a column further below.
fn copy_of(query: &Query, rel: RelId, column: ColumnId) -> Option<ColumnId> {
    let (rel, exprs) = projection(query, rel)?;
    let below = input_of(query, rel).and_then(|input| copy_of(query, input, column));
    let wanted = [Some(column), below];
    let at = exprs.iter().position(|expr| expr.as_column().is_some_and(|source| wanted.contains(&Some(source))))?;
    query.nodes[rel.0 as usize].columns.get(at).copied()
}

/// The nearest projection at or below `rel`, through operators that keep columns.
fn projection(query: &Query, rel: RelId) -> Option<(RelId, &[Expr])> {
    match &query.nodes[rel.0 as usize].op {
        Op::Project { exprs, .. } => Some((rel, exprs)),
        Op::Filter { input, .. } | Op::Sort { input, .. } | Op::Sample { input, .. } => projection(query, *input),
        _ => None,
    }
}

fn input_of(query: &Query, rel: RelId) -> Option<RelId> {
    match &query.nodes[rel.0 as usize].op {
        Op::Project { input, .. } => Some(*input),
        _ => None,
    }
}

fn is_one(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::Number(number)) if number == "1")
}

fn joined(query: &Query, kind: JoinKind, left: RelId, right: RelId, on: &[Expr]) -> (Vec<Key>, bool) {
    let (a, b) = (&query.nodes[left.0 as usize], &query.nodes[right.0 as usize]);
    let left_unique = query.key_within(left, &query.equated(left, on));
    let right_unique = query.key_within(right, &query.equated(right, on));
    let one = a.at_most_one_row && b.at_most_one_row;
    let kept = |keys: &[Key], by: Option<Key>| -> Vec<Key> {
        let Some(by) = by else { return Vec::new() };
        keys.iter().map(|old| key(old.columns.clone(), old.proof.min(by.proof))).collect()
    };
    let pairs = || {
        a.keys.iter().flat_map(|x| {
            b.keys.iter().map(move |y| key([x.columns.as_slice(), &y.columns].concat(), x.proof.min(y.proof)))
        })
    };
    match kind {
        JoinKind::Semi | JoinKind::Anti => (a.keys.clone(), a.at_most_one_row),
        JoinKind::Inner | JoinKind::Cross => {
            let mut keys = kept(&a.keys, right_unique);
            keys.extend(kept(&b.keys, left_unique));
            keys.extend(pairs());
            let equal = equalities(on);
            let swapped: Vec<Key> =
                keys.iter().flat_map(|old| equal.iter().flat_map(move |pair| swaps(old, *pair))).collect();
            keys.extend(swapped);
            (keys, one)
        }
        JoinKind::Left => {
            let mut keys = kept(&a.keys, right_unique);
            keys.extend(pairs());
            (keys, one)
        }
        JoinKind::Right => {
            let mut keys = kept(&b.keys, left_unique);
            keys.extend(pairs());
            (keys, one)
        }
        JoinKind::AsOf { .. } => (a.keys.clone(), a.at_most_one_row),
        JoinKind::Full | JoinKind::Positional => (Vec::new(), false),
    }
}

/// A key with one of two equal columns in place of the other.
fn swaps(old: &Key, (a, b): (ColumnId, ColumnId)) -> Vec<Key> {
    let swap = |from: ColumnId, to: ColumnId| {
        old.columns
            .contains(&from)
            .then(|| key(old.columns.iter().map(|c| if *c == from { to } else { *c }).collect(), old.proof))
    };
    swap(a, b).into_iter().chain(swap(b, a)).collect()
}

fn of_set(
    query: &Query,
    kind: SetKind,
    all: bool,
    inputs: &[(RelId, Vec<ColumnId>)],
    columns: &[ColumnId],
) -> (Vec<Key>, bool) {
    let mut keys = if all { Vec::new() } else { vec![key(columns.to_vec(), Proof::Proved)] };
    let Some((first, first_columns)) = inputs.first() else { return (keys, false) };
    let node = &query.nodes[first.0 as usize];
    if kind == SetKind::Union {
        return (keys, false);
    }
    let names: BTreeMap<ColumnId, ColumnId> = first_columns.iter().copied().zip(columns.iter().copied()).collect();
    keys.extend(renamed(&node.keys, &names));
    (keys, node.at_most_one_row)
}
