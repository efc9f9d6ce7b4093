//! What the pages of series show.
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use entity::series;
use serde::Serialize;

use super::{
    form::{SeriesForm, Tick},
    words,
};
use crate::{
    domain::{
        availability::Warnings,
        page::Page as List,
        series::{
            self as domain,
            plan::Plan,
            preview::{Planned, Preview},
        },
        slots::Line,
    },
    web::{
        choices::{self, Choice},
        forms::{FormErrors, Ticket},
        labels,
        page::Page,
        slots::{Row, Seat, Whom},
        stamp::Stamp,
    },
    zones::Tz,
};

/// A form, with what was made of it.
pub struct Shown {
    form: SeriesForm,
    errors: FormErrors,
    preview: Option<(Preview, Plan)>,
    is_changed: bool,
}

impl Shown {
    /// Nothing but the form.
    pub fn of(form: SeriesForm) -> Self {
        Self {
            form,
            errors: FormErrors::new(),
            preview: None,
            is_changed: false,
        }
    }

    /// What it would make.
    pub fn with(self, preview: Preview, plan: Plan) -> Self {
        Self {
            preview: Some((preview, plan)),
            ..self
        }
    }

    /// What is wrong with it.
    pub fn refused(self, errors: FormErrors) -> Self {
        Self { errors, ..self }
    }

    /// What it would make, once that is known.
    pub fn preview(&self) -> Option<(&Preview, &Plan)> {
        self.preview.as_ref().map(|(preview, plan)| (preview, plan))
    }

    /// It would make something else than when it was looked at.
    pub fn changed(self) -> Self {
        Self {
            is_changed: true,
            ..self
        }
    }
}

/// What the form offers.
pub struct Choices {
    /// Jobs: key and title.
    pub jobs: Vec<(i64, String)>,
    /// Users who can hold interviews: key, name and address.
    pub users: Vec<(i64, String, String)>,
    /// Does the company keep public holidays?
    pub has_holidays: bool,
}

/// The form, and beside it what it would make.
#[derive(Serialize)]
pub struct NewPage {
    form: SeriesForm,
    errors: FormErrors,
    jobs: Vec<Choice>,
    types: Vec<Choice>,
    levels: Vec<Choice>,
    seats: Vec<Seat>,
    ticks: Vec<Tick>,
    summary: Option<Summary>,
    days: Vec<Day>,
    is_changed: bool,
    has_holidays: bool,
    /// The page is the form itself.
    in_calendar: Option<()>,
}

/// What a series would make, in numbers; its button.
#[derive(Serialize)]
pub struct Summary {
    /// `38 slots`.
    slots: String,
    count: usize,
    /// `2 clash`, by the word.
    left_out: Vec<String>,
    /// How many speak against the time of their interviewers; empty for none.
    to_check: String,
    zone: String,
    /// What the button sends.
    fields: Vec<(String, String)>,
    seen: String,
    ticket: Ticket,
    /// Where the form is, filled like this.
    change: String,
    /// Where the same slots are in the calendar.
    calendar: String,
}

#[derive(Serialize)]
struct Day {
    heading: String,
    rows: Vec<PlannedRow>,
}

#[derive(Serialize)]
struct PlannedRow {
    clock: String,
    minutes: i32,
    /// The interviewers by name.
    who: String,
    /// Why it is left out, in a word; empty when it is made.
    left_out: &'static str,
    because: String,
    /// What the time of its interviewers says against it.
    notes: Vec<String>,
}

impl Summary {
    /// Of a preview that was made of a form.
    pub fn new((preview, plan): (&Preview, &Plan), warnings: &Warnings, form: &SeriesForm) -> Self {
        let zone = plan.zone;
        let count = preview.made().count();
        let is_to_check = |(_, from, users): &(NaiveDateTime, DateTime<Utc>, &[i64])| {
            let time = (*from, *from + plan.length());
            warnings.of(users, time).next().is_some()
        };
        let to_check = preview.made().filter(is_to_check).count();
        let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
        for slot in &preview.slots {
            if let Err(why) = &slot.verdict {
                *left_out
                    .entry(words::left_out(why, &[], zone).0)
                    .or_default() += 1;
            }
        }
        let left_out = left_out.into_iter();
        Self {
            slots: words::slots(count as u64),
            count,
            left_out: left_out
                .map(|(word, count)| format!("{count} {}", word.to_lowercase()))
                .collect(),
            to_check: match to_check {
                0 => String::new(),
                many => format!("{many} to check"),
            },
            zone: zone.name().into(),
            fields: form.fields(),
            seen: preview.fingerprint(),
            ticket: Ticket::fresh(),
            change: form.address("/series/new"),
            calendar: calendar(preview, form),
        }
    }

    /// For the samples of pages.
    pub fn sample(form: &SeriesForm) -> Self {
        Self {
            slots: "38 slots".into(),
            count: 38,
            left_out: vec!["2 clash".into()],
            to_check: "3 to check".into(),
            zone: "Europe/Berlin".into(),
            fields: form.fields(),
            seen: "f".into(),
            ticket: Ticket::fresh(),
            change: "/series/new?job=1".into(),
            calendar: "/calendar?job=1".into(),
        }
    }
}

/// A series that was just made, in the bar of the calendar.
#[derive(Serialize)]
pub struct Made {
    id: i64,
    /// `38 slots`.
    slots: String,
    /// Until when they can be removed at once.
    until: Stamp,
    /// Where to go on when they are.
    next: String,
}

