//! What is written of messages on their way: for many of them in one transaction.
use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    attempt::{self, Stage},
    email::{self, Status},
    transport::{self, Name},
};
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, ExprTrait, IntoIden, Query, TableRef, UpdateStatement, ValueTuple},
};

use super::{
    Claimed, Ended, Fixed, LEASE_MINUTES, Next, Recorded, Setback,
    attempts::{self, Earlier},
    claim_of,
    outcome::{finding, follow, outcome_after},
    still_ours,
};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        bounces,
        emails::lifecycle::{self, Claim, returned_claims},
        interviews::short_link,
        mail_servers::{self, BreakerChange, Finding, Noted},
        suppressions::{self, Cause},
    },
    error::Result,
};

/// Something to write of a claimed message.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Its last byte is about to be sent: if nothing is heard after this, it may have been taken. The claim begins
    /// anew, to outlast the wait for the reply. When this is stale, the last byte must not be sent.
    BeforeFinalDot(Arc<Claimed>),
    /// Its attempt is over.
    End(Arc<Claimed>, Box<Ended>),
}

impl Entry {
    fn tells_of_a_server(&self) -> bool {
        matches!(self, Self::End(claimed, _) if claimed.transport.is_some())
    }
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Of each entry, in their order.
    pub recorded: Vec<Recorded>,
    /// The circuit breakers that opened or closed.
    pub breaker_changes: Vec<BreakerChange>,
}

/// Keeps messages as composed, while their claims hold; answers with those that are kept.
pub async fn fix(db: &Db, composed: &[(Claimed, Fixed)]) -> Result<Vec<Claimed>> {
    let mut fixing = fixing(composed);
    let links = composed
        .iter()
        .filter_map(|(_, fixed)| fixed.short_link.clone());
    let links: Vec<_> = links.collect();
    let ours = db::transaction(db, async |txn| {
        short_link::keep(txn, links).await?;
        returned_claims(txn, &mut fixing).await
    })
    .await?;
    let ours = composed
        .iter()
        .filter(|(claimed, _)| ours.contains(&claim_of(&claimed.email)));
    let kept = ours.map(|(claimed, fixed)| {
        let mut claimed = claimed.clone();
        fixed.clone().put_into(&mut claimed.email);
        claimed
    });
    Ok(kept.collect())
}

/// All of them in one statement, because every statement holds the write lock longer.
fn fixing(composed: &[(Claimed, Fixed)]) -> UpdateStatement {
    let rows = composed.iter().map(|(claimed, fixed)| {
        let email = &claimed.email;
        ValueTuple::Many(vec![
            email.id.into(),
            email.fence.into(),
            fixed.message_id(email).into(),
            fixed.date.into(),
            fixed.sender.clone().into(),
            fixed.reply_to.clone().into(),
            fixed.subject.clone().into(),
            fixed.text.clone().into(),
            fixed.html.clone().into(),
            fixed.ics.clone().into(),
            fixed.logo_id.into(),
        ])
    });
    let row = "composed";
    // So both databases name the columns of rows that stand in a statement.
    let value = |number: usize| Expr::col((row, format!("column{number}")));
    let own = |column: email::Column| Expr::col((email::Entity, column));
    let mut update = Query::update();
    update
        .table(email::Entity)
        .from(TableRef::ValuesList(rows.collect(), row.into_iden()))
        .and_where(own(email::Column::Id).eq(value(1)))
        .and_where(own(email::Column::Fence).eq(value(2)))
        .and_where(email::Column::Status.eq_const(Status::Sending));
    let written = [
        email::Column::MessageId,
        email::Column::Date,
        email::Column::Sender,
        email::Column::ReplyTo,
        email::Column::Subject,
        email::Column::Text,
        email::Column::Html,
        email::Column::Ics,
        email::Column::LogoId,
    ];
    for (column, number) in written.into_iter().zip(3..) {
        update.value(column, value(number));
    }
    update
}

/// Writes entries in one transaction: all of them, or none.
pub async fn write(db: &Db, entries: &[Entry], now: DateTime<Utc>) -> Result<Written> {
    let now = db.shared_now(now).await?;
    // Read before the transaction, which keeps all others who write waiting. A row is read again under a lock before it is
    // changed; a recovery that an older row hides is noted with the next message.
    let servers = match entries.iter().any(Entry::tells_of_a_server) {
        true => mail_servers::all(db).await?,
        false => Vec::new(),
    };
    db::transaction(db, async |txn| {
        let begun = last_bytes(txn, entries, now).await?;
        let taken = all_accepted(txn, entries, now).await?;
        let mut recorded = Vec::with_capacity(entries.len());
        let mut over = Over::default();
        for entry in entries {
            recorded.push(match entry {
                Entry::BeforeFinalDot(claimed) => as_if_ours(&begun, claimed, Status::Sending),
                Entry::End(claimed, ended) => {
                    let ended = Ended::clone(ended);
                    over.write(txn, &taken, claimed, ended, now).await?
                }
            });
        }
        attempts::end(txn, over.attempts).await?;
        bounces::apply(txn, &over.email_ids, now).await?;
        Ok(Written {
            recorded,
            breaker_changes: note_all(txn, &servers, over.findings, now).await?,
        })
    })
    .await
}

