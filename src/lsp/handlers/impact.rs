//! `sluice/impact`: what the change so far means and whom it reaches, as `sluice impact --format json` says it.

use serde::Deserialize;
use serde_json::Value;

use crate::change::diff;
use crate::impact::reach;
use crate::lsp::Refused;
use crate::lsp::session::Session;
use crate::report::{ChangeSet, json};

/// Any file of the repo that is meant; the first repo where none is named.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    uri: Option<String>,
}

pub(super) fn answer(session: &mut Session, params: Params) -> Result<Value, Refused> {
    session.settle();
    let root = params.uri.as_deref().map_or(Some(0), |uri| session.locate(uri).map(|(root, _)| root));
    let root = root.and_then(|at| session.roots.get_mut(at));
    let root = root.ok_or_else(|| Refused("There is no repo there.".to_owned()))?;
    root.compile_base().map_err(|error| Refused(error.to_string()))?;
    let (Some((_, before)), Some(after)) = (&root.base, root.compilation()) else {
        return Err(Refused("The repo is not compiled yet.".to_owned()));
    };
    let changes = diff(before, after);
    let impacts = reach(&changes, before, after);
    let set = ChangeSet { base: before.moment.label(), head: after.moment.label(), before, after, impacts: &impacts };
    serde_json::from_str(&json::impact(&set)).map_err(|error| Refused(error.to_string()))
}
