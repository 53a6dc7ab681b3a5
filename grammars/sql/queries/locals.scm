; What a name in FROM may mean: a CTE of its statement, or an alias.

[(statement) (subquery)] @local.scope

(cte name: (_) @local.definition)
(relation (alias name: (_) @local.definition))
(relation source: (name) @local.reference)
