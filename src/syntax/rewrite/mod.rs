//! Tokens of a statement in, tokens that sqlparser reads as the same meaning out, each with its place in the text.
//!
//! Two lists of rewrites. Those `always` made stop the parser from quietly reading something else (a join's word as an
//! alias, a literal's type as an alias). Those of `second_try` are only made for a statement that was not read without
//! them, so they can do no harm to one that was. A dialect's `[rewrites]` says which it takes part in.
//!
//! # How constructs without a node are carried
//!
//! | SQL | read as |
//! |---|---|
//! | `PIVOT t ON y USING sum(p) GROUP BY g` | `SELECT * FROM t PIVOT (sum(p) FOR y IN (ANY)) GROUP BY g`: the one item is a bare star, and GROUP BY belongs to the pivot |
//! | `PIVOT t ON y IN (1, 2) ..` | the same with `FOR y IN (1, 2)` |
//! | `PIVOT t ON y, z ..` | the same with `FOR (y, z) IN (ANY)` |
//! | `FROM t PIVOT (sum(p) FOR y IN (1) GROUP BY g) x` | `FROM (SELECT * FROM t PIVOT (sum(p) FOR y IN (1)) GROUP BY g) x` |
//! | `UNPIVOT t ON a, b INTO NAME n VALUE v` | `SELECT * FROM t UNPIVOT (v FOR n IN (a, b))`; `* EXCLUDE (a)` is `COLUMNS(* EXCLUDE (a))` |
//! | `a ASOF JOIN b ON c`, `a ASOF LEFT JOIN b` | `JoinOperator::AsOf` whose `match_condition` is the string `'asof'`, `'asof left'`, `'asof right'`, `'asof full'`, `'asof semi'` or `'asof anti'`; the inequality stays in the constraint |
//! | `a POSITIONAL JOIN b`, `PASTE JOIN` | `JoinOperator::AsOf` whose `match_condition` is the string `'positional'` |
//! | `[e FOR x IN l IF c]` | `list_transform(list_filter(l, x -> c), x -> e)` |
//! | `* LIKE 'a%'` | `COLUMNS(c -> c LIKE 'a%')` |
//! | `SELECT a: e` | `e AS a` |
//! | `#1` | the quoted name `#1` |
//! | `ARRAY JOIN a AS x, b AS y` | `ARRAY JOIN UNNEST(a) AS x ARRAY JOIN UNNEST(b) AS y` |
//! | `WITH 1 AS x SELECT x` (ClickHouse) | `SELECT (1)`: the value stands where the name stood |
//! | `INSERT INTO t BY NAME SELECT ..` | an INSERT whose only column is the quoted name `by name` |
//! | `CREATE .. VIEW v <storage clauses> AS q` | the same without the clauses; a table's columns without types have the type `untyped` |
//! | `f(TABLE d.t)`, `ML.PREDICT(MODEL m, ..)` | `f((SELECT * FROM d.t))`, the string `'m'` |
//! | `a LEFT UNION ALL BY NAME b` | `a UNION ALL BY NAME SELECT * FROM (b) AS "by name left"`, and so `"by name inner"`, `"by name" (a, b)` |
//! | `t FOR VERSION AS OF 1 AS a`, `t@v1` | `(SELECT * FROM t TABLESAMPLE ('VERSION AS OF 1')) AS a` |
//! | `t MATCH_RECOGNIZE (..)` that the parser cannot read | `TABLE(match_recognize((SELECT * FROM t), '..'))` |
//! | `SELECT TRANSFORM (a) USING 'p' AS (b) FROM t` | `SELECT b FROM t LATERAL VIEW transform_using('p', a) AS b` |
//! | `PIVOT (min(a) / 2 FOR ..)` | `PIVOT (pivot_value(min(a) / 2) FOR ..)` |
//! | `WITH FUNCTION f(x INT) .. SELECT f(1)` | a call of the name `f inline` with the definition as last argument |
//! | `CAST(a AS ROW(b INT))` | a type whose one modifier is the string `'b INT'`, which prints without its quotes |
//! | pipes: `DISTINCT`, `SELECT DISTINCT` | `CALL distinct_rows()` behind |
//! | pipes: `GROUP AND ORDER BY a` | `GROUP BY a ASC`: what has a direction is sorted by |
//! | `${name}` | part of a name where a name stands, else the placeholder `${name}` |
//! | `CREATE MODEL m TRANSFORM (e AS a) .. AS q` | `CREATE TABLE m AS SELECT e AS a FROM (q)` |
//! | `max(a) KEEP (DENSE_RANK FIRST ORDER BY b)` | `max(a, 'dense_rank first') WITHIN GROUP (ORDER BY b)`; `f(ORDER BY b)` likewise |
//! | `JSON_OBJECT(KEY k VALUE v NULL ON NULL)`, `CHAR(1 USING c)`, `PARSE(a AS t)` | plain arguments; each word that decides the value is a string among them |
//! | `XMLELEMENT(NAME x, XMLATTRIBUTES(a AS b))` | `XMLELEMENT('x', XMLATTRIBUTES(a, 'b'))` |
//! | `t AS OF SCN x`, `t FOR SYSTEM_TIME ALL`, `t PARTITION (p)`, `t FINAL`, `a ANY JOIN b`, `ONLY t` | `t FOR SYSTEM_TIME AS OF as_of(x, 'scn')`, `versions('all')`, `part('partition (p)')`, `part('final')`: see `moments` and `parts` |
//! | `a (FORMAT 'x')`, `a (CASESPECIFIC)`, `CAST(a AS CHAR CHARACTER SET c)` | `a COLLATE "format 'x'"` and so on: an attribute stays with its value |
//! | `ROWS .. EXCLUDE TIES` | `PARTITION BY 'exclude ties' .. ROWS ..` |
//! | `a IS [NOT] EMPTY`, `a MULTISET UNION b`, `a SOUNDS LIKE b`, `a ** b` | `BinaryOperator::Custom` of that name |
//! | `f(*COLUMNS(c))` | `f(unpack_columns(c))` |
//! | `* APPLY(f) APPLY(x -> g(x))` | `g(f(COLUMNS(*)))` |
//! | `OPENXML(..) WITH (a INT 'p') x`, `(SUMMARIZE t)`, `SELECT NORMALIZE ..` | table functions whose alias lists their columns |
//! | `ROWS FROM (f(1), g(2))` | functions joined by position |
//! | `(f(a)).*` | `f.*` of `LATERAL f(a) AS f` |
//! | `c AS (q) SEARCH .. SET o` | `c AS (q), c AS (SELECT *, search_order('..') AS o FROM c)` |
//! | `INSERT ALL INTO t .. INTO u .. SELECT ..` | a block of one INSERT for each target |
//! | `FROM t INSERT INTO a SELECT x INSERT INTO b SELECT y` | the same, each with `FROM t` |
//! | `INSERT INTO t (WITH .. SELECT ..)` | without the brackets |
//! | hints, locks, formats of output, access paths | dropped: they change neither rows nor columns |

