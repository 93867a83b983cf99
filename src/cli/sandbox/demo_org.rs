//! The org of the demo.

/// The description of the org, which is used if no other is given.
pub(crate) const DEMO_ORG: &str = include_str!("../../../tenants/demo/org.toml");
