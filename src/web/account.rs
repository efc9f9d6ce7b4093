//! One's own name, phone, zone, language and password.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Form},
};
use entity::user;
use serde::{Deserialize, Serialize};

use super::{
    choices::{self, Choice},
    conflict::{Conflict, Reading, Thing},
    errors::{Error, Result},
    flash::Flash,
    forms::{FormErrors, Sheet, Ticket},
    known_devices,
    page::Page,
    viewer::{SignedIn, Viewer},
};
use crate::{
    app::App,
    domain::{
        accounts::{
            api_tokens,
            passwords::{self, Change, OwnPassword},
            users::{self, Own},
        },
        versions::Updated,
    },
    mail::language::FALLBACK,
    passwords::About,
    text,
};

/// GET /account: the form.
pub async fn edit(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    let form = viewer.typed(AccountForm {
        name: viewer.name.clone(),
        phone: viewer.phone.clone(),
        time_zone: viewer.own_zone.clone().unwrap_or_default(),
        locale: viewer.locale.clone(),
        ticket: Ticket::of_version(viewer.version),
    });
    viewer.page(&EditPage::new(&app, &viewer, Sheet::new(form))?)
}

/// POST /account: changes name, zone and language.
pub async fn update(
    app: Data<App>,
    viewer: SignedIn,
    form: Form<AccountForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let (seen, own) = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => {
            let page = EditPage::new(&app, &viewer, Sheet::refused(form, errors))?;
            return viewer.unprocessable(&page);
        }
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    match users::update_own(&app.db, &actor, seen, &own, now).await? {
        Updated::Stale(stored) => {
            let typed = AccountForm::filled(&own);
            conflict(&app, &viewer, form, (seen, typed, *stored)).await
        }
        _ => viewer.see_other("/account", Flash::done("Saved.")),
    }
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: AccountForm,
    (seen, typed, stored): (i32, AccountForm, user::Model),
) -> Result<HttpResponse> {
    let stored = AccountForm::of(&stored);
    let thing = Thing {
        what: "account",
        ..Thing::new("user", viewer.user_id, "/account")
    };
    let languages = choices::languages(app.composer.languages(), &[&stored.locale, &typed.locale])?;
    let readings = (stored.reading(&languages), typed.reading(&languages));
    let conflict = Conflict::new(app, viewer, &thing, seen, readings).await?;
    form.ticket = stored.ticket;
    viewer.conflict(&EditPage::new(
        app,
        viewer,
        Sheet::in_conflict(form, conflict),
    )?)
}

/// GET /account/password: the form.
pub async fn edit_password(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    let sheet = Sheet::new(viewer.typed(PasswordForm::default()));
    viewer.page(&PasswordPage::new(&app, &viewer, sheet).await?)
}

/// POST /account/password: only the session that asks for it goes on.
pub async fn update_password(
    app: Data<App>,
    viewer: SignedIn,
    request: HttpRequest,
    form: Form<PasswordForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let about = About::new(&viewer.email, &viewer.name, &viewer.company_name);
    let new = match app.passwords.choose(&form.password, about).await? {
        Ok(new) => new,
        Err(weakness) => {
            let errors = FormErrors::one("password", weakness.advice());
            return refuse(&app, &viewer, form, errors).await;
        }
    };
    let own = OwnPassword {
        present: &form.present,
        new: &new,
        session: &viewer.key_hash,
        mark_hashes: &known_devices::of(&request, &app.settings).hashes(),
        ends_tokens: !form.end_tokens.is_empty(),
    };
    let now = app.clock.now();
    match passwords::change(&app.db, &app.passwords, &viewer.actor(), own, now).await? {
        Change::Done => {
            let done = "Password changed. You have been signed out everywhere else.";
            viewer.see_other("/account", Flash::done(done))
        }
        Change::Wrong => {
            let errors =
                FormErrors::one("present", "This is not your current password. Try again.");
            refuse(&app, &viewer, form, errors).await
        }
        Change::TooOften(seconds) => Err(Error::TooOften(seconds)),
    }
}

/// 422: nothing is changed.
async fn refuse(
    app: &App,
    viewer: &Viewer,
    form: PasswordForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let sheet = Sheet::refused(form, errors);
    viewer.unprocessable(&PasswordPage::new(app, viewer, sheet).await?)
}

