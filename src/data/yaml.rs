//! YAML text in, values with places out.
