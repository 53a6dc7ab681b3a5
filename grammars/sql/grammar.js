/**
 * SQL of all dialects with Jinja in it, as it stands in the file.
 *
 * The grammar is tolerant by design: a statement is a flat list of clauses, an expression is a flat list of operands
 * and operators, every closing bracket may be missing. What the grammar does not know stays a token in a list.
 *
 * It is also built for speed. The scanner makes all tokens and looks one sign ahead, so that a word comes as a name, as
 * the beginning of a call or as the beginning of a name in parts, and most operands need no step of the parser. Lists
 * lean to the left by hand, which costs one step an element.
 */

/** The words and signs the scanner tells apart, in its order. */
const KEYWORDS = [
  "SELECT", "FROM", "WITH", "RECURSIVE", "AS", "MATERIALIZED", "NOT MATERIALIZED", "DISTINCT", "DISTINCT ON", "ALL",
  "LATERAL", "ON", "USING", "WHERE", "HAVING", "QUALIFY", "LIMIT", "OFFSET", "WINDOW", "VALUES", "GROUP BY", "ORDER BY",
  "UNION", "INTERSECT", "EXCEPT", "MINUS", "WHEN", "THEN", "ELSE", "END", "CASE", "OVER", "FILTER", "WITHIN GROUP",
  "INTERVAL", "AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "EXCLUDE", "REPLACE", "RENAME", "APPLY", "DELETE FROM",
  "MERGE INTO",
];
const SIGNS = [
  ",", "(", ")", "[", "]", "{", "}", ";", ".", ".*", ":", "::", "*", ">", "|>", "=", "{{", "}}", "{%", "%}",
];

