//! A model and what its project says of it in; promises that its SQL does not keep, out.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Op, RelId, Status};
use crate::lint::block::uses;
use crate::lint::facts::{Definition, columns as read, each_part};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::{Language, ModelKind};
use crate::text::Span;

/// Declared columns that the query does not give, and under a contract the other way round.
pub(super) fn columns(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let compiled = scene.compiled;
    let properties = &compiled.model.properties;
    let closed = scene.query().root.is_some_and(|root| !scene.facts.node(root).open);
    let sure =
        closed && scene.is_whole() && compiled.status == Status::Exact && compiled.model.language != Language::Python;
    if !sure || properties.columns.is_empty() || compiled.model.kind != ModelKind::Model || !compiled.also.is_empty() {
        return;
    }
    let given: BTreeSet<String> = scene.query().outputs.iter().map(|output| output.name.to_ascii_lowercase()).collect();
    for column in &properties.columns {
        let name = column.name.trim_matches(['"', '`']);
        // A name with a dot is a field of a struct.
        if !given.contains(&name.to_ascii_lowercase()) && !name.contains(['.', '{', '*', ' ']) && !name.is_empty() {
            let message = format!("`{}` has no column `{name}`.", compiled.model.name);
            let help = "Correct its name here, take it out, or add it to the model.";
            found.push(Raised::at(column.place.clone(), message, name).help(help).model(&compiled.model.id));
        }
    }
    if !properties.contract_enforced {
        return;
    }
    let named = |name: &str| {
        properties.columns.iter().any(|column| column.name.trim_matches(['"', '`']).eq_ignore_ascii_case(name))
    };
    for output in scene.query().outputs.iter().filter(|output| !output.name.is_empty() && !named(&output.name)) {
        let message = format!("`{}` is not in the model's contract, so the build fails.", output.name);
        found.push(scene.raise(output.span, message).help("Declare it among the model's columns, or leave it out."));
    }
}

/// The sets of columns that tests or the config hold to be unique.
fn unique_sets(scene: &Scene<'_>) -> Vec<Vec<String>> {
    let model = &scene.compiled.model;
    let is_unique = |test: &crate::project::Test| test.name == "unique";
    let tested = model.properties.columns.iter().filter(|column| column.tests.iter().any(is_unique));
    let mut sets: Vec<Vec<String>> = tested.map(|column| vec![column.name.clone()]).collect();
    let key = scene.compiled.config("unique_key").map(crate::data::Value::strings).unwrap_or_default();
    if !key.is_empty() {
        sets.push(key);
    }
    sets
}

/// A key that is made by chance.
pub(super) fn chance_in_key(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let names: BTreeSet<String> =
        unique_sets(scene).into_iter().flatten().map(|name| name.to_ascii_lowercase()).collect();
    for output in scene.query().outputs.iter().filter(|output| names.contains(&output.name.to_ascii_lowercase())) {
        let Some(Definition::Expr(expr)) = scene.facts.definition(scene.facts.origin(output.column)) else { continue };
        let Some(function) = chance(expr) else { continue };
        let message = format!(
            "`{}` is a key, and `{}` gives another value at every run.",
            output.name,
            function.to_ascii_lowercase()
        );
        let help = "Make the key of columns that say what the row is.";
        found.push(scene.raise(expr.span, message).help(help));
    }
}

fn chance(expr: &Expr) -> Option<&str> {
    let mut found = None;
    each_part(expr, &mut |part| {
        if let ExprKind::Call { function, volatile: true, .. } = &part.kind {
            found = found.or(Some(function.as_str()));
        }
    });
    found
}

/// A unique test that the SQL does not prove.
pub(super) fn unproved_key(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let Some(root) = scene.query().root.filter(|_| scene.is_whole()) else { return };
    let node = scene.facts.node(root);
    for set in unique_sets(scene) {
        let column = |name: &String| {
            scene
                .query()
                .outputs
                .iter()
                .find(|output| output.name.eq_ignore_ascii_case(name))
                .map(|output| output.column)
        };
        let Some(columns) = set.iter().map(column).collect::<Option<Vec<_>>>() else { continue };
        let proved = node.at_most_one_row
            || node.keys.iter().any(|key| key.columns.iter().all(|column| columns.contains(column)));
        if !proved {
            let message = format!(
                "`{}` is said to be unique, and nothing in this query or in what it reads makes it so.",
                set.join(", ")
            );
            let help = "Group by it, or pick one row of each; if its source is unique by it, declare that there.";
            let span = scene
                .query()
                .outputs
                .iter()
                .find(|output| output.column == columns[0])
                .map_or(Span::at(0), |output| output.span);
            found.push(scene.raise(span, message).help(help));
        }
    }
}

