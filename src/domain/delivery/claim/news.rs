//! Is a message that is due still news? It may be outdated, or needless, or too much for its address at once.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::ConnectionTrait;

use super::super::{
    UNMAKEABLE,
    per_address::{self, Allowances},
    unreadable,
};
use crate::{
    domain::{
        companies,
        emails::{self, lifecycle},
        interviews::{self, Details},
        notifications::{self, Standings},
    },
    error::{Error, Result},
};

const OUTDATED: &str = "The interview, who holds it, or the address changed before it was sent.";

/// Why a message of this kind is needless after all.
pub(in crate::domain) fn nothing_to_tell(kind: Kind) -> &'static str {
    match kind.is_for_interviewers() {
        true => {
            "The interviewer had not received the email it was about, so there is nothing to tell."
        }
        false => {
            "The candidate had not received the email it was about, so there is nothing to tell."
        }
    }
}

/// A message that is still news.
pub(super) struct Candidate {
    pub(super) email: email::Model,
    /// Its interview, as it is now; none when it is about none.
    pub(super) details: Option<Details>,
    /// How many its address may get in an hour.
    hourly_limit: i32,
    pub(super) follows_others: bool,
}

/// Drops what no longer tells the present, and looks again at what is about to leave for the first time. Of that, puts
/// off what is more than its address may get in an hour.
pub(super) async fn among(
    txn: &impl ConnectionTrait,
    due: Vec<email::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    let news = still_news(txn, due, now).await?;
    within_hourly_limit(txn, news, now).await
}

async fn still_news(
    txn: &impl ConnectionTrait,
    due: Vec<email::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    let interviews = Interviews::of(txn, &due).await?;
    let mut news = Vec::with_capacity(due.len());
    for email in due {
        news.extend(match email.interview_id {
            Some(id) => about(txn, email, id, &interviews, now).await?,
            None => about_nothing(txn, email, now).await?,
        });
    }
    Ok(news)
}

/// The interviews that messages are about.
struct Interviews {
    /// As they are now, by their keys; without those that cannot be read.
    details: HashMap<i64, Details>,
    /// Those of which somebody was told something.
    told: HashSet<i64>,
    /// Who holds them, by company; where a message goes to an interviewer.
    standings: HashMap<i64, Standings>,
}

impl Interviews {
    async fn of(txn: &impl ConnectionTrait, emails: &[email::Model]) -> Result<Self> {
        let mut companies: HashMap<i64, HashSet<i64>> = HashMap::new();
        for email in emails {
            let of_company = companies.entry(email.company_id).or_default();
            of_company.extend(email.interview_id);
        }
        let (mut details, mut told) = (HashMap::new(), HashSet::new());
        for (company_id, ids) in companies {
            told.extend(notifications::some_notified(txn, company_id, &ids).await?);
            details.extend(interviews::readable_details(txn, company_id, ids).await?);
        }
        Ok(Self {
            standings: standings(txn, emails, &details).await?,
            details,
            told,
        })
    }

    /// Is what a message tells of its interview still so?
    fn bear_out(&self, email: &email::Model, details: &Details) -> bool {
        match email.kind.is_for_interviewers() {
            true => {
                let standings = self.standings.get(&email.company_id);
                standings.is_some_and(|standings| standings.bear_out(email, details))
            }
            false => emails::tells_the_present(email, details),
        }
    }
}

/// Of the interviewers whom these messages tell of the interviews.
async fn standings(
    txn: &impl ConnectionTrait,
    emails: &[email::Model],
    details: &HashMap<i64, Details>,
) -> Result<HashMap<i64, Standings>> {
    let mut companies: HashMap<i64, (HashSet<i64>, HashSet<i64>)> = HashMap::new();
    for email in emails.iter().filter(|it| it.kind.is_for_interviewers()) {
        let (users, slots) = companies.entry(email.company_id).or_default();
        users.extend(email.user_id);
        let about = email.interview_id.and_then(|id| details.get(&id));
        slots.extend(about.and_then(|details| details.interview.slot_id));
    }
    let mut standings = HashMap::new();
    for (company_id, (users, slots)) in companies {
        let of_company = Standings::of(txn, company_id, users, slots).await?;
        standings.insert(company_id, of_company);
    }
    Ok(standings)
}

async fn about(
    txn: &impl ConnectionTrait,
    mut email: email::Model,
    interview_id: i64,
    interviews: &Interviews,
    now: DateTime<Utc>,
) -> Result<Option<Candidate>> {
    let Some(details) = interviews.details.get(&interview_id) else {
        give_up(txn, &email, now).await?;
        return Ok(None);
    };
    let follows_others = interviews.told.contains(&interview_id);
    if !interviews.bear_out(&email, details) {
        supersede(txn, &email, OUTDATED, now).await?;
        return Ok(None);
    }
    match notifications::revalidate(txn, &mut email, follows_others).await {
        Ok(true) => {
            return Ok(Some(Candidate {
                hourly_limit: details.company.hourly_email_limit,
                details: Some(details.clone()),
                email,
                follows_others,
            }));
        }
        Ok(false) => supersede(txn, &email, nothing_to_tell(email.kind), now).await?,
        // What cannot be read of one message must not keep the others from leaving.
        Err(Error::Stored(why)) => {
            tracing::error!(email.id = email.id, why, "An email cannot be composed");
            give_up(txn, &email, now).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(None)
}

/// What is about no interview was written when it was queued: it cannot be outdated.
async fn about_nothing(
    txn: &impl ConnectionTrait,
    email: email::Model,
    now: DateTime<Utc>,
) -> Result<Option<Candidate>> {
    if email.kind.is_written_when_tried() {
        give_up(txn, &email, now).await?;
        return Ok(None);
    }
    Ok(Some(Candidate {
        hourly_limit: companies::find_in(txn, email.company_id)
            .await?
            .hourly_email_limit,
        details: None,
        follows_others: false,
        email,
    }))
}

/// Puts off what is more than its address may get in an hour.
async fn within_hourly_limit(
    txn: &impl ConnectionTrait,
    news: Vec<Candidate>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    let emails = news.iter().map(|candidate| &candidate.email);
    let mut allowances = Allowances::of(txn, emails, now).await?;
    let mut within = Vec::with_capacity(news.len());
    for candidate in news {
        let limit = candidate.hourly_limit;
        match allowances.take(&candidate.email, limit) {
            Ok(()) => within.push(candidate),
            Err(until) => per_address::put_off(txn, &candidate.email, limit, until).await?,
        }
    }
    Ok(within)
}

/// Ends a message that has not left because another one tells more, or there is nothing to tell.
pub(in crate::domain) async fn supersede(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    drop_waiting(txn, email, Status::Superseded, reason, now).await
}

/// Ends a message that cannot be made, unless a newer Greenroom may be able to.
async fn give_up(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    match unreadable::leave_to_newer(txn, email.id, now).await? {
        true => Ok(()),
        false => drop_waiting(txn, email, Status::Failed, UNMAKEABLE, now).await,
    }
}

async fn drop_waiting(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    status: Status,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let it = email::COLUMN.id.eq(email.id);
    lifecycle::end(txn, status, it, reason, now).await?;
    Ok(())
}
