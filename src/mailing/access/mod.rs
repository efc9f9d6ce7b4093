//! Access tokens for mail servers: kept in mind, in the database, or fetched from whoever issues them, by one process for all.
mod held;
mod renewal;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::mail_token;
use tokio::time;

pub use self::held::Held;
use self::renewal::Renewal;
use crate::{
    app::App,
    crypto,
    domain::mail_tokens,
    error::{Error, Result},
    http_client::HttpClient,
    mail::{
        doctor::Issued,
        oauth::{self, Cause, Grant, Refusal, Tokens},
    },
    seal::Seal,
    secret::Secret,
    settings::{Login, OAuthProvider, OAuthSettings},
};

/// What sealed tokens are for.
pub const PURPOSE: &str = "mail tokens";
const PURPOSE_ACCESS: &str = "access";
const PURPOSE_REFRESH: &str = "refresh";
/// So long before its end a token is renewed, or a fifth of its life where that is less.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whether somebody else has renewed, and for how long: longer than an issuer may take.
const LOOKS: u32 = 60;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Whoever waits for a renewal of this process waits no longer than for somebody else's.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Between tries to store what a person's sign-in brought, in milliseconds: the person waits.
const SIGN_IN_PAUSES: [u64; 5] = [100, 400, 1_000, 2_000, 5_000];

/// A token that opens a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The token itself.
    pub secret: Secret,
    fingerprint: String,
    renew_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// Its issuer gives none.
    #[error("no access token: {}", .0.words())]
    Refused(Refusal),
    /// Greenroom has a problem of its own.
    #[error(transparent)]
    Ours(#[from] Error),
}

/// Whose tokens: the settings, and the mailbox's user.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Who issues them, and to which app.
    pub settings: &'a OAuthSettings,
    /// The mailbox.
    pub user: &'a str,
}

impl<'a> Account<'a> {
    /// That of a login, if it is one with access tokens.
    pub fn of(login: &'a Login) -> Option<Self> {
        Some(Self {
            settings: login.oauth()?,
            user: &login.user,
        })
    }

    /// Of all that a token depends on, and of nothing secret: it outlives a change of keys.
    pub fn fingerprint(&self) -> String {
        let OAuthSettings {
            provider,
            client_id,
            ..
        } = self.settings;
        let issuer = match provider {
            OAuthProvider::Microsoft { tenant, .. } => format!("microsoft {tenant}"),
            OAuthProvider::Google => "google".to_owned(),
            OAuthProvider::Custom { token_endpoint, .. } => token_endpoint.to_string(),
        };
        let scope = oauth::scope(self.settings);
        crypto::sha256_hex(&[issuer.as_str(), client_id, &scope, self.user].join("\0"))
    }
}

/// A token that works, as far as is known; renewed when its end is near.
pub async fn token(app: &App, account: Account<'_>) -> Result<AccessToken, NoToken> {
    obtain(app, account, None, &mut None).await
}

/// Another token than this one, which a mail server refused.
pub async fn another(
    app: &App,
    account: Account<'_>,
    refused: &AccessToken,
) -> Result<AccessToken, NoToken> {
    obtain(app, account, Some(refused), &mut None).await
}

/// Asks for a token as a check does: anew, because the one that is kept may be good where the next will not come. Takes no
/// longer than `longest`.
pub async fn check(app: &App, account: Account<'_>, longest: Duration) -> Issued {
    if account.settings.is_app_only() {
        return check_app(&app.http, account.settings, longest).await;
    }
    let mut issuer_time = None;
    let asked = async {
        let current = obtain(app, account, None, &mut issuer_time).await?;
        // It may have come this moment.
        match issuer_time {
            Some(_) => Ok(current),
            None => obtain(app, account, Some(&current), &mut issuer_time).await,
        }
    };
    let asked = time::timeout(longest, asked).await;
    let token = match asked.unwrap_or_else(|_| Err(late(longest))) {
        Ok(token) => Ok(token.secret),
        Err(NoToken::Refused(refusal)) => Err(refusal),
        Err(NoToken::Ours(_)) => Err(Refusal::of(Cause::NoDatabase, "")),
    };
    Issued { token, issuer_time }
}

/// The same for an app that signs in by itself, which needs no database for it.
pub async fn check_app(http: &HttpClient, settings: &OAuthSettings, longest: Duration) -> Issued {
    match time::timeout(longest, ask(http, settings, None)).await {
        Ok((tokens, issuer_time)) => Issued {
            token: tokens.map(|tokens| tokens.access),
            issuer_time,
        },
        Err(_) => Issued {
            token: Err(silent(longest)),
            issuer_time: None,
        },
    }
}

fn late(longest: Duration) -> NoToken {
    NoToken::Refused(silent(longest))
}

fn silent(longest: Duration) -> Refusal {
    let seconds = longest.as_secs();
    Refusal::of(Cause::Away, format!("no answer within {seconds} s"))
}

/// Keeps what a person's sign-in brought; they would have to sign in again if it were lost.
pub async fn keep_sign_in(app: &App, account: Account<'_>, tokens: &Tokens) -> Result<()> {
    let fingerprint = account.fingerprint();
    let now = now(app).await?;
    let issued = sealed(&app.token_seal, &fingerprint, tokens, now);
    let mut pauses = SIGN_IN_PAUSES.into_iter();
    loop {
        match mail_tokens::sign_in(&app.db, &fingerprint, &issued, now).await {
            Ok(()) => return Ok(()),
            Err(error) => match pauses.next() {
                Some(pause) => time::sleep(Duration::from_millis(pause)).await,
                None => return Err(error),
            },
        }
    }
}

