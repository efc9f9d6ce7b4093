//! The tokens of a company's programs, for its admins.
use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path, Query},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    choices::{self, Choice},
    errors::Result,
    flash::Flash,
    forms::{FormErrors, Sheet},
    lists::{At, Pager},
    page::Page,
    stamp::Stamp,
    viewer::{Admin, Viewer},
};
use crate::{
    app::App,
    domain::{
        accounts::{
            api_tokens::{self, Listed, NewToken, State},
            users,
        },
        page::{PAGE_SIZE, Page as List},
    },
    error::Error,
    text::{self, Refusal},
};

/// GET /tokens: newest first.
pub async fn index(app: Data<App>, viewer: Admin, at: Query<At>) -> Result<HttpResponse> {
    let mut errors = FormErrors::new();
    let seek = at.seek(&mut errors);
    if !errors.is_empty() {
        return viewer.unprocessable(&IndexPage::refused(errors));
    }
    let tokens = api_tokens::list(&app.db, viewer.company_id, seek, PAGE_SIZE).await?;
    viewer.page(&IndexPage::new(&viewer, tokens, &at, app.clock.now()))
}

/// GET /tokens/new: the form.
pub async fn new(app: Data<App>, viewer: Admin) -> Result<HttpResponse> {
    let form = viewer.typed(TokenForm {
        user: viewer.user_id.to_string(),
        lifetime: QUARTER.into(),
        ..Default::default()
    });
    let users = users::choices(&app.db, viewer.company_id).await?;
    viewer.page(&NewPage::new(Sheet::new(form), users))
}

/// POST /tokens/new: makes a token. It answers with the token itself, because nothing that could be
/// asked for later keeps it; a page that is reloaded makes another one.
pub async fn create(app: Data<App>, viewer: Admin, form: Form<TokenForm>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let errors = match form.parse(now) {
        Ok((user_id, name, expires)) => {
            let actor = viewer.actor();
            match api_tokens::create(&app.db, &actor, user_id, &name, expires, now).await {
                Ok(token) => {
                    let page = CreatedPage::new(&app, &name, &token);
                    return viewer.respond(StatusCode::CREATED, &page);
                }
                Err(Error::NotFound) => FormErrors::one("user", CHOOSE),
                Err(error) => return Err(error.into()),
            }
        }
        Err(errors) => errors,
    };
    let users = users::choices(&app.db, viewer.company_id).await?;
    viewer.unprocessable(&NewPage::new(
        Sheet::refused(form.into_inner(), errors),
        users,
    ))
}

/// POST /tokens/{id}/revocation: the token opens nothing any more.
pub async fn create_revocation(
    app: Data<App>,
    viewer: Admin,
    id: Path<i64>,
) -> Result<HttpResponse> {
    api_tokens::revoke(&app.db, &viewer.actor(), *id, app.clock.now()).await?;
    viewer.see_other("/tokens", Flash::done("Token revoked."))
}

const CHOOSE: Refusal = "Choose one from the list.";
const QUARTER: &str = "90";
/// Days, with the words for them; none for a token that does not end.
const LIFETIMES: [(&str, Option<i64>, &str); 4] = [
    ("30", Some(30), "30 days"),
    (QUARTER, Some(90), "90 days"),
    ("365", Some(365), "1 year"),
    ("never", None, "Never (until revoked)"),
];

/// A token to make, as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TokenForm {
    name: String,
    user: String,
    lifetime: String,
}

impl TokenForm {
    fn parse(
        &self,
        now: DateTime<Utc>,
    ) -> Result<(i64, String, Option<DateTime<Utc>>), FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let user = errors.check("user", self.user.parse().map_err(|_| CHOOSE));
        let lifetime = LIFETIMES
            .iter()
            .find(|(name, ..)| *name == self.lifetime)
            .map(|(_, days, _)| days.map(|days| now + TimeDelta::days(days)));
        let lifetime = errors.check("lifetime", lifetime.ok_or(CHOOSE));
        match (user, name, lifetime) {
            (Some(user), Some(name), Some(expires)) => Ok((user, name, expires)),
            _ => Err(errors),
        }
    }
}

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    errors: FormErrors,
    tokens: Vec<Row>,
    pager: Pager,
}

