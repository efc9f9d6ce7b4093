//! What warns of many times at once.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::{Found, Seat, facts};
use crate::error::Result;

/// What warns of some seats, by seat.
#[derive(Clone, Debug, Default)]
pub struct Warnings(HashMap<Seat, Vec<Found>>);

/// What warns of these seats.
pub async fn warnings(
    db: &impl ConnectionTrait,
    company_id: i64,
    seats: &[Seat],
    now: DateTime<Utc>,
) -> Result<Warnings> {
    let facts = facts::of_seats(db, company_id, seats).await?;
    let mut all = HashMap::new();
    for seat in seats {
        let warnings = facts.warnings(seat, now);
        if !warnings.is_empty() {
            all.insert(*seat, warnings);
        }
    }
    Ok(Warnings(all))
}

impl Warnings {
    /// Of a time that these people would hold together.
    pub fn of(
        &self,
        user_ids: &[i64],
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> impl Iterator<Item = &Found> {
        let found = user_ids.iter().filter_map(move |user_id| {
            self.0.get(&Seat {
                user_id: *user_id,
                from,
                until,
            })
        });
        found.flatten()
    }
}
