//! A stock sqlparser dialect in, the same dialect out with the answers that our own facts overrule.
//!
//! Every method of sqlparser's `Dialect` is passed on to the stock one, except `get_next_precedence_default`, which must
//! run with this dialect as `self` to see our hooks. A test counts the yes-or-no questions, so that a new version of
//! sqlparser with more of them is noticed.

use std::any::TypeId;
use std::cell::Cell;
use std::iter::Peekable;
use std::str::Chars;

use sqlparser::ast::{ColumnOption, Expr, GranteesType, Ident, ObjectNamePart, Statement};
use sqlparser::dialect::{
    AnsiDialect, BigQueryDialect, ClickHouseDialect, DatabricksDialect, Dialect, DuckDbDialect, GenericDialect,
    HiveDialect, MsSqlDialect, MySqlDialect, OracleDialect, PostgreSqlDialect, Precedence, RedshiftSqlDialect,
    SQLiteDialect, SnowflakeDialect, SparkSqlDialect, TeradataDialect,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use super::hooks::{self, Hooks, Strength};
use super::parsed::byte;
use crate::dialect::Dialect as Facts;

/// A stock dialect and what is overruled of it.
#[derive(Debug)]
pub(super) struct Wrapper {
    base: Box<dyn Dialect>,
    answers: [Option<bool>; QUESTIONS.len()],
    hooks: Hooks,
    /// The furthest byte at which the parser, perhaps in a try that it gave up, looked for an expression or operator.
    furthest: Cell<u32>,
    /// `a[b]` takes an element, and is no name in brackets.
    subscripts: bool,
}

impl Wrapper {
    pub(super) fn new(facts: &Facts) -> Self {
        let mut answers = [None; QUESTIONS.len()];
        for (flag, answer) in &facts.flags {
            if let Ok(at) = QUESTIONS.binary_search(&flag.as_str()) {
                answers[at] = Some(*answer);
            }
        }
        let subscripts = facts.flag("bracket_subscripts");
        let furthest = Cell::new(0);
        Wrapper { base: stock(&facts.parser), answers, hooks: Hooks::new(facts), furthest, subscripts }
    }

    /// The furthest byte at which the parser looked for something since this was last asked.
    pub(super) fn take_furthest(&self) -> usize {
        self.furthest.take() as usize
    }

    fn looked(&self, parser: &Parser) {
        let at = u32::try_from(byte(parser.peek_token_ref().span.start)).unwrap_or_default();
        self.furthest.set(self.furthest.get().max(at));
    }
}

fn stock(name: &str) -> Box<dyn Dialect> {
    match name {
        "ansi" => Box::new(AnsiDialect {}),
        "bigquery" => Box::new(BigQueryDialect),
        "clickhouse" => Box::new(ClickHouseDialect {}),
        "databricks" => Box::new(DatabricksDialect),
        "duckdb" => Box::new(DuckDbDialect),
        "hive" => Box::new(HiveDialect {}),
        "mssql" => Box::new(MsSqlDialect {}),
        "mysql" => Box::new(MySqlDialect {}),
        "oracle" => Box::new(OracleDialect),
        "postgres" => Box::new(PostgreSqlDialect {}),
        "redshift" => Box::new(RedshiftSqlDialect {}),
        "snowflake" => Box::new(SnowflakeDialect),
        "spark" => Box::new(SparkSqlDialect),
        "sqlite" => Box::new(SQLiteDialect {}),
        "teradata" => Box::new(TeradataDialect),
        _ => Box::new(GenericDialect),
    }
}

/// Makes the sorted list of questions, and for each the answer: ours, else the stock dialect's.
macro_rules! questions {
    ($($question:ident)*) => {
        const QUESTIONS: &[&str] = &[$(stringify!($question)),*];

        #[expect(non_camel_case_types, reason = "the variants are sqlparser's method names")]
        #[derive(Clone, Copy)]
        enum Question { $($question),* }

        /// The questions as methods, inside the trait's `impl`.
        macro_rules! answers {
            () => {
                $(fn $question(&self) -> bool {
                    self.answers[Question::$question as usize].unwrap_or_else(|| self.base.$question())
                })*
            };
        }
    };
}

questions! {
    allow_extract_custom allow_extract_single_quotes convert_type_before_value describe_requires_table_keyword
    ignores_wildcard_escapes require_interval_qualifier requires_single_line_comment_whitespace
    support_map_literal_syntax supports_aliased_function_args supports_alter_column_type_using
    supports_alter_user_as_alter_role supports_array_join_syntax supports_array_typedef_with_brackets
    supports_array_typedef_without_element_type supports_asc_desc_in_column_definition supports_bang_not_operator
    supports_binary_kw_as_cast supports_bitwise_shift_operators supports_boolean_literals
    supports_column_definition_trailing_commas supports_comma_separated_drop_column_list
    supports_comma_separated_set_assignments supports_comma_separated_trim supports_comment_on
    supports_comment_optimizer_hint supports_connect_by supports_constraint_keyword_without_name
    supports_create_index_with_clause supports_create_table_like_parenthesized
    supports_create_table_multi_schema_info_sources supports_create_table_select supports_create_table_using
    supports_create_view_comment_syntax supports_cross_join_constraint supports_cte_without_as
    supports_data_type_signed_suffix supports_detach supports_dictionary_syntax supports_dollar_as_money_prefix
    supports_dollar_placeholder supports_double_ampersand_operator supports_empty_projections
    supports_end_transaction_modifier supports_eq_alias_assignment supports_exclude_constraint
    supports_execute_immediate supports_explain_with_utility_options supports_extract_comma_syntax
    supports_factorial_operator supports_filter_during_aggregation supports_from_first_insert
    supports_from_first_select supports_from_trailing_commas supports_geometric_types supports_group_by_expr
    supports_group_by_with_modifier supports_in_empty_list supports_in_unparenthesized_expr
    supports_insert_format supports_insert_set supports_insert_table_alias supports_insert_table_function
    supports_insert_table_query supports_install supports_interpolate supports_interval_options
    supports_key_column_option supports_lambda_functions supports_leading_comma_before_table_options
    supports_left_associative_joins_without_parens supports_limit_by supports_limit_comma supports_listen_notify
    supports_load_data supports_load_extension supports_long_type_as_bigint
    supports_map_literal_with_angle_brackets supports_match_against supports_match_recognize
    supports_multiline_comment_hints supports_named_fn_args_with_assignment_operator
    supports_named_fn_args_with_colon_operator supports_named_fn_args_with_eq_operator
    supports_named_fn_args_with_expr_name supports_named_fn_args_with_rarrow_operator supports_nested_comments
    supports_notnull_operator supports_numeric_literal_underscores supports_numeric_prefix
    supports_object_name_double_dot_notation supports_optimize_table supports_order_by_all
    supports_order_by_using_operator supports_outer_join_operator supports_parens_around_table_factor
    supports_parenthesized_set_variables supports_partiql supports_partition_by_after_order_by
    supports_pipe_operator supports_prewhere supports_projection_trailing_commas supports_quote_delimited_string
    supports_select_exclude supports_select_expr_star supports_select_format
    supports_select_item_multi_column_alias supports_select_modifiers supports_select_wildcard_except
    supports_select_wildcard_exclude supports_select_wildcard_ilike supports_select_wildcard_rename
    supports_select_wildcard_replace supports_select_wildcard_with_alias supports_semantic_view_table_factor
    supports_set_names supports_set_stmt_without_operator supports_settings supports_show_like_before_in
    supports_space_separated_column_options supports_start_transaction_modifier supports_string_escape_constant
    supports_string_literal_backslash_escape supports_string_literal_concatenation
    supports_string_literal_concatenation_with_newline supports_struct_literal supports_subquery_as_function_arg
    supports_table_hints supports_table_sample_before_alias supports_table_versioning
    supports_top_before_distinct supports_trailing_commas supports_triple_quoted_string supports_try_convert
    supports_unicode_string_literal supports_unpivot_expr supports_update_order_by supports_user_host_grantee
    supports_values_as_table_factor supports_window_clause_named_window_reference
    supports_window_function_null_treatment_arg supports_with_fill supports_within_after_array_aggregation
    supports_xml_expressions
}

impl Dialect for Wrapper {
    answers!();

    fn dialect(&self) -> TypeId {
        self.base.dialect()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        self.base.is_delimited_identifier_start(ch)
    }

    fn is_nested_delimited_identifier_start(&self, ch: char) -> bool {
        !self.subscripts && self.base.is_nested_delimited_identifier_start(ch)
    }

    fn peek_nested_delimited_identifier_quotes(&self, chars: Peekable<Chars<'_>>) -> Option<(char, Option<char>)> {
        self.base.peek_nested_delimited_identifier_quotes(chars)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        self.base.identifier_quote_style(identifier)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        self.base.is_identifier_start(ch) || ch == '_' && self.hooks.underscore_starts_name
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        self.base.is_identifier_part(ch)
    }

    fn is_custom_operator_part(&self, ch: char) -> bool {
        self.base.is_custom_operator_part(ch)
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        self.looked(parser);
        let tight = self.base.prec_value(Precedence::DoubleColon);
        self.hooks.prefix(parser, tight).or_else(|| self.base.parse_prefix(parser))
    }

    fn parse_infix(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let ours = self.hooks.infix(parser, left, precedence);
        ours.or_else(|| self.base.parse_infix(parser, left, precedence))
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        self.looked(parser);
        let ours = self.hooks.precedence(parser).map(|strength| match strength {
            Strength::Of(precedence) => self.base.prec_value(precedence),
            Strength::Weakest => hooks::TERNARY,
            Strength::None => self.base.prec_unknown(),
        });
        ours.map(Ok).or_else(|| self.base.get_next_precedence(parser))
    }

    fn parse_statement(&self, parser: &mut Parser) -> Option<Result<Statement, ParserError>> {
        self.hooks.statement(parser).or_else(|| self.base.parse_statement(parser))
    }

    fn parse_column_option(
        &self,
        parser: &mut Parser,
    ) -> Result<Option<Result<Option<ColumnOption>, ParserError>>, ParserError> {
        self.base.parse_column_option(parser)
    }

    fn prec_value(&self, prec: Precedence) -> u8 {
        self.base.prec_value(prec)
    }

    fn prec_unknown(&self) -> u8 {
        self.base.prec_unknown()
    }

    fn is_reserved_for_identifier(&self, kw: Keyword) -> bool {
        self.base.is_reserved_for_identifier(kw)
    }

    fn get_reserved_keywords_for_select_item_operator(&self) -> &[Keyword] {
        self.base.get_reserved_keywords_for_select_item_operator()
    }

    fn get_reserved_grantees_types(&self) -> &[GranteesType] {
        self.base.get_reserved_grantees_types()
    }

    fn is_column_alias(&self, kw: &Keyword, parser: &mut Parser) -> bool {
        self.looked(parser);
        self.base.is_column_alias(kw, parser)
    }

    fn is_select_item_alias(&self, explicit: bool, kw: &Keyword, parser: &mut Parser) -> bool {
        self.looked(parser);
        self.base.is_select_item_alias(explicit, kw, parser)
    }

    fn is_table_factor(&self, kw: &Keyword, parser: &mut Parser) -> bool {
        self.base.is_table_factor(kw, parser)
    }

    fn is_table_alias(&self, kw: &Keyword, parser: &mut Parser) -> bool {
        self.looked(parser);
        self.base.is_table_alias(kw, parser)
    }

    fn is_table_factor_alias(&self, explicit: bool, kw: &Keyword, parser: &mut Parser) -> bool {
        self.looked(parser);
        self.base.is_table_factor_alias(explicit, kw, parser)
    }

    fn is_identifier_generating_function_name(&self, ident: &Ident, name_parts: &[ObjectNamePart]) -> bool {
        self.base.is_identifier_generating_function_name(ident, name_parts)
    }
}

#[cfg(test)]
mod tests {
    use super::QUESTIONS;

    #[test]
    fn questions_are_sorted_and_complete() {
        assert!(QUESTIONS.is_sorted());
        assert_eq!(QUESTIONS.len(), 143, "as many as sqlparser's trait has");
    }
}
