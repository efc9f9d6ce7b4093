//! Which messages are next, and whose they are.
mod due;
mod news;
mod overdue;
mod share;

use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect,
    sea_query::Expr,
};

pub(in crate::domain) use self::news::{nothing_to_tell, supersede};
use self::{
    news::Candidate,
    share::{Shared, share},
};
use super::{Claimed, LEASE_MINUTES, outcome::After, still_ours, unreadable, waits};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        bounces,
        emails::lifecycle,
        mail_servers::{self, Quota, Route},
        rows::Stored,
    },
    error::Result,
};

/// Claims up to `limit` messages that are due, each for one of the mail servers that may be given something now, or for
/// the console where there is no server. Ends those that are of no more use, and takes back those whose worker died.
pub async fn claim(
    db: &Db,
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    claim_in_turn(db, Turn::Thorough, routes, limit, now).await
}

/// The same without looking for what is over: a moment after somebody did.
pub async fn claim_more(
    db: &Db,
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    claim_in_turn(db, Turn::Quick, routes, limit, now).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Looks first for what is over, and last for what nobody knows.
    Thorough,
    /// Takes what is due.
    Quick,
}

async fn claim_in_turn(
    db: &Db,
    turn: Turn,
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    let now = db.shared_now(now).await?;
    db::transaction(db, async |txn| {
        if turn == Turn::Thorough {
            unreadable::set_timeless_aside(txn, now).await?;
            overdue::clear(txn, now).await?;
        }
        let mut quotas = mail_servers::quotas(txn, routes, limit, now).await?;
        let (claimed, is_all) = claim_rounds(txn, &mut quotas, routes, limit, now).await?;
        if turn == Turn::Thorough && is_all {
            // Only now, because it looks at all that is due, which is little when nothing else is.
            unreadable::set_strangers_aside(txn, now).await?;
        }
        mail_servers::settle(txn, quotas, now).await?;
        Ok(claimed)
    })
    .await
}

/// What is claimed, and whether nothing else is due. More than one round, because a message that is superseded makes room
/// for another.
async fn claim_rounds(
    txn: &impl ConnectionTrait,
    quotas: &mut [Quota],
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<(Vec<Claimed>, bool)> {
    let mut claimed: Vec<Claimed> = Vec::new();
    loop {
        let free = match routes {
            [] => limit - claimed.len() as u64,
            _ => quotas.iter().map(Quota::left).sum(),
        };
        let free = Ord::min(free, limit - claimed.len() as u64);
        if free == 0 {
            return Ok((claimed, false));
        }
        // One more to choose from: the message that failed last lets others go first.
        let due = due::next(txn, free + 1, now).await?;
        let found = due.len();
        let due = or_set_aside(txn, due, now).await?;
        let news = news::among(txn, due, now).await?;
        // What was dropped may have kept others waiting.
        let is_last = found as u64 <= free && news.len() == found;
        let shared = share(news, quotas, routes, free);
        claimed.extend(take(txn, shared, now).await?);
        if is_last {
            return Ok((claimed, true));
        }
    }
}

/// Gives messages back whose attempt never began, so that they are due again.
pub async fn release(db: &Db, claimed: &[Claimed], now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        for Claimed {
            email,
            transport,
            is_probe,
            ..
        } in claimed
        {
            if let Some(name) = transport.filter(|_| *is_probe) {
                mail_servers::take_back_probe(txn, name).await?;
            }
            let (status, row) = After::given_back(email).into_row(None);
            lifecycle::record(txn, still_ours(email), status, row, None).await?;
        }
        let given_back: Vec<i64> = claimed.iter().map(|claimed| claimed.email.id).collect();
        bounces::apply(txn, &given_back, now).await?;
        Ok(())
    })
    .await
}

/// Ends every claim. Only for a process that knows itself alone: whoever held one is dead, so nothing
/// is gained by waiting until it runs out.
pub async fn end_claims(db: &Db, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::LeaseUntil, Expr::value(now))
            .filter(email::Column::Status.eq_const(Status::Sending))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// When the next message is due or the next lease ends; none when nothing waits.
pub async fn next_due(db: &Db) -> Result<Option<DateTime<Utc>>> {
    let waiting: Option<Option<DateTime<Utc>>> = email::Entity::find()
        .select_only()
        .column_as(email::Column::DueAt.min(), "at")
        .filter(waits())
        .filter(email::Column::Kind.in_const(Kind::iter()))
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(waiting.flatten())
}

/// Those that can be read; the others are set aside, or left to a newer Greenroom.
async fn or_set_aside(
    txn: &impl ConnectionTrait,
    all: Vec<Stored<email::Model>>,
    now: DateTime<Utc>,
) -> Result<Vec<email::Model>> {
    let mut readable = Vec::with_capacity(all.len());
    for row in all {
        match row {
            Stored::Read(email) => readable.push(email),
            Stored::Unreadable(row) => unreadable::set_aside_or_leave(txn, &row, now).await?,
        }
    }
    Ok(readable)
}

/// Takes messages, but for those at which another worker was quicker.
async fn take(
    txn: &impl ConnectionTrait,
    chosen: Vec<Shared>,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let lease_until = now + TimeDelta::minutes(LEASE_MINUTES);
    let as_read = chosen
        .iter()
        .fold(Condition::any(), |any, (Candidate { email, .. }, _)| {
            any.add(
                Condition::all()
                    .add(email::COLUMN.id.eq(email.id))
                    .add(email::COLUMN.fence.eq(email.fence)),
            )
        });
    let ours = lifecycle::claim(txn, as_read, lease_until).await?;
    let chosen = chosen
        .into_iter()
        .filter(|(Candidate { email, .. }, _)| ours.contains(&(email.id, email.fence + 1)));
    let claimed = chosen.map(|(candidate, via)| {
        let mut email = candidate.email;
        email.fence += 1;
        email.status = Status::Sending;
        email.lease_until = Some(lease_until);
        Claimed {
            email,
            details: candidate.details,
            transport: via.map(|(name, _)| name),
            is_probe: via.is_some_and(|(_, is_probe)| is_probe),
            follows_others: candidate.follows_others,
            started_at: now,
        }
    });
    Ok(claimed.collect())
}

#[cfg(test)]
mod tests;
