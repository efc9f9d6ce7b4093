//! Logging in with an access token, as Google and Microsoft describe it (XOAUTH2).
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Mechanism, Offers, Reply, positive};
use crate::{
    mail::smtp::{
        report::{Missing, Outcome, Party},
        wire::Wire,
    },
    secret::Secret,
    settings::Login,
};

/// So much of what a server says about a token is kept.
const LONGEST_REMARK: usize = 300;

/// Who we are and the token, in base64.
pub(in crate::mail) fn response(user: &str, token: &Secret) -> Secret {
    // Exposed to be sent.
    let token = token.expose();
    Secret::new(STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01")))
}

/// Logs in, and keeps the token out of the record.
pub(in crate::mail::smtp) async fn speak(
    wire: &mut Wire,
    offers: &Offers,
    login: &Login,
    token: &Secret,
    limit: Duration,
) -> Result<Reply, Outcome> {
    if !Mechanism::Xoauth2.is_offered(offers) {
        return Err(Outcome::Missing(match offers.auth.is_empty() {
            true => Missing::Login,
            false => Missing::Tokens(offers.auth.clone()),
        }));
    }
    let response = response(&login.user, token);
    for secret in [token, &response] {
        // Exposed to be masked in whatever the server repeats.
        wire.trace.hide(secret.expose());
    }
    let command = format!("AUTH XOAUTH2 {}\r\n", response.expose());
    let mut reply = wire.ask(&command, "AUTH XOAUTH2 ***", limit).await?;
    if reply.code == 334 {
        // Google says what it minds before it refuses, and waits for an empty line.
        if let Some(words) = words(&reply) {
            wire.trace.say(Party::Remark, &format!("that is {words}"));
        }
        reply = wire.ask("\r\n", "", limit).await?;
    }
    match positive(reply) {
        Err(Outcome::Refused(reply)) if reply.code >= 500 => Err(Outcome::TokenRefused(reply)),
        answered => answered,
    }
}

/// What a challenge says, when it is a text.
fn words(reply: &Reply) -> Option<String> {
    let bytes = STANDARD.decode(reply.lines.first()?.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let plain = text.replace(|c: char| c.is_control(), " ");
    Some(plain.chars().take(LONGEST_REMARK).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_is_that_of_the_guides() {
        // The example of Google's and of Microsoft's guide.
        let token = Secret::new("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg");
        let response = response("someuser@example.com", &token);
        assert_eq!(
            response.expose(),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
        );
    }
}
