//! What answers by itself: it is noted, and changes nothing.
use chrono::{DateTime, Utc};
use entity::{bounce::Action, email::Audience};

use super::Named;
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        bounces::{self, PendingChange, Taken},
        events::{self, Event, ReplyNote},
    },
    error::Result,
};

/// An automatic answer, such as an out-of-office note.
#[derive(Clone, Debug)]
pub struct AutomaticReply {
    /// What it answers.
    pub named: Named,
    /// Who sent it, canonical.
    pub from: Option<String>,
    /// The server that it came from, by name.
    pub host: String,
    /// Its words.
    pub words: String,
    /// What it is, in plain words.
    pub hint: String,
}

/// Notes it in the story of the message that it answers, and in that of the interview if it is the candidate's. Without a
/// signed address it must come from the recipient.
pub async fn note(db: &Db, reply: &AutomaticReply, now: DateTime<Utc>) -> Result<Taken> {
    let Named {
        email_id,
        message_ids,
    } = &reply.named;
    db::transaction(db, async |txn| {
        let Some((email, is_signed)) = bounces::subject(txn, *email_id, message_ids).await? else {
            return Ok(Taken::Unknown);
        };
        if !is_signed && reply.from.as_deref() != Some(email.recipient.as_str()) {
            return Ok(Taken::Unknown);
        }
        let email = bounces::lock(txn, email.id).await?;
        let told = PendingChange {
            action: Action::Noted,
            code: None,
            diagnostic: &reply.words,
            hint: &reply.hint,
            is_dead: false,
            key: None,
        };
        let taken = bounces::note(txn, &email, &told, &reply.host, now).await?;
        if taken == Taken::Noted(email.id)
            && email.audience == Audience::Candidate
            && let Some(interview_id) = email.interview_id
        {
            let event = Event::ReplyNoted {
                interview_id,
                email_id: email.id,
                why: ReplyNote::Automatic,
            };
            events::record(txn, &Actor::system(email.company_id), event, now).await?;
        }
        Ok(taken)
    })
    .await
}
