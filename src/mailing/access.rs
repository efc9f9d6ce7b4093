//! Access tokens for mail servers: kept in mind, in the database, or fetched from whoever issues them, by one process for all.
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::mail_token;
use tokio::time;

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
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};

/// What sealed tokens are for.
pub const PURPOSE: &str = "mail tokens";
/// So long before its end a token is renewed, or a fifth of its life where that is less.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// While the token still works and its issuer is away, it is asked for a new one so often.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);
/// How often it is looked whether another process has renewed, and for how long: longer than an issuer may take.
const LOOKS: u32 = 60;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// What an issuer gave must not be lost because the database was busy for a moment.
const STORE_PAUSES: [u64; 3] = [1, 2, 5];

/// A token that opens a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The token itself.
    pub secret: Secret,
    fingerprint: String,
    renew_at: DateTime<Utc>,
}

/// The last token, so that not every message looks into the database.
#[derive(Debug, Default)]
pub struct Held(Mutex<Option<AccessToken>>);

impl Held {
    fn get(&self) -> Option<AccessToken> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    fn set(&self, token: &AccessToken) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(token.clone());
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// Its issuer gives none.
    #[error("no access token: {}", .0.said)]
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

impl Account<'_> {
    /// Of all that a token depends on, and of nothing secret: it outlives a change of keys.
    fn fingerprint(&self) -> String {
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
    obtain(app, account, None).await
}

/// Another token than this one, which a mail server refused.
pub async fn another(
    app: &App,
    account: Account<'_>,
    refused: &AccessToken,
) -> Result<AccessToken, NoToken> {
    obtain(app, account, Some(refused)).await
}

/// Asks for a token as a check does: anew, because the one that is kept may be good where the next will not come.
pub async fn check(app: &App, account: Account<'_>) -> Issued {
    if account.settings.is_app_only() {
        let (tokens, issuer_time) = ask(&app.http, account.settings, None).await;
        return Issued {
            token: tokens.map(|tokens| tokens.access),
            issuer_time,
        };
    }
    let asked = match token(app, account).await {
        Ok(current) => another(app, account, &current).await,
        Err(no_token) => Err(no_token),
    };
    Issued {
        token: match asked {
            Ok(token) => Ok(token.secret),
            Err(NoToken::Refused(refusal)) => Err(refusal),
            Err(NoToken::Ours(_)) => Err(Refusal::of(Cause::Away, "the database does not answer")),
        },
        issuer_time: None,
    }
}

/// Keeps what a person's sign-in brought.
pub async fn keep_sign_in(app: &App, account: Account<'_>, tokens: &Tokens) -> Result<()> {
    let fingerprint = account.fingerprint();
    let now = now(app).await?;
    let issued = sealed(app, &fingerprint, tokens, now);
    mail_tokens::sign_in(&app.db, &fingerprint, &issued, now).await
}

async fn obtain(
    app: &App,
    account: Account<'_>,
    refused: Option<&AccessToken>,
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
        let fence = row.as_ref().map_or(0, |row| row.fence);
        let begun = mail_tokens::begin_renewal(&app.db, &fingerprint, fence, now).await?;
        match (begun, usable) {
            (Some(fence), usable) => {
                let renewal = Renewal {
                    app,
                    account,
                    fingerprint: &fingerprint,
                    fence,
                };
                return renewal.run(row, usable, now).await;
            }
            (None, Some(token)) => return Ok(token),
            // Another process, or another message of this one, is at it.
            (None, None) => time::sleep(LOOK_EVERY).await,
        }
    }
    Err(NoToken::Refused(Refusal::of(
        Cause::Away,
        "another process has waited for a token for a long time",
    )))
}

/// A renewal that is this process's own.
struct Renewal<'a> {
    app: &'a App,
    account: Account<'a>,
    fingerprint: &'a str,
    fence: i64,
}

impl Renewal<'_> {
    async fn run(
        &self,
        row: Option<mail_token::Model>,
        usable: Option<AccessToken>,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, NoToken> {
        let refresh = row.and_then(|row| self.opened(&row.refresh_token?));
        let settings = self.account.settings;
        match ask(&self.app.http, settings, refresh.as_ref()).await.0 {
            Ok(tokens) => {
                let tokens = Tokens {
                    // One that goes on is sealed anew: else it would end with the key that it was sealed with.
                    refresh: tokens.refresh.or(refresh),
                    ..tokens
                };
                // By the time before: what is given must not be lost for a question about the time.
                self.store(&tokens, now).await
            }
            Err(refusal) => {
                tracing::warn!(
                    reason = refusal.said,
                    "No new access token for the mail server"
                );
                // While the old one works the issuer is left alone for a while; else mail itself comes back by and by.
                let again_at = usable.as_ref().map(|_| now + PATIENCE);
                let (db, fingerprint) = (&self.app.db, self.fingerprint);
                mail_tokens::give_up(db, fingerprint, self.fence, again_at).await?;
                usable.ok_or(NoToken::Refused(refusal))
            }
        }
    }

    fn opened(&self, sealed: &str) -> Option<Secret> {
        let place = place(self.fingerprint, "refresh");
        self.app.token_seal.open(&place, sealed)
    }

    /// Nobody uses a token before the refresh token that came with it is safe.
    async fn store(&self, tokens: &Tokens, now: DateTime<Utc>) -> Result<AccessToken, NoToken> {
        let issued = sealed(self.app, self.fingerprint, tokens, now);
        let mut pauses = STORE_PAUSES.into_iter();
        loop {
            let (db, fingerprint) = (&self.app.db, self.fingerprint);
            let stored = mail_tokens::store(db, fingerprint, self.fence, &issued, now).await;
            match (stored, pauses.next()) {
                (Ok(true), _) => break,
                (Ok(false), _) => {
                    let said = "another process has renewed the token";
                    return Err(NoToken::Refused(Refusal::of(Cause::Away, said)));
                }
                (Err(error), None) => return Err(error.into()),
                (Err(_), Some(pause)) => time::sleep(Duration::from_secs(pause)).await,
            }
        }
        let token = AccessToken {
            secret: tokens.access.clone(),
            fingerprint: self.fingerprint.to_owned(),
            renew_at: issued.renew_at,
        };
        self.app.held_token.set(&token);
        tracing::info!("A new access token for the mail server was issued");
        Ok(token)
    }
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
    if row.expires_at? <= now {
        return None;
    }
    let place = place(&row.fingerprint, "access");
    Some(AccessToken {
        secret: app.token_seal.open(&place, sealed)?,
        fingerprint: row.fingerprint.clone(),
        renew_at,
    })
}

fn sealed(
    app: &App,
    fingerprint: &str,
    tokens: &Tokens,
    now: DateTime<Utc>,
) -> mail_tokens::Issued {
    let seal = |which, token: &Secret| app.token_seal.close(&place(fingerprint, which), token);
    let ahead = AHEAD.min(tokens.lasts / 5);
    let after = |time| now + TimeDelta::from_std(time).unwrap_or_default();
    mail_tokens::Issued {
        access_token: seal("access", &tokens.access),
        refresh_token: tokens.refresh.as_ref().map(|token| seal("refresh", token)),
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
