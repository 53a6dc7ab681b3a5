//! The rules about templates that surprise: a page each, and who judges. By name.

mod calls;
mod names;
mod padding;
mod queries;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("deprecated-macro"), Check::Project(calls::deprecated)),
    (page!("dynamic-reference"), Check::Project(calls::dynamic)),
    (page!("env-var-without-default"), Check::Project(calls::env_vars)),
    (page!("hard-coded-target"), Check::Project(names::targets)),
    (page!("introspective-model"), Check::Model(queries::introspective)),
    (page!("jinja-padding"), Check::Sheet(padding::check)),
    (page!("query-result-without-execute"), Check::Project(queries::unguarded)),
    (page!("ref-in-comment"), Check::Project(calls::in_comments)),
    (page!("template-error"), Check::Below),
    (page!("template-warning"), Check::Below),
    (page!("undefined-variable"), Check::Below),
    (page!("unused-macro-argument"), Check::Project(names::arguments)),
    (page!("unused-set"), Check::Project(names::sets)),
    (page!("wrong-macro-arguments"), Check::Project(calls::arguments)),
];
