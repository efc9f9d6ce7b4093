//! What a person wrote: passed on to whoever answers the candidate's questions, or noted where that could go round in circles.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    bounce::{self, Action},
    email,
};
use sea_orm::{
    ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        bounces::{self, PendingChange, Taken},
        emails::{self, Forward},
        events::{self, Event},
    },
    error::Result,
};

/// So many replies of one person are passed on in this time; two programs that answer each other write more.
const MOST: u64 = 10;
const WINDOW: TimeDelta = TimeDelta::hours(1);
const PASSED_ON: &str = "Forwarded to the recruiter, who can answer it directly.";
const TOO_MANY: &str = "Not forwarded: there were too many replies within an hour. Read its text.";

/// A letter that answers a message.
#[derive(Clone, Debug)]
pub struct LetterToForward {
    /// The message.
    pub email_id: i64,
    /// Tells it from others that say the same.
    pub key: String,
    /// The server that it came from, by name; may be empty.
    pub host: String,
    /// The beginning of its words.
    pub words: String,
    /// What to send, or else why nothing is, in plain words.
    pub forward: std::result::Result<Forward, &'static str>,
}

/// Passes it on, and notes that in the stories of the message and the interview; once, however often it comes.
pub async fn forward(db: &Db, letter: LetterToForward, now: DateTime<Utc>) -> Result<Taken> {
    db::transaction(db, async |txn| {
        let email = bounces::lock(txn, letter.email_id).await?;
        let told = |action, hint| PendingChange {
            action,
            code: None,
            diagnostic: &letter.words,
            hint,
            is_dead: false,
            key: Some(&letter.key),
        };
        let forward = match letter.forward {
            Ok(forward) if forwarded_lately(txn, &email, now).await? < MOST => forward,
            Ok(_) => {
                let told = told(Action::Noted, TOO_MANY);
                return bounces::note(txn, &email, &told, &letter.host, now).await;
            }
            Err(why) => {
                let told = told(Action::Noted, why);
                return bounces::note(txn, &email, &told, &letter.host, now).await;
            }
        };
        let told = told(Action::Forwarded, PASSED_ON);
        let noted = bounces::note(txn, &email, &told, &letter.host, now).await?;
        if noted != Taken::Noted(email.id) {
            return Ok(noted);
        }
        let new_id = emails::queue_forward(txn, forward, now).await?;
        if let Some(interview_id) = email.interview_id {
            let event = Event::ReplyForwarded {
                interview_id,
                email_id: email.id,
                new_id,
            };
            events::record(txn, &Actor::system(email.company_id), event, now).await?;
        }
        Ok(Taken::Forwarded(email.id))
    })
    .await
}

/// How many replies of a message's recipient were passed on within the window.
async fn forwarded_lately(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    now: DateTime<Utc>,
) -> Result<u64> {
    let theirs = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.company_id.eq(email.company_id))
        .filter(email::COLUMN.recipient.eq(&email.recipient));
    let lately = bounce::Entity::find()
        .filter(bounce::COLUMN.company_id.eq(email.company_id))
        .filter(bounce::Column::Action.eq_const(Action::Forwarded))
        .filter(bounce::COLUMN.reported_at.gt(now - WINDOW))
        .filter(Expr::col(bounce::Column::EmailId).in_subquery(theirs.into_query()));
    Ok(lately.count(txn).await?)
}
