//! Versions: who changes a row says which version of it they saw.
use crate::domain::idempotency_keys::IdempotencyKey;

/// No row is ever changed so often; the next version is a number still.
pub const NEWEST: i32 = i32::MAX - 1;

/// The row that a change is meant for, as its caller saw it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which row.
    pub id: i64,
    /// In this version; the change is refused when there is a newer one.
    pub version: i32,
    /// The caller's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// What became of a change of a row that carries no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated<T> {
    /// It is done.
    Done,
    /// The row is like that already; nothing was written.
    Same,
    /// Somebody changed it after the caller saw it; this is how it is now.
    Stale(Box<T>),
}

/// The names of the fields that a change gives another value, for the audit log: their values may be
/// personal.
pub fn changed<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<String> {
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(name, _)| name.to_owned()).collect()
}
