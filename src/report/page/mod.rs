//! All that is known of a repo in, one HTML page out that shows it in any browser, without a network.
//!
//! The page itself is `page.html`, built from the sources in `web/`. Here its data is gathered, packed and put into it.

mod change;
mod columns;
mod findings;
mod macros;
mod pack;
mod relations;
mod strings;

use std::collections::BTreeMap;

use serde::Serialize;

use super::change_set::ChangeSet;
use super::check::{Check, Texts};
use super::lsp::escaped;
use super::relation::Relation;
use crate::compile::Compilation;
use columns::{Columns, Edges};
use strings::Strings;

/// The built page. [`MARK`] stands where its data goes, [`TITLE`] where the name of the repo does.
const TEMPLATE: &str = include_str!("page.html");
const MARK: &str = "{{data}}";
const TITLE: &str = "{{title}}";

/// What a page is made of.
pub struct Page<'a> {
    /// What the repo is called.
    pub title: &'a str,
    /// The moment that is shown; of a change, the head.
    pub compilation: &'a Compilation,
    /// All of the Compilation's.
    pub relations: &'a [Relation],
    /// Layers by the id of the model.
    pub layers: &'a BTreeMap<String, String>,
    pub texts: &'a Texts,
    pub check: Option<&'a Check>,
    /// Of each finding whether the change brought it; empty where there is no change.
    pub brought: &'a [bool],
    pub change: Option<&'a ChangeSet<'a>>,
    /// Where the page opens: `lineage/model.shop.orders`; empty for its front.
    pub view: &'a str,
    /// Ids of the relations that `lineage?only=chosen` shows.
    pub chosen: &'a [String],
}

/// The shape that `web/data.ts` reads. Numbers that name a text are places in `text`.
#[derive(Serialize)]
struct Data<'a> {
    tool: &'static str,
    title: &'a str,
    moment: &'a str,
    view: &'a str,
    projects: Vec<ProjectRow<'a>>,
    relations: relations::Rows,
    columns: Columns,
    edges: Edges,
    rows: Edges,
    macros: Vec<macros::Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<findings::Findings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<change::Change<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chosen: Vec<u32>,
    text: Vec<String>,
}

#[derive(Serialize)]
struct ProjectRow<'a> {
    name: &'a str,
    root: &'a str,
    dialect: &'a str,
}

/// The address of a view: its name and the names of what it shows, each as the page takes it apart again.
pub fn address(view: &str, parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| escaped(part).replace('/', "%2F"));
    std::iter::once(view.to_owned()).chain(parts).collect::<Vec<_>>().join("/")
}

/// The page, with everything it shows in it.
pub fn html(page: &Page<'_>) -> String {
    let packed = pack::pack(data(page).as_bytes());
    let (head, tail) = TEMPLATE.split_once(MARK).expect("the built page says where its data goes");
    let title = page.title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("{}{packed}{tail}", head.replace(TITLE, &title))
}

/// The page's data as JSON.
fn data(page: &Page<'_>) -> String {
    let mut strings = Strings::default();
    let index = relations::Index::of(page);
    let declared = relations::declared(page);
    let relations = relations::rows(page, &index, &declared, &mut strings);
    let columns = columns::columns(&index, &declared, &mut strings);
    let (edges, rows) = columns::edges(&index, &columns, &mut strings);
    let macros = macros::rows(page, &index, &mut strings);
    let findings = page.check.map(|check| findings::findings((check, page.brought), &index, &mut strings));
    let change = page.change.map(|set| change::change(set, &index, &mut strings));
    let projects = page.compilation.projects.iter().map(|project| ProjectRow {
        name: &project.name,
        root: &project.root,
        dialect: project.dialect.label(),
    });
    super::json::line(&Data {
        tool: env!("CARGO_PKG_VERSION"),
        title: page.title,
        moment: page.compilation.moment.label(),
        view: page.view,
        projects: projects.collect(),
        relations,
        columns: columns.wire,
        edges,
        rows,
        macros,
        findings,
        change,
        chosen: page.chosen.iter().filter_map(|id| index.place(id)).collect(),
        text: strings.list,
    })
}
