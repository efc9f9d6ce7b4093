//! A slot as it is typed.
use chrono::TimeDelta;
use entity::slot::InterviewType;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::{panel::Panel, time::TimeForm};
use crate::{
    domain::{idempotency_keys::IdempotencyKey, slots::NewSlot},
    text,
    web::{
        choices::Choice,
        forms::{FormErrors, Ticket},
        lists,
    },
    zones::Tz,
};

/// The form.
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
    /// Takes what is left of the fields.
    #[serde(flatten)]
    pub(super) panel: Panel,
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
                interviewers: self.panel.ids(),
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
}
