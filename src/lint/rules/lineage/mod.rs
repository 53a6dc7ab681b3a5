//! The rules about who reads whom: a page each, and who judges. By name.

mod consumers;
mod hard_coded_reference;
mod hidden;
mod layer_order;
mod shape;
mod sources;
mod unused_columns;
mod unused_macro;

use super::{Check, Line};

pub(super) const LIST: &[Line] = &[
    (page!("cycle"), Check::Below),
    (page!("dead-model"), Check::Project(shape::dead)),
    (page!("direct-join-to-source"), Check::Project(sources::direct_join)),
    (page!("duplicate-logic"), Check::Project(shape::duplicate)),
    (page!("duplicate-model"), Check::Below),
    (page!("duplicate-source"), Check::Below),
    (page!("exposure-on-non-public"), Check::Project(consumers::on_private)),
    (page!("exposure-on-source"), Check::Project(consumers::on_source)),
    (page!("exposure-on-view"), Check::Project(consumers::on_view)),
    (page!("exposure-without-model"), Check::Project(consumers::on_nothing)),
    (page!("hard-coded-reference"), Check::Model(hard_coded_reference::check)),
    (page!("import-ctes"), Check::Model(hidden::import_ctes)),
    (page!("layer-order"), Check::Model(layer_order::check)),
    (page!("mart-without-exposure"), Check::Project(consumers::missing)),
    (page!("materialization-by-fanout"), Check::Project(shape::materialization)),
    (page!("model-fanout"), Check::Project(shape::fanout)),
    (page!("multiple-sources-joined"), Check::Project(sources::several)),
    (page!("opaque-lineage"), Check::Model(shape::opaque)),
    (page!("pass-through-model"), Check::Model(shape::pass_through)),
    (page!("rejoining-upstream-concepts"), Check::Project(shape::rejoining)),
    (page!("root-model"), Check::Project(sources::root_model)),
    (page!("same-table-two-sources"), Check::Project(sources::same_table)),
    (page!("semantic-model-on-non-public"), Check::Project(consumers::semantic)),
    (page!("source-fanout"), Check::Project(sources::fanout)),
    (page!("source-outside-staging"), Check::Project(sources::outside_staging)),
    (page!("source-read-elsewhere"), Check::Project(sources::elsewhere)),
    (page!("staging-depends-on-downstream"), Check::Project(shape::staging_on_downstream)),
    (page!("staging-depends-on-staging"), Check::Project(shape::staging_on_staging)),
    (page!("too-many-joins"), Check::Model(shape::joins)),
    (page!("too-many-parents"), Check::Project(shape::parents)),
    (page!("undeclared-dynamic-dependency"), Check::Model(hidden::undeclared)),
    (page!("unused-macro"), Check::Project(unused_macro::check)),
    (page!("unused-model-column"), Check::Project(unused_columns::of_models)),
    (page!("unused-source"), Check::Project(sources::unused)),
    (page!("unused-source-column"), Check::Project(unused_columns::of_sources)),
];
