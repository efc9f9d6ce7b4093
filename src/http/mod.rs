//! HTTP: the table of routes, who may use them, and the guard that every request passes.
mod body;
pub mod guard;
pub mod health;
mod route;
pub mod routes;
pub mod wire;

use actix_web::{
    App as Service, Error, HttpResponse,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::from_fn,
    web::{self, Data},
};

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
        .app_data(web::PayloadConfig::new(body::MOST_BYTES))
        .configure(|config| routes::configure(config, &app))
        .default_service(web::to(async || HttpResponse::NotFound().finish()))
        .wrap(from_fn(guard::guard))
}
