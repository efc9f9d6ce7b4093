//! Whether a user may sign in, and with what: disabling, enabling, a new password.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::user;
use serde::{Deserialize, Serialize};

use super::{LAST_ADMIN, ShowPage};
use crate::{
    app::App,
    domain::{
        accounts::{
            passwords,
            users::{self, Change},
        },
        versions::{Target, Updated},
    },
    passwords::{About, NewPassword},
    web::{
        conflict::{Conflict, Thing},
        errors::Result,
        flash::Flash,
        forms::{self, FormErrors, Sheet, Ticket},
        page::Page,
        viewer::{Admin, Viewer},
    },
};

/// POST /users/{id}/disabling: shuts a user out at once.
pub async fn create_disabling(
    app: Data<App>,
    viewer: Admin,
    id: Path<i64>,
    button: Form<Ticket>,
) -> Result<HttpResponse> {
    let Some(target) = button.target(*id) else {
        return without_version(&app, &viewer, *id).await;
    };
    let now = app.clock.now();
    let change = users::disable(&app.db, &viewer.actor(), &target, now).await?;
    let done = "User disabled and signed out everywhere. Their API tokens are permanently revoked.";
    answer(&app, &viewer, target, change, done).await
}

/// POST /users/{id}/enabling: lets a user in again.
pub async fn create_enabling(
    app: Data<App>,
    viewer: Admin,
    id: Path<i64>,
    button: Form<Ticket>,
) -> Result<HttpResponse> {
    let Some(target) = button.target(*id) else {
        return without_version(&app, &viewer, *id).await;
    };
    let now = app.clock.now();
    let change = users::enable(&app.db, &viewer.actor(), &target, now).await?;
    let done = "User enabled. They can sign in again; revoked API tokens stay revoked.";
    answer(&app, &viewer, target, change, done).await
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    target: Target,
    change: Change,
    done: &str,
) -> Result<HttpResponse> {
    let address = format!("/users/{}", target.id);
    let flash = match change {
        Change::Done => Flash::done(done),
        Change::LastAdmin => Flash::problem(LAST_ADMIN),
        Change::Stale(user) => {
            let thing = Thing::new("user", target.id, address);
            let conflict = Conflict::of_a_button(app, viewer, &thing, target.version).await?;
            return viewer.conflict(&ShowPage::new(viewer, *user)?.in_conflict(conflict));
        }
    };
    viewer.see_other(&address, flash)
}

async fn without_version(app: &App, viewer: &Viewer, id: i64) -> Result<HttpResponse> {
    users::find(&app.db, viewer.company_id, id).await?;
    viewer.see_other(&format!("/users/{id}"), Flash::problem(forms::NO_VERSION))
}

/// GET /users/{id}/password: the form, with a password made up.
pub async fn edit_password(app: Data<App>, viewer: Admin, id: Path<i64>) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let form = PasswordForm {
        password: NewPassword::generate().expose().into(),
        ticket: Ticket::of_version(user.version),
    };
    viewer.page(&PasswordPage::new(user, Sheet::new(form)))
}

/// POST /users/{id}/password: the old one is void, and every session and token of theirs.
pub async fn update_password(
    app: Data<App>,
    viewer: Admin,
    id: Path<i64>,
    form: Form<PasswordForm>,
) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let mut form = form.into_inner();
    let about = About::new(&user.email, &user.name, &viewer.company_name);
    let mut errors = FormErrors::new();
    let password = app.passwords.choose(&form.password, about).await?;
    let password = errors.check("password", password.map_err(|weakness| weakness.advice()));
    let target = errors.target(&form.ticket, user.id);
    let Some((target, password)) = target.zip(password) else {
        return viewer.unprocessable(&PasswordPage::new(user, Sheet::refused(form, errors)));
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    let (db, passwords) = (&app.db, &app.passwords);
    match passwords::reset(db, passwords, &actor, &target, &password, now).await? {
        Updated::Stale(stored) => {
            let thing = Thing::new("user", user.id, format!("/users/{id}"));
            let readings = Default::default();
            let conflict = Conflict::new(&app, &viewer, &thing, target.version, readings).await?;
            form.ticket = Ticket::of_version(stored.version);
            viewer.conflict(&PasswordPage::new(
                *stored,
                Sheet::in_conflict(form, conflict),
            ))
        }
        _ => viewer.see_other(
            &format!("/users/{id}"),
            Flash::done(
                "New password set and API tokens revoked. Pass the password on to the user.",
            ),
        ),
    }
}

/// A password to pass on, so it is shown.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PasswordForm {
    password: String,
    #[serde(flatten)]
    ticket: Ticket,
}

/// The form for a user's new password.
#[derive(Serialize)]
pub struct PasswordPage {
    id: i64,
    name: String,
    #[serde(flatten)]
    sheet: Sheet<PasswordForm>,
}

impl PasswordPage {
    fn new(user: user::Model, sheet: Sheet<PasswordForm>) -> Self {
        Self {
            id: user.id,
            name: user.name,
            sheet,
        }
    }
}

impl Page for PasswordPage {
    const TEMPLATE: &'static str = "users/password.html";

    fn title(&self) -> String {
        format!("New password for {}", self.name)
    }

    fn sample() -> Self {
        Self {
            id: 7,
            name: "Jane Roe".into(),
            sheet: Sheet::sample(
                PasswordForm::default(),
                FormErrors::one("password", "Use at least 12 characters."),
            ),
        }
    }
}
