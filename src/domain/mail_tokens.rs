//! Tokens for mailboxes: one process renews them for all. What they are, and who issues them, is not known here.
//!
//! A renewal is a lease: it is taken (one transaction), the issuer is asked (none), and what it issued is stored (one
//! transaction), the new refresh token in the same statement that forgets the old one. What a slow one brought takes the
//! place of the refresh token that it was brought by, or of nothing.
use chrono::{DateTime, TimeDelta, Utc};
use entity::mail_token;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use crate::{
    db::{self, Db},
    error::Result,
};

/// Whoever asks for longer has died; longer than an issuer may take to answer and a busy database to store the answer.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// What nobody has used for so long belongs to settings that nobody has any more. Whoever goes back to them signs in again.
const UNUSED: TimeDelta = TimeDelta::days(30);

/// What an issuer gave, sealed.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Opens the mailbox for a while.
    pub access_token: String,
    /// In place of the earlier one, if there is a new one.
    pub refresh_token: Option<String>,
    /// The end of the access token.
    pub expires_at: DateTime<Utc>,
    /// From when on it is to be renewed.
    pub renew_at: DateTime<Utc>,
}

/// The tokens for these settings, if there are any.
pub async fn find(db: &Db, fingerprint: &str) -> Result<Option<mail_token::Model>> {
    let row = mail_token::Entity::find_by_id(fingerprint);
    Ok(row.one(db.read()).await?)
}

/// Takes a renewal upon oneself, if nobody has since `fence` was read: answers with one's own fence.
pub async fn begin_renewal(
    db: &Db,
    fingerprint: &str,
    fence: i64,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    db::transaction(db, async |txn| {
        insert_empty(txn, fingerprint).await?;
        let is_free = Condition::any()
            .add(mail_token::COLUMN.lease_until.is_null())
            .add(mail_token::COLUMN.lease_until.lte(now))
            // By a clock that was wrong.
            .add(mail_token::COLUMN.lease_until.gt(now + LEASE * 4));
        let taken = mail_token::Entity::update_many()
            .col_expr(mail_token::Column::Fence, Expr::value(fence + 1))
            .col_expr(mail_token::Column::LeaseUntil, Expr::value(now + LEASE))
            .filter(holds(fingerprint, fence))
            .filter(is_free)
            .exec(txn)
            .await?;
        Ok((taken.rows_affected == 1).then_some(fence + 1))
    })
    .await
}

/// Stores what a renewal brought; false when somebody else has renewed meanwhile.
pub async fn store(
    db: &Db,
    fingerprint: &str,
    fence: i64,
    issued: &Issued,
    now: DateTime<Utc>,
) -> Result<bool> {
    db::transaction(db, async |txn| {
        let stored = mail_token::Entity::update_many()
            .set(written(issued, now))
            // Whoever read the row a moment ago would renew once more.
            .col_expr(mail_token::Column::Fence, Expr::value(fence + 1))
            .filter(holds(fingerprint, fence))
            .exec(txn)
            .await?;
        Ok(stored.rows_affected == 1)
    })
    .await
}

/// The same for a renewal that was overtaken: in place of the refresh token that it was brought by, if that is still there.
pub async fn replace(
    db: &Db,
    fingerprint: &str,
    before: Option<&str>,
    issued: &Issued,
    now: DateTime<Utc>,
) -> Result<bool> {
    db::transaction(db, async |txn| {
        let refresh_token = mail_token::COLUMN.refresh_token;
        let is_same = match before {
            Some(before) => refresh_token.eq(before),
            None => refresh_token.is_null(),
        };
        let replaced = mail_token::Entity::update_many()
            .set(written(issued, now))
            .col_expr(
                mail_token::Column::Fence,
                Expr::col(mail_token::Column::Fence).add(1),
            )
            .filter(mail_token::COLUMN.fingerprint.eq(fingerprint))
            .filter(is_same)
            .exec(txn)
            .await?;
        Ok(replaced.rows_affected == 1)
    })
    .await
}

/// Ends a renewal that brought nothing. Where the token of before still works, the next may begin at `renew_at`.
pub async fn give_up(
    db: &Db,
    fingerprint: &str,
    fence: i64,
    renew_at: Option<DateTime<Utc>>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        let row = mail_token::ActiveModel {
            lease_until: Set(None),
            renew_at: renew_at.map_or(NotSet, |at| Set(Some(at))),
            ..Default::default()
        };
        mail_token::Entity::update_many()
            .set(row)
            .filter(holds(fingerprint, fence))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Stores what a person's sign-in brought, in place of all that was there.
pub async fn sign_in(
    db: &Db,
    fingerprint: &str,
    issued: &Issued,
    now: DateTime<Utc>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        insert_empty(txn, fingerprint).await?;
        let row = mail_token::ActiveModel {
            signed_in_at: Set(Some(now)),
            ..written(issued, now)
        };
        mail_token::Entity::update_many()
            .set(row)
            // A renewal that is under way would bring back what was there before.
            .col_expr(
                mail_token::Column::Fence,
                Expr::col(mail_token::Column::Fence).add(1),
            )
            .filter(mail_token::COLUMN.fingerprint.eq(fingerprint))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Removes what was issued for other settings than these, once nobody has used it for a long time: another process may
/// still run with them.
pub async fn forget_others(db: &Db, kept: &[String], now: DateTime<Utc>) -> Result<()> {
    let is_unused = Condition::any()
        .add(mail_token::COLUMN.renewed_at.is_null())
        .add(mail_token::COLUMN.renewed_at.lt(now - UNUSED));
    let is_free = Condition::any()
        .add(mail_token::COLUMN.lease_until.is_null())
        .add(mail_token::COLUMN.lease_until.lt(now - UNUSED));
    db::transaction(db, async |txn| {
        mail_token::Entity::delete_many()
            .filter(mail_token::COLUMN.fingerprint.is_not_in(kept))
            .filter(is_unused)
            .filter(is_free)
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

async fn insert_empty(txn: &impl ConnectionTrait, fingerprint: &str) -> Result<()> {
    let row = mail_token::ActiveModel {
        fingerprint: Set(fingerprint.to_owned()),
        fence: Set(0),
        ..Default::default()
    };
    let nothing = OnConflict::column(mail_token::Column::Fingerprint)
        .do_nothing()
        .to_owned();
    mail_token::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

fn holds(fingerprint: &str, fence: i64) -> Condition {
    Condition::all()
        .add(mail_token::COLUMN.fingerprint.eq(fingerprint))
        .add(mail_token::COLUMN.fence.eq(fence))
}

fn written(issued: &Issued, now: DateTime<Utc>) -> mail_token::ActiveModel {
    mail_token::ActiveModel {
        access_token: Set(Some(issued.access_token.clone())),
        refresh_token: match &issued.refresh_token {
            Some(token) => Set(Some(token.clone())),
            None => NotSet,
        },
        expires_at: Set(Some(issued.expires_at)),
        renew_at: Set(Some(issued.renew_at)),
        renewed_at: Set(Some(now)),
        lease_until: Set(None),
        ..Default::default()
    }
}
