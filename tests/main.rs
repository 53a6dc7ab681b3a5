//! The one test binary: what holds for the crate as a whole.
#![expect(clippy::disallowed_methods, reason = "the house is read from its own files")]

mod architecture;
mod catalog;
mod cli;
mod committed;
mod docs;
mod impact;
mod json_schema;
mod lineage;
mod lsp;
mod mend;
mod page;
mod plan;
mod projects;
mod rules;
mod schemas;
mod scratch;
mod source;
mod source_maps;
mod standards;
