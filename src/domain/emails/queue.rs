//! Queueing a message with the change that it tells.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::email::{self, InterviewSnapshot, Kind, Status};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{OnConflict, Query},
};
use serde_json::json;

use super::{Addressee, lifecycle, of_kinds};
use crate::{
    crypto,
    domain::{actions::Actor, interviews::Details, suppressed},
    error::{Error, Result},
};

/// A message to queue.
#[derive(Clone, Debug)]
pub struct NewEmail {
    /// What it tells.
    pub kind: Kind,
    /// The interview as it tells it.
    pub snapshot: InterviewSnapshot,
    /// As its recipient was told it before.
    pub previous_snapshot: Option<InterviewSnapshot>,
    /// Not before this instant.
    pub due_at: DateTime<Utc>,
    /// Of a reminder.
    pub lead_minutes: Option<i32>,
    /// Of no more use from this instant.
    pub expires_at: DateTime<Utc>,
}

/// A message that is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// Its key.
    pub id: i64,
    /// It waits to leave, or is held back because its address is suppressed.
    pub status: Status,
}

/// Queues messages to one candidate, in this order, in the transaction that makes the change they tell of. The same
/// event never queues two: the answer is then the first.
pub async fn queue(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    all: Vec<NewEmail>,
    now: DateTime<Utc>,
) -> Result<Vec<Enqueued>> {
    let to = Addressee::candidate(details);
    let all = all.into_iter().map(|new| (to.clone(), new)).collect();
    insert(txn, actor, details, all, None, now).await
}

/// The same of one that repeats an earlier message: it leaves whatever its recipient knows.
pub async fn queue_again(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    (new, resend_of): (NewEmail, i64),
    now: DateTime<Utc>,
) -> Result<Vec<Enqueued>> {
    let all = vec![(Addressee::candidate(details), new)];
    insert(txn, actor, details, all, Some(resend_of), now).await
}

/// The same of messages that each have their own recipient.
pub async fn queue_to(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    all: Vec<(Addressee, NewEmail)>,
    now: DateTime<Utc>,
) -> Result<Vec<Enqueued>> {
    insert(txn, actor, details, all, None, now).await
}

/// Ends the messages of an interview that have not left and tell of a change.
pub async fn supersede(
    txn: &impl ConnectionTrait,
    interview_id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let which = of_kinds(Kind::tells_of_change).add(email::COLUMN.interview_id.eq(interview_id));
    lifecycle::end(txn, Status::Superseded, which, reason, now).await?;
    Ok(())
}

/// Inserts them; `details` is the interview after the change that they tell of.
pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    all: Vec<(Addressee, NewEmail)>,
    resend_of: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Enqueued>> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let company_id = details.interview.company_id;
    let addresses = all.iter().map(|(to, _)| to.address.as_str()).collect();
    let suppressed = suppressed::among(txn, company_id, addresses, now).await?;
    let keys: Vec<(String, Status)> = all
        .iter()
        .map(|(to, new)| {
            let status = match suppressed.contains_key(&to.address) {
                true => Status::Held,
                false => Status::Queued,
            };
            (idem_key(to, new, details, resend_of), status)
        })
        .collect();
    let rows = all
        .into_iter()
        .zip(&keys)
        .map(|((to, new), (key, status))| email::ActiveModel {
            idem_key: Set(key.clone()),
            status: Set(*status),
            reason: Set(suppressed.get(&to.address).cloned().unwrap_or_default()),
            resend_of: Set(resend_of),
            created_by: Set(actor.user_id),
            ..new.into_row(to, details, now)
        });
    let first_wins = OnConflict::column(email::Column::IdemKey)
        .do_nothing()
        .to_owned();
    let mut inserting = email::Entity::insert_many(rows)
        .on_conflict(first_wins)
        .into_query();
    inserting.returning(Query::returning().columns([email::Column::Id, email::Column::IdemKey]));
    let mut ids: HashMap<String, i64> = HashMap::new();
    for row in txn.query_all(&inserting).await? {
        ids.insert(row.try_get("", "idem_key")?, row.try_get("", "id")?);
    }
    let new = keys.iter().filter_map(|(key, status)| {
        let (id, status) = (*ids.get(key)?, *status);
        Some((key.clone(), Enqueued { id, status }))
    });
    let mut queued: HashMap<String, Enqueued> = new.collect();
    if queued.len() < keys.len() {
        queued.extend(first(txn, company_id, keys.iter().map(|(key, _)| key)).await?);
    }
    let in_order = keys.iter().map(|(key, _)| queued.get(key).copied());
    in_order.collect::<Option<_>>().ok_or(Error::NotFound)
}

/// What was queued under these keys before.
async fn first(
    txn: &impl ConnectionTrait,
    company_id: i64,
    keys: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Enqueued>> {
    let found: Vec<(String, i64, Status)> = email::Entity::find()
        .select_only()
        .columns([
            email::Column::IdemKey,
            email::Column::Id,
            email::Column::Status,
        ])
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::IdemKey.is_in(keys))
        .into_tuple()
        .all(txn)
        .await?;
    let found = found.into_iter();
    Ok(found
        .map(|(key, id, status)| (key, Enqueued { id, status }))
        .collect())
}

impl NewEmail {
    /// What it tells, to whom and when; nobody has tried to send it.
    fn into_row(self, to: Addressee, details: &Details, now: DateTime<Utc>) -> email::ActiveModel {
        let interview = &details.interview;
        email::ActiveModel {
            company_id: Set(interview.company_id),
            kind: Set(self.kind),
            audience: Set(to.audience),
            user_id: Set(to.user_id),
            interview_id: Set(Some(interview.id)),
            revision: Set(interview.revision),
            link_version: Set(to.link_version),
            recipient: Set(to.address),
            locale: Set(to.locale),
            recipient_name: Set(to.name),
            // The worker adds the sender's domain when it composes the message.
            message_id: Set(format!("{}.{}", crypto::random_id(), interview.revision)),
            date: Set(now),
            due_at: Set(self.due_at),
            first_due_at: Set(self.due_at),
            expires_at: Set(self.expires_at),
            fence: Set(0),
            attempts: Set(0),
            put_off: Set(0),
            server_failures: Set(0),
            facts: Set(Some(json!(self.snapshot))),
            facts_before: Set(self.previous_snapshot.map(|previous| json!(previous))),
            lead_minutes: Set(self.lead_minutes),
            created_at: Set(now),
            ..Default::default()
        }
    }
}

/// One event, one key: the interview's version rises with every change, and a reminder has its own hour.
fn idem_key(to: &Addressee, new: &NewEmail, details: &Details, resend_of: Option<i64>) -> String {
    let interview = &details.interview;
    let recipient = &crypto::sha256_hex(&to.address)[..16];
    let lead = new
        .lead_minutes
        .map(|lead| format!(":{lead}min"))
        .unwrap_or_default();
    let again = resend_of
        .map(|id| format!(":again{id}"))
        .unwrap_or_default();
    format!(
        "itv:{}:v{}:{}{lead}:{recipient}{again}",
        interview.id,
        interview.version,
        new.kind.to_value()
    )
}
