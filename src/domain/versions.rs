//! Versions: who changes a row says which version of it they saw.
use crate::domain::one_time_keys::Once;

/// The row that a change is meant for, as its caller saw it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which row.
    pub id: i64,
    /// In this version; the change is refused when there is a newer one.
    pub version: i32,
    /// The caller's one-time key.
    pub once: Option<Once>,
}

/// The names of the fields that a change gives another value, for the audit log: their values may be
/// personal.
pub fn changed<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<&'static str> {
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(name, _)| name).collect()
}
