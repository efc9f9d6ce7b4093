//! Which part of the calendar is asked for: all of it in the address.
use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::web::{forms::FormErrors, lists, series::SeriesForm};

/// The address of a page of the calendar.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CalendarForm {
    day: String,
    view: String,
    lanes: String,
    part: String,
    /// Where hours begin that are being painted: `2027-01-05T10:00`.
    paint: String,
    /// Whose hours: `with_7`, or empty.
    seat: String,
    #[serde(flatten)]
    pub(super) series: SeriesForm,
}

/// How much of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Monday to Sunday.
    Week,
    /// One day.
    Day,
}

/// What has a lane of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lanes {
    /// Each interviewer.
    Interviewers,
    /// Each job.
    Jobs,
}

/// A page of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// A day of it.
    pub day: NaiveDate,
    /// How much.
    pub view: View,
    /// In which lanes.
    pub lanes: Lanes,
    /// Which of them, where there are many.
    pub part: usize,
}

/// Hours that are being painted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brush {
    /// Where they begin.
    pub from: NaiveDateTime,
    /// Whose they are: the name of a box of the form, or empty.
    pub seat: String,
}

impl CalendarForm {
    /// What is asked for.
    pub fn parse(&self, today: NaiveDate) -> Result<Place, FormErrors> {
        let mut errors = FormErrors::new();
        let day = errors.optional(&self.day, |errors, text| errors.date("day", text));
        let view = match self.view.as_str() {
            "" | "week" => Some(View::Week),
            "day" => Some(View::Day),
            _ => errors.check("day", Err("Choose Week or Day.")),
        };
        let lanes = match self.lanes.as_str() {
            "" | "interviewers" => Some(Lanes::Interviewers),
            "jobs" => Some(Lanes::Jobs),
            _ => errors.check("day", Err("Choose Interviewers or Jobs.")),
        };
        let part = errors.optional(&self.part, |e, text| e.number("day", text, 0, 1_000));
        let place = view.zip(lanes).map(|(view, lanes)| Place {
            day: day.unwrap_or(today),
            view,
            lanes,
            part: part.unwrap_or_default(),
        });
        errors.or(place)
    }

    /// What its links keep besides the place, to be put behind an address: the series that is looked at, else the job.
    pub fn kept(&self) -> String {
        match self.series.wants_preview() {
            true => self.series.address("").replacen('?', "&", 1),
            false => self.kept_job(),
        }
    }

    /// The job that the calendar is narrowed to, to be put behind an address.
    pub fn kept_job(&self) -> String {
        let job = self.series.job_id();
        job.map_or_else(String::new, |id| format!("&job={id}"))
    }

    /// Hours that were begun to be painted; what cannot be read was not.
    pub fn brush(&self) -> Option<Brush> {
        let from = NaiveDateTime::parse_from_str(&self.paint, "%Y-%m-%dT%H:%M").ok()?;
        Some(Brush {
            from,
            seat: self.seat.clone(),
        })
    }
}

impl Place {
    /// The week of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self {
            day,
            view: View::Week,
            lanes: Lanes::Interviewers,
            part: 0,
        }
    }

    /// Its first and last day.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        match self.view {
            View::Week => {
                let week = self.day.week(Weekday::Mon);
                (week.first_day(), week.last_day())
            }
            View::Day => (self.day, self.day),
        }
    }

    /// The same place, so many weeks or days later.
    pub fn later(self, steps: i64) -> Self {
        let days = match self.view {
            View::Week => 7,
            View::Day => 1,
        };
        let day = self
            .day
            .checked_add_signed(chrono::TimeDelta::days(days * steps));
        Self {
            day: day
                .filter(|day| (1900..=9998).contains(&day.year()))
                .unwrap_or(self.day),
            ..self
        }
    }

    /// Where it is.
    pub fn address(self) -> String {
        lists::address("/calendar", &self.fields())
    }

    fn fields(self) -> Fields {
        Fields {
            day: self.day.to_string(),
            view: match self.view {
                View::Week => "",
                View::Day => "day",
            },
            lanes: match self.lanes {
                Lanes::Interviewers => "",
                Lanes::Jobs => "jobs",
            },
            part: match self.part {
                0 => String::new(),
                part => part.to_string(),
            },
        }
    }
}

#[derive(Serialize)]
struct Fields {
    day: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    view: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    lanes: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    part: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(query: &str) -> Result<Place, FormErrors> {
        let form: CalendarForm = serde_urlencoded::from_str(query).expect("an address");
        form.parse("2027-01-06".parse().expect("a day"))
    }

    #[test]
    fn the_address_of_a_place_leads_there() {
        for query in ["", "day=2027-03-01", "view=day&lanes=jobs", "part=2"] {
            let place = place(query).expect("a place");
            let address = place.address();
            let query = address.split_once('?').expect("a query").1;
            assert_eq!(super::tests::place(query), Ok(place), "{address}");
        }
        for wrong in ["day=soon", "view=month", "lanes=rooms", "part=-1"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_week_begins_on_monday_and_a_day_is_a_day() {
        let week = place("").expect("a place");
        assert_eq!(week.days().0.to_string(), "2027-01-04");
        assert_eq!(week.days().1.to_string(), "2027-01-10");
        assert_eq!(week.later(-1).days().0.to_string(), "2026-12-28");
        let day = place("view=day").expect("a place");
        assert_eq!(day.later(1).days().0.to_string(), "2027-01-07");
    }

    #[test]
    fn nobody_walks_out_of_the_calendar() {
        let last = place("day=9998-12-31").expect("a place");
        assert_eq!(last.later(1), last);
    }
}
