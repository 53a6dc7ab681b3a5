//! `textDocument/codeLens`: whom each model reaches. What it says is worked out when it is looked at.

use lsp_types::{CodeLens, CodeLensParams, Command};
use serde_json::json;

use crate::lsp::Refused;
use crate::lsp::convert::Page;
use crate::lsp::reach::reach_of;
use crate::lsp::session::Session;
use crate::text::Span;

pub(super) fn answer(session: &mut Session, params: CodeLensParams) -> Result<Vec<CodeLens>, Refused> {
    session.compile_first();
    let uri = params.text_document.uri;
    let Some(spot) = session.page(&uri) else { return Ok(Vec::new()) };
    let page = Page::new(&spot.text, session.units);
    let built = spot.root.models_of(&spot.file).into_iter().filter(|compiled| crate::change::is_built(compiled));
    let lens = |compiled: &crate::compile::CompiledModel| CodeLens {
        range: page.range(Span::at(compiled.model.body.start as usize)),
        command: None,
        data: Some(json!({"uri": uri.as_str(), "model": compiled.model.id})),
    };
    Ok(built.map(lens).collect())
}

/// `codeLens/resolve`: "12 columns reach 3 dashboards".
pub(super) fn resolve(session: &mut Session, mut lens: CodeLens) -> Result<CodeLens, Refused> {
    session.compile_first();
    let part = |key: &str| lens.data.as_ref()?.get(key)?.as_str().map(str::to_owned);
    let (Some(uri), Some(model)) = (part("uri"), part("model")) else { return Ok(lens) };
    let Some((root, _)) = session.locate(&uri) else { return Ok(lens) };
    let Some(compilation) = session.roots[root].compilation() else { return Ok(lens) };
    // A command without a name is a text that does nothing when it is clicked.
    lens.command = Some(Command { title: reach_of(compilation, &model), command: String::new(), arguments: None });
    Ok(lens)
}
