//! What a list of interviews is asked for.
use chrono::{DateTime, Utc};
use entity::interview::Status;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{interviews::Filter, page::Cursor},
    web::{forms::FormErrors, lists::At},
    zones::Tz,
};

/// Which interviews to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
}

impl Filters {
    /// Without a day the list begins today; what waits for a time has no day.
    pub fn with_day(mut self, zone: Tz, now: DateTime<Utc>) -> Self {
        let is_empty = self.from.trim().is_empty() && self.to.trim().is_empty();
        if is_empty && !self.waits_for_a_time() {
            self.from = now.with_timezone(&zone).date_naive().to_string();
        }
        self
    }

    /// Is it about interviews that have no time yet?
    pub fn waits_for_a_time(&self) -> bool {
        self.status == Status::Unscheduled.to_value()
    }

    /// What the list is asked for; the last day is part of it.
    pub fn parse(&self, zone: Tz, at: &At) -> Result<(Filter, Option<Cursor>), FormErrors> {
        let mut errors = FormErrors::new();
        let status = errors.optional(&self.status, |e, text| e.choice("status", text));
        let job_id = errors.optional(&self.job, |e, text| e.number("job", text, 1, i64::MAX));
        let (from, until) = errors.days((&self.from, &self.to), zone);
        let cursor = at.cursor(&mut errors);
        let filter = Filter {
            status,
            job_id,
            candidate_id: None,
            from,
            until,
        };
        errors.or(Some((filter, cursor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(status: &str, from: &str, to: &str) -> Filters {
        Filters {
            status: status.into(),
            from: from.into(),
            to: to.into(),
            ..Default::default()
        }
    }

    #[test]
    fn the_last_day_is_part_of_the_list() {
        let zone = crate::zones::Tz::known("Europe/Berlin");
        let (filter, _) = filters("", "2027-01-05", "2027-01-05")
            .parse(zone, &At::default())
            .expect("a filter");
        let bounds = (filter.from.expect("from"), filter.until.expect("until"));
        assert_eq!((bounds.1 - bounds.0).num_hours(), 24);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (wrong, field) in [
            (filters("maybe", "", ""), "status"),
            (filters("", "soon", ""), "from"),
            (filters("", "2027-01-05", "2027-01-04"), "to"),
        ] {
            let errors = wrong.parse(Tz::UTC, &At::default()).expect_err("a mistake");
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
}
