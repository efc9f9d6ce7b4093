//! Forms that arrive after their user's session has ended: they lead to the sign-in page, and from there
//! back to the form as typed.
use actix_web::{
    HttpRequest,
    body::BoxBody,
    cookie::Cookie,
    dev::ServiceResponse,
    http::{
        Method,
        header::{self, HeaderValue},
    },
    web::Bytes,
};
use entity::unsent_form;

use super::{
    errors::Error,
    flash::Flash,
    known_devices,
    return_path::{safe_path, sign_in_first},
    sessions,
    upload::Fields,
};
use crate::{
    app::App,
    client_ip, crypto,
    domain::accounts::unsent_forms::{self, KEPT, NewUnsentForm},
    error::Result,
    settings::Settings,
};

/// In the address of a page: which form it is to show.
const MARKER: &str = "unsent";
/// Of fields that are never kept.
const SECRETS: [&str; 3] = ["password", "present", "calendar_address"];
const FORM: &str = "application/x-www-form-urlencoded";

/// On the sign-in page that it leads to.
pub const SIGN_IN_AGAIN: &str =
    "You were signed out. Sign in within ten minutes to get back what you typed.";
const TYPED: &str =
    "Nothing was saved because you were signed out. Check what you typed and send it again.";
const PRESSED: &str =
    "Nothing has changed because you were signed out. Try again if you still want to.";
const GONE: &str = "What you sent before signing in is no longer available. None of it was saved.";

/// The answer to a request for which nobody was signed in, and its form kept for the browser's last user.
/// Every other answer stays as it is. `has_page` says whether a line of the URL table shows a page.
pub async fn keep(
    app: &App,
    mut response: ServiceResponse<BoxBody>,
    body: &Bytes,
    has_page: fn(&str) -> bool,
) -> ServiceResponse<BoxBody> {
    let error = response.response().error();
    let error = error.and_then(|error| error.as_error::<Error>());
    if !matches!(error, Some(Error::SignInFirst(_))) || response.request().method() != Method::POST
    {
        return response;
    }
    let request = response.request().clone();
    let page = page_of(app, &request, has_page);
    let browser = browser_of(&request, &app.settings).unwrap_or_else(crypto::random_token);
    let kept = store(app, &request, &browser, body).await;
    let kept = kept.unwrap_or_else(|error| {
        tracing::warn!(%error, "A form that came after its session had ended was not kept");
        None
    });
    let answer = response.response_mut();
    let next = match &kept {
        Some(id) => marked(&page, id),
        None => page,
    };
    if let Ok(address) = HeaderValue::from_str(&sign_in_first(&next)) {
        answer.headers_mut().insert(header::LOCATION, address);
    }
    if kept.is_some()
        && let Err(error) = answer.add_cookie(&cookie(&app.settings, browser))
    {
        tracing::warn!(%error, "A form that was kept cannot be found again");
    }
    response
}

/// Only a browser that we know somebody to have signed in in is kept anything for.
async fn store(
    app: &App,
    request: &HttpRequest,
    browser: &str,
    body: &[u8],
) -> Result<Option<String>> {
    let Some(user_id) = known_devices::of(request, &app.settings).last_user() else {
        return Ok(None);
    };
    let Some(body) = fields(request, body).and_then(without_secrets) else {
        return Ok(None);
    };
    let ip = client_ip::of(request, &app.settings.trusted_proxies);
    let new = NewUnsentForm {
        user_id,
        browser_hash: crypto::sha256_hex(browser),
        client: &client_ip::block(ip),
        target: request.path(),
        body,
    };
    unsent_forms::keep(&app.db, new, app.clock.now()).await
}

/// The fields of a form; none when it is none. A file has to be chosen again.
fn fields(request: &HttpRequest, body: &[u8]) -> Option<Vec<(String, String)>> {
    let kind = request.headers().get(header::CONTENT_TYPE)?.as_bytes();
    match kind.starts_with(FORM.as_bytes()) {
        true => serde_urlencoded::from_bytes(body).ok(),
        false => Some(Fields::read_parts(request, body)?.texts()),
    }
}

fn without_secrets(mut fields: Vec<(String, String)>) -> Option<String> {
    fields.retain(|(name, _)| !SECRETS.contains(&name.as_str()));
    serde_urlencoded::to_string(fields).ok()
}

/// The page that a form stands on: at the address to which it was sent, or where a button was pressed.
fn page_of(app: &App, request: &HttpRequest, has_page: fn(&str) -> bool) -> String {
    let pattern = request.match_pattern();
    if pattern.is_some_and(|pattern| has_page(&pattern)) {
        return request.path().to_owned();
    }
    let referer = request.headers().get(header::REFERER);
    let referer = referer.and_then(|referer| referer.to_str().ok());
    let path = referer.and_then(|url| url.strip_prefix(app.settings.base_url.origin()));
    let path = path.and_then(|path| path.split('#').next());
    safe_path(path.unwrap_or_default()).to_owned()
}

