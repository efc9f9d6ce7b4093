//! What the providers that send our mail tell of it, each thing taken in once.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{bounce::Action, email, provider_event, provider_hook};
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use super::bounces::{self, PendingChange, Taken};
use crate::{
    crypto,
    db::{self, Db},
    error::Result,
};

/// Much longer than any provider goes on telling the same thing, which is a day and a little more.
const KEPT: TimeDelta = TimeDelta::days(30);
/// When something came last is known this well: it is not written for every post.
const OFTEN: TimeDelta = TimeDelta::minutes(1);

/// What a provider told of one message.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// The provider's word.
    pub provider: &'static str,
    /// As people call it.
    pub name: &'static str,
    /// The same when it is told twice.
    pub id: String,
    /// The message whose signed reference it repeats.
    pub email_id: Option<i64>,
    /// The Message-ID that it names.
    pub message_id: Option<String>,
    /// Whom it is about, canonical; none where that is no address.
    pub recipient: Option<String>,
    /// What happened.
    pub action: Action,
    /// RFC 3463 code.
    pub code: Option<String>,
    /// The other side's words.
    pub diagnostic: String,
    /// What it means, in plain words.
    pub hint: String,
    /// Does the address take no mail at all?
    pub is_dead: bool,
}

/// A signature that does not cover what it came with.
#[derive(Clone, Debug)]
pub struct Token {
    /// What was signed.
    pub text: String,
    /// A digest of what it came with.
    pub content: String,
    /// Afterwards it is too old to be taken anyway.
    pub until: DateTime<Utc>,
}

/// Takes note of what a provider told. That it is the provider who did must be known already.
pub async fn take(db: &Db, told: &Occurrence, now: DateTime<Utc>) -> Result<Taken> {
    let Some(email) = subject(db, told).await? else {
        return Ok(Taken::Unknown);
    };
    if told.recipient.as_deref() != Some(email.recipient.as_str()) {
        return Ok(Taken::OtherRecipient(email.id));
    }
    let digest = crypto::sha256_hex(&format!("event {}", told.id));
    // Most of a batch that comes again is known: it writes nothing.
    if is_known(db, told.provider, &digest).await? {
        return Ok(Taken::Known(email.id));
    }
    db::transaction(db, async |txn| {
        let email = bounces::lock(txn, email.id).await?;
        if !insert(txn, told.provider, digest, None, now + KEPT).await? {
            return Ok(Taken::Known(email.id));
        }
        let change = PendingChange {
            action: told.action,
            code: told.code.as_deref(),
            diagnostic: &told.diagnostic,
            hint: &told.hint,
            is_dead: told.is_dead,
            key: None,
        };
        bounces::note(txn, &email, &change, told.name, now).await
    })
    .await
}

/// Notes that a token was used; false when it was before, for something else.
pub async fn use_token(
    db: &Db,
    provider: &'static str,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<bool> {
    let digest = crypto::sha256_hex(&format!("token {}", token.text));
    let until = Ord::min(token.until, now + KEPT);
    db::transaction(db, async |txn| {
        let content = Some(crypto::sha256_hex(&token.content));
        if insert(txn, provider, digest.clone(), content.clone(), until).await? {
            return Ok(true);
        }
        let first = provider_event::Entity::find()
            .filter(provider_event::COLUMN.provider.eq(provider))
            .filter(provider_event::COLUMN.digest.eq(digest))
            .one(txn)
            .await?;
        Ok(first.is_some_and(|first| first.content == content))
    })
    .await
}

/// Notes that a provider told something, whatever it was about.
pub async fn heard(db: &Db, provider: &'static str, now: DateTime<Utc>) -> Result<()> {
    let last = provider_hook::Entity::find_by_id(provider)
        .one(db.read())
        .await?;
    // A later one was written by a clock that was wrong.
    let is_fresh = |at: DateTime<Utc>| at <= now && now - at < OFTEN;
    if last.is_some_and(|last| is_fresh(last.last_event_at)) {
        return Ok(());
    }
    db::transaction(db, async |txn| {
        let row = provider_hook::ActiveModel {
            provider: Set(provider.to_owned()),
            last_event_at: Set(now),
        };
        provider_hook::Entity::insert(row)
            .on_conflict(
                OnConflict::column(provider_hook::Column::Provider)
                    .update_column(provider_hook::Column::LastEventAt)
                    .to_owned(),
            )
            .exec_without_returning(txn)
            .await?;
        Ok(())
    })
    .await
}

/// When each provider told something last.
pub async fn last_heard(db: &Db) -> Result<Vec<provider_hook::Model>> {
    Ok(provider_hook::Entity::find().all(db.read()).await?)
}

/// Forgets what nobody tells any more. Nothing is kept for longer than it should because a clock was wrong.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let latest = now + KEPT;
    provider_event::Entity::update_many()
        .col_expr(provider_event::Column::ExpiresAt, Expr::value(latest))
        .filter(provider_event::COLUMN.expires_at.gt(latest))
        .exec(txn)
        .await?;
    provider_event::Entity::delete_many()
        .filter(provider_event::COLUMN.expires_at.lte(now))
        .exec(txn)
        .await?;
    Ok(())
}

/// The message that it is about. Looked up without a company: a signed reference, or a Message-ID that only its receivers
/// and the provider have seen, says which one it is, and the message whose it is.
async fn subject(db: &Db, told: &Occurrence) -> Result<Option<email::Model>> {
    let named = match (told.email_id, &told.message_id) {
        (Some(id), _) => email::Entity::find_by_id(id),
        (None, Some(message_id)) => {
            email::Entity::find().filter(email::COLUMN.message_id.eq(message_id))
        }
        (None, None) => return Ok(None),
    };
    Ok(named.one(db.read()).await?)
}

/// Was it told before?
async fn is_known(db: &Db, provider: &str, digest: &str) -> Result<bool> {
    let known = provider_event::Entity::find()
        .filter(provider_event::COLUMN.provider.eq(provider))
        .filter(provider_event::COLUMN.digest.eq(digest))
        .one(db.read())
        .await?;
    Ok(known.is_some())
}

/// Inserts what must not be there twice; false when it is.
async fn insert(
    txn: &impl ConnectionTrait,
    provider: &'static str,
    digest: String,
    content: Option<String>,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let row = provider_event::ActiveModel {
        provider: Set(provider.to_owned()),
        digest: Set(digest),
        content: Set(content),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    use provider_event::Column::{Digest, Provider};
    let inserted = provider_event::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Provider, Digest])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(inserted == 1)
}
