//! One renewal of an access token, from the question to what is stored of the answer.
//!
//! What an issuer gave once it may not give again: with a new refresh token the one that was sent may be worth nothing. So
//! nobody aborts a renewal, and it does not end before what it brought is stored, or something newer is.
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::mail_token;
use tokio::time;

use super::{AccessToken, Held, NoToken, PURPOSE_REFRESH, ask, place, sealed};
use crate::{
    db::Db,
    domain::mail_tokens,
    error::Result,
    http_client::HttpClient,
    mail::oauth::{Refusal, Tokens},
    seal::Seal,
    secret::Secret,
    settings::OAuthSettings,
};

/// While the token still works and its issuer is away, it is asked for a new one so often.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);
/// What an issuer gave must not be lost because the database is away: in milliseconds between tries, the last one from
/// then on.
const STORE_PAUSES: [u64; 5] = [100, 400, 1_000, 2_000, 5_000];
/// To say that there is nothing to store, somebody else's lease runs out by itself.
const TRIES_TO_GIVE_UP: usize = 3;

/// A renewal that is this process's own, with all that it needs of it.
pub(super) struct Renewal {
    pub(super) db: Db,
    pub(super) http: HttpClient,
    pub(super) seal: Seal,
    pub(super) held: Held,
    pub(super) settings: OAuthSettings,
    pub(super) fingerprint: String,
    pub(super) fence: i64,
    pub(super) row: Option<mail_token::Model>,
    /// The token of before, if it still works.
    pub(super) usable: Option<AccessToken>,
    /// When it began. What is given counts from here: it must not be lost for a question about the time.
    pub(super) now: DateTime<Utc>,
}

/// What came of it.
pub(super) struct Renewed {
    pub(super) token: Result<AccessToken, NoToken>,
    /// What the issuer's clock said.
    pub(super) issuer_time: Option<DateTime<Utc>>,
}

impl Renewal {
    pub(super) async fn run(self) -> Renewed {
        let sealed = self.refresh_token();
        let place = place(&self.fingerprint, PURPOSE_REFRESH);
        let refresh = sealed.and_then(|sealed| self.seal.open(&place, sealed));
        let (answer, issuer_time) = ask(&self.http, &self.settings, refresh.as_ref()).await;
        let token = match answer {
            Ok(tokens) => Ok(self.keep(tokens, refresh).await),
            Err(refusal) => self.give_up(refusal).await,
        };
        Renewed { token, issuer_time }
    }

    /// As it was read, still sealed.
    fn refresh_token(&self) -> Option<&str> {
        self.row.as_ref()?.refresh_token.as_deref()
    }

    /// Nobody uses a token before the refresh token that came with it is safe.
    async fn keep(&self, tokens: Tokens, refresh: Option<Secret>) -> AccessToken {
        let tokens = Tokens {
            // One that goes on is sealed anew: else it would end with the key that it was sealed with.
            refresh: tokens.refresh.or(refresh),
            ..tokens
        };
        let issued = sealed(&self.seal, &self.fingerprint, &tokens, self.now);
        let mut pauses = STORE_PAUSES.into_iter();
        let mut pause = Duration::ZERO;
        while let Err(error) = self.store(&issued).await {
            tracing::warn!(%error, "A new access token can't be stored yet");
            pause = pauses.next().map_or(pause, Duration::from_millis);
            time::sleep(pause).await;
        }
        let token = AccessToken {
            secret: tokens.access,
            fingerprint: self.fingerprint.clone(),
            renew_at: issued.renew_at,
            expires_at: issued.expires_at,
        };
        self.held.set(&token);
        tracing::info!("A new access token for the mail server was issued");
        token
    }

    /// Whoever was slow is overtaken, but what others stored from the same refresh token is no newer than what is stored
    /// here: the newest is kept that nobody has replaced.
    async fn store(&self, issued: &mail_tokens::Issued) -> Result<()> {
        let (db, fingerprint) = (&self.db, self.fingerprint.as_str());
        if mail_tokens::store(db, fingerprint, self.fence, issued, self.now).await? {
            return Ok(());
        }
        let before = self.refresh_token();
        let is_stored = mail_tokens::replace(db, fingerprint, before, issued, self.now).await?;
        if !is_stored {
            tracing::info!("Another process has stored a newer access token");
        }
        Ok(())
    }

    async fn give_up(&self, refusal: Refusal) -> Result<AccessToken, NoToken> {
        tracing::warn!(
            reason = refusal.words(),
            "No new access token for the mail server"
        );
        // While the old one works the issuer is left alone for a while; else mail itself comes back by and by.
        let usable = self.usable.clone().map(|token| AccessToken {
            renew_at: token.expires_at.min(self.now + PATIENCE),
            ..token
        });
        let renew_at = usable.as_ref().map(|token| token.renew_at);
        let (db, fingerprint) = (&self.db, self.fingerprint.as_str());
        for pause in STORE_PAUSES.into_iter().take(TRIES_TO_GIVE_UP) {
            match mail_tokens::give_up(db, fingerprint, self.fence, renew_at).await {
                Ok(()) => break,
                Err(error) => tracing::warn!(%error, "The end of a renewal can't be stored yet"),
            }
            time::sleep(Duration::from_millis(pause)).await;
        }
        if let Some(token) = &usable {
            self.held.set(token);
        }
        usable.ok_or(NoToken::Refused(refusal))
    }
}
