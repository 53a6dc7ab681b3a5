//! sluice.toml and what it extends in, Settings out; what is wrong with it is said at the key.

use std::collections::BTreeMap;

use super::files::{Files, join, parent};
use super::globs::Globs;
use super::plan_settings::{self, CHECK_KEYS, ENVIRONMENT_KEYS, PLAN_KEYS, PlanSettings};
use super::settings::{
    KEYS, LAYER_KEYS, Layer, Listing, OVERRIDE_KEYS, Override, Preset, RuleSetting, SettingKey, Settings, Shape,
    TEMPLATE_KEYS, TemplateSettings,
};
use crate::data::{Key, Kind, Value, toml};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{FileId, Place, closest, pattern};

pub(super) const FILE: &str = "sluice.toml";

/// The settings for a project at `root`: those of the nearest sluice.toml (or `[tool.sluice]` of a pyproject.toml)
/// at or above it.
pub(super) fn nearest(root: &str, files: &dyn Files, said: &mut Vec<Diagnostic>) -> Settings {
    let mut folder = root;
    loop {
        let path = |name: &str| FileId::new(&join(folder, name).unwrap_or_default());
        if let Ok(text) = files.text(&path(FILE)) {
            return read(&path(FILE), &text, files, said);
        }
        let python = path("pyproject.toml");
        let tool = files.text(&python).ok().filter(|text| text.contains("[tool.sluice"));
        if let Some(tree) =
            tool.and_then(|text| toml::parse(&text).ok()).filter(|tree| tree.at(&["tool", "sluice"]).is_some())
        {
            let mut reading = Reading { files, said, seen: vec![python.clone()] };
            return tree.at(&["tool", "sluice"]).map(|table| reading.table(&python, table)).unwrap_or_default();
        }
        if folder.is_empty() {
            return Settings::default();
        }
        folder = parent(folder);
    }
}

/// Reads one settings file and what it extends.
pub(super) fn read(file: &FileId, text: &str, files: &dyn Files, said: &mut Vec<Diagnostic>) -> Settings {
    Reading { files, said, seen: vec![file.clone()] }.text(file, text)
}

struct Reading<'a> {
    files: &'a dyn Files,
    said: &'a mut Vec<Diagnostic>,
    /// The files being read, each extended by the one before it.
    seen: Vec<FileId>,
}

