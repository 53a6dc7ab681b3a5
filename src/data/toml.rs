//! TOML text in, values with places out.
