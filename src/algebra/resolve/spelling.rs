//! An expression without an alias in, the name of its column out, as DuckDB spells it: its own text, in one way.

use super::from::idents;
use crate::dialect::Dialect;
use crate::syntax::ast::{self, BinaryOperator, Expr};

/// The name of an expression.
pub(super) fn spelled(expr: &Expr, dialect: &Dialect) -> String {
    Speller { dialect }.expr(expr)
}

struct Speller<'a> {
    dialect: &'a Dialect,
}

impl Speller<'_> {
    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Identifier(ident) => self.word(&ident.value),
            Expr::CompoundIdentifier(parts) => {
                parts.iter().map(|part| self.word(&part.value)).collect::<Vec<_>>().join(".")
            }
            Expr::Nested(inner) => self.expr(inner),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::UnaryOp { op: ast::UnaryOperator::Not, expr } => format!("(NOT {})", self.expr(expr)),
            Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => match expr.as_ref() {
                Expr::Value(value) => format!("-{}", value.value),
                other => format!("(-({}))", self.expr(other)),
            },
            Expr::Cast { kind, expr, data_type, .. } => {
                let cast = if matches!(kind, ast::CastKind::TryCast) { "TRY_CAST" } else { "CAST" };
                format!("{cast}({} AS {})", self.expr(expr), of_type(data_type))
            }
            Expr::TypedString(typed) => format!("CAST({} AS {})", typed.value, of_type(&typed.data_type)),
            Expr::Between { expr, negated, low, high } => {
                let text = format!("({} BETWEEN {} AND {})", self.expr(expr), self.expr(low), self.expr(high));
                negate(text, *negated)
            }
            Expr::InList { expr, list, negated } => {
                negate(format!("({} IN ({}))", self.expr(expr), self.list(list)), *negated)
            }
            Expr::Like { negated, expr, pattern, escape_char: None, .. } => {
                format!("({} {} {})", self.expr(expr), if *negated { "!~~" } else { "~~" }, self.expr(pattern))
            }
            Expr::ILike { negated, expr, pattern, escape_char: None, .. } => {
                format!("({} {} {})", self.expr(expr), if *negated { "!~~*" } else { "~~*" }, self.expr(pattern))
            }
            Expr::IsNull(inner) => format!("({} IS NULL)", self.expr(inner)),
            Expr::IsNotNull(inner) => format!("({} IS NOT NULL)", self.expr(inner)),
            Expr::IsDistinctFrom(a, b) => format!("({} IS DISTINCT FROM {})", self.expr(a), self.expr(b)),
            Expr::IsNotDistinctFrom(a, b) => format!("({} IS NOT DISTINCT FROM {})", self.expr(a), self.expr(b)),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            Expr::Array(array) => format!("list_value({})", self.list(&array.elem)),
            Expr::Dictionary(fields) => {
                let field = |field: &ast::DictionaryField| {
                    format!("{} := {}", self.word(&field.key.value), self.expr(&field.value))
                };
                format!("struct_pack({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
            Expr::Extract { field, expr, .. } => format!("date_part('{field}', {})", self.expr(expr)),
            Expr::Position { expr, r#in } => format!("\"position\"({}, {})", self.expr(r#in), self.expr(expr)),
            Expr::Substring { expr, substring_from, substring_for, shorthand, .. } => {
                let name = if *shorthand { "substr" } else { "\"substring\"" };
                let parts = [Some(expr.as_ref()), substring_from.as_deref(), substring_for.as_deref()];
                let parts: Vec<String> = parts.into_iter().flatten().map(|part| self.expr(part)).collect();
                format!("{name}({})", parts.join(", "))
            }
            Expr::Trim { expr, trim_where: None, trim_what: None, trim_characters: None } => {
                format!("\"trim\"({})", self.expr(expr))
            }
            Expr::Floor { expr, .. } => format!("floor({})", self.expr(expr)),
            Expr::Ceil { expr, .. } => format!("ceil({})", self.expr(expr)),
            Expr::Function(function) => self.call(function),
            other => other.to_string(),
        }
    }

    /// A name, in quotes where the bare word would be something else.
    fn word(&self, name: &str) -> String {
        let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_' || !c.is_ascii());
        let starts = name.chars().next().is_some_and(|first| !first.is_ascii_digit());
        if plain && starts && !self.dialect.keywords.contains(&name.to_ascii_lowercase()) {
            name.to_owned()
        } else {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }

    fn list(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> String {
        let parts = match op {
            BinaryOperator::And | BinaryOperator::Or => {
                let mut parts = Vec::new();
                self.chained(left, op, &mut parts);
                self.chained(right, op, &mut parts);
                parts
            }
            _ => vec![self.expr(left), self.expr(right)],
        };
        let op = if *op == BinaryOperator::NotEq { "!=".to_owned() } else { op.to_string() };
        format!("({})", parts.join(&format!(" {op} ")))
    }

    /// `a and b and c` is one conjunction of three.
    fn chained(&self, expr: &Expr, op: &BinaryOperator, parts: &mut Vec<String>) {
        match expr {
            Expr::BinaryOp { left, op: own, right } if own == op => {
                self.chained(left, op, parts);
                self.chained(right, op, parts);
            }
            other => parts.push(self.expr(other)),
        }
    }

    fn case(&self, operand: Option<&Expr>, branches: &[ast::CaseWhen], otherwise: Option<&Expr>) -> String {
        let mut text = "CASE ".to_owned();
        for branch in branches {
            let condition = match operand {
                Some(operand) => format!("({} = {})", self.expr(operand), self.expr(&branch.condition)),
                None => self.expr(&branch.condition),
            };
            text.push_str(&format!(" WHEN ({condition}) THEN ({})", self.expr(&branch.result)));
        }
        let otherwise = otherwise.map_or_else(|| "NULL".to_owned(), |value| self.expr(value));
        format!("{text} ELSE {otherwise} END")
    }

    fn call(&self, function: &ast::Function) -> String {
        let name = idents(&function.name).last().map_or_else(String::new, |name| name.value.to_ascii_lowercase());
        let ast::FunctionArguments::List(list) = &function.args else { return format!("{}()", self.word(&name)) };
        let whole = matches!(list.args.as_slice(), [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard)] | []);
        let mut text = if name == "count" && whole {
            "count_star()".to_owned()
        } else {
            let distinct = list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct);
            let args: Vec<String> = list.args.iter().map(|arg| self.argument(arg)).collect();
            let order = list.clauses.iter().find_map(|clause| match clause {
                ast::FunctionArgumentClause::OrderBy(keys) => Some(format!(" ORDER BY {}", self.order(keys))),
                _ => None,
            });
            let name = match name.as_str() {
                "coalesce" | "grouping" => name.to_ascii_uppercase(),
                _ => self.word(&name),
            };
            let distinct = if distinct { "DISTINCT " } else { "" };
            format!("{name}({distinct}{}{})", args.join(", "), order.unwrap_or_default())
        };
        if let Some(filter) = &function.filter {
            text.push_str(&format!(" FILTER (WHERE {})", self.expr(filter)));
        }
        if let Some(ast::WindowType::WindowSpec(spec)) = &function.over {
            text.push_str(&format!(" OVER ({})", self.window(spec)));
        }
        text
    }

    fn argument(&self, arg: &ast::FunctionArg) -> String {
        match arg {
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => self.expr(expr),
            ast::FunctionArg::Named { name, arg: ast::FunctionArgExpr::Expr(expr), .. } => {
                format!("{} := {}", self.word(&name.value), self.expr(expr))
            }
            other => other.to_string(),
        }
    }

    fn order(&self, keys: &[ast::OrderByExpr]) -> String {
        let key = |key: &ast::OrderByExpr| {
            let mut text = self.expr(&key.expr);
            text.push_str(&key.options.to_string());
            text
        };
        keys.iter().map(key).collect::<Vec<_>>().join(", ")
    }

    fn window(&self, spec: &ast::WindowSpec) -> String {
        let mut parts = Vec::new();
        if !spec.partition_by.is_empty() {
            parts.push(format!("PARTITION BY {}", self.list(&spec.partition_by)));
        }
        if !spec.order_by.is_empty() {
            parts.push(format!("ORDER BY {}", self.order(&spec.order_by)));
        }
        parts.extend(spec.window_frame.as_ref().map(|frame| match &frame.end_bound {
            Some(end) => format!("{} BETWEEN {} AND {end}", frame.units, frame.start_bound),
            None => format!("{} BETWEEN {} AND CURRENT ROW", frame.units, frame.start_bound),
        }));
        parts.join(" ")
    }
}

