//! Interviews: one candidate for one job. What is read of them, and one file for each way to change one.
pub mod accommodation;
pub mod address_change;
pub mod admission;
pub mod answer;
pub mod attendance;
pub mod board;
pub mod booking;
pub mod cancellation;
pub mod change;
pub mod choosing;
pub mod correction;
pub mod creation;
mod details;
pub mod device_check;
pub mod dossier;
pub mod ending;
pub mod held;
pub mod join_link;
pub mod join_window;
mod joined;
mod line;
pub mod link;
pub mod link_request;
pub mod link_text;
mod list;
pub mod moved;
pub mod moving;
pub mod nudge;
pub mod offer;
pub mod offered;
pub mod overlap;
pub mod preferences;
pub mod progress;
pub mod reach;
pub mod rebooking;
pub mod rescheduling;
mod search;
pub mod short_link;
pub mod slot_choice;
pub mod telling;
pub mod trouble;
pub(in crate::domain) mod unbooking;
mod unclosed;

pub(super) use self::{
    creation::waiting,
    line::{each, lines_without_needless},
};
pub use self::{
    details::{Contact, Details, all_details, details, find, readable_details, shown},
    line::{Line, Mail, Time},
    list::{Filter, Listed, is_live, lines, list, newest, newest_lines, of_job, unscheduled},
    unclosed::unclosed,
};
