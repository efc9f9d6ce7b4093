//! What can be wrong with tokens, and what mends it.
use crate::settings::{OAuthProvider, OAuthSettings};

/// What can be wrong with tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The token endpoint is away, busy or unwell: it passes by itself.
    Away,
    /// The token endpoint is on a private network, which no setting allows.
    PrivateNetwork,
    /// Greenroom's own database, where sign-ins are kept, is away: it passes by itself.
    NoDatabase,
    /// The certificate of the token endpoint has expired, if this machine's clock is right.
    CertificateExpired,
    /// Nobody whom this machine trusts vouches for the token endpoint.
    Untrusted,
    /// There is no token endpoint at this address.
    WrongEndpoint,
    /// The provider has no such directory.
    WrongTenant,
    /// The directory has no such app, or it is disabled.
    UnknownClient,
    /// The app has another secret.
    WrongSecret,
    /// The app's secret has expired.
    ExpiredSecret,
    /// The app needs a secret.
    SecretMissing,
    /// The app must not have one.
    SecretUnwanted,
    /// The app may not get tokens in this way.
    NotAllowed,
    /// The app does not have the permission to send mail.
    PermissionMissing,
    /// Nobody has consented to what the app wants to do.
    ConsentMissing,
    /// What is asked for does not exist or is not for mail.
    WrongScope,
    /// The person's sign-in is over.
    Revoked,
    /// Nobody has signed in yet.
    NotSignedIn,
    /// Exchange does not know the app.
    ServicePrincipalMissing,
    /// The app may not use this mailbox.
    MailboxRightMissing,
    /// The token belongs to another account than the mailbox's.
    WrongAccount,
    /// SMTP AUTH is off for the mailbox or the organisation.
    SmtpAuthDisabled,
    /// This machine's clock is wrong.
    ClockOff,
    /// Nothing that Greenroom knows.
    Unknown,
}

