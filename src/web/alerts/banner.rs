//! The banner above every page of a user, while candidates do not know.
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::card::Card;
use crate::{
    app::App,
    domain::alerts::{self, Overview},
    error::Result,
    web::mail_servers,
    zones::Tz,
};

/// So many are shown; the list has them all.
const FEW: usize = 3;

/// How many do not know, and the most urgent of them.
#[derive(Clone, Debug, Serialize)]
pub struct Banner {
    heading: String,
    cards: Vec<Card>,
    /// Where to go on after somebody was told.
    here: String,
}

impl Banner {
    /// For the page at `here`; none when every candidate knows, and above the list itself.
    pub async fn of(
        app: &App,
        company_id: i64,
        zone: Tz,
        here: String,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>> {
        if here.split('?').next() == Some("/alerts") {
            return Ok(None);
        }
        let overview = alerts::overview(&app.db, company_id, FEW, now).await?;
        if overview.first.is_empty() {
            return Ok(None);
        }
        let transports = mail_servers::in_force(app).await?;
        Ok(Some(Self {
            heading: heading(&overview),
            cards: overview
                .first
                .into_iter()
                .map(|alert| Card::new(alert, &transports, &app.composer, zone))
                .collect(),
            here,
        }))
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            heading: "5 candidates not notified".into(),
            cards: vec![Card::sample()],
            here: "/".into(),
        }
    }
}

fn heading(overview: &Overview) -> String {
    match (overview.candidates, overview.has_more) {
        (1, false) => "1 candidate not notified".into(),
        (many, false) => format!("{many} candidates not notified"),
        (many, true) => format!("{many}+ candidates not notified"),
    }
}
