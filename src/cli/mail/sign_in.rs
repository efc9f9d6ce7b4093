//! `greenroom mail sign-in`: a person signs in once, and Greenroom may use the mailbox from then on.
use std::{io, process::ExitCode, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use tokio::time::{Instant, sleep};

use super::super::{open_beside, refuse, terminal};
use crate::{
    app::App,
    clock::Clock,
    crypto,
    http_client::{Answer, Failure, HttpClient, HttpsUrl},
    mail::{
        doctor,
        oauth::{self, DeviceCode, Fields, Grant, Poll, Refusal, Tokens},
    },
    mailing::access::{self, Account},
    secret::Secret,
    settings::{Login, OAuthSettings, Settings},
};

const NOT_SIGNED_IN: u8 = 2;
/// Where the browser is sent back to. Nobody listens: the address in its bar is all that is wanted, and it may be another
/// machine's browser.
const REDIRECT: &str = "http://127.0.0.1/";

/// Sign in to the mailbox in a browser, so that Greenroom can log in without a password (EMAIL_AUTH=oauth2)
#[derive(Debug, clap::Args)]
pub struct SignIn {}

impl SignIn {
    /// Carries the command out.
    pub async fn run(self) -> Result<ExitCode> {
        let settings = match Settings::load() {
            Ok(settings) => settings,
            Err(mistakes) => return Ok(refuse(&mistakes)),
        };
        let logins = logins(&settings);
        if logins.is_empty() {
            terminal::complain(
                "EMAIL_AUTH is password, so there is nothing to sign in to. Set EMAIL_AUTH=oauth2 first (docs/mail.md).",
            );
            return Ok(ExitCode::from(NOT_SIGNED_IN));
        }
        let db = open_beside(&settings).await?;
        let app = App::new(db, Clock::System, settings.clone())?;
        for (user, oauth) in logins {
            let account = Account {
                settings: oauth,
                user,
            };
            if let Err(reason) = sign_in(&app, account).await {
                terminal::complain(format_args!("{reason:#}"));
                return Ok(ExitCode::from(NOT_SIGNED_IN));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The mailboxes that tokens open, each once.
fn logins(settings: &Settings) -> Vec<(&str, &OAuthSettings)> {
    let servers = doctor::servers(&settings.mail).into_iter();
    let sends = servers.filter_map(|(_, smtp)| smtp.login.as_ref());
    let reads = settings.bounces.imap.iter().map(|imap| &imap.login);
    let mut found: Vec<(&str, &OAuthSettings)> = sends
        .chain(reads)
        .filter_map(|login: &Login| Some((login.user.as_str(), login.oauth()?)))
        .collect();
    found.dedup_by_key(|(user, _)| *user);
    found
}

async fn sign_in(app: &App, account: Account<'_>) -> Result<()> {
    let tokens = tokens(&app.http, account).await?;
    if account.settings.is_app_only() {
        terminal::say(
            "Nobody has to sign in: the app gets its tokens with its secret, and just got one.",
        );
        return Ok(());
    }
    access::keep_sign_in(app, account, &tokens).await?;
    terminal::say(format_args!(
        "Signed in. Greenroom can use the mailbox {} now. Run greenroom mail doctor for a full check.",
        account.user
    ));
    Ok(())
}

/// The first tokens: an app asks for them, a person signs in at the terminal.
pub(super) async fn tokens(http: &HttpClient, account: Account<'_>) -> Result<Tokens> {
    let settings = account.settings;
    if settings.is_app_only() {
        let (tokens, _) = access::ask(http, settings, None).await;
        return tokens.map_err(|refusal| anyhow!(refusal.hint(settings)));
    }
    let tokens = match oauth::device_endpoint(settings) {
        Some(endpoint) => with_code(http, account, &endpoint).await?,
        None => with_browser(http, account).await?,
    };
    if tokens.refresh.is_none() {
        bail!(
            "The provider issued no refresh token, so the sign-in would end within the hour. Allow offline access for the app, and sign in again."
        );
    }
    Ok(tokens)
}

/// RFC 8628: the person types a code somewhere, and the token endpoint is asked until they have.
async fn with_code(http: &HttpClient, account: Account<'_>, endpoint: &HttpsUrl) -> Result<Tokens> {
    let settings = account.settings;
    let hint = |refusal: Refusal| anyhow!(refusal.hint(settings));
    let answer = post(http, endpoint, &oauth::device_code_fields(settings)).await;
    let answer = answer.map_err(|failure| hint(failure.into()))?;
    let code = oauth::read_device_code(&answer).map_err(hint)?;
    let DeviceCode {
        user_code,
        verification_uri,
        lasts,
        ..
    } = &code;
    terminal::say(format_args!(
        "In a browser on any device, open {verification_uri}\nand type the code {user_code}\nThen sign in as {}. The code is valid for {} minutes.",
        account.user,
        lasts.as_secs() / 60
    ));
    let token_endpoint = oauth::token_endpoint(settings).map_err(|mistake| anyhow!(mistake))?;
    let fields = Grant::Device(&code.device_code).fields(settings);
    let end = Instant::now() + *lasts;
    let mut interval = code.interval;
    while Instant::now() + interval < end {
        sleep(interval).await;
        let poll = match post(http, &token_endpoint, &fields).await {
            Ok(answer) => oauth::read_poll(&answer, interval),
            Err(_) => Poll::Pending(interval * 2),
        };
        match poll {
            Poll::Pending(next) => interval = next.min(Duration::from_secs(60)),
            Poll::Done(tokens) => return Ok(tokens),
            Poll::Denied => bail!("Access was not allowed in the browser. Run the command again."),
            Poll::Expired => break,
            Poll::Refused(refusal) => return Err(hint(refusal)),
        }
    }
    bail!("Nobody signed in before the code expired. Run the command again.")
}

/// RFC 8252: the person signs in, and brings back the address that the browser ends at.
async fn with_browser(http: &HttpClient, account: Account<'_>) -> Result<Tokens> {
    let settings = account.settings;
    let hint = |refusal: Refusal| anyhow!(refusal.hint(settings));
    let (verifier, state) = (
        Secret::new(crypto::random_token()),
        Secret::new(crypto::random_token()),
    );
    let url = oauth::authorization_url(settings, REDIRECT, &oauth::challenge(&verifier), &state);
    let url = url.context("this provider has no way to sign in")?;
    terminal::say(format_args!(
        "In a browser on any device, open this link and sign in as {}:\n\n{url}\n\nAt the end the browser shows an error, because it can't reach {REDIRECT}. That is expected. Copy the whole address from its address bar, paste it here and press Enter:",
        account.user
    ));
    let mut pasted = String::new();
    io::stdin()
        .read_line(&mut pasted)
        .context("can't read the address")?;
    let code = oauth::read_redirect(&pasted, &state).map_err(|mistake| anyhow!(mistake))?;
    let grant = Grant::Code {
        code: &code,
        verifier: &verifier,
        redirect: REDIRECT,
    };
    let endpoint = oauth::token_endpoint(settings).map_err(|mistake| anyhow!(mistake))?;
    let answer = post(http, &endpoint, &grant.fields(settings)).await;
    let answer = answer.map_err(|failure| hint(failure.into()))?;
    oauth::read(&answer).map_err(hint)
}

async fn post(http: &HttpClient, endpoint: &HttpsUrl, fields: &Fields) -> Result<Answer, Failure> {
    http.post_form(endpoint, &fields.pairs()).await
}