/// The address of a page that shows a form, or says that it came too late.
fn marked(page: &str, id: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let others = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_marker(pair));
    let marker = format!("{MARKER}={id}");
    let query: Vec<&str> = others.chain([marker.as_str()]).collect();
    format!("{path}?{}", query.join("&"))
}

/// Does an address lead to a form that was kept?
pub fn is_marked(page: &str) -> bool {
    let query = page.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(is_marker)
}

fn is_marker(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(name, _)| name == MARKER)
}

/// What a page has to show of a form that came too late.
pub enum Unsent {
    /// The form, if its page is this one.
    Form(unsent_form::Model),
    /// It is gone, or somebody else's.
    Gone,
}

impl Unsent {
    /// What a signed-in user's request is about; one that sends a form again ends the keeping of it.
    pub async fn of(app: &App, request: &HttpRequest, user: (i64, i64)) -> Result<Option<Self>> {
        let browser = browser_of(request, &app.settings);
        if request.method() == Method::POST {
            if let Some(browser) = browser {
                let hash = crypto::sha256_hex(&browser);
                // What is asked for now matters more than what is kept, which is cleared in ten minutes anyhow.
                if let Err(error) = unsent_forms::forget(&app.db, user, &hash, request.path()).await
                {
                    tracing::warn!(%error, "A form that was sent again is kept for a while");
                }
            }
            return Ok(None);
        }
        let pairs = request.query_string().split('&');
        let marker = pairs.filter_map(|pair| pair.split_once('='));
        let Some((_, id)) = marker.into_iter().find(|(name, _)| *name == MARKER) else {
            return Ok(None);
        };
        let Some(browser) = browser else {
            return Ok(Some(Self::Gone));
        };
        let (hash, now) = (crypto::sha256_hex(&browser), app.clock.now());
        let found = unsent_forms::find(&app.db, user, &hash, id, now).await?;
        Ok(Some(found.map_or(Self::Gone, Self::Form)))
    }

    /// What was typed, on the page that it was typed on.
    pub fn typed<F: serde::de::DeserializeOwned>(&self, path: &str) -> Option<F> {
        match self {
            Self::Form(form) if form.target == path => serde_urlencoded::from_str(&form.body).ok(),
            _ => None,
        }
    }

    /// What to say about it.
    pub fn notice(&self, path: &str) -> Flash {
        Flash::problem(match self {
            Self::Form(form) if form.target == path => TYPED,
            Self::Form(_) => PRESSED,
            Self::Gone => GONE,
        })
    }
}

fn browser_of(request: &HttpRequest, settings: &Settings) -> Option<String> {
    let cookie = request.cookie(cookie_name(settings))?;
    Some(cookie.value().to_owned())
}

fn cookie(settings: &Settings, browser: String) -> Cookie<'static> {
    sessions::kept_cookie(cookie_name(settings), browser, KEPT, settings)
}

fn cookie_name(settings: &Settings) -> &'static str {
    if settings.base_url.is_https() {
        "__Host-greenroom-unsent"
    } else {
        "greenroom-unsent"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::Files;

    #[test]
    fn the_address_of_a_page_names_one_form() {
        assert_eq!(marked("/jobs/new", "a"), "/jobs/new?unsent=a");
        assert_eq!(marked("/slots?job=7", "a"), "/slots?job=7&unsent=a");
        assert_eq!(
            marked("/slots?unsent=b&job=7", "a"),
            "/slots?job=7&unsent=a"
        );
        assert!(is_marked("/slots?job=7&unsent=a") && !is_marked("/slots?q=unsent"));
    }

    #[test]
    fn passwords_are_never_kept() {
        use actix_web::test::TestRequest;
        let request = TestRequest::default()
            .insert_header(("content-type", FORM))
            .to_http_request();
        let kept = |body: &[u8]| fields(&request, body).and_then(without_secrets);
        let body = b"name=Zo%C3%AB&password=hunter2&present=old&note=a%26b&name=2";
        assert_eq!(
            kept(body).as_deref(),
            Some("name=Zo%C3%AB&note=a%26b&name=2")
        );
        assert_eq!(kept(b"a=%ff"), Some("a=%EF%BF%BD".into()));
    }

    #[test]
    fn every_field_for_a_password_is_one_that_is_never_kept() {
        let mut found = 0;
        for name in Files::iter() {
            let file = Files::get(&name).expect("a template").data;
            let text = String::from_utf8_lossy(&file).into_owned();
            for field in text.split("<field ").skip(1) {
                let tag = field.split("/>").next().unwrap_or_default();
                if tag.contains("type=\"password\"") || tag.contains("label=\"Password\"") {
                    let name = tag
                        .split("name=\"")
                        .nth(1)
                        .and_then(|name| name.split('"').next());
                    assert!(SECRETS.contains(&name.expect("a name")), "{tag}");
                    found += 1;
                }
            }
        }
        assert!(found >= 5, "{found}");
    }
}
