//! What every request passes: headers, foreign forms, sizes, times, panics and the access log.
use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::{InternalError, PayloadError},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::{Bytes, Data},
};
use futures_util::FutureExt;

use super::{
    errors::{self, Error},
    unsent,
};
use crate::{api::problem, app::App, crypto};

/// No form of ours and no call of the API is larger.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The one form that sends a file may be larger than the file may be: then it is told so beside the field.
pub const MAX_UPLOAD_BYTES: usize = 512 * 1024;
const UPLOADS: &[&str] = &["/company/logo"];

const MAX_TARGET_BYTES: usize = 4096;
/// The web server itself would wait for ever.
const BODY_TIME: Duration = Duration::from_secs(15);

/// What a page may load and do. One that needs more adds it for itself.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // `no-referrer` would make browsers send our own forms with `Origin: null`.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    // Whatever may be kept says so itself.
    (header::CACHE_CONTROL, "no-store"),
];
const HSTS: &str = "max-age=31536000; includeSubDomains";

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
            let response = visit.finish(&app, response);
            Ok(ServiceResponse::new(request, response))
        }
        // The request is gone with the error, so the finished answer travels as one.
        Ok(Err(error)) => {
            let response = visit.finish(&app, HttpResponse::from_error(error));
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
    if is_unsafe(request.method()) {
        if !is_api(request.path()) && !is_from_our_page(app, request.headers()) {
            return Err(Error::Refused(StatusCode::FORBIDDEN).into());
        }
        let body = read_body(&mut request, BODY_TIME).await?;
        // Unpacked: whoever reads it next must not try again.
        request.headers_mut().remove(header::CONTENT_ENCODING);
        request.set_payload(Payload::from(body.clone()));
        let response = next.call(request).await?.map_into_boxed_body();
        return Ok(unsent::keep(app, response, &body).await);
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers say where a form was: in `Sec-Fetch-Site`, or to plain http hosts in `Origin` alone.
/// One that says neither is refused; the API has no cookies, so it needs none of this.
fn is_from_our_page(app: &App, headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => headers
            .get(header::ORIGIN)
            .is_some_and(|origin| origin == app.settings.base_url.origin()),
    }
}

/// The whole body, within its limits of size and time.
async fn read_body(request: &mut ServiceRequest, time: Duration) -> Result<Bytes, Error> {
    let most = match UPLOADS.contains(&request.path()) {
        true => MAX_UPLOAD_BYTES,
        false => MAX_BODY_BYTES,
    };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(Error::Refused(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let body = tokio::time::timeout(time, request.extract::<Bytes>()).await;
    match body {
        Ok(Ok(body)) if body.len() > most => Err(Error::Refused(StatusCode::PAYLOAD_TOO_LARGE)),
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) => Err(Error::Refused(match error.as_error() {
            Some(PayloadError::Overflow) => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        })),
        Err(_) => Err(Error::Refused(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// What is known of a request before it is answered.
struct Visit {
    began: Instant,
    method: Method,
    /// The line of the URL table: paths themselves may hold join links.
    route: String,
    is_api: bool,
    reference: String,
}

impl Visit {
    fn begin(request: &ServiceRequest) -> Self {
        let route = request.resource_map().match_pattern(request.path());
        Self {
            began: Instant::now(),
            method: request.method().clone(),
            route: route.unwrap_or_else(|| "(no route)".into()),
            is_api: is_api(request.path()),
            reference: crypto::random_id().chars().take(12).collect(),
        }
    }

    /// Gives an error its page, sets the headers, writes the log.
    fn finish(&self, app: &App, response: HttpResponse) -> HttpResponse {
        let mut response = self.with_page(app, response);
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if app.settings.base_url.is_https() {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static(HSTS),
            );
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
        let (media_type, body) = if self.is_api {
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

#[cfg(test)]
mod tests {
    use actix_web::{ResponseError, test::TestRequest, web::PayloadConfig};
    use futures_util::{StreamExt, stream};

    use super::*;

    fn request(chunks: impl futures_util::Stream<Item = &'static str> + 'static) -> ServiceRequest {
        let mut request = TestRequest::post()
            .app_data(PayloadConfig::new(MAX_UPLOAD_BYTES))
            .to_srv_request();
        let body = chunks.map(|chunk| Ok::<_, PayloadError>(Bytes::from_static(chunk.as_bytes())));
        request.set_payload(Payload::from(body.boxed_local() as std::pin::Pin<Box<_>>));
        request
    }

    async fn status(mut request: ServiceRequest) -> Option<u16> {
        let body = read_body(&mut request, Duration::from_millis(20)).await;
        body.err().map(|error| error.status_code().as_u16())
    }

    #[actix_web::test]
    async fn a_body_that_never_ends_is_given_up() {
        let drip = stream::iter(["name="]).chain(stream::pending());
        assert_eq!(status(request(drip)).await, Some(408));
    }

    #[actix_web::test]
    async fn a_body_that_does_not_say_how_long_it_is_is_cut_at_the_limit() {
        assert_eq!(
            status(request(stream::repeat("0123456789"))).await,
            Some(413)
        );
        assert_eq!(status(request(stream::iter(["a", "b"]))).await, None);
    }
}
