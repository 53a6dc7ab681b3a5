//! The text of a `.sqlfluff` in; the same wishes as the text of a sluice.toml out, and what has no equal here.

use std::collections::BTreeMap;

use super::codes::CODES;
use crate::diagnostic::Severity;
use crate::lint::page::{OptionKind, Page};
use crate::lint::table;

/// A team's settings, carried over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// As the settings name it; `None` where they do not.
    pub dialect: Option<String>,
    /// The `[rules]` tables of a sluice.toml.
    pub toml: String,
    /// What has no equal: sections, keys and rules, as sqlfluff spells them.
    pub left: Vec<String>,
}

/// Section and key of sqlfluff, rule and option of ours, where no rule of theirs bears the section's name.
const ELSEWHERE: [(&str, &str, &str, &str); 10] = [
    ("", "max_line_length", "long-lines", "max_line_length"),
    ("rules", "max_line_length", "long-lines", "max_line_length"),
    ("rules", "tab_space_size", "indentation", "tab_space_size"),
    ("rules", "indent_unit", "indentation", "indent_unit"),
    ("rules", "single_table_references", "consistent-qualification", "single_table_references"),
    ("indentation", "trailing_comments", "long-lines", "trailing_comments"),
    ("layout:type:comma", "line_position", "commas", "line_position"),
    ("layout:type:binary_operator", "line_position", "operators", "line_position"),
    ("layout:type:comparison_operator", "line_position", "operators", "comparison_line_position"),
    ("layout:type:assignment_operator", "line_position", "operators", "assignment_line_position"),
];

/// Keys of sqlfluff that are spelt otherwise here.
const RENAMED: [(&str, &str); 3] = [
    ("capitalisation_policy", "policy"),
    ("extended_capitalisation_policy", "policy"),
    ("group_by_and_order_by_style", "style"),
];

/// Rules that are narrower here unless an option says otherwise.
const WIDER: [(&str, &str); 1] = [("unnamed-output-column", "everywhere")];

/// Keys that say how sqlfluff works, not how SQL is to be written.
const OF_NO_CONCERN: [&str; 16] = [
    "verbose",
    "nocolor",
    "templater",
    "output_line_length",
    "runaway_limit",
    "ignore",
    "warn_unused_ignores",
    "ignore_templated_areas",
    "encoding",
    "sql_file_exts",
    "fix_even_unparsable",
    "large_file_skip_char_limit",
    "large_file_skip_byte_limit",
    "processes",
    "render_variant_limit",
    "force_enable",
];

/// Rules that sqlfluff runs only where `force_enable` says so.
const OPT_IN: [&str; 6] = ["AL07", "CV13", "PG01", "PG02", "RF07", "TQ04"];

