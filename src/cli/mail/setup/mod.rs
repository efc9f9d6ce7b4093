//! `greenroom mail setup`: asks how mail shall leave, tries it, and writes `.env`.
mod answers;
mod choice;
mod guide;
mod login;
mod server;
mod talk;
mod tokens;
mod trial;

use std::{collections::HashMap, env, io, path::Path, process::ExitCode, str::FromStr};

use anyhow::{Context, Result, anyhow};

use self::{
    answers::Answers,
    talk::Talk,
    tokens::SignedIn,
    trial::{Question, Tried},
};
use crate::{
    app::App,
    cli::{open_beside, terminal},
    clock::Clock,
    http_client::{HttpClient, Networks},
    mail::mailbox::Mailbox,
    mailing::access::{self, Account},
    settings::{BaseUrl, DATA_DIR, EnvFile, Settings},
};

/// Ask for your mail server, try it and save the settings in .env
#[derive(Debug, clap::Args)]
pub struct Setup {}

impl Setup {
    /// Carries the command out: success only if something was written.
    pub async fn run(self) -> Result<ExitCode> {
        let talk = Talk::new();
        let mut file = EnvFile::find().context("can't read .env")?;
        let written = match converse(&talk, &mut file).await {
            Err(error) if has_ended(&error) => false,
            other => other?,
        };
        if written {
            return Ok(ExitCode::SUCCESS);
        }
        talk.say("Nothing was saved.");
        Ok(ExitCode::FAILURE)
    }
}

/// Did whoever answers go away?
fn has_ended(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(
        kind,
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted)
    )
}

async fn converse(talk: &Talk, file: &mut EnvFile) -> Result<bool> {
    let path = file.path().display().to_string();
    talk.say(&format!(
        "This command asks for your mail server, tries it, and finally saves the settings in {path}. Nothing changes until then. Press Ctrl-C to stop at any time."
    ));
    // Whom this machine trusts is the same as when it serves.
    file.load(&["SSL_CERT_FILE", "SSL_CERT_DIR"])?;
    offer_to_silence(talk, file)?;
    let before = settings(file);
    let mut answers = Answers::ask(talk, &before)?;
    let hello = base_url(&before).map_or("127.0.0.1".into(), |url| url.host().to_owned());
    let http = HttpClient::new(networks(&before));
    while let Err(questions) = try_out(talk, &mut answers, &http, &hello).await? {
        answers.ask_again(talk, &questions)?;
    }
    let variables = answers.variables();
    warn(talk, &before, &variables);
    talk.say(&format!("These settings will be saved in {path}:"));
    for (name, value) in &variables {
        let is_secret = ["EMAIL_HOST_PASSWORD", tokens::SECRET].contains(name) && !value.is_empty();
        let shown = if is_secret { "***" } else { value };
        terminal::say(format_args!("  {name}={shown}"));
    }
    if !talk.confirm("Save them?", true)? {
        return Ok(false);
    }
    file.set(&variables);
    file.write()
        .with_context(|| format!("can't write {path}"))?;
    if let Some(signed_in) = &answers.signed_in {
        keep(talk, file, signed_in).await;
    }
    talk.say("Saved. Restart Greenroom to use the new settings. Run greenroom mail doctor for a full check.");
    Ok(true)
}

/// What a person's sign-in brought goes to where Greenroom looks for it.
async fn keep(talk: &Talk, file: &EnvFile, signed_in: &SignedIn) {
    let SignedIn {
        user,
        settings,
        tokens,
    } = signed_in;
    if settings.is_app_only() {
        return;
    }
    let account = Account { settings, user };
    let kept = async {
        let loaded = Settings::from_vars(self::settings(file), Path::new(DATA_DIR));
        let loaded = loaded.map_err(|mistakes| anyhow!(mistakes.join("; ")))?;
        let db = open_beside(&loaded).await?;
        let app = App::new(db, Clock::System, loaded)?;
        access::keep_sign_in(&app, account, tokens).await?;
        app.db.clone().close().await?;
        anyhow::Ok(())
    };
    match kept.await {
        Ok(()) => talk.say(&format!("Signed in. Greenroom can use the mailbox {user} now.")),
        Err(reason) => talk.say(&format!(
            "! The settings are saved, but the sign-in is not: {reason:#}. Run greenroom mail sign-in."
        )),
    }
}

/// One line that cannot be read keeps everything from starting.
fn offer_to_silence(talk: &Talk, file: &mut EnvFile) -> io::Result<()> {
    let lines = file.unreadable_lines();
    if lines.is_empty() {
        return Ok(());
    }
    let numbers: Vec<_> = lines.iter().map(ToString::to_string).collect();
    talk.say(&format!(
        "Greenroom can't start with the current file: the entry at line {} can't be read.",
        numbers.join(", ")
    ));
    if talk.confirm("Turn it into a comment when saving?", true)? {
        file.silence_unreadable_lines();
    }
    Ok(())
}

/// What is set already. As at start, the environment goes before the file.
fn settings(file: &EnvFile) -> HashMap<String, String> {
    let mut settings = file.values();
    settings.extend(
        env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }),
    );
    settings
}

fn networks(settings: &HashMap<String, String>) -> Networks {
    let allowed = settings.get("ALLOW_INSECURE").map(String::as_str);
    let mut allowed = allowed.unwrap_or_default().split(',');
    match allowed.any(|item| item.trim() == "private-networks") {
        true => Networks::Any,
        false => Networks::Public,
    }
}

fn base_url(settings: &HashMap<String, String>) -> Option<BaseUrl> {
    BaseUrl::from_str(settings.get("BASE_URL")?.trim()).ok()
}

/// Up to the sender, then a message if one is wanted.
async fn try_out(
    talk: &Talk,
    answers: &mut Answers,
    http: &HttpClient,
    hello: &str,
) -> Result<Tried> {
    if let Err(questions) = answers.sign_in(talk, http).await {
        return Ok(Err(questions));
    }
    let (sender, token) = (answers.sender()?, answers.token());
    let settings = answers.settings();
    if let Err(questions) = trial::rehearse(talk, settings, hello, &sender, token).await {
        return Ok(Err(questions));
    }
    loop {
        let to = talk.ask("Send a test email to (leave empty to skip)", "")?;
        if to.is_empty() {
            return Ok(Ok(()));
        }
        let Ok(recipient) = Mailbox::parse(&to) else {
            talk.add("Not an email address. Please try again.");
            continue;
        };
        match trial::send(talk, settings, hello, &sender, &recipient, token).await? {
            Err(questions) if questions == [Question::Recipient] => {}
            tried => return Ok(tried),
        }
    }
}

/// What would get in the way of what is about to be written.
fn warn(talk: &Talk, before: &HashMap<String, String>, variables: &[(&str, String)]) {
    let overriding = variables
        .iter()
        .filter(|(name, value)| env::var_os(name).is_some_and(|set| set != **value));
    for (name, _) in overriding {
        talk.say(&format!(
            "! {name} is also set in the environment, which overrides the file. Remove it there."
        ));
    }
    if base_url(before).is_none_or(|url| url.is_loopback() || !url.is_https()) {
        talk.say(
            "! Links in emails start with BASE_URL, which is not https or only works on this machine. Set it to the address where candidates can reach Greenroom.",
        );
    }
}
