//! What a message is called before the provider that sends it, which repeats that in what it tells.
use crate::{app::App, mail::events};

/// What such names are signed for. They differ from those in return addresses: who was told one can forge nothing with it.
pub const PURPOSE: &str = "provider reference";

/// The headers with which a message is given to a mail server, for each provider that may tell of it.
pub fn headers(app: &App, host: &str, email_id: i64) -> Vec<(&'static str, String)> {
    let tellers = app.settings.events.of_host(host);
    let reference = app.references.sign(email_id);
    tellers
        .into_iter()
        .flat_map(|provider| events::headers_for(provider, &reference))
        .collect()
}
