//! What the pages of slots show.
use serde::Serialize;

use super::{
    booking_address,
    form::{self, Filters, SlotForm, Whom},
};
use crate::{
    domain::{
        interviews::Details,
        page::Page as List,
        slots::{Listed, State},
    },
    labels, times,
    web::{
        choices,
        conflict::Conflict,
        facts::Facts,
        forms::{FormErrors, Sheet},
        lists::{At, Pager},
        render::{Choice, Page},
        stamp::Stamp,
    },
    zones::Tz,
};

/// A slot in a list.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    id: i64,
    day: String,
    starts: Stamp,
    minutes: i32,
    job: String,
    kind: &'static str,
    difficulty: &'static str,
    interviewer: String,
    state: &'static str,
    tone: &'static str,
    /// Where a booking begins, while the slot is free.
    book: Option<String>,
    interview_id: Option<i64>,
}

impl Row {
    /// With its times in the viewer's zone.
    pub fn new(listed: Listed, zone: Tz, whom: &Whom) -> Self {
        let slot = listed.slot;
        Self {
            id: slot.id,
            day: times::day(slot.starts_at, zone),
            starts: Stamp::clock(slot.starts_at, zone),
            minutes: slot.duration_minutes,
            job: listed.job_title,
            kind: labels::interview_type(slot.interview_type),
            difficulty: slot.difficulty_level.map_or("", labels::difficulty),
            interviewer: slot.interviewer,
            state: labels::slot_state(listed.state),
            tone: tone(listed.state),
            book: (listed.state == State::Open).then(|| booking_address(slot.id, whom)),
            interview_id: listed.interview_id,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            day: "Tue 5 January 2027".into(),
            starts: Stamp::sample(),
            minutes: 60,
            job: "Cloud Architect".into(),
            kind: "Technical",
            difficulty: "Medium",
            interviewer: "Dana Whitfield".into(),
            state: "Open",
            tone: "good",
            book: Some("/slots/1/booking".into()),
            interview_id: None,
        }
    }
}

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    jobs: Vec<Choice>,
    states: Vec<Choice>,
    days: Vec<Day>,
    pager: Pager,
    zone: String,
    /// Who is to be booked, when that was chosen before the slot.
    candidate: Option<String>,
    has_zone_changes: bool,
}

