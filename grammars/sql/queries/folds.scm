[
  (cte)
  (subquery)
  (group)
  (arguments)
  (case_expression)
  (block_comment)
  (jinja_comment)
  (jinja_expression)
  (jinja_statement)
] @fold
