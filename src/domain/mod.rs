//! The rules: one file per noun. Knows no HTTP, no templates, no SMTP, no settings, no clock.
pub mod actions;
pub mod api_tokens;
pub mod bookings;
pub mod candidates;
pub mod delivery;
pub mod emails;
pub mod interviews;
pub mod jobs;
pub mod join_links;
pub mod join_window;
pub mod local_time;
pub mod one_time_keys;
pub mod page;
pub mod rate_limits;
pub mod sessions;
pub mod slots;
pub mod users;
