//! What browsers are told of every answer: what a page may load, who may frame it, and how long it is kept.
use actix_web::http::header::{self, HeaderName};

use crate::settings::Settings;

/// What a page may load and do. One that needs more adds it for itself.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Which of a device's abilities a page may use: the name of the header,
pub const PERMISSIONS: &str = "permissions-policy";
/// what all pages may,
const NONE: &str = "camera=(), microphone=(), display-capture=(), geolocation=()";
/// and what the one may that checks a candidate's device.
pub const CAMERA_AND_MICROPHONE: &str =
    "camera=(self), microphone=(self), display-capture=(), geolocation=()";

const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (HeaderName::from_static(PERMISSIONS), NONE),
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
    // A candidate's page is for one person.
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    // Whatever may be kept says so itself.
    (header::CACHE_CONTROL, "no-store"),
];
const HSTS: &str = "max-age=31536000";
const HSTS_WITH_SUBDOMAINS: &str = "max-age=31536000; includeSubDomains";

/// What every answer carries, unless it says otherwise itself.
pub fn headers(settings: &Settings) -> impl Iterator<Item = (HeaderName, &'static str)> {
    let hsts = match settings.hsts_include_subdomains {
        true => HSTS_WITH_SUBDOMAINS,
        false => HSTS,
    };
    let is_https = settings.base_url.is_https();
    let hsts = is_https.then_some((header::STRICT_TRANSPORT_SECURITY, hsts));
    HEADERS.into_iter().chain(hsts)
}
