//! Why a mail server refuses a token that its issuer calls good.
use super::{Cause, Claims};
use crate::{
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};

/// What is wrong, by the server's words and by what the token says of itself.
pub fn explain(reply: &str, token: &Secret, settings: &OAuthSettings) -> Cause {
    let reply = reply.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reply.contains(word));
    if says(&["smtpclientauthentication is disabled", "security defaults"]) {
        return Cause::SmtpAuthDisabled;
    }
    if says(&[
        "mailbox logon failure",
        "mapiexceptionlogonfailed",
        "sendasdenied",
    ]) {
        return Cause::MailboxRightMissing;
    }
    if let Some(lack) = Claims::of(token).and_then(|claims| claims.lack(settings)) {
        return lack;
    }
    match &settings.provider {
        // With the right permission in its token, an app is refused where Exchange does not know it.
        OAuthProvider::Microsoft { .. } if settings.is_app_only() => Cause::ServicePrincipalMissing,
        _ => Cause::WrongAccount,
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;

    fn token(claims: &Value) -> Secret {
        Secret::new(format!(
            "e30.{}.c2ln",
            URL_SAFE_NO_PAD.encode(claims.to_string())
        ))
    }

    #[test]
    fn a_refusal_is_explained_by_its_words_and_by_the_token() {
        let app = OAuthSettings {
            provider: OAuthProvider::Microsoft {
                authority: "https://login.microsoftonline.com".into(),
                tenant: "t".into(),
            },
            client_id: "app".into(),
            client_secret: Some(Secret::new("geheim")),
            reads_mailbox: false,
        };
        let person = OAuthSettings {
            client_secret: None,
            ..app.clone()
        };
        let google = OAuthSettings {
            provider: OAuthProvider::Google,
            ..app.clone()
        };
        let exchange = "https://outlook.office365.com";
        let good =
            token(&json!({"aud": exchange, "roles": ["SMTP.SendAsApp"], "scp": "SMTP.Send"}));
        let bare = token(&json!({"aud": exchange}));
        let graph = token(&json!({"aud": "https://graph.microsoft.com", "roles": ["Mail.Send"]}));
        let opaque = Secret::new("ya29.a0");
        let refused = "535 5.7.3 Authentication unsuccessful [X.PROD.OUTLOOK.COM]";
        let disabled = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
        for (reply, token, settings, cause) in [
            (refused, &good, &app, Cause::ServicePrincipalMissing),
            (refused, &bare, &app, Cause::PermissionMissing),
            (refused, &graph, &app, Cause::WrongScope),
            (disabled, &good, &app, Cause::SmtpAuthDisabled),
            (disabled, &bare, &person, Cause::SmtpAuthDisabled),
            (refused, &good, &person, Cause::WrongAccount),
            (
                "430 4.2.0 STOREDRV; mailbox logon failure",
                &good,
                &app,
                Cause::MailboxRightMissing,
            ),
            (
                "535 5.7.8 Username and Password not accepted",
                &opaque,
                &google,
                Cause::WrongAccount,
            ),
        ] {
            assert_eq!(explain(reply, token, settings), cause, "{reply}");
        }
    }
}
