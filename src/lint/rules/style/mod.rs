//! The rules about how SQL is written: a page each, and who judges. By name.

mod alias;
mod batches;
mod case;
mod cases;
mod casting;
mod convention;
mod joins;
mod layout;
mod names;
mod nested_case;
mod order;
mod qualification;
mod quotes;
mod subquery;
mod terminator;
mod unused_alias;
mod words;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("alias-length"), Check::Sheet(alias::length)),
    (page!("blank-lines"), Check::Sheet(layout::trivia::blank_lines)),
    (page!("casting-style"), Check::Sheet(casting::check)),
    (page!("coalesce"), Check::Sheet(convention::coalesce)),
    (page!("column-alias-as"), Check::Sheet(alias::columns)),
    (page!("column-order"), Check::Sheet(order::columns)),
    (page!("commas"), Check::Sheet(layout::lines::commas)),
    (page!("consecutive-semicolons"), Check::Sheet(terminator::consecutive)),
    (page!("consistent-qualification"), Check::Sheet(qualification::check)),
    (page!("count-rows"), Check::Sheet(convention::count_rows)),
    (page!("cte-bracket"), Check::Sheet(layout::brackets::cte)),
    (page!("cte-newline"), Check::Sheet(layout::brackets::newline)),
    (page!("else-null"), Check::Sheet(cases::else_null)),
    (page!("empty-batch"), Check::Sheet(batches::go)),
    (page!("end-of-file"), Check::Sheet(layout::trivia::end)),
    (page!("equals-alias"), Check::Sheet(batches::equals)),
    (page!("forbidden-alias"), Check::Sheet(alias::forbidden)),
    (page!("function-case"), Check::Sheet(case::functions)),
    (page!("function-paren"), Check::Sheet(layout::brackets::function)),
    (page!("identifier-case"), Check::Sheet(case::identifiers)),
    (page!("indentation"), Check::Sheet(layout::indent::check)),
    (page!("join-condition-order"), Check::Sheet(order::join_conditions)),
    (page!("join-kind-explicit"), Check::Sheet(joins::kind)),
    (page!("keyword-case"), Check::Sheet(case::keywords)),
    (page!("keyword-identifier"), Check::Sheet(names::keywords)),
    (page!("keyword-newline"), Check::Sheet(layout::lines::keywords)),
    (page!("last-select-star"), Check::Sheet(terminator::last_star)),
    (page!("literal-case"), Check::Sheet(case::literals)),
    (page!("long-lines"), Check::Sheet(layout::long::check)),
    (page!("needless-quotes"), Check::Sheet(names::quotes)),
    (page!("nested-case"), Check::Sheet(nested_case::check)),
    (page!("not-equal"), Check::Sheet(convention::not_equal)),
    (page!("operators"), Check::Sheet(layout::lines::operators)),
    (page!("oracle-empty-batch"), Check::Sheet(batches::slash)),
    (page!("order-by-direction"), Check::Sheet(joins::order)),
    (page!("procedure-begin-end"), Check::Sheet(batches::procedure)),
    (page!("procedure-prefix"), Check::Sheet(batches::prefix)),
    (page!("quoted-literals"), Check::Sheet(quotes::check)),
    (page!("right-join"), Check::Sheet(joins::right)),
    (page!("select-modifiers"), Check::Sheet(layout::targets::modifiers)),
    (page!("select-targets"), Check::Sheet(layout::targets::check)),
    (page!("select-trailing-comma"), Check::Sheet(convention::trailing_comma)),
    (page!("self-alias"), Check::Sheet(alias::itself)),
    (page!("set-operators"), Check::Sheet(layout::lines::set_operators)),
    (page!("simple-case"), Check::Sheet(cases::simple)),
    (page!("spacing"), Check::Sheet(layout::spacing::check)),
    (page!("special-chars"), Check::Sheet(names::special)),
    (page!("start-of-file"), Check::Sheet(layout::trivia::start)),
    (page!("statement-brackets"), Check::Sheet(convention::statement_brackets)),
    (page!("subquery-in-from"), Check::Sheet(subquery::check)),
    (page!("table-alias-as"), Check::Sheet(alias::tables)),
    (page!("terminator"), Check::Sheet(terminator::check)),
    (page!("type-case"), Check::Sheet(case::types)),
    (page!("unused-alias"), Check::Sheet(unused_alias::check)),
];