impl Made {
    /// None once it cannot be taken back.
    pub fn of(series: &series::Model, next: String, zone: Tz) -> Option<Self> {
        let until = domain::undo_until(series)?;
        Some(Self {
            id: series.id,
            slots: words::slots(u64::from(series.slots.unsigned_abs())),
            until: Stamp::clock(until, zone),
            next,
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            slots: "38 slots".into(),
            until: Stamp::sample(),
            next: "/calendar".into(),
        }
    }
}

/// The week of the first slot, with all that was typed.
fn calendar(preview: &Preview, form: &SeriesForm) -> String {
    let first = preview.slots.first().map(|slot| slot.local_start.date());
    let address = form.address("/calendar");
    match first {
        Some(day) => format!("{address}&day={day}"),
        None => address,
    }
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(shown: Shown, warnings: &Warnings, offered: Choices) -> Self {
        let Shown {
            form,
            errors,
            preview,
            is_changed,
        } = shown;
        let (summary, days) = match &preview {
            Some((preview, plan)) => (
                Some(Summary::new((preview, plan), warnings, &form)),
                by_day((preview, plan), warnings, &offered.users),
            ),
            None => (None, Vec::new()),
        };
        Self {
            jobs: choices::rows(offered.jobs),
            types: choices::of(labels::interview_type),
            levels: choices::of(labels::difficulty),
            seats: Seat::list(offered.users, &form.panel),
            ticks: form.ticks(),
            form,
            errors,
            summary,
            days,
            is_changed,
            has_holidays: offered.has_holidays,
            in_calendar: None,
        }
    }
}

fn by_day(
    (preview, plan): (&Preview, &Plan),
    warnings: &Warnings,
    users: &[(i64, String, String)],
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut last = None;
    for slot in &preview.slots {
        let date = slot.local_start.date();
        if last != Some(date) {
            last = Some(date);
            days.push(Day {
                heading: date.format("%a %-d %B %Y").to_string(),
                rows: Vec::new(),
            });
        }
        if let Some(day) = days.last_mut() {
            day.rows.push(PlannedRow::new(slot, plan, warnings, users));
        }
    }
    days
}

impl PlannedRow {
    fn new(
        slot: &Planned,
        plan: &Plan,
        warnings: &Warnings,
        users: &[(i64, String, String)],
    ) -> Self {
        let named = users
            .iter()
            .filter(|(id, ..)| slot.interviewers.contains(id));
        let mut who: Vec<&str> = named.map(|(_, name, _)| name.as_str()).collect();
        who.extend(Some(plan.interviewer.as_str()).filter(|name| !name.is_empty()));
        let (left_out, because) = match &slot.verdict {
            Ok(_) => ("", String::new()),
            Err(why) => words::left_out(why, users, plan.zone),
        };
        Self {
            clock: slot.local_start.format("%H:%M").to_string(),
            minutes: plan.duration_minutes,
            who: who.join(", "),
            left_out,
            because,
            notes: words::notes(slot, plan, warnings),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "series/new.html";

    fn title(&self) -> String {
        "Add slots".into()
    }

    fn sample() -> Self {
        let form = SeriesForm::default().with_defaults(Tz::UTC, DateTime::UNIX_EPOCH);
        let row = |left_out, because: &str| PlannedRow {
            clock: "10:00".into(),
            minutes: 45,
            who: "Ines Interviewer".into(),
            left_out,
            because: because.into(),
            notes: vec!["Outside the working hours of Ines Interviewer".into()],
        };
        Self {
            summary: Some(Summary::sample(&form)),
            days: vec![Day {
                heading: "Tue 5 January 2027".into(),
                rows: vec![
                    row("", ""),
                    row("Clash", "Ines Interviewer has an open slot 10:00–11:00"),
                ],
            }],
            is_changed: true,
            seats: vec![Seat::sample()],
            ..Self::new(
                Shown::of(form).refused(FormErrors::one("job", "Choose a job.")),
                &Warnings::default(),
                Choices {
                    jobs: vec![(1, "Cook".into())],
                    users: Vec::new(),
                    has_holidays: true,
                },
            )
        }
    }
}

/// The slots of a series that was made.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    /// `38 slots`.
    slots: String,
    made: Stamp,
    /// Until when they can be removed at once.
    undo: Option<Stamp>,
    is_undone: bool,
    rows: Vec<Row>,
}

impl ShowPage {
    /// As it is now, in the viewer's zone.
    pub fn new(
        series: &series::Model,
        slots: List<Line>,
        (zone, now): (Tz, DateTime<Utc>),
    ) -> Self {
        let whom = Whom::default();
        let undo = domain::undo_until(series).filter(|until| now < *until);
        let rows = slots.rows.into_iter();
        Self {
            id: series.id,
            slots: words::slots(u64::from(series.slots.unsigned_abs())),
            made: Stamp::day_and_clock(series.created_at, zone),
            undo: undo.map(|until| Stamp::clock(until, zone)),
            is_undone: series.undone_at.is_some(),
            rows: rows
                .map(|slot| Row::new(slot, (zone, now), &whom))
                .collect(),
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "series/show.html";

    fn title(&self) -> String {
        self.slots.clone()
    }

    fn sample() -> Self {
        Self {
            id: 1,
            slots: "38 slots".into(),
            made: Stamp::sample(),
            undo: Some(Stamp::sample()),
            is_undone: true,
            rows: vec![Row::sample()],
        }
    }
}
