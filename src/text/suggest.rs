//! A misspelt name and the known ones: the one that was probably meant.

/// The candidate nearest to `name`, if one is near enough to be worth suggesting.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let score = |candidate: &str| strsim::jaro_winkler(&name.to_ascii_lowercase(), &candidate.to_ascii_lowercase());
    let best = candidates.into_iter().map(|candidate| (score(candidate), candidate));
    best.filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_typo_finds_the_name_that_was_meant() {
        assert_eq!(closest("custmers", ["orders", "customers"]), Some("customers"));
        assert_eq!(closest("zzz", ["orders", "customers"]), None);
    }
}
