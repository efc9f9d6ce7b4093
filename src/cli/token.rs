//! `greenroom token create`: a key for a program.
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, ensure};
use entity::user::Role;
use sea_orm::{ActiveEnum, Iterable};

use super::terminal;
use crate::{
    clock::Clock,
    domain::{
        accounts::{api_tokens, users},
        actions::Actor,
    },
    settings::Settings,
    text,
};

/// Manage API tokens
#[derive(Debug, clap::Args)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Create),
}

/// Create a token that acts on behalf of a user; it is shown only once
#[derive(Debug, clap::Args)]
struct Create {
    /// Email address of the user; the token has this user's permissions
    #[arg(long)]
    email: String,
    /// Name of the token: what it is for
    #[arg(long)]
    name: String,
}

impl Token {
    /// Carries the command out.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Command::Create(create) = self.command;
        let db = super::open_beside(settings).await?;
        let email = text::email(&create.email).map_err(|problem| anyhow!("--email: {problem}"))?;
        let user = users::find_active_by_email(&db, &email)
            .await?
            .ok_or_else(|| anyhow!("no active user has the email address {email}"))?;
        ensure!(
            user.role.may_have_tokens(),
            "{email} has the role {}, which can't use the API. Choose a user with the role {}",
            user.role.to_value(),
            with_tokens()
        );
        let actor = Actor::system(user.company_id);
        let name = text::line(&create.name, 100).map_err(|problem| anyhow!("--name: {problem}"))?;
        let now = Clock::System.now();
        let new = api_tokens::create(&db, &actor, user.id, &name, None, now).await?;
        terminal::answer(new.token.expose())
            .context("the token was created but couldn't be printed. Create another one")?;
        db.close().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The names of the roles whose users may have tokens.
fn with_tokens() -> String {
    let roles = Role::iter().filter(|role| role.may_have_tokens());
    roles
        .map(|role| role.to_value())
        .collect::<Vec<_>>()
        .join(" or ")
}