/// Name, zone and language as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AccountForm {
    name: String,
    phone: String,
    time_zone: String,
    locale: String,
    #[serde(flatten)]
    ticket: Ticket,
}

impl AccountForm {
    fn of(user: &user::Model) -> Self {
        Self {
            name: user.name.clone(),
            phone: user.phone.clone(),
            time_zone: user.time_zone.clone().unwrap_or_default(),
            locale: user.locale.clone(),
            ticket: Ticket::of_version(user.version),
        }
    }

    /// Filled with what was typed, in canonical form.
    fn filled(own: &Own) -> Self {
        Self {
            name: own.name.clone(),
            phone: own.phone.clone(),
            time_zone: own.zone.map_or("", |zone| zone.name()).to_owned(),
            locale: own.locale.clone(),
            ticket: Ticket::default(),
        }
    }

    /// As a person reads it.
    fn reading(&self, languages: &[Choice]) -> Reading {
        Reading::new()
            .text("name", "Name", &self.name)
            .text("phone", "Phone for candidates", &self.phone)
            .text("time_zone", "Time zone", &self.time_zone)
            .choice("locale", "Language", &self.locale, languages)
    }

    fn parse(&self) -> Result<(i32, Own), FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let phone = errors.check("phone", text::phone(&self.phone));
        let zone = match self.time_zone.trim() {
            "" => Some(None),
            zone => errors.zone("time_zone", zone).map(Some),
        };
        let locale = match self.locale.is_empty() {
            // A program that knows nothing of it.
            true => Some(FALLBACK.to_owned()),
            false => errors.check("locale", text::locale(&self.locale)),
        };
        let version = errors.version(&self.ticket);
        let parsed = (|| {
            let own = Own {
                name: name?,
                phone: phone?,
                zone: zone?,
                locale: locale?,
            };
            Some((version?, own))
        })();
        errors.or(parsed)
    }
}

/// Both passwords as typed, which are never shown again, and whether tokens end.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PasswordForm {
    #[serde(skip_serializing)]
    present: String,
    #[serde(skip_serializing)]
    password: String,
    end_tokens: String,
}

/// The form for name, zone and language.
#[derive(Serialize)]
pub struct EditPage {
    email: String,
    company_zone: &'static str,
    languages: Vec<Choice>,
    #[serde(flatten)]
    sheet: Sheet<AccountForm>,
}

impl EditPage {
    fn new(app: &App, viewer: &Viewer, sheet: Sheet<AccountForm>) -> Result<Self> {
        Ok(Self {
            email: viewer.email.clone(),
            company_zone: viewer.company_zone().name(),
            languages: choices::languages(app.composer.languages(), &[&sheet.form.locale])?,
            sheet,
        })
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "account/edit.html";

    fn title(&self) -> String {
        "Your account".into()
    }

    fn sample() -> Self {
        Self {
            email: "jane@example.com".into(),
            company_zone: "Europe/Berlin",
            languages: vec![Choice::new("en", "English"), Choice::new("de", "Deutsch")],
            sheet: Sheet::sample(
                AccountForm::default(),
                FormErrors::one("name", "Please fill this in."),
            ),
        }
    }
}

/// The form for the password.
#[derive(Serialize)]
pub struct PasswordPage {
    #[serde(flatten)]
    sheet: Sheet<PasswordForm>,
    /// How many programs act in one's name.
    tokens: u64,
}

impl PasswordPage {
    async fn new(app: &App, viewer: &Viewer, sheet: Sheet<PasswordForm>) -> Result<Self> {
        let (company_id, user_id) = (viewer.company_id, viewer.user_id);
        let now = app.clock.now();
        Ok(Self {
            sheet,
            tokens: api_tokens::count_valid(&app.db, company_id, user_id, now).await?,
        })
    }
}

impl Page for PasswordPage {
    const TEMPLATE: &'static str = "account/password.html";

    fn title(&self) -> String {
        "Change your password".into()
    }

    fn sample() -> Self {
        Self {
            sheet: Sheet::refused(
                PasswordForm::default(),
                FormErrors::one("present", "This is not your current password. Try again."),
            ),
            tokens: 2,
        }
    }
}
