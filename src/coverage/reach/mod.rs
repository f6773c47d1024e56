//! Which outcomes no context of production can reach, and why.

pub mod bindings;
pub mod knowledge;
pub mod possible;
