//! Whether a user may sign in, and with what: disabling, enabling, a new password.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use serde::{Deserialize, Serialize};

use super::LAST_ADMIN;
use crate::{
    app::App,
    domain::{
        user_passwords,
        users::{self, Change},
    },
    passwords::{About, NewPassword},
    web::{
        errors::Result,
        forms::FormErrors,
        render::{Flash, Page},
        respond::see_other,
        viewer::AdminViewer,
    },
};

/// POST /users/{id}/disabling: shuts a user out at once.
pub async fn disable(app: Data<App>, viewer: AdminViewer, id: Path<i64>) -> Result<HttpResponse> {
    let now = app.clock.now();
    viewer.flash(
        match users::disable(&app.db, &viewer.actor(), *id, now).await? {
            Change::Done => Flash::done(
                "Disabled: signed out everywhere, and their API tokens are revoked for good.",
            ),
            Change::LastAdmin => Flash::problem(LAST_ADMIN),
        },
    )?;
    Ok(see_other(&format!("/users/{id}")))
}

/// POST /users/{id}/enabling: lets a user in again.
pub async fn enable(app: Data<App>, viewer: AdminViewer, id: Path<i64>) -> Result<HttpResponse> {
    users::enable(&app.db, &viewer.actor(), *id, app.clock.now()).await?;
    viewer.flash(Flash::done(
        "Enabled: they can sign in again. Tokens that were revoked stay revoked.",
    ))?;
    Ok(see_other(&format!("/users/{id}")))
}

/// GET /users/{id}/password: the form, with a password made up.
pub async fn edit_password(
    app: Data<App>,
    viewer: AdminViewer,
    id: Path<i64>,
) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let form = PasswordForm {
        password: NewPassword::generate().expose().into(),
    };
    viewer.page(&PasswordPage {
        id: user.id,
        name: user.name,
        form,
        errors: FormErrors::new(),
    })
}

/// POST /users/{id}/password: the old one is void, and every session and token of theirs.
pub async fn update_password(
    app: Data<App>,
    viewer: AdminViewer,
    id: Path<i64>,
    form: Form<PasswordForm>,
) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let about = About::new(&user.email, &user.name, &viewer.company_name);
    let password = match app.passwords.choose(&form.password, about).await? {
        Ok(password) => password,
        Err(weakness) => {
            return viewer.unprocessable(&PasswordPage {
                id: user.id,
                name: user.name,
                form: form.into_inner(),
                errors: FormErrors::one("password", weakness.advice()),
            });
        }
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    user_passwords::reset(&app.db, &app.passwords, &actor, user.id, &password, now).await?;
    viewer.flash(Flash::done(
        "New password set, and their API tokens are revoked. Pass the password on to them.",
    ))?;
    Ok(see_other(&format!("/users/{id}")))
}

/// A password to pass on, so it is shown.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PasswordForm {
    password: String,
}

/// The form for a user's new password.
#[derive(Serialize)]
pub struct PasswordPage {
    id: i64,
    name: String,
    form: PasswordForm,
    errors: FormErrors,
}

impl Page for PasswordPage {
    const TEMPLATE: &'static str = "users/password.html";

    fn title(&self) -> String {
        format!("A new password for {}", self.name)
    }

    fn sample() -> Self {
        Self {
            id: 7,
            name: "Jane Roe".into(),
            form: PasswordForm::default(),
            errors: FormErrors::one("password", "Use at least 12 characters."),
        }
    }
}
