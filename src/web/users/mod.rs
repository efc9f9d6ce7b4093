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
    choices,
    conflict::Conflict,
    errors::Result,
    forms::FormErrors,
    render::{Choice, Flash, Page},
    respond::see_other,
    viewer::{Admin, Viewer},
};
use crate::{
    app::App,
    domain::accounts::users::{self, Creation, NewUser},
    passwords::{About, NewPassword, Weakness},
    text, times, words,
};

/// GET /users: everybody, newest first.
pub async fn index(
    app: Data<App>,
    viewer: Admin,
    query: Query<IndexQuery>,
) -> Result<HttpResponse> {
    let after = query.cursor.parse().ok();
    let users = users::list(&app.db, viewer.company_id, after).await?;
    viewer.page(&IndexPage {
        first: after.map(|_| "/users".into()),
        unreadable: super::lists::unreadable(&users.unreadable),
        next: users.next.map(|cursor| format!("/users?cursor={cursor}")),
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
    viewer.page(&NewPage::new(form, FormErrors::new()))
}

/// POST /users/new: adds somebody.
pub async fn create(app: Data<App>, viewer: Admin, form: Form<UserForm>) -> Result<HttpResponse> {
    let about = About::new(&form.email, &form.name, &viewer.company_name);
    let password = app.passwords.choose(&form.password, about).await?;
    let new = match form.parse(password) {
        Ok(new) => new,
        Err(errors) => return viewer.unprocessable(&NewPage::new(form.into_inner(), errors)),
    };
    let now = app.clock.now();
    match users::create(&app.db, &app.passwords, &viewer.actor(), new, now).await? {
        Creation::Created(user) => {
            let text = format!(
                "{} can sign in with the password that you chose.",
                user.name
            );
            viewer.flash(Flash::done(text))?;
            Ok(see_other(&format!("/users/{}", user.id)))
        }
        Creation::EmailTaken => {
            let errors = FormErrors::one(
                "email",
                "This address cannot be used; it has a user already.",
            );
            viewer.unprocessable(&NewPage::new(form.into_inner(), errors))
        }
    }
}

/// GET /users/{id}: one user.
pub async fn show(app: Data<App>, viewer: Admin, id: Path<i64>) -> Result<HttpResponse> {
    let user = users::find(&app.db, viewer.company_id, *id).await?;
    viewer.page(&ShowPage::new(&viewer, user))
}

/// What an admin reads who would shut everybody out.
const LAST_ADMIN: &str = "This is the last admin. Make somebody else an admin first.";

/// Where in the list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    cursor: String,
}

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
            role: words::role(user.role),
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
#[derive(Serialize)]
pub struct IndexPage {
    users: Vec<Line>,
    first: Option<String>,
    next: Option<String>,
    unreadable: String,
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "users/index.html";

    fn title(&self) -> String {
        "Users".into()
    }

    fn sample() -> Self {
        Self {
            users: vec![Line::sample()],
            first: None,
            next: Some("/users?cursor=1_1".into()),
            unreadable: super::lists::unreadable(&[5]),
        }
    }
}

/// The form for somebody new.
#[derive(Serialize)]
pub struct NewPage {
    form: UserForm,
    errors: FormErrors,
    roles: Vec<Choice>,
}

impl NewPage {
    fn new(form: UserForm, errors: FormErrors) -> Self {
        Self {
            form,
            errors,
            roles: choices::of(words::role),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "users/new.html";

    fn title(&self) -> String {
        "Add a user".into()
    }

    fn sample() -> Self {
        Self::new(
            UserForm::default(),
            FormErrors::one("name", "Please fill this in."),
        )
    }
}

/// One user.
#[derive(Serialize)]
pub struct ShowPage {
    user: Line,
    conflict: Option<Conflict>,
}

impl ShowPage {
    fn new(viewer: &Viewer, user: user::Model) -> Self {
        Self {
            user: Line::new(viewer, user),
            conflict: None,
        }
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
            conflict: Some(Conflict::sample()),
        }
    }
}
