//! Models that are built in, the data tests and checks that must pass before readers see them out.

mod checks;
mod expectations;
mod generic;

use super::names::Names;
use super::rewrite;
use crate::compile::CompiledModel;
use crate::project::{ModelKind, Properties, Test};

pub(super) use checks::{checks, freshness, remembered};

/// Something that must hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    /// What stands behind the relation in its id.
    pub(super) name: String,
    /// What is asked, in one word: the test's name.
    pub(super) action: String,
    /// A query of the rows that fail; `None` where only its own tool knows.
    pub(super) failing: Option<String>,
    /// When the number of these rows is a failure: `!= 0`.
    pub(super) error_if: String,
    /// It is told and stops nothing.
    pub(super) warns: bool,
    /// What it reads, by id.
    pub(super) reads: Vec<String>,
    pub(super) because: String,
    /// It is a check of the settings, not a data test.
    pub(super) is_check: bool,
}

/// The data tests of a relation of which `differs` says whether a column (or without a name, its rows) may differ.
pub(super) fn tests(
    id: &str,
    (properties, package): (&Properties, &str),
    names: &Names<'_>,
    differs: &dyn Fn(Option<&str>) -> bool,
) -> Vec<Gate> {
    let on_columns = properties.columns.iter().flat_map(|column| {
        let name = column.name.as_str();
        column.tests.iter().map(move |test| (test, Some(name)))
    });
    let on_model = properties.tests.iter().map(|test| (test, test.column.as_deref()));
    let rows = differs(None);
    let asked = on_columns.filter(|(_, column)| rows || differs(*column)).chain(on_model);
    let mut gates: Vec<Gate> = asked
        .map(|(test, column)| Gate {
            because: if rows { "its rows may differ" } else { "the column differs" }.to_owned(),
            ..gate(id, package, test, column, names)
        })
        .collect();
    number(&mut gates);
    gates
}

/// Two tests of one name on one column are told apart by a number.
fn number(gates: &mut [Gate]) {
    gates.sort_by(|a, b| (&a.name, &a.failing).cmp(&(&b.name, &b.failing)));
    let mut last = (String::new(), 1);
    for gate in gates {
        if gate.name == last.0 {
            last.1 += 1;
            gate.name = format!("{}.{}", gate.name, last.1);
        } else {
            last = (gate.name.clone(), 1);
        }
    }
}

fn gate(id: &str, package: &str, test: &Test, column: Option<&str>, names: &Names<'_>) -> Gate {
    let mut reads = vec![id.to_owned()];
    let found = |text: &str| referenced(text, package, names);
    for argument in ["to", "compare_model"] {
        reads.extend(test.arguments.get(argument).and_then(|value| found(value.str()?)));
    }
    let table = names.while_building(id).unwrap_or_else(|| id.to_owned());
    let condition = test.config.str("where").map(str::to_owned);
    let relation = |text: &str| names.while_building(&found(text)?);
    let asked = generic::Asked { table, condition, column, arguments: &test.arguments, relation: &relation };
    let suffix = column.map(|column| format!("{column}.")).unwrap_or_default();
    let failing = generic::failing(&test.name, &asked).or_else(|| expectations::failing(&test.name, &asked));
    Gate {
        name: format!("{suffix}{}", test.config.str("name").unwrap_or(&test.name)),
        action: test.name.clone(),
        failing,
        error_if: test.config.str("error_if").unwrap_or("!= 0").to_owned(),
        warns: test.config.str("severity").is_some_and(|severity| severity.eq_ignore_ascii_case("warn")),
        reads,
        because: String::new(),
        is_check: false,
    }
}

/// The id of what `ref('x')` or `source('a', 'x')` in a test's argument names.
fn referenced(text: &str, package: &str, names: &Names<'_>) -> Option<String> {
    let words: Vec<&str> = text.split(['\'', '"']).skip(1).step_by(2).collect();
    let head = names.head;
    if text.contains("source(") {
        let [source, table] = words.as_slice() else { return None };
        let sources = head.projects.iter().flat_map(|project| &project.sources);
        let mut found = sources.filter(|own| own.source == *source && own.name == *table);
        return found.next().map(|own| own.id.clone());
    }
    let name = words.last()?;
    let models = head.models.values().map(|model| (&model.model.id, &model.model.name, &model.model.package));
    let seeds = head.projects.iter().flat_map(|project| &project.seeds);
    let all = models.chain(seeds.map(|seed| (&seed.id, &seed.name, &seed.package)));
    let mut found: Vec<(&String, bool)> =
        all.filter(|(_, own, _)| *own == name).map(|(id, _, own)| (id, own == package)).collect();
    found.sort_by_key(|(id, own)| (!own, id.as_str()));
    found.first().map(|(id, _)| (*id).clone())
}

/// A test that is a query of its own, of what it reads.
pub(super) fn singular(test: &CompiledModel, names: &Names<'_>) -> Gate {
    let text = rewrite::query(test, &test.rendered, names.head, &|id| names.while_building(id));
    let severity = super::stored::setting(test, "severity").unwrap_or_default();
    Gate {
        name: String::new(),
        action: "singular".to_owned(),
        failing: (!test.rendered.failed && test.rendered.unknowns.is_empty()).then_some(text),
        error_if: super::stored::setting(test, "error_if").unwrap_or_else(|| "!= 0".to_owned()),
        warns: severity.eq_ignore_ascii_case("warn"),
        reads: test.lineage.depends_on.clone(),
        because: "it asks of what is built".to_owned(),
        is_check: false,
    }
}

pub(super) fn is_singular(model: &CompiledModel) -> bool {
    model.model.kind == ModelKind::SingularTest
}
