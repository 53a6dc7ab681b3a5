//! Two texts of a file in, the unified diff between them out, as `git apply` reads it.

use similar::TextDiff;

/// The diff of one file; empty where the texts are equal.
pub fn diff(path: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn a_changed_line_has_its_neighbours_around_it() {
        let expected = "--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n select 1\n-FROM t\n+from t\n";
        assert_eq!(diff("x.sql", "select 1\nFROM t\n", "select 1\nfrom t\n"), expected);
        assert_eq!(diff("x.sql", "a", "a"), "");
    }
}
