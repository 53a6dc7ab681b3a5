//! A dialect's two TOML files in, its facts out; what a file does not say it takes from the dialect it extends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::data::{Value, toml};

use super::table::Entry;
use super::{AliasRule, Dialect, Folding, Function, FunctionKind, NullOrder, Nulls, Returns};

/// The facts of one line of the table. Our own files are right: what is wrong with them, a test says.
pub(super) fn read(entry: &Entry, find: impl Fn(&str) -> Option<Arc<Dialect>>) -> Dialect {
    let facts = toml::parse(entry.facts).expect("a dialect.toml of the house is valid TOML");
    let base = facts.get("extends").and_then(Value::str).and_then(find);
    let mut dialect = base.map_or_else(blank, |base| Dialect::clone(&base));
    entry.name.clone_into(&mut dialect.label);
    read_facts(&mut dialect, &facts);
    let functions = toml::parse(entry.functions).expect("a functions.toml of the house is valid TOML");
    read_functions(&mut dialect.functions, &functions);
    for (ours, theirs) in facts.get("types").map(Value::entries).unwrap_or_default() {
        let theirs = theirs.str().expect("a type's name is a string");
        dialect.functions.values_mut().for_each(|function| rename(&mut function.returns, &ours.text, theirs));
    }
    if dialect.flag("safe_prefix") {
        add_safe(&mut dialect.functions);
    }
    dialect
}

/// `SAFE.PARSE_DATE(..)` is NULL where `PARSE_DATE(..)` fails, so it is a function of its own.
fn add_safe(known: &mut BTreeMap<String, Function>) {
    let scalars = known.iter().filter(|(_, function)| function.kind == FunctionKind::Scalar);
    let safe = scalars.map(|(name, function)| {
        let canonical = format!("SAFE.{}", function.canonical);
        (format!("SAFE.{name}"), Function { canonical, nulls: Nulls::Unknown, ..function.clone() })
    });
    let safe: Vec<_> = safe.collect();
    known.extend(safe);
}

/// Gives a type the name it has in this dialect: `[types] BIGINT = "INT64"`.
fn rename(returns: &mut Returns, ours: &str, theirs: &str) {
    match returns {
        Returns::Type(name) if name == ours => theirs.clone_into(name),
        Returns::ByFamily { cases, .. } => cases.iter_mut().for_each(|(_, returns)| rename(returns, ours, theirs)),
        _ => {}
    }
}

/// What holds where no file says anything: nothing is seen that the standard does not show.
fn blank() -> Dialect {
    Dialect {
        label: String::new(),
        parser: "generic".to_owned(),
        column_folding: Folding::Insensitive,
        relation_folding: Folding::Insensitive,
        alias_in_select: AliasRule::Hidden,
        alias_in_where: AliasRule::Hidden,
        alias_in_group_by: AliasRule::Hidden,
        alias_in_having: AliasRule::Hidden,
        alias_in_qualify: AliasRule::Hidden,
        alias_in_order_by: AliasRule::AliasFirst,
        alias_in_order_by_expression: AliasRule::Hidden,
        keywords: BTreeSet::new(),
        null_order: NullOrder::Largest,
        integer_division: false,
        implicit_casts: BTreeSet::new(),
        flags: BTreeMap::new(),
        functions: BTreeMap::new(),
    }
}

