//! Candidates who asked for something in private. What it is, is on a page of its own, so that nobody reads it by the way.
use serde::Serialize;

use crate::{domain::interviews::accommodation::Open, web::stamp::Stamp, zones::Tz};

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct Requested {
    id: i64,
    candidate: String,
    when: Stamp,
    asked: Stamp,
}

impl Requested {
    /// In the viewer's zone.
    pub fn new(open: Open, zone: Tz) -> Self {
        Self {
            id: open.id,
            candidate: open.candidate,
            when: Stamp::day_and_clock(open.starts_at, zone),
            asked: Stamp::day_and_clock(open.asked_at, zone),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            candidate: "Jane Roe".into(),
            when: Stamp::sample(),
            asked: Stamp::sample(),
        }
    }
}
