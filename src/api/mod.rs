//! The JSON API: a call is read, one domain function does it, its rows go out as JSON.
pub mod auth;
pub mod bookings;
pub mod candidates;
pub mod changes;
pub mod emails;
pub mod fields;
pub mod interviews;
pub mod jobs;
pub mod lists;
pub mod openapi;
pub mod problem;
pub mod slots;

use actix_web::{HttpResponse, http::header};
use serde::Serialize;

/// 201 with what was made, and where it is from now on.
fn created(path: &str, made: &impl Serialize) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, path))
        .json(made)
}
