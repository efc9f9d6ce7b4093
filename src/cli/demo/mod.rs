//! A sample company to look around in, for `serve --demo`.
mod jobs;
mod schedule;

use anyhow::{Context, Result, anyhow, bail, ensure};
use chrono::{DateTime, Utc};
use entity::user::{self, Role};

use crate::{
    app::App,
    domain::{
        accounts::{
            passwords,
            users::{self, Creation, NewUser},
        },
        actions::Actor,
        companies::{self, NewCompany},
    },
    passwords::NewPassword,
    settings::{Backend, Settings, is_loopback_host},
    worker::{self, Turn},
    zones::Tz,
};

const COMPANY: &str = "Sample Company";
const CONTACT: &str = "hiring@sample-company.example";
const ZONE: &str = "Europe/Berlin";
const PEOPLE: [(&str, &str, Role); 3] = [
    ("Alex Berg", "admin@sample-company.example", Role::Admin),
    (
        "Robin Weiss",
        "recruiter@sample-company.example",
        Role::Recruiter,
    ),
    (
        "Kim Sato",
        "interviewer@sample-company.example",
        Role::Interviewer,
    ),
];

/// Who can sign in, and with what.
pub struct SignIn {
    /// The address.
    pub email: &'static str,
    /// The password, new at each start.
    pub password: NewPassword,
}

/// Fills an empty database with the sample company. In one that has it already only the passwords change, so that
/// whoever starts the demo can always sign in.
pub async fn load(app: &App) -> Result<Vec<SignIn>> {
    ensure_private(&app.settings)?;
    let now = app.clock.now();
    match users::find_active_by_email(&app.db, PEOPLE[0].1).await? {
        Some(admin) => let_in_again(app, admin.company_id, now).await,
        None if companies::exist(&app.db).await? => {
            bail!("--demo needs an empty database, but this one already has a company")
        }
        None => fill(app, now).await,
    }
}

/// Whoever reads the terminal can sign in, and the candidates are made up.
fn ensure_private(settings: &Settings) -> Result<()> {
    ensure!(
        settings.listen.ip().is_loopback() && settings.base_url.is_loopback(),
        "--demo only runs on this machine: LISTEN and BASE_URL must be loopback addresses"
    );
    if let Backend::Smtp(smtp) = &settings.mail.backend {
        ensure!(
            is_loopback_host(&smtp.host),
            "--demo books made-up people, and with EMAIL_BACKEND=smtp they would get email. Set EMAIL_BACKEND=console"
        );
    }
    Ok(())
}

async fn let_in_again(app: &App, company_id: i64, now: DateTime<Utc>) -> Result<Vec<SignIn>> {
    let actor = Actor::system(company_id);
    let mut sign_ins = Vec::new();
    for (_, email, _) in PEOPLE {
        let Some(user) = users::find_active_by_email(&app.db, email).await? else {
            continue;
        };
        let password = NewPassword::generate();
        // Whoever tries the demo again goes on with the tokens of the first time.
        passwords::renew(&app.db, &app.passwords, &actor, user.id, &password, now).await?;
        sign_ins.push(SignIn { email, password });
    }
    Ok(sign_ins)
}

async fn fill(app: &App, now: DateTime<Utc>) -> Result<Vec<SignIn>> {
    let company = NewCompany {
        name: COMPANY.into(),
        zone: Tz::known(ZONE),
        contact_email: CONTACT.into(),
    };
    let company_id = companies::create(&app.db, company, now).await?;
    let mut sign_ins = Vec::new();
    let mut recruiter = Actor::system(company_id);
    let mut interviewer = None;
    for (name, email, role) in PEOPLE {
        let password = NewPassword::generate();
        let user = add_user(app, company_id, name, email, role, &password, now).await?;
        match role {
            Role::Recruiter => recruiter.user_id = Some(user.id),
            Role::Interviewer => interviewer = Some(user.id),
            Role::Admin => {}
        }
        sign_ins.push(SignIn { email, password });
    }
    let jobs = jobs::enter(&app.db, &recruiter, now).await?;
    let interviewer = interviewer.context("the sample company has no interviewer")?;
    schedule::enter(&app.db, &recruiter, (jobs, interviewer), now).await?;
    if matches!(app.settings.mail.backend, Backend::Console) {
        // Before the passwords are printed, which would scroll out of sight.
        while worker::deliver_next(app).await? == Turn::Delivered {}
    }
    Ok(sign_ins)
}

async fn add_user(
    app: &App,
    company_id: i64,
    name: &str,
    email: &str,
    role: Role,
    password: &NewPassword,
    now: DateTime<Utc>,
) -> Result<user::Model> {
    let new = NewUser {
        name: name.into(),
        email: email.into(),
        role,
        password: password.clone(),
    };
    let actor = Actor::system(company_id);
    match users::create(&app.db, &app.passwords, &actor, new, now).await? {
        Creation::Created(user) => Ok(*user),
        Creation::EmailTaken => Err(anyhow!(
            "a user with the email address {email} already exists"
        )),
    }
}
