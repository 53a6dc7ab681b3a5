//! Functions that give rows: UNNEST, FLATTEN, EXPLODE, generate_series, and those nobody knows.

use super::from::idents;
use super::scope::Scope;
use super::{Bound, Resolver, named_output};
use crate::algebra::expr::Expr;
use crate::algebra::infer;
use crate::algebra::query::{ColumnId, Op, RelId};
use crate::algebra::sql_type::{Family, Type};
use crate::syntax::ast::{self, FunctionArg, FunctionArgExpr, Ident, TableAlias};
use crate::text::Span;

/// Stands for the name of the function, or its alias.
const OWN_NAME: &str = "";

/// Table functions and their columns.
const KNOWN: &[(&[&str], &[&str])] = &[
    (
        &[
            "JSON_ARRAY_ELEMENTS",
            "JSONB_ARRAY_ELEMENTS",
            "JSON_ARRAY_ELEMENTS_TEXT",
            "JSONB_ARRAY_ELEMENTS_TEXT",
            "STRING_SPLIT",
        ],
        &["value"],
    ),
    (&["JSONB_EACH", "JSON_EACH_TEXT", "JSONB_EACH_TEXT", "EACH"], &["key", "value"]),
    (
        &[
            "JSON_OBJECT_KEYS",
            "JSONB_OBJECT_KEYS",
            "REGEXP_MATCHES",
            "REGEXP_SPLIT_TO_TABLE",
            "STRING_TO_TABLE",
            "GENERATE_SUBSCRIPTS",
            "JSONB_PATH_QUERY",
            "REPEAT_ROW",
        ],
        &[OWN_NAME],
    ),
    (&["STRTOK_SPLIT_TO_TABLE"], &["SEQ", "INDEX", "VALUE"]),
    (&["GENERATOR"], &[]),
    (&["INFER_SCHEMA"], &["COLUMN_NAME", "TYPE", "NULLABLE", "EXPRESSION", "FILENAMES", "ORDER_ID"]),
    (&["NUMBERS", "NUMBERS_MT", "PRIMES"], &["number"]),
    (&["ZEROS", "ZEROS_MT"], &["zero"]),
    (&["GLOB"], &["file"]),
];

/// Table functions whose columns are those of a file or of another database: known by use, as a table's are.
const READS_FILES: &[&str] = &[
    "READ_CSV",
    "READ_CSV_AUTO",
    "READ_PARQUET",
    "PARQUET_SCAN",
    "READ_JSON",
    "READ_JSON_AUTO",
    "READ_NDJSON",
    "READ_NDJSON_AUTO",
    "READ_XLSX",
    "READ_FILES",
    "CLOUD_FILES",
    "DELTA_SCAN",
    "ICEBERG_SCAN",
    "SQLITE_SCAN",
    "POSTGRES_SCAN",
    "MYSQL_SCAN",
    "EXTERNAL_QUERY",
    "FEDERATED_QUERY",
    "REMOTE_QUERY",
    "OPENQUERY",
    "OPENROWSET",
    "OPENDATASOURCE",
    "S3",
    "S3CLUSTER",
    "GCS",
    "URL",
    "FILE",
    "HDFS",
    "REMOTE",
    "REMOTESECURE",
    "CLUSTER",
    "CLUSTERALLREPLICAS",
    "MERGE",
];

