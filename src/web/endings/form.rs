//! How an interview ended, as it is chosen.
use std::collections::BTreeMap;

use entity::interview;
use serde::{Deserialize, Serialize};

use crate::{
    domain::interviews::{
        change::Target,
        ending::{Closing, Ending},
    },
    text,
    web::{
        choices::Choice,
        forms::{FormErrors, Ticket},
    },
};

const COMPLETED: &str = "completed";
const NO_SHOW: &str = "no_show";
/// Before the name of an outcome.
const OUTCOME: &str = "outcome:";
/// Before the key of an interview; the value is its version.
const PICK: &str = "pick_";
/// More than a page of a list has.
const MOST_PICKS: usize = 200;
const LONGEST_NOTE: usize = 4000;

/// What can be chosen in a company with these outcomes.
pub fn choices(outcomes: &[String]) -> Vec<Choice> {
    let completed = outcomes
        .iter()
        .map(|name| Choice::new(format!("{OUTCOME}{name}"), format!("Completed: {name}")));
    let others = [
        Choice::new(COMPLETED, "Completed, no decision yet"),
        Choice::new(NO_SHOW, "No-show: the candidate did not come"),
    ];
    completed.chain(others).collect()
}

/// The same in short, as label and value of a button each.
pub fn buttons(outcomes: &[String]) -> Vec<(String, String)> {
    let named = outcomes
        .iter()
        .map(|name| (name.clone(), format!("{OUTCOME}{name}")));
    let no_show = ("No-show".to_owned(), NO_SHOW.to_owned());
    named.chain([no_show]).collect()
}

fn parse(ending: &str, errors: &mut FormErrors) -> Option<Ending> {
    let outcome = match ending {
        NO_SHOW => return Some(Ending::NoShow),
        COMPLETED => None,
        other => {
            let name = other.strip_prefix(OUTCOME).unwrap_or_default();
            Some(errors.check(
                "ending",
                text::line(name, 200).map_err(|_| "Choose one from the list."),
            )?)
        }
    };
    Some(Ending::Completed { outcome })
}

/// A button beside an interview.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {
    /// The page that it stands on; empty on the interview's own.
    pub(super) next: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
}

/// The form of one interview as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EndingForm {
    pub(super) ending: String,
    /// None on a button of its own, which says nothing of the note.
    pub(super) private_note: Option<String>,
    /// The page that a button of its own stands on.
    #[serde(skip_serializing)]
    pub(super) next: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
}

impl EndingForm {
    /// As it is.
    pub(super) fn of(row: &interview::Model) -> Self {
        let ending = match (row.status, &row.outcome) {
            (interview::Status::Completed, Some(name)) => format!("{OUTCOME}{name}"),
            (interview::Status::Completed, None) => COMPLETED.into(),
            (interview::Status::NoShow, _) => NO_SHOW.into(),
            _ => String::new(),
        };
        Self {
            ending,
            private_note: Some(row.private_note.clone()),
            next: String::new(),
            ticket: Ticket::of_version(row.version).with_new_key(),
        }
    }

    pub(super) fn parse(&self, interview_id: i64) -> Result<(Target, Closing), FormErrors> {
        let mut errors = FormErrors::new();
        let ending = parse(&self.ending, &mut errors);
        let note = self
            .private_note
            .as_deref()
            .map_or(Ok(None), |typed| text::lines(typed, LONGEST_NOTE).map(Some));
        let note = errors.check("private_note", note);
        let version = errors.version(&self.ticket);
        let request = (interview_id, &self.ending, &self.private_note);
        let target = Target {
            interview_id,
            version,
            idempotency_key: self.ticket.idempotency_key("ending", &request),
        };
        let closing = ending.zip(note).map(|(ending, note)| Closing {
            ending,
            private_note: note,
        });
        errors.or(closing.map(|closing| (target, closing)))
    }
}

/// The form of several: a box for each interview, `pick_12=3` for the interview 12 as it is in version 3.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct BulkForm {
    pub(super) ending: String,
    /// The list from which they were chosen.
    pub(super) next: String,
    #[serde(flatten, skip_serializing)]
    picks: BTreeMap<String, String>,
}

impl BulkForm {
    /// What is chosen, the lowest key first; what is no box is none.
    pub(super) fn parse(&self) -> Result<Vec<(Target, Closing)>, FormErrors> {
        let mut errors = FormErrors::new();
        let ending = parse(&self.ending, &mut errors);
        let picks = self.picks.iter().filter_map(|(name, version)| {
            Some(Target {
                interview_id: name.strip_prefix(PICK)?.parse().ok()?,
                version: Some(version.trim().parse().ok()?),
                idempotency_key: None,
            })
        });
        let mut picks: Vec<Target> = picks.collect();
        picks.sort_by_key(|target| target.interview_id);
        match picks.len() {
            0 => errors.add("form", "Select at least one interview."),
            count if count > MOST_PICKS => {
                errors.add("form", format!("Select at most {MOST_PICKS} interviews."));
            }
            _ => {}
        }
        let closing = ending.map(|ending| Closing {
            ending,
            private_note: None,
        });
        let of_each = |closing: Closing| {
            let picks = picks.into_iter();
            picks.map(|target| (target, closing.clone())).collect()
        };
        errors.or(closing.map(of_each))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_can_be_chosen() {
        let chosen: Vec<Option<Ending>> = choices(&["Advance".into(), "a:b".into()])
            .iter()
            .map(|choice| parse(&choice.value, &mut FormErrors::new()))
            .collect();
        let completed = |outcome: Option<&str>| {
            Some(Ending::Completed {
                outcome: outcome.map(str::to_owned),
            })
        };
        assert_eq!(
            chosen,
            [
                completed(Some("Advance")),
                completed(Some("a:b")),
                completed(None),
                Some(Ending::NoShow)
            ]
        );
        for wrong in ["", "outcome:", "Advance", "cancelled"] {
            assert_eq!(parse(wrong, &mut FormErrors::new()), None, "{wrong}");
        }
    }

    #[test]
    fn only_boxes_of_interviews_count() {
        let form = |picks: &[(&str, &str)]| BulkForm {
            ending: "no_show".into(),
            picks: picks
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            ..Default::default()
        };
        let picked = form(&[
            ("pick_12", "3"),
            ("pick_7", "1"),
            ("pick_x", "1"),
            ("q", "2"),
        ]);
        let picked = picked.parse().expect("two");
        let targets: Vec<_> = picked
            .iter()
            .map(|(target, _)| (target.interview_id, target.version))
            .collect();
        assert_eq!(targets, [(7, Some(1)), (12, Some(3))]);
        let none = form(&[("pick_7", "")]).parse().expect_err("none");
        assert!(none.of("form").is_some());
    }
}
