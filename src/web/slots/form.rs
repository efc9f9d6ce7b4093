//! What is typed about slots.
use chrono::{DateTime, TimeDelta, Utc};
use entity::slot::InterviewType;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::time::TimeForm;
use crate::{
    domain::{
        idempotency_keys::IdempotencyKey,
        page::Cursor,
        slots::{Filter, NewSlot, State},
    },
    text, times,
    web::{
        choices::Choice,
        forms::{FormErrors, Ticket},
        labels,
        lists::{self, At},
    },
    zones::Tz,
};

/// The states in the order in which a list offers them, by the name in its address.
const STATES: [(&str, State); 4] = [
    ("open", State::Open),
    ("booked", State::Booked),
    ("closed", State::Closed),
    ("past", State::Past),
];

/// Who is to be booked, carried from page to page until a slot is found.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Whom {
    /// A candidate who is to get a new interview.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub candidate: String,
    /// An interview that waits for its time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub interview: String,
}

/// Which slots to list.
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
    /// Without a day the list begins today; past slots alone lie before.
    pub fn with_day(mut self, zone: Tz, now: DateTime<Utc>) -> Self {
        if self.from.trim().is_empty() && self.state != "past" {
            self.from = now.with_timezone(&zone).date_naive().to_string();
        }
        self
    }

    /// What the list is asked for.
    pub fn parse(&self, zone: Tz, at: &At) -> Result<(Filter, Option<Cursor>), FormErrors> {
        let mut errors = FormErrors::new();
        let job_id = errors.optional(&self.job, |e, text| e.number("job", text, 1, i64::MAX));
        let state = errors.optional(&self.state, |errors, text| {
            let found = STATES.iter().find(|(name, _)| *name == text);
            errors.check("state", found.ok_or("Choose one from the list."))
        });
        let from = errors.optional(&self.from, |e, text| e.date("from", text));
        let cursor = at.cursor(&mut errors);
        let filter = Filter {
            job_id,
            state: state.map(|(_, state)| *state),
            from: from.map(|day| times::bounds_of_day(day, zone).0),
            until: None,
        };
        errors.or(Some((filter, cursor)))
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

/// A slot as it is typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SlotForm {
    job: String,
    #[serde(flatten)]
    at: TimeForm,
    interview_type: String,
    difficulty_level: String,
    meeting_url: String,
    interviewer: String,
    #[serde(flatten, skip_serializing_if = "Ticket::is_blank")]
    pub(super) ticket: Ticket,
    /// Which button was pressed.
    #[serde(skip_serializing)]
    act: String,
}

impl SlotForm {
    /// What nobody has said yet gets its usual value.
    pub fn with_defaults(self, zone: Tz) -> Self {
        let or = |typed: String, usual: &str| match typed.is_empty() {
            true => usual.to_owned(),
            false => typed,
        };
        Self {
            at: TimeForm {
                time_zone: or(self.at.time_zone, zone.name()),
                duration_minutes: or(self.at.duration_minutes, "60"),
                ..self.at
            },
            interview_type: or(self.interview_type, &InterviewType::Technical.to_value()),
            ticket: Ticket::fresh(),
            ..self
        }
    }

    /// The slot, or what is wrong in the order of the page.
    pub fn parse(&self) -> Result<NewSlot, FormErrors> {
        let mut errors = FormErrors::new();
        let job_id = match self.job.trim() {
            "" => errors.check("job", Err("Choose a job.")),
            id => errors.number("job", id, 1, i64::MAX),
        };
        let time = self.at.parse(&mut errors);
        let interview_type = errors.choice("interview_type", &self.interview_type);
        let difficulty_level = errors.optional(&self.difficulty_level, |errors, text| {
            errors.choice("difficulty_level", text)
        });
        let meeting_url = errors.optional(&self.meeting_url, |errors, text| {
            errors.check("meeting_url", text::https_url(text))
        });
        let interviewer = errors.check("interviewer", text::optional_line(&self.interviewer, 200));
        let parsed = (|| {
            let time = time?;
            Some(NewSlot {
                job_id: job_id?,
                starts_at: time.starts_at,
                local_start: time.local_start,
                zone: time.zone,
                duration_minutes: time.duration_minutes,
                interview_type: interview_type?,
                difficulty_level,
                meeting_url,
                interviewer: interviewer?,
            })
        })();
        errors.or(parsed)
    }

    /// The two instants to choose from, when the clock shows the typed time twice.
    pub fn folds(&self) -> Vec<Choice> {
        self.at.folds()
    }

