//! The JSON Schemas of the outputs, as they are committed in `schemas/`.

/// Name and text of each.
pub fn schemas() -> &'static [(&'static str, &'static str)] {
    &[
        ("check", include_str!("../../schemas/check.schema.json")),
        ("compare", include_str!("../../schemas/compare.schema.json")),
        ("compare-batch", include_str!("../../schemas/compare-batch.schema.json")),
        ("impact", include_str!("../../schemas/impact.schema.json")),
        ("lineage", include_str!("../../schemas/lineage.schema.json")),
        ("lineage-batch", include_str!("../../schemas/lineage-batch.schema.json")),
        ("lineage-paths", include_str!("../../schemas/lineage-paths.schema.json")),
        ("plan", include_str!("../../schemas/plan.schema.json")),
        ("rules", include_str!("../../schemas/rules.schema.json")),
        ("source-map", include_str!("../../schemas/source-map.schema.json")),
    ]
}
