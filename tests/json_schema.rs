//! A JSON value and a JSON Schema in; where the value is not what the schema says, out.
//!
//! Knows the words that `schemas/` uses and refuses others, so that no word is taken for checked that is not.

use serde_json::Value;

const KNOWN: [&str; 16] = [
    "$schema",
    "$id",
    "$defs",
    "$ref",
    "title",
    "description",
    "examples",
    "type",
    "enum",
    "const",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "anyOf",
    "minItems",
];

/// Every place where the value breaks the schema, as `/models/0/name: ..`.
pub fn complaints(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(words) = schema.as_object() else {
        if schema == &Value::Bool(false) {
            found.push(format!("{at}: is not allowed"));
        }
        return;
    };
    found.extend(words.keys().filter(|word| !KNOWN.contains(&word.as_str())).map(|word| format!("{at}: `{word}`?")));
    if let Some(target) = words.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(target.trim_start_matches('#'));
        check(root, target.unwrap_or(&Value::Bool(false)), value, at, found);
    }
    check_value(schema, value, at, found);
    if let Some(choices) = words.get("anyOf").and_then(Value::as_array) {
        let fits = |choice: &&Value| {
            let mut inner = Vec::new();
            check(root, choice, value, at, &mut inner);
            inner.is_empty()
        };
        if choices.iter().find(fits).is_none() {
            found.push(format!("{at}: fits none of its shapes: {value}"));
        }
    }
    if let (Some(items), Some(values)) = (words.get("items"), value.as_array()) {
        for (number, item) in values.iter().enumerate() {
            check(root, items, item, &format!("{at}/{number}"), found);
        }
    }
    check_object(root, schema, value, at, found);
}

/// `type`, `enum`, `const`.
fn check_value(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_a(value, name)) {
        found.push(format!("{at}: is no {}: {value}", types.join(" or ")));
    }
    if let Some(values) = schema["enum"].as_array().filter(|values| !values.contains(value)) {
        found.push(format!("{at}: {value} is none of {values:?}"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
}

fn check_object(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(object) = value.as_object() else { return };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    found.extend(required.filter(|name| !object.contains_key(*name)).map(|name| format!("{at}: has no `{name}`")));
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(property), _) | (None, Some(property)) => check(root, property, value, &at, found),
            (None, None) => {}
        }
    }
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

mod tests {
    use serde_json::json;

    use super::complaints;

    #[test]
    fn a_value_is_held_to_its_schema() {
        let schema = json!({
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {"name": {"type": "string"}, "kinds": {"items": {"$ref": "#/$defs/kind"}}},
            "$defs": {"kind": {"enum": ["a", "b"]}},
        });
        assert_eq!(complaints(&schema, &json!({"name": "x", "kinds": ["a"]})), [""; 0]);
        assert_eq!(complaints(&schema, &json!({"name": 1})), ["/name: is no string: 1"]);
        assert_eq!(complaints(&schema, &json!({"nam": "x"})), [": has no `name`", "/nam: is not allowed"]);
        assert_eq!(complaints(&schema, &json!({"name": "x", "kinds": ["c"]})).len(), 1);
        assert_eq!(complaints(&json!({"minimum": 1}), &json!(1)), [": `minimum`?"]);
    }
}