#![expect(clippy::ptr_arg, reason = "each rewrite has the one signature that the tables hold")]

mod arguments;
mod attributes;
mod calls;
mod clauses;
mod creates;
mod grouping;
mod headers;
mod heads;
mod inline_functions;
mod inserts;
mod joins;
mod lists;
mod literals;
mod matching;
mod members;
mod moments;
mod names;
mod parts;
mod pipes;
mod pivot;
mod placeholders;
mod relations;
mod rows;
mod rowsets;
mod set_operations;
mod signs;
mod spell;
mod spelled_types;
mod stars;
mod strings;
#[cfg(test)]
mod tests_databases;
#[cfg(test)]
mod tests_warehouses;
mod tree;
mod values;
mod versions;

use std::collections::BTreeMap;

use sqlparser::tokenizer::Token;

use super::lex::Piece;
use crate::dialect::Dialect;
use tree::Node;

/// Changes one level of brackets; those inside it are done before.
type Rewrite = fn(&mut Vec<Node>);

/// What a statement must hold for a rewrite to find anything: most hold nothing of the kind, and stay as they are.
#[derive(Clone, Copy)]
enum When {
    /// One of these words.
    Word(&'static [&'static str]),
    /// Two tokens like these, one after the other.
    Pair(fn(&Piece, &Piece) -> bool),
    /// Something that takes a look at all of it.
    Statement(fn(&[Piece]) -> bool),
}

