//! A slot as it is typed.
use chrono::TimeDelta;
use entity::slot::{self, InterviewType};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::{panel::Panel, time::TimeForm};
use crate::{
    domain::{idempotency_keys::IdempotencyKey, slots::NewSlot, versions::Target},
    text,
    web::{
        choices::{self, Choice},
        conflict::Reading,
        forms::{FormErrors, Ticket},
        labels, lists,
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

    /// A slot as it is, with its interviewers.
    pub fn of(slot: &slot::Model, interviewers: &[i64]) -> Self {
        Self {
            job: slot.job_id.to_string(),
            at: TimeForm::of(slot),
            interview_type: slot.interview_type.to_value(),
            difficulty_level: slot
                .difficulty_level
                .map_or_else(String::new, |level| level.to_value()),
            meeting_url: slot.meeting_url.clone().unwrap_or_default(),
            interviewer: slot.interviewer.clone(),
            ticket: Ticket::of_version(slot.version).with_new_key(),
            act: String::new(),
            panel: Panel::of(interviewers),
        }
    }

    /// A change of that slot, or what is wrong in the order of the page. A time that was not touched stays the same
    /// instant, which the clock may show twice.
    pub fn parse_change(&self, stored: &slot::Model) -> Result<(Target, NewSlot), FormErrors> {
        let stored_at = TimeForm::of(stored);
        let is_untouched = self.at.fold.is_empty()
            && (&self.at.date, &self.at.time, &self.at.time_zone)
                == (&stored_at.date, &stored_at.time, &stored_at.time_zone);
        let mut at = self.at.clone();
        if is_untouched {
            // Any time that is one, in place of a time that may be two.
            at = TimeForm {
                date: "2027-01-05".into(),
                time: "12:00".into(),
                time_zone: "UTC".into(),
                ..at
            };
        }
        let readable = Self { at, ..self.clone() };
        let parsed = readable.parse();
        let mut errors = parsed.as_ref().err().cloned().unwrap_or_default();
        let target = errors.target(&self.ticket, stored.id);
        let mut new = match (parsed, target) {
            (Ok(new), Some(target)) => (target, new),
            _ => return Err(errors),
        };
        if is_untouched {
            new.1.starts_at = stored.starts_at;
            match (stored.local_start.parse(), stored.time_zone.parse()) {
                (Ok(local_start), Ok(zone)) => {
                    new.1.local_start = local_start;
                    new.1.zone = zone;
                }
                _ => return Err(FormErrors::one("date", "Choose the date and time again.")),
            }
        }
        let asked = Self {
            ticket: Ticket::default(),
            ..self.clone()
        };
        new.0.idempotency_key = self
            .ticket
            .idempotency_key("slot.change", &(stored.id, asked));
        Ok(new)
    }

    /// Is nothing done but the preview?
    pub fn is_preview(&self) -> bool {
        self.act == "preview"
    }

    /// As a person reads it.
    pub fn reading(&self, jobs: &[Choice], users: &[(i64, String, String)]) -> Reading {
        let ids = self.panel.ids();
        let named = users.iter().filter(|(id, ..)| ids.contains(id));
        let named: Vec<&str> = named.map(|(_, name, _)| name.as_str()).collect();
        let (types, levels) = (
            choices::of(labels::interview_type),
            choices::of(labels::difficulty),
        );
        Reading::new()
            .choice("job", "Job", &self.job, jobs)
            .text(
                "starts_at",
                "Start",
                &format!("{} {}", self.at.date, self.at.time),
            )
            .text(
                "duration_minutes",
                "Minutes",
                self.at.duration_minutes.trim(),
            )
            .text("time_zone", "Time zone", &self.at.time_zone)
            .choice("interview_type", "Type", &self.interview_type, &types)
            .choice(
                "difficulty_level",
                "Difficulty",
                &self.difficulty_level,
                &levels,
            )
            .text("meeting_url", "Meeting link", self.meeting_url.trim())
            .text("interviewers", "Interviewers", &named.join(", "))
            .text("interviewer", "Interviewer's name", self.interviewer.trim())
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
