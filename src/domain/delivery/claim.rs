//! Which messages are next, and whose they are.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Kind, Status},
    transport::Name,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult,
    Iterable, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Alias, CaseStatement, Expr, Query},
};

use super::{
    CLOCK_TOLERANCE, Claimed, Ended, LEASE_MINUTES, UNMAKEABLE, attempts, is_sending,
    outcome::{After, LONGEST_PAUSE, follow},
    per_address::{self, Allowances},
    still_ours, unreadable, waits,
};
use crate::{
    db::{self, Db},
    domain::{
        companies::{self, MAX_UNDO_SECONDS},
        emails::{self, lifecycle},
        interviews::{self, Details},
        mail_servers::{self, Quota, Route},
        notifications,
        rows::{self, Stored},
        suppressions,
    },
    error::{Error, Result},
};

/// What is of no more use in this time goes before everything that may wait longer.
const URGENT: TimeDelta = TimeDelta::hours(24);

const LATE: &str = "No mail server accepted it in time.";
const LATE_IN_DOUBT: &str =
    "A mail server may have accepted it. It expired before it could be sent again.";
const OUTDATED: &str = "The interview or the address changed before it was sent.";
pub(in crate::domain) const NO_NEWS: &str =
    "The candidate had not received the email it was about, so there is nothing to tell.";

/// Claims up to `limit` messages that are due, each for one of the mail servers that may be given something now, or for
/// the console where there is no server. Ends those that are of no more use, and takes back those whose worker died.
pub async fn claim(
    db: &Db,
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    let now = db.shared_now(now).await?;
    db::transaction(db, async |txn| {
        unreadable::set_timeless_aside(txn, now).await?;
        end_impossible_waits(txn, now).await?;
        expire(txn, now).await?;
        take_back(txn, now).await?;
        let mut quotas = mail_servers::quotas(txn, routes, limit, now).await?;
        let mut claimed: Vec<Claimed> = Vec::new();
        // More than one round, because a message that is superseded makes room for another.
        loop {
            let free = match routes {
                [] => limit - claimed.len() as u64,
                _ => quotas.iter().map(Quota::left).sum(),
            };
            let free = Ord::min(free, limit - claimed.len() as u64);
            if free == 0 {
                break;
            }
            // One more to choose from: the message that failed last lets others go first.
            let due = next(txn, free + 1, now).await?;
            let found = due.len();
            let due = or_set_aside(txn, due, now).await?;
            let news = still_news(txn, due, now).await?;
            let news = within_hourly_limit(txn, news, now).await?;
            // What was dropped may have kept others waiting.
            let is_last = found as u64 <= free && news.len() == found;
            let shared = share(news, &mut quotas, routes, free);
            claimed.extend(take(txn, shared, now).await?);
            if is_last {
                // Only now, because it looks at all that is due, which is little when nothing else is.
                unreadable::set_strangers_aside(txn, now).await?;
                break;
            }
        }
        mail_servers::settle(txn, quotas, now).await?;
        Ok(claimed)
    })
    .await
}

