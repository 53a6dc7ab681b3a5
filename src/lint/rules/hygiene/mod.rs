//! The rules about files, settings and suppressions: a page each, and who judges. By name.

mod settings;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("blanket-suppression"), Check::Suppressions),
    (page!("csv-error"), Check::Below),
    (page!("expired-suppression"), Check::Suppressions),
    (page!("invalid-config"), Check::Project(settings::wrong_options)),
    (page!("invalid-rule"), Check::Below),
    (page!("large-seed"), Check::Below),
    (page!("package-not-installed"), Check::Below),
    (page!("stale-baseline-entry"), Check::Suppressions),
    (page!("suppression-without-reason"), Check::Suppressions),
    (page!("unknown-rule"), Check::Project(settings::unknown_rules)),
    (page!("unreadable-file"), Check::Below),
    (page!("unused-suppression"), Check::Suppressions),
    (page!("yaml-error"), Check::Below),
];
