//! The whole story of one message.
use chrono::{DateTime, Utc};
use entity::{
    attempt::{self, Outcome},
    email::{self, Status},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    can_be_corrected, find, is_of_use,
    line::{Line, about},
    resend::repeated_by,
};
use crate::{
    db::Db,
    domain::{
        actions::{self, Told},
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
    /// What users did about it, first to last.
    pub acts: Vec<Told>,
    /// What it is about.
    pub details: Details,
    /// The name of the user whose act queued it.
    pub queued_by: Option<String>,
    /// The message that repeats this one.
    pub repeated_by: Option<i64>,
    /// The message that told the right address, where this one's was wrong.
    pub corrected_by: Option<i64>,
}

impl Story {
    /// Would [`super::resend`] queue it once more?
    pub fn can_be_repeated(&self, now: DateTime<Utc>) -> bool {
        self.email.status.is_final()
            && self.repeated_by.is_none()
            && is_of_use(&self.email, &self.details, now)
    }

    /// Would [`super::correct`] tell another address?
    pub fn can_be_corrected(&self, now: DateTime<Utc>) -> bool {
        can_be_corrected(&self.email, &self.details, now)
    }

    /// May the candidate have it, whatever its status says? Who repeats it is asked first.
    pub fn may_have_arrived(&self) -> bool {
        may_have_arrived(&self.email, &self.attempts)
    }
}

/// The message, its attempts and its interview.
pub async fn story(db: &Db, company_id: i64, id: i64) -> Result<Story> {
    let email = find(db.read(), company_id, id).await?;
    let attempts = attempts(db.read(), &email).await?;
    let details = interviews::details(db.read(), company_id, email.interview_id).await?;
    let queued_by = match email.created_by {
        Some(user_id) => Some(users::find(db, company_id, user_id).await?.name),
        None => None,
    };
    let others = about(db, company_id, vec![email.interview_id]).await?;
    Ok(Story {
        repeated_by: repeated_by(db.read(), &email).await?,
        corrected_by: corrected_by(&email, &others),
        acts: actions::history(db, company_id, "email", id).await?,
        email,
        attempts,
        details,
        queued_by,
    })
}

pub(super) fn may_have_arrived(email: &email::Model, attempts: &[attempt::Model]) -> bool {
    let is_in_doubt = |attempt: &attempt::Model| attempt.outcome == Some(Outcome::Uncertain);
    email.status == Status::Accepted || attempts.iter().any(is_in_doubt)
}

pub(super) async fn attempts(
    db: &impl ConnectionTrait,
    email: &email::Model,
) -> Result<Vec<attempt::Model>> {
    Ok(attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(email.company_id))
        .filter(attempt::COLUMN.email_id.eq(email.id))
        .order_by_asc(attempt::Column::Number)
        .all(db)
        .await?)
}

/// A correction names one message to the wrong address and stands for all of them.
fn corrected_by(email: &email::Model, others: &[Line]) -> Option<i64> {
    let went_there = |id| {
        let wrong = others.iter().find(|other| other.id == id);
        wrong.is_some_and(|wrong| wrong.recipient == email.recipient)
    };
    let mut later = others.iter().filter(|other| other.id > email.id);
    let first = later.find(|other| other.corrects.is_some_and(went_there));
    first.map(|other| other.id)
}
