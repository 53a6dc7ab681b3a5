/**
 * SQL of all dialects with Jinja in it, as it stands in the file.
 *
 * The grammar is tolerant by design: a statement is a flat list of clauses, an expression is a flat list of operands
 * and operators, every closing bracket may be missing. What the grammar does not know stays a token in a list.
 */

const BRACKETED = /\[[A-Za-z_][\w $#@-]*\]/;
const WORD =
  /[A-Za-z_\u00a1-\u1fff\u2c00-\ud7ff\uf900-\ufdff\u{10000}-\u{10ffff}][\w$#@\u00a1-\u1fff\u2c00-\ud7ff\uf900-\ufdff\u{10000}-\u{10ffff}]*/u;

/** A case-insensitive pattern: letters match both cases, a space matches any white space. */
const insensitive = (words) =>
  new RegExp(
    words
      .split("")
      .map((c) => (c === " " ? "\\s+" : /[a-z]/i.test(c) ? `[${c.toLowerCase()}${c.toUpperCase()}]` : c))
      .join(""),
  );

/** A keyword, shown in the tree in upper case however it is written. */
const kw = (word) => alias(token(insensitive(word)), word.toUpperCase());

const list = (item) => repeat(choice(seq(item, optional(",")), ","));

module.exports = grammar({
  name: "sql",

  word: ($) => $.identifier,

  externals: ($) => [
    $._special_string,
    $._special_double,
    $._single_open,
    $._single_text,
    $._single_close,
    $._double_open,
    $._double_text,
    $._double_close,
    $._backtick_open,
    $._backtick_text,
    $._backtick_close,
    $.dollar_string,
    $.comment,
    $.block_comment,
    $.jinja_comment,
    $._in_jinja,
    $.temporary_name,
    $._values,
    $._window,
    $._offset,
    $._filter,
    $._relation_modifier,
    $.keyword,
    $._time_zone,
    $._type_phrase,
    $.generic_name,
    $.create_kind,
    $.insert_kind,
    $._delete_from,
    $._merge_into,
    $._not_materialized,
    $._distinct_on,
    $._as_struct,
    $._join_phrase,
    $._group_by,
    $._order_by,
    $._by_phrase,
    $._fetch,
    $._by_name,
    $._within_group,
    $._end,
    $._error_sentinel,
  ],

  extras: ($) => [/[\s\u00a0\u200b\ufeff]/, $.comment, $.block_comment, $.jinja_comment, $.jinja_statement],

  inline: ($) => [
    $._first_unit, $._next_unit, $._item_end, $._string, $._double_quoted, $._backtick_quoted, $._string_like, $._suffix,
    $._times, $._clause, $._query_clause, $._other_clause, $._close, $._jinja_item, $._jinja_operand, $._glue, $._name,
    $._plain_name, $._operator, $._name_part, $._bare_name, $._name_head, $._interval_value, $._jinja_name, $._arguments,
    $._expression,
  ],

  conflicts: () => [],

  rules: {
    source_file: ($) =>
      repeat(choice($.statement, ";", alias(choice(")", "]", "}"), $.stray), $._standalone_jinja)),

    // A template call on its own, such as `{{ config(..) }}`, belongs to the file and not to the statement after it.
    _standalone_jinja: ($) => prec(5, $.jinja_expression),

    statement: ($) => seq($._content, choice(alias(choice(")", "]", "}"), $.stray), $._end)),

    // ---------------------------------------------------------------- clauses

    _clause: ($) => choice($._query_clause, $._other_clause),

    _query_clause: ($) => choice($.with_clause, $.select_clause, $.from_clause, $.values_clause),

    _other_clause: ($) =>
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
        seq(field("target", choice($._name, $.jinja_expression)), optional(field("columns", alias($.group, $.column_list)))),
      ),
    delete_clause: ($) => prec.right(seq(alias($._delete_from, "DELETE FROM"), optional($.relation))),
    merge_clause: ($) => prec.right(seq(alias($._merge_into, "MERGE INTO"), optional($.relation))),

    with_clause: ($) => prec.right(seq(kw("with"), optional(kw("recursive")), list(choice($.cte, $._expression)))),

    cte: ($) =>
      prec.right(
        10,
        seq(
          field("name", choice($._name, $.jinja_expression)),
          optional(field("columns", alias($.group, $.column_list))),
          kw("as"),
          optional(choice(kw("materialized"), alias($._not_materialized, "NOT MATERIALIZED"))),
          optional(field("body", choice($.subquery, $.group, $._name, $._string_like))),
        ),
      ),

    select_clause: ($) =>
      prec.right(seq(kw("select"), repeat($.select_modifier), list($.select_item))),

    select_modifier: ($) =>
      prec.right(
        20,
        choice(
          kw("distinct"),
          kw("all"),
          seq($._distinct_on, optional($.group)),
          $._as_struct,
          token(/[tT][oO][pP]\s*(\d+|\(\s*\d+\s*\))(\s+[pP][eE][rR][cC][eE][nN][tT])?(\s+[wW][iI][tT][hH]\s+[tT][iI][eE][sS])?/),
        ),
      ),

    select_item: ($) =>
      prec.right(
        choice(
          seq($.star, repeat($._next_unit), optional($.alias)),
          seq($._first_unit, repeat($._next_unit), optional($._item_end)),
          repeat1($._operator),
          $.alias,
        ),
      ),
    _first_unit: ($) => choice($._operand, seq(repeat1($._operator), $._operand)),
    _next_unit: ($) => choice($._operand, $._suffix, seq($._operators, $._operand)),
    _item_end: ($) =>
      choice(
        $._operators,
        $.alias,
        alias($._implicit_alias, $.alias),
      ),

    _implicit_alias: ($) => prec(3, field("name", $._bare_name)),
    star: ($) =>
      prec.right(9, seq(choice("*", seq(field("relation", choice($._name, $.jinja_expression)), ".*")), repeat($.star_modifier))),
    star_modifier: ($) =>
      prec.right(
        20,
        seq(
          choice(kw("except"), kw("exclude"), kw("replace"), kw("rename"), kw("ilike"), kw("apply")),
          optional(choice($.group, $._name, $._string_like)),
        ),
      ),

    from_clause: ($) => prec.right(seq(kw("from"), repeat(choice($.relation, ",", $.join)))),

    join: ($) =>
      prec.right(seq(field("kind", $.join_kind), optional($.relation), repeat(choice($.on_clause, $.using_clause)))),

    join_kind: ($) => choice(kw("join"), kw("straight_join"), $._join_phrase),

    relation: ($) =>
      prec.right(
        seq(
          optional(kw("lateral")),
          field("source", choice($._operand, alias($._dashed, $.name))),
          optional(alias($._relation_alias, $.alias)),
          repeat(choice($._operand, $._operator, $._times, $._suffix, $.alias)),
        ),
      ),

    // `my-project.dataset.table` of BigQuery, where it stands without quotes.
    _dashed: ($) =>
      prec.right(12, seq($.identifier, repeat1(seq(token.immediate(prec(1, "-")), alias($._dash_part, $.identifier))))),
    _dash_part: () => token.immediate(prec(1, /\w+(\.\w+)*/)),

    _relation_alias: ($) =>
      prec.right(
        5,
        seq(
          field("name", $._bare_name),
          optional(field("columns", alias($.group, $.column_list))),
        ),
      ),

    on_clause: ($) => prec.right(seq(kw("on"), optional(field("condition", $._expression)))),
    using_clause: ($) => prec.right(seq(kw("using"), optional($.relation))),
    where_clause: ($) => prec.right(seq(kw("where"), optional(field("condition", $._expression)))),
    having_clause: ($) => prec.right(seq(kw("having"), optional(field("condition", $._expression)))),
    qualify_clause: ($) => prec.right(seq(kw("qualify"), optional(field("condition", $._expression)))),
    group_by_clause: ($) => prec.right(seq(alias($._group_by, "GROUP BY"), list($._expression))),
    order_by_clause: ($) => prec.right(seq(alias($._order_by, "ORDER BY"), list($._expression))),
    partition_by_clause: ($) => prec.right(seq(alias($._by_phrase, $.keyword), list($._expression))),
    window_clause: ($) => prec.right(seq(alias($._window, "WINDOW"), list(choice($._expression, $.alias)))),
    limit_clause: ($) =>
      prec.right(
        choice(
          seq(kw("limit"), list(choice($._expression, alias($._offset, "OFFSET")))),
          seq(alias($._offset, "OFFSET"), list($._expression)),
          seq(alias($._fetch, $.keyword), list($._expression)),
        ),
      ),
    values_clause: ($) => prec.right(seq(alias($._values, "VALUES"), list($._expression))),

    set_operator: ($) =>
      prec.right(
        seq(
          choice(kw("union"), kw("intersect"), kw("except"), kw("minus")),
          optional(choice(kw("all"), kw("distinct"))),
          optional(alias($._by_name, $.keyword)),
        ),
      ),

    when_clause: ($) =>
      prec.right(seq(kw("when"), optional(field("condition", $._expression)), optional($._then))),
    then_clause: ($) => $._then,
    _then: ($) => prec.right(seq(kw("then"), optional(field("result", $._expression)))),
    else_clause: ($) => prec.right(seq(kw("else"), optional(field("result", $._expression)))),
    end_clause: ($) => prec.right(seq(kw("end"), optional($._expression))),
    pipe: () => "|>",

    // ------------------------------------------------------------ expressions

    // One operand stands for itself; `expression` is a list of operands and operators.
    _expression: ($) => prec.right(choice($._operand, $.star, $.expression)),
    expression: ($) =>
      prec.right(
        choice(
          seq(choice($._operand, $.star), choice(seq(repeat1($._next_unit), optional($._operators)), $._operators)),
          seq(repeat1($._operator), optional(seq($._operand, repeat($._next_unit), optional($._operators)))),
        ),
      ),
    _operators: ($) => repeat1(choice($._operator, $._times)),

    alias: ($) =>
      prec.right(
        seq(
          kw("as"),
          optional(field("name", choice($._name, $._string, $.jinja_expression))),
          optional(field("columns", alias($.group, $.column_list))),
        ),
      ),
    _operand: ($) =>
      choice(
        $._string_like,
        $.number,
        $.boolean,
        $.null,
        $.parameter,
        $._name,
        $.jinja_expression,
        $.call,
        $.group,
        $.subquery,
        $.array,
        $.braces,
        $.cast,
        $.interval,
        $.case_expression,
        $.generic_type,
      ),

    _string_like: ($) => choice($._string, $.dollar_string),

    _string: ($) => choice(alias($._plain_string, $.string), alias($._special_string, $.string), $.string),
    string: ($) => seq($._single_open, repeat(choice($._single_text, $.jinja_expression)), $._single_close),
    _plain_string: () => token(/'([^'\\{]|'')*'/),
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
      prec.right(
        seq(kw("over"), optional(field("window", choice($.group, $.subquery, $._name, $.jinja_expression)))),
      ),
    filter_clause: ($) => prec.right(seq(alias($._filter, "FILTER"), optional($.group))),
    within_group_clause: ($) => prec.right(seq(alias($._within_group, "WITHIN GROUP"), optional($.group))),

    _times: ($) => alias("*", $.operator),
    _operator: ($) =>
      choice(
        $.operator,
        $.keyword,
        alias($._relation_modifier, $.keyword),
        alias($._time_zone, $.keyword),
        ...[
          "and", "or", "not", "in", "is", "like", "ilike", "rlike", "regexp", "between", "distinct", "collate", "escape",
          "asc", "desc", "lateral",
        ].map(kw),
      ),

    operator: () =>
      token(
        choice(
          ..."= == <=> <> != ^= <= >= < > + - / % || ^ & | ~ ! !~ ~* !~* ~~ !~~ ~~* !~~* << >> -> ->> #> #>> #- @> <@ ?| ?& => := ** // && @ @@ @? ^@ |/ ||/ : ?? \\ <-> <#> += -= *= /= .. $ @ #".split(" "),
        ),
      ),

    call: ($) =>
      prec.right(
        2,
        choice(
          seq(field("function", $._plain_name), field("arguments", $._arguments)),
          seq(field("function", $.jinja_expression), field("arguments", alias($._immediate_arguments, $.arguments))),
          seq(field("function", alias($._from_function, $.name)), field("arguments", alias($._from_arguments, $.arguments))),
        ),
      ),
    _arguments: ($) => choice(alias($.group, $.arguments), alias($.subquery, $.arguments)),
    _immediate_arguments: ($) => prec.right(seq(token.immediate(prec(1, "(")), optional($._content), $._close)),

    // `EXTRACT(DAY FROM x)`: here FROM is a word inside an argument and no clause.
    _from_function: () => token(choice(...["extract", "trim", "substring", "overlay", "position"].map(insensitive))),
    _from_arguments: ($) =>
      prec.right(
        3,
        seq(
          "(",
          repeat(choice($._expression, ",", $.alias, kw("from"), $.select_clause, $.with_clause, $.values_clause, $._other_clause)),
          $._close,
        ),
      ),
    _content: ($) => prec.right(repeat1(choice(seq($._expression, optional(",")), ",", $.alias, $._clause))),
    group: ($) =>
      prec.right(
        seq("(", optional(seq($._group_head, optional($._content))), $._close),
      ),
    _group_head: ($) => prec.right(-1, choice($._expression, ",", $.alias, $._other_clause)),
    subquery: ($) => prec.right(seq("(", $._query_clause, optional($._content), $._close)),

    // Any closing bracket closes. `_end` has no text: the scanner sets it before `;` and at the end of the file. As
    // whole statements end the same way, the same tokens may follow everywhere, which keeps the table small.
    _close: ($) => choice(")", "]", "}", $._end),

    array: ($) => prec.right(seq("[", optional($._content), $._close)),
    braces: ($) => prec.right(seq("{", optional($._content), $._close)),

    // These and `::` follow their operand as items of the same list.
    subscript: ($) => seq(token.immediate(prec(1, "[")), optional($._content), $._close),
    field_access: ($) => prec.right(choice(seq(".", optional(field("field", $._name_part))), ".*")),
    path: ($) =>
      prec.right(
        seq(
          token.immediate(prec(1, ":")),
          optional(
            field("field", choice(alias($.identifier, $.name), alias($._dotted, $.name), $._double_quoted, $._string, $.number)),
          ),
        ),
      ),

    cast: ($) =>
      prec(
        4,
        seq(
          field("function", alias($._cast_function, $.name)),
          "(",
          repeat(choice(field("value", $._expression), ",", $._clause, $._cast_type)),
          $._close,
        ),
      ),
    _double_colon: ($) => seq(choice("::", token.immediate(prec(1, "::"))), field("type", $.type)),
    _cast_function: () => token(choice(...["cast", "try_cast", "safe_cast"].map(insensitive))),
    _cast_type: ($) => prec.right(seq(kw("as"), optional(field("type", $.type)))),
    type: ($) =>
      prec.right(
        seq(
          choice($._name, $.jinja_expression, $.generic_type, alias($._type_phrase, $.name), $._string, $.parameter),
          optional(alias($.group, $.arguments)),
          optional(alias($._time_zone, $.keyword)),
          repeat(seq(choice("[", token.immediate(prec(1, "["))), optional($.number), "]")),
        ),
      ),

    generic_type: ($) =>
      prec.right(
        seq(
          $.generic_name,
          repeat(
            choice(
              $._name, $.generic_type, alias($.group, $.arguments), $.number, $._string, $.jinja_expression,
              $.parameter, ",", ":", kw("not"), $.null,
            ),
          ),
          ">",
        ),
      ),

    interval: ($) =>
      prec.right(
        3,
        seq(
          kw("interval"),
          optional(seq(repeat(alias("-", $.operator)), field("value", $._interval_value), optional(field("unit", alias($.identifier, $.unit))))),
        ),
      ),
    _interval_value: ($) => prec(9, choice($._string, $.number, $._name, $.call, $.group, $.jinja_expression, $.parameter)),

    case_expression: ($) =>
      prec.right(
        seq(
          kw("case"),
          optional(field("operand", $._expression)),
          repeat(choice($.when_clause, $.then_clause, $.else_clause)),
          optional(kw("end")),
        ),
      ),

    // ------------------------------------------------------------------ names

    // A name of plain words, dotted or not, is a leaf; one with quoted or templated parts has them as children.
    _name: ($) => choice($._plain_name, $._function_word),
    // A word that leads a call of its own shape, without the call.
    _function_word: ($) => choice(alias($._from_function, $.name), alias($._cast_function, $.name)),
    _plain_name: ($) =>
      choice(
        alias($.identifier, $.name),
        alias($._dotted, $.name),
        $._double_quoted,
        $._backtick_quoted,
        $.bracket_quoted,
        $.temporary_name,
        $.name,
      ),
    _dotted: () => token(seq(WORD, repeat1(seq(".", WORD)))),

    name: ($) =>
      prec.right(
        seq(prec(12, $._name_head), repeat1(choice($._glue, $._after_dot))),
      ),
    _after_dot: ($) => prec.right(13, seq(".", optional($._name_part))),
    _name_head: ($) =>
      prec(12, choice(
        $.identifier,
        alias($._dotted, $.name),
        $._double_quoted,
        $._backtick_quoted,
        $.bracket_quoted,
        $.temporary_name,
        $.jinja_expression,
      )),
    _name_part: ($) =>
      choice(
        alias($._part, $.identifier),
        $._double_quoted,
        $._backtick_quoted,
        alias($._bracket_part, $.bracket_quoted),
        $.jinja_expression,
        alias($._glued_jinja, $.jinja_expression),
      ),
    // Behind a dot every word is a name, `t.end` too.
    _part: () => token.immediate(prec(1, WORD)),

    _bare_name: ($) => prec(10, choice(alias($.identifier, $.name), $._double_quoted, $._backtick_quoted, $.bracket_quoted, $.name)),

    _double_quoted: ($) =>
      choice(alias($._plain_double, $.double_quoted), alias($._special_double, $.double_quoted), $.double_quoted),
    double_quoted: ($) => seq($._double_open, repeat(choice($._double_text, $.jinja_expression)), $._double_close),
    _plain_double: () => token(/"([^"\\{]|"")*"/),
    _backtick_quoted: ($) => choice(alias($._plain_backtick, $.backtick_quoted), $.backtick_quoted),
    backtick_quoted: ($) =>
      seq($._backtick_open, repeat(choice($._backtick_text, $.jinja_expression)), $._backtick_close),
    _plain_backtick: () => token(/`([^`{]|``|\{[^{%`])*`/),

    // `[order id]` of T-SQL; `[word]` of other dialects reads the same, only the dialect knows.
    bracket_quoted: () => token(BRACKETED),

    _bracket_part: () => token.immediate(prec(2, BRACKETED)),

    // A name written partly by the template: `orders_{{ suffix }}`, `{{ prefix }}_orders`.
    _glue: ($) => choice(alias($._glued_jinja, $.jinja_expression), alias($._glued_word, $.identifier)),
    _glued_word: () => token.immediate(prec(1, /[A-Za-z0-9_\u00a1-\u1fff\u2c00-\ud7ff]+/u)),
    number: () => token(choice(/\d\w*(\.\w*)?/, /\d[\d_]*(\.\d*)?[eE][+-]\d+/, /\.\d\w*([eE][+-]?\d+)?/)),
    boolean: () => choice(kw("true"), kw("false")),
    null: () => kw("null"),
    parameter: () =>
      token(
        choice(
          "?",
          /@@?[A-Za-z_]\w*/,
          /:[A-Za-z_]\w*/,
          /\$\w+/,
          /\$\{[^}\n]*\}/,
          /\$\(\w+\)/,
          /&&?[A-Za-z_]\w*/,
          /%\(\w+\)s/,
        ),
      ),

    // ------------------------------------------------------------------ jinja

    jinja_expression: ($) => seq(token(/\{\{[-+]?/), repeat($._jinja_item), token(/[-+]?\}\}/)),
    _glued_jinja: ($) => seq(token.immediate(prec(1, /\{\{[-+]?/)), repeat($._jinja_item), token(/[-+]?\}\}/)),
    jinja_statement: ($) =>
      prec(1, seq(token(/\{%[-+]?/), optional(field("keyword", alias($.identifier, $.jinja_keyword))), repeat($._jinja_item), token(/[-+]?%\}/))),

    _jinja_item: ($) => choice($._jinja_operand, $.jinja_assignment, $.jinja_operator, ",", $._in_jinja),
    _jinja_operand: ($) =>
      choice(
        $.jinja_string,
        alias($.number, $.jinja_number),
        $._jinja_name,
        $.jinja_call,
        $.jinja_group,
        $.jinja_list,
        $.jinja_dict,
      ),
    _jinja_name: ($) => choice(alias($.identifier, $.jinja_name), alias($._dotted, $.jinja_name)),
    jinja_string: () => token(choice(/'([^'\\]|\\[\s\S])*'/, /"([^"\\]|\\[\s\S])*"/)),
    jinja_call: ($) => prec(2, seq(field("function", choice($._jinja_name, $.jinja_call)), field("arguments", alias($.jinja_group, $.jinja_arguments)))),
    jinja_assignment: ($) => prec(1, seq(field("name", $.identifier), "=", field("value", $._jinja_operand))),
    jinja_group: ($) => seq("(", repeat($._jinja_item), ")"),
    jinja_list: ($) => seq("[", repeat($._jinja_item), "]"),
    jinja_dict: ($) => seq("{", repeat($._jinja_item), "}"),
    jinja_operator: () => token(choice(..."+ - * / ** // % ~ | = == != < > <= >= : . ! & @ $ ? ; ^ \\".split(" "))),

    identifier: () => WORD,
  },
});
