//! Base and Head in; edited models that change what models of other owners give, by CODEOWNERS, out.

use std::collections::BTreeMap;

use crate::impact::Verdict;
use crate::lint::dag::{head, quoted};
use crate::lint::finding::Raised;
use crate::lint::scene::Diff;
use crate::project::Globs;
use crate::text::FileId;

const FILES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// `owner-approval-required`.
pub(super) fn check(diff: &Diff<'_>, found: &mut Vec<Raised>) {
    let Some(owners) = Owners::read(diff) else { return };
    for impact in diff.impacts.models.values().filter(|impact| impact.edited) {
        let Some(compiled) = diff.head.models.get(&impact.change.id) else { continue };
        let breaks_only = diff.options(compiled).flag("breaks_only");
        let own = owners.of(compiled.model.file.path());
        // Who owns what this edit reaches, and through which model they are told.
        let mut asked: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for other in diff.impacts.models.values().filter(|other| !other.edited) {
            let Some(reached) = diff.head.models.get(&other.change.id) else { continue };
            let counts = if breaks_only { other.verdict == Verdict::Breaks } else { other.verdict != Verdict::Stays };
            let from_here = other.because.first().is_some_and(|step| step.place.file == compiled.model.file);
            if !counts || !from_here {
                continue;
            }
            let theirs = owners.of(reached.model.file.path());
            if !theirs.is_empty() && !theirs.iter().any(|owner| own.contains(owner)) {
                asked.entry(theirs.join(" ")).or_default().push(&reached.model.name);
            }
        }
        for (who, models) in asked {
            let verb = if breaks_only { "breaks" } else { "changes what is in" };
            let message = format!("This {verb} {}, which {who} own.", quoted(models));
            let name = &compiled.model.name;
            let raised = Raised::at(head(&compiled.model), message, &format!("{name} {who}")).model(&compiled.model.id);
            found.push(raised.help(format!("Ask {who} before it is merged.")));
        }
    }
}

/// The lines of CODEOWNERS.
struct Owners(Vec<(Globs, Vec<String>)>);

impl Owners {
    fn read(diff: &Diff<'_>) -> Option<Self> {
        let snapshot = diff.head.snapshot.as_ref()?;
        let file = FILES.iter().map(|path| FileId::new(path)).find(|file| snapshot.contains(file))?;
        let text = snapshot.text(&file).ok()?;
        let line = |line: &str| {
            let line = line.split(" #").next().unwrap_or_default().trim();
            let mut words = line.split_whitespace().map(str::to_owned);
            let pattern = words.next().filter(|word| !word.starts_with(['#', '[', '^']))?;
            Some((Globs::new(&[glob(&pattern)]), words.collect()))
        };
        Some(Owners(text.content.lines().filter_map(line).collect()))
    }

    /// The owners of a file: those of the last line that matches.
    fn of(&self, path: &str) -> Vec<String> {
        let last = self.0.iter().rev().find(|(globs, _)| globs.matches(path));
        last.map(|(_, owners)| owners.clone()).unwrap_or_default()
    }
}

/// A pattern of CODEOWNERS as a glob from the repo's root: without a slash inside it matches at any depth.
fn glob(pattern: &str) -> String {
    let body = pattern.trim_matches('/');
    if pattern.starts_with('/') || body.contains('/') { body.to_owned() } else { format!("**/{body}") }
}
