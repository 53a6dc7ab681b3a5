//! Holds the code to the house: floors, owners, names, sizes and rule pages, as the tables of `src/README.md` say.
#![expect(clippy::disallowed_methods, reason = "these checks read the crate's own files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::{RustFile, functions, line_of, named_paths, read_folder};

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 100;
/// 99 of 100 functions are no longer than this.
const MOST_FUNCTION_LINES: usize = 60;
const EMPTY_NAMES: [&str; 7] = ["utils", "helpers", "common", "misc", "core", "types", "shared"];

/// What `src/README.md` says.
#[derive(Debug, Default, PartialEq, Eq)]
struct House {
    /// Module -> floor.
    floors: BTreeMap<String, u32>,
    /// Outside crate or path -> the modules that may name it.
    owners: BTreeMap<String, Vec<String>>,
}

/// Reads the floor table (`| 0 | text | .. |`) and the owner table (``| `git2` | repo |``).
fn read_house(readme: &str) -> House {
    let mut house = House::default();
    let names = |cell: &str| cell.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
    for row in readme.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [first, second, ..] = cells.as_slice() else { continue };
        if let Ok(floor) = first.parse() {
            house.floors.extend(names(second).into_iter().map(|module| (module, floor)));
        } else if let Some(power) = first.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')) {
            house.owners.insert(power.to_owned(), names(second));
        }
    }
    house
}

fn modules_and_floors_agree(house: &House, files: &[RustFile]) -> Vec<String> {
    let built: BTreeSet<&str> = files.iter().filter(|file| !file.is_root()).map(RustFile::module).collect();
    let homeless = built.iter().filter(|module| !house.floors.contains_key(**module)).map(|module| {
        format!("src/{module} has no floor: add it to the floor table of src/README.md, above everything it uses")
    });
    let unbuilt = house.floors.keys().filter(|module| !built.contains(module.as_str())).map(|module| {
        format!(
            "src/README.md gives `{module}` a floor, but there is no such module: build it or take it off the table"
        )
    });
    homeless.chain(unbuilt).collect()
}

fn lib_lists_floors_in_order(house: &House, files: &[RustFile]) -> Vec<String> {
    let Some(lib) = files.iter().find(|file| file.path == "lib.rs") else { return Vec::new() };
    let declared = lib.code.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    let floors: Vec<(u32, &str)> = declared
        .filter_map(|line| line.strip_suffix(';'))
        .filter_map(|module| Some((*house.floors.get(module)?, module)))
        .collect();
    floors
        .windows(2)
        .filter(|pair| pair[0].0 > pair[1].0)
        .map(|pair| {
            format!("src/lib.rs: `mod {}` stands after `mod {}`: list lower floors first", pair[1].1, pair[0].1)
        })
        .collect()
}

fn imports_go_down(house: &House, files: &[RustFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.is_root()) {
        let Some(own) = house.floors.get(file.module()) else { continue };
        for named in named_paths(&file.code) {
            let [first, module, ..] = named.segments.as_slice() else { continue };
            if first != "crate" || module == file.module() {
                continue;
            }
            let place = format!("src/{}:{}", file.path, named.line);
            match house.floors.get(module) {
                Some(floor) if floor < own => {}
                Some(floor) => complaints.push(format!(
                    "{place}: `{}` (floor {own}) uses `{module}` (floor {floor}): imports go down only. Move what both \
                     need to a lower floor, or hand it in as an argument",
                    file.module()
                )),
                None => complaints.push(format!("{place}: write `use crate::floor::Item;`, one floor a `use`")),
            }
        }
    }
    complaints
}

