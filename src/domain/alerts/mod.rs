//! Alerts: candidates who do not know, because no mail server took the message that tells them.
mod query;
mod rule;

use chrono::{DateTime, Utc};
use entity::email;

use self::query::{Found, unsorted};
pub(super) use self::query::{candidates, decides, find, may_alert, open};
pub use self::rule::{Reachability, is_due, reachability};
use crate::{
    db::Db,
    domain::{
        emails,
        interviews::{self, Details},
        page::{self, Cursor, Page, Seek, Sort},
        rows::Stored,
    },
    error::{Error, Result},
};

/// A message that its candidate does not know of, and the interview.
#[derive(Clone, Debug)]
pub enum Alert {
    /// One that can be told.
    Told {
        /// The message.
        email: Box<email::Model>,
        /// The interview.
        details: Box<Details>,
    },
    /// One of which something cannot be read, be it of the message or of its interview.
    Unreadable {
        /// The message.
        email_id: i64,
        /// The interview, where that is known.
        interview_id: Option<i64>,
    },
}

/// The most urgent ones.
pub async fn first(db: &Db, company_id: i64, few: u64, now: DateTime<Utc>) -> Result<Vec<Alert>> {
    let found = find(db, open(company_id, now), few).await?;
    with_details(db, company_id, &found).await
}

/// All of them, the most urgent first.
pub async fn list(
    db: &Db,
    company_id: i64,
    seek: Option<Seek>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Alert>> {
    let by = (email::Column::ExpiresAt, email::Column::Id);
    let alerts = page::seek(unsorted(company_id, now), Sort::Ascending, by, seek);
    let mut found = find(db, alerts, limit + 1).await?;
    let has_more = page::cut(&mut found, seek, limit);
    let cursor = |found: &Stored<Found>| match found {
        Stored::Read(found) => Some(Cursor {
            at: found.expires_at,
            id: found.id,
        }),
        Stored::Unreadable(_) => None,
    };
    let ends = (
        found.iter().find_map(cursor),
        found.iter().rev().find_map(cursor),
    );
    let (previous, next) = page::neighbours(ends, seek, has_more);
    Ok(Page {
        rows: with_details(db, company_id, &found).await?,
        previous,
        next,
        unreadable: Vec::new(),
    })
}

async fn with_details(db: &Db, company_id: i64, found: &[Stored<Found>]) -> Result<Vec<Alert>> {
    let mut alerts = Vec::with_capacity(found.len());
    for row in found {
        let email_id = match row {
            Stored::Read(found) => found.id,
            Stored::Unreadable(row) => row.id.ok_or(Error::NotFound)?,
        };
        alerts.push(alert(db, company_id, email_id).await?);
    }
    Ok(alerts)
}

/// Of one that cannot be read it is told that it cannot be: nobody is kept from every page by it.
async fn alert(db: &Db, company_id: i64, email_id: i64) -> Result<Alert> {
    let unreadable = |error, interview_id| match error {
        Error::Stored(_) | Error::NotFound => {
            tracing::error!(email.id = email_id, %error, "An alert cannot be read");
            Ok(Alert::Unreadable {
                email_id,
                interview_id,
            })
        }
        error => Err(error),
    };
    let email = match emails::find(db.read(), company_id, email_id).await {
        Ok(email) => email,
        Err(error) => return unreadable(error, None),
    };
    let Some(interview_id) = email.interview_id else {
        return unreadable(Error::NotFound, None);
    };
    match interviews::details(db.read(), company_id, interview_id).await {
        Ok(details) => Ok(Alert::Told {
            email: Box::new(email),
            details: Box::new(details),
        }),
        Err(error) => unreadable(error, Some(interview_id)),
    }
}
