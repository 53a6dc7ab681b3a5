//! The list of dialects: one line each.
