//! Sending candidates their link again: to the address that is on file, and to no other.
use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate,
    email::{self, Audience, Kind, Status as EmailStatus},
    interview::{self, Status},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    admission,
    details::{Details, all_details},
    offer,
};
use crate::{
    crypto,
    db::{self, Db, constant::Constant},
    domain::{
        candidates, companies,
        emails::{self, Again, NewEmail, Resent},
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
        rows,
    },
    error::{Error, Result},
};

/// Somebody who tries the addresses of many people is stopped.
const CLIENTS: Limit = Limit {
    name: "link-request",
    most: 10,
    window: TimeDelta::minutes(15),
};
/// Nobody fills another person's mailbox.
const ADDRESSES: Limit = Limit {
    name: "link-requested",
    most: 3,
    window: TimeDelta::hours(1),
};
/// Of one person, the newest; who has more is written to about these.
const MOST_INTERVIEWS: u64 = 10;
/// About one interview, the newest.
const MOST_EMAILS: u64 = 20;

/// Counts a request of a client.
pub async fn count(db: &Db, client: &str, now: DateTime<Utc>) -> Result<Turn> {
    rate_limits::take(db, CLIENTS, client, now).await
}

/// Sends again what the candidates with this canonical address were last sent about each interview that is to come, or
/// waits for their choice. Nobody learns from it whether there is one.
pub async fn send_again(db: &Db, address: &str, ip: &str, now: DateTime<Utc>) -> Result<()> {
    let who = crypto::sha256_hex(address);
    if rate_limits::take(db, ADDRESSES, &who, now).await? != Turn::Allowed {
        return Ok(());
    }
    for company_id in companies::ids(db).await? {
        if let Some(person) = candidates::find_by_email(db.read(), company_id, address).await? {
            of_candidate(db, &person, ip, now).await?;
        }
    }
    Ok(())
}

async fn of_candidate(
    db: &Db,
    person: &candidate::Model,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let may_still_come = Condition::any()
        .add(interview::Column::Status.eq_const(Status::Scheduled))
        .add(interview::Column::Status.eq_const(Status::Unscheduled));
    let ids: Vec<i64> = interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(person.company_id))
        .filter(interview::COLUMN.candidate_id.eq(person.id))
        .filter(may_still_come)
        .order_by_desc(interview::Column::Id)
        .limit(MOST_INTERVIEWS)
        .into_tuple()
        .all(db.read())
        .await?;
    let found = all_details(db.read(), person.company_id, HashSet::from_iter(ids)).await?;
    for details in found.values() {
        if leads_somewhere(db, details, now).await? {
            repeat_newest(db, details, ip, now).await?;
        }
    }
    Ok(())
}

/// Is there anything behind the link?
async fn leads_somewhere(db: &Db, details: &Details, now: DateTime<Utc>) -> Result<bool> {
    let row = &details.interview;
    if row.status == Status::Scheduled {
        return Ok(admission::may_still_join(details, now));
    }
    let offer = offer::find(db.read(), row.company_id, row.id).await?;
    Ok(offer.is_some_and(|offer| now < offer.choose_by))
}

/// One that has not left yet will come by itself, and one that a recruiter stopped does not leave after all. Where none
/// tells the present, as after a change that was taken back before it left, the invitation goes out anew.
async fn repeat_newest(db: &Db, details: &Details, ip: &str, now: DateTime<Utc>) -> Result<()> {
    let row = &details.interview;
    if row.not_told_reason.is_some() {
        return Ok(());
    }
    let has_the_link = |kind: Kind| kind.tells_of_change() || kind == Kind::Choose;
    let sent = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(row.company_id))
        .filter(email::COLUMN.interview_id.eq(row.id))
        .filter(email::COLUMN.audience.eq(Audience::Candidate))
        // Not a reminder, which waits for its hour.
        .filter(email::COLUMN.lead_minutes.is_null())
        .filter(emails::of_kinds(has_the_link))
        .order_by_desc(email::Column::Id)
        .limit(MOST_EMAILS);
    let sent = rows::readable(sent, db.read(), "email").await?;
    let mut true_ones = sent
        .iter()
        .filter(|mail| emails::tells_the_present(mail, details))
        // A copy that was stopped says nothing of the others.
        .filter(|mail| mail.status != EmailStatus::Cancelled || mail.resend_of.is_none());
    let email_id = match true_ones.next() {
        Some(mail) if !mail.status.is_final() || mail.status == EmailStatus::Cancelled => None,
        Some(mail) => resend(db, row, mail.id, (ip, now)).await?,
        None => match sent.first().filter(|_| row.status == Status::Scheduled) {
            Some(mail) => invite(db, details, mail.id, (ip, now)).await?,
            None => None,
        },
    };
    let Some(email_id) = email_id else {
        return Ok(());
    };
    let event = Event::LinkRequested {
        interview_id: row.id,
        email_id,
    };
    let actor = admission::candidate(row, ip);
    db::transaction(db, async |txn| {
        events::record(txn, &actor, event, now).await
    })
    .await
}

async fn resend(
    db: &Db,
    row: &interview::Model,
    email_id: i64,
    (ip, now): (&str, DateTime<Utc>),
) -> Result<Option<i64>> {
    let again = Again {
        idempotency_key: None,
        is_confirmed: true,
    };
    let actor = admission::candidate(row, ip);
    Ok(
        match emails::resend(db, &actor, email_id, again, now).await? {
            Resent::Queued(id) => Some(id),
            _ => None,
        },
    )
}

/// The invitation as the interview is now, in the place of a message that no longer tells it.
async fn invite(
    db: &Db,
    details: &Details,
    instead_of: i64,
    (ip, now): (&str, DateTime<Utc>),
) -> Result<Option<i64>> {
    let slot = details.slot.as_ref().ok_or(Error::NotFound)?;
    let new = NewEmail {
        kind: Kind::Scheduled,
        snapshot: emails::snapshot(details)?,
        previous_snapshot: None,
        due_at: now,
        expires_at: slot.ends_at(),
        lead_minutes: None,
    };
    let actor = admission::candidate(&details.interview, ip);
    let new = (new, instead_of);
    let queued = db::transaction(db, async |txn| {
        emails::queue_again(txn, &actor, details, new.clone(), now).await
    })
    .await?;
    Ok(queued.first().map(|mail| mail.id))
}
