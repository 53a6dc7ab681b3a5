//! What a plan once claimed and the plan of today in, where they differ out.

use super::Plan;

/// What a plan that was written down says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub env: String,
    pub fingerprint: String,
    /// Ids of its steps.
    pub steps: Vec<String>,
}

/// In words, how today's plan differs from what was claimed; nothing where it still holds.
pub fn differences(claim: &Claim, today: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    if claim.env != today.env {
        found.push(format!("it is for `{}`, not for `{}`", claim.env, today.env));
    }
    if claim.fingerprint == today.fingerprint.to_string() {
        return found;
    }
    let is_known = |id: &str| today.steps.iter().any(|step| step.id == id);
    found.extend(claim.steps.iter().filter(|id| !is_known(id)).map(|id| format!("{id} is not needed any more")));
    let is_new = |id: &&str| !claim.steps.iter().any(|own| own == id);
    let new = today.steps.iter().map(|step| step.id.as_str()).filter(is_new);
    found.extend(new.map(|id| format!("{id} is needed too")));
    if found.is_empty() {
        found.push("its steps are the same, and what they run differs".to_owned());
    }
    found
}
