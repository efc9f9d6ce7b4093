//! What an access token says of itself, where it can be read: Microsoft's for organisations can.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::Cause;
use crate::{
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};

/// Exchange Online as an audience: by its addresses, and by the number that Microsoft gave it.
const EXCHANGE: [&str; 3] = [
    "https://outlook.office365.com",
    "https://outlook.office.com",
    "00000002-0000-0ff1-ce00-000000000000",
];

/// What an access token says of itself. Nobody vouches for it here: it only helps to explain why a server refuses the token.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Claims {
    #[serde(default)]
    aud: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scp: String,
}

impl Claims {
    /// Those of a token that is a JWT (RFC 7519); none of one that only its server understands.
    pub fn of(token: &Secret) -> Option<Self> {
        // Exposed to be read; what it holds here is no secret.
        let mut parts = token.expose().split('.');
        let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        let json = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// What the token lacks to send mail with these settings, as far as it can be told.
    pub fn lack(&self, settings: &OAuthSettings) -> Option<Cause> {
        if !matches!(settings.provider, OAuthProvider::Microsoft { .. }) {
            return None;
        }
        let audience = self.aud.trim_end_matches('/');
        if !EXCHANGE.contains(&audience) {
            return Some(Cause::WrongScope);
        }
        let sends = match settings.is_app_only() {
            true => self.roles.iter().any(|role| role == "SMTP.SendAsApp"),
            false => self.scp.split(' ').any(|scope| scope == "SMTP.Send"),
        };
        (!sends).then_some(Cause::PermissionMissing)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn token(claims: &Value) -> Secret {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        Secret::new(format!(
            "{}.{}.c2ln",
            encode(&json!({"alg": "RS256"})),
            encode(claims)
        ))
    }

    fn settings(secret: Option<&str>) -> OAuthSettings {
        OAuthSettings {
            provider: OAuthProvider::Microsoft {
                authority: "https://login.microsoftonline.com".into(),
                tenant: "t".into(),
            },
            client_id: "app".into(),
            client_secret: secret.map(Secret::new),
            reads_mailbox: false,
        }
    }

    #[test]
    fn a_token_tells_what_it_lacks() {
        let (app, person) = (settings(Some("geheim")), settings(None));
        let exchange = "https://outlook.office365.com";
        for (claims, settings, lack) in [
            (
                json!({"aud": exchange, "roles": ["IMAP.AccessAsApp", "SMTP.SendAsApp"]}),
                &app,
                None,
            ),
            (
                json!({"aud": "https://outlook.office.com/", "scp": "openid SMTP.Send"}),
                &person,
                None,
            ),
            (
                json!({"aud": exchange, "roles": ["IMAP.AccessAsApp"]}),
                &app,
                Some(Cause::PermissionMissing),
            ),
            (
                json!({"aud": exchange}),
                &app,
                Some(Cause::PermissionMissing),
            ),
            (
                json!({"aud": exchange, "scp": "SMTP.Sender"}),
                &person,
                Some(Cause::PermissionMissing),
            ),
            (
                json!({"aud": "https://graph.microsoft.com", "roles": ["Mail.Send"]}),
                &app,
                Some(Cause::WrongScope),
            ),
        ] {
            let found = Claims::of(&token(&claims)).expect("claims");
            assert_eq!(found.lack(settings), lack, "{claims}");
        }
        let google = OAuthSettings {
            provider: OAuthProvider::Google,
            ..person
        };
        assert_eq!(Claims::default().lack(&google), None);
    }

    #[test]
    fn a_token_that_only_its_server_understands_tells_nothing() {
        for text in ["ya29.a0Af", "EwBAA8l6", "a.b.c", "a..c", ""] {
            assert_eq!(Claims::of(&Secret::new(text)), None, "{text}");
        }
    }
}
