[
  (select_clause)
  (from_clause)
  (where_clause)
  (group_by_clause)
  (order_by_clause)
  (case_expression)
  (group)
  (subquery)
  (arguments)
] @indent.begin

[")" "]" "}"] @indent.branch @indent.end
"END" @indent.branch