fn read_facts(dialect: &mut Dialect, facts: &Value) {
    if let Some(parser) = facts.get("parser").and_then(Value::str) {
        parser.clone_into(&mut dialect.parser);
    }
    let folding = |path| facts.at(path).and_then(Value::str).map(folding);
    dialect.column_folding = folding(&["names", "columns"]).unwrap_or(dialect.column_folding);
    dialect.relation_folding = folding(&["names", "relations"]).unwrap_or(dialect.relation_folding);
    let keywords = facts.at(&["names", "keywords"]).map(Value::items).unwrap_or_default();
    dialect.keywords.extend(keywords.iter().filter_map(Value::str).map(str::to_owned));
    let clauses = [
        ("select", &mut dialect.alias_in_select),
        ("where", &mut dialect.alias_in_where),
        ("group_by", &mut dialect.alias_in_group_by),
        ("having", &mut dialect.alias_in_having),
        ("qualify", &mut dialect.alias_in_qualify),
        ("order_by", &mut dialect.alias_in_order_by),
        ("order_by_expression", &mut dialect.alias_in_order_by_expression),
    ];
    for (clause, rule) in clauses {
        *rule = facts.at(&["aliases", clause]).and_then(Value::str).map_or(*rule, alias_rule);
    }
    dialect.null_order = facts.get("null_order").and_then(Value::str).map_or(dialect.null_order, null_order);
    dialect.integer_division = facts.get("integer_division").and_then(Value::bool).unwrap_or(dialect.integer_division);
    let casts = facts.get("implicit_casts").map(Value::items).unwrap_or_default();
    dialect.implicit_casts.extend(casts.iter().filter_map(Value::str).map(str::to_owned));
    for table in ["flags", "parse", "rewrites"] {
        for (key, value) in facts.get(table).map(Value::entries).unwrap_or_default() {
            dialect.flags.insert(key.text.clone(), value.bool().expect("a flag is true or false"));
        }
    }
}

fn folding(word: &str) -> Folding {
    match word {
        "upper" => Folding::Upper,
        "lower" => Folding::Lower,
        "insensitive" => Folding::Insensitive,
        "sensitive" => Folding::Sensitive,
        _ => unreachable!("a folding is upper, lower, insensitive or sensitive, not {word}"),
    }
}

fn alias_rule(word: &str) -> AliasRule {
    match word {
        "hidden" => AliasRule::Hidden,
        "column" => AliasRule::ColumnFirst,
        "alias" => AliasRule::AliasFirst,
        _ => unreachable!("an alias rule is hidden, column or alias, not {word}"),
    }
}

fn null_order(word: &str) -> NullOrder {
    match word {
        "first" => NullOrder::First,
        "last" => NullOrder::Last,
        "smallest" => NullOrder::Smallest,
        "largest" => NullOrder::Largest,
        _ => unreachable!("a null order is first, last, smallest or largest, not {word}"),
    }
}

/// Sections `aggregate`, `window`, `table`, `scalar` say what a function is; `synonyms` give other names to what is
/// known by then; `absent` takes away what the dialect it extends has.
fn read_functions(known: &mut BTreeMap<String, Function>, file: &Value) {
    for (section, kind) in [
        ("scalar", FunctionKind::Scalar),
        ("aggregate", FunctionKind::Aggregate),
        ("window", FunctionKind::Window),
        ("table", FunctionKind::Table),
    ] {
        for (name, facts) in file.get(section).map(Value::entries).unwrap_or_default() {
            let facts = facts.str().expect("a function's facts are one string");
            known.insert(name.text.clone(), function(&name.text, kind, facts));
        }
    }
    for (name, canonical) in file.get("synonyms").map(Value::entries).unwrap_or_default() {
        let canonical = canonical.str().and_then(|canonical| known.get(canonical)).cloned();
        known.insert(name.text.clone(), canonical.expect("a synonym names a function that is known"));
    }
    for name in file.get("absent").map(Value::strings).unwrap_or_default() {
        known.remove(&name);
    }
}

/// Reads `BIGINT; strict; commutative`: first what it returns, then what else is so.
fn function(name: &str, kind: FunctionKind, facts: &str) -> Function {
    let mut parts = facts.split(';').map(str::trim);
    let returns = returns(parts.next().unwrap_or_default());
    let canonical = name.to_owned();
    let mut function =
        Function { canonical, kind, returns, nulls: Nulls::Unknown, volatile: false, commutative: false };
    for part in parts {
        match part {
            "strict" => function.nulls = Nulls::Strict,
            "never" => function.nulls = Nulls::Never,
            "coalesce" => function.nulls = Nulls::Coalesce,
            "volatile" => function.volatile = true,
            "commutative" => function.commutative = true,
            _ => match part.strip_prefix("as ") {
                Some(canonical) => canonical.clone_into(&mut function.canonical),
                None => unreachable!("{name} has no fact `{part}`"),
            },
        }
    }
    function
}