/// Gives messages back whose attempt never began, so that they are due again.
pub async fn release(db: &Db, claimed: &[Claimed]) -> Result<()> {
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
            .filter(email::Column::Status.eq(Status::Sending))
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
        .filter(email::Column::Kind.is_in(Kind::iter()))
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

/// Only to see whether that can be read: on SQLite any text may be earlier than now.
#[derive(FromQueryResult)]
struct Expiring {
    #[expect(dead_code, reason = "it is read, which is what matters")]
    expires_at: DateTime<Utc>,
}

async fn expire(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let over = email::Entity::find()
        .select_only()
        .columns([email::Column::Id, email::Column::ExpiresAt])
        .filter(waits())
        .filter(email::COLUMN.due_at.lte(now))
        .filter(email::COLUMN.expires_at.lte(now))
        .into_model::<Stored<Expiring>>()
        .all(txn)
        .await?;
    for row in over {
        if let Stored::Unreadable(row) = row {
            unreadable::set_aside_or_leave(txn, &row, now).await?;
        }
    }
    let in_doubt = Expr::exists(attempts::in_doubt());
    for (status, reason, which) in [
        (Status::Uncertain, LATE_IN_DOUBT, in_doubt.clone()),
        (Status::Expired, LATE, in_doubt.not()),
    ] {
        let which = Condition::all()
            .add(waits())
            .add(email::COLUMN.due_at.lte(now))
            .add(email::COLUMN.expires_at.lte(now))
            .add(which);
        lifecycle::end(txn, status, which, reason, now).await?;
    }
    suppressions::expire_held(txn, now).await
}

/// Whoever gave it an instant that is farther away than any pause had a wrong clock: it is due.
async fn end_impossible_waits(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let constant = |status: Status| Expr::Constant(status.to_value().into());
    let status = || Expr::col((email::Entity, email::Column::Status));
    let untried = emails::of_kinds(|kind| !kind.waits_for_its_hour())
        .add(status().eq(constant(Status::Queued)));
    // Only what waits for its address is due later than it was to leave.
    let was_put_off = Expr::col(email::Column::DueAt).gt(Expr::col(email::Column::FirstDueAt));
    let tried = Condition::all().add(status().eq(constant(Status::Retrying)));
    for (which, longest) in [
        (
            untried.clone().add(was_put_off.clone().not()),
            TimeDelta::seconds(MAX_UNDO_SECONDS.into()),
        ),
        (untried.add(was_put_off), per_address::WINDOW),
        (tried, LONGEST_PAUSE),
    ] {
        email::Entity::update_many()
            .col_expr(email::Column::DueAt, Expr::value(now))
            .col_expr(
                email::Column::FirstDueAt,
                CaseStatement::new()
                    .case(email::COLUMN.first_due_at.gt(now), Expr::value(now))
                    .finally(Expr::col(email::Column::FirstDueAt))
                    .into(),
            )
            .filter(which)
            .filter(email::COLUMN.due_at.gt(now + longest + CLOCK_TOLERANCE))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Holds for claims that are over: past, or farther away than any claim lasts, by a clock that was wrong.
fn has_run_out(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(email::COLUMN.lease_until.lte(now))
        .add(
            email::COLUMN
                .lease_until
                .gt(now + TimeDelta::minutes(LEASE_MINUTES) + CLOCK_TOLERANCE),
        )
}

/// A worker that dies before the last byte has sent nothing; one that dies after it leaves a doubt.
async fn take_back(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let lost = email::Entity::find()
        .filter(is_sending())
        .filter(email::Column::Kind.is_in(Kind::iter()))
        .filter(has_run_out(now));
    let lost = or_set_aside(txn, rows::all(lost, txn).await?, now).await?;
    for email in lost {
        let open = attempts::open(txn, &email, now).await?;
        let ended = Ended::by_a_dead_worker(open.as_ref());
        let earlier = attempts::Earlier::of(txn, &email, &ended).await?;
        let (status, row) = follow(&email, &ended, &earlier, now).into_row(Some(now));
        // It may be begun anew at this moment, with the last byte.
        let which = still_ours(&email).add(has_run_out(now));
        // Else its worker lives after all, or another was quicker: the attempts are theirs.
        if lifecycle::record(txn, which, status, row, Some(now)).await? {
            let started_at = open.map_or(now, |attempt| attempt.started_at);
            let row = attempts::ended(&email, started_at, ended, now);
            attempts::end(txn, vec![row]).await?;
        }
    }
    Ok(())
}

/// The next messages that are due: first those that are soon of no more use, the most urgent one first, so that an
/// interview that begins in a moment waits behind no backlog; then those that wait longest.
async fn next(
    txn: &impl ConnectionTrait,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Stored<email::Model>>> {
    let mut found = rows::all(urgent(now).limit(limit), txn).await?;
    let left = limit - Ord::min(found.len() as u64, limit);
    if left > 0 {
        found.extend(rows::all(patient(now).limit(left), txn).await?);
    }
    Ok(found)
}

fn urgent(now: DateTime<Utc>) -> Select<email::Entity> {
    due(now)
        .filter(email::COLUMN.expires_at.lte(now + URGENT))
        .order_by_asc(email::Column::ExpiresAt)
        .order_by_asc(email::Column::Id)
}

fn patient(now: DateTime<Utc>) -> Select<email::Entity> {
    due(now)
        .filter(email::COLUMN.expires_at.gt(now + URGENT))
        .order_by_asc(email::Column::DueAt)
        .order_by_asc(email::Column::Id)
}

/// Puts off what is more than its address may get in an hour.
async fn within_hourly_limit(
    txn: &impl ConnectionTrait,
    news: Vec<Candidate>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    let emails = news.iter().map(|candidate| &candidate.email);
    let mut allowances = Allowances::of(txn, emails, now).await?;
    let mut within = Vec::with_capacity(news.len());
    for candidate in news {
        let limit = candidate.hourly_limit;
        match allowances.take(&candidate.email, limit) {
            Ok(()) => within.push(candidate),
            Err(until) => per_address::put_off(txn, &candidate.email, limit, until).await?,
        }
    }
    Ok(within)
}

/// Due messages, each only when no older one to the same person about the
/// same interview is on its way: a later message never overtakes an earlier one.
fn due(now: DateTime<Utc>) -> Select<email::Entity> {
    let older = Alias::new("older");
    let col = |column: email::Column| Expr::col((older.clone(), column));
    let on_its_way = Condition::any()
        .add(
            col(email::Column::Status)
                .is_in([Status::Sending.to_value(), Status::Retrying.to_value()]),
        )
        .add(
            col(email::Column::Status)
                .eq(Status::Queued.to_value())
                .and(col(email::Column::DueAt).lte(now)),
        );
    let blocked = Query::select()
        .expr(Expr::value(1))
        .from_as(email::Entity, older.clone())
        .and_where(
            col(email::Column::InterviewId).equals((email::Entity, email::Column::InterviewId)),
        )
        .and_where(col(email::Column::Recipient).equals((email::Entity, email::Column::Recipient)))
        .and_where(col(email::Column::Id).lt(Expr::col((email::Entity, email::Column::Id))))
        .cond_where(on_its_way)
        .to_owned();
    email::Entity::find()
        .filter(waits())
        // What a newer Greenroom queued waits for it.
        .filter(email::Column::Kind.is_in(Kind::iter()))
        .filter(email::COLUMN.due_at.lte(now))
        .filter(Expr::exists(blocked).not())
}

/// A message that is still news.
struct Candidate {
    email: email::Model,
    /// Its interview, as it is now; none when it is about none.
    details: Option<Details>,
    /// How many its address may get in an hour.
    hourly_limit: i32,
    follows_others: bool,
}

/// Drops what no longer tells the present, and looks again at what is about to leave for the first time.
async fn still_news(
    txn: &impl ConnectionTrait,
    due: Vec<email::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    let mut interviews: HashMap<i64, HashSet<i64>> = HashMap::new();
    for email in &due {
        let of_company = interviews.entry(email.company_id).or_default();
        of_company.extend(email.interview_id);
    }
    let (mut details, mut told) = (HashMap::new(), HashSet::new());
    for (company_id, ids) in interviews {
        told.extend(notifications::some_notified(txn, company_id, &ids).await?);
        details.extend(interviews::readable_details(txn, company_id, ids).await?);
    }
    let mut news = Vec::with_capacity(due.len());
    for mut email in due {
        let Some(id) = email.interview_id else {
            news.extend(about_nothing(txn, email, now).await?);
            continue;
        };
        let Some(details) = details.get(&id) else {
            give_up(txn, &email, now).await?;
            continue;
        };
        let follows_others = told.contains(&id);
        if !emails::tells_the_present(&email, details) {
            supersede(txn, &email, OUTDATED, now).await?;
            continue;
        }
        match notifications::revalidate(txn, &mut email, follows_others).await {
            Ok(true) => news.push(Candidate {
                hourly_limit: details.company.hourly_email_limit,
                details: Some(details.clone()),
                email,
                follows_others,
            }),
            Ok(false) => supersede(txn, &email, NO_NEWS, now).await?,
            // What cannot be read of one message must not keep the others from leaving.
            Err(Error::Stored(why)) => {
                tracing::error!(email.id = email.id, why, "An email cannot be composed");
                give_up(txn, &email, now).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(news)
}

/// What is about no interview was written when it was queued: it cannot be outdated.
async fn about_nothing(
    txn: &impl ConnectionTrait,
    email: email::Model,
    now: DateTime<Utc>,
) -> Result<Option<Candidate>> {
    if email.kind.is_written_when_tried() {
        give_up(txn, &email, now).await?;
        return Ok(None);
    }
    Ok(Some(Candidate {
        hourly_limit: companies::find_in(txn, email.company_id)
            .await?
            .hourly_email_limit,
        details: None,
        follows_others: false,
        email,
    }))
}

/// A message and who gets it, as a probe or not; nobody where it is printed.
type Shared = (Candidate, Option<(Name, bool)>);

/// Gives each message to the first server that may have it. One that failed there last waits for others, if there are any.
fn share(news: Vec<Candidate>, quotas: &mut [Quota], routes: &[Route], free: u64) -> Vec<Shared> {
    let mut taken = Vec::new();
    let mut passed_over = Vec::new();
    for candidate in news {
        if taken.len() as u64 >= free {
            break;
        }
        if routes.is_empty() {
            taken.push((candidate, None));
            continue;
        }
        let id = candidate.email.id;
        let may = |quota: &&mut Quota| quota.left() > 0 && quota.avoids() != Some(id);
        match quotas.iter_mut().find(may) {
            Some(quota) => {
                quota.take();
                taken.push((candidate, Some((quota.name(), quota.is_probed()))));
            }
            None => passed_over.push(candidate),
        }
    }
    for candidate in passed_over {
        if taken.len() as u64 >= free {
            break;
        }
        if let Some(quota) = quotas.iter_mut().find(|quota| quota.left() > 0) {
            quota.take();
            taken.push((candidate, Some((quota.name(), quota.is_probed()))));
        }
    }
    taken
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

/// Ends a message that has not left because another one tells more, or there is nothing to tell.
pub(in crate::domain) async fn supersede(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    drop_waiting(txn, email, Status::Superseded, reason, now).await
}

/// Ends a message that cannot be made, unless a newer Greenroom may be able to.
async fn give_up(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    match unreadable::leave_to_newer(txn, email.id, now).await? {
        true => Ok(()),
        false => drop_waiting(txn, email, Status::Failed, UNMAKEABLE, now).await,
    }
}

async fn drop_waiting(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    status: Status,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let it = email::COLUMN.id.eq(email.id);
    lifecycle::end(txn, status, it, reason, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
