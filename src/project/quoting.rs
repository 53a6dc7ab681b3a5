//! `quoting:` of a project or source in, which parts of its relations' names are quoted out.

use crate::data::Value;

/// Whether database, schema and identifier are quoted, as far as somebody says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quoting(pub [Option<bool>; 3]);

impl Quoting {
    /// What a `quoting:` map says; dbt knows `project` and `dataset` too.
    pub fn read(value: Option<&Value>) -> Quoting {
        let one = |names: &[&str]| names.iter().find_map(|name| value?.get(name)).and_then(said);
        Quoting([one(&["database", "project", "catalog"]), one(&["schema", "dataset"]), one(&["identifier", "table"])])
    }

    /// The policy of names that are quoted so by default.
    pub fn over(self, default: [bool; 3]) -> [bool; 3] {
        let mut parts = default;
        for (part, said) in parts.iter_mut().zip(self.0) {
            *part = said.unwrap_or(*part);
        }
        parts
    }

    pub fn is_silent(self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

fn said(value: &Value) -> Option<bool> {
    value.bool().or_else(|| value.str()?.trim().to_ascii_lowercase().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::Quoting;
    use crate::data::yaml;

    #[test]
    fn what_is_not_said_stays_as_it_is() {
        let found = Quoting::read(yaml::parse("{dataset: true, identifier: 'False'}").ok().as_ref());
        assert_eq!(found.0, [None, Some(true), Some(false)]);
        assert_eq!(found.over([true, false, true]), [true, true, false]);
        assert!(Quoting::read(None).is_silent());
    }
}
