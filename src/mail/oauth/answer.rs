//! What a token endpoint answers (RFC 6749 §5).
use std::time::Duration;

use serde::Deserialize;

use super::{Cause, Refusal, known};
use crate::{http_client::Answer, secret::Secret};

/// Where a server does not say how long a token lasts: short enough for any.
const UNKNOWN_LIFE: Duration = Duration::from_secs(10 * 60);
/// What claims to last longer is renewed after this all the same.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// A token that could not travel in one line of SMTP (RFC 4954 §4).
const LONGEST_TOKEN: usize = 8 * 1024;

/// What a token endpoint issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Opens the mailbox for a while.
    pub access: Secret,
    /// In place of the one that was sent, if there is a new one.
    pub refresh: Option<Secret>,
    /// How long the access token lasts.
    pub lasts: Duration,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: String,
    #[serde(default)]
    expires_in: serde_json::Value,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_subtype: String,
}

/// Reads an answer of the token endpoint.
///
/// # Errors
/// Why there is no token, and whose fault that is.
pub fn read(answer: &Answer) -> Result<Tokens, Refusal> {
    if answer.status != 200 {
        return Err(refusal(answer));
    }
    let given: Given = serde_json::from_slice(&answer.body).map_err(|_| nonsense(answer))?;
    let is_bearer = given.token_type.eq_ignore_ascii_case("bearer");
    let refresh = given.refresh_token.filter(|token| !token.is_empty());
    let all = [Some(&given.access_token), refresh.as_ref()];
    let are_tokens = all.into_iter().flatten().all(|token| is_token(token));
    if !is_bearer || !are_tokens || given.access_token.len() > LONGEST_TOKEN {
        return Err(nonsense(answer));
    }
    Ok(Tokens {
        access: Secret::new(given.access_token),
        refresh: refresh.map(Secret::new),
        lasts: life(&given.expires_in),
    })
}

/// Reads an answer that is no token.
pub(super) fn refusal(answer: &Answer) -> Refusal {
    let Some((error, description)) = error(answer) else {
        return nonsense(answer);
    };
    let code = known::code(&description);
    let is_busy = answer.status == 429 || answer.status >= 500;
    let cause = match known::cause(&error, &description) {
        Some(cause) if !is_busy => cause,
        _ if is_busy => Cause::Away,
        _ => Cause::Unknown,
    };
    Refusal {
        cause,
        said: match code {
            Some(code) => format!("{error} {code}"),
            None => error,
        },
        retry_after: answer.retry_after(),
    }
}

/// The error and its description, if there is one in the form of the RFC.
pub(super) fn error(answer: &Answer) -> Option<(String, String)> {
    let said: Said = serde_json::from_slice(&answer.body).ok()?;
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    // It is shown: what does not look like a code may be anything.
    let is_error = (1..=60).contains(&said.error.len()) && said.error.bytes().all(is_code);
    is_error.then(|| {
        let description = format!("{} {}", said.error_description, said.error_subtype);
        (said.error, description)
    })
}

/// What a server says that does not keep to the RFC is its illness: a proxy's page, a redirect, half a document.
fn nonsense(answer: &Answer) -> Refusal {
    Refusal {
        cause: match answer.status {
            404 | 405 | 410 => Cause::WrongEndpoint,
            _ => Cause::Away,
        },
        said: format!("HTTP {}", answer.status),
        retry_after: answer.retry_after(),
    }
}

/// RFC 6750 §2.1 has fewer characters; none of these breaks out of a line.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Some servers write the number as a text.
fn life(value: &serde_json::Value) -> Duration {
    let seconds = match value {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    seconds.map_or(UNKNOWN_LIFE, |seconds| {
        Duration::from_secs(seconds).min(LONGEST_LIFE)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &serde_json::Value) -> Answer {
        Answer::new(status, &[], body.to_string())
    }

    #[test]
    fn a_token_is_read_as_every_provider_writes_it() {
        for (body, refresh, seconds) in [
            (
                json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "eyJ0.eyJh.c2ln"}),
                None,
                3599,
            ),
            (
                json!({"access_token": "ya29.a0Af_x-y~z+/==", "expires_in": 3920, "scope": "https://mail.google.com/", "token_type": "Bearer", "refresh_token": "1//0g"}),
                Some("1//0g"),
                3920,
            ),
            (
                json!({"access_token": "a", "expires_in": "2", "token_type": "bearer", "refresh_token": ""}),
                None,
                2,
            ),
            (
                json!({"access_token": "a", "token_type": "BEARER"}),
                None,
                600,
            ),
            (
                json!({"access_token": "a", "token_type": "bearer", "expires_in": 99_999_999}),
                None,
                86_400,
            ),
        ] {
            let tokens = read(&answer(200, &body)).expect("tokens");
            assert_eq!(
                tokens.access.expose(),
                body["access_token"].as_str().unwrap_or_default()
            );
            assert_eq!(tokens.refresh.as_ref().map(Secret::expose), refresh);
            assert_eq!(tokens.lasts, Duration::from_secs(seconds));
            assert!(!format!("{tokens:?}").contains("ya29"));
        }
    }

    #[test]
    fn what_is_no_token_is_not_taken_for_one() {
        for body in [
            json!({}),
            json!([]),
            json!({"access_token": "a"}),
            json!({"access_token": "a", "token_type": "mac"}),
            json!({"access_token": "", "token_type": "bearer"}),
            json!({"access_token": "a\u{1}auth=Bearer b", "token_type": "bearer"}),
            json!({"access_token": "a\r\nMAIL", "token_type": "bearer"}),
            json!({"access_token": "a b", "token_type": "bearer"}),
            json!({"access_token": "a".repeat(9000), "token_type": "bearer"}),
            json!({"access_token": "a", "token_type": "bearer", "refresh_token": "a b"}),
            json!({"access_token": 1, "token_type": "bearer"}),
        ] {
            let refusal = read(&answer(200, &body)).expect_err("no token");
            assert_eq!(
                (refusal.cause, &*refusal.said),
                (Cause::Away, "HTTP 200"),
                "{body}"
            );
        }
        for (status, cause) in [
            (302, Cause::Away),
            (404, Cause::WrongEndpoint),
            (502, Cause::Away),
        ] {
            let page = Answer::new(status, &[], "<html>geheim</html>");
            let refusal = read(&page).expect_err("no token");
            assert_eq!(refusal.cause, cause);
            assert!(!format!("{refusal:?}").contains("geheim"));
        }
    }

    #[test]
    fn a_busy_endpoint_is_its_own_illness_whatever_it_says() {
        for status in [429, 500, 503] {
            let body =
                json!({"error": "invalid_grant", "error_description": "AADSTS700082"}).to_string();
            let busy = Answer::new(status, &[("Retry-After", "30")], body);
            let refusal = read(&busy).expect_err("no token");
            assert_eq!(refusal.cause, Cause::Away);
            assert_eq!(refusal.retry_after, Some(Duration::from_secs(30)));
            assert!(!refusal.is_setting());
        }
        for error in ["temporarily_unavailable", "server_error", "slow_down"] {
            let refusal = read(&answer(400, &json!({"error": error}))).expect_err("no token");
            assert_eq!(refusal.cause, Cause::Away, "{error}");
        }
    }

    #[test]
    fn an_error_that_does_not_look_like_one_is_not_repeated() {
        for error in ["", "geheim <b>", "x\r\ny", &"x".repeat(61)] {
            let refusal = read(&answer(400, &json!({"error": error}))).expect_err("no token");
            assert_eq!(refusal.said, "HTTP 400", "{error}");
        }
    }
}
