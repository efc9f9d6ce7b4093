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
    domain::{
        accounts::users::{self, Change, Changes},
        versions::Target,
    },
    text,
    web::{
        choices,
        conflict::{Conflict, Reading, Thing},
        errors::Result,
        forms::FormErrors,
        render::{Choice, Flash, Page},
        respond::see_other,
        viewer::{Admin, Viewer},
    },
    words,
};

/// GET /users/{id}/edit: the form.
pub async fn show(app: Data<App>, viewer: Admin, id: Path<i64>) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let form = viewer.typed(EditForm::of(&user));
    viewer.page(&EditPage::new(user, form, FormErrors::new()))
}

/// POST /users/{id}/edit: changes name and role.
pub async fn update(
    app: Data<App>,
    viewer: Admin,
    id: Path<i64>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let (form, user) = (
        form.into_inner(),
        users::find(&app.db, viewer.company_id, *id).await?,
    );
    let (target, changes) = match form.parse(*id) {
        Ok(parsed) => parsed,
        Err(errors) => return viewer.unprocessable(&EditPage::new(user, form, errors)),
    };
    let now = app.clock.now();
    match users::update(&app.db, &viewer.actor(), &target, &changes, now).await? {
        Change::Done => {
            viewer.flash(Flash::done("Saved."))?;
            Ok(see_other(&format!("/users/{id}")))
        }
        Change::Stale(stored) => conflict(&app, &viewer, form, (target, changes, *stored)).await,
        Change::LastAdmin => {
            let errors = FormErrors::one("role", LAST_ADMIN);
            viewer.unprocessable(&EditPage::new(user, form, errors))
        }
    }
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: EditForm,
    (target, typed, user): (Target, Changes, user::Model),
) -> Result<HttpResponse> {
    let (stored, typed) = (EditForm::of(&user), EditForm::filled(&typed));
    let address = format!("/users/{}/edit", target.id);
    let thing = Thing::new("user", target.id, &address);
    let readings = (stored.reading(), typed.reading());
    let conflict = Conflict::new(app, viewer, &thing, target.version, readings).await?;
    form.version = stored.version;
    let page = EditPage::new(user, form, FormErrors::new());
    viewer.conflict(&page.in_conflict(conflict))
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Recruiter => "recruiter",
        Role::Interviewer => "interviewer",
    }
}

/// What may be changed, as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EditForm {
    name: String,
    role: String,
    /// Of the user as the form shows them.
    version: String,
}

impl EditForm {
    fn of(user: &user::Model) -> Self {
        Self {
            name: user.name.clone(),
            role: role_name(user.role).into(),
            version: user.version.to_string(),
        }
    }

    /// Filled with what was typed, in canonical form.
    fn filled(changes: &Changes) -> Self {
        Self {
            name: changes.name.clone(),
            role: role_name(changes.role).into(),
            version: String::new(),
        }
    }

    /// As a person reads it.
    fn reading(&self) -> Reading {
        Reading::new().text("name", "Name", &self.name).choice(
            "role",
            "Role",
            &self.role,
            &choices::of(words::role),
        )
    }

    fn parse(&self, id: i64) -> Result<(Target, Changes), FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let role = errors.choice("role", &self.role);
        let version = errors.version(&self.version);
        match (name, role, version) {
            (Some(name), Some(role), Some(version)) => {
                let once = None;
                Ok((Target { id, version, once }, Changes { name, role }))
            }
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
    conflict: Option<Conflict>,
    roles: Vec<Choice>,
}

impl EditPage {
    fn new(user: user::Model, form: EditForm, errors: FormErrors) -> Self {
        Self {
            id: user.id,
            name: user.name,
            form,
            errors,
            conflict: None,
            roles: choices::of(words::role),
        }
    }

    fn in_conflict(self, conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..self
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
            conflict: Some(Conflict::sample()),
            roles: choices::of(words::role),
        }
    }
}
