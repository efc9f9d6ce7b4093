//! `greenroom user create`: somebody who can sign in.
use std::{io, process::ExitCode};

use anyhow::{Result, anyhow, bail, ensure};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use entity::user::Role;
use sea_orm::{ActiveEnum, Iterable};

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
    #[arg(long, value_parser = by_name())]
    role: Role,
    /// Time zone of a new company
    #[arg(long, default_value = "UTC")]
    time_zone: Tz,
    /// Read the password from standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
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
        Ok(NewUser {
            name,
            email,
            role: self.role,
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

/// Takes a role by the name under which it is stored.
fn by_name() -> impl TypedValueParser<Value = Role> {
    let names = Role::iter().map(|role| role.to_value());
    PossibleValuesParser::new(names).try_map(|name| Role::try_from_value(&name))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::*;

    #[test]
    fn every_role_can_be_given_by_its_name_and_nothing_else() {
        let given = |role: &str| {
            let all = format!("create --company C --name N --email a@example.com --role {role}");
            let command = Create::augment_args(Command::new("create"));
            let matches = command.try_get_matches_from(all.split(' '));
            matches.map(|matches| matches.get_one::<Role>("role").copied())
        };
        for role in Role::iter() {
            assert_eq!(given(&role.to_value()).expect("a role"), Some(role));
        }
        let refused = given("owner").expect_err("no role").to_string();
        assert!(
            refused.contains("admin, recruiter, interviewer"),
            "{refused}"
        );
    }
}
