//! `api.Column` and the columns that the adapter tells of.

use super::adapter::{Facts, Texts};
use super::object::Object;
use crate::template::function::Args;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::Span;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::template) struct Column {
    pub(in crate::template) name: String,
    pub(in crate::template) data_type: String,
}

impl Column {
    pub(super) fn attribute(&self, run: &mut Run<'_>, name: &str, span: Span) -> Option<Value> {
        if self.data_type.is_empty() && !matches!(name, "name" | "column" | "quoted") {
            let unknown = run.unknown(format!("the type of the column `{}`", self.name), span);
            // A type that can stand in a cast keeps the text around it readable.
            let text = matches!(name, "dtype" | "data_type" | "expanded_data_type");
            return Some(if text { Value::text(translated(run.env.adapter, "string")) } else { unknown });
        }
        let facts = run.env.adapter;
        Some(match name {
            "name" | "column" => Value::text(self.name.as_str()),
            "dtype" => Value::text(self.head()),
            "data_type" | "expanded_data_type" => Value::text(self.data_type(facts)),
            "quoted" => Value::text(facts.quoted(&self.name)),
            "char_size" if self.is_any(&STRINGS) => self.number(0),
            "numeric_precision" if self.is_any(&NUMERICS) => self.number(0),
            "numeric_scale" if self.is_any(&NUMERICS) => self.number(1),
            "char_size" | "numeric_precision" | "numeric_scale" => Value::None,
            "mode" => Value::text("NULLABLE"),
            "fields" => Value::list([]),
            _ => return None,
        })
    }

    /// The type as the adapter's catalog tells it, its size aside where that is told apart.
    fn head(&self) -> &str {
        match self.data_type.split_once('(') {
            Some((head, rest)) if rest.ends_with(')') && self.is_any(&STRINGS) => head.trim_end(),
            _ => &self.data_type,
        }
    }

    /// As dbt's classes of columns write it: most print the size of a text, known or not.
    fn data_type(&self, facts: &Facts) -> String {
        let size = || match self.number(0) {
            Value::Int(size) => Some(size),
            _ => None,
        };
        match facts.texts {
            Texts::AsTold => self.data_type.clone(),
            Texts::Sized { name, default } if self.is_any(&["text", "character varying", "character", "varchar"]) => {
                size().or(default).map_or_else(|| self.data_type.clone(), |size| format!("{name}({size})"))
            }
            Texts::Sized { .. } => self.data_type.clone(),
        }
    }

    /// A number in the brackets of the type.
    fn number(&self, at: usize) -> Value {
        let inner = self.data_type.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        let number = inner.and_then(|(inner, _)| inner.split(',').nth(at)).and_then(|part| part.trim().parse().ok());
        number.map_or(Value::None, Value::Int)
    }

    fn is_any(&self, words: &[&str]) -> bool {
        let kind = self.data_type.to_ascii_lowercase();
        let head = kind.split('(').next().unwrap_or_default().trim_end();
        words.contains(&head) || words.contains(&head.split(' ').next().unwrap_or_default())
    }

    fn is(&self, words: &[&str]) -> Value {
        Value::Bool(self.is_any(words))
    }
}

const STRINGS: [&str; 7] = ["text", "character varying", "character", "varchar", "string", "char", "nvarchar"];
const INTEGERS: [&str; 12] = [
    "smallint",
    "integer",
    "bigint",
    "smallserial",
    "serial",
    "bigserial",
    "int2",
    "int4",
    "int8",
    "int",
    "tinyint",
    "int64",
];
const FLOATS: [&str; 6] = ["real", "float4", "float", "double", "float8", "float64"];
const NUMERICS: [&str; 4] = ["numeric", "decimal", "number", "bignumeric"];

pub(super) fn method(run: &mut Run<'_>, column: &Column, name: &str, span: Span) -> Result<Value, Stop> {
    if column.data_type.is_empty() {
        return Ok(run.unknown(format!("the type of the column `{}`", column.name), span));
    }
    match name {
        "is_string" => Ok(column.is(&STRINGS)),
        "is_integer" => Ok(column.is(&INTEGERS)),
        "is_float" => Ok(column.is(&FLOATS)),
        "is_numeric" => Ok(column.is(&NUMERICS)),
        "is_number" => {
            Ok(Value::Bool([&INTEGERS[..], &FLOATS, &NUMERICS].into_iter().any(|words| column.is(words).truth())))
        }
        "string_size" => Ok(match column.number(0) {
            Value::None => Value::Int(256),
            size => size,
        }),
        "can_expand_to" => Ok(Value::Bool(false)),
        "literal" => Ok(Value::text(format!("{}::{}", column.name, column.data_type(run.env.adapter)))),
        _ => Err(Stop::fault(format!("a column has no method `{name}`"))),
    }
}

/// What the adapter calls a type: `string` is `TEXT` to most.
fn translated(facts: &Facts, name: &str) -> String {
    let label = facts.types.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(name, |(_, label)| label);
    if facts.lower_types { label.to_ascii_lowercase() } else { label.to_owned() }
}

pub(super) fn class_method(run: &Run<'_>, name: &str, args: &Args) -> Result<Value, Stop> {
    match name {
        "create" | "from_description" => {
            let column = Column {
                name: print::plain(args.get(0, "column").or_else(|| args.named("name")).unwrap_or(&Value::None)),
                data_type: print::plain(
                    args.get(1, "dtype").or_else(|| args.named("label_or_dtype")).unwrap_or(&Value::None),
                ),
            };
            Ok(Value::object(Object::Column(column)))
        }
        "translate_type" => Ok(Value::text(translated(run.env.adapter, args.text(0, "dtype")?))),
        "string_type" => Ok(Value::text(format!("character varying({})", args.int(0, "size").unwrap_or(256)))),
        "numeric_type" => {
            let name = args.text(0, "dtype")?;
            let (precision, scale) = (args.int(1, "precision"), args.int(2, "scale"));
            Ok(Value::text(match (run.env.adapter.sized_number, precision.zip(scale)) {
                (Some(own), Some((precision, scale))) => {
                    format!("{}({precision},{scale})", if own.is_empty() { name } else { own })
                }
                _ => name.to_owned(),
            }))
        }
        _ => Err(Stop::fault(format!("`api.Column` has no method `{name}`"))),
    }
}
