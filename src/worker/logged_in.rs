//! Sending through a mail server that is logged in to with access tokens, where it is one.
use entity::transport::Name;

use super::{attempt::Sent, relays};
use crate::{
    app::App,
    mail::{
        oauth::{Refusal, explain},
        smtp::{Outcome, Relay},
    },
    mailing::access::{self, Account, NoToken},
    settings::Login,
};

/// There is no token to begin with.
pub(super) struct WithoutToken {
    /// Must somebody change a setting?
    pub(super) is_setting: bool,
    /// What the issuer, or what stands between it and us, said.
    pub(super) reply: String,
    /// Cause and remedy.
    pub(super) hint: String,
    /// How long the issuer wants to be left alone.
    pub(super) pause: Option<std::time::Duration>,
}

/// Sends with the token of the moment. One that is refused is replaced and the message is tried once more before anything
/// is called wrong: it may have ended early, or been withdrawn. Answers with cause and remedy where the other is refused, too.
pub(super) async fn send(
    app: &App,
    name: Name,
    relay: &Relay,
    mut send: impl AsyncFnMut(&Relay) -> Sent,
) -> Result<(Sent, Option<String>), WithoutToken> {
    let login = relays::login(app, name);
    let Some((account, login)) = login.and_then(|login| Some((account(login)?, login))) else {
        return Ok((send(relay).await, None));
    };
    let without = |no_token| without(no_token, login);
    let token = access::token(app, account).await.map_err(without)?;
    relay.use_token(&token.secret);
    let sent = send(relay).await;
    if refusal(&sent).is_none() {
        return Ok((sent, None));
    }
    let other = access::another(app, account, &token).await;
    let other = other.map_err(without)?;
    relay.use_token(&other.secret);
    let sent = send(relay).await;
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

fn account(login: &Login) -> Option<Account<'_>> {
    let user = &login.user;
    let settings = login.oauth()?;
    Some(Account { settings, user })
}

fn without(no_token: NoToken, login: &Login) -> WithoutToken {
    match (no_token, login.oauth()) {
        (NoToken::Refused(refusal), Some(settings)) => WithoutToken {
            is_setting: refusal.is_setting(),
            hint: refusal.hint(settings),
            pause: refusal.retry_after,
            reply: format!("no access token: {}", refusal.said),
        },
        (error, _) => {
            tracing::warn!(%error, "An access token for the mail server could not be read or stored");
            WithoutToken {
                is_setting: false,
                hint: "Greenroom had an internal error. Nothing was sent.".into(),
                pause: None,
                reply: "no access token".into(),
            }
        }
    }
}