impl Resolver<'_> {
    /// `UNNEST(arrays) [WITH OFFSET]` in FROM: it may read the relations on its left.
    pub(super) fn unnest(
        &mut self,
        arrays: &[ast::Expr],
        offset: Option<Ident>,
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Span,
    ) -> RelId {
        let exprs: Vec<Expr> = arrays.iter().map(|array| self.expr(array, scope)).collect();
        let seed = self.node(Op::Values { rows: vec![Vec::new()] }, Vec::new(), span);
        let value_name = match alias {
            Some(alias) if alias.columns.is_empty() && self.dialect.flag("unnest_alias_is_column") => {
                alias.name.value.clone()
            }
            _ => "unnest".to_owned(),
        };
        let mut outputs = Vec::new();
        let mut unknown = None;
        for expr in &exprs {
            let element = infer::element_of(&expr.ty);
            let shows = self.dialect.flag("unnest_spreads_structs") && self.dialect.flag("unnest_alias_is_column");
            let fields_unknown =
                matches!(element.family, Family::Struct | Family::Unknown) && element.fields.is_empty();
            let spread = self.dialect.flag("unnest_spreads_structs")
                && element.family == Family::Struct
                && !element.fields.is_empty();
            if spread {
                for (name, ty) in &element.fields {
                    let column = self.column(name, false, ty.clone(), span);
                    outputs.push(named_output(name, false, column, span));
                }
                continue;
            }
            let column = self.column(&value_name, false, element, span);
            outputs.push(named_output(&value_name, false, column, span));
            unknown = (shows && fields_unknown).then_some(column);
        }
        // `UNNEST(m) AS u (k, v)`: a map, or rows whose fields the alias names.
        let listed = alias.map_or(&[][..], |alias| alias.columns.as_slice());
        let named = outputs.len() + usize::from(offset.is_some());
        for name in listed.iter().skip(named) {
            let column = self.column(&name.name.value, false, Type::unknown(), span);
            outputs.push(named_output(&name.name.value, false, column, span));
        }
        if let Some(offset) = offset {
            let column = self.column(&offset.value, false, Type::named("BIGINT", Family::Integer), span);
            outputs.push(super::output(&offset, column, span));
        }
        let columns: Vec<ColumnId> = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Unnest { input: seed, exprs, columns, outer: false }, Vec::new(), span);
        self.push_item(scope, alias, "unnest", Vec::new(), Bound { rel, outputs });
        if let Some(item) = scope.items.last_mut() {
            item.element = unknown;
        }
        rel
    }

    /// Redshift's `UNPIVOT t.obj AS value AT name`: a row for each member of an object.
    pub(super) fn unpivoted_value(
        &mut self,
        object: &ast::Expr,
        value: &Ident,
        name: Option<&Ident>,
        scope: &mut Scope,
        span: Span,
    ) -> RelId {
        let exprs = vec![self.expr(object, scope)];
        let mut outputs = Vec::new();
        for ident in std::iter::once(value).chain(name) {
            let column = self.column(&ident.value, ident.quote_style.is_some(), Type::unknown(), span);
            outputs.push(super::output(ident, column, span));
        }
        let columns: Vec<ColumnId> = outputs.iter().map(|output| output.column).collect();
        let seed = self.node(Op::Values { rows: vec![Vec::new()] }, Vec::new(), span);
        let rel = self.node(Op::Unnest { input: seed, exprs, columns, outer: false }, Vec::new(), span);
        self.push_closed(scope, "", Bound { rel, outputs });
        rel
    }

    /// `FROM t, t.items`: the elements of an array column of a relation on the left.
    pub(super) fn implicit_unnest(
        &mut self,
        parts: &[Ident],
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Span,
    ) -> RelId {
        let array = ast::Expr::CompoundIdentifier(parts.to_vec());
        // Redshift's `t.items AS i AT n`.
        let position = alias.and_then(|alias| alias.at.clone());
        self.unnest(&[array], position, alias, scope, span)
    }

    /// ClickHouse's ARRAY JOIN: the array's elements take the place of its rows.
    pub(super) fn array_join(
        &mut self,
        left: RelId,
        factor: &ast::TableFactor,
        outer: bool,
        scope: &mut Scope,
        span: Span,
    ) -> RelId {
        let (array, alias, name) = match factor {
            ast::TableFactor::Table { name, args: Some(call), alias, .. } if is_unnest(name) => {
                match call.args.first().and_then(argument) {
                    Some(array) => (self.expr(array, scope), alias, super::name::own_name(array).map(Ident::new)),
                    None => return left,
                }
            }
            ast::TableFactor::Table { name, alias, .. } => {
                let parts = idents(name);
                (self.name(&parts, scope, span), alias, parts.last().cloned())
            }
            ast::TableFactor::UNNEST { array_exprs, alias, .. } => match array_exprs.first() {
                Some(array) => (self.expr(array, scope), alias, super::name::own_name(array).map(Ident::new)),
                None => return left,
            },
            _ => return left,
        };
        let element = infer::element_of(&array.ty);
        let Some(own) = alias.as_ref().map(|alias| alias.name.clone()).or(name) else { return left };
        let column = self.column(&own.value, own.quote_style.is_some(), element, span);
        let outputs = vec![super::output(&own, column, span)];
        let rel =
            self.node(Op::Unnest { input: left, exprs: vec![array], columns: vec![column], outer }, Vec::new(), span);
        let key = self.key(&own);
        for other in scope.items.iter_mut().flat_map(|item| &mut item.columns) {
            // The element hides the array of the same name.
            other.merged |= other.key == key;
        }
        self.push_closed(scope, "", Bound { rel, outputs });
        rel
    }

    /// An item whose columns are its own: those of the relation on its left, which may be open, are not asked of it.
    fn push_closed(&mut self, scope: &mut Scope, name: &str, bound: Bound) {
        self.push_item(scope, None, name, Vec::new(), bound);
        if let Some(item) = scope.items.last_mut() {
            item.open = false;
        }
    }

    /// Hive's and Spark's LATERAL VIEW.
    pub(super) fn lateral_view(&mut self, left: RelId, view: &ast::LateralView, scope: &mut Scope) -> RelId {
        let span = self.span_of(&view.lateral_view);
        let call = self.expr(&view.lateral_view, scope);
        let own: Vec<Expr> = self.pending_unnests.drain(..).map(|(expr, _)| expr).collect();
        let exprs = if own.is_empty() { vec![call] } else { own };
        let names =
            if view.lateral_col_alias.is_empty() { vec![Ident::new("col")] } else { view.lateral_col_alias.clone() };
        let outputs: Vec<_> = names
            .iter()
            .map(|name| {
                let column = self.column(&name.value, name.quote_style.is_some(), Type::unknown(), span);
                super::output(name, column, span)
            })
            .collect();
        let columns = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::Unnest { input: left, exprs, columns, outer: view.outer }, Vec::new(), span);
        let name = idents(&view.lateral_view_name).last().map(|name| self.relation_key(name)).unwrap_or_default();
        self.push_closed(scope, &name, Bound { rel, outputs });
        rel
    }

    /// `f(args)` in FROM.
    pub(super) fn called(
        &mut self,
        name: &ast::ObjectName,
        args: &[FunctionArg],
        with_ordinality: bool,
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Span,
    ) -> RelId {
        let function = idents(name).last().map(|ident| ident.value.to_ascii_uppercase()).unwrap_or_default();
        let exprs: Vec<&ast::Expr> = args.iter().filter_map(argument).collect();
        if matches!(function.as_str(), "UNNEST" | "EXPLODE" | "EXPLODE_OUTER" | "POSEXPLODE") && !exprs.is_empty() {
            let arrays: Vec<ast::Expr> = exprs.into_iter().cloned().collect();
            let offset = with_ordinality.then(|| Ident::new("ordinality"));
            return self.unnest(&arrays, offset, alias, scope, span);
        }
        let args: Vec<Expr> = exprs.iter().map(|expr| self.expr(expr, scope)).collect();
        let (columns, open) = self.table_function_columns(&function, &args, alias);
        let outputs: Vec<_> = columns
            .into_iter()
            .map(|(name, ty)| {
                let column = self.column(&name, false, ty, span);
                named_output(&name, false, column, span)
            })
            .collect();
        if open && !READS_FILES.contains(&function.as_str()) {
            self.partial("unknown table function", function.clone(), span);
        }
        let ids = outputs.iter().map(|output| output.column).collect();
        let rel = self.node(Op::TableFunction { name: function.clone(), args, open }, ids, span);
        self.push_item(scope, alias, &function.to_ascii_lowercase(), Vec::new(), Bound { rel, outputs });
        rel
    }

    /// `TABLE(f(args))`, and any other expression that gives rows.
    pub(super) fn called_expr(
        &mut self,
        expr: &ast::Expr,
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Span,
    ) -> RelId {
        if let ast::Expr::Function(function) = expr
            && let ast::FunctionArguments::List(list) = &function.args
        {
            return self.called(&function.name, &list.args, false, alias, scope, span);
        }
        let args = vec![self.expr(expr, scope)];
        self.partial("unknown table function", "an expression in FROM", span);
        let rel = self.node(Op::TableFunction { name: "TABLE".to_owned(), args, open: true }, Vec::new(), span);
        self.push_item(scope, alias, "", Vec::new(), Bound { rel, outputs: Vec::new() });
        rel
    }

    /// The columns of a table function, and whether it may have others.
    fn table_function_columns(
        &self,
        function: &str,
        args: &[Expr],
        alias: Option<&TableAlias>,
    ) -> (Vec<(String, Type)>, bool) {
        let integer = || Type::named("BIGINT", Family::Integer);
        let json = || Type::named("VARIANT", Family::Json);
        let string = || Type::named("VARCHAR", Family::String);
        match function {
            "GENERATE_SERIES" | "RANGE" | "SEQUENCE" | "GENERATE_ARRAY" => {
                let ty = args.first().map_or_else(integer, |arg| {
                    if arg.ty.family == Family::Integer { integer() } else { arg.ty.clone() }
                });
                let own =
                    alias.filter(|_| self.dialect.flag("unnest_alias_is_column")).map(|alias| alias.name.value.clone());
                (vec![(own.unwrap_or_else(|| function.to_ascii_lowercase()), ty)], false)
            }
            "FLATTEN" => {
                let columns = [
                    ("SEQ", integer()),
                    ("KEY", string()),
                    ("PATH", string()),
                    ("INDEX", integer()),
                    ("VALUE", json()),
                    ("THIS", json()),
                ];
                (columns.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect(), false)
            }
            "SPLIT_TO_TABLE" => {
                let columns = [("SEQ", integer()), ("INDEX", integer()), ("VALUE", string())];
                (columns.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect(), false)
            }
            "JSON_EACH" | "JSON_TREE" => {
                let columns = ["key", "value", "type", "atom", "id", "parent", "fullkey", "path"];
                (columns.into_iter().map(|name| (name.to_owned(), Type::unknown())).collect(), false)
            }
            _ if let Some((_, columns)) = KNOWN.iter().find(|(names, _)| names.contains(&function)) => {
                // Where the function names no column of its own, the alias does.
                let own = alias.map_or_else(|| function.to_ascii_lowercase(), |alias| alias.name.value.clone());
                let name = |name: &&str| if *name == OWN_NAME { own.clone() } else { (*name).to_owned() };
                (columns.iter().map(|column| (name(column), Type::unknown())).collect(), false)
            }
            _ => match alias.map(|alias| alias.columns.as_slice()) {
                Some(columns) if !columns.is_empty() => {
                    let ty = |column: &ast::TableAliasColumnDef| {
                        column.data_type.as_ref().map(|ty| Type::parse(&ty.to_string()))
                    };
                    (
                        columns
                            .iter()
                            .map(|column| (column.name.value.clone(), ty(column).unwrap_or_default()))
                            .collect(),
                        false,
                    )
                }
                _ => (Vec::new(), true),
            },
        }
    }
}

fn is_unnest(name: &ast::ObjectName) -> bool {
    idents(name).last().is_some_and(|name| name.value.eq_ignore_ascii_case("unnest"))
}

fn argument(arg: &FunctionArg) -> Option<&ast::Expr> {
    match arg {
        FunctionArg::Named { arg: FunctionArgExpr::Expr(expr), .. }
        | FunctionArg::ExprNamed { arg: FunctionArgExpr::Expr(expr), .. }
        | FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
