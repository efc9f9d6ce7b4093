//! When somebody wants to hold interviews: their own page of it, and that of an admin.
mod form;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::user;

use self::{form::AvailabilityForm, pages::EditPage};
use super::{
    conflict::{Conflict, Thing},
    errors::Result,
    flash::Flash,
    forms::{Sheet, Ticket},
    viewer::{Admin, SignedIn, Viewer},
};
use crate::{
    app::App,
    domain::{
        accounts::users,
        availability::{
            Availability,
            interviewers::{self, Change, Refusal},
        },
        versions::Target,
    },
};

/// Whose time it is.
#[derive(Clone, Copy)]
enum Whose {
    /// The viewer's, under their account.
    Own(i64),
    /// That of this user, under the company's users.
    User(i64),
}

impl Whose {
    fn id(self) -> i64 {
        match self {
            Self::Own(id) | Self::User(id) => id,
        }
    }

    /// Where the form is.
    fn form(self) -> String {
        match self {
            Self::Own(_) => "/account/availability".into(),
            Self::User(id) => format!("/users/{id}/availability"),
        }
    }

    /// The page before it.
    fn up(self) -> String {
        match self {
            Self::Own(_) => "/account".into(),
            Self::User(id) => format!("/users/{id}"),
        }
    }
}

/// GET /account/availability: the form about oneself.
pub async fn edit_own(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    edit_of(&app, &viewer, Whose::Own(viewer.user_id)).await
}

/// POST /account/availability: changes one's own.
pub async fn update_own(
    app: Data<App>,
    viewer: SignedIn,
    form: Form<AvailabilityForm>,
) -> Result<HttpResponse> {
    let whose = Whose::Own(viewer.user_id);
    update_of(&app, &viewer, whose, form.into_inner()).await
}

/// GET /users/{id}/availability: the form about a user.
pub async fn edit(app: Data<App>, viewer: Admin, id: Path<i64>) -> Result<HttpResponse> {
    edit_of(&app, &viewer, Whose::User(*id)).await
}

/// POST /users/{id}/availability: changes a user's.
pub async fn update(
    app: Data<App>,
    viewer: Admin,
    id: Path<i64>,
    form: Form<AvailabilityForm>,
) -> Result<HttpResponse> {
    update_of(&app, &viewer, Whose::User(*id), form.into_inner()).await
}

async fn edit_of(app: &App, viewer: &Viewer, whose: Whose) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, whose.id()).await?;
    let form = viewer.typed(AvailabilityForm::of(
        &Availability::of(&user)?,
        Ticket::of_version(user.version),
    ));
    viewer.page(&EditPage::new(viewer, (whose, user), Sheet::new(form)))
}

async fn update_of(
    app: &App,
    viewer: &Viewer,
    whose: Whose,
    form: AvailabilityForm,
) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, whose.id()).await?;
    let (target, availability) = match form.parse(whose.id()) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let sheet = Sheet::refused(form, errors);
            return viewer.unprocessable(&EditPage::new(viewer, (whose, user), sheet));
        }
    };
    let change = Change {
        availability,
        calendar: None,
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    match interviewers::update(&app.db, &actor, &target, &change, now).await? {
        Ok(_) => viewer.see_other(&whose.up(), Flash::done("Saved.")),
        Err(Refusal::Stale(stored)) => {
            let stored = (whose, *stored);
            conflict(app, viewer, form, (target, change.availability), stored).await
        }
        Err(Refusal::KeyConflict) => {
            let mut form = form;
            let errors = form.ticket.sent_before();
            let sheet = Sheet::refused(form, errors);
            viewer.unprocessable(&EditPage::new(viewer, (whose, user), sheet))
        }
    }
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: AvailabilityForm,
    (target, typed): (Target, Availability),
    (whose, user): (Whose, user::Model),
) -> Result<HttpResponse> {
    let ticket = Ticket::of_version(user.version);
    let stored = AvailabilityForm::of(&Availability::of(&user)?, ticket);
    let typed = AvailabilityForm::of(&typed, Ticket::default());
    let thing = Thing {
        what: "availability",
        ..Thing::new("user", target.id, whose.form())
    };
    let readings = (stored.reading(), typed.reading());
    let conflict = Conflict::new(app, viewer, &thing, target.version, readings).await?;
    form.ticket = stored.ticket;
    let sheet = Sheet::in_conflict(form, conflict);
    viewer.conflict(&EditPage::new(viewer, (whose, user), sheet))
}
