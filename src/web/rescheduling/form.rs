//! What is typed to move an interview.
use chrono::NaiveDate;
use entity::slot;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        interviews::{Details, rescheduling::Move, slot_choice::SlotChoice},
        slots::NewSlot,
    },
    text,
    web::{
        choices::Choice,
        forms::{FormErrors, Ticket},
        overlap, preview,
        slots::TimeForm,
        telling::TellingForm,
    },
};

/// Stands for a time at which there is no slot yet.
const NEW_TIME: &str = "new";

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The free slots of a day are shown.
    Look,
    /// What it would come to is shown.
    Preview,
    /// It is moved.
    Move,
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opening {
    slot: String,
    day: String,
}

/// A move as it is typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct RescheduleForm {
    /// The key of a free slot, or [`NEW_TIME`].
    slot: String,
    /// Whose free slots are offered besides the nearest.
    day: String,
    #[serde(flatten)]
    at: TimeForm,
    notes: String,
    /// Why; for the history.
    reason: String,
    #[serde(flatten)]
    pub(super) telling: TellingForm,
    /// The other interviews at this time of which somebody was warned.
    overlap: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
    #[serde(skip_serializing)]
    act: String,
}

impl RescheduleForm {
    /// As the page begins: with the time and the notes as they are.
    pub fn opened(details: &Details, opening: Opening) -> Self {
        Self {
            slot: opening.slot,
            day: opening.day,
            at: details.slot.as_ref().map(TimeForm::of).unwrap_or_default(),
            notes: details.interview.booking_notes.clone(),
            telling: TellingForm::everybody(),
            ticket: Ticket::of_version(details.interview.version).with_new_key(),
            ..Default::default()
        }
    }

    /// Which button was pressed.
    pub fn act(&self) -> Act {
        match self.act.as_str() {
            "look" => Act::Look,
            "preview" => Act::Preview,
            _ => Act::Move,
        }
    }

    /// The move, or what is wrong in the order of the page. What a new time does not say is as in `old`.
    pub fn parse(
        &self,
        interview_id: i64,
        old: (&slot::Model, &[i64]),
    ) -> Result<Move, FormErrors> {
        let mut errors = FormErrors::new();
        let slot = self.slot_choice(old, &mut errors);
        let notes = errors.check("notes", text::lines(&self.notes, 2000));
        let reason = errors.check("reason", text::optional_line(&self.reason, 200));
        let telling = self.telling.parse(&mut errors);
        let version = errors.version(&self.ticket);
        let why = (&self.reason, &self.telling);
        let request = (interview_id, &self.slot, &self.at, &self.notes, why);
        let parsed = (|| {
            Some(Move {
                interview_id,
                version,
                slot: slot?,
                notes: Some(notes?),
                overlaps: overlap::confirmed(&self.overlap),
                reason: reason?,
                telling: telling?,
                idempotency_key: self.ticket.idempotency_key("reschedule", &request),
            })
        })();
        errors.or(parsed)
    }

    /// What was confirmed.
    pub fn overlap(&self) -> &str {
        &self.overlap
    }

    /// Where the mail is shown as mail programs do; none where the address would be too long for a proxy.
    pub fn letter_address(&self, interview_id: i64) -> Option<String> {
        let letter = Letter {
            slot: &self.slot,
            at: self.is_about_a_new_time().then_some(&self.at),
            notes: &self.notes,
            version: self.ticket.version(),
        };
        preview::address(
            &format!("/interviews/{interview_id}/reschedule/html"),
            &letter,
        )
    }

    /// The day whose free slots are asked for.
    pub fn day(&self, errors: &mut FormErrors) -> Option<NaiveDate> {
        errors.optional(&self.day, |errors, text| errors.date("day", text))
    }

    /// Is this slot chosen?
    pub fn chooses(&self, slot_id: i64) -> bool {
        self.slot.trim() == slot_id.to_string()
    }

    /// Is it about a time at which there is no slot yet?
    pub fn is_about_a_new_time(&self) -> bool {
        self.slot == NEW_TIME
    }

    /// The two instants to choose from, when the clock shows the typed time twice.
    pub fn folds(&self) -> Vec<Choice> {
        match self.is_about_a_new_time() {
            true => self.at.folds(),
            false => Vec::new(),
        }
    }