#[derive(Serialize)]
struct Day {
    heading: String,
    slots: Vec<Row>,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(
        form: Filters,
        jobs: Vec<(i64, String)>,
        at: &At,
        slots: List<Listed>,
        has_zone_changes: bool,
        zone: Tz,
    ) -> Self {
        let pager = Pager::new("/slots", &form, at, slots.next).with_unreadable(&slots.unreadable);
        let whom = form.whom();
        let rows = slots
            .rows
            .into_iter()
            .map(|slot| Row::new(slot, zone, &whom));
        Self {
            days: by_day(rows),
            pager,
            has_zone_changes,
            ..Self::refused(form, jobs, FormErrors::new(), zone)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(form: Filters, jobs: Vec<(i64, String)>, errors: FormErrors, zone: Tz) -> Self {
        Self {
            form,
            errors,
            jobs: choices::rows(jobs),
            states: form::states(),
            zone: zone.name().into(),
            ..Default::default()
        }
    }

    /// The same, to pick a time for a candidate of this name.
    pub fn for_candidate(self, name: Option<String>) -> Self {
        Self {
            candidate: name,
            ..self
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "slots/index.html";

    fn title(&self) -> String {
        "Slots".into()
    }

    fn sample() -> Self {
        Self {
            days: by_day([Row::sample()].into_iter()),
            pager: Pager::sample(),
            candidate: Some("Zoë Núñez".into()),
            ..Self::refused(
                Filters::default(),
                vec![(1, "Cook".into())],
                FormErrors::one("from", "This is no date."),
                Tz::UTC,
            )
        }
    }
}

/// The form for a new slot.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<SlotForm>,
    jobs: Vec<Choice>,
    zones: Vec<&'static str>,
    folds: Vec<Choice>,
    types: Vec<Choice>,
    levels: Vec<Choice>,
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(sheet: Sheet<SlotForm>, jobs: Vec<(i64, String)>) -> Self {
        Self {
            folds: sheet.form.folds(),
            sheet,
            jobs: choices::rows(jobs),
            zones: choices::zones(),
            types: choices::of(labels::interview_type),
            levels: choices::of(labels::difficulty),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "slots/new.html";

    fn title(&self) -> String {
        "Add slot".into()
    }

    fn sample() -> Self {
        Self {
            folds: vec![Choice::new("earlier", "02:30 before the clocks go back")],
            ..Self::new(
                Sheet::refused(
                    SlotForm::default().with_defaults(Tz::UTC),
                    FormErrors::one("fold", "Which one?"),
                ),
                vec![(1, "Cook".into())],
            )
        }
    }
}

/// A slot.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    heading: String,
    state: &'static str,
    tone: &'static str,
    facts: Facts,
    book: Option<String>,
    can_close: bool,
    booked: Option<Booked>,
    version: i32,
    conflict: Option<Conflict>,
}

/// Who has the slot.
#[derive(Serialize)]
struct Booked {
    interview_id: i64,
    candidate: String,
    candidate_id: i64,
    /// The slot's time where the candidate is.
    there: Stamp,
}

impl ShowPage {
    /// With the interview that is booked into it, if there is one.
    pub fn new(listed: Listed, booked: Option<Details>, viewer_zone: Tz) -> Self {
        let slot = &listed.slot;
        // A stored name that is no zone would be our mistake; the viewer's zone is right as well.
        let zone = slot.time_zone.parse().unwrap_or(viewer_zone);
        let facts = Facts::new()
            .at("When", Some(Stamp::span(slot, zone)))
            .at(
                "Your time",
                (viewer_zone != zone).then(|| Stamp::span(slot, viewer_zone)),
            )
            .text("Duration", format!("{} minutes", slot.duration_minutes))
            .link("Job", &listed.job_title, format!("/jobs/{}", slot.job_id))
            .kind_of(slot)
            .text(
                "Meeting link",
                slot.meeting_url.as_deref().unwrap_or("Company default"),
            );
        Self {
            id: slot.id,
            heading: times::day_and_clock(slot.starts_at, zone),
            state: labels::slot_state(listed.state),
            tone: tone(listed.state),
            book: (listed.state == State::Open).then(|| booking_address(slot.id, &Whom::default())),
            can_close: matches!(listed.state, State::Open | State::Past),
            version: slot.version,
            conflict: None,
            facts,
            booked: booked.map(|details| Booked {
                interview_id: details.interview.id,
                there: Stamp::span(
                    slot,
                    labels::zone_for(&details.candidate, details.slot.as_ref(), &details.company),
                ),
                candidate_id: details.candidate.id,
                candidate: details.candidate.name,
            }),
        }
    }

    /// The same, when somebody changed the slot before a button was pressed.
    pub fn in_conflict(self, conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..self
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "slots/show.html";

    fn title(&self) -> String {
        format!("Slot {}", self.heading)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            heading: "Tue 5 January 2027, 10:00".into(),
            state: "Open",
            tone: "good",
            facts: Facts::sample(),
            book: Some("/slots/1/booking".into()),
            can_close: true,
            booked: Some(Booked {
                interview_id: 1,
                candidate: "John Doe".into(),
                candidate_id: 1,
                there: Stamp::sample(),
            }),
            version: 1,
            conflict: Some(Conflict::sample()),
        }
    }
}

fn by_day(rows: impl Iterator<Item = Row>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for row in rows {
        match days.last_mut() {
            Some(day) if day.heading == row.day => day.slots.push(row),
            _ => days.push(Day {
                heading: row.day.clone(),
                slots: vec![row],
            }),
        }
    }
    days
}

fn tone(state: State) -> &'static str {
    match state {
        State::Open => "good",
        State::Booked => "live",
        State::Closed | State::Past => "quiet",
    }
}
