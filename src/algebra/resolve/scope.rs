//! A column's name and the relations in sight in, the expression it means out.

use super::Resolver;
use crate::algebra::expr::{Expr, ExprKind};
use crate::algebra::query::{ColumnId, Output, ProblemKind, RelId};
use crate::algebra::sql_type::{Family, Type};
use crate::dialect::AliasRule;
use crate::syntax::ast::Ident;
use crate::text::{Span, closest};

/// The relations one SELECT block sees, and those of the blocks around it.
#[derive(Clone, Default)]
pub(super) struct Scope<'p> {
    pub(super) parent: Option<&'p Scope<'p>>,
    pub(super) items: Vec<FromItem>,
    /// Columns that USING or NATURAL made one.
    pub(super) merged: Vec<Merged>,
    /// Aliases of the SELECT list met so far, and who wins where one is also an input column.
    pub(super) aliases: Vec<Alias>,
    /// Columns that the SELECT list takes by their own names: `SELECT a.id .. QUALIFY row_number() OVER (PARTITION BY
    /// id ..) = 1` means what SELECT calls `id`, though `b` has one too.
    pub(super) chosen: Vec<Alias>,
    pub(super) rule: Option<AliasRule>,
}

#[derive(Clone)]
pub(super) struct FromItem {
    /// The alias, else the table's own name; folded.
    pub(super) name: String,
    /// Database, schema, table as written and folded; empty under an alias.
    pub(super) path: Vec<String>,
    /// The relation outside the query that it is, as written, folded and dotted, whatever its alias; empty for others.
    pub(super) table: String,
    pub(super) rel: RelId,
    pub(super) columns: Vec<ScopeColumn>,
    pub(super) open: bool,
    /// Answers only to its name: what it shows, another item shows.
    pub(super) shadow: bool,
    /// The value whose fields this relation shows as columns, where they are not known: an element of UNNEST.
    pub(super) element: Option<ColumnId>,
}

#[derive(Clone)]
pub(super) struct ScopeColumn {
    pub(super) key: String,
    pub(super) output: Output,
    /// Merged away by USING or NATURAL: only its qualified name finds it.
    pub(super) merged: bool,
}

#[derive(Clone)]
pub(super) struct Merged {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) expr: Expr,
    /// All columns that were made one.
    pub(super) members: Vec<ColumnId>,
}

#[derive(Clone)]
pub(super) struct Alias {
    pub(super) key: String,
    pub(super) expr: Expr,
}

impl<'p> Scope<'p> {
    pub(super) fn inside(parent: Option<&'p Scope<'p>>) -> Self {
        Scope { parent, ..Scope::default() }
    }

    /// The same relations, seen from a clause in which aliases follow `rule`.
    pub(super) fn with_aliases(&self, aliases: &[Alias], rule: AliasRule) -> Scope<'p> {
        Scope { aliases: aliases.to_vec(), rule: Some(rule), ..self.clone() }
    }

    pub(super) fn owns(&self, column: ColumnId) -> bool {
        self.items.iter().any(|item| item.columns.iter().any(|c| c.output.column == column))
    }
}

/// How one scope answers a name.
enum Answer {
    Found(Expr),
    Ambiguous(Vec<Expr>),
    Nothing,
}

