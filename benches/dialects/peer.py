"""What sqlglot makes of one statement: whether it reads it, and which relations it reads from."""
import sqlglot
from sqlglot import exp

# What a table is named in to be made or filled, not read.
WRITES = (exp.Create, exp.Schema, exp.Insert, exp.Into)

# sqlglot's name, where it is not ours.
DIALECTS = {"ansi": "", "generic": "", "mariadb": "mysql"}


def peer(sql, dialect):
    """(does sqlglot read it, sorted dotted names of the relations it names, but for CTEs and what is made or filled)"""
    try:
        trees = sqlglot.parse(sql, read=DIALECTS.get(dialect, dialect), error_level=sqlglot.ErrorLevel.RAISE)
    except Exception:
        return False, None
    trees = [tree for tree in trees if tree is not None]
    if not trees or any(tree.find(exp.Command) for tree in trees):
        return False, None
    found = set()
    for tree in trees:
        ctes = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            if table.arg_key == "this" and isinstance(table.parent, WRITES):
                continue
            parts = [part.name for part in table.parts] if isinstance(table.this, exp.Identifier) else []
            name = ".".join(parts).lower()
            if name and not (len(parts) == 1 and name in ctes):
                found.add(name)
    return True, sorted(found)
