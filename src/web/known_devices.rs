//! A browser's mark that an account has signed in there before: it has tries of its own, so that
//! somebody who tries the account from elsewhere cannot lock its user out.
use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};
use subtle::ConstantTimeEq;

use crate::{crypto, settings::Settings, text};

const KEPT: Duration = Duration::days(90);

/// The mark of this browser, if it was made for this address.
pub fn find(request: &HttpRequest, settings: &Settings, email: &str) -> Option<String> {
    let cookie = request.cookie(name(settings))?;
    let (mark, proof) = cookie.value().split_once('.')?;
    let expected = prove(settings, email, mark);
    let is_ours: bool = proof.as_bytes().ct_eq(expected.as_bytes()).into();
    is_ours.then(|| mark.to_owned())
}

/// A mark for this browser and this address.
pub fn make(settings: &Settings, email: &str) -> Cookie<'static> {
    let mark = crypto::random_id();
    let proof = prove(settings, email, &mark);
    Cookie::build(name(settings), format!("{mark}.{proof}"))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.base_url.is_https())
        .max_age(KEPT)
        .finish()
}

fn name(settings: &Settings) -> &'static str {
    if settings.base_url.is_https() {
        "__Host-greenroom-known"
    } else {
        "greenroom-known"
    }
}

fn prove(settings: &Settings, email: &str, mark: &str) -> String {
    let key = crypto::key_for(settings.secret_key.expose(), "known device");
    let email = text::email(email).unwrap_or_default();
    crypto::hex(&crypto::hmac_sha256(
        &key,
        format!("{mark} {email}").as_bytes(),
    ))
}