    fn slot_choice(
        &self,
        (old, interviewers): (&slot::Model, &[i64]),
        errors: &mut FormErrors,
    ) -> Option<SlotChoice> {
        match self.slot.trim() {
            "" => errors.check("slot", Err("Choose a new time.")),
            NEW_TIME => {
                let time = self.at.parse(errors)?;
                Some(SlotChoice::New(NewSlot {
                    job_id: old.job_id,
                    starts_at: time.starts_at,
                    local_start: time.local_start,
                    zone: time.zone,
                    duration_minutes: time.duration_minutes,
                    interview_type: old.interview_type,
                    difficulty_level: old.difficulty_level,
                    meeting_url: old.meeting_url.clone(),
                    interviewer: old.interviewer.clone(),
                    interviewers: interviewers.to_vec(),
                }))
            }
            id => errors
                .number("slot", id, 1, i64::MAX)
                .map(SlotChoice::Existing),
        }
    }
}

/// What the mail depends on.
#[derive(Serialize)]
struct Letter<'a> {
    slot: &'a str,
    #[serde(flatten)]
    at: Option<&'a TimeForm>,
    notes: &'a str,
    version: Option<i32>,
}

#[cfg(test)]
mod tests {
    use entity::slot::{DifficultyLevel, InterviewType};

    use super::*;

    fn old() -> slot::Model {
        let starts_at = "2027-01-05T09:00:00Z".parse().expect("an instant");
        slot::Model {
            id: 4,
            company_id: 1,
            job_id: 7,
            starts_at,
            duration_minutes: 45,
            time_zone: "Europe/Berlin".into(),
            local_start: "2027-01-05T10:00:00".into(),
            interview_type: InterviewType::Final,
            difficulty_level: Some(DifficultyLevel::Hard),
            meeting_url: Some("https://meet.example.com/x".into()),
            interviewer: "Ida".into(),
            closed_at: None,
            rules_changed_at: None,
            was_booked: false,
            created_by: None,
            version: 1,
            created_at: starts_at,
        }
    }

    fn typed(slot: &str) -> RescheduleForm {
        RescheduleForm {
            slot: slot.into(),
            at: TimeForm {
                date: "2027-01-06".into(),
                ..TimeForm::of(&old())
            },
            ticket: Ticket::of_version(3).with_key("k"),
            ..Default::default()
        }
    }

    #[test]
    fn a_new_time_is_like_the_old_one_in_all_but_the_time() {
        let new = typed("new").parse(9, (&old(), &[4])).expect("a move");
        assert_eq!((new.interview_id, new.version), (9, Some(3)));
        let SlotChoice::New(slot) = new.slot else {
            panic!("{new:?}");
        };
        assert_eq!(slot.starts_at.to_rfc3339(), "2027-01-06T09:00:00+00:00");
        assert_eq!((slot.job_id, slot.duration_minutes), (7, 45));
        assert_eq!(slot.interview_type, InterviewType::Final);
        assert_eq!(slot.difficulty_level, Some(DifficultyLevel::Hard));
        assert_eq!(slot.meeting_url, old().meeting_url);
        assert_eq!(slot.interviewer, "Ida");
    }

    #[test]
    fn the_fields_of_a_new_time_matter_only_for_one() {
        let mut form = typed("5");
        form.at.date = "nonsense".into();
        let new = form.parse(9, (&old(), &[4])).expect("a move");
        assert!(matches!(new.slot, SlotChoice::Existing(5)));
        form.slot = "new".into();
        assert!(
            form.parse(9, (&old(), &[4]))
                .expect_err("a mistake")
                .of("date")
                .is_some()
        );
    }

    #[test]
    fn nothing_is_moved_by_mistake() {
        for slot in ["", "soon", "-1"] {
            let errors = typed(slot).parse(9, (&old(), &[4])).expect_err("a mistake");
            assert!(errors.of("slot").is_some(), "{slot}");
        }
    }

    #[test]
    fn the_version_is_no_part_of_what_is_asked() {
        let idempotency_key = |form: RescheduleForm| {
            form.parse(9, (&old(), &[4]))
                .expect("a move")
                .idempotency_key
                .expect("a key")
        };
        let seen_later = RescheduleForm {
            ticket: Ticket::of_version(4).with_key("k"),
            day: "2027-01-09".into(),
            ..typed("5")
        };
        assert_eq!(
            idempotency_key(typed("5")).fingerprint,
            idempotency_key(seen_later).fingerprint
        );
        assert_ne!(
            idempotency_key(typed("5")).fingerprint,
            idempotency_key(typed("6")).fingerprint
        );
    }
}