impl Cause {
    /// In a few words, for a list of checks.
    pub fn title(self) -> &'static str {
        match self {
            Self::Away => "The token endpoint can't be reached",
            Self::PrivateNetwork => "The token endpoint is on a private network",
            Self::NoDatabase => {
                "Greenroom's database doesn't answer, so there is no sign-in to go on from"
            }
            Self::CertificateExpired => "The token endpoint's certificate has expired",
            Self::Untrusted => "The token endpoint's certificate isn't trusted",
            Self::WrongEndpoint => "There is no token endpoint at this address",
            Self::WrongTenant => "Wrong tenant",
            Self::UnknownClient => "Unknown client",
            Self::WrongSecret => "Wrong client secret",
            Self::ExpiredSecret => "The client secret has expired",
            Self::SecretMissing => "The client secret is missing",
            Self::SecretUnwanted => "A client secret that the app doesn't have",
            Self::NotAllowed => "The app may not get tokens this way",
            Self::PermissionMissing => "Missing permission",
            Self::ConsentMissing => "Consent not given",
            Self::WrongScope => "Wrong scope",
            Self::Revoked => "The sign-in was revoked or has expired",
            Self::NotSignedIn => "Nobody has signed in yet",
            Self::ServicePrincipalMissing => "Service principal missing in Exchange",
            Self::MailboxRightMissing => "Missing right to the mailbox",
            Self::WrongAccount => "The sign-in is for another account",
            Self::SmtpAuthDisabled => "SMTP AUTH is disabled for the mailbox",
            Self::ClockOff => "This machine's clock is wrong",
            Self::Unknown => "The provider refuses the request for a token",
        }
    }

    /// What to do about it: the setting and the command or page that mends it.
    pub fn remedy(self, settings: &OAuthSettings) -> String {
        let is_microsoft = matches!(settings.provider, OAuthProvider::Microsoft { .. });
        let is_google = settings.provider == OAuthProvider::Google;
        let console = match &settings.provider {
            OAuthProvider::Microsoft { .. } => {
                "https://entra.microsoft.com (Identity > Applications > App registrations)"
            }
            OAuthProvider::Google => {
                "https://console.cloud.google.com (Google Auth Platform > Clients)"
            }
            OAuthProvider::Custom { .. } => "your identity provider",
        };
        let id = &settings.client_id;
        match self {
            Self::Away => {
                "Nothing is lost, and Greenroom keeps trying. If it lasts, check this machine's network, DNS and firewall (port 443).".into()
            }
            Self::PrivateNetwork => {
                "If your identity provider runs on your own network, set ALLOW_INSECURE=private-networks. Otherwise check this machine's DNS.".into()
            }
            Self::NoDatabase => {
                "Make sure that the database is running and that DATABASE_URL is right. The mail server and its provider are not to blame.".into()
            }
            Self::CertificateExpired if is_microsoft || is_google => {
                "Check this machine's clock first (set up NTP): this provider renews its certificates in time. If the clock is right, something on the way shows a certificate of its own, such as a proxy that inspects TLS.".into()
            }
            Self::CertificateExpired => {
                "The operator of EMAIL_OAUTH_TOKEN_ENDPOINT has to renew it. Check this machine's clock first.".into()
            }
            Self::Untrusted => {
                "Add its certificate authority to this machine's certificates, or set SSL_CERT_FILE to its file. Check this machine's clock, too.".into()
            }
            Self::WrongEndpoint => match settings.provider {
                OAuthProvider::Custom { .. } => "Check EMAIL_OAUTH_TOKEN_ENDPOINT.".into(),
                _ => "Check EMAIL_OAUTH_TENANT.".into(),
            },
            Self::WrongTenant => {
                "Set EMAIL_OAUTH_TENANT to the Directory (tenant) ID on the app's Overview page at https://entra.microsoft.com. The tenant must have Exchange Online.".into()
            }
            Self::UnknownClient => {
                format!("Set EMAIL_OAUTH_CLIENT_ID to the client ID of the app at {console}, and make sure that the app is enabled.")
            }
            Self::WrongSecret if is_microsoft => {
                format!("Set EMAIL_OAUTH_CLIENT_SECRET to the Value of a client secret, not its Secret ID. If you don't have it any more, create a new one at {console} under Certificates & secrets.")
            }
            Self::WrongSecret => {
                format!("Check EMAIL_OAUTH_CLIENT_ID and EMAIL_OAUTH_CLIENT_SECRET against the app at {console}.")
            }
            Self::ExpiredSecret => {
                format!("Create a new client secret at {console} under Certificates & secrets and set EMAIL_OAUTH_CLIENT_SECRET to its Value.")
            }
            Self::SecretMissing if is_microsoft => {
                format!("Either set EMAIL_OAUTH_CLIENT_SECRET, or turn on Allow public client flows at {console} under Authentication.")
            }
            Self::SecretMissing => format!("Set EMAIL_OAUTH_CLIENT_SECRET to the secret of the app at {console}."),
            Self::SecretUnwanted => {
                "Remove EMAIL_OAUTH_CLIENT_SECRET, and run greenroom mail sign-in.".into()
            }
            Self::NotAllowed => {
                format!("Allow this kind of sign-in for the app at {console}, or check EMAIL_OAUTH_CLIENT_ID.")
            }
            Self::PermissionMissing if settings.is_app_only() => {
                format!("At {console}, add the application permission SMTP.SendAsApp of Office 365 Exchange Online under API permissions, then select Grant admin consent.")
            }
            Self::PermissionMissing => {
                format!("At {console}, add the delegated permission SMTP.Send under API permissions, then run greenroom mail sign-in again.")
            }
            Self::ConsentMissing if is_microsoft => {
                format!("An admin must select Grant admin consent at {console} under API permissions. Then run greenroom mail sign-in again.")
            }
            Self::ConsentMissing => {
                "Run greenroom mail sign-in, and allow access when the browser asks. In an organization an admin may have to allow the app first.".into()
            }
            Self::WrongScope if is_microsoft || is_google => {
                format!("This app can't get tokens for mail. At {console}, check which APIs it may use.")
            }
            Self::WrongScope => "Check EMAIL_OAUTH_SCOPE.".into(),
            Self::Revoked | Self::NotSignedIn => {
                "Run greenroom mail sign-in with the mailbox's account.".into()
            }
            Self::ServicePrincipalMissing => {
                format!("In Exchange Online PowerShell, run New-ServicePrincipal -AppId {id} -ObjectId <object ID>. Use the object ID from Enterprise applications, not from App registrations. If it exists, check EMAIL_HOST_USER and the mailbox right, too (docs/mail.md).")
            }
            Self::MailboxRightMissing => {
                "In Exchange Online PowerShell, run Add-MailboxPermission -Identity <mailbox> -User <service principal ID> -AccessRights FullAccess, with EMAIL_HOST_USER as the mailbox. It can take an hour to take effect.".into()
            }
            Self::WrongAccount => {
                "Set EMAIL_HOST_USER to the address of the account that signed in, or run greenroom mail sign-in with the account of EMAIL_HOST_USER.".into()
            }
            Self::SmtpAuthDisabled => {
                "In Exchange Online PowerShell, run Set-CASMailbox -Identity <mailbox> -SmtpClientAuthenticationDisabled $false, with EMAIL_HOST_USER as the mailbox. It can take an hour to take effect.".into()
            }
            Self::ClockOff => "Set up NTP on this machine: tokens and certificates are only valid at their time.".into(),
            Self::Unknown => {
                format!("Look the error up in your provider's documentation, and check the EMAIL_OAUTH_ settings against the app at {console}.")
            }
        }
    }
}