impl Reading<'_> {
    fn text(&mut self, file: &FileId, text: &str) -> Settings {
        match toml::parse(text) {
            Ok(tree) => self.table(file, &tree),
            Err(fault) => {
                let message =
                    format!("This is not valid TOML: {}. None of it is read.", fault.message.trim_end_matches('.'));
                self.said.push(invalid(file, fault.span, message));
                Settings::default()
            }
        }
    }

    fn table(&mut self, file: &FileId, tree: &Value) -> Settings {
        let mut settings = self.extended(file, tree);
        settings.place = Some(Place::top(file));
        for (key, value) in tree.entries() {
            if self.sound(file, key, value, &KEYS, "sluice.toml") {
                self.set(file, key, value, &mut settings);
            }
        }
        settings
    }

    /// What the files under `extends` say, the later ones on top.
    fn extended(&mut self, file: &FileId, tree: &Value) -> Settings {
        let mut settings = Settings::default();
        let Some(value) = tree.get("extends") else { return settings };
        for path in value.strings() {
            let folder = join(parent(file.path()), &path).filter(|folder| !self.files.below(folder).is_empty());
            if let Some(folder) = &folder {
                settings.rule_folders.extend(join(folder, "rules"));
            }
            let other = match &folder {
                Some(folder) => join(folder, FILE),
                None => join(parent(file.path()), &path),
            };
            let other = other.map(|path| FileId::new(&path));
            let text = other.as_ref().map(|other| self.files.text(other));
            if folder.is_some() && !matches!(text, Some(Ok(_))) {
                // A folder of rules alone.
                continue;
            }
            let (Some(other), Some(Ok(text))) = (other, text) else {
                self.said.push(invalid(
                    file,
                    value.span,
                    format!("`{path}` is not in the repo, so nothing comes from it."),
                ));
                continue;
            };
            if self.seen.contains(&other) {
                let message = format!("`{other}` extends itself by way of this file, so it is read once only.");
                self.said.push(invalid(file, value.span, message));
                continue;
            }
            self.seen.push(other.clone());
            let found = self.text(&other, &text);
            self.seen.pop();
            merge(&mut settings, found);
        }
        settings
    }

    /// Whether the key is known and its value has the key's shape; says so if not.
    fn sound(&mut self, file: &FileId, key: &Key, value: &Value, known: &[SettingKey], holder: &str) -> bool {
        let Some(setting) = known.iter().find(|setting| setting.name == key.text) else {
            let message = format!("`{}` is no key of {holder}.", key.text);
            let names = known.iter().map(|setting| setting.name);
            let diagnostic = invalid(file, key.span, message);
            self.said.push(match closest(&key.text, names.clone()) {
                Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
                None => diagnostic.help(format!("Known keys: {}.", names.collect::<Vec<_>>().join(", "))),
            });
            return false;
        };
        let wanted = match setting.shape {
            Shape::Text if value.str().is_none() => "a text",
            Shape::Scalar if value.scalar().is_none() => "a text, a number, or true or false",
            Shape::Texts if value.str().is_none() && !all_texts(value) => "a text or a list of texts",
            Shape::Table | Shape::Keys(_) if !matches!(value.kind, Kind::Map(_)) => "a table",
            Shape::Tables(_) if !value.items().iter().all(|item| matches!(item.kind, Kind::Map(_))) => {
                "an array of tables"
            }
            Shape::Tables(_) if !matches!(value.kind, Kind::List(_)) => "an array of tables",
            Shape::OneOf(words) if value.str().is_none_or(|word| !words.contains(&word)) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                let message = format!("`{}` should be {}.", key.text, quoted.join(" or "));
                let meant = closest(value.str().unwrap_or_default(), words.iter().copied());
                let diagnostic = invalid(file, value.span, message);
                self.said.push(match meant {
                    Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
                    None => diagnostic,
                });
                return false;
            }
            _ => return true,
        };
        self.said.push(invalid(file, value.span, format!("`{}` should be {wanted}.", key.text)));
        false
    }

    fn set(&mut self, file: &FileId, key: &Key, value: &Value, settings: &mut Settings) {
        let text = || value.str().map(str::to_owned);
        match key.text.as_str() {
            "dialect" => settings.dialect = text(),
            "base" => settings.base = text(),
            "target" => settings.target = text(),
            "trust" => settings.trust_proved_only = value.str() == Some("proved"),
            "catalog" => {
                let one = std::slice::from_ref(value);
                let items = if value.items().is_empty() { one } else { value.items() };
                let path = |item: &Value| Some((join(parent(file.path()), item.str()?)?, Place::new(file, item.span)));
                settings.catalog.extend(items.iter().filter_map(path));
            }
            "sources" => {
                settings.sources = match value.str() {
                    Some("complete") => Listing::Complete,
                    Some("partial") => Listing::Partial,
                    _ => Listing::Typed,
                };
            }
            "vars" => {
                settings.vars.extend(value.entries().iter().map(|(key, value)| (key.text.clone(), value.clone())));
            }
            "env" => {
                let pairs = value.entries().iter();
                settings.env.extend(pairs.filter_map(|(key, value)| Some((key.text.clone(), value.scalar()?))));
            }
            "exclude" => {
                self.globs(file, value);
                settings.exclude.extend(value.strings());
            }
            "template" => self.template(file, value, &mut settings.template),
            "layers" => settings.layers = value.items().iter().filter_map(|item| self.layer(file, item)).collect(),
            "preset" => settings.preset = value.str().and_then(Preset::from_word),
            "environments" => {
                let sound = self.sound_items(file, value, &ENVIRONMENT_KEYS, "an `[[environments]]` table");
                settings.environments.extend(sound.into_iter().map(plan_settings::environment));
            }
            "plan" => {
                let known =
                    |(key, value): &&(Key, Value)| self.sound(file, key, value, &PLAN_KEYS, "the `[plan]` table");
                let entries = value.entries().iter().filter(known).cloned().collect();
                plan_settings::plan(&Value { kind: Kind::Map(entries), span: value.span }, &mut settings.plan);
            }
            "checks" => {
                let sound = self.sound_items(file, value, &CHECK_KEYS, "a `[[checks]]` table");
                settings.checks.extend(sound.into_iter().map(plan_settings::check));
            }
            "rules" => settings.rules.extend(self.rules(file, value)),
            "overrides" => settings.overrides.extend(value.items().iter().map(|item| self.override_of(file, item))),
            _ => {}
        }
    }

    /// The tables of an array that have no key but those that are known; of the others each wrong key is said.
    fn sound_items<'v>(
        &mut self,
        file: &FileId,
        value: &'v Value,
        known: &[SettingKey],
        holder: &str,
    ) -> Vec<&'v Value> {
        let items = value.items().iter();
        let mut is_sound = |item: &&Value| {
            let wrong = item.entries().iter().filter(|(key, value)| !self.sound(file, key, value, known, holder));
            wrong.count() == 0
        };
        items.filter(|item| is_sound(item)).collect()
    }

    fn rules(&mut self, file: &FileId, table: &Value) -> BTreeMap<String, RuleSetting> {
        let entries = table.entries().iter();
        entries.filter_map(|(key, value)| Some((key.text.clone(), self.rule(file, key, value)?))).collect()
    }

    fn override_of(&mut self, file: &FileId, item: &Value) -> Override {
        let mut found = Override::default();
        for (key, value) in item.entries() {
            if !self.sound(file, key, value, &OVERRIDE_KEYS, "an `[[overrides]]` table") {
                continue;
            }
            match key.text.as_str() {
                "paths" => {
                    self.globs(file, value);
                    found.paths = value.strings();
                }
                "layers" => found.layers = value.strings(),
                "rules" => found.rules = self.rules(file, value),
                _ => {}
            }
        }
        if found.paths.is_empty() && found.layers.is_empty() {
            let message = "This override holds for no file: it names neither paths nor layers.".to_owned();
            self.said.push(invalid(file, item.span, message).help("Add `paths = [..]` or `layers = [..]`."));
        }
        found
    }

    fn globs(&mut self, file: &FileId, value: &Value) {
        let one = std::slice::from_ref(value);
        let items = if value.items().is_empty() { one } else { value.items() };
        for item in items {
            if let Some(why) = item.str().and_then(Globs::fault) {
                self.said.push(invalid(file, item.span, format!("This is no glob: {why}.")));
            }
        }
    }

    fn template(&mut self, file: &FileId, value: &Value, template: &mut TemplateSettings) {
        for (key, value) in value.entries() {
            if !self.sound(file, key, value, &TEMPLATE_KEYS, "the `[template]` table") {
                continue;
            }
            let text = || value.str().map(str::to_owned);
            match key.text.as_str() {
                "path" => template.path.extend(value.strings()),
                "macros" => {
                    self.globs(file, value);
                    template.macros.extend(value.strings());
                }
                "style" => template.style = text(),
                "placeholder" => {
                    let pattern = value.str().unwrap_or_default();
                    match pattern::fault(pattern) {
                        None => template.placeholder = text(),
                        Some(why) => self.said.push(
                            invalid(file, value.span, format!("This is no regular expression: {why}."))
                                .help("Look-around (but for one look-behind at its start) and back references are not supported."),
                        ),
                    }
                }
                "stand_in" => template.stand_in = text(),
                "values" => {
                    let pairs = value.entries().iter();
                    template.values.extend(pairs.map(|(key, value)| (key.text.clone(), value.clone())));
                }
                "unknown" => template.unknown.extend(value.strings()),
                "build" => template.build.extend(value.strings()),
                "incremental" => template.incremental.extend(value.strings()),
                _ => {}
            }
        }
        if let (Some(_), Some(_), Some(pattern)) = (value.get("style"), &template.placeholder, value.get("placeholder"))
        {
            let message = "`style` and `placeholder` both say how placeholders are written; `placeholder` is used.";
            self.said.push(invalid(file, pattern.span, message.to_owned()).help("Remove one of them."));
        }
    }

    fn layer(&mut self, file: &FileId, item: &Value) -> Option<Layer> {
        let mut sound = true;
        for (key, value) in item.entries() {
            sound &= self.sound(file, key, value, &LAYER_KEYS, "a layer");
        }
        let Some(name) = item.get("name").and_then(Value::str).filter(|_| sound) else {
            if sound {
                self.said.push(
                    invalid(file, item.span, "This layer has no `name`.".to_owned()).help("Add `name = \"..\"`."),
                );
            }
            return None;
        };
        let texts = |key: &str| item.get(key).map(Value::strings).unwrap_or_default();
        if let Some(paths) = item.get("paths") {
            self.globs(file, paths);
        }
        Some(Layer { name: name.to_owned(), paths: texts("paths"), reads: texts("reads") })
    }

    fn rule(&mut self, file: &FileId, key: &Key, value: &Value) -> Option<RuleSetting> {
        let mut rule = RuleSetting { place: Some(Place::new(file, key.span)), ..RuleSetting::default() };
        match &value.kind {
            Kind::String(_) => rule.level = Some(self.level(file, value)?),
            Kind::Map(entries) => {
                for (key, value) in entries {
                    if key.text == "level" {
                        rule.level = Some(self.level(file, value)?);
                    } else {
                        rule.options.insert(key.text.clone(), value.clone());
                    }
                }
            }
            _ => {
                let message = format!("`{}` should be a level or a table with a `level`.", key.text);
                self.said.push(invalid(file, value.span, message));
                return None;
            }
        }
        Some(rule)
    }

    #[expect(clippy::option_option, reason = "no level, off, and a level are three things")]
    fn level(&mut self, file: &FileId, value: &Value) -> Option<Option<Severity>> {
        let word = value.str().unwrap_or_default();
        let level = if word == "off" { Some(None) } else { Severity::from_word(word).map(Some) };
        if level.is_none() {
            let message = format!("`{word}` is no level.");
            let words = ["off", "info", "warn", "error"];
            let meant = closest(word, words).map(|meant| format!("Did you mean `{meant}`?"));
            self.said.push(
                invalid(file, value.span, message)
                    .help(meant.unwrap_or_else(|| "Levels are `off`, `info`, `warn` and `error`.".to_owned())),
            );
        }
        level
    }
}

