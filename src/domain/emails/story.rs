//! The whole story of one message.
use chrono::{DateTime, Utc};
use entity::{attempt, email};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::{find, is_of_use, resend::repeated_by};
use crate::{
    db::Db,
    domain::{
        interviews::{self, Details},
        users,
    },
    error::Result,
};

/// A message with its story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The message.
    pub email: email::Model,
    /// The attempts, first to last.
    pub attempts: Vec<attempt::Model>,
    /// What it is about.
    pub details: Details,
    /// The name of the user whose act queued it.
    pub queued_by: Option<String>,
    /// The message that repeats this one.
    pub repeated_by: Option<i64>,
}

impl Story {
    /// Would [`super::resend`] queue it once more?
    pub fn can_be_repeated(&self, now: DateTime<Utc>) -> bool {
        self.email.status.is_final()
            && self.repeated_by.is_none()
            && is_of_use(&self.email, &self.details, now)
    }
}

/// The message, its attempts and its interview.
pub async fn story(db: &Db, company_id: i64, id: i64) -> Result<Story> {
    let email = find(db.read(), company_id, id).await?;
    let attempts = attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(company_id))
        .filter(attempt::COLUMN.email_id.eq(id))
        .order_by_asc(attempt::Column::Number)
        .all(db.read())
        .await?;
    let details = interviews::details(db.read(), company_id, email.interview_id).await?;
    let queued_by = match email.created_by {
        Some(user_id) => Some(users::find(db, company_id, user_id).await?.name),
        None => None,
    };
    Ok(Story {
        repeated_by: repeated_by(db.read(), &email).await?,
        email,
        attempts,
        details,
        queued_by,
    })
}