fn paths_stay_in_their_floor(files: &[RustFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.is_root()) {
        let at_the_door =
            file.path.ends_with("/mod.rs") && file.path.matches('/').count() == 1 || !file.path.contains('/');
        for (line, text) in file.code.lines().enumerate() {
            let place = format!("src/{}:{}", file.path, line + 1);
            if text.contains("super::super") {
                complaints.push(format!("{place}: `super::super`: write `use crate::{}::Item;`", file.module()));
            }
            if text.contains("use crate::{") {
                complaints.push(format!("{place}: `use crate::{{..}}`: write one `use crate::floor::Item;` a floor"));
            }
            if text.contains("pub(crate)") {
                complaints.push(format!(
                    "{place}: `pub(crate)`: say nothing for this file, `pub(super)` for this floor, `pub` for others"
                ));
            }
        }
        let leaves = named_paths(&file.shipped).into_iter().find(|named| named.segments[0] == "super");
        if let Some(named) = leaves.filter(|_| at_the_door) {
            let place = format!("src/{}:{}", file.path, named.line);
            complaints.push(format!("{place}: `super::` leaves the floor: write `use crate::floor::Item;`"));
        }
    }
    complaints
}

fn powers_stay_with_their_owners(house: &House, files: &[RustFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.is_root()) {
        for named in named_paths(&file.shipped) {
            let full = format!("{}::", named.segments.join("::"));
            let power = house.owners.iter().find(|(power, _)| full.starts_with(&format!("{power}::")));
            let Some((power, owners)) = power else { continue };
            if !owners.iter().any(|owner| owner == file.module()) {
                complaints.push(format!(
                    "src/{}:{}: `{power}` belongs to {}: use what that floor offers, or make it offer what you need",
                    file.path,
                    named.line,
                    owners.join(" and ")
                ));
            }
        }
    }
    complaints
}

fn dependencies_have_owners(house: &House, manifest: &str) -> Vec<String> {
    // Derives its traits by attribute only, so that no path ever names it.
    const BY_ATTRIBUTE: [&str; 1] = ["thiserror"];
    let crates: BTreeSet<String> = section(manifest, "dependencies").map(|name| name.replace('-', "_")).collect();
    let unowned = crates
        .iter()
        .filter(|name| !BY_ATTRIBUTE.contains(&name.as_str()) && !house.owners.contains_key(*name))
        .map(|name| format!("Cargo.toml: `{name}` has no owner: add its row to the owner table of src/README.md"));
    let unused =
        house.owners.keys().filter(|power| !power.starts_with("std::") && !crates.contains(*power)).map(|power| {
            format!("src/README.md gives `{power}` an owner, but Cargo.toml has no such crate: drop the row")
        });
    let strangers = house.owners.iter().flat_map(|(power, owners)| {
        let unknown = owners.iter().filter(|owner| !house.floors.contains_key(*owner));
        unknown.map(move |owner| format!("src/README.md: `{owner}`, owner of `{power}`, is no module with a floor"))
    });
    unowned.chain(unused).chain(strangers).collect()
}

/// The keys of one table of a manifest.
fn section<'a>(manifest: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let header = format!("[{name}]");
    let lines = manifest.lines().skip_while(move |line| *line != header).skip(1);
    lines.take_while(|line| !line.starts_with('[')).filter_map(|line| Some(line.split_once('=')?.0.trim()))
}

fn files_open_with_a_sentence(files: &[RustFile]) -> Vec<String> {
    let opens = |file: &&RustFile| {
        let first = file.text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//! ").is_some_and(|words| words.contains(' '));
        sentence || file.path == "lib.rs" && first.starts_with("#![doc = include_str!(")
    };
    files
        .iter()
        .filter(|file| !opens(file))
        .map(|file| format!("src/{}: open with `//! ..`: one sentence on what goes in and what comes out", file.path))
        .collect()
}

fn files_have_telling_names(files: &[RustFile]) -> Vec<String> {
    let empty = |file: &&RustFile| file.path.trim_end_matches(".rs").split('/').any(|part| EMPTY_NAMES.contains(&part));
    files
        .iter()
        .filter(empty)
        .map(|file| format!("src/{}: the name says nothing: name the file after what is in it", file.path))
        .collect()
}

