//! A model's text in, Rendered SQL that remembers where each byte came from out. Knows nothing of SQL.
//!
//! Two entries: [`Environment::new`] reads a project's macros and names once, [`render`] renders one model with them.
//! No warehouse is asked for anything: what only it could tell is an [`Unknown`].

mod again;
mod ast;
mod builtin_macros;
mod branch;
mod call;
mod checks;
mod context;
mod digests;
mod environment;
mod eval;
mod expression;
mod fill;
mod filters;
mod format;
mod free;
mod function;
mod held;
mod inherit;
mod lexer;
mod marked;
mod methods;
mod operators;
mod parser;
mod placeholder;
mod print;
mod python;
mod relations;
mod rendered;
mod run;
mod sqlmesh;
mod stand_in;
mod stop;
mod survey;
mod templates;
mod value;
mod words;

#[cfg(test)]
mod memory;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::sync::Arc;

use crate::project::{Language, Model};
use crate::text::{FileId, Span};
use ast::Source;
use function::Scope;
use marked::{Buffer, From, Mark};
use run::Run;
use stop::Stop;

pub use branch::{Assume, Branch};
pub use environment::Environment;
pub use relations::{relations, spelled};
pub use rendered::{Call, Rendered, Segment};
pub use survey::{Survey, SurveyedCall, SurveyedMacro, survey};

/// Which of a model's renderings is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// As if the model were built anew.
    #[default]
    Fresh,
    /// As if the model's table existed already.
    Incremental,
    /// As dbt renders before it has a warehouse: `execute` is false.
    Parse,
}

/// Answers the id of a relation with its columns (name and type) as far as they are known.
pub type Columns<'c> = dyn Fn(&str) -> Option<Vec<(String, String)>> + 'c;

/// Renders a model.
pub fn render(env: &Environment, model: &Model, mode: Mode, columns: &Columns<'_>) -> Rendered {
    match model.language {
        Language::Sql => Rendered::verbatim_part(&model.file, &model.text, model.body),
        Language::Placeholders => match &env.placeholders {
            Some(finder) => placeholder::render(env, model, finder),
            None => Rendered::verbatim_part(&model.file, &model.text, model.body),
        },
        Language::SqlMesh => sqlmesh::render(env, model, columns),
        Language::Python if env.sqlmesh => sqlmesh::python(env, model),
        Language::Python => python::render(env, model),
        Language::Jinja => {
            let package: Arc<str> = Arc::from(model.package.as_str());
            let own = source(&model.file, model.text.clone(), package.clone());
            let rendered = render_source(env, Some(model), &own, model.body, (mode, columns, &Assume::new()));
            if env.templates.is_none() || !again::is_template(&rendered) {
                return rendered;
            }
            let made = source(&model.file, Arc::from(rendered.text.as_str()), package);
            let whole = Span::new(0, made.text.len());
            let second = render_source(env, Some(model), &made, whole, (mode, columns, &Assume::new()));
            if second.failed { rendered } else { again::through(rendered, second) }
        }
    }
}

/// Renders a model as if conditions in its text turned out as `assume` says: a branch of [`Rendered::branches`] that
/// its other renderings did not take.
pub fn render_branch(env: &Environment, model: &Model, mode: Mode, columns: &Columns<'_>, assume: &Assume) -> Rendered {
    let source = source(&model.file, model.text.clone(), Arc::from(model.package.as_str()));
    render_source(env, Some(model), &source, model.body, (mode, columns, assume))
}

/// Renders a loose template as if it stood in `file` of the root project.
pub fn render_text(env: &Environment, text: &str, file: &FileId) -> Rendered {
    let source = source(file, Arc::from(text), env.root.clone());
    render_source(env, None, &source, Span::new(0, text.len()), (Mode::default(), &|_| None, &Assume::new()))
}

