//! What is built and who reads whom in, the groups that must be promoted together out.

use std::collections::BTreeMap;

/// Groups of names, joined step by step. A group is known by the first of its names.
#[derive(Default)]
pub(super) struct Together(BTreeMap<String, String>);

impl Together {
    pub(super) fn add(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_insert_with(|| name.to_owned());
    }

    pub(super) fn join(&mut self, one: &str, other: &str) {
        let (one, other) = (self.group(one), self.group(other));
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        self.0.insert(second, first);
    }

    /// The first name of the group that a name is in.
    pub(super) fn group(&self, name: &str) -> String {
        let mut at = name;
        while let Some(next) = self.0.get(at).filter(|next| *next != at) {
            at = next;
        }
        at.to_owned()
    }

    /// Every group with its members, in order.
    pub(super) fn groups(&self) -> BTreeMap<String, Vec<String>> {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in self.0.keys() {
            groups.entry(self.group(name)).or_default().push(name.clone());
        }
        groups
    }
}
