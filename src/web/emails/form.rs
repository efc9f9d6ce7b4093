//! What the delivery log is asked for.
use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        emails::{Again, Filter},
        page::Seek,
    },
    text, times,
    web::{
        forms::{FormErrors, Ticket},
        lists::{self, At},
    },
    zones::Tz,
};

/// As long as an address can be (RFC 5321 §4.5.3.1).
const LONGEST_ADDRESS: usize = 254;

/// Which messages to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    recipient: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    interview: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
    /// How many days back, today among them.
    #[serde(skip_serializing_if = "String::is_empty")]
    days: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
}

impl Filters {
    /// The chosen job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }

    /// The address of the same messages as a table to download.
    pub fn export(&self) -> String {
        lists::address("/emails.csv", self)
    }

    /// What the list is asked for; the last day is part of it.
    pub fn parse(
        &self,
        zone: Tz,
        now: DateTime<Utc>,
        at: &At,
    ) -> Result<(Filter, Option<Seek>), FormErrors> {
        let mut errors = FormErrors::new();
        let status = errors.optional(&self.status, |e, text| e.choice("status", text));
        let kind = errors.optional(&self.kind, |e, text| e.choice("kind", text));
        let recipient = errors.optional(&self.recipient, |e, text| {
            e.check("recipient", text::line(text, LONGEST_ADDRESS))
        });
        let mut key = |field, text| {
            errors.optional(text, |e, text| e.number::<i64>(field, text, 1, i64::MAX))
        };
        let (job_id, interview_id) = (key("job", &self.job), key("interview", &self.interview));
        let days = errors.optional(&self.days, |e, text| e.number("days", text, 1, 3660));
        let (from, until) = errors.days((&self.from, &self.to), zone);
        let seek = at.seek(&mut errors);
        let filter = Filter {
            status,
            kind,
            recipient,
            interview_id,
            job_id,
            from: from.max(days.and_then(|days| begin_of(days, zone, now))),
            until,
        };
        errors.or(Some((filter, seek)))
    }
}

/// When the first of the last days began.
fn begin_of(days: u64, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    let first = today.checked_sub_days(Days::new(days - 1))?;
    Some(times::bounds_of_day(first, zone).0)
}

/// A request to send a message again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResendForm {
    #[serde(flatten)]
    ticket: Ticket,
    /// `on` when a second copy is meant.
    confirmed: String,
}

impl ResendForm {
    /// The request, for this message.
    pub fn again(&self, id: i64) -> Again {
        Again {
            idempotency_key: self.ticket.idempotency_key("resend", &id),
            is_confirmed: !self.confirmed.is_empty(),
        }
    }
}

/// The right address, in place of a wrong one.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AddressForm {
    email: String,
}

impl AddressForm {
    /// Filled with the address to correct.
    pub fn of(email: &str) -> Self {
        Self {
            email: email.into(),
        }
    }

    /// The address in canonical form.
    pub fn parse(&self) -> Result<String, FormErrors> {
        text::email(&self.email).map_err(|message| FormErrors::one("email", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_days_begin_at_midnight_where_the_reader_is() {
        let now = DateTime::from_timestamp(1_799_105_400, 0).expect("an instant");
        let filters = |days: &str, from: &str| Filters {
            days: days.into(),
            from: from.into(),
            ..Default::default()
        };
        let zone = crate::zones::Tz::known("Europe/Berlin");
        let from = |filters: Filters| {
            let (filter, _) = filters.parse(zone, now, &At::default()).expect("a filter");
            filter.from.expect("a day").with_timezone(&zone).to_string()
        };
        assert_eq!(from(filters("1", "")), "2027-01-05 00:00:00 +01:00");
        assert_eq!(from(filters("14", "")), "2026-12-23 00:00:00 +01:00");
        // Both hold.
        assert_eq!(
            from(filters("14", "2027-01-02")),
            "2027-01-02 00:00:00 +01:00"
        );
        assert_eq!(
            from(filters("2", "2027-01-01")),
            "2027-01-04 00:00:00 +01:00"
        );
    }
}