/// Removes what was issued for settings that nobody has any more.
pub async fn forget_others(app: &App, accounts: &[Account<'_>]) -> Result<()> {
    let kept: Vec<String> = accounts.iter().map(Account::fingerprint).collect();
    mail_tokens::forget_others(&app.db, &kept, now(app).await?).await
}

async fn obtain(
    app: &App,
    account: Account<'_>,
    refused: Option<&AccessToken>,
    issuer_time: &mut Option<DateTime<Utc>>,
) -> Result<AccessToken, NoToken> {
    let fingerprint = account.fingerprint();
    let works = |token: &AccessToken| refused.is_none_or(|refused| refused.secret != token.secret);
    if let Some(held) = app.held_token.get()
        && held.fingerprint == fingerprint
        && works(&held)
        && now(app).await? < held.renew_at
    {
        return Ok(held);
    }
    for _ in 0..LOOKS {
        let now = now(app).await?;
        let row = mail_tokens::find(&app.db, &fingerprint).await?;
        let usable = row.as_ref().and_then(|row| usable(app, row, now));
        let usable = usable.filter(works);
        if let Some(token) = usable.as_ref().filter(|token| now < token.renew_at) {
            app.held_token.set(token);
            return Ok(token.clone());
        }
        // What another message of this process was given may not be stored yet.
        let begun = match app.held_token.is_underway(&fingerprint) {
            true => None,
            false => {
                let fence = row.as_ref().map_or(0, |row| row.fence);
                mail_tokens::begin_renewal(&app.db, &fingerprint, fence, now).await?
            }
        };
        match (begun, usable) {
            (Some(fence), usable) => {
                let renewal = Renewal {
                    db: app.db.clone(),
                    http: app.http.clone(),
                    seal: app.token_seal.clone(),
                    held: app.held_token.clone(),
                    settings: account.settings.clone(),
                    fingerprint,
                    fence,
                    row,
                    usable,
                    now,
                };
                return renew(app, renewal, issuer_time).await;
            }
            (None, Some(token)) => return Ok(token),
            // Another process, or another message of this one, is at it.
            (None, None) => time::sleep(LOOK_EVERY).await,
        }
    }
    Err(ours("somebody else's renewal of an access token goes on"))
}

/// In a task of its own: whoever asks may be gone by the time the issuer answers.
async fn renew(
    app: &App,
    renewal: Renewal,
    issuer_time: &mut Option<DateTime<Utc>>,
) -> Result<AccessToken, NoToken> {
    let fingerprint = renewal.fingerprint.clone();
    let task = app.held_token.run(&fingerprint, renewal.run());
    match time::timeout(LONGEST_WAIT, task).await {
        Ok(Ok(renewed)) => {
            *issuer_time = renewed.issuer_time;
            renewed.token
        }
        Ok(Err(_)) => Err(ours("the renewal of an access token ended early")),
        Err(_) => Err(ours("a new access token can't be stored")),
    }
}

fn ours(what: &str) -> NoToken {
    NoToken::Ours(Error::System(what.into()))
}

/// Asks the issuer; nothing that it gives is kept. Answers with what its clock said as well.
pub async fn ask(
    http: &HttpClient,
    settings: &OAuthSettings,
    refresh: Option<&Secret>,
) -> (Result<Tokens, Refusal>, Option<DateTime<Utc>>) {
    let grant = match (settings.is_app_only(), refresh) {
        (true, _) => Grant::App,
        (false, Some(token)) => Grant::Refresh(token),
        (false, None) => return (Err(Refusal::of(Cause::NotSignedIn, "")), None),
    };
    let endpoint = match oauth::token_endpoint(settings) {
        Ok(endpoint) => endpoint,
        Err(mistake) => return (Err(Refusal::of(Cause::WrongEndpoint, mistake)), None),
    };
    let fields = grant.fields(settings);
    match http.post_form(&endpoint, &fields.pairs()).await {
        Ok(answer) => (oauth::read(&answer), answer.date()),
        Err(failure) => (Err(failure.into()), None),
    }
}

fn usable(app: &App, row: &mail_token::Model, now: DateTime<Utc>) -> Option<AccessToken> {
    let (sealed, renew_at) = (row.access_token.as_ref()?, row.renew_at?);
    let expires_at = row.expires_at.filter(|end| now < *end)?;
    let place = place(&row.fingerprint, PURPOSE_ACCESS);
    Some(AccessToken {
        secret: app.token_seal.open(&place, sealed)?,
        fingerprint: row.fingerprint.clone(),
        renew_at,
        expires_at,
    })
}

fn sealed(
    seal: &Seal,
    fingerprint: &str,
    tokens: &Tokens,
    now: DateTime<Utc>,
) -> mail_tokens::Issued {
    let seal = |which, token: &Secret| seal.close(&place(fingerprint, which), token);
    let ahead = AHEAD.min(tokens.lasts / 5);
    let after = |time| now + TimeDelta::from_std(time).unwrap_or_default();
    mail_tokens::Issued {
        access_token: seal(PURPOSE_ACCESS, &tokens.access),
        refresh_token: tokens
            .refresh
            .as_ref()
            .map(|token| seal(PURPOSE_REFRESH, token)),
        expires_at: after(tokens.lasts),
        renew_at: after(tokens.lasts - ahead),
    }
}

fn place(fingerprint: &str, which: &str) -> String {
    format!("{which} {fingerprint}")
}

async fn now(app: &App) -> Result<DateTime<Utc>> {
    app.db.shared_now(app.clock.now()).await
}
