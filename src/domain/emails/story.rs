//! The whole story of one message.
use chrono::{DateTime, Utc};
use entity::{
    attempt::{self, Outcome},
    bounce,
    email::{self, Status},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    can_be_corrected, find, is_of_use,
    line::{Line, about},
};
use crate::{
    db::Db,
    domain::{
        accounts::users,
        actions::{self, Entry},
        bounces,
        interviews::{self, Details},
        rows, suppressed,
    },
    error::{Error, Result},
};

/// A message with its story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The message.
    pub email: email::Model,
    /// The attempts, first to last.
    pub attempts: Vec<attempt::Model>,
    /// What mail servers reported afterwards, first to last.
    pub bounces: Vec<bounce::Model>,
    /// What users did about it, first to last.
    pub acts: Vec<Entry>,
    /// The interview that it is about, if any.
    pub details: Option<Details>,
    /// The name of the user whose act queued it.
    pub queued_by: Option<String>,
    /// The name of the user who told the candidate another way.
    pub told_by: Option<String>,
    /// The message that showed the address to be dead, while this one is held back for it.
    pub held_by: Option<i64>,
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
            && self
                .details
                .as_ref()
                .is_some_and(|details| is_of_use(&self.email, details, now))
    }

    /// Would [`super::correct`] tell another address?
    pub fn can_be_corrected(&self, now: DateTime<Utc>) -> bool {
        self.details
            .as_ref()
            .is_some_and(|details| can_be_corrected(&self.email, details, now))
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
    let details = match email.interview_id {
        Some(id) => Some(interviews::details(db.read(), company_id, id).await?),
        None => None,
    };
    let name_of = async |user_id: Option<i64>| match user_id {
        Some(id) => users::find(db, company_id, id)
            .await
            .map(|user| Some(user.name))
            .or_else(|error| match error {
                // Whoever cannot be read has no name to show.
                Error::Stored(_) => Ok(None),
                error => Err(error),
            }),
        None => Ok(None),
    };
    let others = about(db, company_id, email.interview_id.into_iter().collect()).await?;
    Ok(Story {
        queued_by: name_of(email.created_by).await?,
        told_by: name_of(email.told_by).await?,
        held_by: match email.status {
            Status::Held => suppressed::shown_by(db.read(), company_id, &email.recipient).await?,
            _ => None,
        },
        repeated_by: repeated_by(db.read(), &email).await?,
        corrected_by: corrected_by(&email, &others),
        bounces: bounces::of(db, company_id, id).await?,
        acts: actions::history(db, company_id, "email", id).await?,
        email,
        attempts,
        details,
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
    let all = attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(email.company_id))
        .filter(attempt::COLUMN.email_id.eq(email.id))
        .order_by_asc(attempt::Column::Number);
    rows::readable(all, db, "attempt").await
}

pub(super) async fn repeated_by(
    db: &impl ConnectionTrait,
    email: &email::Model,
) -> Result<Option<i64>> {
    let repeat = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(email.company_id))
        .filter(email::COLUMN.resend_of.eq(Some(email.id)))
        .one(db)
        .await?;
    Ok(repeat.map(|repeat| repeat.id))
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
