//! Logos: pictures that never change, because a mail that shows one is the same at every attempt.
pub mod picture;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{company, email, logo};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, DerivePartialModel, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict, Query},
};

use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::Actor,
        companies,
        events::{self, Event},
        logos::picture::Picture,
        versions::Updated,
    },
    error::{Error, Result},
};

/// A mail that is being composed may show a logo that was taken away meanwhile.
const KEPT_HOURS: i64 = 24;

/// What mails need to know of a logo to show it.
#[derive(Clone, Debug, PartialEq, Eq, DerivePartialModel)]
#[sea_orm(entity = "logo::Entity")]
pub struct Shown {
    /// Key.
    pub id: i64,
    /// SHA-256 of its bytes.
    pub content_hash: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
}

/// The logo with its bytes.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<logo::Model> {
    logo::Entity::find_by_id(id)
        .filter(logo::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// The logo that a message shows, when it shows one. One that is gone is no reason to lose the message:
/// its place then shows the company's name.
pub async fn of_message(
    db: &Db,
    company_id: i64,
    logo_id: Option<i64>,
) -> Result<Option<logo::Model>> {
    let Some(id) = logo_id else {
        return Ok(None);
    };
    match find(db.read(), company_id, id).await {
        Err(Error::NotFound | Error::Stored(_)) => Ok(None),
        found => found.map(Some),
    }
}

/// The same without its bytes.
pub async fn shown(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<Option<Shown>> {
    Ok(logo::Entity::find_by_id(id)
        .filter(logo::COLUMN.company_id.eq(company_id))
        .into_partial_model::<Shown>()
        .one(db)
        .await
        .or_else(|error| match crate::db::is_unreadable(&error) {
            // Its place shows the company's name, as for one that is gone.
            true => Ok(None),
            false => Err(error),
        })?)
}

/// Makes a picture the logo of the actor's company, if it still has the logo that was `seen`. Mails that are
/// composed from now on show it.
pub async fn choose(
    db: &Db,
    actor: &Actor,
    seen: Option<i64>,
    picture: &Picture,
    now: DateTime<Utc>,
) -> Result<Updated<company::Model>> {
    let content_hash = crypto::sha256_hex_of(&picture.bytes);
    db::transaction(db, async |txn| {
        let company = companies::lock(txn, actor.company_id).await?;
        let same = of_content(txn, company.id, &content_hash).await?;
        if same.is_some() && same.map(|logo| logo.id) == company.logo_id {
            return Ok(Updated::Same);
        }
        if company.logo_id != seen {
            return Ok(Updated::Stale(Box::new(company)));
        }
        insert(txn, company.id, picture, &content_hash, now).await?;
        let chosen = of_content(txn, company.id, &content_hash).await?;
        let chosen = chosen.ok_or(Error::NotFound)?;
        replace(txn, actor, &company, Some(chosen), now).await?;
        Ok(Updated::Done)
    })
    .await
}

/// Takes the logo of the actor's company away, if it is still the one that was `seen`. Mails that were
/// composed with it keep it.
pub async fn remove(
    db: &Db,
    actor: &Actor,
    seen: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Updated<company::Model>> {
    db::transaction(db, async |txn| {
        let company = companies::lock(txn, actor.company_id).await?;
        if company.logo_id.is_none() {
            return Ok(Updated::Same);
        }
        if company.logo_id != seen {
            return Ok(Updated::Stale(Box::new(company)));
        }
        replace(txn, actor, &company, None, now).await?;
        Ok(Updated::Done)
    })
    .await
}

/// The same picture again is the same row: mails that show it may be on their way.
async fn insert(
    txn: &impl ConnectionTrait,
    company_id: i64,
    picture: &Picture,
    content_hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = logo::ActiveModel {
        company_id: Set(company_id),
        content_hash: Set(content_hash.to_owned()),
        format: Set(picture.format),
        width: Set(picture.width),
        height: Set(picture.height),
        bytes: Set(picture.bytes.clone()),
        created_at: Set(now),
        left_at: Set(None),
        ..Default::default()
    };
    let is_back = Expr::value(Option::<DateTime<Utc>>::None);
    logo::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([logo::Column::CompanyId, logo::Column::ContentHash])
                .value(logo::Column::LeftAt, is_back)
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

async fn of_content(
    txn: &impl ConnectionTrait,
    company_id: i64,
    content_hash: &str,
) -> Result<Option<Shown>> {
    Ok(logo::Entity::find()
        .filter(logo::COLUMN.company_id.eq(company_id))
        .filter(logo::COLUMN.content_hash.eq(content_hash))
        .into_partial_model::<Shown>()
        .one(txn)
        .await?)
}

/// The company is locked.
async fn replace(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    company: &company::Model,
    chosen: Option<Shown>,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = chosen.as_ref().map(|logo| logo.id);
    if let Some(left) = company.logo_id {
        logo::Entity::update_many()
            .col_expr(logo::Column::LeftAt, Expr::value(now))
            .filter(logo::COLUMN.company_id.eq(actor.company_id))
            .filter(logo::COLUMN.id.eq(left))
            .exec(txn)
            .await?;
    }
    let after = company::ActiveModel {
        id: Unchanged(company.id),
        logo_id: Set(id),
        ..Default::default()
    };
    company::Entity::update(after).exec(txn).await?;
    let event = match chosen {
        Some(logo) => Event::LogoChosen {
            company_id: actor.company_id,
            before: company.logo_id,
            after: logo.id,
            content_hash: logo.content_hash,
        },
        None => Event::LogoRemoved {
            company_id: actor.company_id,
            before: company.logo_id,
            after: (),
            content_hash: (),
        },
    };
    events::record(txn, actor, event, now).await
}

/// Removes logos that no company and no message shows any more.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let id = || Expr::col((logo::Entity, logo::Column::Id));
    let emails = Query::select()
        .expr(Expr::value(1))
        .from(email::Entity)
        .and_where(Expr::col((email::Entity, email::Column::LogoId)).eq(id()))
        .to_owned();
    logo::Entity::delete_many()
        .filter(logo::COLUMN.left_at.lt(now - TimeDelta::hours(KEPT_HOURS)))
        .filter(Expr::exists(emails).not())
        .exec(txn)
        .await?;
    Ok(())
}