fn all_texts(value: &Value) -> bool {
    matches!(value.kind, Kind::List(_)) && value.items().iter().all(|item| item.str().is_some())
}

/// Lays one file's settings over another's: single values and rules replace, lists of globs add up.
fn merge(under: &mut Settings, over: Settings) {
    let single = |under: &mut Option<String>, over: Option<String>| {
        if over.is_some() {
            *under = over;
        }
    };
    single(&mut under.dialect, over.dialect);
    single(&mut under.base, over.base);
    single(&mut under.target, over.target);
    under.vars.extend(over.vars);
    under.env.extend(over.env);
    under.exclude.extend(over.exclude);
    under.rules.extend(over.rules);
    under.overrides.extend(over.overrides);
    under.rule_folders.extend(over.rule_folders);
    under.preset = over.preset.or(under.preset);
    if !over.layers.is_empty() {
        under.layers = over.layers;
    }
    let (under_template, template) = (&mut under.template, over.template);
    single(&mut under_template.style, template.style);
    single(&mut under_template.placeholder, template.placeholder);
    single(&mut under_template.stand_in, template.stand_in);
    under_template.values.extend(template.values);
    let lists = [
        (&mut under_template.path, template.path),
        (&mut under_template.macros, template.macros),
        (&mut under_template.unknown, template.unknown),
        (&mut under_template.build, template.build),
        (&mut under_template.incremental, template.incremental),
    ];
    for (under, over) in lists {
        under.extend(over);
    }
    under.catalog.extend(over.catalog);
    if over.sources != Listing::default() {
        under.sources = over.sources;
    }
    under.trust_proved_only |= over.trust_proved_only;
    under.environments.retain(|own| !over.environments.iter().any(|other| other.name == own.name));
    under.environments.extend(over.environments);
    under.checks.extend(over.checks);
    if over.plan != PlanSettings::default() {
        under.plan = over.plan;
    }
}

