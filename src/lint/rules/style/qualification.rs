//! Columns of a SELECT over one table: all with the table's name before them, or none.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Relation, Script, Select};
use crate::lint::sheet::Sheet;
use crate::text::Span;

use super::unused_alias::unquoted;

/// One column, by its first and last token.
#[derive(Clone, Copy)]
struct Column {
    first: usize,
    last: usize,
    qualified: bool,
    templated: bool,
}

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let dialect = sheet.dialect();
    let structs = dialect.flag("fields_like_columns");
    if structs && !sheet.options().flag("force_enable") {
        return;
    }
    let selects = script.selects();
    for select in &selects {
        let Some(from) = select.from else { continue };
        let relations = script.relations(from);
        let [relation] = relations.as_slice() else { continue };
        let Some(table) = table_name(script, relation) else { continue };
        let mut columns = columns(script, select, &selects);
        if structs {
            let is_table = |column: &Column| plain(script, column.first) == table;
            columns.iter_mut().for_each(|column| column.qualified &= is_table(column));
        }
        let names = aliases(script, select, relation);
        columns.retain(|column| {
            let word = script.word(column.first);
            column.qualified || !(plain(script, column.first) == table || names.iter().any(|name| name == word))
        });
        let templated = script.tokens_of(relation.source).any(|at| script.tokens[at].kind.is_jinja());
        let fixable = !sees_more(script, select, &selects) && (!templated || relation.name.is_some());
        judge(sheet, &columns, &table, fixable, raised);
    }
}

fn judge(sheet: &Sheet<'_>, columns: &[Column], table: &str, fixable: bool, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    let Some(first) = columns.first() else { return };
    let wanted = sheet.options().word("single_table_references");
    let mixed = columns.iter().any(|column| column.qualified != first.qualified);
    let qualified = match wanted {
        "qualified" => true,
        "unqualified" => false,
        _ if mixed => true,
        _ => return,
    };
    let consistent = !matches!(wanted, "qualified" | "unqualified");
    let mut found = 0;
    for column in columns.iter().filter(|column| column.qualified != qualified) {
        let span = script.span(column.first, column.last);
        let name = &script.text[span.range()];
        if !qualified && !fixable {
            continue;
        }
        found += 1;
        let message = if qualified {
            format!("`{name}` has no table before it, which other columns here have.")
        } else {
            format!("`{name}` has its table before it, though there is only one.")
        };
        let edit = if qualified {
            sheet.edit(Span::at(span.start as usize), format!("{table}."))
        } else {
            let end = script.tokens[column.first + 2].span.start;
            sheet.edit(Span { start: span.start, end }, "")
        };
        let finding = sheet.raise(span, message);
        raised.push(if fixable && !column.templated { finding.safe_fix(vec![edit]) } else { finding });
    }
    if consistent && mixed && found == 0 {
        let span = script.span(first.first, first.last);
        raised.push(sheet.raise(span, "Some columns here have their table before them and some do not."));
    }
}

/// What stands before a qualified column: the alias, or the last part of the table's name.
fn table_name(script: &Script<'_>, relation: &Relation) -> Option<String> {
    if let Some(name) = relation.name {
        return Some(plain(script, name));
    }
    match script.node_kind(relation.source) {
        "name" | "double_quoted" | "backtick_quoted" | "bracket_quoted" | "temporary_name" | "jinja_expression" => {
            let last = script.tokens_of(relation.source).next_back()?;
            Some(plain(script, last)).filter(|name| !name.starts_with('@'))
        }
        _ => None,
    }
}

fn plain(script: &Script<'_>, token: usize) -> String {
    script.word(token).to_owned()
}

/// Names that are no columns here: of the SELECT itself, of a function's rows, of lambdas.
fn aliases(script: &Script<'_>, select: &Select, relation: &Relation) -> Vec<String> {
    let mut names = Vec::new();
    for at in script.tokens_of(select.clause) {
        let parent = script.nodes[script.tokens[at].node].parent;
        if script.node_kind(parent) == "alias" && !script.is(at, "as") {
            names.push(script.word(at).to_owned());
        }
        if script.word(at) == "->" {
            let before = script.tokens[at - 1];
            let open = before.pair.filter(|_| before.kind == Kind::Close).unwrap_or(at - 1);
            names.extend((open..at).map(|at| script.word(at).to_owned()));
        }
    }
    if script.node_kind(relation.source) == "call" {
        names.extend(relation.name.map(|name| unquoted_or(script.word(name))));
        names.extend(relation.name.map(|name| script.word(name).to_owned()));
    }
    names
}