module.exports = grammar({
  name: "sql",

  externals: ($) => [
    ...KEYWORDS,
    ...SIGNS,
    $.name,
    $._function_name,
    $._cast_name,
    $._extract_name,
    $._name_head,
    $._star_head,
    $._dashed_name,
    $._part,
    $._path_part,
    $._glued_word,
    $.number,
    $.boolean,
    $.null,
    $.parameter,
    $.operator,
    $.keyword,
    $.string,
    $.double_quoted,
    $._double_head,
    $.backtick_quoted,
    $._backtick_head,
    $.bracket_quoted,
    $._bracket_head,
    $.temporary_name,
    $.dollar_string,
    $._single_open,
    $._single_text,
    $._single_close,
    $._double_open,
    $._double_text,
    $._double_close,
    $._double_close_head,
    $._backtick_open,
    $._backtick_text,
    $._backtick_close,
    $._backtick_close_head,
    $.generic_name,
    $._subscript_open,
    $.comment,
    $.block_comment,
    $.jinja_comment,
    $._glued_close,
    $.jinja_keyword,
    $.jinja_name,
    $._jinja_function,
    $._jinja_key,
    $.jinja_string,
    $.jinja_number,
    $.jinja_operator,
    $.join_kind,
    $.create_kind,
    $.insert_kind,
    $._by_phrase,
    $._fetch,
    $._by_name,
    $._relation_modifier,
    $._time_zone,
    $._type_phrase,
    $._as_struct,
    $._top,
    $._star_filter,
    $._end,
    $._error_sentinel,
  ],

  extras: ($) => [/\s/, $.comment, $.block_comment, $.jinja_comment, $.jinja_statement],

  inline: ($) => [
    $._operand, $._operator_word, $._other_string, $._other_name, $._quoted_name, $._operator, $._sign,
    $._jinja_operand, $._entry, $._plain_entry, $._expression, $._form, $._closed_form, $._open_form, $._start,
    $._suffix, $._closer, $._close, $._query_clause, $._name, $._jinja_item, $._string_like, $._bare_name,
    $._name_part, $._column_list, $._any_jinja, $._any_alias, $._sources_item, $._tail_item, $._window_item,
    $._case_item, $._with_item, $._cast_item, $._generic_item, $._extract_item, $._head, $._called_name, $._body,
    $._double_item, $._backtick_item,
  ],

  conflicts: () => [],

  rules: {
    source_file: ($) => repeat(choice($.statement, ";", $._stray, $._standalone)),

    // A template call on its own, such as `{{ config(..) }}`, belongs to the file and not to the statement after it.
    _standalone: ($) => prec(5, $.jinja_expression),
    _any_jinja: ($) => choice($.jinja_expression, alias($._jinja_head, $.jinja_expression)),

    statement: ($) => seq($._content, choice($._stray, $._end)),
    _stray: ($) => alias($._closer, $.stray),
    _closer: () => choice(")", "]", "}"),

    // What stands in a statement and in brackets, first of all, after others, or after a first clause of a query.
    _content: ($) => prec.right(choice($._entry, ",", seq($._content, optional(","), $._entry), seq($._content, ","))),
    _group_content: ($) =>
      prec.right(
        choice($._plain_entry, ",", seq($._group_content, optional(","), $._entry), seq($._group_content, ",")),
      ),
    _query_content: ($) =>
      prec.right(choice($._query_clause, seq($._query_content, optional(","), $._entry), seq($._query_content, ","))),
    _entry: ($) => choice($._plain_entry, $._query_clause),
    _plain_entry: ($) => choice($._expression, $.alias, $._clause),

    // Lists in clauses: they end before any clause.
    _list: ($) =>
      prec.right(choice($._expression, ",", seq($._list, optional(","), $._expression), seq($._list, ","))),

    // ---------------------------------------------------------------- clauses

    _query_clause: ($) => choice($.with_clause, $.select_clause, $.from_clause, $.values_clause),

    _clause: ($) =>
      choice(
        $.create_clause,
        $.insert_clause,
        $.delete_clause,
        $.merge_clause,
        $.join,
        $.on_clause,
        $.using_clause,
        $.where_clause,
        $.group_by_clause,
        $.having_clause,
        $.qualify_clause,
        $.order_by_clause,
        $.partition_by_clause,
        $.window_clause,
        $.limit_clause,
        $.set_operator,
        $.when_clause,
        $.then_clause,
        $.else_clause,
        $.end_clause,
        $.pipe,
      ),

    create_clause: ($) => prec.right(seq(field("kind", $.create_kind), optional($._target))),
    insert_clause: ($) => prec.right(seq(field("kind", $.insert_kind), optional($._target))),
    _target: ($) =>
      prec.right(
        seq(
          field("target", choice($._name, $._called_name, $.jinja_expression)),
          optional(choice($._column_list, $.subquery)),
        ),
      ),
    _column_list: ($) => field("columns", alias($.group, $.column_list)),
    delete_clause: ($) => prec.right(seq("DELETE FROM", optional($.relation))),
    merge_clause: ($) => prec.right(seq("MERGE INTO", optional($.relation))),

    with_clause: ($) => prec.right(seq("WITH", optional("RECURSIVE"), optional($._ctes))),
    _ctes: ($) =>
      prec.right(choice($._with_item, ",", seq($._ctes, optional(","), $._with_item), seq($._ctes, ","))),
    _with_item: ($) => choice($.cte, $._expression),

    cte: ($) =>
      prec.right(
        10,
        seq(
          choice(
            field("name", choice($._name, $.jinja_expression)),
            seq(field("name", $._called_name), $._column_list),
          ),
          "AS",
          optional(choice("MATERIALIZED", "NOT MATERIALIZED")),
          optional($._body),
        ),
      ),
    _body: ($) => field("body", choice($.subquery, $.group, $._name, $._string_like)),

    select_clause: ($) => prec.right(seq("SELECT", repeat($.select_modifier), optional($._select_items))),

    select_modifier: ($) =>
      prec.right(20, choice("DISTINCT", "ALL", seq("DISTINCT ON", optional($.group)), $._as_struct, $._top)),

    _select_items: ($) =>
      prec.right(
        choice($.select_item, ",", seq($._select_items, optional(","), $.select_item), seq($._select_items, ",")),
      ),
    select_item: ($) =>
      prec.right(
        choice(
          $._form,
          $.alias,
          seq(choice($._operand, $.star), optional($._any_alias)),
          seq($._operators, optional($.alias)),
          seq($._units, $._any_alias),
        ),
      ),
    _any_alias: ($) => choice($.alias, alias($._implicit_alias, $.alias)),
    _operators: ($) => prec.right(repeat1($._operator)),
    _implicit_alias: ($) => prec(3, field("name", $._bare_name)),

    star: ($) =>
      prec.right(
        9,
        seq(
          choice(
            "*",
            seq(
              field(
                "relation",
                choice(
                  alias($._star_head, $.name), alias($._composite, $.name), $._head,
                  alias($._jinja_head, $.jinja_expression),
                ),
              ),
              ".*",
            ),
          ),
          repeat($.star_modifier),
        ),
      ),
    star_modifier: ($) =>
      prec.right(
        20,
        seq(
          choice("EXCEPT", "EXCLUDE", "REPLACE", "RENAME", alias($._star_filter, $.keyword), "APPLY"),
          optional(choice($.group, $._name, $._string_like)),
        ),
      ),

    from_clause: ($) => prec.right(seq("FROM", optional($._sources))),
    _sources: ($) => prec.right(choice($._sources_item, seq($._sources, $._sources_item))),
    _sources_item: ($) => choice($.relation, ",", $.join),

    join: ($) =>
      prec.right(seq(field("kind", $.join_kind), optional($.relation), repeat(choice($.on_clause, $.using_clause)))),

    relation: ($) =>
      prec.right(
        seq(
          optional("LATERAL"),
          field("source", choice($._operand, alias($._dashed_name, $.name))),
          optional(alias($._relation_alias, $.alias)),
          optional($._tail),
        ),
      ),
    _tail: ($) => prec.right(choice($._tail_item, seq($._tail, $._tail_item))),
    _tail_item: ($) => choice($._operand, $._sign, $._suffix, $.alias),
    _relation_alias: ($) =>
      prec.right(
        5,
        choice(
          field("name", $._bare_name),
          seq(field("name", choice($._bare_name, $._called_name)), $._column_list),
        ),
      ),

    on_clause: ($) => prec.right(seq("ON", optional(field("condition", $._expression)))),
    using_clause: ($) => prec.right(seq("USING", optional($.relation))),
    where_clause: ($) => prec.right(seq("WHERE", optional(field("condition", $._expression)))),
    having_clause: ($) => prec.right(seq("HAVING", optional(field("condition", $._expression)))),
    qualify_clause: ($) => prec.right(seq("QUALIFY", optional(field("condition", $._expression)))),
    group_by_clause: ($) => prec.right(seq("GROUP BY", optional($._list))),
    order_by_clause: ($) => prec.right(seq("ORDER BY", optional($._list))),
    partition_by_clause: ($) => prec.right(seq(alias($._by_phrase, $.keyword), optional($._list))),
    window_clause: ($) => prec.right(seq("WINDOW", optional($._windows))),
    _windows: ($) => prec.right(choice($._window_item, seq($._windows, $._window_item))),
    _window_item: ($) => choice($._expression, ",", $.alias),
    limit_clause: ($) =>
      prec.right(
        choice(
          seq("LIMIT", optional($._list), optional(seq("OFFSET", optional($._list)))),
          seq("OFFSET", optional($._list)),
          seq(alias($._fetch, $.keyword), optional($._list)),
        ),
      ),
    values_clause: ($) => prec.right(seq("VALUES", optional($._list))),

    set_operator: ($) =>
      prec.right(
        seq(
          choice("UNION", "INTERSECT", "EXCEPT", "MINUS"),
          optional(choice("ALL", "DISTINCT")),
          optional(alias($._by_name, $.keyword)),
        ),
      ),

    when_clause: ($) =>
      prec.right(
        seq(
          "WHEN",
          optional(field("condition", $._expression)),
          optional(seq("THEN", optional(field("result", $._expression)))),
        ),
      ),
    then_clause: ($) => prec.right(seq("THEN", optional(field("result", $._expression)))),
    else_clause: ($) => prec.right(seq("ELSE", optional(field("result", $._expression)))),
    end_clause: ($) => prec.right(seq("END", optional($._expression))),
    pipe: () => "|>",

    // ------------------------------------------------------------ expressions

    // One operand stands for itself; `expression` is a list of operands and operators.
    _expression: ($) => choice($._operand, $.star, $.expression),
    expression: ($) => prec.right(choice($._form, $._operators)),

    // The same steps lead on and come to an end. What leads on ends with an operand, or with an operator, and so is
    // open: `a || b` has no alias, `a b` and `a || b c` have.
    _units: ($) => prec.right(1, $._closed_form),
    _open_units: ($) => prec.right(1, $._open_form),
    _form: ($) => choice($._closed_form, $._open_form),
    _closed_form: ($) =>
      choice(
        seq($._start, $._operand),
        seq($._start, $._suffix),
        seq($._start, $._sign, $._operand),
        seq(choice($._open_units, $._operators), $._operand),
      ),
    _open_form: ($) => seq(choice($._start, $._open_units), $._sign),
    _start: ($) => choice($._operand, $.star, $._units),

    alias: ($) =>
      prec.right(
        choice(
          seq(
            "AS",
            optional(field("name", choice($._name, $._string_like, $.jinja_expression))),
            optional($._column_list),
          ),
          seq("AS", field("name", $._called_name), $._column_list),
        ),
      ),

    _operand: ($) =>
      choice(
        $.name,
        $.string,
        $.number,
        $.boolean,
        $.null,
        $.parameter,
        $.call,
        $.group,
        $.subquery,
        $.array,
        $.braces,
        $.cast,
        $.interval,
        $.case_expression,
        $.generic_type,
        $.jinja_expression,
        $._other_operand,
      ),
    _other_operand: ($) => choice($._other_string, $._other_name),

    _string_like: ($) => choice($.string, $._other_string),
    _other_string: ($) => choice(alias($._templated_string, $.string), $.dollar_string),
    _templated_string: ($) => seq($._single_open, repeat(choice($._single_text, $._any_jinja)), $._single_close),

    // What follows an operand and belongs to it: `f(x) FILTER (WHERE ..) OVER (..)`.
    _suffix: ($) =>
      choice(
        $.over_clause,
        $.filter_clause,
        $.within_group_clause,
        $.subscript,
        $.field_access,
        $.path,
        alias($._double_colon, $.cast),
      ),
    over_clause: ($) =>
      prec.right(seq("OVER", optional(field("window", choice($.group, $.subquery, $._name, $.jinja_expression))))),
    filter_clause: ($) => prec.right(seq("FILTER", optional($.group))),
    within_group_clause: ($) => prec.right(seq("WITHIN GROUP", optional($.group))),

    _operator: ($) => choice($.operator, $._operator_word),
    _operator_word: ($) =>
      choice(
        $.keyword, "AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "DISTINCT", "LATERAL",
        alias($._relation_modifier, $.keyword), alias($._time_zone, $.keyword),
      ),
    _sign: ($) => choice($.operator, $._operator_word, alias("*", $.operator)),

    call: ($) =>
      prec.right(
        2,
        choice(
          seq(
            field(
              "function",
              choice(
                $._called_name, alias($._composite, $.name), alias($._jinja_head, $.jinja_expression),
              ),
            ),
            field("arguments", choice(alias($.group, $.arguments), alias($.subquery, $.arguments))),
          ),
          seq(
            field("function", alias($._extract_name, $.name)),
            field("arguments", alias($._extract_arguments, $.arguments)),
          ),
        ),
      ),

    // `EXTRACT(DAY FROM x)`: here FROM is a word inside an argument and no clause.
    _extract_arguments: ($) => seq("(", optional($._extract_content), $._close),
    _extract_content: ($) => prec.right(choice($._extract_item, seq($._extract_content, $._extract_item))),
    _extract_item: ($) => choice($._expression, ",", $.alias, "FROM", $.select_clause, $.with_clause, $.values_clause, $._clause),

    group: ($) => prec.right(seq("(", optional(choice($._group_content, $._operand, $.star)), $._close)),
    subquery: ($) => seq("(", $._query_content, $._close),

    // Any closing bracket closes. `_end` has no text: the scanner sets it before `;` and at the end of the file. As
    // whole statements end the same way, the same tokens may follow everywhere, which keeps the table small.
    _close: ($) => choice($._closer, $._end),

    array: ($) => seq("[", optional($._content), $._close),
    braces: ($) => seq("{", optional($._content), $._close),

    // These and `::` follow their operand as items of the same list.
    subscript: ($) => seq(alias($._subscript_open, "["), optional($._content), $._close),
    field_access: ($) => prec.right(choice(seq(".", optional(field("field", $._name_part))), ".*")),
    path: ($) =>
      prec.right(seq(":", optional(field("field", choice(alias($._path_part, $.name), $.double_quoted))))),

    cast: ($) =>
      seq(field("function", alias($._cast_name, $.name)), "(", optional($._cast_content), $._close),
    _cast_content: ($) => prec.right(choice($._cast_item, seq($._cast_content, $._cast_item))),
    _cast_item: ($) =>
      choice(field("value", $._expression), ",", $._clause, $._query_clause, seq("AS", optional(field("type", $.type)))),
    _double_colon: ($) => seq("::", field("type", $.type)),
    type: ($) =>
      prec.right(
        seq(
          choice(
            $._name, seq(alias($._function_name, $.name), alias($.group, $.arguments)), $.jinja_expression, $.generic_type,
            alias($._type_phrase, $.name), $._string_like, $.parameter,
          ),
          optional(alias($.group, $.arguments)),
          optional(alias($._time_zone, $.keyword)),
          repeat(seq(choice("[", alias($._subscript_open, "[")), optional($.number), "]")),
        ),
      ),

    generic_type: ($) => seq($.generic_name, repeat($._generic_item), ">"),
    _generic_item: ($) =>
      choice(
        $._name, seq(alias($._function_name, $.name), alias($.group, $.arguments)), $.generic_type, $.number,
        $._string_like, $.jinja_expression, $.parameter, ",", ":", "NOT", $.null,
      ),

    interval: ($) =>
      prec.right(
        3,
        seq(
          "INTERVAL",
          optional(
            seq(
              repeat($.operator),
              field("value", choice($._string_like, $.number, $._name, $.call, $.group, $.jinja_expression, $.parameter)),
              optional(field("unit", alias($.name, $.unit))),
            ),
          ),
        ),
      ),

    case_expression: ($) =>
      prec.right(seq("CASE", optional(field("operand", $._expression)), optional($._cases), optional("END"))),
    _cases: ($) => prec.right(choice($._case_item, seq($._cases, $._case_item))),
    _case_item: ($) => choice($.when_clause, $.then_clause, $.else_clause),

    // ------------------------------------------------------------------ names

    // A name of plain words, dotted or not, is a leaf; one with quoted or templated parts has them as children.
    _name: ($) => choice($.name, $._other_name),
    _other_name: ($) => choice($._quoted_name, $.temporary_name),
    _bare_name: ($) => choice($.name, $._quoted_name),
    _quoted_name: ($) =>
      choice(
        $.double_quoted,
        alias($._templated_double, $.double_quoted),
        $.backtick_quoted,
        alias($._templated_backtick, $.backtick_quoted),
        $.bracket_quoted,
        alias($._composite, $.name),
      ),
    // A name with a bracket behind it.
    _called_name: ($) => choice(alias($._function_name, $.name), $._head),
    // A part that has more behind it: a dot, a bracket or a template.
    _head: ($) =>
      choice(
        alias($._name_head, $.identifier),
        alias($._double_head, $.double_quoted),
        alias($._backtick_head, $.backtick_quoted),
        alias($._bracket_head, $.bracket_quoted),
        alias($._templated_double_head, $.double_quoted),
        alias($._templated_backtick_head, $.backtick_quoted),
      ),
    // A name written partly by the template: `orders_{{ suffix }}`, `{{ prefix }}_orders`.
    _composite: ($) =>
      prec.right(
        seq(
          choice($._head, alias($._jinja_head, $.jinja_expression)),
          repeat1(choice($._any_jinja, alias($._glued_word, $.identifier), $._after_dot)),
        ),
      ),
    _after_dot: ($) => prec.right(13, seq(".", optional($._name_part))),
    // Behind a dot every word is a name, `t.end` too.
    _name_part: ($) =>
      choice(
        alias($._part, $.identifier), $.double_quoted, alias($._double_head, $.double_quoted),
        alias($._templated_double, $.double_quoted), alias($._templated_double_head, $.double_quoted), $.backtick_quoted,
        alias($._backtick_head, $.backtick_quoted), alias($._templated_backtick, $.backtick_quoted),
        alias($._templated_backtick_head, $.backtick_quoted), $.bracket_quoted, alias($._bracket_head, $.bracket_quoted),
        $._any_jinja,
      ),

    _templated_double: ($) => seq($._double_open, repeat($._double_item), $._double_close),
    _templated_double_head: ($) => seq($._double_open, repeat($._double_item), $._double_close_head),
    _double_item: ($) => choice($._double_text, $._any_jinja),
    _templated_backtick: ($) => seq($._backtick_open, repeat($._backtick_item), $._backtick_close),
    _templated_backtick_head: ($) => seq($._backtick_open, repeat($._backtick_item), $._backtick_close_head),
    _backtick_item: ($) => choice($._backtick_text, $._any_jinja),

    // ------------------------------------------------------------------ jinja

    jinja_expression: ($) => prec.right(seq("{{", optional(choice($._jinja_items, $._jinja_operand)), "}}")),
    // Closed so that a name goes on behind it.
    _jinja_head: ($) =>
      prec.right(seq("{{", optional(choice($._jinja_items, $._jinja_operand)), alias($._glued_close, "}}"))),
    jinja_statement: ($) => seq("{%", optional(field("keyword", $.jinja_keyword)), optional($._jinja_items), "%}"),

    _jinja_items: ($) =>
      prec.right(choice($._jinja_item, ",", seq($._jinja_items, optional(","), $._jinja_item), seq($._jinja_items, ","))),
    _jinja_item: ($) => choice($._jinja_operand, $.jinja_assignment, $.jinja_operator),
    _jinja_operand: ($) =>
      choice(
        $.jinja_string,
        $.jinja_number,
        $.jinja_name,
        $.jinja_call,
        $.jinja_group,
        $.jinja_list,
        $.jinja_dict,
      ),
    jinja_call: ($) =>
      seq(
        field("function", choice(alias($._jinja_function, $.jinja_name), $.jinja_call)),
        field("arguments", alias($.jinja_group, $.jinja_arguments)),
      ),
    jinja_assignment: ($) =>
      prec.right(
        seq(field("name", alias($._jinja_key, $.jinja_name)), "=", optional($.jinja_operator), field("value", $._jinja_operand)),
      ),
    jinja_group: ($) => prec.right(seq("(", optional(choice($._jinja_items, $._jinja_operand)), ")")),
    jinja_list: ($) => seq("[", optional($._jinja_items), "]"),
    jinja_dict: ($) => seq("{", optional($._jinja_items), "}"),
  },
});