    /// The address of the form for the slot that follows, when the button for that was pressed.
    pub fn next_after(&self, new: &NewSlot) -> Option<String> {
        if self.act != "again" {
            return None;
        }
        let end = new.local_start + TimeDelta::minutes(new.duration_minutes.into());
        let next = Self {
            at: TimeForm {
                date: end.date().to_string(),
                time: end.format("%H:%M").to_string(),
                fold: String::new(),
                ..self.at.clone()
            },
            ticket: Ticket::default(),
            ..self.clone()
        };
        Some(lists::address("/slots/new", &next))
    }

    /// The form's idempotency key.
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.ticket.idempotency_key("slot", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut SlotForm);

    fn typed(date: &str, time: &str, fold: &str) -> SlotForm {
        SlotForm {
            job: "7".into(),
            at: TimeForm {
                date: date.into(),
                time: time.into(),
                fold: fold.into(),
                time_zone: "Europe/Berlin".into(),
                duration_minutes: "60".into(),
            },
            ..SlotForm::default().with_defaults(crate::zones::Tz::known("Europe/Berlin"))
        }
    }

    #[test]
    fn a_slot_is_an_instant_and_the_wall_clock_there() {
        let slot = typed("2027-01-05", "10:00", "").parse().expect("a slot");
        assert_eq!(slot.starts_at.to_rfc3339(), "2027-01-05T09:00:00+00:00");
        assert_eq!(slot.local_start.to_string(), "2027-01-05 10:00:00");
        assert_eq!((slot.job_id, slot.duration_minutes), (7, 60));
    }

    #[test]
    fn a_time_that_does_not_exist_is_refused_with_the_next_one() {
        let errors = typed("2027-03-28", "02:30", "").parse().expect_err("none");
        let message = errors.of("time").expect("beside the time");
        assert!(
            message.ends_with("The next possible time is 03:00."),
            "{message}"
        );
    }

    #[test]
    fn a_time_that_exists_twice_is_asked_about() {
        let form = typed("2027-10-31", "02:30", "");
        assert!(form.parse().expect_err("a question").of("fold").is_some());
        let labels: Vec<String> = form
            .folds()
            .into_iter()
            .map(|choice| choice.label)
            .collect();
        assert!(labels[0].ends_with("UTC+02:00") && labels[1].ends_with("UTC+01:00"));
        for (fold, hour) in [("earlier", 0), ("later", 1)] {
            let slot = typed("2027-10-31", "02:30", fold).parse().expect("a slot");
            assert_eq!(
                slot.starts_at.to_rfc3339(),
                format!("2027-10-31T0{hour}:30:00+00:00")
            );
        }
        assert!(typed("2027-01-05", "10:00", "").folds().is_empty());
    }

    #[test]
    fn each_mistake_stands_beside_its_field() {
        let cases: [(&str, Change); 11] = [
            ("job", |form| form.job = String::new()),
            ("job", |form| form.job = "x".into()),
            ("date", |form| form.at.date = "tomorrow".into()),
            ("time", |form| form.at.time = "25:00".into()),
            ("time_zone", |form| {
                form.at.time_zone = "Mars/Olympus".into()
            }),
            ("fold", |form| form.at.fold = "both".into()),
            ("duration_minutes", |form| {
                form.at.duration_minutes = "4".into()
            }),
            ("interview_type", |form| form.interview_type = "chat".into()),
            ("difficulty_level", |form| {
                form.difficulty_level = "odd".into()
            }),
            ("meeting_url", |form| {
                form.meeting_url = "http://x.example".into()
            }),
            ("interviewer", |form| form.interviewer = "a\u{202e}b".into()),
        ];
        for (field, change) in cases {
            let mut form = typed("2027-01-05", "10:00", "");
            change(&mut form);
            assert!(
                form.parse().expect_err("a mistake").of(field).is_some(),
                "{field}"
            );
        }
    }

    #[test]
    fn the_next_slot_begins_where_this_one_ends() {
        let mut form = typed("2027-01-05", "23:30", "");
        let new = form.parse().expect("a slot");
        assert_eq!(form.next_after(&new), None);
        form.act = "again".into();
        let address = form.next_after(&new).expect("an address");
        assert!(
            address.contains("date=2027-01-06&time=00%3A30"),
            "{address}"
        );
        assert!(!address.contains("key="), "{address}");
    }

    #[test]
    fn a_list_of_slots_begins_today_where_the_viewer_is() {
        let now = "2027-01-05T23:30:00Z".parse().expect("an instant");
        let zone = crate::zones::Tz::known("Europe/Berlin");
        let filters = Filters::default().with_day(zone, now);
        assert_eq!(filters.from, "2027-01-06");
        let (filter, _) = filters.parse(zone, &At::default()).expect("a filter");
        let from = filter.from.expect("an instant");
        assert_eq!(from.to_rfc3339(), "2027-01-05T23:00:00+00:00");
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
