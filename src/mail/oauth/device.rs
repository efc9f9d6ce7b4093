//! A sign-in that begins here and goes on in a browser (RFC 8628).
use std::time::Duration;

use serde::Deserialize;

use super::{Refusal, Tokens, answer};
use crate::{http_client::Answer, secret::Secret};

/// RFC 8628 §3.2: where the server does not say how often it may be asked.
const USUAL_INTERVAL: u64 = 5;
/// RFC 8628 §3.5: so much slower from now on.
const SLOWER: Duration = Duration::from_secs(5);
/// Nobody waits for longer at a terminal.
const LONGEST: u64 = 60 * 60;

/// What a person is shown, and what is asked with meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// Asked with.
    pub device_code: Secret,
    /// What the person types.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// How long they may take.
    pub lasts: Duration,
    /// How long to wait between two questions.
    pub interval: Duration,
}

/// What becomes of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Nothing yet; ask again after so long.
    Pending(Duration),
    /// The person signed in.
    Done(Tokens),
    /// They said no.
    Denied,
    /// They took too long.
    Expired,
    /// It cannot succeed.
    Refused(Refusal),
}

#[derive(Deserialize)]
struct Given {
    device_code: String,
    user_code: String,
    /// Google's name for it, from before the RFC, is understood as well.
    #[serde(alias = "verification_url")]
    verification_uri: String,
    expires_in: u64,
    interval: Option<u64>,
}

/// Reads an answer of the device endpoint.
///
/// # Errors
/// Why nobody can sign in.
pub fn read_device_code(answer: &Answer) -> Result<DeviceCode, Refusal> {
    let given = match answer.status {
        200 => serde_json::from_slice::<Given>(&answer.body).ok(),
        _ => None,
    };
    let given = given.filter(|given| {
        let shown = [&given.user_code, &given.verification_uri];
        let is_plain = shown.iter().all(|text| is_printable(text));
        is_plain && !given.device_code.is_empty() && given.verification_uri.starts_with("https://")
    });
    let given = given.ok_or_else(|| answer::refusal(answer))?;
    Ok(DeviceCode {
        device_code: Secret::new(given.device_code),
        user_code: given.user_code,
        verification_uri: given.verification_uri,
        lasts: Duration::from_secs(given.expires_in.min(LONGEST)),
        interval: Duration::from_secs(given.interval.unwrap_or(USUAL_INTERVAL).clamp(1, LONGEST)),
    })
}

/// Reads an answer of the token endpoint while a person signs in; `interval` is how long was waited before it was asked.
pub fn read_poll(answer: &Answer, interval: Duration) -> Poll {
    let refusal = match answer::read(answer) {
        Ok(tokens) => return Poll::Done(tokens),
        Err(refusal) => refusal,
    };
    let error = answer::error(answer).map(|(error, _)| error);
    match error.as_deref() {
        Some("authorization_pending") => Poll::Pending(interval),
        Some("slow_down") => Poll::Pending(interval + SLOWER),
        // Microsoft's name for it is the second.
        Some("access_denied" | "authorization_declined") => Poll::Denied,
        Some("expired_token" | "code_expired") => Poll::Expired,
        // Away for a moment: asked again, more slowly (RFC 8628 §3.5).
        _ if !refusal.is_setting() => Poll::Pending(interval * 2),
        _ => Poll::Refused(refusal),
    }
}

/// It is written to a terminal.
fn is_printable(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::Cause, *};

    fn answer(status: u16, body: &Value) -> Answer {
        Answer::new(status, &[], body.to_string())
    }

    fn code() -> Value {
        json!({"device_code": "geheim", "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.com/devicelogin", "expires_in": 900, "interval": 5, "message": "To sign in …"})
    }

    #[test]
    fn a_code_is_shown_and_asked_with() {
        let read = read_device_code(&answer(200, &code())).expect("a code");
        assert_eq!(read.user_code, "ABCD-EFGH");
        assert_eq!(read.verification_uri, "https://microsoft.com/devicelogin");
        assert_eq!((read.lasts.as_secs(), read.interval.as_secs()), (900, 5));
        assert!(!format!("{read:?}").contains("geheim"));
        let mut plain = code();
        plain["interval"] = Value::Null;
        let read = read_device_code(&answer(200, &plain)).expect("a code");
        assert_eq!(read.interval.as_secs(), 5);
    }

    #[test]
    fn what_could_mislead_a_person_is_not_shown() {
        for (name, value) in [
            ("verification_uri", json!("http://microsoft.example/")),
            ("verification_uri", json!("https://a/\u{1b}[2K")),
            ("user_code", json!("A\r\nB")),
            ("user_code", json!("")),
            ("device_code", json!("")),
            ("expires_in", json!("soon")),
        ] {
            let mut changed = code();
            changed[name] = value;
            let refusal = read_device_code(&answer(200, &changed)).expect_err("no code");
            assert_eq!(refusal.cause, Cause::Away, "{changed}");
        }
        let wrong = json!({"error": "unauthorized_client", "error_description": "AADSTS700016: …"});
        let refusal = read_device_code(&answer(400, &wrong)).expect_err("no code");
        assert_eq!(refusal.cause, Cause::UnknownClient);
    }

    #[test]
    fn a_sign_in_ends_in_one_of_four_ways() {
        let five = Duration::from_secs(5);
        let said = |error: &str| read_poll(&answer(400, &json!({"error": error})), five);
        assert_eq!(said("authorization_pending"), Poll::Pending(five));
        assert_eq!(said("slow_down"), Poll::Pending(2 * five));
        assert_eq!(said("access_denied"), Poll::Denied);
        assert_eq!(said("authorization_declined"), Poll::Denied);
        assert_eq!(said("expired_token"), Poll::Expired);
        assert_eq!(said("server_error"), Poll::Pending(2 * five));
        assert!(matches!(said("invalid_client"), Poll::Refused(_)));
        let busy = Answer::new(503, &[], "");
        assert_eq!(read_poll(&busy, five), Poll::Pending(2 * five));
        let tokens = json!({"access_token": "a", "token_type": "Bearer", "refresh_token": "r"});
        assert!(
            matches!(read_poll(&answer(200, &tokens), five), Poll::Done(tokens) if tokens.refresh.is_some())
        );
    }
}
