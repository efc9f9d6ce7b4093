//! Which slots a list shows, as it is typed.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::whom::Whom;
use crate::{
    domain::{
        page::{Seek, Sort},
        slots::{Filter, State},
    },
    text, times,
    web::{choices::Choice, forms::FormErrors, labels, lists::At},
    zones::Tz,
};

/// The states in the order in which a list offers them, by the name in its address.
const STATES: [(&str, State); 5] = [
    ("open", State::Open),
    ("blocked", State::Blocked),
    ("booked", State::Booked),
    ("closed", State::Closed),
    ("past", State::Past),
];

/// The form above the list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    candidate: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    interview: String,
}

impl Filters {
    /// Unless a day, a status or another page of the list is asked for, it begins today.
    pub fn with_day(mut self, at: &At, zone: Tz, now: DateTime<Utc>) -> Self {
        if at.is_first() && self.from.trim().is_empty() && self.state.trim().is_empty() {
            self.from = now.with_timezone(&zone).date_naive().to_string();
        }
        self
    }

    /// The list that begins nowhere, and its order; none where this one begins nowhere itself.
    pub fn before_its_day(&self, zone: Tz) -> Option<(Self, Sort, DateTime<Utc>)> {
        let day = text::date(&self.from).ok()?;
        let all = Self {
            from: String::new(),
            ..self.clone()
        };
        let state = STATES.iter().find(|(name, _)| *name == self.state);
        let sort = all.sort(state.map(|(_, state)| *state));
        Some((all, sort, times::bounds_of_day(day, zone).0))
    }

    /// The chosen job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }

    /// Where the past is part of it, the latest come first, unless the list begins at a day.
    fn sort(&self, state: Option<State>) -> Sort {
        match state {
            Some(State::Booked | State::Closed | State::Past) if self.from.trim().is_empty() => {
                Sort::Descending
            }
            _ => Sort::Ascending,
        }
    }

    /// What the list is asked for.
    pub fn parse(&self, zone: Tz, at: &At) -> Result<(Filter, Option<Seek>), FormErrors> {
        let mut errors = FormErrors::new();
        let job_id = errors.optional(&self.job, |e, text| e.number("job", text, 1, i64::MAX));
        let state = errors.optional(&self.state, |errors, text| {
            let found = STATES.iter().find(|(name, _)| *name == text);
            errors.check("state", found.ok_or("Choose one from the list."))
        });
        let state = state.map(|(_, state)| *state);
        let from = errors.optional(&self.from, |e, text| e.date("from", text));
        let seek = at.seek(&mut errors);
        let filter = Filter {
            job_id,
            state,
            series_id: None,
            from: from.map(|day| times::bounds_of_day(day, zone).0),
            until: None,
            sort: self.sort(state),
        };
        errors.or(Some((filter, seek)))
    }

    /// Who is to be booked into one of them.
    pub fn whom(&self) -> Whom {
        Whom {
            candidate: self.candidate.clone(),
            interview: self.interview.clone(),
        }
    }
}

/// The states that a list can be narrowed to.
pub fn states() -> Vec<Choice> {
    STATES
        .iter()
        .map(|(name, state)| Choice::new(name, labels::slot_state(*state)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_slots_begins_today_where_the_viewer_is() {
        let now = "2027-01-05T23:30:00Z".parse().expect("an instant");
        let zone = Tz::known("Europe/Berlin");
        let filters = Filters::default().with_day(&At::default(), zone, now);
        assert_eq!(filters.from, "2027-01-06");
        let (filter, _) = filters.parse(zone, &At::default()).expect("a filter");
        let from = filter.from.expect("an instant");
        assert_eq!(from.to_rfc3339(), "2027-01-05T23:00:00+00:00");
    }

    #[test]
    fn a_status_does_not_hide_the_past_behind_today() {
        let now = "2027-01-05T23:30:00Z".parse().expect("an instant");
        for (state, sort) in [
            ("open", Sort::Ascending),
            ("booked", Sort::Descending),
            ("closed", Sort::Descending),
            ("past", Sort::Descending),
        ] {
            let filters = Filters {
                state: state.into(),
                ..Default::default()
            };
            let filters = filters.with_day(&At::default(), Tz::UTC, now);
            let (filter, _) = filters.parse(Tz::UTC, &At::default()).expect("a filter");
            assert_eq!((filter.from, filter.sort), (None, sort), "{state}");
        }
    }

    #[test]
    fn an_unknown_state_is_refused_and_never_widens_the_list() {
        let filters = Filters {
            state: "whatever".into(),
            ..Default::default()
        };
        let parsed = filters.parse(Tz::UTC, &At::default());
        assert!(parsed.expect_err("a mistake").of("state").is_some());
    }
}
