//! Alerts: candidates and interviewers who do not know, because no mail server took the message that tells them.
mod query;
mod rule;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::email;

use self::query::{Whole, unsorted};
pub(super) use self::query::{decides, find, may_alert, open, unreached};
pub use self::rule::{Reachability, is_due, reachability};
use crate::{
    db::Db,
    domain::{
        interviews::{self, Details},
        page::{self, Cursor, Page, Seek, Sort},
        rows::Stored,
    },
    error::{Error, Result},
};

/// A message that its recipient does not know of, and the interview.
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
    let mut found = query::whole(db, alerts, limit + 1).await?;
    let has_more = page::cut(&mut found, seek, limit);
    let cursor = |found: &Stored<Whole>| match found {
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
        rows: with_details(db, company_id, found).await?,
        previous,
        next,
        unreadable: Vec::new(),
    })
}

async fn with_details(db: &Db, company_id: i64, found: Vec<Stored<Whole>>) -> Result<Vec<Alert>> {
    let emails: Vec<_> = found
        .into_iter()
        .map(|row| match row {
            Stored::Read(whole) => whole.email,
            Stored::Unreadable(row) => Stored::Unreadable(row),
        })
        .collect();
    let ids = emails.iter().filter_map(|email| match email {
        Stored::Read(email) => email.interview_id,
        Stored::Unreadable(_) => None,
    });
    let ids: HashSet<i64> = ids.collect();
    let details = match ids.is_empty() {
        true => HashMap::new(),
        false => interviews::readable_details(db.read(), company_id, ids).await?,
    };
    emails
        .into_iter()
        .map(|email| alert(email, &details))
        .collect()
}

/// Of one that cannot be read it is told that it cannot be: nobody is kept from every page by it.
fn alert(email: Stored<email::Model>, details: &HashMap<i64, Details>) -> Result<Alert> {
    let email = match email {
        Stored::Read(email) => email,
        Stored::Unreadable(row) => {
            row.log("email");
            return Ok(Alert::Unreadable {
                email_id: row.id.ok_or(Error::NotFound)?,
                interview_id: None,
            });
        }
    };
    let interview_id = email.interview_id;
    Ok(match interview_id.and_then(|id| details.get(&id)) {
        Some(details) => Alert::Told {
            email: Box::new(email),
            details: Box::new(details.clone()),
        },
        None => {
            tracing::error!(
                email.id = email.id,
                "An alert is about no interview that can be read"
            );
            Alert::Unreadable {
                email_id: email.id,
                interview_id,
            }
        }
    })
}
