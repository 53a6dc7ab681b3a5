//! `api.Column` and the columns that the adapter tells of.

use super::adapter::Facts;
use super::object::Object;
use crate::template::function::Args;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::template) struct Column {
    pub(in crate::template) name: String,
    pub(in crate::template) data_type: String,
}

impl Column {
    pub(super) fn attribute(&self, run: &Run<'_>, name: &str) -> Option<Value> {
        Some(match name {
            "name" | "column" => Value::text(self.name.as_str()),
            "dtype" | "data_type" => Value::text(self.data_type.as_str()),
            "quoted" => Value::text(run.env.adapter.quoted(&self.name)),
            "char_size" | "numeric_precision" | "numeric_scale" => Value::None,
            "mode" => Value::text("NULLABLE"),
            "fields" => Value::list([]),
            _ => return None,
        })
    }

    fn is(&self, words: &[&str]) -> Value {
        let kind = self.data_type.to_ascii_lowercase();
        let head = kind.split(['(', ' ']).next().unwrap_or_default();
        Value::Bool(words.contains(&head))
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

pub(super) fn method(column: &Column, name: &str, _: &Args) -> Result<Value, Stop> {
    match name {
        "is_string" => Ok(column.is(&STRINGS)),
        "is_integer" => Ok(column.is(&INTEGERS)),
        "is_float" => Ok(column.is(&FLOATS)),
        "is_numeric" => Ok(column.is(&NUMERICS)),
        "is_number" => {
            Ok(Value::Bool([&INTEGERS[..], &FLOATS, &NUMERICS].into_iter().any(|words| column.is(words).truth())))
        }
        "string_size" => Ok(Value::Int(256)),
        "can_expand_to" => Ok(Value::Bool(false)),
        "literal" => Ok(Value::text(format!("{}::{}", column.name, column.data_type))),
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
