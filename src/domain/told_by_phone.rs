//! Tellings: somebody told a candidate another way what a message tells.
use chrono::{DateTime, Utc};
use entity::email;
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        emails,
        events::{self, Event},
    },
    error::{Error, Result},
};

/// Notes that the candidate was told by the actor. Whoever noted it first stays the one.
pub async fn create(db: &Db, actor: &Actor, email_id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let interview_id = emails::interview_of(txn, actor.company_id, email_id).await?;
        let interview_id = interview_id.ok_or(Error::NotFound)?;
        let noted = email::Entity::update_many()
            .col_expr(email::Column::ToldAt, Expr::value(now))
            .col_expr(email::Column::ToldBy, Expr::value(actor.user_id))
            .filter(email::COLUMN.id.eq(email_id))
            .filter(email::COLUMN.told_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if noted == 1 {
            let event = Event::ToldByPhone {
                interview_id,
                email_id,
            };
            events::record(txn, actor, event, now).await?;
        }
        Ok(())
    })
    .await
}

/// Takes the note back: the candidate was not told after all.
pub async fn destroy(db: &Db, actor: &Actor, email_id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let interview_id = emails::interview_of(txn, actor.company_id, email_id).await?;
        let interview_id = interview_id.ok_or(Error::NotFound)?;
        let taken_back = email::Entity::update_many()
            .col_expr(email::Column::ToldAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(email::Column::ToldBy, Expr::value(None::<i64>))
            .filter(email::COLUMN.id.eq(email_id))
            .filter(email::COLUMN.told_at.is_not_null())
            .exec(txn)
            .await?
            .rows_affected;
        if taken_back == 1 {
            let event = Event::ToldByPhoneUndone {
                interview_id,
                email_id,
            };
            events::record(txn, actor, event, now).await?;
        }
        Ok(())
    })
    .await
}
