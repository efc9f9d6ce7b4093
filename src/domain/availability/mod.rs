//! What is known of an interviewer's time, and what it says of an interview that they would hold: the one place that is
//! asked before somebody books. To a recruiter nothing here is a refusal.
mod facts;
pub mod findings;
pub mod hours;
pub mod interviewers;
mod warnings;

use entity::user;
use sea_orm::ActiveValue::Set;

pub use self::{
    facts::{Facts, Seat, of_seats, of_slot, spans},
    findings::{Finding, Found, Held},
    hours::WorkingHours,
    warnings::{Warnings, warnings},
};
use crate::{domain::versions, error::Result};

/// The longest buffer, in minutes.
pub const LONGEST_BUFFER: i32 = 120;
/// The highest weekly limit.
pub const HIGHEST_LIMIT: i32 = 100;

/// When an interviewer wants to hold interviews, and how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Availability {
    /// So many minutes are kept free before an interview, up to [`LONGEST_BUFFER`].
    pub buffer_before_minutes: i32,
    /// And so many after it.
    pub buffer_after_minutes: i32,
    /// The most interviews of a week, up to [`HIGHEST_LIMIT`].
    pub weekly_limit: Option<i32>,
    /// When they work.
    pub working_hours: WorkingHours,
}

impl Availability {
    /// As it is kept of a user.
    pub fn of(user: &user::Model) -> Result<Self> {
        Ok(Self {
            buffer_before_minutes: user.buffer_before_minutes,
            buffer_after_minutes: user.buffer_after_minutes,
            weekly_limit: user.weekly_limit,
            working_hours: WorkingHours::read(&user.working_hours)?,
        })
    }

    /// Between two interviews at least: what one keeps free after it, or the other before it.
    pub fn buffer_minutes(&self) -> i32 {
        self.buffer_before_minutes.max(self.buffer_after_minutes)
    }

    /// The names of what another one has another value for.
    fn differences(&self, other: &Self) -> Vec<String> {
        versions::changed([
            (
                "buffer_before_minutes",
                self.buffer_before_minutes != other.buffer_before_minutes,
            ),
            (
                "buffer_after_minutes",
                self.buffer_after_minutes != other.buffer_after_minutes,
            ),
            ("weekly_limit", self.weekly_limit != other.weekly_limit),
            ("working_hours", self.working_hours != other.working_hours),
        ])
    }

    fn columns(&self) -> user::ActiveModel {
        // Taken apart, so that a field that is not written does not compile.
        let Self {
            buffer_before_minutes,
            buffer_after_minutes,
            weekly_limit,
            working_hours,
        } = self;
        user::ActiveModel {
            buffer_before_minutes: Set(*buffer_before_minutes),
            buffer_after_minutes: Set(*buffer_after_minutes),
            weekly_limit: Set(*weekly_limit),
            working_hours: Set(working_hours.to_json()),
            ..Default::default()
        }
    }
}
