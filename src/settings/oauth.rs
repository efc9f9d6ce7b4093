//! How access tokens for mail are obtained, where the provider accepts no password.
use std::{collections::HashMap, sync::Arc};

use super::{is_loopback_host, reader::Reader, smtp::MISSING};
use crate::{http_client::HttpsUrl, secret::Secret};

/// Where Microsoft Entra ID is reached.
const ENTRA: &str = "https://login.microsoftonline.com";

/// How access tokens for mail are obtained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthSettings {
    /// Who issues them.
    pub provider: OAuthProvider,
    /// The app that Greenroom is to the provider.
    pub client_id: String,
    /// The app's secret; none where a person signs in for an app that cannot keep one.
    pub client_secret: Option<Secret>,
    /// Is the bounce mailbox opened with them as well?
    pub reads_mailbox: bool,
}

/// Who issues access tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OAuthProvider {
    /// Microsoft Entra ID, for Microsoft 365.
    Microsoft {
        /// Where it is reached, without a slash at the end.
        authority: String,
        /// The directory: a GUID or a domain.
        tenant: String,
    },
    /// Google, for Gmail and Google Workspace.
    Google,
    /// Any other server that keeps to the RFCs.
    Custom {
        /// RFC 6749 §3.2.
        token_endpoint: HttpsUrl,
        /// RFC 8628 §3.1; where there is none, the app signs in by itself.
        device_endpoint: Option<HttpsUrl>,
        /// What the tokens are to be good for.
        scope: String,
    },
}

impl OAuthProvider {
    /// Where mail is sent with its tokens, to be read.
    pub fn mail_servers(&self) -> &'static str {
        match self {
            Self::Microsoft { .. } => "smtp.office365.com",
            Self::Google => "smtp.gmail.com",
            Self::Custom { .. } => "your provider's mail server",
        }
    }
}

impl OAuthSettings {
    /// From variables, as they would be read at start.
    ///
    /// # Errors
    /// Every mistake found, one line each, naming its variable.
    pub fn from_vars(vars: HashMap<String, String>) -> Result<Arc<Self>, Vec<String>> {
        let mut reader = Reader::new(vars, Vec::new());
        match reader.auth() {
            Auth::Token(settings) if reader.mistakes.is_empty() => Ok(settings),
            _ => Err(reader.mistakes),
        }
    }

    /// May a mail server of this name be shown a token? It opens the whole mailbox, so only its own provider's may, and a
    /// server on this machine.
    pub fn may_be_shown_to(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_of = |domain: &str| {
            let rest = host.strip_suffix(domain);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let providers: &[&str] = match &self.provider {
            OAuthProvider::Microsoft { .. } => &["office365.com", "outlook.com", "office365.us"],
            OAuthProvider::Google => &["gmail.com", "googlemail.com", "google.com"],
            OAuthProvider::Custom { .. } => return true,
        };
        is_loopback_host(&host) || providers.iter().any(|domain| is_of(domain))
    }

    /// Does the app sign in by itself, with its secret? Else a person signs in once, and the refresh token goes on from there.
    pub fn is_app_only(&self) -> bool {
        match &self.provider {
            OAuthProvider::Microsoft { .. } => self.client_secret.is_some(),
            OAuthProvider::Google => false,
            OAuthProvider::Custom {
                device_endpoint, ..
            } => device_endpoint.is_none(),
        }
    }
}

/// What the mail server is shown.
#[derive(Clone, Debug)]
pub(super) enum Auth {
    Password,
    Token(Arc<OAuthSettings>),
    /// What would tell cannot be read, or lacks something.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Microsoft,
    Google,
    Custom,
}

/// Each variable, and whose it is; none is everybody's.
const OF_A_PROVIDER: [(&str, Option<Kind>); 7] = [
    ("EMAIL_OAUTH_PROVIDER", None),
    ("EMAIL_OAUTH_CLIENT_ID", None),
    ("EMAIL_OAUTH_CLIENT_SECRET", None),
    ("EMAIL_OAUTH_TENANT", Some(Kind::Microsoft)),
    ("EMAIL_OAUTH_TOKEN_ENDPOINT", Some(Kind::Custom)),
    ("EMAIL_OAUTH_DEVICE_ENDPOINT", Some(Kind::Custom)),
    ("EMAIL_OAUTH_SCOPE", Some(Kind::Custom)),
];

const AUTH: &str = "EMAIL_AUTH";
const PROVIDER: &str = "EMAIL_OAUTH_PROVIDER";

impl Reader {
    /// `EMAIL_AUTH` and what belongs to it.
    pub(super) fn auth(&mut self) -> Auth {
        let is_oauth = self.parse(AUTH, "password", |text| match text {
            "password" => Ok(false),
            "oauth2" => Ok(true),
            // Not repeated: whoever takes it for the password's own variable has typed that.
            _ => Err("is neither password nor oauth2".into()),
        });
        match is_oauth {
            None => Auth::Unknown,
            Some(true) => match self.oauth() {
                Some(settings) => Auth::Token(Arc::new(settings)),
                None => Auth::Unknown,
            },
            Some(false) => {
                let set = OF_A_PROVIDER.iter().map(|(name, _)| *name);
                if let Some(name) = set.clone().find(|name| self.text(name).is_some()) {
                    self.remark(
                        name,
                        "is set and not used, because EMAIL_AUTH is password: set EMAIL_AUTH=oauth2, or remove all EMAIL_OAUTH_ settings",
                    );
                }
                Auth::Password
            }
        }
    }

