//! `greenroom user create`: somebody who can sign in.
use std::{io, process::ExitCode};

use anyhow::{Result, anyhow, bail, ensure};
use clap::ValueEnum;
use entity::user::Role;

use super::terminal;
use crate::{
    clock::Clock,
    db::Db,
    domain::{
        accounts::users::{self, Creation, NewUser},
        actions::Actor,
        companies::{self, NewCompany},
    },
    passwords::{About, Passwords},
    settings::Settings,
    text,
    zones::Tz,
};

/// Manage users
#[derive(Debug, clap::Args)]
pub struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Create),
}

/// Add a user, and the company if it doesn't exist yet; asks for the password
#[derive(Debug, clap::Args)]
struct Create {
    /// Name of the company
    #[arg(long)]
    company: String,
    /// Name of the user, as candidates see it
    #[arg(long)]
    name: String,
    /// Email address to sign in with
    #[arg(long)]
    email: String,
    /// Role of the user
    #[arg(long)]
    role: Part,
    /// Time zone of a new company
    #[arg(long, default_value = "UTC")]
    time_zone: Tz,
    /// Read the password from standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    Admin,
    Recruiter,
    Interviewer,
}

impl User {
    /// Carries the command out.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Command::Create(create) = self.command;
        let passwords = Passwords::new()?;
        let new = create.new_user(&passwords).await?;
        let db = super::open_beside(settings).await?;
        let email = new.email.clone();
        ensure!(
            users::find_active_by_email(&db, &email).await?.is_none(),
            "a user with the email address {email} already exists"
        );
        let company_id = create.company(&db, &email).await?;
        let actor = Actor::system(company_id);
        match users::create(&db, &passwords, &actor, new, Clock::System.now()).await? {
            Creation::Created(user) => terminal::say(format_args!("{} can sign in.", user.email)),
            Creation::EmailTaken => bail!("a user with the email address {email} already exists"),
        }
        db.close().await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn new_user(&self, passwords: &Passwords) -> Result<NewUser> {
        let name = text::line(&self.name, 200).map_err(|problem| anyhow!("--name: {problem}"))?;
        let email = text::email(&self.email).map_err(|problem| anyhow!("--email: {problem}"))?;
        let typed = self.password()?;
        let about = About::new(&email, &name, &self.company);
        let password = passwords.choose(&typed, about).await?;
        let password = password
            .map_err(|weakness| anyhow!("this password can't be used. {}", weakness.advice()))?;
        let role = match self.role {
            Part::Admin => Role::Admin,
            Part::Recruiter => Role::Recruiter,
            Part::Interviewer => Role::Interviewer,
        };
        Ok(NewUser {
            name,
            email,
            role,
            password,
        })
    }

    fn password(&self) -> Result<String> {
        if self.password_stdin {
            let mut line = String::new();
            io::stdin().read_line(&mut line)?;
            return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
        }
        let typed = rpassword::prompt_password("Password: ")?;
        let again = rpassword::prompt_password("Repeat password: ")?;
        ensure!(typed == again, "the passwords don't match");
        Ok(typed)
    }

    async fn company(&self, db: &Db, contact_email: &str) -> Result<i64> {
        let name =
            text::line(&self.company, 200).map_err(|problem| anyhow!("--company: {problem}"))?;
        if let Some(company) = companies::find_by_name(db, &name).await? {
            return Ok(company.id);
        }
        let new = NewCompany {
            name,
            zone: self.time_zone,
            contact_email: contact_email.to_owned(),
        };
        Ok(companies::create(db, new, Clock::System.now()).await?)
    }
}
