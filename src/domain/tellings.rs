//! Tellings: somebody told a candidate another way what a message tells.
use chrono::{DateTime, Utc};
use entity::email;
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::{
    db::{self, Db},
    domain::{
        actions::{self, Act, Actor},
        emails,
    },
    error::Result,
};

/// Notes that the candidate was told by the actor. Whoever noted it first stays the one.
pub async fn create(db: &Db, actor: &Actor, email_id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let interview_id = emails::interview_of(txn, actor.company_id, email_id).await?;
        let noted = email::Entity::update_many()
            .col_expr(email::Column::ToldAt, Expr::value(now))
            .col_expr(email::Column::ToldBy, Expr::value(actor.user_id))
            .filter(email::COLUMN.id.eq(email_id))
            .filter(email::COLUMN.told_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if noted == 1 {
            actions::record(
                txn,
                actor,
                act("interview.told", interview_id, email_id),
                now,
            )
            .await?;
        }
        Ok(())
    })
    .await
}

/// Takes the note back: the candidate was not told after all.
pub async fn destroy(db: &Db, actor: &Actor, email_id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let interview_id = emails::interview_of(txn, actor.company_id, email_id).await?;
        let taken_back = email::Entity::update_many()
            .col_expr(email::Column::ToldAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(email::Column::ToldBy, Expr::value(None::<i64>))
            .filter(email::COLUMN.id.eq(email_id))
            .filter(email::COLUMN.told_at.is_not_null())
            .exec(txn)
            .await?
            .rows_affected;
        if taken_back == 1 {
            actions::record(
                txn,
                actor,
                act("interview.not_told", interview_id, email_id),
                now,
            )
            .await?;
        }
        Ok(())
    })
    .await
}

/// A line of the interview's story: it is the interview that the candidate was told of.
fn act(verb: &'static str, interview_id: i64, email_id: i64) -> Act {
    Act {
        verb,
        object_type: "interview",
        object_id: interview_id,
        details: json!({ "email": email_id }),
    }
}
