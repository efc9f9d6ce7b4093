//! The rules: one file per noun. Knows no HTTP, no templates, no SMTP, no settings, no clock.
pub mod actions;

pub mod local_time;
pub mod one_time_keys;
pub mod page;
