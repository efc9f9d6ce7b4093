//! The pages: from a request to one domain call to a page.
use actix_web::{
    App as Service, Error, HttpResponse,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::from_fn,
    web::{self, Data},
};

pub mod access;
pub mod account;
pub mod actions;
pub mod alerts;
pub mod assets;
mod body;
pub mod bookings;
mod brand;
pub mod cancellations;
pub mod candidates;
pub mod choices;
pub mod client_ip;
pub mod company;
mod conflict;
mod csv;
pub mod emails;
pub mod error_page;
pub mod errors;
mod facts;
pub mod forms;
pub mod health;
pub mod interviews;
pub mod jobs;
pub mod join;
pub mod known_devices;
mod lists;
pub mod login;
pub mod logo;
pub mod mail;
mod mail_html;
mod mail_servers;
pub mod mail_texts;
pub mod markdown;
mod preview;
pub mod render;
pub mod rescheduling;
pub mod respond;
pub mod routes;
#[cfg(test)]
mod samples;
pub mod security;
pub mod sessions;
pub mod setup;
pub mod slots;
pub mod stamp;
pub mod today;
pub mod tokens;
mod unsent;
mod upload;
pub mod users;
pub mod viewer;
pub mod wire;
pub mod zone_changes;

use crate::app::App;

/// The web server's inside: every route behind every guard. Tests call the same.
pub fn service(
    app: Data<App>,
) -> Service<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    Service::new()
        .app_data(app.clone())
        .app_data(web::FormConfig::default().limit(body::MAX_BYTES))
        .app_data(web::JsonConfig::default().limit(body::MAX_BYTES))
        .app_data(web::PayloadConfig::new(body::MAX_UPLOAD_BYTES))
        .configure(|config| routes::configure(config, &app))
        .default_service(web::to(async || HttpResponse::NotFound().finish()))
        .wrap(from_fn(security::guard))
}