pub(super) fn invalid(file: &FileId, span: crate::text::Span, message: String) -> Diagnostic {
    Diagnostic::error("invalid-config", Place::new(file, span), message)
}

/// A dialect that nobody knows, said where the settings name it.
pub(super) fn unknown_dialect(settings: &Settings, files: &dyn Files, known: &[&str]) -> Option<Diagnostic> {
    let (place, name) = (settings.place.as_ref()?, settings.dialect.as_deref()?);
    let tree = files.text(&place.file).ok().and_then(|text| toml::parse(&text).ok());
    let value = tree.as_ref().and_then(|tree| tree.get("dialect").or_else(|| tree.at(&["tool", "sluice", "dialect"])));
    let message = format!("`{name}` is no dialect that is known here, so it is guessed instead.");
    let diagnostic = invalid(&place.file, value.map_or(place.span, |value| value.span), message);
    Some(match closest(name, known.iter().copied()) {
        Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
        None => diagnostic.help(format!("Known dialects: {}.", known.join(", "))),
    })
}

/// The options and levels of all rules, for messages.
#[cfg(test)]
fn levels(settings: &Settings) -> std::collections::BTreeMap<&str, &str> {
    let word = |rule: &RuleSetting| match rule.level {
        None => "-",
        Some(None) => "off",
        Some(Some(level)) => level.word(),
    };
    settings.rules.iter().map(|(name, rule)| (name.as_str(), word(rule))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Settings, levels, nearest};
    use crate::project::files::memory::Memory;

    fn settings(files: &[(&str, &str)], root: &str) -> (Settings, Vec<String>) {
        let mut said = Vec::new();
        let settings = nearest(root, &Memory::of(files), &mut said);
        let say = |d: crate::diagnostic::Diagnostic| {
            format!("{}: {} {}", d.place.span.start, d.message, d.help.unwrap_or_default())
        };
        (settings, said.into_iter().map(say).collect())
    }

    #[test]
    fn every_key_is_read() {
        let text = "dialect = \"snowflake\"\nexclude = [\"legacy\"]\ntrust = \"proved\"\n[vars]\na = 1\n[env]\nX = \"y\"\n\
                    [rules]\nselect-star = \"off\"\nfan-out-join = { level = \"error\", max = 3 }\n\
                    [[layers]]\nname = \"staging\"\npaths = [\"models/staging/**\"]\nreads = [\"source\"]\n";
        let (found, said) = settings(&[("sluice.toml", text)], "a/b");
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(found.dialect.as_deref(), Some("snowflake"));
        assert!(found.trust_proved_only);
        assert_eq!(found.env["X"], "y");
        assert_eq!(levels(&found).into_iter().collect::<Vec<_>>(), [("fan-out-join", "error"), ("select-star", "off")]);
        assert_eq!(found.rules["fan-out-join"].options["max"].integer(), Some(3));
        assert_eq!(found.layers[0].reads, ["source"]);
    }

    #[test]
    fn the_nearest_file_wins() {
        let files = [("sluice.toml", "base = \"main\""), ("a/sluice.toml", "dialect = \"duckdb\"")];
        assert_eq!(settings(&files, "a/b").0.dialect.as_deref(), Some("duckdb"));
        assert_eq!(settings(&files, "a/b").0.base, None);
        assert_eq!(settings(&files, "c").0.base.as_deref(), Some("main"));
    }

    #[test]
    fn pyproject_is_read_where_it_speaks_of_us() {
        let files = [("pyproject.toml", "[tool.sluice]\ndialect = \"duckdb\"\n")];
        assert_eq!(settings(&files, "").0.dialect.as_deref(), Some("duckdb"));
    }

    #[test]
    fn extended_files_lie_under_and_cycles_end() {
        let files = [
            ("a/sluice.toml", "extends = \"../base.toml\"\n[rules]\nx = \"warn\"\n"),
            ("base.toml", "extends = [\"a/sluice.toml\"]\ndialect = \"trino\"\n[rules]\nx = \"off\"\ny = \"error\"\n"),
        ];
        let (found, said) = settings(&files, "a");
        assert_eq!(found.dialect.as_deref(), Some("trino"));
        assert_eq!(levels(&found).into_iter().collect::<Vec<_>>(), [("x", "warn"), ("y", "error")]);
        assert_eq!(said.len(), 1, "{said:?}");
    }

    #[test]
    fn what_is_wrong_is_said_at_its_key() {
        let (_, said) = settings(&[("sluice.toml", "dialekt = \"x\"\n")], "");
        assert_eq!(said, ["0: `dialekt` is no key of sluice.toml. Did you mean `dialect`?"]);
        for text in [
            "exclude = 1",
            "trust = \"all\"",
            "layers = 1",
            "[[layers]]\npaths = []",
            "rules = { a = 1 }",
            "x = [",
            "extends = \"no\"",
            "[rules]\na = \"of\"",
        ] {
            assert_eq!(settings(&[("sluice.toml", text)], "").1.len(), 1, "{text}");
        }
    }
}