/// Of the attempts of one transaction that are over, what is written when all are known.
#[derive(Default)]
struct Over {
    email_ids: Vec<i64>,
    attempts: Vec<attempt::ActiveModel>,
    findings: Vec<(Name, Noted)>,
}

impl Over {
    /// Writes where the message of an attempt stands, unless it is among those that were `taken` and are written already.
    async fn write(
        &mut self,
        txn: &impl ConnectionTrait,
        taken: &HashSet<Claim>,
        claimed: &Claimed,
        mut ended: Ended,
        now: DateTime<Utc>,
    ) -> Result<Recorded> {
        let (recorded, finding) = match ended.next {
            Next::Accepted => (
                as_if_ours(taken, claimed, Status::Accepted),
                Some(Finding::Took),
            ),
            _ => end(txn, claimed, &mut ended, now).await?,
        };
        if recorded == Recorded::Stale {
            return Ok(recorded);
        }
        self.email_ids.push(claimed.email.id);
        if let Some(name) = claimed.transport
            && claimed.is_probe
            && ended.next == Next::Release
        {
            mail_servers::take_back_probe(txn, name).await?;
        }
        if let Some((name, finding)) = claimed.transport.zip(finding) {
            let noted = Noted {
                email_id: claimed.email.id,
                is_probe: claimed.is_probe,
                finding,
            };
            self.findings.push((name, noted));
        }
        let row = attempts::ended(&claimed.email, claimed.started_at, ended, now);
        self.attempts.push(row);
        Ok(recorded)
    }
}

fn as_if_ours(ours: &HashSet<Claim>, claimed: &Claimed, status: Status) -> Recorded {
    match ours.contains(&claim_of(&claimed.email)) {
        true => Recorded::As(status),
        false => Recorded::Stale,
    }
}

/// Most messages are taken at once: these are written together.
async fn all_accepted(
    txn: &impl ConnectionTrait,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Result<HashSet<Claim>> {
    let mut reason = "";
    let mut ours = Condition::any();
    for entry in entries {
        if let Entry::End(claimed, ended) = entry
            && ended.next == Next::Accepted
        {
            ours = ours.add(still_ours(&claimed.email));
            reason = ended.hint.as_deref().unwrap_or_default();
        }
    }
    if ours.is_empty() {
        return Ok(HashSet::new());
    }
    lifecycle::accept(txn, ours, reason, now).await
}

async fn last_bytes(
    txn: &impl ConnectionTrait,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Result<HashSet<Claim>> {
    let begun = entries.iter().filter_map(|entry| match entry {
        Entry::BeforeFinalDot(claimed) => Some(&**claimed),
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
    let ours = returned_claims(txn, &mut update).await?;
    let begun = begun.into_iter();
    let begun: Vec<_> = begun
        .filter(|claimed| ours.contains(&claim_of(&claimed.email)))
        .collect();
    attempts::begin(txn, &begun).await?;
    Ok(ours)
}

/// Writes where a message stands that was not taken, and answers with what that tells of the mail server.
async fn end(
    txn: &impl ConnectionTrait,
    claimed: &Claimed,
    ended: &mut Ended,
    now: DateTime<Utc>,
) -> Result<(Recorded, Option<Finding>)> {
    let email = &claimed.email;
    // Who sends logs in for all messages alike: that it fails is no message's fault.
    if let (Next::Retry(Setback::Server(_)), Some(name)) = (&ended.next, claimed.transport)
        && ended.stage != Stage::Auth
    {
        let row = mail_servers::glance(txn, name).await?;
        if mail_servers::is_its_own(row.as_ref(), email.server_failures) {
            ended.next = Next::Retry(Setback::Recipient);
        }
    }
    let earlier = Earlier::of(txn, email, ended).await?;
    let after = follow(email, ended, &earlier, now);
    let reason = after.reason.clone();
    ended.outcome = outcome_after(ended, &after);
    let (status, row) = after.into_row(Some(now));
    if !lifecycle::record(txn, still_ours(email), status, row, Some(now)).await? {
        return Ok((Recorded::Stale, None));
    }
    if status == Status::Failed && ended.next == Next::FailAsDead {
        suppressions::add(txn, email, Cause::Dead(&reason), now).await?;
    }
    Ok((Recorded::As(status), finding(ended, &earlier)))
}

async fn note_all(
    txn: &impl ConnectionTrait,
    servers: &[transport::Model],
    findings: Vec<(Name, Noted)>,
    now: DateTime<Utc>,
) -> Result<Vec<BreakerChange>> {
    let mut breaker_changes = Vec::new();
    for name in [Name::Primary, Name::Fallback] {
        let of_it = findings.iter().filter(|(of, ..)| *of == name);
        let of_it: Vec<Noted> = of_it.map(|(_, noted)| noted.clone()).collect();
        if of_it.is_empty() {
            continue;
        }
        if let Some(row) = servers.iter().find(|row| row.name == name) {
            breaker_changes.extend(mail_servers::note(txn, row, &of_it, now).await?);
        }
    }
    Ok(breaker_changes)
}
