//! Replies to our messages: what calendars answer counts, what answers by itself is noted, what people write is passed on.
mod automatic;
mod calendar;
mod forward;

use entity::email;

pub use self::{
    automatic::{AutomaticReply, note},
    calendar::{CalendarAnswer, Participation, answer},
    forward::{LetterToForward, forward},
};
use crate::{
    db::Db,
    domain::{
        bounces,
        interviews::{self, Details},
    },
    error::Result,
};

/// By what a reply names a message of ours: by things that only its receivers know.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The message whose signed return address it came to.
    pub email_id: Option<i64>,
    /// Message-IDs that it answers.
    pub message_ids: Vec<String>,
}

/// A message about an interview, to which something came back.
#[derive(Clone, Debug)]
pub struct Replied {
    /// The message.
    pub email: email::Model,
    /// Did it come to its signed return address?
    pub is_signed: bool,
    /// The interview.
    pub details: Details,
}

/// The message that is named; none where it is none of ours, or about no interview. What we passed on is about none, so that
/// it goes round in no circle.
pub async fn replied(db: &Db, named: &Named) -> Result<Option<Replied>> {
    let subject = bounces::subject(db.read(), named.email_id, &named.message_ids).await?;
    let Some((email, is_signed)) = subject else {
        return Ok(None);
    };
    let Some(interview_id) = email.interview_id else {
        return Ok(None);
    };
    let details = interviews::shown(db.read(), email.company_id, interview_id).await?;
    Ok(Some(Replied {
        email,
        is_signed,
        details,
    }))
}