    fn oauth(&mut self) -> Option<OAuthSettings> {
        let kind = self.parse(PROVIDER, "", |text| match text {
            "microsoft" => Ok(Kind::Microsoft),
            "google" => Ok(Kind::Google),
            "custom" => Ok(Kind::Custom),
            "" => Err(
                "is missing, but EMAIL_AUTH is oauth2: set it to microsoft, google or custom"
                    .into(),
            ),
            _ => Err("is none of microsoft, google and custom".into()),
        });
        let client_id = self.wanted("EMAIL_OAUTH_CLIENT_ID", &[AUTH], "EMAIL_AUTH is oauth2");
        let client_secret = self.password("EMAIL_OAUTH_CLIENT_SECRET").map(Secret::new);
        let kind = kind?;
        self.refuse_others(kind);
        let provider = match kind {
            Kind::Microsoft => self.microsoft(client_secret.is_some()),
            Kind::Google => {
                self.want_secret(client_secret.as_ref(), "EMAIL_OAUTH_PROVIDER is google");
                Some(OAuthProvider::Google)
            }
            Kind::Custom => self.custom(client_secret.as_ref()),
        };
        let has_mailbox = self.text("BOUNCE_IMAP_HOST").is_some();
        Some(OAuthSettings {
            provider: provider?,
            client_id: client_id?,
            client_secret,
            reads_mailbox: has_mailbox && self.password("BOUNCE_IMAP_PASSWORD").is_none(),
        })
    }

    fn microsoft(&mut self, is_app_only: bool) -> Option<OAuthProvider> {
        let name = "EMAIL_OAUTH_TENANT";
        self.wanted(name, &[PROVIDER], "EMAIL_OAUTH_PROVIDER is microsoft")?;
        let tenant = self.parse(name, "", |text| {
            let is_anybodys = matches!(text, "common" | "organizations" | "consumers");
            match is_directory(text) || (is_anybodys && !is_app_only) {
                true => Ok(text.to_owned()),
                // Not repeated: it may be the secret, pasted into the wrong line.
                false if is_anybodys => {
                    Err("must name your own directory, because the app signs in by itself".into())
                }
                false => {
                    Err("is neither a directory (tenant) ID nor a domain like contoso.com".into())
                }
            }
        })?;
        Some(OAuthProvider::Microsoft {
            authority: ENTRA.into(),
            tenant,
        })
    }

    fn custom(&mut self, client_secret: Option<&Secret>) -> Option<OAuthProvider> {
        let custom = "EMAIL_OAUTH_PROVIDER is custom";
        let token = "EMAIL_OAUTH_TOKEN_ENDPOINT";
        let is_there = self.wanted(token, &[PROVIDER], custom).is_some();
        let token_endpoint = match is_there {
            true => self.parse(token, "", |text| {
                text.parse::<HttpsUrl>().map_err(str::to_owned)
            }),
            false => None,
        };
        let device = "EMAIL_OAUTH_DEVICE_ENDPOINT";
        let device_endpoint = match self.text(device) {
            Some(_) => Some(self.parse(device, "", |text| {
                text.parse::<HttpsUrl>().map_err(str::to_owned)
            })?),
            None => None,
        };
        if device_endpoint.is_none() && self.is_known(device) {
            self.want_secret(client_secret, "EMAIL_OAUTH_DEVICE_ENDPOINT is not set");
        }
        let scope = self.wanted("EMAIL_OAUTH_SCOPE", &[PROVIDER], custom);
        Some(OAuthProvider::Custom {
            token_endpoint: token_endpoint?,
            device_endpoint,
            scope: scope?,
        })
    }

    fn want_secret(&mut self, secret: Option<&Secret>, because: &str) {
        if secret.is_none() {
            self.contradiction(
                "EMAIL_OAUTH_CLIENT_SECRET",
                &[PROVIDER],
                &format!("{MISSING} {because}"),
            );
        }
    }

    fn wanted(&mut self, name: &str, others: &[&str], because: &str) -> Option<String> {
        let text = self.text(name);
        if text.is_none() {
            self.contradiction(name, others, &format!("{MISSING} {because}"));
        }
        text
    }

    fn refuse_others(&mut self, kind: Kind) {
        for (name, of) in OF_A_PROVIDER {
            let is_foreign = of.is_some_and(|of| of != kind);
            if is_foreign && self.text(name).is_some() {
                self.contradiction(
                    name,
                    &[PROVIDER],
                    "is set, but belongs to another EMAIL_OAUTH_PROVIDER: remove it",
                );
            }
        }
    }
}

/// Eight, four, four, four and twelve hexadecimal digits, or a domain.
fn is_directory(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(is_of_one)
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths = text.split('-').map(str::len);
    let is_id = lengths.eq([8, 4, 4, 4, 12]) && text.split('-').all(is_digits);
    is_id || (text.contains('.') && text.split('.').all(is_label))
}

#[cfg(test)]
mod tests;
