//! Alerts: candidates who do not know, because no mail server took the message that tells them.
mod query;
mod rule;

use chrono::{DateTime, Utc};
use entity::email;
use sea_orm::QueryFilter;

use self::query::Found;
pub(super) use self::query::{decides, find, may_alert, open};
pub use self::rule::{Fate, fate, is_due};
use crate::{
    db::Db,
    domain::{
        emails,
        interviews::{self, Details},
        page::{self, Cursor, Page},
    },
    error::Result,
};

/// So many are counted.
const MOST: u64 = 100;

/// A message that its candidate does not know of, and the interview.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The message.
    pub email: email::Model,
    /// The interview.
    pub details: Details,
}

/// What a page tells of all alerts.
#[derive(Clone, Debug)]
pub struct Overview {
    /// How many candidates do not know.
    pub candidates: usize,
    /// Are there more than were counted?
    pub has_more: bool,
    /// The most urgent ones.
    pub first: Vec<Alert>,
    /// How many alerts there are besides those.
    pub others: usize,
}

/// How many candidates do not know, and the first few of them.
pub async fn overview(
    db: &Db,
    company_id: i64,
    few: usize,
    now: DateTime<Utc>,
) -> Result<Overview> {
    let all = find(db, open(company_id, now), MOST + 1).await?;
    let counted = &all[..all.len().min(MOST as usize)];
    let mut people: Vec<i64> = counted.iter().map(|found| found.candidate_id).collect();
    people.sort_unstable();
    people.dedup();
    let first = &counted[..counted.len().min(few)];
    Ok(Overview {
        candidates: people.len(),
        has_more: all.len() > counted.len(),
        others: counted.len() - first.len(),
        first: with_details(db, company_id, first).await?,
    })
}

/// All of them, the most urgent first.
pub async fn list(
    db: &Db,
    company_id: i64,
    cursor: Option<Cursor>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Alert>> {
    let mut alerts = open(company_id, now);
    if let Some(cursor) = cursor {
        let later = page::after(email::Column::ExpiresAt, email::Column::Id, cursor);
        alerts = alerts.filter(later);
    }
    let found = find(db, alerts, limit + 1).await?;
    let page = Page::cut(found, limit, |found| Cursor {
        at: found.expires_at,
        id: found.id,
    });
    Ok(Page {
        rows: with_details(db, company_id, &page.rows).await?,
        next: page.next,
    })
}

async fn with_details(db: &Db, company_id: i64, found: &[Found]) -> Result<Vec<Alert>> {
    let mut alerts = Vec::with_capacity(found.len());
    for row in found {
        let email = emails::find(db.read(), company_id, row.id).await?;
        let details = interviews::details(db.read(), company_id, email.interview_id).await?;
        alerts.push(Alert { email, details });
    }
    Ok(alerts)
}
