//! The first page of an installation: the company and its first admin.
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form},
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    errors::{Error, Result},
    flash::Flash,
    forms::FormErrors,
    frame::PublicFrame,
    known_devices,
    page::Page,
    respond::{public, see_other},
    sessions,
};
use crate::{
    app::App,
    client_ip, crypto,
    domain::{
        companies::{self, FirstAdmin, NewCompany, SetUp},
        rate_limits::{self, Limit, Turn},
    },
    error::Error as AppError,
    passwords::{About, NewPassword, Weakness},
    secret::Secret,
    text,
};

/// Wrong codes from one address.
const TRIES: Limit = Limit {
    name: "setup",
    most: 10,
    window: chrono::TimeDelta::minutes(15),
};

/// The code that the terminal shows and the form asks for: who reads the one may fill the other.
pub fn code(secret_key: &Secret) -> String {
    let key = crypto::key_for(secret_key.expose(), "setup");
    let [a, b, c, d, e, f, ..] = key;
    format!("{a:02x}{b:02x}-{c:02x}{d:02x}-{e:02x}{f:02x}")
}

/// GET /setup: the form, as long as there is no company.
pub async fn new(app: Data<App>) -> Result<HttpResponse> {
    refuse_when_set_up(&app).await?;
    let page = NewPage::new(SetupForm::default(), FormErrors::new());
    public(&app, StatusCode::OK, PublicFrame::default(), &page)
}

/// POST /setup: makes the company and signs its admin in.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    session: Session,
    form: Form<SetupForm>,
) -> Result<HttpResponse> {
    refuse_when_set_up(&app).await?;
    let now = app.clock.now();
    let ip = client_ip::of(&request, &app.settings.trusted_proxies);
    let is_admin = has_read_terminal(&app, &form.code, &client_ip::block(ip)).await?;
    let about = About::new(&form.email, &form.name, &form.company_name);
    let password = app.passwords.choose(&form.password, about).await?;
    let fresh = crypto::random_token();
    let (company, admin) = match form.parse(is_admin, password, &fresh) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let page = NewPage::new(form.into_inner(), errors);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return public(&app, status, PublicFrame::default(), &page);
        }
    };
    let ip = ip.to_string();
    match companies::set_up(&app.db, &app.passwords, company, admin, &ip, now).await? {
        SetUp::Done(user) => {
            sessions::sign_in(&session, &user)?;
            sessions::keep_flash(
                &session,
                &Flash::done("Welcome! Your first steps are below."),
            )?;
            let marks = known_devices::of(&request, &app.settings);
            let marks = marks.after(user.id, None, fresh, &app.settings);
            let mut answer = see_other("/");
            answer.add_cookie(&marks).map_err(actix_web::Error::from)?;
            Ok(answer)
        }
        SetUp::TooLate => Err(AppError::NotFound.into()),
    }
}

/// Whether the code is right. Others who guess from the same address keep nobody out who has read the terminal.
async fn has_read_terminal(app: &App, typed: &str, client: &str) -> Result<bool> {
    if is_same_code(typed, &code(&app.settings.secret_key)) {
        return Ok(true);
    }
    match rate_limits::take(&app.db, TRIES, client, app.clock.now()).await? {
        Turn::Allowed => Ok(false),
        Turn::Limited(seconds) => Err(Error::TooOften(seconds)),
    }
}

async fn refuse_when_set_up(app: &App) -> Result<()> {
    if companies::exist(&app.db).await? {
        return Err(AppError::NotFound.into());
    }
    Ok(())
}

/// The form as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SetupForm {
    code: String,
    company_name: String,
    time_zone: String,
    name: String,
    email: String,
    #[serde(skip_serializing)]
    password: String,
}

impl SetupForm {
    fn parse(
        &self,
        is_admin: bool,
        password: Result<NewPassword, Weakness>,
        mark: &str,
    ) -> Result<(NewCompany, FirstAdmin), FormErrors> {
        let mut errors = FormErrors::new();
        if !is_admin {
            errors.add("code", WRONG_CODE);
        }
        let company_name = errors.check("company_name", text::line(&self.company_name, 100));
        let zone = errors.zone("time_zone", &self.time_zone);
        let name = errors.check("name", text::line(&self.name, 100));
        let email = errors.check("email", text::email(&self.email));
        let password = errors.check("password", password.map_err(Weakness::advice));
        let (Some(company_name), Some(zone), Some(name), Some(email), Some(password), true) =
            (company_name, zone, name, email, password, errors.is_empty())
        else {
            return Err(errors);
        };
        let company = NewCompany {
            name: company_name,
            zone,
            contact_email: email.clone(),
        };
        let admin = FirstAdmin {
            name,
            email,
            password,
            mark_hash: crypto::sha256_hex(mark),
        };
        Ok((company, admin))
    }
}

fn is_same_code(typed: &str, code: &str) -> bool {
    let bare = |text: &str| -> String {
        let digits = text.chars().filter(char::is_ascii_hexdigit);
        digits.collect::<String>().to_ascii_lowercase()
    };
    bare(typed).as_bytes().ct_eq(bare(code).as_bytes()).into()
}

const WRONG_CODE: &str =
    "Wrong code. The right one is shown in the terminal where you started Greenroom.";

/// The form, and what is wrong with it.
#[derive(Serialize)]
pub struct NewPage {
    form: SetupForm,
    errors: FormErrors,
}

impl NewPage {
    fn new(form: SetupForm, errors: FormErrors) -> Self {
        Self { form, errors }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "setup/new.html";

    fn title(&self) -> String {
        "Set up Greenroom".into()
    }

    fn sample() -> Self {
        Self::new(SetupForm::default(), FormErrors::one("code", WRONG_CODE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_may_be_typed_carelessly_but_not_wrongly() {
        let code = code(&Secret::new("a secret"));
        assert_eq!(code.len(), 14);
        assert!(is_same_code(&format!(" {} ", code.to_uppercase()), &code));
        assert!(is_same_code(&code.replace('-', ""), &code));
        assert!(!is_same_code("", &code));
        assert!(!is_same_code(&code[1..], &code));
        assert_ne!(code, super::code(&Secret::new("another secret")));
    }
}
