//! The users of a company, for its admins.
pub mod access;
pub mod edit;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};
use entity::user;
use serde::{Deserialize, Serialize};

use super::{
    availability::pages::summary,
    choices::{self, Choice},
    conflict::Conflict,
    errors::Result,
    flash::Flash,
    forms::{FormErrors, Sheet},
    labels,
    lists::{At, Pager},
    page::Page,
    viewer::{Admin, Viewer},
};
use crate::{
    app::App,
    domain::{
        accounts::users::{self, Creation, NewUser},
        availability::Availability,
    },
    passwords::{About, NewPassword, Weakness},
    text, times,
};

/// GET /users: everybody, newest first.
pub async fn index(app: Data<App>, viewer: Admin, at: Query<At>) -> Result<HttpResponse> {
    let mut errors = FormErrors::new();
    let seek = at.seek(&mut errors);
    if !errors.is_empty() {
        return viewer.unprocessable(&IndexPage::refused(errors));
    }
    let users = users::list(&app.db, viewer.company_id, seek).await?;
    viewer.page(&IndexPage {
        errors,
        pager: Pager::new("/users", &(), &at, &users),
        users: users
            .rows
            .into_iter()
            .map(|user| Line::new(&viewer, user))
            .collect(),
    })
}

/// GET /users/new: the form, with a password made up.
pub async fn new(viewer: Admin) -> Result<HttpResponse> {
    let form = viewer.typed(UserForm {
        role: "recruiter".into(),
        ..Default::default()
    });
    let form = UserForm {
        password: NewPassword::generate().expose().into(),
        ..form
    };
    viewer.page(&NewPage::new(Sheet::new(form)))
}

/// POST /users/new: adds somebody.
pub async fn create(app: Data<App>, viewer: Admin, form: Form<UserForm>) -> Result<HttpResponse> {
    let about = About::new(&form.email, &form.name, &viewer.company_name);
    let password = app.passwords.choose(&form.password, about).await?;
    let errors = match form.parse(password) {
        Ok(new) => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match users::create(&app.db, &app.passwords, &actor, new, now).await? {
                Creation::Created(user) => {
                    let name = &user.name;
                    let done = format!("{name} can now sign in. Pass the password on to them.");
                    return viewer.see_other(&format!("/users/{}", user.id), Flash::done(done));
                }
                Creation::EmailTaken => FormErrors::one(
                    "email",
                    "This address already belongs to a user. Use another one.",
                ),
            }
        }
        Err(errors) => errors,
    };
    let sheet = Sheet::refused(form.into_inner(), errors);
    viewer.unprocessable(&NewPage::new(sheet))
}

/// GET /users/{id}: one user.
pub async fn show(app: Data<App>, viewer: Admin, id: Path<i64>) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    viewer.page(&ShowPage::new(&viewer, user)?)
}

/// What an admin reads who would shut everybody out.
const LAST_ADMIN: &str = "This is the last admin. Make another user an admin first.";

/// Somebody to add, as typed. The password is shown: the admin has to pass it on.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct UserForm {
    name: String,
    email: String,
    role: String,
    password: String,
}

impl UserForm {
    fn parse(&self, password: Result<NewPassword, Weakness>) -> Result<NewUser, FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let email = errors.check("email", text::email(&self.email));
        let role = errors.choice("role", &self.role);
        let password = errors.check("password", password.map_err(Weakness::advice));
        match (name, email, role, password) {
            (Some(name), Some(email), Some(role), Some(password)) => Ok(NewUser {
                name,
                email,
                role,
                password,
            }),
            _ => Err(errors),
        }
    }
}

/// A user, in words.
#[derive(Serialize)]
struct Line {
    id: i64,
    name: String,
    email: String,
    role: &'static str,
    is_active: bool,
    is_you: bool,
    since: String,
    version: i32,
}

impl Line {
    fn new(viewer: &Viewer, user: user::Model) -> Self {
        Self {
            id: user.id,
            is_active: user.is_active(),
            is_you: user.id == viewer.user_id,
            since: times::day(user.created_at, viewer.zone()),
            role: labels::role(user.role),
            version: user.version,
            name: user.name,
            email: user.email,
        }
    }

    fn sample() -> Self {
        Self {
            id: 7,
            name: "Jane Roe".into(),
            email: "jane@example.com".into(),
            role: "Admin",
            is_active: true,
            is_you: false,
            since: "Mon 4 Jan 2027".into(),
            version: 1,
        }
    }
}

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    errors: FormErrors,
    users: Vec<Line>,
    pager: Pager,
}

impl IndexPage {
    /// Nothing but what is wrong.
    fn refused(errors: FormErrors) -> Self {
        Self {
            errors,
            ..Self::default()
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "users/index.html";

    fn title(&self) -> String {
        "Users".into()
    }

    fn sample() -> Self {
        Self {
            errors: FormErrors::one("form", "This page of the list no longer exists."),
            users: vec![Line::sample()],
            pager: Pager::sample(),
        }
    }
}

/// The form for somebody new.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<UserForm>,
    roles: Vec<Choice>,
}

impl NewPage {
    fn new(sheet: Sheet<UserForm>) -> Self {
        Self {
            sheet,
            roles: choices::of(labels::role),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "users/new.html";

    fn title(&self) -> String {
        "Add user".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("name", "Please fill this in.");
        Self::new(Sheet::refused(UserForm::default(), errors))
    }
}

/// One user.
#[derive(Serialize)]
pub struct ShowPage {
    user: Line,
    /// When they hold interviews: label and words.
    availability: Vec<(&'static str, String)>,
    conflict: Option<Conflict>,
}

impl ShowPage {
    fn new(viewer: &Viewer, user: user::Model) -> Result<Self> {
        Ok(Self {
            availability: summary(&Availability::of(&user)?),
            user: Line::new(viewer, user),
            conflict: None,
        })
    }

    fn in_conflict(self, conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..self
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "users/show.html";

    fn title(&self) -> String {
        self.user.name.clone()
    }

    fn sample() -> Self {
        Self {
            user: Line::sample(),
            availability: summary(&Availability::default()),
            conflict: Some(Conflict::sample()),
        }
    }
}