/// Carries settings over. Rules that sqlfluff would run are on, as warnings.
pub fn sqlfluff(text: &str) -> Imported {
    let mut imported = Imported::default();
    let mut rules: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut lists: BTreeMap<(String, &'static str), Vec<String>> = BTreeMap::new();
    let entries = entries(text);
    for (section, key, value) in &entries {
        match (section.as_str(), key.as_str()) {
            ("", "dialect") => imported.dialect = Some(dialect(value)),
            ("", "rules" | "exclude_rules" | "warnings") => {}
            ("", key) if OF_NO_CONCERN.contains(&key) => {}
            (section, _) if section.starts_with("templater") => {}
            (section, key) => {
                let known = set(section, key, value, &mut rules, &mut lists);
                if !known && !OF_NO_CONCERN.contains(&key) {
                    imported.left.push(format!("[{}] {key}", shown(section)));
                }
            }
        }
    }
    for ((rule, option), items) in lists {
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        rules.entry(rule).or_default().insert(option.to_owned(), format!("[{}]", items.join(", ")));
    }
    let find =
        |key: &str| entries.iter().rev().find(|entry| entry.0.is_empty() && entry.1 == key).map(|entry| &entry.2);
    for code in wanted(find("rules").map_or("all", |value| value), find("exclude_rules").map_or("", |value| value)) {
        match of_code(code).next() {
            None => imported.left.push(format!("rule {code}")),
            Some(_) => of_code(code).for_each(|page| {
                // Asking for a rule is no wish to take it less strictly than it is here.
                let level = if page.level == Some(Severity::Error) { "error" } else { "warn" };
                let rule = rules.entry(page.name.clone()).or_default();
                rule.insert("level".to_owned(), quoted(level));
                let wider = WIDER.iter().find(|wider| wider.0 == page.name).map(|wider| wider.1.to_owned());
                rule.extend(wider.map(|option| (option, "true".to_owned())));
            }),
        }
    }
    for page in OPT_IN.iter().flat_map(|code| of_code(code)) {
        let Some(rule) = rules.get_mut(&page.name) else { continue };
        if rule.remove("force_enable").is_none_or(|value| value == "false") {
            rule.remove("level");
        }
    }
    // Elsewhere it is on but for some dialects, and an option where ours is so too.
    for (name, rule) in &mut rules {
        let knows = table()
            .iter()
            .any(|page| page.name == *name && page.options.iter().any(|option| option.name == "force_enable"));
        if !knows {
            rule.remove("force_enable");
        }
    }
    for (rule, options) in rules.iter().filter(|(_, options)| !options.is_empty()) {
        imported.toml.push_str(&format!("[rules.{rule}]\n"));
        options.iter().for_each(|(name, value)| imported.toml.push_str(&format!("{name} = {value}\n")));
        imported.toml.push('\n');
    }
    imported
}

/// Carries one key over; false where it has no equal.
fn set(
    section: &str,
    key: &str,
    value: &str,
    rules: &mut BTreeMap<String, BTreeMap<String, String>>,
    lists: &mut BTreeMap<(String, &'static str), Vec<String>>,
) -> bool {
    if let Some((_, _, rule, option)) = ELSEWHERE.iter().find(|entry| entry.0 == section && entry.1 == key) {
        return put(rule, option, value, rules);
    }
    if section == "indentation" {
        return put("indentation", key, value, rules);
    }
    if let Some(kind) = section.strip_prefix("layout:type:") {
        return layout(kind, key, value, lists);
    }
    let Some(name) = section.strip_prefix("rules:") else { return false };
    let Some(code) = code_of(name) else { return false };
    let option = RENAMED.iter().find(|renamed| renamed.0 == key).map_or(key, |renamed| renamed.1);
    let pages: Vec<&Page> = of_code(code).collect();
    let mut known = false;
    for page in pages {
        if key == "force_enable" {
            let word = if is_true(value) { "true" } else { "false" };
            rules.entry(page.name.clone()).or_default().insert(key.to_owned(), word.to_owned());
            known = true;
        } else {
            known |= put(&page.name, option, value, rules);
        }
    }
    known
}

fn layout(kind: &str, key: &str, value: &str, lists: &mut BTreeMap<(String, &'static str), Vec<String>>) -> bool {
    let (rule, option) = match key {
        "keyword_line_position" => ("keyword-newline", "clauses"),
        "keyword_line_position_exclusions" => ("keyword-newline", "exclusions"),
        key if key.starts_with("spacing_") || key.starts_with("align_") => ("spacing", "layout"),
        _ => return false,
    };
    let value = value.split(',').map(str::trim).collect::<Vec<_>>().join(",");
    let item = if rule == "spacing" { format!("{kind} {key} {value}") } else { format!("{kind} {value}") };
    lists.entry((rule.to_owned(), option)).or_default().push(item);
    true
}

/// Sets an option, as its page says it is written; false where the rule has no such option.
fn put(rule: &str, option: &str, value: &str, rules: &mut BTreeMap<String, BTreeMap<String, String>>) -> bool {
    let page = table().iter().find(|page| page.name == rule);
    let Some(known) = page.and_then(|page| page.options.iter().find(|known| known.name == option)) else {
        return false;
    };
    if value.eq_ignore_ascii_case("none") && known.kind != OptionKind::String {
        return true;
    }
    let written = match known.kind {
        OptionKind::Boolean => if is_true(value) { "true" } else { "false" }.to_owned(),
        OptionKind::Integer => match value.parse::<i64>() {
            Ok(number) => number.to_string(),
            Err(_) => return false,
        },
        OptionKind::String if value.eq_ignore_ascii_case("none") && !known.doc.contains("`none`") => return true,
        OptionKind::String => quoted(value),
        OptionKind::Strings => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
        }
    };
    rules.entry(rule.to_owned()).or_default().insert(option.to_owned(), written);
    true
}

fn is_true(value: &str) -> bool {
    ["true", "yes", "1", "on"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn shown(section: &str) -> String {
    if section.is_empty() { "sqlfluff".to_owned() } else { format!("sqlfluff:{section}") }
}

/// The dialect as it is called here.
fn dialect(name: &str) -> String {
    match name {
        "sparksql" => "spark".to_owned(),
        name => name.to_owned(),
    }
}

/// Section (without `sqlfluff`), key and value, in order. A value goes on in lines that are indented.
fn entries(text: &str) -> Vec<(String, String, String)> {
    let mut entries: Vec<(String, String, String)> = Vec::new();
    let mut section = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let rest = name.strip_prefix("sqlfluff");
            section = rest.map(|rest| rest.trim_start_matches(':').to_owned());
            continue;
        }
        let Some(section) = &section else { continue };
        if line.starts_with(char::is_whitespace)
            && let Some(last) = entries.last_mut()
        {
            let longer = format!("{} {trimmed}", last.2);
            longer.trim().clone_into(&mut last.2);
        } else if let Some((key, value)) = trimmed.split_once('=') {
            let value = value.split(" #").next().unwrap_or_default().trim();
            entries.push((section.clone(), key.trim().to_owned(), value.to_owned()));
        }
    }
    entries
}

/// The codes that `rules` and `exclude_rules` leave.
fn wanted(rules: &str, exclude: &str) -> Vec<&'static str> {
    let named = |list: &str, code: &(&'static str, &'static str, bool, &'static str)| {
        list.split(',').map(str::trim).any(|word| match word {
            "all" | "All" | "ALL" => true,
            "core" => code.2,
            word => is_called(code, word) || code.1.split('.').next() == Some(word),
        })
    };
    let kept = CODES.iter().filter(|code| named(rules, code) && !named(exclude, code));
    kept.map(|code| code.0).collect()
}

fn code_of(name: &str) -> Option<&'static str> {
    CODES.iter().find(|code| is_called(code, name)).map(|code| code.0)
}