fn files_and_functions_are_short(files: &[RustFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut long = Vec::new();
    let mut all = 0;
    for file in files {
        let lines = file.text.lines().count();
        if lines > FILE_LINES {
            complaints.push(format!("src/{}: {lines} lines, over {FILE_LINES}: split it by what it does", file.path));
        }
        for function in functions(&file.shipped) {
            all += 1;
            let place =
                format!("src/{}:{}: `{}` has {} lines", file.path, function.line, function.name, function.lines);
            if function.lines > FUNCTION_LINES {
                complaints.push(format!("{place}, over {FUNCTION_LINES}: split it into named steps"));
            } else if function.lines > MOST_FUNCTION_LINES {
                long.push(place);
            }
        }
    }
    if long.len() * 100 > all {
        let places = long.join("\n    ");
        complaints.push(format!(
            "{} of {all} functions are over {MOST_FUNCTION_LINES} lines, more than one in a hundred: split some of\n    {places}",
            long.len()
        ));
    }
    complaints
}

fn rules_have_pages(table: &str, pages: &[&str]) -> Vec<String> {
    let rules = rule_names(table);
    let unwritten = rules
        .iter()
        .filter(|rule| !pages.contains(&rule.as_str()))
        .map(|rule| format!("rule `{rule}` has no page: write rules/{rule}.md, its metadata, explanation and tests"));
    let unread = pages.iter().filter(|page| !rules.contains(**page)).map(|page| {
        format!("rules/{page}.md belongs to no rule: add its line to its group in src/lint/rules or drop the page")
    });
    unwritten.chain(unread).collect()
}

/// The names that the rule table lists: `page!("fan-out-join")`.
fn rule_names(table: &str) -> BTreeSet<String> {
    let lines = table.lines().filter(|line| !line.trim_start().starts_with("//"));
    let quoted = lines.flat_map(|line| line.split("page!(\"").skip(1));
    quoted.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

fn debts_are_paid(files: &[RustFile], version: &str) -> Vec<String> {
    const MARK: &str = "REMOVE in ";
    let now = version_numbers(version);
    let mut complaints = Vec::new();
    for file in files {
        for (at, _) in file.text.match_indices(MARK) {
            let note = file.text[at..].lines().next().unwrap_or_default();
            let due = version_numbers(&note[MARK.len()..]);
            if due <= now {
                let line = line_of(&file.text, at);
                complaints.push(format!("src/{}:{line}: `{note}` is due in {version}: remove it", file.path));
            }
        }
    }
    complaints
}

/// The first two numbers of `0.9: old config key` or `1.2.3`.
fn version_numbers(text: &str) -> Vec<u32> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    numbers.take(2).filter_map(|number| number.parse().ok()).collect()
}

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(crate_folder().join(path)).expect("the file belongs to the crate")
}

fn house() -> House {
    read_house(&read("src/README.md"))
}

fn sources() -> Vec<RustFile> {
    read_folder(&crate_folder().join("src"))
}

#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
}

#[test]
fn every_module_has_a_floor() {
    none(&modules_and_floors_agree(&house(), &sources()));
    none(&lib_lists_floors_in_order(&house(), &sources()));
}

#[test]
fn every_import_goes_down() {
    none(&imports_go_down(&house(), &sources()));
    none(&paths_stay_in_their_floor(&sources()));
}

#[test]
fn every_power_stays_with_its_owner() {
    none(&powers_stay_with_their_owners(&house(), &sources()));
    none(&dependencies_have_owners(&house(), &read("Cargo.toml")));
}

#[test]
fn every_file_says_what_it_is() {
    none(&files_open_with_a_sentence(&sources()));
    none(&files_open_with_a_sentence(&read_folder(&crate_folder().join("tests"))));
    none(&files_have_telling_names(&sources()));
}

#[test]
fn files_and_functions_fit_a_screen_or_two() {
    none(&files_and_functions_are_short(&sources()));
}

