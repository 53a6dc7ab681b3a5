//! The files of `fixtures/user_ltv`, built into the binary so that the demo needs nothing else.

/// Path and bytes of one file.
type File = (&'static str, &'static [u8]);

macro_rules! file {
    ($commit:literal, $path:literal) => {
        ($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/user_ltv/", $commit, "/", $path)))
    };
}

/// The first commit.
pub(super) const BASE: &[File] = &[
    file!("base", ".gitignore"),
    file!("base", "README.md"),
    file!("base", "dbt_project.yml"),
    file!("base", "macros/cents_to_dollars.sql"),
    file!("base", "models/intermediate/_intermediate.yml"),
    file!("base", "models/intermediate/int_ad_revenue.sql"),
    file!("base", "models/intermediate/int_follower_counts.sql"),
    file!("base", "models/intermediate/int_payment_totals.sql"),
    file!("base", "models/intermediate/int_sessions.sql"),
    file!("base", "models/intermediate/int_user_activity.sql"),
    file!("base", "models/marts/_exposures.yml"),
    file!("base", "models/marts/_marts.yml"),
    file!("base", "models/marts/cohort_ltv.sql"),
    file!("base", "models/marts/country_revenue.sql"),
    file!("base", "models/marts/creators.sql"),
    file!("base", "models/marts/daily_activity.sql"),
    file!("base", "models/marts/dormant_users.sql"),
    file!("base", "models/marts/user_ltv.sql"),
    file!("base", "models/staging/_sources.yml"),
    file!("base", "models/staging/_staging.yml"),
    file!("base", "models/staging/stg_ad_impressions.sql"),
    file!("base", "models/staging/stg_events.sql"),
    file!("base", "models/staging/stg_follows.sql"),
    file!("base", "models/staging/stg_payments.sql"),
    file!("base", "models/staging/stg_users.sql"),
    file!("base", "profiles.yml"),
    file!("base", "seeds/_seeds.yml"),
    file!("base", "seeds/countries.csv"),
    file!("base", "sluice.toml"),
];

/// What the second commit writes anew.
pub(super) const HEAD: &[File] = &[
    file!("head", "models/intermediate/int_user_activity.sql"),
    file!("head", "models/marts/_marts.yml"),
    file!("head", "models/marts/country_revenue.sql"),
    file!("head", "models/marts/user_ltv.sql"),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the list is held to the folder")]

    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::{BASE, HEAD};

    fn read(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, root, files);
            } else {
                let inside = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(inside, fs::read(&path).unwrap());
            }
        }
    }

    fn commit(name: &str) -> BTreeMap<String, Vec<u8>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/user_ltv").join(name);
        let mut files = BTreeMap::new();
        read(&root, &root, &mut files);
        files
    }

    #[test]
    fn the_list_is_the_folder() {
        let mut listed: BTreeMap<String, Vec<u8>> =
            BASE.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
        assert_eq!(listed.keys().collect::<Vec<_>>(), commit("base").keys().collect::<Vec<_>>());
        listed.extend(HEAD.iter().map(|(path, text)| ((*path).into(), (*text).into())));
        assert!(listed == commit("head"), "what base and head do not share belongs in HEAD");
    }
}
