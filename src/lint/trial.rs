//! One text, a rule and its options in; what the rule says of the text out, and the text as its fixes leave it. For the
//! programs that hold rules of style against other tools' cases, without a repo around each.

use crate::data::toml;
use crate::dialect;
use crate::project::{Project, RuleSetting};
use crate::syntax::tolerant;
use crate::text::FileId;

use super::check::judge;
use super::finding::fingerprint;
use super::fix::fix;
use super::level::ProjectRules;
use super::rules::{Check, Rule, rules};
use super::script::Script;

/// A project of one dialect and some rules' options, to try texts in.
pub struct Trial {
    project: Project,
    asked: Vec<&'static Rule>,
}

/// What came of one text.
pub struct Verdict {
    /// Messages in the order of the text.
    pub messages: Vec<String>,
    /// The text when nothing is left to fix.
    pub fixed: String,
}

/// Fixes that do not settle after so many passes never do.
const PASSES: usize = 20;

impl Trial {
    /// `settings` is the text of a sluice.toml. `None` where there is no such dialect, or a rule that needs more than
    /// the text of a file.
    pub fn new(dialect: &str, settings: &str, names: &[&str]) -> Option<Self> {
        let mut project = Project::bare(dialect::find(dialect)?);
        let tree = toml::parse(settings).ok()?;
        for (name, table) in tree.get("rules").map(crate::data::Value::entries).unwrap_or_default() {
            let options = table.entries().iter().map(|(key, value)| (key.text.clone(), value.clone())).collect();
            project.settings.rules.insert(name.text.clone(), RuleSetting { options, ..RuleSetting::default() });
        }
        let find =
            |name: &&str| rules().iter().find(|rule| rule.page.name == **name && matches!(rule.check, Check::Sheet(_)));
        let mut asked = names.iter().map(find).collect::<Option<Vec<_>>>()?;
        let is_on = |rule: &&Rule| tree.at(&["rules", &rule.page.name, "level"]).is_some();
        asked.retain(is_on);
        Some(Trial { project, asked })
    }

    pub fn run(&self, text: &str) -> Verdict {
        let file = FileId::new("trial.sql");
        let rules = ProjectRules::of(&self.project);
        let find = |text: &str| {
            let mut raised = judge(&self.asked, &file, text, &rules, &[]);
            raised.sort_by_key(|raised| raised.diagnostic.place.span);
            fingerprint(raised)
        };
        let mut findings = find(text);
        let messages = findings.iter().map(|finding| finding.diagnostic.message.clone()).collect();
        let mut fixed = text.to_owned();
        for _ in 0..PASSES {
            let pass = fix(&findings, true, &|_| Some(fixed.as_str()));
            match pass.texts.into_values().next() {
                Some(next) if next != fixed => fixed = next,
                _ => break,
            }
            findings = find(&fixed);
        }
        Verdict { messages, fixed }
    }
}

/// The tolerant tree and the tokens of a text, for those who write rules.
pub fn tree(text: &str) -> String {
    let tree = tolerant(text);
    let script = Script::new(&tree, text);
    let mut shown = String::new();
    let mut next = 0;
    for (at, knot) in script.nodes.iter().enumerate() {
        let depth = script.above(at).count() - 1;
        shown.push_str(&format!("{}{} [{}..{}]", "  ".repeat(depth), knot.kind, knot.first, knot.end));
        while let Some(token) = script.tokens.get(next).filter(|token| token.node == at) {
            shown.push_str(&format!(" {:?}`{}`", token.kind, &text[token.span.range()]));
            next += 1;
        }
        shown.push('\n');
    }
    shown
}
