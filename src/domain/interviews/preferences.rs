//! What candidates choose for themselves on their page: the language they read and the clock they live by.
use chrono::{DateTime, TimeDelta, Utc};
use entity::candidate;
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    admission::{self, MOST_LOOKS},
    details::Details,
    join_link::Keys,
    offered,
};
use crate::{
    db::{self, Db},
    domain::{
        emails,
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
    },
    error::{Error, Result},
    zones::Tz,
};

/// Each is a line of the history.
const CHANGES: Limit = Limit {
    name: "candidate-preference",
    most: 20,
    window: TimeDelta::hours(1),
};

/// One choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference<'a> {
    /// To read and be written to in this language (BCP 47).
    Language(&'a str),
    /// To be told times by this clock.
    TimeZone(Tz),
}

impl Preference<'_> {
    fn is_met(self, person: &candidate::Model) -> bool {
        match self {
            Self::Language(tag) => person.locale == tag,
            Self::TimeZone(zone) => person.time_zone.as_deref() == Some(zone.name()),
        }
    }
}

/// Keeps it, whatever has become of the interview. Repeated, it changes nothing; somebody who changes it all the time
/// waits.
pub async fn keep(
    db: &Db,
    keys: &Keys,
    (token, preference): (&str, Preference<'_>),
    ip: &str,
    now: DateTime<Utc>,
) -> Result<Turn> {
    for _ in 0..MOST_LOOKS {
        let details = behind(db, keys, token, now).await?;
        if preference.is_met(&details.candidate) {
            return Ok(Turn::Allowed);
        }
        let turn = rate_limits::take(db, CHANGES, &details.interview.public_id, now).await?;
        if turn != Turn::Allowed || write(db, &details, preference, ip, now).await? {
            return Ok(turn);
        }
        // Somebody changed the candidate in between: look again.
    }
    Err(Error::Conflict("the candidate is being changed"))
}

/// The interview behind a link, be it booked or to be booked by its candidate.
pub async fn behind(db: &Db, keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Details> {
    match admission::admit(db, keys, token, now).await {
        Ok(admission) => Ok(admission.details),
        Err(Error::NotFound) => Ok(offered::behind(db, keys, token).await?.details),
        Err(error) => Err(error),
    }
}

/// False when the candidate is no longer as they were looked at.
async fn write(
    db: &Db,
    details: &Details,
    preference: Preference<'_>,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let actor = admission::candidate(&details.interview, ip);
    let person = &details.candidate;
    let (column, value) = match preference {
        Preference::Language(tag) => (candidate::Column::Locale, Expr::value(tag)),
        Preference::TimeZone(zone) => (candidate::Column::TimeZone, Expr::value(zone.name())),
    };
    db::transaction(db, async |txn| {
        let written = candidate::Entity::update_many()
            .col_expr(column, value)
            .col_expr(candidate::Column::Version, Expr::value(person.version + 1))
            .filter(candidate::COLUMN.id.eq(person.id))
            .filter(candidate::COLUMN.company_id.eq(person.company_id))
            .filter(candidate::COLUMN.version.eq(person.version))
            .exec(txn)
            .await?
            .rows_affected;
        if written == 0 {
            return Ok(false);
        }
        if let Preference::Language(tag) = preference {
            emails::speak(txn, actor.company_id, person.id, tag).await?;
        }
        events::record(txn, &actor, event(details, preference), now).await?;
        Ok(true)
    })
    .await
}

fn event(details: &Details, preference: Preference) -> Event {
    let candidate_id = details.candidate.id;
    let interview_id = details.interview.id;
    let version = Some(details.candidate.version + 1);
    match preference {
        Preference::Language(_) => Event::LanguageChosen {
            candidate_id,
            interview_id,
            version,
        },
        Preference::TimeZone(_) => Event::TimeZoneChosen {
            candidate_id,
            interview_id,
            version,
        },
    }
}
