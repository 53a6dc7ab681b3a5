//! sluice.toml: the team's own settings, one definition for reading, errors and documentation.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::text::Place;

/// What `sluice.toml` says; [`Settings::default`] where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub dialect: Option<String>,
    /// Default branch to compare with, where the repo does not say.
    pub base: Option<String>,
    pub target: Option<String>,
    pub vars: BTreeMap<String, crate::data::Value>,
    pub env: BTreeMap<String, String>,
    /// Globs of files that are not models, from the project root.
    pub exclude: Vec<String>,
    /// In order, from the lowest: a model may read its own layer and those named in `reads`.
    pub layers: Vec<Layer>,
    pub rules: BTreeMap<String, RuleSetting>,
    /// Ignore declared (unproved) keys: `trust = "proved"`.
    pub trust_proved_only: bool,
}

/// One layer of the repo, e.g. staging, intermediate, marts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: String,
    /// Globs from the project root.
    pub paths: Vec<String>,
    /// Names of the layers (or `source`, `seed`) that this layer may read, besides itself.
    pub reads: Vec<String>,
}

/// One rule's settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSetting {
    /// `None` leaves the page's default; `Some(None)` is `off`.
    pub level: Option<Option<Severity>>,
    pub options: BTreeMap<String, crate::data::Value>,
    /// Its key in sluice.toml.
    pub place: Option<Place>,
}