/// Renders a text of the project's YAML, as it stands in `package`; `None` where the engine cannot tell either.
pub fn render_setting(env: &Environment, package: &str, text: &str) -> Option<String> {
    let source = source(&FileId::new("dbt_project.yml"), Arc::from(text), Arc::from(package));
    let how: (Mode, &Columns<'_>, &Assume) = (Mode::default(), &|_| None, &Assume::new());
    let rendered = render_source(env, None, &source, Span::new(0, text.len()), how);
    let sure = !rendered.failed && rendered.unknowns.is_empty() && rendered.diagnostics.is_empty();
    sure.then_some(rendered.text)
}

fn source(file: &FileId, text: Arc<str>, package: Arc<str>) -> Arc<Source> {
    let returns = text.contains('\r');
    Arc::new(Source { file: file.clone(), text, package, id: 0, embedded: false, returns })
}

thread_local! {
    /// The last template parsed on this thread: a model is rendered several times in a row.
    static LAST: RefCell<Option<Arc<parser::Template>>> = const { RefCell::new(None) };
}

/// The tree of a text; that of the same text of the same file is not made anew.
fn parsed(source: &Arc<Source>, body: Span) -> Arc<parser::Template> {
    let same = |template: &Arc<parser::Template>| {
        let own = &template.source;
        Arc::ptr_eq(&own.text, &source.text)
            && (template.part, &own.file, &own.package) == (body, &source.file, &source.package)
    };
    LAST.with_borrow_mut(|last| match last {
        Some(template) if same(template) => template.clone(),
        _ => last.insert(Arc::new(parser::parse(source, body))).clone(),
    })
}

fn render_source(
    env: &Environment,
    model: Option<&Model>,
    source: &Arc<Source>,
    body: Span,
    (mode, columns, assume): (Mode, &Columns<'_>, &Assume),
) -> Rendered {
    let template = parsed(source, body);
    let mut asked = Vec::new();
    // A query ends the first rendering; the second one is as dbt renders before it has a warehouse.
    for mode in [mode, Mode::Parse] {
        let mut run = Run::new(env, source.clone(), mode, columns, assume);
        run.model = model;
        run.unknowns = std::mem::take(&mut asked);
        run.syntax_faults(&template);
        let mut buffer = Buffer::default();
        let scope = Scope::new(None);
        let result = run.layers(&template, &scope, &mut buffer, true);
        scope.clear();
        if matches!(result, Err(Stop::Query)) {
            asked = std::mem::take(&mut run.unknowns);
            run.release();
            continue;
        }
        if let Err(Stop::Fault(problem)) = result {
            run.report(*problem, body);
        }
        return finish(run, buffer);
    }
    Rendered::default()
}

/// The answer of a run: its text with marks as segments, and everything it noted.
fn finish(mut run: Run<'_>, buffer: Buffer) -> Rendered {
    run.release();
    let mut rendered = Rendered { text: buffer.text, files: vec![run.model_file.clone()], ..Rendered::default() };
    let mut files = std::collections::BTreeMap::from([(0, 0)]);
    let mut calls = std::collections::BTreeMap::new();
    let mut start = 0;
    for Mark { end, from } in buffer.marks {
        let (source, origin, literal, innermost) = match from {
            From::Nowhere => (0, Span::default(), false, 0),
            From::Literal { source, start: at, calls } => {
                (source, Span { start: at, end: at + (end - start) }, true, calls)
            }
            From::Value { source, span, calls } => (source, span, false, calls),
        };
        let file = file_of(&run, &mut rendered, &mut files, source);
        let calls = call_of(&run, &mut rendered, (&mut files, &mut calls), innermost);
        rendered.segments.push(Segment { span: Span { start, end }, file, origin, literal, calls });
        start = end;
    }
    let span_of = |name: &str| run.config_spans.get(name).copied().unwrap_or_default();
    rendered.config.0 = run
        .config
        .iter()
        .filter_map(|(key, value)| {
            Some((key.as_str()?.to_owned(), context::convert::to_data(value, span_of(key.as_str()?))))
        })
        .collect();
    rendered.branches = run.branches.finish();
    rendered.refs = run.refs;
    rendered.diagnostics = run.diagnostics;
    rendered.unknowns = run.unknowns;
    rendered.failed = run.failed;
    rendered.open = run.opens;
    rendered.asks_incremental = run.asks_incremental;
    rendered.reads_graph = run.reads_graph;
    rendered.asked_columns = run.asked_columns;
    if !run.holes.is_empty() {
        let settings = &run.env.settings;
        fill::fill(&mut rendered, &run.holes, settings.stand_in.as_deref(), run.env.double_is_text);
    }
    rendered.macros = run.macros.iter().map(|code| format!("{}.{}", code.source.package, code.name)).collect();
    rendered
}

type Renumbered = std::collections::BTreeMap<u32, u32>;

/// The number of a source's file in the answer, which lists only the files that something came from.
fn file_of(run: &Run<'_>, rendered: &mut Rendered, files: &mut Renumbered, source: u32) -> u32 {
    *files.entry(source).or_insert_with(|| {
        rendered.files.push(run.file(source).clone());
        rendered.files.len() as u32 - 1
    })
}

/// The number of a call in the answer, which lists only the calls that something came from.
fn call_of(
    run: &Run<'_>,
    rendered: &mut Rendered,
    (files, calls): (&mut Renumbered, &mut Renumbered),
    call: u32,
) -> u32 {
    let mut path = Vec::new();
    let mut next = call;
    let mut outer = 0;
    while next > 0 {
        if let Some(known) = calls.get(&next) {
            outer = *known;
            break;
        }
        path.push(next);
        next = run.calls[next as usize - 1].outer;
    }
    for number in path.into_iter().rev() {
        let run::Call { source, span, .. } = run.calls[number as usize - 1];
        let file = file_of(run, rendered, files, source);
        rendered.calls.push(Call { file, span, outer });
        outer = rendered.calls.len() as u32;
        calls.insert(number, outer);
    }
    outer
}
