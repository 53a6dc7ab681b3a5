//! CSV text in, values with places out.