const ALWAYS: &[(&str, When, Rewrite)] = &[
    ("materialized", When::Word(&["materialized"]), clauses::materialized),
    ("any_join", When::Word(&["any"]), parts::any_join),
    ("join_strictness", When::Pair(joins::is_strictness), joins::strictness),
    ("positional_join", When::Word(&["asof", "positional", "paste"]), joins::without_match_condition),
    ("final", When::Word(&["final"]), parts::final_word),
    ("array_join", When::Word(&["array"]), joins::array_join),
    ("word_operators", When::Word(values::OPERATORS), values::word_operators),
    ("adjacent_strings", When::Pair(values::are_strings), values::adjacent_strings),
    ("raw_strings", When::Word(&["r"]), values::raw_strings),
    ("tuple_elements", When::Pair(values::is_element), values::tuple_elements),
    ("prefix_alias", When::Pair(lists::is_alias), lists::prefix_alias),
    ("with_values", When::Statement(relations::names_values), relations::with_values),
    ("client_variables", When::Pair(names::is_variable), names::client_variables),
    ("relation_arguments", When::Pair(arguments::is_relation), arguments::relation_arguments),
    ("hex_strings", When::Pair(literals::is_hex), literals::hex_strings),
    ("identifier_calls", When::Pair(names::is_identifier_call), names::identifier_calls),
    ("paths_of_keywords", When::Pair(names::is_path), names::paths_of_keywords),
    ("quoted_paths", When::Pair(names::is_quoted_path), names::quoted_paths),
    ("number_suffixes", When::Pair(literals::is_suffixed), literals::suffixed_numbers),
    ("number_suffixes", When::Pair(literals::is_typed), literals::typed_strings),
    ("streams", When::Word(&["stream"]), names::streams),
    ("spelled_types", When::Pair(spelled_types::holds_types), spelled_types::spelled_types),
    ("pipes", When::Pair(pipes::is_distinct), pipes::distinct_pipes),
    ("nth_value_from", When::Word(&["nth_value"]), arguments::nth_value_from),
    ("xml_names", When::Word(calls::XML), calls::xml),
    ("prior", When::Word(&["prior"]), signs::prior),
    ("table_functions", When::Word(rowsets::OF_TABLES), rowsets::table_arguments),
    ("continued_strings", When::Pair(strings::is_continued), strings::continued),
    ("unicode_literals", When::Word(&["u", "uescape"]), strings::unicode),
    ("value_attributes", When::Pair(attributes::is_attribute), attributes::behind_values),
    ("only", When::Word(&["only"]), parts::only),
    ("written_rows", When::Word(&["delete", "update"]), parts::written_rows),
    ("bare_hints", When::Pair(parts::is_hint), parts::bare_hints),
    ("described", When::Word(&["summarize", "describe"]), parts::described),
    ("into_variables", When::Word(&["into"]), heads::into_variables),
    ("interval_columns", When::Pair(placeholders::is_interval_of), placeholders::interval_columns),
    ("branch_clauses", When::Word(&["union", "except", "intersect"]), members::own_clauses),
];

