//! What a list of interviews is asked for.
use chrono::{DateTime, Utc};
use entity::interview::Status;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        interviews::Filter,
        page::{Seek, Sort},
    },
    text, times,
    web::{choices::Choice, forms::FormErrors, lists::At},
    zones::Tz,
};

/// Which interviews to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    outcome: String,
    /// Which boxes are ticked; of this page alone.
    #[serde(skip_serializing)]
    select: String,
}

/// What is over and nobody has closed; stands among the statuses.
pub const UNCLOSED: &str = "unclosed";
/// The value of [`Filters::select`] that ticks every box.
const ALL: &str = "all";

impl Filters {
    /// Unless something is asked for, the list begins today: whoever looks for a status or a name means the past, too, and
    /// so does whoever is on another page of the list.
    pub fn with_day(mut self, at: &At, zone: Tz, now: DateTime<Utc>) -> Self {
        let asked = [&self.q, &self.status, &self.from, &self.to, &self.outcome];
        if at.is_first() && asked.iter().all(|text| text.trim().is_empty()) {
            self.from = now.with_timezone(&zone).date_naive().to_string();
        }
        self
    }

    /// The list that begins nowhere, and its order; none where this one begins nowhere itself.
    pub fn before_its_day(&self, zone: Tz) -> Option<(Self, Sort, DateTime<Utc>)> {
        let day = text::date(&self.from)
            .ok()
            .filter(|_| !self.waits_for_a_time())?;
        let all = Self {
            from: String::new(),
            ..self.clone()
        };
        let status = Status::try_from_value(&self.status).ok();
        let sort = all.sort(status);
        Some((all, sort, times::bounds_of_day(day, zone).0))
    }

    /// The chosen job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }

    /// Are all boxes ticked?
    pub fn selects_all(&self) -> bool {
        self.select == ALL
    }

    /// The address of this page of the list with all boxes ticked.
    pub fn select_all(&self, at: &At) -> String {
        let here = at.address("/interviews", self);
        let separator = if here.contains('?') { '&' } else { '?' };
        format!("{here}{separator}select={ALL}")
    }

    /// The outcomes to ask for, once it is about what took place; the one that is asked for is among them.
    pub fn outcomes(&self, known: &[String]) -> Vec<Choice> {
        let asked = self.outcome.trim();
        if self.status != Status::Completed.to_value() && asked.is_empty() {
            return Vec::new();
        }
        let is_other = !asked.is_empty() && known.iter().all(|name| name != asked);
        let other = is_other.then_some(asked);
        let all = known.iter().map(String::as_str).chain(other);
        all.map(|name| Choice::new(name, name)).collect()
    }

    /// What is over is listed backwards from now, unless the list begins at a day.
    fn sort(&self, status: Option<Status>) -> Sort {
        match status {
            _ if self.status == UNCLOSED => Sort::Descending,
            Some(Status::Completed | Status::NoShow | Status::Cancelled)
                if self.from.trim().is_empty() =>
            {
                Sort::Descending
            }
            None if self.from.trim().is_empty() => Sort::Descending,
            _ => Sort::Ascending,
        }
    }

    /// Is it about interviews that have no time yet?
    pub fn waits_for_a_time(&self) -> bool {
        self.status == Status::Unscheduled.to_value()
    }

    /// What the list is asked for; the last day is part of it.
    pub fn parse(
        &self,
        (zone, now): (Tz, DateTime<Utc>),
        at: &At,
    ) -> Result<(Filter, Option<Seek>), FormErrors> {
        let mut errors = FormErrors::new();
        let search = errors.check("q", text::optional_line(&self.q, 200));
        let is_unclosed = self.status == UNCLOSED;
        let status = match is_unclosed {
            true => None,
            false => errors.optional(&self.status, |e, text| e.choice("status", text)),
        };
        let outcome = errors.optional(&self.outcome, |e, text| {
            e.check("outcome", text::line(text, 200))
        });
        let job_id = errors.optional(&self.job, |e, text| e.number("job", text, 1, i64::MAX));
        let (from, until) = errors.days((&self.from, &self.to), zone);
        let seek = at.seek(&mut errors);
        let sort = self.sort(status);
        let filter = search.map(|search| Filter {
            search,
            status,
            outcome,
            unclosed_by: is_unclosed.then_some(now),
            job_id,
            candidate_id: None,
            from,
            until,
            sort,
        });
        errors.or(filter.map(|filter| (filter, seek)))
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
            .parse((zone, DateTime::UNIX_EPOCH), &At::default())
            .expect("a filter");
        let bounds = (filter.from.expect("from"), filter.until.expect("until"));
        assert_eq!((bounds.1 - bounds.0).num_hours(), 24);
    }

    #[test]
    fn a_list_begins_today_unless_something_is_asked_for() {
        let zone = crate::zones::Tz::known("Europe/Berlin");
        let now = "2027-01-05T23:30:00Z".parse().expect("an instant");
        let begins = |filters: Filters| filters.with_day(&At::default(), zone, now).from;
        assert_eq!(begins(Filters::default()), "2027-01-06");
        assert_eq!(begins(filters("", "2027-01-01", "")), "2027-01-01");
        assert_eq!(begins(filters("", "", "2027-01-01")), "");
        assert_eq!(begins(filters("completed", "", "")), "");
        let searched = Filters {
            q: "zoe".into(),
            ..Default::default()
        };
        assert_eq!(begins(searched), "");
    }

    #[test]
    fn what_is_over_is_listed_backwards() {
        let sort = |filters: Filters| {
            let (filter, _) = filters
                .parse((Tz::UTC, DateTime::UNIX_EPOCH), &At::default())
                .expect("a filter");
            filter.sort
        };
        for status in ["completed", "no_show", "cancelled"] {
            assert_eq!(sort(filters(status, "", "")), Sort::Descending, "{status}");
            let since = filters(status, "2027-01-01", "");
            assert_eq!(sort(since), Sort::Ascending, "{status}");
        }
        assert_eq!(sort(filters("scheduled", "", "")), Sort::Ascending);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (wrong, field) in [
            (filters("maybe", "", ""), "status"),
            (filters("", "soon", ""), "from"),
            (filters("", "2027-01-05", "2027-01-04"), "to"),
        ] {
            let errors = wrong
                .parse((Tz::UTC, DateTime::UNIX_EPOCH), &At::default())
                .expect_err("a mistake");
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
}
