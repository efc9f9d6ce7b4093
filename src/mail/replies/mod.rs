//! Answers to our messages: what calendars reply to an invitation, and what people write.
//!
//! Anybody can write either. So it is read here and believed nowhere: it counts only when it names something that just the
//! receivers of a message can know.
mod calendar;
mod charset;
mod letter;

pub use self::{
    calendar::{Attendee, CalendarReply, Counter, Participation, calendar_reply},
    letter::{Letter, PASSED_ON, letter},
};
