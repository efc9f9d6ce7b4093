//! What a report is asked for: all of it is in the address, so that a bookmark is a saved report.
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::reports::{By, Filter},
    text, times,
    web::{choices::Choice, forms::FormErrors},
    zones::Tz,
};

/// So many days it is about, unless it says.
const DAYS: u64 = 30;
/// More weeks or months than anybody compares.
const MOST_SPANS: usize = 120;

/// As it is typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    by: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
}

/// What it comes to.
#[derive(Clone, Debug)]
pub struct Report {
    /// By what the interviews are told apart.
    pub by: By,
    /// Which are counted.
    pub filter: Filter,
    /// What the spans are called, where they are told apart by time.
    pub spans: Vec<String>,
}

/// What the groups can be, and what a group is called.
pub const GROUPS: [(&str, &str); 5] = [
    ("job", "Job"),
    ("recruiter", "Recruiter"),
    ("interviewer", "Interviewer"),
    ("week", "Week"),
    ("month", "Month"),
];

impl Filters {
    /// The last days by job, unless it says.
    pub fn with_defaults(mut self, zone: Tz, now: DateTime<Utc>) -> Self {
        if self.by.trim().is_empty() {
            self.by = GROUPS[0].0.into();
        }
        let today = now.with_timezone(&zone).date_naive();
        if self.from.trim().is_empty() && self.to.trim().is_empty() {
            self.to = today.to_string();
            self.from = (today - Days::new(DAYS - 1)).to_string();
        }
        self
    }

    /// The chosen job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }

    /// What a group is called.
    pub fn group(&self) -> &'static str {
        let found = GROUPS.iter().find(|(name, _)| *name == self.by);
        found.map_or("Group", |(_, label)| *label)
    }

    /// The first and the last day.
    pub fn days(&self) -> (&str, &str) {
        (&self.from, &self.to)
    }

    /// What is asked for; the last day is part of it.
    pub fn parse(&self, zone: Tz) -> Result<Report, FormErrors> {
        let mut errors = FormErrors::new();
        if GROUPS.iter().all(|(name, _)| *name != self.by) {
            errors.add("by", "Choose one from the list.");
        }
        let job_id = errors.optional(&self.job, |e, text| e.number("job", text, 1, i64::MAX));
        let days = (&*self.from, &*self.to);
        let (from, until) = errors.days(days, zone);
        for (field, bound) in [("from", from), ("to", until)] {
            if bound.is_none() {
                errors.add(field, "Choose a day.");
            }
        }
        let days = text::date(&self.from).ok().zip(text::date(&self.to).ok());
        let spans = match days {
            Some(days) => self.spans(days),
            None => Vec::new(),
        };
        if spans.len() > MOST_SPANS {
            errors.add(
                "to",
                "This is too long a time for weeks. Choose months, or fewer days.",
            );
        }
        let report = from.zip(until).map(|(from, until)| Report {
            by: self.by(&spans, zone, from),
            filter: Filter {
                from,
                until,
                job_id,
            },
            spans: spans.iter().map(|day| self.span_label(*day)).collect(),
        });
        errors.or(report)
    }

    fn by(&self, spans: &[NaiveDate], zone: Tz, from: DateTime<Utc>) -> By {
        match self.by.as_str() {
            "recruiter" => By::Recruiter,
            "interviewer" => By::Interviewer,
            "week" | "month" => By::Time(
                spans
                    .iter()
                    .map(|day| times::bounds_of_day(*day, zone).0.max(from))
                    .collect(),
            ),
            _ => By::Job,
        }
    }

    /// The first days of the weeks or months of a period, the first of which it may begin within.
    fn spans(&self, (from, to): (NaiveDate, NaiveDate)) -> Vec<NaiveDate> {
        let monday = |day: NaiveDate| day - Days::new(day.weekday().num_days_from_monday().into());
        let (first, next): (NaiveDate, fn(NaiveDate) -> NaiveDate) = match self.by.as_str() {
            "week" => (monday(from), |day| day + Days::new(7)),
            "month" => (from.with_day(1).unwrap_or(from), |day| day + Months::new(1)),
            _ => return Vec::new(),
        };
        let spans = std::iter::successors(Some(first), |day| Some(next(*day)));
        spans
            .take_while(|day| *day <= to)
            .take(MOST_SPANS + 1)
            .collect()
    }

    fn span_label(&self, day: NaiveDate) -> String {
        match self.by.as_str() {
            "month" => day.format("%B %Y").to_string(),
            _ => format!("Week of {}", day.format("%-d %B %Y")),
        }
    }
}

/// What can be chosen.
pub fn groups() -> Vec<Choice> {
    GROUPS
        .iter()
        .map(|(name, label)| Choice::new(name, *label))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(by: &str, from: &str, to: &str) -> Filters {
        Filters {
            by: by.into(),
            from: from.into(),
            to: to.into(),
            job: String::new(),
        }
    }

    #[test]
    fn a_report_is_about_the_last_days_unless_it_says() {
        let now = "2027-01-05T23:30:00Z".parse().expect("an instant");
        let filters = Filters::default().with_defaults(Tz::known("Europe/Berlin"), now);
        assert_eq!(filters.days(), ("2026-12-08", "2027-01-06"));
        assert_eq!(filters.group(), "Job");
    }

    #[test]
    fn weeks_begin_on_mondays_and_the_first_and_last_may_be_cut() {
        let zone = Tz::known("Europe/Berlin");
        let report = filters("week", "2027-01-06", "2027-01-18")
            .parse(zone)
            .expect("a report");
        assert_eq!(
            report.spans,
            [
                "Week of 4 January 2027",
                "Week of 11 January 2027",
                "Week of 18 January 2027"
            ]
        );
        let By::Time(begins) = report.by else {
            panic!("{:?}", report.by);
        };
        assert_eq!(begins[0], report.filter.from, "not before the period");
        assert_eq!(begins[1].to_rfc3339(), "2027-01-10T23:00:00+00:00");
        let months = filters("month", "2026-12-31", "2027-01-01")
            .parse(zone)
            .expect("a report");
        assert_eq!(months.spans, ["December 2026", "January 2027"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (wrong, field) in [
            (filters("status", "2027-01-01", "2027-01-02"), "by"),
            (filters("job", "soon", "2027-01-02"), "from"),
            (filters("job", "2027-01-02", ""), "to"),
            (filters("job", "2027-01-02", "2027-01-01"), "to"),
            (filters("week", "2020-01-01", "2027-01-01"), "to"),
        ] {
            let errors = wrong.parse(Tz::UTC).expect_err("a mistake");
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
}
