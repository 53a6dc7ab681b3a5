; Later patterns win where two fit the same node.

[
  "WITH" "RECURSIVE" "MATERIALIZED" "NOT MATERIALIZED" "SELECT" "FROM" "ON" "USING" "WHERE" "HAVING" "QUALIFY" "WINDOW"
  "LIMIT" "OFFSET" "VALUES" "UNION" "INTERSECT" "EXCEPT" "MINUS" "ALL" "DISTINCT" "AS" "GROUP BY" "ORDER BY"
  "WITHIN GROUP" "DELETE FROM" "MERGE INTO" "CASE" "WHEN" "THEN" "ELSE" "END" "OVER" "FILTER" "INTERVAL" "AND" "OR" "NOT"
  "IN" "IS" "LIKE" "BETWEEN" "LATERAL" "EXCLUDE" "REPLACE" "RENAME" "APPLY"
] @keyword

[(join_kind) (select_modifier) (create_kind) (insert_kind) (keyword) (pipe)] @keyword
(operator) @operator
["," "." ";"] @punctuation.delimiter
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["{{" "}}" "{%" "%}"] @punctuation.special

(string) @string
(dollar_string) @string
(number) @number
(boolean) @boolean
(null) @constant.builtin
(parameter) @variable.parameter
(star) @character.special
(interval unit: (unit) @constant.builtin)

(name) @variable
[(double_quoted) (backtick_quoted) (bracket_quoted) (temporary_name)] @variable
(call function: (_) @function)
(cast function: (_) @function)
(type (name) @type)
(generic_type (name) @type)
(generic_name) @type
(alias name: (_) @label)
(cte name: (_) @label)
(relation source: (name) @type)
(create_clause target: (_) @type)
(insert_clause target: (_) @type)

(comment) @comment
(block_comment) @comment
(jinja_comment) @comment

(jinja_expression) @embedded
(jinja_statement) @embedded
(jinja_keyword) @keyword.directive
(jinja_name) @variable
(jinja_call function: (_) @function.macro)
(jinja_assignment name: (_) @variable.parameter)
(jinja_string) @string
(jinja_number) @number
(jinja_operator) @operator
