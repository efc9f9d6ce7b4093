//! The mail servers that are set up, as the queue knows them.
use entity::transport::Name;

use crate::{
    app::App,
    crypto,
    domain::mail_servers::Route,
    mail::{providers, smtp::Relay},
    secret::Secret,
    settings::{Backend, Login, Proof, SmtpSettings},
};

/// Every mail server, the one that is asked first first; none where everything goes to the terminal.
pub(super) fn routes(app: &App) -> Vec<Route> {
    let mail = &app.settings.mail;
    let primary = match &mail.backend {
        Backend::Smtp(smtp) => Some(smtp),
        Backend::Console => None,
    };
    let relays = [
        (Name::Primary, &app.mailer.relay, primary),
        (Name::Fallback, &app.mailer.fallback, mail.fallback.as_ref()),
    ];
    let relays = relays.into_iter();
    relays
        .filter_map(|(name, relay, smtp)| {
            let host = relay.as_ref()?.host();
            let allowance = providers::allowance(host, mail.max_per_second);
            Some(Route {
                name,
                host: host.to_owned(),
                fingerprint: fingerprint(app, smtp),
                per_second: allowance.per_second,
                burst: i32::try_from(allowance.burst).unwrap_or(i32::MAX),
                connections: allowance.connections.map(u64::from),
            })
        })
        .collect()
}

/// The server that a message is to be given to.
pub(super) fn relay(app: &App, name: Name) -> Option<&Relay> {
    match name {
        Name::Primary => app.mailer.relay.as_ref(),
        Name::Fallback => app.mailer.fallback.as_ref(),
    }
}

/// Who we are at a server, if it wants to know.
pub(super) fn login(app: &App, name: Name) -> Option<&Login> {
    let mail = &app.settings.mail;
    let smtp = match (name, &mail.backend) {
        (Name::Primary, Backend::Smtp(smtp)) => Some(smtp),
        (Name::Primary, Backend::Console) => None,
        (Name::Fallback, _) => mail.fallback.as_ref(),
    };
    smtp?.login.as_ref()
}

/// Other settings have another one, and nobody can read them from it.
fn fingerprint(app: &App, smtp: Option<&SmtpSettings>) -> String {
    let login = smtp.and_then(|smtp| smtp.login.as_ref());
    let parts = [
        smtp.map_or_else(String::new, |smtp| {
            format!("{}:{} {:?}", smtp.host, smtp.port, smtp.security)
        }),
        login.map_or_else(String::new, |login| login.user.clone()),
        // Exposed to be mixed in, under a key: a changed password or app is tried at once.
        login.map_or_else(String::new, |login| match &login.proof {
            Proof::Password(password) => password.expose().to_owned(),
            Proof::Token(app) => {
                let secret = app.client_secret.as_ref().map_or("", Secret::expose);
                format!("{:?} {} {secret}", app.provider, app.client_id)
            }
        }),
        app.settings.mail.from.to_string(),
    ];
    let key = crypto::key_for(app.settings.secret_key.expose(), "transport fingerprint");
    let digest = crypto::hmac_sha256(&key, parts.join("\0").as_bytes());
    crypto::hex(&digest[..16])
}