/// Reads `arg 0`, `common 0`, `array 0`, `element 0`, `struct`, `by 0 integer=HUGEINT decimal=DECIMAL(38,s) *=arg 0`
/// or a type's name; empty is unknown.
fn returns(text: &str) -> Returns {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let number = || rest.split(' ').next().and_then(|digits| digits.parse().ok()).expect("a rule names an argument");
    match word {
        "" => Returns::Unknown,
        "arg" => Returns::Argument(number()),
        "common" => Returns::CommonFrom(number()),
        "array" => Returns::ArrayOf(number()),
        "element" => Returns::ElementOf(number()),
        "struct" => Returns::StructOfArguments,
        "by" => Returns::ByFamily { argument: number(), cases: cases(rest) },
        _ => Returns::Type(text.to_owned()),
    }
}

/// `0 integer=HUGEINT *=arg_0`: in a case `_` stands for a blank.
fn cases(text: &str) -> Vec<(String, Returns)> {
    let pairs = text.split(' ').skip(1).filter(|part| !part.is_empty());
    pairs
        .map(|part| {
            let (family, rule) = part.split_once('=').expect("a case is family=type");
            (family.to_owned(), returns(&rule.replace('_', " ")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Nulls, Returns, function, rename, returns};
    use crate::data::{Value, toml};
    use crate::dialect::table::TABLE;
    use crate::dialect::{FunctionKind, find};

    const SECTIONS: [&str; 5] = ["aggregate", "window", "table", "scalar", "synonyms"];

    #[test]
    fn facts_of_a_function_are_one_line() {
        let least = function("LEAST", FunctionKind::Scalar, "common 0; strict; commutative");
        assert_eq!((least.returns, least.nulls), (Returns::CommonFrom(0), Nulls::Strict));
        assert!(least.commutative && !least.volatile);
    }

    #[test]
    fn a_rule_may_differ_by_family() {
        let cases =
            vec![("integer".to_owned(), Returns::Type("HUGEINT".to_owned())), ("*".to_owned(), Returns::Argument(0))];
        assert_eq!(returns("by 0 integer=HUGEINT *=arg_0"), Returns::ByFamily { argument: 0, cases });
        assert_eq!(returns("TIMESTAMP WITH TIME ZONE"), Returns::Type("TIMESTAMP WITH TIME ZONE".to_owned()));
    }

    #[test]
    fn kind_and_value_stay_apart() {
        assert_eq!(returns(""), Returns::Unknown);
        assert_eq!(returns("array 1"), Returns::ArrayOf(1));
    }

    #[test]
    fn names_are_sorted_within_a_section() {
        for entry in TABLE {
            let file = toml::parse(entry.functions).expect("valid TOML");
            for section in SECTIONS {
                let entries = file.get(section).map(Value::entries).unwrap_or_default();
                let names: Vec<&str> = entries.iter().map(|(name, _)| name.text.as_str()).collect();
                let mut sorted = names.clone();
                sorted.sort_unstable();
                assert_eq!(names, sorted, "{} [{section}]", entry.name);
            }
        }
    }

    #[test]
    fn no_line_says_what_the_dialect_below_says() {
        let mut redundant = Vec::new();
        for entry in TABLE {
            let facts = toml::parse(entry.facts).expect("valid TOML");
            let Some(base) = facts.get("extends").and_then(Value::str).and_then(find) else { continue };
            let dialect = find(entry.name).expect("a dialect of the table");
            let file = toml::parse(entry.functions).expect("valid TOML");
            for (name, _) in
                SECTIONS.iter().flat_map(|section| file.get(section).map(Value::entries).unwrap_or_default())
            {
                let mut below = base.function(&name.text).cloned();
                for (ours, theirs) in facts.get("types").map(Value::entries).unwrap_or_default() {
                    if let Some(function) = &mut below {
                        rename(&mut function.returns, &ours.text, theirs.str().expect("a type's name"));
                    }
                }
                if below.as_ref() == dialect.function(&name.text) {
                    redundant.push(format!("{} {}", entry.name, name.text));
                }
            }
        }
        assert!(redundant.is_empty(), "{}", redundant.join("\n"));
    }
}
