//! What is typed to correct an interview.
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use crate::{
    domain::interviews::{Details, change::Target, correction::Correction, telling::Telling},
    text,
    web::{
        choices,
        conflict::Reading,
        forms::{FormErrors, Ticket},
        labels, preview,
        telling::TellingForm,
    },
};

/// What the candidate sees, as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EditForm {
    interview_type: String,
    duration_minutes: String,
    meeting_url: String,
    notes: String,
    interviewer_notes: String,
    /// The other interviews at this time of which somebody was warned.
    overlap: String,
    #[serde(flatten)]
    pub(super) telling: TellingForm,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
    #[serde(skip_serializing)]
    act: String,
}

impl EditForm {
    /// As it is.
    pub fn of(details: &Details) -> Self {
        let slot = details.slot.as_ref();
        let or_empty = |text: Option<String>| text.unwrap_or_default();
        Self {
            interview_type: or_empty(slot.map(|slot| slot.interview_type.to_value())),
            duration_minutes: or_empty(slot.map(|slot| slot.duration_minutes.to_string())),
            meeting_url: or_empty(slot.and_then(|slot| slot.meeting_url.clone())),
            notes: details.interview.booking_notes.clone(),
            interviewer_notes: details.interview.interviewer_notes.clone(),
            telling: TellingForm::everybody(),
            ticket: Ticket::of_version(details.interview.version).with_new_key(),
            ..Default::default()
        }
    }

    /// Is nothing done but the preview?
    pub fn is_preview(&self) -> bool {
        self.act == "preview"
    }

    /// The correction, or what is wrong in the order of the page.
    pub fn parse(&self, interview_id: i64) -> Result<(Target, Correction, Telling), FormErrors> {
        let mut errors = FormErrors::new();
        let interview_type = errors.choice("interview_type", &self.interview_type);
        let duration = errors.number("duration_minutes", &self.duration_minutes, 5, 720);
        let meeting_url = errors.optional(&self.meeting_url, |errors, text| {
            errors.check("meeting_url", text::https_url(text))
        });
        let notes = errors.check("notes", text::lines(&self.notes, 2000));
        let interviewer_notes = errors.check(
            "interviewer_notes",
            text::lines(&self.interviewer_notes, 2000),
        );
        let telling = self.telling.parse(&mut errors);
        let version = errors.version(&self.ticket);
        let request = (
            interview_id,
            (&self.interview_type, &self.duration_minutes),
            (&self.meeting_url, &self.notes, &self.interviewer_notes),
            &self.telling,
        );
        let target = Target {
            interview_id,
            version,
            idempotency_key: self.ticket.idempotency_key("correction", &request),
        };
        let correction = (|| {
            Some(Correction {
                interview_type: interview_type?,
                duration_minutes: duration?,
                meeting_url,
                notes: notes?,
                interviewer_notes: interviewer_notes?,
            })
        })();
        let parsed = correction.zip(telling);
        errors.or(parsed.map(|(correction, telling)| (target, correction, telling)))
    }

    /// What was confirmed.
    pub fn overlap(&self) -> &str {
        &self.overlap
    }

    /// Where the mail is shown as mail programs do; none where the address would be too long for a proxy.
    pub fn letter_address(&self, interview_id: i64) -> Option<String> {
        let letter = Letter {
            interview_type: &self.interview_type,
            duration_minutes: &self.duration_minutes,
            meeting_url: &self.meeting_url,
            notes: &self.notes,
            version: self.ticket.version(),
        };
        preview::address(&format!("/interviews/{interview_id}/edit/html"), &letter)
    }

    /// As a person reads it.
    pub fn reading(&self) -> Reading {
        let types = choices::of(labels::interview_type);
        let clean = |typed: &String| text::lines(typed, 2000).unwrap_or_else(|_| typed.clone());
        Reading::new()
            .choice("interview_type", "Type", &self.interview_type, &types)
            .text("duration_minutes", "Minutes", self.duration_minutes.trim())
            .text("meeting_url", "Meeting link", self.meeting_url.trim())
            .text(
                "booking_notes",
                "Notes for the candidate",
                &clean(&self.notes),
            )
            .text(
                "interviewer_notes",
                "Notes for the interviewers",
                &clean(&self.interviewer_notes),
            )
    }
}

/// What the mail depends on.
#[derive(Serialize)]
struct Letter<'a> {
    interview_type: &'a str,
    duration_minutes: &'a str,
    meeting_url: &'a str,
    notes: &'a str,
    version: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    type Slip = fn(&mut EditForm);

    #[test]
    fn each_mistake_stands_beside_its_field() {
        let good = EditForm {
            interview_type: "final".into(),
            duration_minutes: "30".into(),
            ticket: Ticket::of_version(2).with_new_key(),
            ..Default::default()
        };
        assert!(good.parse(1).is_ok());
        let cases: [(&str, Slip); 5] = [
            ("interview_type", |form| form.interview_type = "chat".into()),
            ("duration_minutes", |form| {
                form.duration_minutes = "721".into()
            }),
            ("meeting_url", |form| {
                form.meeting_url = "http://x.example".into()
            }),
            ("notes", |form| form.notes = "a\u{0}b".into()),
            ("interviewer_notes", |form| {
                form.interviewer_notes = "a\u{0}b".into()
            }),
        ];
        for (field, slip) in cases {
            let mut form = good.clone();
            slip(&mut form);
            assert!(
                form.parse(1).expect_err("a mistake").of(field).is_some(),
                "{field}"
            );
        }
    }
}
