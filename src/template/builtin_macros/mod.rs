//! Macros that dbt and its common packages bring along, in our own words: Jinja like the user's, dispatched like it.

/// Packages and their text. A project's own package of the same name takes the place of ours.
pub(super) const FILES: [(&str, &str); 5] = [
    ("dbt", include_str!("dbt_values.sql")),
    ("dbt", include_str!("dbt_dates.sql")),
    ("dbt", include_str!("dbt_names.sql")),
    ("dbt_utils", include_str!("dbt_utils.sql")),
    ("dbt_date", include_str!("dbt_date.sql")),
];
