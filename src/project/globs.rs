//! Globs as config writes them in, whether a path matches out.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of globs; `*` stays within a folder, `**` does not, and a folder's name means all below it.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    set: GlobSet,
}

impl Globs {
    /// What is no glob matches nothing; [`Globs::fault`] says why.
    pub fn new<S: AsRef<str>>(globs: &[S]) -> Self {
        let mut builder = GlobSetBuilder::new();
        for glob in globs {
            let text = glob.as_ref().trim_start_matches("./").trim_end_matches('/');
            for text in [text.to_owned(), format!("{text}/**")] {
                if let Ok(glob) = compile(&text) {
                    builder.add(glob);
                }
            }
        }
        Globs { set: builder.build().unwrap_or_default() }
    }

    /// Why a text is no glob.
    pub fn fault(glob: &str) -> Option<String> {
        compile(glob).err().map(|error| error.kind().to_string())
    }

    pub fn matches(&self, path: &str) -> bool {
        !self.set.is_empty() && self.set.is_match(path)
    }
}

fn compile(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).build()
}

#[cfg(test)]
mod tests {
    use super::Globs;

    #[test]
    fn a_folder_means_all_below_it() {
        let globs = Globs::new(&["models/legacy", "*.tmp.sql", "a/**/b.sql"]);
        for path in ["models/legacy/x/y.sql", "q.tmp.sql", "a/b.sql", "a/c/d/b.sql"] {
            assert!(globs.matches(path), "{path}");
        }
        for path in ["models/legacy2/x.sql", "m/q.tmp.sql", "a/c.sql"] {
            assert!(!globs.matches(path), "{path}");
        }
        assert!(Globs::fault("a[").is_some());
    }
}
