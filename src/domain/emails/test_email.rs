//! Test emails: to a user who wants to see what candidates' mails look like. In the same queue and log as all others,
//! written when they are asked for and sent as they are.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Audience, Kind, Status};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    crypto,
    db::{Db, Txn, constant::Constant},
    domain::{
        actions::Actor,
        commands,
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        rate_limits::Limit,
        rows,
    },
    error::Result,
};

/// So many each user may have sent.
pub const LIMIT: Limit = Limit {
    name: "proof",
    most: 10,
    window: TimeDelta::hours(1),
};

/// After this long nobody waits for it any more.
const OF_USE: TimeDelta = TimeDelta::hours(1);

/// A test email to send.
#[derive(Clone, Debug)]
pub struct NewTestEmail {
    /// The user who wants to see it.
    pub user_id: i64,
    /// The user's own address.
    pub recipient: String,
    /// The user's name.
    pub recipient_name: String,
    /// The language it is in, BCP 47.
    pub locale: String,
    /// From header.
    pub sender: String,
    /// Domain of the Message-ID.
    pub domain: String,
    /// Reply-To header: the user, and no candidate's recruiter.
    pub reply_to: String,
    /// Subject.
    pub subject: String,
    /// Plain part with the placeholder for the link.
    pub text: String,
    /// HTML part with the placeholder for the link.
    pub html: String,
    /// The logo that the HTML part shows.
    pub logo_id: Option<i64>,
    /// The form's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// What became of the request for a test email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// It waits for a worker, now or since an earlier call with the same key.
    Email(i64),
    /// The idempotency key came with another request.
    KeyConflict,
}

/// Queues a test email to the actor.
pub async fn queue_test(
    db: &Db,
    actor: &Actor,
    new: NewTestEmail,
    now: DateTime<Utc>,
) -> Result<Queued> {
    let (company_id, key) = (actor.company_id, new.idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        let row = row(actor, new.clone(), now);
        let id = email::Entity::insert(row).exec(txn).await?.last_insert_id;
        idempotency_keys::insert(txn, company_id, key, id, now).await?;
        Ok(Queued::Email(id))
    };
    let earlier = async |id| Ok(Queued::Email(id));
    let (Ok(queued) | Err(queued)) = commands::run_once(db, company_id, key, work, earlier).await?;
    Ok(queued)
}

impl From<KeyConflict> for Queued {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

fn row(actor: &Actor, new: NewTestEmail, now: DateTime<Utc>) -> email::ActiveModel {
    let name = format!("test-{}", crypto::random_id());
    email::ActiveModel {
        company_id: Set(actor.company_id),
        kind: Set(Kind::Test),
        audience: Set(Audience::User),
        user_id: Set(Some(new.user_id)),
        interview_id: Set(None),
        revision: Set(0),
        link_version: Set(0),
        recipient: Set(new.recipient),
        recipient_name: Set(new.recipient_name),
        locale: Set(new.locale),
        message_id: Set(format!("{name}@{}", new.domain)),
        idem_key: Set(name),
        date: Set(now),
        sender: Set(Some(new.sender)),
        reply_to: Set(Some(new.reply_to)),
        subject: Set(Some(new.subject)),
        text: Set(Some(new.text)),
        html: Set(Some(new.html)),
        logo_id: Set(new.logo_id),
        status: Set(Status::Queued),
        reason: Set(String::new()),
        due_at: Set(now),
        first_due_at: Set(now),
        expires_at: Set(now + OF_USE),
        fence: Set(0),
        attempts: Set(0),
        put_off: Set(0),
        server_failures: Set(0),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..Default::default()
    }
}

/// The newest that a user asked for.
pub async fn newest_test(db: &Db, company_id: i64, user_id: i64) -> Result<Option<email::Model>> {
    let newest = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.user_id.eq(user_id))
        .filter(email::Column::Kind.eq_const(Kind::Test))
        .order_by_desc(email::Column::Id);
    let newest = rows::one(newest, db.read()).await?;
    Ok(newest.and_then(|row| row.or_log("email")))
}
