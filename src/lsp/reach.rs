//! A model in; in a few words, how many of its columns reach whom, out.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::Compilation;
use crate::lineage::{Direction, Follow};

/// `12 columns reach 3 dashboards`, or `12 columns, read by 2 models`.
pub(super) fn reach_of(compilation: &Compilation, id: &str) -> String {
    let graph = compilation.graph();
    let columns = graph.columns(id);
    let mut readers: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for exposure in compilation.projects.iter().flat_map(|project| &project.exposures) {
        for read in &exposure.depends_on {
            readers.entry(read).or_default().push((&exposure.id, &exposure.kind));
        }
    }
    let (mut reaching, mut reached) = (0, BTreeSet::new());
    if !readers.is_empty() {
        for column in &columns {
            let closure = graph.closure(&[*column], Direction::Downstream, Follow::ValuesAndRows, None);
            let relations: BTreeSet<&str> = closure.nodes().map(|node| graph.get(node).relation).collect();
            let found: Vec<&(&str, &str)> = relations.iter().filter_map(|one| readers.get(one)).flatten().collect();
            reaching += usize::from(!found.is_empty());
            reached.extend(found);
        }
    }
    if reached.is_empty() {
        let models = compilation.models.values();
        let direct = models.filter(|one| one.lineage.depends_on.iter().any(|read| read == id)).count();
        return format!("{}, read by {}", plural(columns.len(), "column"), plural(direct, "model"));
    }
    let kinds: BTreeSet<&str> = reached.iter().map(|(_, kind)| *kind).collect();
    let kind = match kinds.first() {
        Some(kind) if kinds.len() == 1 && !kind.is_empty() => kind,
        _ => "exposure",
    };
    let verb = if reaching == 1 { "reaches" } else { "reach" };
    format!("{} {verb} {}", plural(reaching, "column"), plural(reached.len(), kind))
}

fn plural(count: usize, what: &str) -> String {
    let ending = match what {
        _ if count == 1 => return format!("1 {what}"),
        what if what.ends_with('s') => "es",
        _ => "s",
    };
    format!("{count} {what}{ending}")
}