const SECOND_TRY: &[(&str, Rewrite)] = &[
    ("table_statement", parts::table_statement),
    ("query_sample", parts::query_sample),
    ("limit_by", parts::limit_by),
    ("limit_by", parts::limit_with_ties),
    ("ranges", parts::ranges),
    ("aliases_like_versions", parts::aliases_like_versions),
    ("short_words", heads::short_words),
    ("locking", heads::locking),
    ("insert_all", heads::insert_all),
    ("multi_insert", inserts::multi_insert),
    ("insert_top", heads::insert_top),
    ("unique", heads::unique),
    ("top", heads::top),
    ("compound_assignments", heads::compound_assignments),
    ("oracle_tails", heads::oracle_tails),
    ("siblings", heads::siblings),
    ("merge_heads", heads::merge),
    ("normalize", heads::normalize),
    ("signs_apart", signs::apart),
    ("comparison_words", signs::comparison_words),
    ("is_value", signs::is_value),
    ("interval_kinds", signs::interval_kinds),
    ("custom_signs", signs::custom),
    ("power_stars", signs::stars),
    ("json_subcolumns", signs::json_paths),
    ("json_unique", signs::json_unique),
    ("keep", calls::keep),
    ("from_last", calls::from_last),
    ("json_words", calls::json),
    ("call_words", calls::overflow),
    ("call_words", calls::using),
    ("call_words", calls::substring),
    ("call_words", calls::trim),
    ("call_words", calls::conversion_default),
    ("call_words", calls::parse),
    ("ordered_calls", calls::ordered),
    ("unpacked_columns", calls::unpacked),
    ("moments_carried", moments::carried),
    ("alias_before_relation", moments::alias_before),
    ("access_paths", moments::access_paths),
    ("rows_from", moments::rows_from),
    ("row_functions", rowsets::open_rowset),
    ("row_functions", rowsets::columns_behind),
    ("row_functions", rowsets::predict),
    ("row_functions", rowsets::deleted_rows),
    ("row_functions", rowsets::leading_dots),
    ("json_tables", rowsets::json_table),
    ("json_tables", rowsets::xml_namespaces),
    ("composite_calls", rowsets::composite_calls),
    ("function_columns", rowsets::function_columns),
    ("bracketed_lists", rowsets::bracketed_lists),
    ("symmetric", placeholders::symmetric),
    ("star_apply", stars::apply),
    ("star_short_forms", stars::like_signs),
    ("star_short_forms", stars::replace_after_exclude),
    ("from_first", stars::from_first),
    ("limit_percent", stars::limit_percent),
    ("open_lists", stars::open_lists),
    ("escaped_strings", strings::escaped),
    ("last_branch_clauses", members::own_clauses),
    ("inner_aliases", members::inner_aliases),
    ("names_like_keywords", placeholders::keyword_names),
    ("substitutions", placeholders::substitutions),
    ("driver_values", placeholders::driver_values),
    ("identifier_parameters", placeholders::identifier_parameters),
    ("previous_value", placeholders::previous_value),
    ("interval_values", placeholders::interval_values),
    ("fetch_values", placeholders::fetch_values),
    ("type_attributes", attributes::in_casts),
    ("type_attributes", attributes::intervals_and_zones),
    ("type_attributes", attributes::queries_as_values),
    ("clickhouse_types", attributes::argued_types),
    ("unpivot_lists", attributes::unpivot_lists),
    ("xml_options", attributes::xml_options),
    ("digit_names", placeholders::digit_names),
    ("hex_numbers", placeholders::hex_numbers),
    ("cte_without_as", placeholders::cte_without_as),
    ("inline_functions", inline_functions::inline_functions),
    ("keyword_names", names::keyword_names),
    ("names_from_digits", names::names_from_digits),
    ("wildcard_tables", names::wildcard_tables),
    ("methods_of_models", names::methods_of_models),
    ("cast_tails", spelled_types::cast_tails),
    ("local_time_zone", spelled_types::local_time_zone),
    ("interval_sums", literals::interval_sums),
    ("interval_sums", literals::bare_intervals),
    ("values_relations", rows::values_relations),
    ("values_relations", rows::columns_without_relation),
    ("qualified_except", rows::qualified_except),
    ("bare_exclude", rows::bare_exclude),
    ("inline_aliases", rows::inline_aliases),
    ("insert_forms", inserts::insert_forms),
    ("bracketed_with", inserts::bracketed_with),
    ("merge_remove_duplicates", inserts::merge_remove_duplicates),
    ("create_forms", creates::define),
    ("create_forms", creates::snapshots),
    ("create_forms", creates::using_template),
    ("create_forms", creates::queries_without_as),
    ("create_forms", creates::created_columns),
    ("create_forms", creates::pipes_of_files),
    ("create_forms", creates::models),
    ("json_arguments", arguments::json_arguments),
    ("argument_forms", arguments::from_inside_calls),
    ("argument_forms", arguments::empty_arguments),
    ("argument_forms", arguments::calls_of_keywords),
    ("argument_forms", arguments::aliased_stars),
    ("object_stars", arguments::object_stars),
    ("hive_forms", arguments::window_words),
    ("hive_forms", arguments::iregexp),
    ("hive_forms", arguments::transform_using),
    ("clause_words", grouping::quantified_groups),
    ("clause_words", grouping::cross_joins),
    ("clause_words", grouping::semantic_aliases),
    ("match_recognize", matching::match_recognize),
    ("pivot_forms", matching::pivoted_brackets),
    ("pivot_forms", matching::pivot_forms),
    ("pivot_forms", matching::sampled_pivots),
    ("pipes", pipes::named_queries),
    ("pipes", pipes::rare_pipes),
    ("at_versions", versions::at_versions),
    ("moments_as_samples", versions::moments_as_samples),
    ("set_operations", set_operations::by_name),
    ("pivot_statement", pivot::statement),
    ("pivot_statement", pivot::several_columns),
    ("pivot_statement", pivot::group_by_inside),
    ("comprehension", lists::comprehension),
    ("star_short_forms", lists::star_like),
    ("star_short_forms", lists::star_without_brackets),
    ("star_short_forms", values::power),
    ("star_short_forms", values::positions),
    ("filter_without_where", lists::filter_without_where),
    ("headers", headers::create),
    ("tails", clauses::insert),
    ("tails", clauses::tails),
    ("tails", clauses::frame_exclude),
    ("tails", clauses::search_and_cycle),
    ("tails", clauses::marks),
    ("sample", clauses::sample),
    ("distribution", clauses::distribution),
    ("moments", clauses::moments),
    ("option_tail", clauses::option_tail),
    ("join_hints", joins::hints),
    ("bare_using", joins::bare_using),
    ("bare_rows", lists::bare_rows),
    ("types", values::types),
    ("bare_types", values::bare_types),
    ("composite_stars", values::composite_stars),
    ("group_by_order", clauses::group_by_order),
    ("json_clauses", values::json_clauses),
    ("try_cast", spelled_types::try_casts),
    ("table_arguments", values::table_arguments),
    ("next_value", values::next_value),
    ("intervals", values::intervals),
    ("offset_paths", relations::offset_paths),
    ("dashed_names", relations::dashed_names),
    ("keyword_calls", values::keyword_calls),
    ("keyword_calls", lists::lone_keywords),
    ("merge_shorthands", clauses::merge_shorthands),
    ("unpivot_aliases", relations::unpivot_aliases),
    ("alias_named_at", relations::alias_named_at),
    ("unnamed_columns", relations::unnamed_columns),
    ("view_clauses", placeholders::view_clauses),
];

