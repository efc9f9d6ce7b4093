//! Addresses that take no mail: what is to go there is held back until somebody decides, or the address is corrected.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Status},
    suppression,
};
use sea_orm::{
    ActiveValue::Set,
    Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        delivery,
        emails::{self, lifecycle},
        events::{self, Event},
        notifications, rows,
    },
    error::{Error, Result},
};

/// After this long it is worth another try.
const DAYS: i64 = 30;

/// What a message showed of its address.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'a> {
    /// It takes no mail, in these words.
    Dead(&'a str),
    /// Whoever reads there calls our mail spam.
    Complaint,
}

impl Cause<'_> {
    /// In words for a recruiter.
    fn reason(self) -> String {
        match self {
            Self::Dead(why) => format!("An earlier email to this address bounced. {why}"),
            Self::Complaint => MARKED_AS_SPAM.into(),
        }
    }
}

const MARKED_AS_SPAM: &str = "The recipient marked an earlier email to this address as spam. Contact them another way. If they want your emails after all, ask them to mark the earlier one as not spam, then release this email.";

/// Sends nothing more to the address of a message for a while, because of what it showed: what waits
/// for it is held back. In the transaction that records what came of the message.
pub async fn add(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    cause: Cause<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = cause.reason();
    let row = suppression::ActiveModel {
        company_id: Set(email.company_id),
        address: Set(email.recipient.clone()),
        reason: Set(reason.clone()),
        email_id: Set(email.id),
        created_at: Set(now),
        expires_at: Set(now + TimeDelta::days(DAYS)),
        ..Default::default()
    };
    use suppression::Column::{Address, CompanyId, CreatedAt, EmailId, ExpiresAt, Reason};
    let newest = OnConflict::columns([CompanyId, Address])
        .update_columns([Reason, EmailId, CreatedAt, ExpiresAt])
        .to_owned();
    suppression::Entity::insert(row)
        .on_conflict(newest)
        .exec_without_returning(txn)
        .await?;
    let waiting = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(email.company_id))
        .filter(email::COLUMN.recipient.eq(&email.recipient))
        .filter(email::Column::Status.in_const([Status::Queued, Status::Retrying]));
    // What cannot be read is set aside when it is due.
    for mut email in rows::readable(waiting, txn, "email").await? {
        // What came back may leave nothing to tell: whoever was not invited need not be told off.
        match notifications::revalidate(txn, &mut email, true).await {
            Ok(true) | Err(Error::Stored(_)) => lifecycle::hold(txn, email.id, &reason).await?,
            Ok(false) => {
                let reason = delivery::nothing_to_tell(email.kind);
                delivery::supersede(txn, &email, reason, now).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What became of the request to send a message that was held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// It waits for its turn, and so does everything else that was held for its address.
    Queued,
    /// It is not held, or no longer.
    NotHeld,
    /// It is of no more use.
    TooLate,
}

/// Lets a message go that was held back, on a person's word that its address is right: the
/// suppression is lifted, and what else was held for the address goes as well.
pub async fn release(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<Released> {
    db::transaction(db, async |txn| {
        let email = emails::find(txn, actor.company_id, id).await?;
        if email.status != Status::Held {
            return Ok(Released::NotHeld);
        }
        if email.expires_at <= now {
            return Ok(Released::TooLate);
        }
        let held_for_it = Condition::all()
            .add(email::COLUMN.company_id.eq(actor.company_id))
            .add(email::COLUMN.recipient.eq(&email.recipient));
        let queued = lifecycle::release(txn, held_for_it).await?;
        if queued == 0 {
            return Ok(Released::NotHeld);
        }
        suppression::Entity::delete_many()
            .filter(suppression::COLUMN.company_id.eq(actor.company_id))
            .filter(suppression::COLUMN.address.eq(&email.recipient))
            .exec(txn)
            .await?;
        let event = Event::EmailReleased {
            email_id: email.id,
            queued,
        };
        events::record(txn, actor, event, now).await?;
        Ok(Released::Queued)
    })
    .await
}

/// Ends the held messages that are of no more use.
pub(super) async fn expire_held(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let which = Condition::all()
        .add(lifecycle::stands_in(&[Status::Held]))
        .add(email::COLUMN.expires_at.lte(now));
    let reason = "It was held back and not released in time.";
    lifecycle::end(txn, Status::Expired, which, reason, now).await?;
    Ok(())
}

/// Forgets what has no more effect. Nothing has for longer than it should because a clock was wrong.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let latest = now + TimeDelta::days(DAYS);
    suppression::Entity::update_many()
        .col_expr(suppression::Column::ExpiresAt, Expr::value(latest))
        .filter(suppression::COLUMN.expires_at.gt(latest))
        .exec(txn)
        .await?;
    suppression::Entity::delete_many()
        .filter(suppression::COLUMN.expires_at.lte(now))
        .exec(txn)
        .await?;
    Ok(())
}
