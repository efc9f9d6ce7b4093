//! What every request passes: headers, foreign forms, bodies, panics and the access log.
use std::{panic::AssertUnwindSafe, time::Instant};

use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt;

use super::{body, routes};
use crate::{
    api::{is_api, problem},
    app::App,
    crypto, hooks,
    web::{
        errors::{self, Error},
        policy::headers,
        unsent,
    },
};

const MAX_TARGET_BYTES: usize = 4096;

/// The outermost layer.
pub async fn guard(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let visit = Visit::begin(&request);
    let peer = request.peer_addr().map(|peer| peer.ip());
    let trusted = &app.settings.trusted_proxies;
    app.untrusted_proxies
        .notice(peer, request.headers(), trusted, app.clock.now());
    let answer = AssertUnwindSafe(admit(&app, request, next));
    match answer.catch_unwind().await {
        Ok(Ok(response)) => {
            let (request, response) = response.into_parts();
            let mut response = visit.finish(&app, response);
            if visit.has_unread_body {
                let head = response.head_mut();
                head.set_connection_type(ConnectionType::Close);
            }
            Ok(ServiceResponse::new(request, response))
        }
        // The request is gone with the error, so the finished answer travels as one.
        Ok(Err(error)) => {
            let mut response = visit.finish(&app, HttpResponse::from_error(error));
            // Its body was not read to the end, and nobody wants the rest.
            let head = response.head_mut();
            head.set_connection_type(ConnectionType::Close);
            Err(InternalError::from_response("", response).into())
        }
        Err(_) => {
            tracing::error!(request.id = visit.reference, "A handler panicked");
            let response = visit.finish(&app, HttpResponse::InternalServerError().finish());
            Err(InternalError::from_response("", response).into())
        }
    }
}

/// Lets a request through, or refuses it before anything else looks at it.
async fn admit(
    app: &App,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.uri().to_string().len() > MAX_TARGET_BYTES {
        return Err(Error::Refused(StatusCode::URI_TOO_LONG).into());
    }
    body::refuse_encoded(request.headers())?;
    if is_unsafe(request.method()) {
        if !is_for_programs(request.path()) && !is_from_our_page(app, request.headers()) {
            return Err(Error::Refused(StatusCode::FORBIDDEN).into());
        }
        let body = body::read(app, &mut request).await?;
        request.set_payload(Payload::from(body.clone()));
        let response = next.call(request).await?.map_into_boxed_body();
        return Ok(unsent::keep(app, response, &body, routes::has_page).await);
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Is it a path that no browser goes to?
fn is_for_programs(path: &str) -> bool {
    is_api(path) || hooks::is_hook(path)
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers say where a form was: in `Sec-Fetch-Site`, or to plain http hosts in `Origin` alone.
/// One that says neither is refused; programs have no cookies, so they need none of this.
fn is_from_our_page(app: &App, headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => headers
            .get(header::ORIGIN)
            .is_some_and(|origin| origin == app.settings.base_url.origin()),
    }
}

/// What is known of a request before it is answered.
struct Visit {
    began: Instant,
    method: Method,
    /// The line of the URL table: paths themselves may hold join links.
    route: String,
    is_for_programs: bool,
    /// A body that nothing reads, and of unknown length.
    has_unread_body: bool,
    reference: String,
}

impl Visit {
    fn begin(request: &ServiceRequest) -> Self {
        let route = request.resource_map().match_pattern(request.path());
        Self {
            began: Instant::now(),
            method: request.method().clone(),
            route: route.unwrap_or_else(|| "(no route)".into()),
            is_for_programs: is_for_programs(request.path()),
            has_unread_body: !is_unsafe(request.method())
                && request.headers().contains_key(header::TRANSFER_ENCODING),
            reference: crypto::random_id().chars().take(12).collect(),
        }
    }

    /// Gives an error its page, sets the headers, writes the log.
    fn finish(&self, app: &App, response: HttpResponse) -> HttpResponse {
        let mut response = self.with_page(app, response);
        let own = response.headers_mut();
        for (name, value) in headers(&app.settings) {
            if !own.contains_key(&name) {
                own.insert(name, HeaderValue::from_static(value));
            }
        }
        tracing::info!(
            request.id = self.reference,
            "{} {} {} in {} ms",
            self.method,
            self.route,
            response.status().as_u16(),
            self.began.elapsed().as_millis()
        );
        response
    }

    /// Errors come bare from handlers, and with bare words from the web server itself.
    fn with_page(&self, app: &App, response: HttpResponse) -> HttpResponse {
        let status = self.status(&response);
        if !(status.is_client_error() || status.is_server_error()) {
            return response;
        }
        let is_bare = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
        let is_told = response.headers().get(header::CONTENT_TYPE) == Some(&problem::MEDIA_TYPE);
        if !is_bare && (is_told || response.error().is_none()) {
            return response;
        }
        let (media_type, body) = if self.is_for_programs {
            (problem::MEDIA_TYPE, problem::bare(status, &self.reference))
        } else {
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            (html, errors::page(app, status, &self.reference))
        };
        let mut response = response.set_body(BoxBody::new(body));
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        response
    }

    /// The status of a response; causes of our own making are written down here, once.
    fn status(&self, response: &HttpResponse) -> StatusCode {
        let Some(error) = response.error() else {
            return response.status();
        };
        let cause = match error.as_error::<Error>() {
            Some(error) => error.cause(),
            None if response.status().is_server_error() => Some(error.to_string()),
            None => None,
        };
        if let Some(cause) = cause {
            tracing::error!(
                request.id = self.reference,
                "{} {} failed: {cause}",
                self.method,
                self.route
            );
        }
        if is_session_storage(error) {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        response.status()
    }
}

/// The session middleware calls every trouble of its store a 500; ours has only the database's.
fn is_session_storage(error: &actix_web::Error) -> bool {
    error
        .as_error::<InternalError<actix_session::storage::SaveError>>()
        .is_some()
        || error.as_error::<InternalError<anyhow::Error>>().is_some()
}