impl Resolver<'_> {
    /// What a dotted name means here.
    pub(super) fn name(&mut self, parts: &[Ident], scope: &Scope, span: Span) -> Expr {
        let mut level = Some(scope);
        while let Some(here) = level {
            let answer =
                if let [single] = parts { self.single(single, here, span) } else { self.dotted(parts, here, span) };
            match answer {
                Answer::Found(expr) => return expr,
                Answer::Ambiguous(candidates) => return self.ambiguous(parts, candidates, here, span),
                Answer::Nothing => level = here.parent,
            }
        }
        if let [single, rest @ ..] = parts
            && self.stands_for_variable(single)
            && (rest.is_empty() || !single.value.starts_with('@'))
        {
            // BigQuery's lexer takes a parameter for a name.
            return self.variable(&single.value, span);
        }
        if let Some(column) = self.in_any_case(parts, scope) {
            return self.column_expr(column, span);
        }
        self.by_hidden_name(parts, scope, span).unwrap_or_else(|| self.unknown(parts, scope, span))
    }

    /// `db.t.x` where `FROM db.t AS a` gave the table another name: most engines refuse it, and what is meant is plain.
    fn by_hidden_name(&mut self, parts: &[Ident], scope: &Scope, span: Span) -> Option<Expr> {
        let mut level = Some(scope);
        while let Some(here) = level {
            for length in (1..parts.len()).rev() {
                let Some(item) = self.hidden(&parts[..length], here) else { continue };
                let key = self.key(&parts[length]);
                let column = item.columns.iter().find(|column| column.key == key).map(|column| column.output.column);
                let column = column.or_else(|| self.demand(item.rel, &key, &parts[length]));
                let Some(column) = column else { continue };
                self.called_otherwise(&parts[..length], &item.name, span);
                return Some(fields(self.column_expr(column, span), &parts[length + 1..], span));
            }
            level = here.parent;
        }
        None
    }

    /// The relation whose own name an alias hides.
    pub(super) fn hidden(&self, path: &[Ident], scope: &Scope) -> Option<FromItem> {
        let path: Vec<String> = path.iter().map(|part| self.relation_key(part)).collect();
        let path = path.join(".");
        let ends = |table: &str| table.strip_suffix(&path).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let mut found = scope.items.iter().filter(|item| item.path.is_empty() && ends(&item.table));
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    pub(super) fn called_otherwise(&mut self, path: &[Ident], name: &str, span: Span) {
        let path: Vec<&str> = path.iter().map(|part| part.value.as_str()).collect();
        let path = path.join(".");
        let message = format!("No relation here is called `{path}`: its alias hides that name.");
        self.problem(ProblemKind::UnknownColumn, span, message, Some(format!("Call it `{name}`.")));
        self.partial("unknown column", path, span);
    }

    /// The one column in sight whose name nobody spelt for sure, and which differs from what is asked for in case alone.
    fn in_any_case(&self, parts: &[Ident], scope: &Scope) -> Option<ColumnId> {
        let [single] = parts else { return None };
        let here = self.spelt_otherwise(scope.items.iter().flat_map(|item| &item.columns), single);
        here.or_else(|| self.in_any_case(parts, scope.parent?))
    }

    fn spelt_otherwise<'c>(&self, columns: impl Iterator<Item = &'c ScopeColumn>, ident: &Ident) -> Option<ColumnId> {
        let near = columns.filter(|column| !column.merged && column.output.name.eq_ignore_ascii_case(&ident.value));
        let mut near = near.map(|column| column.output.column);
        near.next().filter(|column| near.next().is_none() && self.query.any_case()[column.0 as usize])
    }

    /// May a name that no declared column has be a variable of the script, or a parameter?
    fn stands_for_variable(&self, ident: &Ident) -> bool {
        let declared = || self.parsed.variables.binary_search(&ident.value.to_ascii_lowercase()).is_ok();
        ident.quote_style.is_none() && (ident.value.starts_with('@') || declared())
    }

    pub(super) fn column_expr(&self, column: ColumnId, span: Span) -> Expr {
        Expr::new(ExprKind::Column(column), self.query.columns[column.0 as usize].ty.clone(), span)
    }

    fn single(&mut self, ident: &Ident, scope: &Scope, span: Span) -> Answer {
        let key = self.key(ident);
        let alias = || scope.aliases.iter().rev().find(|alias| alias.key == key);
        let aliased = |alias: &Alias| Answer::Found(Expr { span, ..alias.expr.clone() });
        if scope.rule == Some(AliasRule::AliasFirst)
            && let Some(found) = alias()
        {
            return aliased(found);
        }
        if let Some(merged) = scope.merged.iter().find(|merged| merged.key == key) {
            return Answer::Found(Expr { span, ..merged.expr.clone() });
        }
        let found: Vec<ColumnId> = scope
            .items
            .iter()
            .flat_map(|item| &item.columns)
            .filter(|column| column.key == key && !column.merged)
            .map(|column| column.output.column)
            .collect();
        match found.as_slice() {
            [column] => return Answer::Found(self.column_expr(*column, span)),
            [] => {}
            several => {
                if let Some(column) = self.unnested(ident, scope) {
                    return Answer::Found(self.column_expr(column, span));
                }
                let candidates: Vec<Expr> = several.iter().map(|c| self.column_expr(*c, span)).collect();
                return match scope.chosen.iter().find(|chosen| chosen.key == key) {
                    Some(chosen) => aliased(chosen),
                    None => Answer::Ambiguous(candidates),
                };
            }
        }
        if scope.rule == Some(AliasRule::ColumnFirst)
            && let Some(found) = alias()
        {
            return aliased(found);
        }
        if self.stands_for_variable(ident) {
            return Answer::Nothing;
        }
        let open: Vec<RelId> =
            scope.items.iter().filter(|item| item.open && !item.shadow).map(|item| item.rel).collect();
        let met: Vec<ColumnId> = open.iter().filter_map(|rel| self.demand(*rel, &key, ident)).collect();
        match met.as_slice() {
            [column] => return Answer::Found(self.column_expr(*column, span)),
            [] => {}
            several => return Answer::Ambiguous(several.iter().map(|c| self.column_expr(*c, span)).collect()),
        }
        if let Some(field) = self.field_of_elements(ident, scope, span) {
            return Answer::Found(field);
        }
        let relation = self.relation_key(ident);
        match scope.items.iter().find(|item| item.name == relation) {
            Some(item) if !item.columns.is_empty() => Answer::Found(self.whole_row(item, span)),
            _ => Answer::Nothing,
        }
    }

    /// `SELECT x FROM t, UNNEST(t.x) AS x`: where an alias of UNNEST names its elements, it wins over columns called so.
    fn unnested(&self, ident: &Ident, scope: &Scope) -> Option<ColumnId> {
        if !self.dialect.flag("unnest_alias_is_column") {
            return None;
        }
        let (key, name) = (self.key(ident), self.relation_key(ident));
        let mut named = scope.items.iter().filter(|item| item.name == name);
        let item = named.next().filter(|_| named.next().is_none())?;
        item.columns.iter().find(|column| column.key == key && !column.merged).map(|column| column.output.column)
    }

    /// `SELECT key FROM UNNEST(params)`, where nobody says what the elements are: a field of theirs.
    fn field_of_elements(&mut self, ident: &Ident, scope: &Scope, span: Span) -> Option<Expr> {
        let named = |item: &&FromItem| item.name != self.relation_key(ident);
        let elements: Vec<ColumnId> = scope.items.iter().filter(named).filter_map(|item| item.element).collect();
        let field = |this: &Self, element: ColumnId| field_of(this.column_expr(element, span), &ident.value, span);
        match elements.as_slice() {
            [] => None,
            [element] => Some(field(self, *element)),
            several => {
                let candidates = several.iter().map(|element| field(self, *element)).collect();
                self.partial("ambiguous column", format!("`{}` may be a field of several arrays", ident.value), span);
                Some(nothing_known(&ident.value, candidates, span))
            }
        }
    }

    /// A relation's name used as a value: one struct of its columns.
    pub(super) fn whole_row(&self, item: &FromItem, span: Span) -> Expr {
        let args: Vec<Expr> = item.columns.iter().map(|column| self.column_expr(column.output.column, span)).collect();
        let fields = item.columns.iter().zip(&args).map(|(column, arg)| (column.output.name.clone(), arg.ty.clone()));
        let ty = Type::structure_of(fields.collect());
        Expr::call("ROW", args, ty, span)
    }

    /// `relation.column.field..`, or `column.field..`.
    fn dotted(&mut self, parts: &[Ident], scope: &Scope, span: Span) -> Answer {
        for length in (1..parts.len()).rev() {
            let path: Vec<String> = parts[..length].iter().map(|part| self.relation_key(part)).collect();
            let items: Vec<&FromItem> = scope.items.iter().filter(|item| item.answers_to(&path)).collect();
            let Some(item) = items.first() else { continue };
            let key = self.key(&parts[length]);
            let column = item.columns.iter().find(|column| column.key == key).map(|column| column.output.column);
            let column = column.or_else(|| self.at_position(&parts[length].value, std::slice::from_ref(*item)));
            let column = column.or_else(|| item.open.then(|| self.demand(item.rel, &key, &parts[length])).flatten());
            if let Some(column) = column {
                let base = self.column_expr(column, span);
                return Answer::Found(fields(base, &parts[length + 1..], span));
            }
            if let Some(element) = item.element {
                return Answer::Found(fields(self.column_expr(element, span), &parts[length..], span));
            }
            if length == 1 && parts.len() == 2 {
                return self.missing(item, &parts[length], span);
            }
        }
        // A relation around this block that is called so wins over a column that is only guessed.
        let outer = std::iter::successors(scope.parent, |outer| outer.parent);
        let named = |scope: &Scope| {
            (1..parts.len()).any(|length| {
                let path: Vec<String> = parts[..length].iter().map(|part| self.relation_key(part)).collect();
                scope.items.iter().any(|item| item.answers_to(&path))
            })
        };
        let hidden = (2..parts.len()).any(|length| self.hidden(&parts[..length], scope).is_some());
        let may_guess = !hidden && !outer.into_iter().any(named);
        match self.single_column(&parts[0], scope, may_guess, span) {
            Some(base) => Answer::Found(fields(base, &parts[1..], span)),
            None => Answer::Nothing,
        }
    }

    /// Snowflake's `$2`: the second column of the relations in sight, where all are known.
    pub(super) fn at_position(&self, name: &str, items: &[FromItem]) -> Option<ColumnId> {
        let at: usize = name.strip_prefix('$')?.parse().ok()?;
        let known = self.dialect.flag("dollar_columns") && !items.iter().any(|item| item.open);
        let mut columns = items.iter().filter(|item| !item.shadow).flat_map(|item| &item.columns);
        columns.nth(at.checked_sub(1).filter(|_| known)?).map(|column| column.output.column)
    }

    /// A column by its bare name, for the head of `column.field`; never a whole row.
    fn single_column(&mut self, ident: &Ident, scope: &Scope, may_guess: bool, span: Span) -> Option<Expr> {
        let key = self.key(ident);
        let closed = scope.items.iter().flat_map(|item| &item.columns).find(|column| column.key == key);
        if let Some(column) = closed {
            return Some(self.column_expr(column.output.column, span));
        }
        if let Some(alias) = scope.aliases.iter().rev().find(|alias| alias.key == key) {
            return Some(Expr { span, ..alias.expr.clone() });
        }
        let open: Vec<RelId> =
            scope.items.iter().filter(|item| item.open && !item.shadow).map(|item| item.rel).collect();
        let [only] = open.as_slice() else { return None };
        if !may_guess {
            return None;
        }
        let column = self.demand(*only, &key, ident)?;
        Some(self.column_expr(column, span))
    }

    fn missing(&mut self, item: &FromItem, ident: &Ident, span: Span) -> Answer {
        if let Some(column) = self.spelt_otherwise(item.columns.iter(), ident) {
            return Answer::Found(self.column_expr(column, span));
        }
        let names: Vec<&str> = item.columns.iter().map(|column| column.output.name.as_str()).collect();
        let message = format!("`{}` has no column `{}`.", item.name, ident.value);
        let help = match closest(&ident.value, names.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("Its columns are {}.", listed(&names)),
        };
        self.problem(ProblemKind::UnknownColumn, span, message, Some(help));
        self.partial("unknown column", ident.value.clone(), span);
        Answer::Found(nothing_known(&ident.value, Vec::new(), span))
    }

    fn ambiguous(&mut self, parts: &[Ident], candidates: Vec<Expr>, scope: &Scope, span: Span) -> Expr {
        let name = &parts[parts.len() - 1].value;
        let called = |column: ColumnId| {
            let has = |item: &&FromItem| item.columns.iter().any(|own| own.output.column == column);
            let item = scope.items.iter().find(has)?;
            (!item.name.is_empty()).then(|| format!("`{}`", item.name))
        };
        let owner = |candidate: &Expr| candidate.as_column().and_then(|c| called(c).or_else(|| self.owner_of(c)));
        let owners: Vec<String> = candidates.iter().filter_map(owner).collect();
        let declared = candidates.iter().filter_map(Expr::as_column).all(|c| !self.inferred.contains(&c));
        if declared {
            let message =
                format!("`{name}` is a column of {}; which one is meant cannot be told.", owners.join(" and "));
            let help = owners
                .first()
                .map(|owner| format!("Say which one you mean, e.g. `{}.{name}`.", owner.trim_matches('`')));
            self.problem(ProblemKind::AmbiguousColumn, span, message, help);
        }
        self.partial("ambiguous column", format!("`{name}` may come from several relations"), span);
        nothing_known(name, candidates, span)
    }

    fn unknown(&mut self, parts: &[Ident], scope: &Scope, span: Span) -> Expr {
        let name = &parts[parts.len() - 1].value;
        let ident = &parts[parts.len() - 1];
        if parts.len() == 1 && ident.quote_style == Some('"') && self.dialect.flag("double_quoted_fallback") {
            return Expr::new(
                ExprKind::Literal(crate::algebra::Literal::String(name.clone())),
                Type::named("VARCHAR", Family::String),
                span,
            );
        }
        if parts.len() == 1 && ident.quote_style.is_none() && self.is_bare_function(name) {
            return self.bare_function(name, span);
        }
        let known: Vec<String> =
            scope.items.iter().flat_map(|item| &item.columns).map(|c| c.output.name.clone()).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let message = if let [qualifier, _] = parts {
            match scope.items.iter().find(|item| item.name == self.relation_key(qualifier)) {
                Some(_) => format!("`{}` has no column `{name}`.", qualifier.value),
                None => format!(
                    "No relation here is called `{}`, so `{}.{name}` means nothing.",
                    qualifier.value, qualifier.value
                ),
            }
        } else {
            format!("No relation here has a column `{name}`.")
        };
        let help = closest(name, known.iter().copied()).map(|near| format!("Did you mean `{near}`?"));
        self.problem(ProblemKind::UnknownColumn, span, message, help);
        self.partial("unknown column", name.clone(), span);
        nothing_known(name, Vec::new(), span)
    }

    fn owner_of(&self, column: ColumnId) -> Option<String> {
        let name = self.query.nodes.iter().find(|node| node.columns.contains(&column)).map(|node| &node.op)?;
        match name {
            crate::algebra::Op::Scan { input, .. } => Some(format!("`{}`", self.query.reads[*input].written)),
            _ => self
                .query
                .ctes
                .iter()
                .find(|cte| self.query.nodes[cte.relation.0 as usize].columns.contains(&column))
                .map(|cte| format!("`{}`", cte.name)),
        }
    }
}

