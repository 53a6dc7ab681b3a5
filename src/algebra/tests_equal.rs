//! The table of `docs/equal-meaning.md`: two texts of each line are equal, and the third is not.

use super::tests::prints;

#[test]
fn every_line_of_the_table_of_equalities_holds_and_its_near_miss_does_not() {
    let (mut lines, mut wrong) = (0, Vec::new());
    for line in include_str!("../../docs/equal-meaning.md").lines().filter(|line| line.starts_with("| ")) {
        let texts: Vec<&str> = line.split(" | ").collect();
        let [edit, texts @ ..] = texts.as_slice() else { continue };
        let texts: Vec<&str> = texts.iter().map(|text| text.trim_matches(['`', '|', ' '])).collect();
        let [one, two, other] = texts[..] else { continue };
        if !one.contains("select") {
            continue;
        }
        lines += 1;
        let (a, b, c) = (prints(one), prints(two), prints(other));
        if (a.rows, &a.values) != (b.rows, &b.values) {
            wrong.push(format!("{edit}: these mean the same:\n{one}\n{two}"));
        }
        if (a.rows, &a.values) == (c.rows, &c.values) {
            wrong.push(format!("{edit}: these differ:\n{one}\n{other}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(lines > 40, "the table is read: {lines} lines");
}