/// A snapshot that is read without asking which of its versions hold.
pub(super) fn versions(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let snapshots: Vec<(RelId, &[String])> = scene
        .facts
        .nodes()
        .filter_map(|(rel, node)| match &node.op {
            Op::Scan { input, names } => {
                let model = scene.compilation.models.get(&scene.query().reads[*input].id)?;
                (model.model.kind == ModelKind::Snapshot).then_some((rel, names.as_slice()))
            }
            _ => None,
        })
        .collect();
    if snapshots.is_empty() || !scene.is_whole() {
        return;
    }
    let used = uses(scene.facts, RelId(u32::MAX));
    for (rel, names) in snapshots {
        let node = scene.facts.node(rel);
        let asks = |(name, column): (&String, &ColumnId)| {
            let lower = name.to_ascii_lowercase();
            (lower.contains("valid_") || lower.contains("scd_id") || lower.contains("is_deleted"))
                && used.contains(column)
        };
        let whole = scene.facts.nodes().any(|(_, other)| matches!(&other.op, Op::Project { stars, .. } if stars.iter().any(|star| star.relation == rel)));
        if whole || names.iter().zip(&node.columns).any(asks) {
            continue;
        }
        let name = scene.name_of(rel);
        let message =
            format!("`{name}` keeps a row for each version of a thing, and nothing here says which version is meant.");
        let help = "Add `where dbt_valid_to is null` for what holds now, or join on the time of interest.";
        found.push(scene.raise(node.span, message).help(help));
    }
}

/// UNNEST or FLATTEN that drops rows whose list is empty.
pub(super) fn flattened(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { kind: JoinKind::Cross | JoinKind::Inner, right: unnest, lateral: true, .. } = &node.op else {
            continue;
        };
        let mut below = *unnest;
        while let Op::Project { input, .. } = &scene.facts.node(below).op {
            below = *input;
        }
        let span = scene.facts.node(*unnest).span;
        let drops = match &scene.facts.node(below).op {
            Op::Unnest { outer, exprs, .. } => !outer && exprs.iter().any(|expr| !read(expr).is_empty()),
            Op::TableFunction { name, args, .. } => {
                name.contains("FLATTEN") && args.iter().any(|arg| !read(arg).is_empty())
            }
            _ => false,
        };
        if drops && !scene.text(span).to_ascii_lowercase().contains("outer") {
            let message = "Rows whose list is empty or NULL are dropped here.";
            let help = "Write LEFT JOIN, or OUTER, if they are to stay.";
            found.push(scene.raise(span, message).help(help));
        }
    }
}

/// A CTE called like a table that the same text reads.
pub(super) fn shadowing(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for cte in &scene.query().ctes {
        let read = scene.query().reads.iter().find(|read| read.written.eq_ignore_ascii_case(&cte.name));
        let Some(read) = read else { continue };
        let message = format!(
            "`{}` is the name of this CTE and of a table that is read here: which one a FROM means depends on where it stands.",
            cte.name
        );
        let help = "Give the CTE another name, or write the table's schema.";
        found.push(scene.raise(cte.span, message).help(help).label(scene.place(read.span), "the table"));
    }
}

/// A result whose columns nobody can list.
pub(super) fn open_result(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let Some(root) = scene.query().root.filter(|root| scene.is_built() && scene.facts.node(*root).open) else { return };
    let block = scene.facts.node(root).span;
    let text = scene.text(block);
    let star = text.rfind('*').map_or(block, |at| Span::new(block.start as usize + at, block.start as usize + at + 1));
    let message = "Nobody knows which columns this star brings, so nobody knows which columns the model has.";
    let help = "Name the columns, or declare those of the relation it reads.";
    found.push(scene.raise(star, message).help(help));
}
