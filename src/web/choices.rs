//! Options of selects: names that are stored, with the words that people read.
use chrono_tz::TZ_VARIANTS;
use sea_orm::{ActiveEnum, Iterable};

use super::render::Choice;

/// All values of a closed enum, in its order.
pub fn of<T: ActiveEnum<Value = String> + Iterable>(words: fn(T) -> &'static str) -> Vec<Choice> {
    T::iter()
        .map(|value| Choice::new(value.to_value(), words(value)))
        .collect()
}

/// Rows by their key.
pub fn rows(rows: Vec<(i64, String)>) -> Vec<Choice> {
    rows.into_iter()
        .map(|(id, label)| Choice::new(id, label))
        .collect()
}

/// The names of all time zones, for a `<datalist>`.
pub fn zones() -> Vec<&'static str> {
    TZ_VARIANTS.iter().map(|zone| zone.name()).collect()
}