fn unquoted_or(word: &str) -> String {
    if word.starts_with(['"', '`', '[']) { unquoted(word) } else { word.to_owned() }
}

/// The columns that a SELECT speaks of, subqueries and FROM aside.
fn columns(script: &Script<'_>, select: &Select, selects: &[Select]) -> Vec<Column> {
    let inner: Vec<&Select> = selects
        .iter()
        .filter(|other| other.clause != select.clause && select.tokens.contains(&other.tokens.start))
        .collect();
    let from = select.from.map_or(0..0, |from| script.tokens_of(from));
    let names = aliases_of_lambdas(script, select);
    let mut columns = Vec::new();
    let mut at = select.tokens.start;
    while at < select.tokens.end {
        let skipped = from.contains(&at) || inner.iter().any(|other| other.tokens.contains(&at));
        let first = at;
        at += 1;
        let kind = script.tokens[first].kind;
        let starts = matches!(kind, Kind::Name | Kind::Quoted | Kind::Expression);
        if skipped || !starts || first > 0 && matches!(script.tokens[first - 1].kind, Kind::Dot | Kind::Colon) {
            continue;
        }
        let mut last = first;
        while script.kind(last + 1) == Some(Kind::Dot) && last + 2 < script.tokens.len() {
            last += 2;
        }
        at = last + 1;
        let lambda = names.iter().any(|name| name == script.word(first));
        if lambda || kind == Kind::Expression && first == last || !is_column(script, first, last) {
            continue;
        }
        let templated = (first..=last).any(|at| script.tokens[at].kind.is_jinja());
        columns.push(Column { first, last, qualified: last > first, templated });
    }
    columns
}

fn aliases_of_lambdas(script: &Script<'_>, select: &Select) -> Vec<String> {
    let arrows = select.tokens.clone().filter(|at| script.word(*at) == "->");
    let names = arrows.flat_map(|at| {
        let before = script.tokens[at - 1];
        let open = before.pair.filter(|_| before.kind == Kind::Close).unwrap_or(at - 1);
        let starts = open > 0 && matches!(script.tokens[open - 1].kind, Kind::Open | Kind::Comma);
        if starts { open..at } else { at..at }
    });
    names.map(|at| script.word(at).to_owned()).collect()
}

fn is_column(script: &Script<'_>, first: usize, last: usize) -> bool {
    let node = script.tokens[first].node;
    let parent = script.nodes[node].parent;
    let in_alias = script.up(node, &["alias", "type", "column_list", "window_clause", "over_clause"]);
    let in_alias = in_alias.is_some_and(|up| matches!(script.node_kind(up), "alias" | "type" | "column_list"));
    let is_call = script.kind(last) == Some(Kind::Function);
    let is_named_argument = matches!(script.word(last + 1), "=>" | ":=");
    let is_star = script.kind(last) == Some(Kind::Star) && first == last;
    let behind_collate = first > 0 && script.is(first - 1, "collate");
    let is_window = script.node_kind(parent) == "over_clause";
    let is_unit = first == last
        && first > 1
        && script.tokens[first - 1].kind == Kind::Open
        && script.word(first - 2).to_ascii_lowercase().starts_with("date")
        && script.tokens[first - 2].kind == Kind::Function;
    !in_alias && !is_call && !is_named_argument && !is_star && !behind_collate && !is_window && !is_unit
}

/// Is it a subquery that sees the tables of the query around it?
fn sees_more(script: &Script<'_>, select: &Select, selects: &[Select]) -> bool {
    let around =
        selects.iter().filter(|outer| outer.clause != select.clause && outer.tokens.contains(&select.tokens.start));
    let Some(outer) = around.max_by_key(|outer| outer.tokens.start) else { return false };
    let Some(from) = outer.from else { return false };
    // A CTE, or a query in FROM, stands alone.
    let holder = script.up(
        script.nodes[select.clause].parent,
        &["relation", "cte", "select_clause", "where_clause", "having_clause", "on_clause", "qualify_clause"],
    );
    let stands_alone = holder.is_some_and(|up| matches!(script.node_kind(up), "relation" | "cte"));
    !stands_alone && !script.relations(from).is_empty()
}
