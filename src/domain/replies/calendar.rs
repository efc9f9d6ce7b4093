//! What a calendar answers to an invitation: it counts where it is the candidate's answer to the interview as it is now.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    bounce::{self, Action},
    email::{self, Audience},
    interview::{self, Answer},
};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        bounces::{self, PendingChange, Taken},
        events::{self, Event, ReplyNote},
        interviews::{
            self, Details,
            answer::{self, Recorded, Said},
        },
        rows,
    },
    error::Result,
    times,
};

/// Nobody changes their mind so often in this time.
const MOST: u64 = 20;
const WINDOW: TimeDelta = TimeDelta::hours(1);
const TOO_OFTEN: (ReplyNote, &str) = (
    ReplyNote::NoAnswer,
    "Not counted: there were too many answers within an hour. Ask the candidate.",
);
/// What our events are called begins so.
const EVENT: &str = "itv-";

/// What a calendar answers.
#[derive(Clone, Debug)]
pub struct CalendarAnswer {
    /// Of the event.
    pub uid: String,
    /// Of the invitation that is answered.
    pub sequence: i32,
    /// When it was answered, where that is certain.
    pub stamped_at: Option<DateTime<Utc>>,
    /// Tells it from others that say the same.
    pub key: String,
    /// Who answers, by canonical address, and what.
    pub attendees: Vec<(String, Participation)>,
    /// In their own words; may be empty.
    pub words: String,
}

/// What somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Participation {
    /// They come.
    Accepted,
    /// They do not.
    Declined,
    /// Perhaps.
    Tentative,
    /// They ask for another time, this one where it is certain.
    Counter(Option<DateTime<Utc>>),
    /// Nothing that is an answer.
    Other,
}

/// Takes it; [`Taken::Unknown`] where it is about none of our interviews. The look-up has no company: only those who were
/// invited know what the event is called.
pub async fn answer(db: &Db, reply: &CalendarAnswer, now: DateTime<Utc>) -> Result<Taken> {
    db::transaction(db, async |txn| {
        let Some(invitation) = invitation(txn, &reply.uid).await? else {
            return Ok(Taken::Unknown);
        };
        let email = bounces::lock(txn, invitation.id).await?;
        let Some(interview_id) = email.interview_id else {
            return Ok(Taken::Unknown);
        };
        // Of one that is changed meanwhile nothing is kept: the revision is another one then.
        let details = interviews::shown(txn, email.company_id, interview_id).await?;
        let weighed = match weigh(reply, &details, now) {
            Ok(_) if answered_lately(txn, &email, now).await? >= MOST => Err(TOO_OFTEN),
            weighed => weighed,
        };
        let (action, hint) = match &weighed {
            Ok(said) => (Action::Answered, words_for(said.answer)),
            Err((_, hint)) => (Action::Noted, *hint),
        };
        let told = PendingChange {
            action,
            code: None,
            diagnostic: &reply.words,
            hint,
            is_dead: false,
            key: Some(&reply.key),
        };
        let taken = bounces::note(txn, &email, &told, "", now).await?;
        if taken != Taken::Noted(email.id) {
            return Ok(taken);
        }
        let why = match weighed {
            Ok(said) => {
                let row = &details.interview;
                match answer::record_of_calendar(txn, row, (&said, reply.stamped_at), now).await? {
                    Recorded::Kept => return Ok(Taken::Answered(email.id)),
                    Recorded::Outdated | Recorded::TooOften(_) => ReplyNote::Outdated,
                }
            }
            Err((why, _)) => why,
        };
        let event = Event::ReplyNoted {
            interview_id,
            email_id: email.id,
            why,
        };
        events::record(txn, &Actor::system(email.company_id), event, now).await?;
        Ok(taken)
    })
    .await
}

fn words_for(answer: Answer) -> &'static str {
    match answer {
        Answer::Confirmed => "The candidate accepted the invitation.",
        Answer::AnotherTime => "The candidate asks for another time.",
        Answer::Declined => "The candidate declined the invitation.",
    }
}

/// What the candidate says with it, or why it decides nothing.
fn weigh(
    reply: &CalendarAnswer,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<Said, (ReplyNote, &'static str)> {
    let row = &details.interview;
    let mut attendees = reply.attendees.iter();
    let own = attendees.find(|(address, _)| *address == details.candidate.email);
    let Some((_, participation)) = own else {
        return Err((
            ReplyNote::SomeoneElse,
            "Not counted: the invitation was answered for another address than the candidate's.",
        ));
    };
    if reply.sequence != row.ics_sequence {
        return Err((
            ReplyNote::Outdated,
            "Not counted: it answers another invitation than the newest.",
        ));
    }
    if !details.is_to_come(now) {
        return Err((
            ReplyNote::TooLate,
            "Not counted: the interview is over or cancelled.",
        ));
    }
    let (answer, words) = match participation {
        Participation::Accepted => (Answer::Confirmed, reply.words.clone()),
        Participation::Declined => (Answer::Declined, reply.words.clone()),
        Participation::Counter(starts_at) => {
            (Answer::AnotherTime, with_time(reply, details, *starts_at))
        }
        Participation::Tentative => {
            return Err((
                ReplyNote::Tentative,
                "The candidate answered “maybe”, which is neither yes nor no.",
            ));
        }
        Participation::Other => {
            return Err((
                ReplyNote::NoAnswer,
                "Not counted: it says neither yes nor no.",
            ));
        }
    };
    Ok(Said {
        answer,
        reason: None,
        words: words.chars().take(answer::MOST_WORDS).collect(),
        revision: row.revision,
    })
}

/// The words, after the time that is asked for.
fn with_time(
    reply: &CalendarAnswer,
    details: &Details,
    starts_at: Option<DateTime<Utc>>,
) -> String {
    let Some(starts_at) = starts_at else {
        return reply.words.clone();
    };
    let zone = details.candidate_zone();
    let time = times::day_and_clock(starts_at, zone);
    format!("Suggested time: {time} ({zone})\n{}", reply.words)
        .trim_end()
        .to_owned()
}

/// The newest message that brought an event of this name to the candidate's calendar.
async fn invitation(txn: &impl ConnectionTrait, uid: &str) -> Result<Option<email::Model>> {
    let name = uid
        .strip_prefix(EVENT)
        .and_then(|rest| rest.split_once('@'));
    let Some((public_id, _)) = name else {
        return Ok(None);
    };
    let interview = interview::Entity::find()
        .filter(interview::COLUMN.public_id.eq(public_id))
        .one(txn)
        .await?;
    let Some(interview) = interview else {
        return Ok(None);
    };
    let newest = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(interview.company_id))
        .filter(email::COLUMN.interview_id.eq(interview.id))
        .filter(email::Column::Audience.eq_const(Audience::Candidate))
        .filter(email::COLUMN.ics.is_not_null())
        .order_by_desc(email::Column::Id);
    let newest = rows::one(newest, txn).await?;
    Ok(newest.and_then(|row| row.or_log("email")))
}

/// How often the recipient's calendar answered within the window.
async fn answered_lately(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    now: DateTime<Utc>,
) -> Result<u64> {
    let lately = bounce::Entity::find()
        .filter(bounce::COLUMN.company_id.eq(email.company_id))
        .filter(bounce::COLUMN.email_id.eq(email.id))
        .filter(bounce::Column::Action.eq_const(Action::Answered))
        .filter(bounce::COLUMN.reported_at.gt(now - WINDOW));
    Ok(lately.count(txn).await?)
}
