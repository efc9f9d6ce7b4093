//! Logging in with an access token, as Google and Microsoft describe it (XOAUTH2).
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::{Mechanism, Offers, Reply, positive};
use crate::{
    mail::smtp::{
        report::{Missing, Outcome, Party},
        wire::Wire,
    },
    secret::Secret,
    settings::Login,
};

/// Shorter parts of a token would mask what has nothing to do with it.
const SHORTEST_PART: usize = 16;

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
    for secret in forms(token, &response) {
        wire.trace.hide(&secret);
    }
    wire.trace.hides_challenges = true;
    let answered = exchange(wire, &response, limit).await;
    wire.trace.hides_challenges = false;
    match positive(answered?) {
        Err(Outcome::Refused(reply)) if reply.code >= 500 => Err(Outcome::TokenRefused(reply)),
        answered => answered,
    }
}

/// What is masked in whatever the server repeats, exposed for that: the token, its parts and what is said of it, as they are
/// and as they may come back.
fn forms(token: &Secret, response: &Secret) -> Vec<String> {
    let token = token.expose();
    let parts = token.split('.').filter(|part| part.len() >= SHORTEST_PART);
    let said = format!("Bearer {token}");
    let encoded = [token, &said].map(|text| STANDARD.encode(text));
    let own = [token, response.expose()].into_iter().chain(parts);
    own.map(str::to_owned).chain(encoded).collect()
}

async fn exchange(wire: &mut Wire, response: &Secret, limit: Duration) -> Result<Reply, Outcome> {
    let command = format!("AUTH XOAUTH2 {}\r\n", response.expose());
    let reply = wire.ask(&command, "AUTH XOAUTH2 ***", limit).await?;
    if reply.code != 334 {
        return Ok(reply);
    }
    // Google says what it minds before it refuses, and waits for an empty line.
    if let Some(minds) = minds(&reply) {
        wire.trace.say(Party::Remark, &minds);
    }
    let reply = wire.ask("\r\n", "", limit).await?;
    match reply.code {
        334 => Err(Outcome::Unexpected("one challenge after the other".into())),
        _ => Ok(reply),
    }
}

/// What a challenge says, of which nothing is repeated that could be something else.
fn minds(reply: &Reply) -> Option<String> {
    let bytes = STANDARD.decode(reply.lines.first()?.trim()).ok()?;
    let minded: Minded = serde_json::from_slice(&bytes).ok()?;
    let status: u16 = minded.status.parse().ok()?;
    Some(format!("the token is refused with status {status}"))
}

/// Of Google's challenge, what is a number.
#[derive(Deserialize)]
struct Minded {
    status: String,
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
