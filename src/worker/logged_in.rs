//! Sending through a mail server that is logged in to with access tokens, where it is one.
use entity::transport::Name;

use super::{attempt::Sent, relays};
use crate::{
    app::App,
    error::Error,
    mail::{
        oauth::{Refusal, explain},
        smtp::{Outcome, Relay},
    },
    mailing::access::{self, Account, NoToken},
    secret::Secret,
    settings::OAuthSettings,
};

/// There is no token to begin with.
pub(super) enum WithoutToken {
    /// Its issuer gives none, or cannot be reached.
    Refused {
        /// Must somebody change a setting?
        is_setting: bool,
        /// What the issuer, or what stands between it and us, said.
        reply: String,
        /// Cause and remedy.
        hint: String,
        /// How long the issuer wants to be left alone.
        pause: Option<std::time::Duration>,
    },
    /// Greenroom has a problem of its own: neither the message nor the server is to blame.
    Ours(Error),
}

/// Sends with the token of the moment. One that is refused is replaced and the message is tried once more before anything
/// is called wrong: it may have ended early, or been withdrawn. Answers with cause and remedy where the other is refused, too.
pub(super) async fn send(
    app: &App,
    name: Name,
    relay: &Relay,
    mut send: impl AsyncFnMut(&Relay, Option<&Secret>) -> Sent,
) -> Result<(Sent, Option<String>), WithoutToken> {
    let login = relays::login(app, name);
    let Some(account) = login.and_then(Account::of) else {
        return Ok((send(relay, None).await, None));
    };
    let without = |no_token| without(no_token, account.settings);
    let token = access::token(app, account).await.map_err(without)?;
    let sent = send(relay, Some(&token.secret)).await;
    if refusal(&sent).is_none() {
        return Ok((sent, None));
    }
    let other = access::another(app, account, &token).await;
    let other = other.map_err(without)?;
    let sent = send(relay, Some(&other.secret)).await;
    let hint = refusal(&sent).map(|said| {
        let cause = explain(&said, &other.secret, account.settings);
        Refusal::of(cause, said).hint(account.settings)
    });
    Ok((sent, hint))
}

/// What a mail server said to a token that it refuses.
fn refusal(sent: &Sent) -> Option<String> {
    match sent {
        Sent::Reported(report) => match &report.outcome {
            Outcome::TokenRefused(reply) => Some(reply.text()),
            _ => None,
        },
        Sent::CalledBack | Sent::InDoubt => None,
    }
}

fn without(no_token: NoToken, settings: &OAuthSettings) -> WithoutToken {
    match no_token {
        NoToken::Refused(refusal) => WithoutToken::Refused {
            is_setting: refusal.is_setting(),
            hint: refusal.hint(settings),
            pause: refusal.retry_after,
            reply: format!("no access token: {}", refusal.words()),
        },
        NoToken::Ours(error) => WithoutToken::Ours(error),
    }
}
