//! What a token is asked for with.
use super::scope;
use crate::{
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};

/// What a token is asked for with.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// The app's own secret (RFC 6749 §4.4).
    App,
    /// What the last sign-in, or the last renewal, left (RFC 6749 §6).
    Refresh(&'a Secret),
    /// A sign-in that goes on in a browser (RFC 8628 §3.4).
    Device(&'a Secret),
    /// A sign-in that came back from a browser (RFC 6749 §4.1.3, RFC 7636 §4.5).
    Code {
        /// What the browser brought.
        code: &'a Secret,
        /// What only the one who sent it there knows.
        verifier: &'a Secret,
        /// Where it was to come back to.
        redirect: &'a str,
    },
}

/// The fields of a form. Some are secret, so there is no `Debug`.
pub struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// As the HTTP client takes them.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let fields = self.0.iter();
        fields
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }
}

impl Grant<'_> {
    /// What is posted to the token endpoint. Secrets are exposed to be sent there, in the body.
    pub fn fields(&self, settings: &OAuthSettings) -> Fields {
        let mut fields = vec![("client_id", settings.client_id.clone())];
        if let Some(secret) = &settings.client_secret {
            fields.push(("client_secret", secret.expose().to_owned()));
        }
        match self {
            Self::App => fields.extend([
                ("grant_type", "client_credentials".to_owned()),
                ("scope", scope(settings)),
            ]),
            Self::Refresh(token) => {
                fields.extend([
                    ("grant_type", "refresh_token".to_owned()),
                    ("refresh_token", token.expose().to_owned()),
                ]);
                // Google keeps to what was granted, and has no use for it.
                if settings.provider != OAuthProvider::Google {
                    fields.push(("scope", scope(settings)));
                }
            }
            Self::Device(code) => fields.extend([
                (
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:device_code".to_owned(),
                ),
                ("device_code", code.expose().to_owned()),
            ]),
            Self::Code {
                code,
                verifier,
                redirect,
            } => fields.extend([
                ("grant_type", "authorization_code".to_owned()),
                ("code", code.expose().to_owned()),
                ("code_verifier", verifier.expose().to_owned()),
                ("redirect_uri", (*redirect).to_owned()),
            ]),
        }
        Fields(fields)
    }
}

/// What is posted to the device endpoint.
pub fn device_code_fields(settings: &OAuthSettings) -> Fields {
    let mut fields = vec![
        ("client_id", settings.client_id.clone()),
        ("scope", scope(settings)),
    ];
    // Who has a secret says who they are here as well (RFC 8628 §3.1).
    let secret = settings.client_secret.as_ref();
    fields.extend(secret.map(|secret| ("client_secret", secret.expose().to_owned())));
    Fields(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(provider: OAuthProvider, secret: Option<&str>) -> OAuthSettings {
        OAuthSettings {
            provider,
            client_id: "app".into(),
            client_secret: secret.map(Secret::new),
            reads_mailbox: false,
        }
    }

    fn microsoft() -> OAuthProvider {
        OAuthProvider::Microsoft {
            authority: "https://login.microsoftonline.com".into(),
            tenant: "contoso.example".into(),
        }
    }

    #[test]
    fn each_provider_is_asked_in_its_own_way() {
        let app = settings(microsoft(), Some("geheim"));
        assert!(app.is_app_only());
        assert_eq!(
            super::super::token_endpoint(&app).map(|url| url.to_string()),
            Ok("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token".into())
        );
        assert_eq!(
            Grant::App.fields(&app).pairs(),
            [
                ("client_id", "app"),
                ("client_secret", "geheim"),
                ("grant_type", "client_credentials"),
                ("scope", "https://outlook.office365.com/.default"),
            ]
        );
        let person = settings(microsoft(), None);
        assert!(!person.is_app_only());
        let both = OAuthSettings {
            reads_mailbox: true,
            ..person.clone()
        };
        assert_eq!(
            device_code_fields(&both).pairs()[1].1,
            "https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
        );
        let token = Secret::new("old");
        assert_eq!(
            Grant::Refresh(&token).fields(&person).pairs(),
            [
                ("client_id", "app"),
                ("grant_type", "refresh_token"),
                ("refresh_token", "old"),
                (
                    "scope",
                    "https://outlook.office.com/SMTP.Send offline_access"
                ),
            ]
        );
        let google = settings(OAuthProvider::Google, Some("geheim"));
        assert!(!google.is_app_only());
        let fields = Grant::Refresh(&token).fields(&google);
        assert!(fields.pairs().iter().all(|(name, _)| *name != "scope"));
        let url = super::super::authorization_url(
            &google,
            "http://127.0.0.1:7/",
            "challenge",
            &Secret::new("s t"),
        );
        let url = url.expect("a URL");
        for part in [
            "scope=https%3A%2F%2Fmail.google.com%2F&",
            "redirect_uri=http%3A%2F%2F127.0.0.1%3A7%2F&",
            "code_challenge_method=S256&",
            "state=s+t&",
            "access_type=offline&",
        ] {
            assert!(url.contains(part), "{url}");
        }
        assert!(!format!("{google:?}{:?}", Grant::Refresh(&token)).contains("geheim"));
    }

    #[test]
    fn a_tenant_cannot_lead_elsewhere() {
        let mut app = settings(microsoft(), None);
        for tenant in ["a b", "a#b", "a@b", "a\r\nHost: b"] {
            let OAuthProvider::Microsoft { tenant: own, .. } = &mut app.provider else {
                unreachable!()
            };
            *own = tenant.into();
            assert!(super::super::token_endpoint(&app).is_err(), "{tenant}");
        }
    }
}