fn is_called(code: &(&str, &str, bool, &str), name: &str) -> bool {
    code.0.eq_ignore_ascii_case(name) || code.1 == name || code.3.split(' ').any(|old| !old.is_empty() && old == name)
}

/// Our rules for a code of theirs.
fn of_code(code: &str) -> impl Iterator<Item = &'static Page> {
    let code = code.to_owned();
    table().iter().filter(move |page| page.peers.iter().any(|peer| peer.tool == "sqlfluff" && peer.code == code))
}

#[cfg(test)]
mod tests {
    use super::sqlfluff;

    fn check(text: &str, toml: &str, left: &[&str]) {
        let imported = sqlfluff(text);
        assert_eq!(imported.toml.trim(), toml.trim(), "{text}");
        assert_eq!(imported.left, left, "{text}");
    }

    #[test]
    fn levels_and_options_are_carried_over() {
        check(
            "[sqlfluff]\ndialect = snowflake\nrules = CP01, L016\nmax_line_length = 100\n[sqlfluff:rules:capitalisation.keywords]\ncapitalisation_policy = upper\n",
            "[rules.keyword-case]\nlevel = \"warn\"\npolicy = \"upper\"\n\n[rules.long-lines]\nlevel = \"warn\"\nmax_line_length = 100\n",
            &[],
        );
    }

    #[test]
    fn what_has_no_equal_is_told() {
        check(
            "[sqlfluff]\nrules = CP01\n[sqlfluff:rules:my.rule]\nx = 1\n",
            "[rules.keyword-case]\nlevel = \"warn\"\n",
            &["[sqlfluff:rules:my.rule] x"],
        );
    }

    #[test]
    fn layout_becomes_lists() {
        check(
            "[sqlfluff]\nrules = LT01\n[sqlfluff:layout:type:comma]\nspacing_before = any\nline_position = leading\n",
            "[rules.commas]\nline_position = \"leading\"\n\n[rules.spacing]\nlayout = [\"comma spacing_before any\"]\nlevel = \"warn\"\n",
            &[],
        );
    }
}
