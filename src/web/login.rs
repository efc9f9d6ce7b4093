//! Signing in and out.
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Form, Query},
};
use entity::user::Role;
use serde::{Deserialize, Serialize};

use super::{
    errors::Result,
    flash::Flash,
    forms::FormErrors,
    frame::PublicFrame,
    known_devices,
    page::Page,
    respond::{public, see_other},
    return_path::safe_path,
    sessions, unsent,
};
use crate::{
    app::App,
    client_ip, crypto,
    domain::{
        accounts::sign_ins::{self, Attempt, SignIn},
        companies,
    },
};

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
            // Whoever was here before may have been somebody else.
            let next = safe_path(&form.next);
            let opens = request.app_data::<Data<Opens>>();
            let is_theirs = opens.is_some_and(|opens| opens.0(user.role, next));
            let mut answer = see_other(if is_theirs { next } else { "/" });
            let marks = marks.after(user.id, known.as_deref(), fresh, &app.settings);
            answer.add_cookie(&marks).map_err(actix_web::Error::from)?;
            Ok(answer)
        }
        SignIn::Refused => refuse(&app, form, StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        SignIn::TooOften(seconds) => {
            let mut answer = refuse(&app, form, StatusCode::TOO_MANY_REQUESTS, TOO_OFTEN)?;
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
            Ok(answer)
        }
    }
}

fn refuse(
    app: &App,
    form: Form<LoginForm>,
    status: StatusCode,
    problem: &'static str,
) -> Result<HttpResponse> {
    let page = NewPage::refusing(form.into_inner(), problem);
    public(app, status, page.frame(), &page)
}

/// POST /logout: the session is gone, here and for whoever has a copy of the cookie.
pub async fn destroy(session: Session) -> HttpResponse {
    session.purge();
    see_other("/login")
}

const WRONG: &str = "Wrong email address or password. Check both and try again.";
const TOO_OFTEN: &str = "Too many attempts. Wait a few minutes, then try again.";

/// Says whether there is a page at a path for users of a role: the URL table knows.
pub struct Opens(pub fn(Role, &str) -> bool);

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