impl FromItem {
    /// Is this relation meant by a qualifier such as `t`, `s.t` or `db.s.t`?
    pub(super) fn answers_to(&self, path: &[String]) -> bool {
        match path {
            [name] => self.name == *name,
            path => self.path.ends_with(path),
        }
    }
}

/// `base.a.b`: fields of a struct or keys of a semi-structured value.
pub(super) fn fields(base: Expr, path: &[Ident], span: Span) -> Expr {
    path.iter().fold(base, |base, field| field_of(base, &field.value, span))
}

pub(super) fn field_of(base: Expr, name: &str, span: Span) -> Expr {
    let ty = base.ty.field(name).cloned().unwrap_or_else(|| match base.ty.family {
        Family::Json => base.ty.clone(),
        _ => Type::unknown(),
    });
    Expr::new(ExprKind::Field { expr: Box::new(base), name: name.to_owned() }, ty, span)
}

pub(super) fn nothing_known(text: &str, args: Vec<Expr>, span: Span) -> Expr {
    Expr::new(ExprKind::Opaque { text: text.to_owned(), args }, Type::unknown(), span)
}

/// The first names of a list, for a message.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(8);
    if rest == 0 { quoted.join(", ") } else { format!("{} and {rest} more", quoted.join(", ")) }
}
