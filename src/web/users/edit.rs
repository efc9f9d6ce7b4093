//! Changing a user's name and role.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::user;
use sea_orm::ActiveEnum;
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
        choices::{self, Choice},
        conflict::{Conflict, Reading, Thing},
        errors::Result,
        flash::Flash,
        forms::{FormErrors, Sheet, Ticket},
        labels,
        page::Page,
        viewer::{Admin, Viewer},
    },
};

/// GET /users/{id}/edit: the form.
pub async fn show(app: Data<App>, viewer: Admin, id: Path<i64>) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    let form = viewer.typed(EditForm::of(&user));
    viewer.page(&EditPage::new(user, Sheet::new(form)))
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
    let errors = match form.parse(*id) {
        Ok((target, changes)) => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match users::update(&app.db, &actor, &target, &changes, now).await? {
                Change::Done => {
                    return viewer.see_other(&format!("/users/{id}"), Flash::done("Saved."));
                }
                Change::Stale(stored) => {
                    return conflict(&app, &viewer, form, (target, changes, *stored)).await;
                }
                Change::LastAdmin => FormErrors::one("role", LAST_ADMIN),
            }
        }
        Err(errors) => errors,
    };
    viewer.unprocessable(&EditPage::new(user, Sheet::refused(form, errors)))
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: EditForm,
    (target, typed, user): (Target, Changes, user::Model),
) -> Result<HttpResponse> {
    let (stored, typed) = (EditForm::of(&user), EditForm::filled(&typed));
    let thing = Thing::new("user", target.id, format!("/users/{}/edit", target.id));
    let readings = (stored.reading(), typed.reading());
    let conflict = Conflict::new(app, viewer, &thing, target.version, readings).await?;
    form.ticket = stored.ticket;
    viewer.conflict(&EditPage::new(user, Sheet::in_conflict(form, conflict)))
}

/// What may be changed, as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EditForm {
    name: String,
    role: String,
    #[serde(flatten)]
    ticket: Ticket,
}

impl EditForm {
    fn of(user: &user::Model) -> Self {
        Self {
            name: user.name.clone(),
            role: user.role.to_value(),
            ticket: Ticket::of_version(user.version),
        }
    }

    /// Filled with what was typed, in canonical form.
    fn filled(changes: &Changes) -> Self {
        Self {
            name: changes.name.clone(),
            role: changes.role.to_value(),
            ticket: Ticket::default(),
        }
    }

    /// As a person reads it.
    fn reading(&self) -> Reading {
        Reading::new().text("name", "Name", &self.name).choice(
            "role",
            "Role",
            &self.role,
            &choices::of(labels::role),
        )
    }

    fn parse(&self, id: i64) -> Result<(Target, Changes), FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let role = errors.choice("role", &self.role);
        let target = errors.target(&self.ticket, id);
        match (name, role, target) {
            (Some(name), Some(role), Some(target)) => Ok((target, Changes { name, role })),
            _ => Err(errors),
        }
    }
}

/// The form for one user.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    name: String,
    #[serde(flatten)]
    sheet: Sheet<EditForm>,
    roles: Vec<Choice>,
}

impl EditPage {
    fn new(user: user::Model, sheet: Sheet<EditForm>) -> Self {
        Self {
            id: user.id,
            name: user.name,
            sheet,
            roles: choices::of(labels::role),
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
            sheet: Sheet::sample(EditForm::default(), FormErrors::one("role", LAST_ADMIN)),
            roles: choices::of(labels::role),
        }
    }
}
