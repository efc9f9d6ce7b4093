//! Where each provider is asked, and for what.
use crate::{
    http_client::HttpsUrl,
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};

/// Where tokens are issued (RFC 6749 §3.2).
///
/// # Errors
/// The tenant cannot stand in an address.
pub fn token_endpoint(settings: &OAuthSettings) -> Result<HttpsUrl, &'static str> {
    match &settings.provider {
        OAuthProvider::Microsoft { authority, tenant } => {
            format!("{authority}/{tenant}/oauth2/v2.0/token").parse()
        }
        OAuthProvider::Google => "https://oauth2.googleapis.com/token".parse(),
        OAuthProvider::Custom { token_endpoint, .. } => Ok(token_endpoint.clone()),
    }
}

/// Where a person's sign-in with a code begins (RFC 8628 §3.1); none where there is no such thing. Google has one, but not
/// for mail.
pub fn device_endpoint(settings: &OAuthSettings) -> Option<HttpsUrl> {
    match &settings.provider {
        OAuthProvider::Microsoft { authority, tenant } => {
            let url = format!("{authority}/{tenant}/oauth2/v2.0/devicecode");
            url.parse().ok()
        }
        OAuthProvider::Google => None,
        OAuthProvider::Custom {
            device_endpoint, ..
        } => device_endpoint.clone(),
    }
}

/// Where a person signs in with a browser that comes back to `redirect` with a code (RFC 8252), which only the one who knows
/// the verifier of this challenge can use (RFC 7636).
pub fn authorization_url(
    settings: &OAuthSettings,
    redirect: &str,
    challenge: &str,
    state: &Secret,
) -> Option<String> {
    if settings.provider != OAuthProvider::Google {
        return None;
    }
    let fields = [
        ("client_id", settings.client_id.as_str()),
        ("redirect_uri", redirect),
        ("response_type", "code"),
        ("scope", &scope(settings)),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        // Exposed to come back: it shows that the answer is to this question.
        ("state", state.expose()),
        ("access_type", "offline"),
        // Without it a second sign-in gives no refresh token.
        ("prompt", "consent"),
    ];
    let query = serde_urlencoded::to_string(fields).ok()?;
    Some(format!(
        "https://accounts.google.com/o/oauth2/v2/auth?{query}"
    ))
}

/// What the tokens are to be good for.
pub fn scope(settings: &OAuthSettings) -> String {
    match &settings.provider {
        OAuthProvider::Microsoft { .. } if settings.is_app_only() => {
            "https://outlook.office365.com/.default".into()
        }
        OAuthProvider::Microsoft { .. } => {
            let reads = match settings.reads_mailbox {
                true => "https://outlook.office.com/IMAP.AccessAsUser.All ",
                false => "",
            };
            format!("https://outlook.office.com/SMTP.Send {reads}offline_access")
        }
        OAuthProvider::Google => "https://mail.google.com/".into(),
        OAuthProvider::Custom { scope, .. } => scope.clone(),
    }
}
