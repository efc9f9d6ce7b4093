//! What every request, the worker and every command share.
use chrono::{DateTime, Utc};
use entity::transport;
use tokio::sync::Notify;

use crate::{
    api::auth::CALLS_PER_TOKEN,
    calendars,
    client_ip::UntrustedProxies,
    clock::Clock,
    db::{Db, Recent},
    domain::{
        attention::Attention, emails::Counts, interviews::join_link::Keys, rate_limits::Tally,
    },
    error::Result,
    hooks::Hooks,
    http_client::HttpClient,
    mail::{bounce::ReturnAddress, compose::Composer, mailer::Mailer, signed_id::SignedIds},
    mailing::{access, references},
    passwords::Passwords,
    readiness::Readiness,
    seal::Seal,
    secret::Secret,
    settings::Settings,
    templates::Templates,
    zones::Tz,
};

/// The parts of a running Greenroom.
pub struct App {
    /// Rows.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// What the process was told at start.
    pub settings: Settings,
    /// Pages.
    pub templates: Templates,
    /// Emails.
    pub composer: Composer,
    /// Where emails go.
    pub mailer: Mailer,
    /// Asks other servers.
    pub http: HttpClient,
    /// Seals the addresses of users' own calendars.
    pub calendar_seal: Seal,
    /// Seals tokens for mail servers.
    pub token_seal: Seal,
    /// The last one, and renewals that go on.
    pub held_token: access::Held,
    /// Rings when an email was queued, so that the worker need not wait for its next round.
    pub wake: Notify,
    /// How often programs have called of late.
    pub calls: Tally,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Sign join links.
    pub keys: Keys,
    /// Proxies whose word is not taken.
    pub untrusted_proxies: UntrustedProxies,
    /// What the frame of a page tells, by company.
    pub attention: Recent<i64, Attention>,
    /// The jobs that lists can be narrowed to, and whether they are closed, by company.
    pub job_choices: Recent<i64, Vec<(i64, String, bool)>>,
    /// How many emails stand where on the days of a zone, by company.
    pub email_counts: Recent<(i64, Tz, Option<DateTime<Utc>>), Counts>,
    /// How each mail server is.
    pub mail_servers: Recent<(), Vec<transport::Model>>,
    /// Whether the database could be written of late.
    pub readiness: Readiness,
    /// Where undeliverable emails come back to; none when that is their sender.
    pub return_address: Option<ReturnAddress>,
    /// Name emails to the providers that tell of them.
    pub references: SignedIds,
    /// Where those tell.
    pub hooks: Hooks,
}

impl App {
    /// Puts the parts together; the database is open and migrated.
    pub fn new(db: Db, clock: Clock, settings: Settings) -> Result<Self> {
        Self::with_passwords(db, clock, settings, Passwords::new()?)
    }

    /// The same with another password pool.
    pub fn with_passwords(
        db: Db,
        clock: Clock,
        settings: Settings,
        passwords: Passwords,
    ) -> Result<Self> {
        let earlier = settings.secret_key_fallbacks.iter().map(Secret::expose);
        let secret = settings.secret_key.expose();
        Ok(Self {
            keys: Keys::new(secret, earlier.clone()),
            http: HttpClient::new(settings.networks),
            calendar_seal: Seal::new(calendars::PURPOSE, secret, earlier.clone()),
            token_seal: Seal::new(access::PURPOSE, secret, earlier.clone()),
            held_token: access::Held::here(),
            return_address: ReturnAddress::configured(&settings),
            references: SignedIds::new(references::PURPOSE, secret, earlier.clone()),
            hooks: Hooks::new(secret, earlier.clone()),
            db,
            clock,
            templates: Templates::new()?,
            composer: Composer::new()?,
            mailer: Mailer::new(&settings.mail, settings.base_url.host()),
            wake: Notify::new(),
            calls: Tally::new(CALLS_PER_TOKEN),
            untrusted_proxies: UntrustedProxies::default(),
            passwords,
            attention: Recent::default(),
            job_choices: Recent::default(),
            email_counts: Recent::default(),
            mail_servers: Recent::default(),
            readiness: Readiness::default(),
            settings,
        })
    }
}