fn negate(text: String, negated: bool) -> String {
    if negated { format!("(NOT {text})") } else { text }
}

/// A type under the name that DuckDB knows it by.
fn of_type(ty: &ast::DataType) -> String {
    let text = ty.to_string();
    let (head, rest) = text.split_at(text.find(['(', '[']).unwrap_or(text.len()));
    let head = match head.to_ascii_uppercase().as_str() {
        "INT" | "INT4" | "SIGNED" => "INTEGER".to_owned(),
        "INT8" | "LONG" => "BIGINT".to_owned(),
        "TEXT" | "STRING" | "CHAR" => "VARCHAR".to_owned(),
        "BOOL" => "BOOLEAN".to_owned(),
        "FLOAT8" => "DOUBLE".to_owned(),
        "NUMERIC" => "DECIMAL".to_owned(),
        _ => head.to_owned(),
    };
    format!("{head}{}", rest.replace(", ", ",").replace(',', ", "))
}

#[cfg(test)]
mod tests {
    use crate::dialect::find;
    use crate::syntax::{ast, parse};

    fn check(expr: &str, expected: &str) {
        let dialect = find("duckdb").expect("duckdb is a dialect");
        let parsed = parse(&format!("select {expr} from t"), &dialect);
        let tree = parsed.statements[0].tree.as_ref().expect("the text is a query");
        let ast::Statement::Query(query) = tree.as_ref() else { panic!("a query") };
        let ast::SetExpr::Select(select) = query.body.as_ref() else { panic!("a select") };
        let ast::SelectItem::UnnamedExpr(expr) = &select.projection[0] else { panic!("an expression") };
        assert_eq!(super::spelled(expr, &dialect), expected);
    }

    /// As DuckDB 1.4 answers `select .. from t`.
    #[test]
    fn expressions_are_spelled_as_duckdb_does() {
        check("length(name)", "length(\"name\")");
        check("k not in (1,2)", "(NOT (k IN (1, 2)))");
        check("a and b and k<>1", "(a AND b AND (k != 1))");
        check("case k when 1 then 2 end", "CASE  WHEN ((k = 1)) THEN (2) ELSE NULL END");
        check("k::decimal(12,2)", "CAST(k AS DECIMAL(12, 2))");
        check("{'x': k}", "struct_pack(x := k)");
        check("[k,id]", "list_value(k, id)");
        check("x not ilike 'a%'", "(x !~~* 'a%')");
        check("count(*) filter (where k>1)", "count_star() FILTER (WHERE (k > 1))");
        check("-k", "(-(k))");
        check(
            "first_value(k) over (order by id rows between 1 preceding and current row)",
            "first_value(k) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        );
        check("extract(year from d)", "date_part('YEAR', d)");
    }
}
