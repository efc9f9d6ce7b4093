//! The warning that a candidate has another interview at the same time, with the box that says that both are meant.
use serde::Serialize;

use super::viewer::Viewer;
use crate::{
    app::App,
    domain::interviews::{
        Details,
        overlap::{self, Overlap, Overlaps},
    },
    error::Result,
    times,
    zones::Tz,
};

/// Beside the box, until it is ticked.
pub const UNCONFIRMED: &str = "Tick this box if you mean both interviews.";

/// Where there is no box.
pub const ELSEWHERE: &str = "The candidate has another interview at this time.";

/// What the box sends stands for these interviews alone: one that comes in between is warned of again.
pub fn confirmed(typed: &str) -> Overlaps {
    let ids = typed.split('_').map(|id| id.trim().parse());
    Overlaps::Confirmed(ids.collect::<Result<_, _>>().unwrap_or_default())
}

/// The warning.
#[derive(Debug, Serialize)]
pub struct Warning {
    candidate: String,
    others: Vec<Other>,
    /// What the box sends.
    value: String,
    is_confirmed: bool,
}

#[derive(Debug, Serialize)]
struct Other {
    href: String,
    label: String,
}

impl Warning {
    /// Of what is booked for the candidate while the interview would last, and was not while it lasted as it is; none
    /// when nothing is.
    pub async fn of_change(
        app: &App,
        viewer: &Viewer,
        (before, draft): (&Details, Option<&Details>),
        typed: &str,
    ) -> Result<Option<Self>> {
        let slots = draft.and_then(|draft| Some((before.slot.as_ref()?, draft.slot.as_ref()?)));
        let Some(slots) = slots else {
            return Ok(None);
        };
        let (db, whose) = (app.db.read(), (before.candidate.id, before.interview.id));
        let others = overlap::newly_overlapping(db, viewer.company_id, whose, slots).await?;
        Ok(Self::new(
            &before.candidate.name,
            &others,
            typed,
            viewer.zone(),
        ))
    }

    /// Of what else is booked for the candidate while the interview would last; none when nothing is.
    pub async fn of(
        app: &App,
        viewer: &Viewer,
        draft: Option<&Details>,
        typed: &str,
    ) -> Result<Option<Self>> {
        let Some((draft, slot)) = draft.and_then(|draft| Some((draft, draft.slot.as_ref()?)))
        else {
            return Ok(None);
        };
        let whose = (draft.candidate.id, draft.interview.id);
        let others = overlap::overlapping(app.db.read(), viewer.company_id, whose, slot).await?;
        Ok(Self::new(
            &draft.candidate.name,
            &others,
            typed,
            viewer.zone(),
        ))
    }

    fn new(candidate: &str, others: &[Overlap], typed: &str, zone: Tz) -> Option<Self> {
        if others.is_empty() {
            return None;
        }
        let ids: Vec<String> = others
            .iter()
            .map(|other| other.interview_id.to_string())
            .collect();
        let value = ids.join("_");
        Some(Self {
            candidate: candidate.into(),
            others: others.iter().map(|other| Other::new(other, zone)).collect(),
            is_confirmed: typed == value,
            value,
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            candidate: "John Doe".into(),
            others: vec![Other {
                href: "/interviews/2".into(),
                label: "Tue 5 January 2027, 10:00–10:45".into(),
            }],
            value: "2".into(),
            is_confirmed: false,
        }
    }
}

impl Other {
    fn new(other: &Overlap, zone: Tz) -> Self {
        Self {
            href: format!("/interviews/{}", other.interview_id),
            label: times::span(other.slot.starts_at, other.slot.ends_at(), zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_confirms_what_it_stands_for_and_nothing_else() {
        for (typed, ids) in [
            ("", vec![]),
            ("on", vec![]),
            ("7", vec![7]),
            ("7_12", vec![7, 12]),
            ("7_x", vec![]),
        ] {
            assert_eq!(confirmed(typed), Overlaps::Confirmed(ids), "{typed:?}");
        }
    }
}
