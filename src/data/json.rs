//! JSON text in, values with places out.
