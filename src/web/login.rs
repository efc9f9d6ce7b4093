//! Signing in and out.
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Form, Query},
};
use serde::{Deserialize, Serialize};

use super::{
    client_ip,
    errors::Result,
    forms::FormErrors,
    known_devices,
    render::{Flash, Page, PublicFrame},
    respond::{public, see_other},
    sessions, unsent,
};
use crate::{
    app::App,
    crypto,
    domain::{
        companies,
        sign_ins::{self, Attempt, SignIn},
    },
};

const HOME: &str = "/";

/// GET /login: the form; while nothing is set up, the way there.
pub async fn new(app: Data<App>, query: Query<LoginQuery>) -> Result<HttpResponse> {
    // The form itself needs no database, so one that is away changes nothing here.
    if let Ok(false) = companies::exist(&app.db).await {
        return Ok(see_other("/setup"));
    }
    let page = NewPage::asking(LoginForm {
        next: safe_path(&query.next).to_owned(),
        ..Default::default()
    });
    public(&app, StatusCode::OK, page.frame(), &page)
}

/// POST /login: signs in and goes on to where one wanted to go.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    session: Session,
    form: Form<LoginForm>,
) -> Result<HttpResponse> {
    let ip = client_ip::of(&request, &app.settings.trusted_proxies);
    let marks = known_devices::of(&request, &app.settings);
    let fresh = crypto::random_token();
    let attempt = Attempt {
        email: &form.email,
        password: &form.password,
        mark_hashes: &marks.hashes(),
        fresh_mark_hash: &crypto::sha256_hex(&fresh),
        client: &client_ip::block(ip),
        ip: &ip.to_string(),
    };
    match sign_ins::authenticate(&app.db, &app.passwords, attempt, app.clock.now()).await? {
        SignIn::Welcome(user, known) => {
            sessions::sign_in(&session, &user)?;
            let mut answer = see_other(safe_path(&form.next));
            let marks = marks.after(user.id, known.as_deref(), fresh, &app.settings);
            answer.add_cookie(&marks).map_err(actix_web::Error::from)?;
            Ok(answer)
        }
        SignIn::Refused => {
            let page = NewPage::refusing(form.into_inner(), WRONG);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            public(&app, status, page.frame(), &page)
        }
        SignIn::TooOften(seconds) => {
            let page = NewPage::refusing(form.into_inner(), TOO_OFTEN);
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut answer = public(&app, status, page.frame(), &page)?;
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
            Ok(answer)
        }
    }
}

/// POST /logout: the session is gone, here and for whoever has a copy of the cookie.
pub async fn destroy(session: Session) -> HttpResponse {
    session.purge();
    see_other("/login")
}

/// The address of the form, for somebody who wanted to see `path`.
pub fn address(path: &str) -> String {
    match safe_path(path) {
        HOME => "/login".into(),
        path => {
            let next: String = form_urlencoded(path);
            format!("/login?next={next}")
        }
    }
}

const WRONG: &str = "No user has this e-mail address and password. Check both and try again.";
const TOO_OFTEN: &str = "Too many tries. Wait some minutes, then try again.";

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
pub struct LoginQuery {
    #[serde(default)]
    next: String,
}

/// The form as typed.
#[derive(Default, Deserialize, Serialize)]
pub struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default, skip_serializing)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form, and why it was refused.
#[derive(Serialize)]
pub struct NewPage {
    form: LoginForm,
    errors: FormErrors,
}

impl NewPage {
    fn asking(form: LoginForm) -> Self {
        Self {
            form,
            errors: FormErrors::new(),
        }
    }

    /// Says that nothing is lost, to whoever was signed out while they typed.
    fn frame(&self) -> PublicFrame {
        let is_awaited = unsent::is_marked(&self.form.next);
        PublicFrame {
            flash: is_awaited.then(|| Flash::problem(unsent::SIGN_IN_AGAIN)),
            ..Default::default()
        }
    }

    fn refusing(form: LoginForm, problem: &'static str) -> Self {
        Self {
            form,
            errors: FormErrors::one("form", problem),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "login/new.html";

    fn title(&self) -> String {
        "Sign in".into()
    }

    fn sample() -> Self {
        Self::refusing(LoginForm::default(), WRONG)
    }
}

/// A path of ours: one slash, then nothing that a browser could read as another host. Else the first page.
pub fn safe_path(path: &str) -> &str {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && !names_a_host(path)
        && path.chars().all(|c| c.is_ascii_graphic());
    if is_ours { path } else { HOME }
}

/// Browsers drop tabs and line ends and take `\` for `/`; somebody may decode once more on the way.
fn names_a_host(path: &str) -> bool {
    let folded = path.to_ascii_lowercase();
    ["\\", "%5c", "%2f", "%00", "%09", "%0a", "%0d"]
        .iter()
        .any(|trick| folded.starts_with(&format!("/{trick}")) || folded.contains('\\'))
}

fn form_urlencoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_on_to() {
        for path in [
            "/",
            "/jobs",
            "/slots?job=7&state=open",
            "/jobs/7/edit#x",
            "/a//b",
        ] {
            assert_eq!(safe_path(path), path);
        }
        for path in [
            "",
            "jobs",
            "//evil",
            "///evil",
            "/\\evil",
            "\\/evil",
            "https:evil",
            "https://evil",
            "/%09/evil",
            "/%5cevil",
            "/%5Cevil",
            "/%2fevil",
            "/%2Fevil",
            "/\t/evil",
            "/\n/evil",
            "/%0d%0aX:y",
            "javascript:alert(1)",
            " //evil",
            "/ü",
            "/a\\b",
        ] {
            assert_eq!(safe_path(path), "/", "{path:?}");
        }
    }

    #[test]
    fn the_address_of_the_form_says_where_one_wanted_to_go() {
        assert_eq!(address("/"), "/login");
        assert_eq!(address("//evil"), "/login");
        assert_eq!(address("/slots?job=7&q=a b"), "/login");
        assert_eq!(
            address("/slots?job=7&q=a%20b"),
            "/login?next=/slots%3Fjob%3D7%26q%3Da%2520b"
        );
    }
}
