//! Sending candidates their link again: to the address that is on file, and to no other.
use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate,
    email::{self, Audience, Kind},
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
        emails::{self, Again, Resent},
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
    },
    error::Result,
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

/// One that has not left yet will come by itself, and one that no longer tells the truth is not repeated.
async fn repeat_newest(db: &Db, details: &Details, ip: &str, now: DateTime<Utc>) -> Result<()> {
    let row = &details.interview;
    let has_the_link = |kind: Kind| kind.tells_of_change() || kind == Kind::Choose;
    let newest: Option<i64> = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.company_id.eq(row.company_id))
        .filter(email::COLUMN.interview_id.eq(row.id))
        .filter(email::COLUMN.audience.eq(Audience::Candidate))
        .filter(emails::of_kinds(has_the_link))
        .order_by_desc(email::Column::Id)
        .into_tuple()
        .one(db.read())
        .await?;
    let Some(newest) = newest else {
        return Ok(());
    };
    let actor = admission::candidate(row, ip);
    let again = Again {
        idempotency_key: None,
        is_confirmed: true,
    };
    let Resent::Queued(email_id) = emails::resend(db, &actor, newest, again, now).await? else {
        return Ok(());
    };
    let event = Event::LinkRequested {
        interview_id: row.id,
        email_id,
    };
    db::transaction(db, async |txn| {
        events::record(txn, &actor, event, now).await
    })
    .await
}
