//! A column or an expression in, what its value reads out.

use std::rc::Rc;

use super::demand::Demand;
use super::fields::part;
use super::{ALL_COLUMNS, AT_THE_END, Piece, Reads, Rows, Tracer};
use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Literal, Nullabilities, Op, RelId, SetKind, Truth, same};
use crate::lineage::edges::Via;

/// Window functions whose value is that of one row; the others aggregate.
const TAKE_ONE_ROW: [&str; 5] = ["LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"];

impl Tracer<'_> {
    /// What the value of a column reads, as an expression on the operator `at` sees it: outer joins and picks below
    /// `at` decide what it shows.
    pub(super) fn value(&mut self, column: ColumnId, at: RelId) -> Rc<Reads> {
        let below = self.showing.get(&column).map_or(0, |all| all.iter().filter(|rel| **rel < at).count());
        self.shown(column, below)
    }

    /// The value of a column behind the first `below` of the operators that decide what it shows.
    fn shown(&mut self, column: ColumnId, below: usize) -> Rc<Reads> {
        if let Some(reads) = self.values.get(&(column, below)) {
            return Rc::clone(reads);
        }
        let reads = match below.checked_sub(1) {
            None => self.value_of(column),
            Some(fewer) => {
                let mut reads = self.shown(column, fewer);
                let rel = self.showing[&column][fewer];
                let deciding = match self.query.nodes[rel.0 as usize].op {
                    Op::Join { .. } => self.match_of(rel),
                    _ => self.picked(rel, column),
                };
                if let Some(piece) = self.piece(deciding)
                    && !reads.deciding.contains(&piece)
                {
                    Rc::make_mut(&mut reads).deciding.insert(piece);
                }
                reads
            }
        };
        self.values.insert((column, below), Rc::clone(&reads));
        reads
    }

    /// What decides which row of its optional side an outer join finds.
    fn match_of(&mut self, join: RelId) -> Rc<Rows> {
        if let Some(rows) = self.matches.get(&join) {
            return Rc::clone(rows);
        }
        let query = self.query;
        let Op::Join { kind, left, right, on, .. } = &query.nodes[join.0 as usize].op else { return Rc::default() };
        let side = if *kind == JoinKind::Right { *left } else { *right };
        let mut rows = Rows::clone(&self.rows(side, &Demand::Bag));
        self.influence(&mut rows, on, Via::Join, join);
        let rows = Rc::new(rows);
        self.matches.insert(join, Rc::clone(&rows));
        rows
    }

    /// What decides which values of a column the rows show that an operator picks. Of the rows that are first in an
    /// order, the first keys are known to be the least there are, whatever later keys and other columns say.
    fn picked(&mut self, rel: RelId, column: ColumnId) -> Rc<Rows> {
        let Some(pick) = self.query.pick(rel) else { return Rc::default() };
        let mut by = pick.partition.iter().filter_map(Expr::as_column).collect();
        if self.dependencies.is_determined(column, &by) {
            return Rc::default();
        }
        let via = if pick.windowed { Via::Filter } else { Via::Sort };
        let mut rows = if pick.one { Rows::clone(&self.rows(pick.over, &Demand::Bag)) } else { Rows::new() };
        self.influence(&mut rows, pick.partition, via, pick.over);
        for key in pick.order {
            if !self.dependencies.determines(&key.expr, &by) {
                self.influence(&mut rows, [&key.expr], via, pick.over);
            }
            by.extend(key.expr.as_column());
            if self.dependencies.is_determined(column, &by) {
                break;
            }
        }
        Rc::new(rows)
    }

    fn value_of(&mut self, column: ColumnId) -> Rc<Reads> {
        let Some((rel, at)) = self.definitions[column.0 as usize] else { return Rc::default() };
        let query = self.query;
        let node = &query.nodes[rel.0 as usize];
        if node.empty {
            return Rc::default();
        }
        let reads = match &node.op {
            Op::Scan { input, names } => {
                let source = self.sources.number(*input, names.get(at).map_or("", String::as_str));
                Reads::cell(source, Via::Identity, query.columns[column.0 as usize].span)
            }
            Op::Project { exprs, .. } => return exprs.get(at).map(|expr| self.expr(expr, rel)).unwrap_or_default(),
            Op::Values { rows } => self.all_of(rows.iter().filter_map(|row| row.get(at)), Via::Identity, rel),
            Op::Aggregate { keys, aggregates, .. } => match at.checked_sub(keys.len()) {
                None => return self.expr(&keys[at], rel),
                Some(at) => return aggregates.get(at).map(|call| self.aggregate(rel, call)).unwrap_or_default(),
            },
            Op::Set { inputs, kind, .. } => {
                let sides = if *kind == SetKind::Union { inputs.len() } else { 1 };
                let filled = inputs[..sides].iter().filter(|(input, _)| !query.nodes[input.0 as usize].empty);
                let sources: Vec<ColumnId> = filled.filter_map(|(_, columns)| columns.get(at).copied()).collect();
                self.merged(&sources, rel)
            }
            Op::Recursive { seed, step, .. } => {
                let sources: Vec<ColumnId> =
                    [&seed.1, &step.1].into_iter().filter_map(|columns| columns.get(at).copied()).collect();
                self.merged(&sources, rel)
            }
            Op::Recur { .. } => return self.recursive.get(&column).cloned().unwrap_or_default(),
            Op::Unnest { exprs, columns, .. } => {
                let own = if exprs.len() == columns.len() { exprs.get(at..=at) } else { Some(exprs.as_slice()) };
                self.all_of(own.unwrap_or_default(), Via::Transform, rel)
            }
            Op::TableFunction { args, .. } => self.all_of(args, Via::Transform, rel),
            Op::Unpivot { groups, keep, .. } => match at.checked_sub(keep.len()) {
                None => return self.value(keep[at], rel),
                // The label is one of the written names: no column's value.
                Some(0) => Reads::default(),
                Some(value) => {
                    let sources: Vec<ColumnId> =
                        groups.iter().filter_map(|(_, columns)| columns.get(value - 1).copied()).collect();
                    self.merged(&sources, rel)
                }
            },
            Op::Opaque { inputs, .. } => self.everything(inputs, rel),
            Op::Filter { .. }
            | Op::Join { .. }
            | Op::Distinct { .. }
            | Op::Sort { .. }
            | Op::Limit { .. }
            | Op::Sample { .. } => Reads::default(),
        };
        Rc::new(reads)
    }

    /// An aggregate reads its arguments, and whatever decides which rows it takes together beyond which groups exist:
    /// a group keeps its row when one of its many rows goes.
    fn aggregate(&mut self, rel: RelId, call: &Expr) -> Rc<Reads> {
        let query = self.query;
        let Op::Aggregate { input, keys, .. } = &query.nodes[rel.0 as usize].op else { return Rc::default() };
        let ExprKind::Aggregate { function, args, distinct, filter, order } = &call.kind else {
            return self.expr(call, rel);
        };
        let mut reads = self.expr(call, rel);
        if matches!(function.as_str(), "GROUPING" | "GROUPING_ID") {
            return reads;
        }
        let demand = if *distinct || ignores_repeats(function) {
            let parts = args.iter().chain(keys).chain(filter.as_deref()).chain(order.iter().map(|key| &key.expr));
            self.demand_of(parts)
        } else {
            Demand::Bag
        };
        if let Some(piece) = self.beyond((rel, demand), *input, keys) {
            Rc::make_mut(&mut reads).deciding.insert(piece);
        }
        reads
    }

    /// What decides the rows that an aggregate takes together, as it looks at them, and not which groups there are.
    fn beyond(&mut self, key: (RelId, Demand), input: RelId, keys: &[Expr]) -> Option<Piece> {
        if let Some(piece) = self.beyond.get(&key) {
            return *piece;
        }
        let groups = self.group_rows(input, keys);
        let all = self.rows(input, &key.1);
        let more = all.iter().filter(|(read, _)| !groups.contains_key(*read)).map(|(read, span)| (*read, *span));
        let more = Rc::new(more.collect::<Rows>());
        let piece = self.piece(more);
        self.beyond.insert(key, piece);
        piece
    }

    /// Every column and row influence of some relations.
    pub(super) fn everything(&mut self, inputs: &[RelId], at: RelId) -> Reads {
        let mut reads = Reads::default();
        for input in inputs {
            let node = &self.query.nodes[input.0 as usize];
            for column in &node.columns {
                let value = self.value(*column, at);
                reads.merge(&value, Via::Transform);
            }
            for ((source, _), span) in self.rows(*input, &Demand::Bag).iter() {
                reads.add(*source, Via::Conditional, *span);
            }
            for input in self.stars(*input) {
                reads.add(self.sources.number(input, ALL_COLUMNS), Via::Transform, node.span);
            }
        }
        reads
    }

    fn merged(&mut self, columns: &[ColumnId], at: RelId) -> Reads {
        let mut reads = Reads::default();
        for column in columns {
            let value = self.value(*column, at);
            reads.merge(&value, Via::Identity);
        }
        reads
    }

    fn all_of<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, at_least: Via, at: RelId) -> Reads {
        let mut reads = Reads::default();
        for expr in exprs {
            let value = self.expr(expr, at);
            reads.merge(&value, at_least);
        }
        reads
    }

    /// What the value of an expression that stands on the operator `at` reads.
    pub(super) fn expr(&mut self, expr: &Expr, at: RelId) -> Rc<Reads> {
        let mut reads = match &expr.kind {
            ExprKind::Column(column) => {
                let mut reads = self.value(*column, at);
                if let Some(source) = self.scanned(*column) {
                    let entry = Rc::make_mut(&mut reads).cells.get_mut(&source);
                    entry.into_iter().for_each(|(_, span)| *span = expr.span);
                }
                return reads;
            }
            ExprKind::Literal(_) | ExprKind::Subquery { .. } | ExprKind::Exists { .. } => Reads::default(),
            ExprKind::Call { function, args, .. } => {
                self.part(expr, at).unwrap_or_else(|| self.call(expr, function, args, at))
            }
            ExprKind::Opaque { args, .. } => self.all_of(args, Via::Transform, at),
            ExprKind::Field { .. } => self.part(expr, at).unwrap_or_default(),
            ExprKind::Cast { expr, .. } | ExprKind::Quantified { expr, .. } => {
                self.all_of([expr.as_ref()], Via::Transform, at)
            }
            ExprKind::Lambda { body, .. } => self.all_of([body.as_ref()], Via::Transform, at),
            ExprKind::Aggregate { args, filter, order, .. } => {
                let mut reads = self.all_of(args, Via::Aggregate, at);
                let order = self.all_of(order.iter().map(|key| &key.expr), Via::Window, at);
                reads.merge(&order, Via::Aggregate);
                let filter = filter.as_deref().filter(|filter| self.truth(filter, at) != Some(Truth::True));
                let filter = self.all_of(filter, Via::Conditional, at);
                reads.merge(&filter, Via::Conditional);
                reads
            }
            ExprKind::Window { function, args, filter, partition, order, .. } => {
                let takes_one = TAKE_ONE_ROW.contains(&function.as_str());
                let mut reads = self.all_of(args, if takes_one { Via::Transform } else { Via::Aggregate }, at);
                let keys = partition.iter().chain(order.iter().map(|key| &key.expr));
                let window = self.all_of(keys, Via::Window, at);
                reads.merge(&window, Via::Window);
                let filter = filter.as_deref().filter(|filter| self.truth(filter, at) != Some(Truth::True));
                let filter = self.all_of(filter, Via::Conditional, at);
                reads.merge(&filter, Via::Conditional);
                reads
            }
            ExprKind::Case { branches, otherwise } => self.case(branches, otherwise.as_deref(), at),
            ExprKind::In { exprs, .. } => self.all_of(exprs, Via::Transform, at),
        };
        if let Some(relation) = expr.subquery() {
            let inner = self.subquery(relation, &expr.kind);
            reads.merge(&inner, Via::Identity);
        }
        Rc::new(reads)
    }

    /// A part of a struct or of a semi-structured value reads that part alone, where it can be followed.
    fn part(&mut self, expr: &Expr, at: RelId) -> Option<Reads> {
        let (base, path) = part(expr)?;
        let mut reads = Reads::default();
        let value = self.at_path(base, &path, at);
        reads.merge(&value, Via::Transform);
        Some(reads)
    }

    /// A call reads its arguments, unless its value is known without them.
    fn call(&mut self, call: &Expr, function: &str, args: &[Expr], at: RelId) -> Reads {
        if matches!(self.truth(call, at), Some(Truth::True | Truth::False)) {
            return Reads::default();
        }
        let mut args = args;
        if matches!(function, "COALESCE" | "IFNULL" | "NVL") {
            let known = self.known(at);
            let last = args.iter().position(|arg| self.query.is_filled(arg, &known, self.dialect));
            args = &args[..last.map_or(args.len(), |last| last + 1)];
        }
        // Some arguments only decide which of the others is the value.
        let decides = |place: usize| match function {
            "IF" | "NVL2" | "CHOOSE" => place == 0,
            "NULLIF" => place == 1,
            // `decode(a, 1, b, 2, c, d)` and `multiIf(p, b, q, c, d)`: the last of an odd rest is what else comes.
            "DECODE" if args.len() > 2 => place == 0 || place % 2 == 1 && place + 1 < args.len(),
            "MULTIIF" => place.is_multiple_of(2) && place + 1 < args.len(),
            _ => false,
        };
        let values = args.iter().enumerate().filter(|(place, _)| !decides(*place)).map(|(_, arg)| arg);
        let mut reads = self.all_of(values, if function == "IF" { Via::Identity } else { Via::Transform }, at);
        let conditions = (0..args.len()).filter(|place| decides(*place)).map(|place| &args[place]);
        let conditions = self.all_of(conditions, Via::Conditional, at);
        reads.merge(&conditions, Via::Conditional);
        reads
    }

    /// CASE reads the values it can take and the conditions that tell these apart.
    fn case(&mut self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>, at: RelId) -> Reads {
        let mut live: Vec<(&Expr, &Expr)> = Vec::new();
        let mut last = otherwise;
        for (condition, value) in branches {
            match self.truth(condition, at) {
                Some(Truth::False | Truth::NotTrue) => {}
                Some(Truth::True) => {
                    last = Some(value);
                    break;
                }
                None => live.push((condition, value)),
            }
        }
        let is_last = |value: &Expr| match last {
            Some(last) => same(value, last),
            None => matches!(value.kind, ExprKind::Literal(Literal::Null)),
        };
        while live.last().is_some_and(|(_, value)| is_last(value)) {
            live.pop();
        }
        let mut reads = self.all_of(live.iter().map(|(_, value)| *value).chain(last), Via::Identity, at);
        let conditions = self.all_of(live.iter().map(|(condition, _)| *condition), Via::Conditional, at);
        reads.merge(&conditions, Via::Conditional);
        reads
    }

    fn truth(&mut self, condition: &Expr, at: RelId) -> Option<Truth> {
        let known = self.known(at);
        self.query.truth(condition, &known, self.dialect)
    }

    /// Which columns of the inputs of an operator may be NULL.
    fn known(&mut self, at: RelId) -> Rc<Nullabilities> {
        if let Some(known) = self.known.get(&at) {
            return Rc::clone(known);
        }
        let inputs = self.query.nodes[at.0 as usize].op.inputs();
        let known = Rc::new(inputs.into_iter().flat_map(|input| self.query.nullabilities(input)).collect());
        self.known.insert(at, Rc::clone(&known));
        known
    }

    /// A subquery as a value: its columns' values, and what decides its rows. How often a row is there means nothing
    /// to EXISTS, IN, ANY and ALL, and its values nothing to EXISTS.
    fn subquery(&mut self, rel: RelId, kind: &ExprKind) -> Reads {
        let mut reads = Reads::default();
        let columns = self.query.nodes[rel.0 as usize].columns.clone();
        let demand = match kind {
            ExprKind::Subquery { .. } => Demand::Bag,
            ExprKind::Exists { .. } => Demand::set([]),
            _ => Demand::set(columns.iter().copied()),
        };
        if !matches!(kind, ExprKind::Exists { .. }) {
            let values = self.merged(&columns, AT_THE_END);
            reads.merge(&values, Via::Identity);
        }
        for ((source, _), span) in self.rows(rel, &demand).iter() {
            reads.add(*source, Via::Conditional, *span);
        }
        reads
    }

    /// The column of the outside that a column copies as it stands, if it is one of a Scan.
    fn scanned(&mut self, column: ColumnId) -> Option<u32> {
        let (rel, at) = self.definitions[column.0 as usize]?;
        match &self.query.nodes[rel.0 as usize].op {
            Op::Scan { input, names } => Some(self.sources.number(*input, names.get(at)?)),
            _ => None,
        }
    }
}

/// Aggregates for which a row that is there twice is there once.
fn ignores_repeats(function: &str) -> bool {
    matches!(
        function,
        "MIN" | "MAX" | "BOOL_AND" | "BOOL_OR" | "EVERY" | "BIT_AND" | "BIT_OR" | "LOGICAL_AND" | "LOGICAL_OR"
    )
}