#[test]
fn every_rule_has_its_page() {
    let folder = crate_folder().join("rules");
    let names: Vec<String> = Path::read_dir(&folder)
        .map(|entries| entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    let pages: Vec<&str> =
        names.iter().filter_map(|name| name.strip_suffix(".md")).filter(|name| *name != "README").collect();
    let lists = sources().into_iter().filter(|file| file.path.contains("lint/rules/"));
    let table: String = lists.map(|file| file.text).collect();
    none(&rules_have_pages(&table, &pages));
}

#[test]
fn every_debt_is_paid_in_time() {
    none(&debts_are_paid(&sources(), env!("CARGO_PKG_VERSION")));
}

mod faults {
    //! Each check fails on a small made-up house with one thing wrong, and says so.

    use super::*;

    const README: &str = "\
| floor | modules | what it is |
|---|---|---|
| 0 | text | bytes |
| 1 | data, repo | values; files |
| 2 | cli | commands |

| power | owner |
|---|---|
| `git2` | repo |
| `std::fs` | repo |
";

    #[track_caller]
    fn says(complaints: &[String], expected: &str) {
        assert_eq!(complaints.len(), 1, "{complaints:#?}");
        assert!(complaints[0].contains(expected), "{complaints:#?}");
    }

    fn file(path: &str, text: &str) -> Vec<RustFile> {
        vec![RustFile::new(path, text)]
    }

    fn house() -> House {
        read_house(README)
    }

    #[test]
    fn tables_are_read_from_the_page() {
        let house = house();
        assert_eq!(house.floors["repo"], 1);
        assert_eq!(house.owners["std::fs"], ["repo"]);
        assert_eq!((house.floors.len(), house.owners.len()), (4, 2));
    }

    #[test]
    fn module_without_floor() {
        let mut files: Vec<_> =
            ["text", "data", "repo", "cli"].map(|name| RustFile::new(&format!("{name}.rs"), "")).into();
        none(&modules_and_floors_agree(&house(), &files));
        files.push(RustFile::new("extra/mod.rs", ""));
        says(&modules_and_floors_agree(&house(), &files), "src/extra has no floor");
        files.retain(|file| file.path != "data.rs" && file.path != "extra/mod.rs");
        says(&modules_and_floors_agree(&house(), &files), "`data` a floor");
    }

    #[test]
    fn lib_out_of_order() {
        none(&lib_lists_floors_in_order(&house(), &file("lib.rs", "mod text;\nmod repo;\npub mod cli;")));
        says(&lib_lists_floors_in_order(&house(), &file("lib.rs", "pub mod cli;\nmod text;")), "`mod text`");
    }

    #[test]
    fn import_that_climbs_or_stays() {
        none(&imports_go_down(&house(), &file("repo/mod.rs", "use crate::text::Span;\nuse crate::repo::X;")));
        says(
            &imports_go_down(&house(), &file("repo/mod.rs", "use crate::cli::run;")),
            "`repo` (floor 1) uses `cli` (floor 2)",
        );
        says(&imports_go_down(&house(), &file("repo/mod.rs", "fn f() { crate::data::g() }")), "uses `data` (floor 1)");
        says(&imports_go_down(&house(), &file("cli/mod.rs", "use crate::RustThing;")), "one floor a `use`");
    }

    #[test]
    fn path_that_leaves_its_floor() {
        none(&paths_stay_in_their_floor(&file("repo/git.rs", "use super::Entry;")));
        none(&paths_stay_in_their_floor(&file("repo/mod.rs", "#[cfg(test)]\nmod tests { use super::Entry; }")));
        says(&paths_stay_in_their_floor(&file("repo/mod.rs", "use super::text::Span;")), "`super::` leaves");
        says(&paths_stay_in_their_floor(&file("cli/a/b.rs", "use super::super::X;")), "write `use crate::cli::Item;`");
        says(
            &paths_stay_in_their_floor(&file("cli/a.rs", "use crate::{text::Span, repo::X};")),
            "one `use crate::floor",
        );
        says(&paths_stay_in_their_floor(&file("cli/a.rs", "pub(crate) fn f() {}")), "`pub(super)` for this floor");
    }

    #[test]
    fn power_away_from_its_owner() {
        none(&powers_stay_with_their_owners(&house(), &file("repo/git.rs", "use git2::Repository;\nuse std::fs;")));
        none(&powers_stay_with_their_owners(
            &house(),
            &file("cli.rs", "// git2::X\n#[cfg(test)]\nmod tests { use std::fs; }"),
        ));
        says(
            &powers_stay_with_their_owners(&house(), &file("cli.rs", "fn f() { git2::open() }")),
            "`git2` belongs to repo",
        );
        says(
            &powers_stay_with_their_owners(&house(), &file("cli.rs", "use std::{fmt, fs::File};")),
            "`std::fs` belongs",
        );
        none(&powers_stay_with_their_owners(&house(), &file("cli.rs", "use std::fstring; use crate::data::git2;")));
    }

    #[test]
    fn dependency_without_owner() {
        none(&dependencies_have_owners(&house(), "[dependencies]\ngit2 = \"=1\"\nthiserror = \"=2\"\n[dev]\nx = 1"));
        says(
            &dependencies_have_owners(&house(), "[dependencies]\ngit2 = \"=1\"\nserde-x = \"=1\""),
            "`serde_x` has no owner",
        );
        says(&dependencies_have_owners(&house(), "[dependencies]\n"), "gives `git2` an owner");
        let stranger = read_house(&README.replace("| repo |\n| `std", "| attic |\n| `std"));
        says(&dependencies_have_owners(&stranger, "[dependencies]\ngit2 = 1"), "`attic`, owner of `git2`");
    }

    #[test]
    fn file_without_sentence() {
        none(&files_open_with_a_sentence(&file("a.rs", "//! Bytes in, words out.\n")));
        says(&files_open_with_a_sentence(&file("a.rs", "use x;\n//! Bytes in.")), "src/a.rs: open with");
        says(&files_open_with_a_sentence(&file("a.rs", "")), "src/a.rs");
    }

    #[test]
    fn file_with_empty_name() {
        says(&files_have_telling_names(&file("repo/utils.rs", "")), "the name says nothing");
        says(&files_have_telling_names(&file("repo/common/git.rs", "")), "the name says nothing");
    }

    #[test]
    fn file_or_function_too_long() {
        says(&files_and_functions_are_short(&file("a.rs", &"//\n".repeat(601))), "601 lines");
        let long = |lines: usize| format!("fn f() {{{}}}", "\n".repeat(lines - 1));
        says(&files_and_functions_are_short(&file("a.rs", &long(101))), "`f` has 101 lines, over 100");
        says(&files_and_functions_are_short(&file("a.rs", &long(61))), "1 of 1 functions");
        none(&files_and_functions_are_short(&file("a.rs", &(long(61) + &"fn g() {}\n".repeat(99)))));
    }

    #[test]
    fn rule_without_page() {
        let table = "// page!(\"no-rule\")\n(page!(\"fan-out-join\"), check),\n(page!(\"select-star\"), check),";
        none(&rules_have_pages(table, &["fan-out-join", "select-star"]));
        says(&rules_have_pages(table, &["fan-out-join"]), "rule `select-star` has no page");
        says(
            &rules_have_pages(table, &["fan-out-join", "select-star", "old-rule"]),
            "rules/old-rule.md belongs to no rule",
        );
    }

    #[test]
    fn debt_past_its_version() {
        none(&debts_are_paid(&file("a.rs", "// REMOVE in 0.10: old key"), "0.9.3"));
        says(&debts_are_paid(&file("a.rs", "\n// REMOVE in 0.9: old key"), "0.9.0"), "src/a.rs:2");
        says(&debts_are_paid(&file("a.rs", "// REMOVE in 0.9: old key"), "1.0.0"), "due in 1.0.0");
    }
}
