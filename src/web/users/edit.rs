//! Changing a user's name and role.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::user::{self, Role};
use serde::{Deserialize, Serialize};

use super::LAST_ADMIN;
use crate::{
    app::App,
    domain::users::{self, Change, Changes},
    text,
    web::{
        choices,
        errors::Result,
        forms::FormErrors,
        render::{Choice, Flash, Page},
        respond::see_other,
        viewer::AdminViewer,
    },
    words,
};

/// GET /users/{id}/edit: the form.
pub async fn show(app: Data<App>, viewer: AdminViewer, id: Path<i64>) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let form = viewer.typed(EditForm {
        name: user.name.clone(),
        role: role_name(user.role).into(),
    });
    viewer.page(&EditPage::new(user, form, FormErrors::new()))
}

/// POST /users/{id}/edit: changes name and role.
pub async fn update(
    app: Data<App>,
    viewer: AdminViewer,
    id: Path<i64>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let changes = match form.parse() {
        Ok(changes) => changes,
        Err(errors) => {
            return viewer.unprocessable(&EditPage::new(user, form.into_inner(), errors));
        }
    };
    let now = app.clock.now();
    match users::update(&app.db, &viewer.actor(), user.id, changes, now).await? {
        Change::Done => {
            viewer.flash(Flash::done("Saved."))?;
            Ok(see_other(&format!("/users/{id}")))
        }
        Change::LastAdmin => {
            let errors = FormErrors::one("role", LAST_ADMIN);
            viewer.unprocessable(&EditPage::new(user, form.into_inner(), errors))
        }
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Recruiter => "recruiter",
    }
}

/// What may be changed, as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EditForm {
    name: String,
    role: String,
}

impl EditForm {
    fn parse(&self) -> Result<Changes, FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let role = errors.choice("role", &self.role);
        match (name, role) {
            (Some(name), Some(role)) => Ok(Changes { name, role }),
            _ => Err(errors),
        }
    }
}

/// The form for one user.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    name: String,
    form: EditForm,
    errors: FormErrors,
    roles: Vec<Choice>,
}

impl EditPage {
    fn new(user: user::Model, form: EditForm, errors: FormErrors) -> Self {
        Self {
            id: user.id,
            name: user.name,
            form,
            errors,
            roles: choices::of(words::role),
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "users/edit.html";

    fn title(&self) -> String {
        format!("Edit {}", self.name)
    }

    fn sample() -> Self {
        Self {
            id: 7,
            name: "Jane Roe".into(),
            form: EditForm::default(),
            errors: FormErrors::one("role", LAST_ADMIN),
            roles: choices::of(words::role),
        }
    }
}