impl IndexPage {
    fn new(viewer: &Viewer, tokens: List<Listed>, at: &At, now: DateTime<Utc>) -> Self {
        Self {
            errors: FormErrors::new(),
            pager: Pager::new("/tokens", &(), at, &tokens),
            tokens: tokens
                .rows
                .into_iter()
                .map(|token| Row::new(viewer, token, now))
                .collect(),
        }
    }

    /// Nothing but what is wrong.
    fn refused(errors: FormErrors) -> Self {
        Self {
            errors,
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    user: String,
    created: Stamp,
    last_used: Option<Stamp>,
    expires: Option<Stamp>,
    state: &'static str,
    tone: &'static str,
    is_active: bool,
}

impl Row {
    fn new(viewer: &Viewer, token: Listed, now: DateTime<Utc>) -> Self {
        let state = token.state(now);
        let stamp = |at| Stamp::day_and_clock(at, viewer.zone());
        let (words, tone) = match state {
            State::Active => ("Active", "good"),
            State::Expired => ("Expired", "quiet"),
            State::Revoked => ("Revoked", "quiet"),
        };
        Self {
            id: token.id,
            name: token.name,
            user: token.user_name,
            created: stamp(token.created_at),
            last_used: token.last_used_at.map(stamp),
            expires: token.expires_at.map(stamp),
            state: words,
            tone,
            is_active: state == State::Active,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "tokens/index.html";

    fn title(&self) -> String {
        "API tokens".into()
    }

    fn sample() -> Self {
        Self {
            errors: FormErrors::one("form", "This page of the list no longer exists."),
            tokens: vec![Row {
                id: 7,
                name: "Applicant tracking".into(),
                user: "Jane Roe".into(),
                created: Stamp::sample(),
                last_used: Some(Stamp::sample()),
                expires: None,
                state: "Active",
                tone: "good",
                is_active: true,
            }],
            pager: Pager::sample(),
        }
    }
}

/// The form.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<TokenForm>,
    users: Vec<Choice>,
    lifetimes: Vec<Choice>,
}

impl NewPage {
    fn new(sheet: Sheet<TokenForm>, users: Vec<(i64, String, String)>) -> Self {
        let users = users
            .into_iter()
            .map(|(id, name, email)| (id, format!("{name} ({email})")));
        let lifetimes = LIFETIMES.iter();
        Self {
            sheet,
            users: choices::rows(users.collect()),
            lifetimes: lifetimes
                .map(|(name, _, label)| Choice::new(*name, *label))
                .collect(),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "tokens/new.html";

    fn title(&self) -> String {
        "Create token".into()
    }

    fn sample() -> Self {
        let users = vec![(7, "Jane Roe".into(), "jane@example.com".into())];
        let errors = FormErrors::one("user", CHOOSE);
        Self::new(Sheet::refused(TokenForm::default(), errors), users)
    }
}

/// The token, this once.
#[derive(Serialize)]
pub struct CreatedPage {
    name: String,
    token: String,
    address: String,
}

impl CreatedPage {
    fn new(app: &App, name: &str, token: &NewToken) -> Self {
        Self {
            name: name.to_owned(),
            token: token.token.expose().to_owned(),
            address: app.settings.base_url.join("/api/jobs/"),
        }
    }
}

impl Page for CreatedPage {
    const TEMPLATE: &'static str = "tokens/created.html";

    fn title(&self) -> String {
        "Your new token".into()
    }

    fn sample() -> Self {
        Self {
            name: "Applicant tracking".into(),
            token: "grm_0123456789abcdef".into(),
            address: "https://greenroom.example.com/api/jobs/".into(),
        }
    }
}
