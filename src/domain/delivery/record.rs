//! What is written of messages on their way: for many of them in one transaction.
use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Status},
    transport::Name,
};
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::Expr,
};

use super::{
    Claimed, Ended, Fixed, LEASE_MINUTES, Next, Recorded, Setback,
    attempts::{self, Earlier},
    outcome::{finding, follow, outcome_after},
    returned_ids, still_ours,
};
use crate::{
    db::{self, Db},
    domain::transports::{self, Finding, Turned},
    error::Result,
};

/// Something to write of a claimed message.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Its last byte is about to be sent: if nothing is heard after this, it may have been taken. The claim begins
    /// anew, to outlast the wait for the reply. When this is stale, the last byte must not be sent.
    LastByte(Arc<Claimed>),
    /// Its attempt is over.
    End(Arc<Claimed>, Box<Ended>),
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Of each entry, in their order.
    pub recorded: Vec<Recorded>,
    /// The mail servers that are left alone from now on, or no longer.
    pub turned: Vec<Turned>,
}

/// Keeps messages as composed, while their claims hold; answers with those that are kept.
pub async fn fix(db: &Db, composed: &[(Claimed, Fixed)]) -> Result<Vec<Claimed>> {
    db::transaction(db, async |txn| {
        let mut kept = Vec::with_capacity(composed.len());
        for (claimed, fixed) in composed {
            let message_id = format!("{}@{}", claimed.email.message_id, fixed.domain);
            let row = email::ActiveModel {
                message_id: Set(message_id.clone()),
                sender: Set(Some(fixed.sender.clone())),
                reply_to: Set(fixed.reply_to.clone()),
                subject: Set(Some(fixed.subject.clone())),
                text: Set(Some(fixed.text.clone())),
                html: Set(Some(fixed.html.clone())),
                ics: Set(fixed.ics.clone()),
                ..Default::default()
            };
            let written = email::Entity::update_many()
                .set(row)
                .filter(still_ours(&claimed.email))
                .exec(txn)
                .await?
                .rows_affected;
            if written == 1 {
                let mut claimed = claimed.clone();
                let (email, fixed) = (&mut claimed.email, fixed.clone());
                email.message_id = message_id;
                email.sender = Some(fixed.sender);
                email.reply_to = fixed.reply_to;
                email.subject = Some(fixed.subject);
                email.text = Some(fixed.text);
                email.html = Some(fixed.html);
                email.ics = fixed.ics;
                kept.push(claimed);
            }
        }
        Ok(kept)
    })
    .await
}

/// Writes entries in one transaction: all of them, or none.
pub async fn write(db: &Db, entries: &[Entry], now: DateTime<Utc>) -> Result<Written> {
    db::transaction(db, async |txn| {
        let begun = last_bytes(txn, entries, now).await?;
        let mut written = Written::default();
        let mut findings: Vec<(Name, i64, Finding)> = Vec::new();
        for entry in entries {
            written.recorded.push(match entry {
                Entry::LastByte(claimed) if begun.contains(&claimed.email.id) => {
                    Recorded::As(Status::Sending)
                }
                Entry::LastByte(_) => Recorded::Stale,
                Entry::End(claimed, ended) => {
                    let (recorded, found) = end(txn, claimed, (**ended).clone(), now).await?;
                    if let Some((name, found)) = claimed.transport.zip(found) {
                        findings.push((name, claimed.email.id, found));
                    }
                    recorded
                }
            });
        }
        written.turned = note_all(txn, findings, now).await?;
        Ok(written)
    })
    .await
}

async fn last_bytes(
    txn: &impl ConnectionTrait,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Result<HashSet<i64>> {
    let begun = entries.iter().filter_map(|entry| match entry {
        Entry::LastByte(claimed) => Some(&**claimed),
        Entry::End(..) => None,
    });
    let begun: Vec<&Claimed> = begun.collect();
    if begun.is_empty() {
        return Ok(HashSet::new());
    }
    let ours = begun.iter().map(|claimed| still_ours(&claimed.email));
    let lease_until = now + TimeDelta::minutes(LEASE_MINUTES);
    let mut update = email::Entity::update_many()
        .col_expr(email::Column::LeaseUntil, Expr::value(lease_until))
        .filter(ours.fold(Condition::any(), Condition::add))
        .into_query();
    let ours = returned_ids(txn, &mut update).await?;
    let begun = begun.into_iter();
    let begun: Vec<_> = begun
        .filter(|claimed| ours.contains(&claimed.email.id))
        .collect();
    attempts::begin(txn, &begun).await?;
    Ok(ours)
}

/// Writes an end, and answers with what it tells of the mail server.
async fn end(
    txn: &impl ConnectionTrait,
    claimed: &Claimed,
    mut ended: Ended,
    now: DateTime<Utc>,
) -> Result<(Recorded, Option<Finding>)> {
    let email = &claimed.email;
    if let (Next::Retry(Setback::Server(_)), Some(name)) = (&ended.next, claimed.transport) {
        let row = transports::glance(txn, name).await?;
        if transports::is_its_own(row.as_ref(), email.server_failures) {
            ended.next = Next::Retry(Setback::Recipient);
        }
    }
    let earlier = Earlier::of(txn, email, &ended).await?;
    let after = follow(email, &ended, &earlier, now);
    let status = after.status;
    ended.outcome = outcome_after(&ended, &after);
    let written = email::Entity::update_many()
        .set(after.into_row(Some(now)))
        .filter(still_ours(email))
        .exec(txn)
        .await?
        .rows_affected;
    if written == 0 {
        return Ok((Recorded::Stale, None));
    }
    let found = finding(&ended, &earlier);
    attempts::end(txn, email, claimed.started_at, ended, now).await?;
    Ok((Recorded::As(status), found))
}

async fn note_all(
    txn: &impl ConnectionTrait,
    findings: Vec<(Name, i64, Finding)>,
    now: DateTime<Utc>,
) -> Result<Vec<Turned>> {
    let mut turned = Vec::new();
    for name in [Name::Primary, Name::Fallback] {
        let of_it = findings.iter().filter(|(of, ..)| *of == name);
        let of_it: Vec<_> = of_it.map(|(_, id, found)| (*id, found.clone())).collect();
        if of_it.is_empty() {
            continue;
        }
        if let Some(row) = transports::glance(txn, name).await? {
            turned.extend(transports::note(txn, &row, &of_it, now).await?);
        }
    }
    Ok(turned)
}
