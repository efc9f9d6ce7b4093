//! What providers report, on the page about mail: where they are to post, and whether they do.
use entity::provider_hook;
use serde::Serialize;

use crate::{
    app::App,
    domain::{companies, provider_events},
    error::Result,
    mail::events::Provider,
    web::stamp::Stamp,
    zones::Tz,
};

/// The providers that may report what becomes of emails.
#[derive(Serialize)]
pub struct HooksPanel {
    providers: Vec<Row>,
    /// Do the addresses lead to this machine alone?
    is_out_of_reach: bool,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    /// Where it is to post; none where whoever sees it could report for another company.
    address: Option<String>,
    is_signed: bool,
    last: Option<Stamp>,
}

impl HooksPanel {
    /// As it stands now; none where no provider may report anything.
    pub async fn of(app: &App, zone: Tz) -> Result<Option<Self>> {
        let providers: Vec<Provider> = app.settings.events.providers().collect();
        if providers.is_empty() {
            return Ok(None);
        }
        let heard = provider_events::last_heard(&app.db).await?;
        let is_shared = companies::are_several(&app.db).await?;
        let rows = providers
            .into_iter()
            .map(|provider| Row::new(app, provider, is_shared, &heard, zone));
        Ok(Some(Self {
            providers: rows.collect(),
            is_out_of_reach: app.settings.base_url.is_loopback(),
        }))
    }

    /// For the sample of the page.
    pub fn sample() -> Self {
        let row = |provider: Provider, address: Option<&str>, last| Row {
            name: provider.name(),
            address: address.map(str::to_owned),
            is_signed: provider.key().is_some(),
            last,
        };
        let address = "https://greenroom.example.com/hooks/mail/mailgun/Zm9v";
        Self {
            providers: vec![
                row(Provider::Mailgun, Some(address), Some(Stamp::sample())),
                row(Provider::Postmark, None, None),
            ],
            is_out_of_reach: true,
        }
    }
}

impl Row {
    fn new(
        app: &App,
        provider: Provider,
        is_shared: bool,
        heard: &[provider_hook::Model],
        zone: Tz,
    ) -> Self {
        let is_signed = provider.key().is_some();
        let last = heard.iter().find(|row| row.provider == provider.as_str());
        Self {
            name: provider.name(),
            address: (is_signed || !is_shared).then(|| {
                let origin = app.settings.base_url.origin();
                format!("{origin}{}", app.hooks.path(provider))
            }),
            is_signed,
            last: last.map(|row| Stamp::day_and_clock(row.last_event_at, zone)),
        }
    }
}
