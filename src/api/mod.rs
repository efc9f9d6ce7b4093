//! The JSON API: a call is read, one domain function does it, its rows go out as JSON.
pub mod auth;
pub mod batches;
pub mod bookings;
pub mod bulk_endings;
pub mod calls;
pub mod candidates;
pub mod changes;
pub mod device_check;
pub mod emails;
pub mod endings;
pub mod fields;
pub mod idempotency;
pub mod imports;
pub mod interviewers;
pub mod interviews;
pub mod jobs;
pub mod lists;
pub mod openapi;
pub mod problem;
pub mod series;
pub mod slots;

/// Is it a path of the API?
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
