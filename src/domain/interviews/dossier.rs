//! All that is known to have happened to one interview, in one line of time: changes, emails and their attempts, what the
//! candidate opened, and who joined.
use chrono::{DateTime, Utc};
use entity::{attempt, interview::Status};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Value, json};

use super::details;
use crate::{
    db::Db,
    domain::{
        actions,
        emails::{self, Line},
        events::{Object, Verb},
        rows::Stored,
    },
    error::Result,
};

/// More lines of a kind than any interview has; of more, the oldest are shown.
const MOST: u64 = 5000;

/// An interview, and all that happened to it.
#[derive(Clone, Debug, Serialize)]
pub struct Dossier {
    /// Its key.
    pub interview: i64,
    /// Who is interviewed, by name.
    pub candidate: String,
    /// For which job, by its title.
    pub job: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What came of it.
    pub outcome: Option<String>,
    /// When it starts.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// The earliest first.
    pub entries: Vec<Entry>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Whoever did it: a user by name, the candidate, or Greenroom itself.
    pub actor: String,
    /// What kind of thing.
    pub kind: Kind,
    /// Its name: of an event its stored name, of a message what it tells, of an attempt what came of it.
    pub name: String,
    /// The message that it is about.
    pub email: Option<i64>,
    /// What else is known.
    pub details: Value,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A line of the audit log.
    Event,
    /// A message was queued.
    EmailQueued,
    /// A try to hand a message to a mail server began.
    EmailAttempt,
    /// A message came to its end.
    EmailEnded,
    /// The candidate had the join page open.
    PageOpened,
}

const GREENROOM: &str = "Greenroom";
const CANDIDATE: &str = "Candidate";

/// The company's interview with all of that.
pub async fn read(db: &Db, company_id: i64, id: i64) -> Result<Dossier> {
    let details = details::details(db.read(), company_id, id).await?;
    let (mails, _) = emails::about(db, company_id, vec![id]).await?;
    let ids: Vec<i64> = mails.iter().map(|mail| mail.id).collect();
    let lines = actions::of_interview(db, company_id, (id, ids.clone()), MOST).await?;
    let mut entries: Vec<Entry> = lines.into_iter().map(event).collect();
    entries.extend(mails.iter().map(queued));
    entries.extend(attempts(db, company_id, ids).await?);
    entries.extend(mails.iter().filter_map(ended));
    let row = &details.interview;
    // Of earlier versions of Greenroom there is no line of it.
    let is_told = entries
        .iter()
        .any(|it| it.name == Verb::CandidateOpened.as_str());
    let opened = row.opened_at.filter(|_| !is_told);
    entries.extend(opened.map(|at| Entry {
        at,
        actor: CANDIDATE.into(),
        kind: Kind::PageOpened,
        name: "join_page".into(),
        email: None,
        details: json!({}),
    }));
    // What happened at one instant stays in the order in which it was told.
    entries.sort_by_key(|entry| entry.at);
    let slot = details.slot.as_ref();
    Ok(Dossier {
        interview: row.id,
        status: row.status,
        outcome: row.outcome.clone(),
        starts_at: slot.map(|slot| slot.starts_at),
        ends_at: slot.map(|slot| slot.ends_at()),
        candidate: details.candidate.name,
        job: details.job.map(|job| job.title),
        entries,
    })
}

fn event(line: actions::Entry) -> Entry {
    let by_candidate = line.verb().is_some_and(Verb::is_of_candidate);
    let nobody = if by_candidate { CANDIDATE } else { GREENROOM };
    let action = line.action;
    Entry {
        at: action.at,
        actor: line.by.unwrap_or_else(|| nobody.to_owned()),
        kind: Kind::Event,
        name: action.verb,
        email: (action.object_type == Object::Email.as_str()).then_some(action.object_id),
        details: action.details,
    }
}

fn about(mail: &Line, kind: Kind, at: DateTime<Utc>, details: Value) -> Entry {
    Entry {
        at,
        actor: GREENROOM.into(),
        kind,
        name: mail.kind.to_value(),
        email: Some(mail.id),
        details,
    }
}

fn queued(mail: &Line) -> Entry {
    let details = json!({ "recipient": mail.recipient, "due_at": mail.first_due_at });
    about(mail, Kind::EmailQueued, mail.created_at, details)
}

fn ended(mail: &Line) -> Option<Entry> {
    let details = json!({
        "recipient": mail.recipient, "status": mail.status, "reason": mail.reason,
        "subject": mail.subject,
    });
    let at = mail.finished_at?;
    Some(about(mail, Kind::EmailEnded, at, details))
}

async fn attempts(db: &Db, company_id: i64, email_ids: Vec<i64>) -> Result<Vec<Entry>> {
    if email_ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(company_id))
        .filter(attempt::Column::EmailId.is_in(email_ids))
        .order_by_asc(attempt::Column::Id)
        .limit(MOST)
        .into_model::<Stored<attempt::Model>>()
        .all(db.read())
        .await?;
    let found = found.into_iter().filter_map(|row| row.or_log("attempt"));
    Ok(found.map(attempted).collect())
}

/// Without what was said word for word: that is on the message's own page.
fn attempted(attempt: attempt::Model) -> Entry {
    Entry {
        at: attempt.started_at,
        actor: GREENROOM.into(),
        kind: Kind::EmailAttempt,
        name: attempt
            .outcome
            .map_or_else(|| "running".into(), |outcome| outcome.to_value()),
        email: Some(attempt.email_id),
        details: json!({
            "number": attempt.number, "host": attempt.host, "ended_at": attempt.ended_at,
            "code": attempt.code, "reply": attempt.reply,
        }),
    }
}