/// Which rewrites a dialect takes part in.
pub(super) struct Rewrites {
    always: Vec<(When, Rewrite)>,
    /// Which of them each word calls for, as bits; sorted by the word.
    words: Vec<(&'static str, u64)>,
    second_try: Vec<Rewrite>,
}

impl Rewrites {
    pub(super) fn new(dialect: &Dialect) -> Self {
        let always = ALWAYS.iter().filter(|(name, ..)| dialect.flag(name)).map(|(_, when, run)| (*when, *run));
        let always: Vec<(When, Rewrite)> = always.collect();
        assert!(always.len() <= 64, "each rewrite that is always made has a bit of its own");
        let mut words: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (at, (when, _)) in always.iter().enumerate() {
            if let When::Word(list) = when {
                list.iter().for_each(|word| *words.entry(word).or_default() |= 1 << at);
            }
        }
        let second_try = SECOND_TRY.iter().filter(|(name, _)| dialect.flag(name)).map(|(_, run)| *run);
        Rewrites { always, words: words.into_iter().collect(), second_try: second_try.collect() }
    }

    pub(super) fn first(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        let wanted: Vec<Rewrite> = self.wanted(&pieces).collect();
        if wanted.is_empty() { pieces } else { rewritten(pieces, &wanted) }
    }

    pub(super) fn second(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        let wanted: Vec<Rewrite> = self.wanted(&pieces).chain(self.second_try.iter().copied()).collect();
        rewritten(pieces, &wanted)
    }

    /// The rewrites that are always made, and find something here.
    fn wanted(&self, pieces: &[Piece]) -> impl Iterator<Item = Rewrite> {
        let called = pieces.iter().fold(0u64, |called, piece| called | self.called_by(piece));
        let pairs: Vec<usize> = (1..pieces.len()).map(|at| at - 1).filter(|at| is_telling(pieces, *at)).collect();
        let holds = move |at: usize, when: &When| match when {
            When::Word(_) => called & (1 << at) != 0,
            When::Pair(fits) => pairs.iter().any(|at| fits(&pieces[*at], &pieces[*at + 1])),
            When::Statement(fits) => fits(pieces),
        };
        self.always.iter().enumerate().filter(move |(at, (when, _))| holds(*at, when)).map(|(_, (_, run))| *run)
    }

    fn called_by(&self, piece: &Piece) -> u64 {
        let Token::Word(word) = &piece.token else { return 0 };
        if word.quote_style.is_some() {
            return 0;
        }
        let order =
            |known: &(&'static str, u64)| known.0.bytes().cmp(word.value.bytes().map(|byte| byte.to_ascii_lowercase()));
        self.words.binary_search_by(order).map_or(0, |at| self.words[at].1)
    }
}

/// May a rewrite look for the pair of tokens at `at`? Literals and commas, of which long lists are made, tell nothing.
fn is_telling(pieces: &[Piece], at: usize) -> bool {
    let is_comma = |at: usize| matches!(pieces[at].token, Token::Comma);
    let is_dull = |at: usize| {
        matches!(
            pieces[at].token,
            Token::Comma | Token::LParen | Token::RParen | Token::SingleQuotedString(_) | Token::Number(..)
        )
    };
    !(is_comma(at) && is_dull(at + 1) || is_comma(at + 1) && is_dull(at))
}

fn rewritten(pieces: Vec<Piece>, rewrites: &[Rewrite]) -> Vec<Piece> {
    let mut flat = Vec::with_capacity(pieces.len());
    let mut nodes = tree::grow(pieces);
    apply(&mut nodes, rewrites);
    tree::flatten(nodes, &mut flat);
    flat
}

fn apply(level: &mut Vec<Node>, rewrites: &[Rewrite]) {
    for node in level.iter_mut() {
        if let Node::Group(group) = node {
            apply(&mut group.inner, rewrites);
        }
    }
    rewrites.iter().for_each(|rewrite| rewrite(level));
}
