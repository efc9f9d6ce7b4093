//! How access tokens for mail are obtained, where the provider accepts no password.
use crate::{http_client::HttpsUrl, secret::Secret};

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

impl OAuthSettings {
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
