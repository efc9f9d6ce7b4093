//! What the pages show that book several people.
use chrono::{DateTime, TimeDelta, Utc};
use entity::batch::{self, Kind};
use serde::Serialize;

use super::rows::{Row, fingerprint};
use crate::{
    app::App,
    domain::batches::{
        board::{Board, FreeSlot},
        check::Row as Checked,
    },
    times,
    web::{
        bookings::warnings,
        choices::Choice,
        forms::{FormErrors, Sheet},
        imports::ListForm,
        page::Page,
        viewer::Viewer,
    },
    zones::Tz,
};

/// A select offers so many slots beyond those that are beside somebody.
const MORE_SLOTS: usize = 60;

/// `1 person`.
fn people(count: usize) -> String {
    match count {
        1 => "1 person".into(),
        count => format!("{count} people"),
    }
}

/// Where the list is pasted.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<ListForm>,
    jobs: Vec<Choice>,
    languages: Vec<Choice>,
    recent: Vec<Recent>,
}

/// What was made before.
#[derive(Serialize)]
struct Recent {
    id: i64,
    what: &'static str,
    at: String,
    is_undone: bool,
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(
        sheet: Sheet<ListForm>,
        (jobs, languages): (Vec<Choice>, Vec<Choice>),
        recent: &[batch::Model],
        zone: Tz,
    ) -> Self {
        let recent = recent.iter().map(|row| Recent {
            id: row.id,
            what: what(row.kind),
            at: times::day_and_clock(row.created_at, zone),
            is_undone: row.undone_at.is_some(),
        });
        Self {
            sheet,
            jobs,
            languages,
            recent: recent.collect(),
        }
    }
}

/// What a batch did.
pub fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::Candidates => "Candidates imported",
        Kind::Jobs => "Jobs imported",
        Kind::Bookings => "Interviews booked",
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "batches/new.html";

    fn title(&self) -> String {
        "Book several people".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("job", "Choose a job.");
        let choices = (
            vec![Choice::new(1, "Cook")],
            vec![Choice::new("en", "English")],
        );
        let mut page = Self::new(
            Sheet::refused(ListForm::blank(None), errors),
            choices,
            &[],
            Tz::UTC,
        );
        page.recent.push(Recent {
            id: 1,
            what: what(Kind::Bookings),
            at: "Tue 5 January 2027, 10:00".into(),
            is_undone: true,
        });
        page
    }
}

/// People beside slots.
#[derive(Serialize)]
pub struct CheckPage {
    #[serde(flatten)]
    sheet: Sheet<ListForm>,
    job: String,
    open_slots: String,
    zone: String,
    people: usize,
    open: usize,
    until: String,
    rows: Vec<Row>,
    slots: Vec<Choice>,
    ready: usize,
    /// Who is booked into what, when the button is pressed.
    seen: String,
    look: usize,
    aside: usize,
    warnings: Vec<String>,
    /// When invitations leave.
    leave: String,
}

impl CheckPage {
    /// The rows as they were checked.
    pub fn new(
        app: &App,
        viewer: &Viewer,
        sheet: Sheet<ListForm>,
        (board, rows): (&Board, Vec<Checked>),
        now: DateTime<Utc>,
    ) -> Self {
        let zone = viewer.zone();
        let slots = offered(&board.slots, &rows);
        let slots = slots.map(|slot| Choice::new(slot.id, label(slot, zone, now)));
        let mut shown = Self {
            job: board.job.title.clone(),
            open_slots: format!("/slots?job={}&state=open", board.job.id),
            zone: zone.name().replace('_', " "),
            open: board.slots.len(),
            until: board
                .slots
                .last()
                .map(|slot| times::short(slot.starts_at, zone, now))
                .unwrap_or_default(),
            slots: slots.collect(),
            warnings: of_mail(app, viewer),
            leave: leave(board.company.undo_seconds),
            ..Self::empty(sheet)
        };
        shown.seen = fingerprint(&rows);
        let rows = rows.into_iter().map(|row| Row::new(row, zone, now));
        shown.put(rows.collect());
        shown
    }

    fn empty(sheet: Sheet<ListForm>) -> Self {
        Self {
            sheet,
            job: String::new(),
            open_slots: "/slots".into(),
            zone: String::new(),
            people: 0,
            open: 0,
            until: String::new(),
            rows: Vec::new(),
            slots: Vec::new(),
            ready: 0,
            seen: String::new(),
            look: 0,
            aside: 0,
            warnings: Vec::new(),
            leave: String::new(),
        }
    }

    /// What needs a look comes first, what is set aside last.
    fn put(&mut self, mut rows: Vec<Row>) {
        let order = |row: &Row| match row.class {
            "import__look" | "import__bad" => 0,
            "" => 1,
            _ => 2,
        };
        rows.sort_by_key(order);
        let count = |wanted| rows.iter().filter(|row| order(row) == wanted).count();
        (self.look, self.ready, self.aside) = (count(0), count(1), count(2));
        self.people = rows.len();
        self.rows = rows;
    }
}

fn of_mail(app: &App, viewer: &Viewer) -> Vec<String> {
    let unwell = viewer.is_mail_unwell().then(|| warnings::UNWELL.to_owned());
    warnings::of_mail(&app.settings)
        .into_iter()
        .chain(unwell)
        .collect()
}

/// The slots that each select offers: those beside somebody, and the earliest others.
fn offered<'a>(slots: &'a [FreeSlot], rows: &[Checked]) -> impl Iterator<Item = &'a FreeSlot> {
    let taken: Vec<i64> = rows
        .iter()
        .filter_map(|row| Some(row.slot.as_ref()?.id))
        .collect();
    let mut left = MORE_SLOTS;
    slots.iter().filter(move |slot| {
        let is_taken = taken.contains(&slot.id);
        left = left.saturating_sub(usize::from(!is_taken));
        is_taken || left > 0
    })
}

/// `Fri 15 May, 09:00 · Robin`.
fn label(slot: &FreeSlot, zone: Tz, now: DateTime<Utc>) -> String {
    let when = times::short(slot.starts_at, zone, now);
    match slot.asked_by.as_str() {
        "" => when,
        who => format!("{when} · {who}"),
    }
}

fn leave(undo_seconds: i32) -> String {
    match undo_seconds {
        0 => "Invitations leave at once.".into(),
        seconds => format!(
            "Invitations leave {} after booking. Until then one Undo takes all bookings back; new candidates stay.",
            duration(seconds)
        ),
    }
}

fn duration(seconds: i32) -> String {
    let span = TimeDelta::seconds(seconds.into());
    match (span.num_minutes(), span.num_seconds() % 60) {
        (0, seconds) => format!("{seconds} seconds"),
        (1, 0) => "1 minute".into(),
        (minutes, 0) => format!("{minutes} minutes"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

impl Page for CheckPage {
    const TEMPLATE: &'static str = "batches/check.html";

    fn title(&self) -> String {
        format!("Book {}", people(self.people))
    }

    fn sample() -> Self {
        use crate::domain::batches::check::{Problem, Reason, State, Warning};
        let errors = FormErrors::one("form", "Nothing was booked.");
        let mut page = Self::empty(Sheet::refused(ListForm::blank(Some(1)), errors));
        let starts_at = DateTime::UNIX_EPOCH + TimeDelta::hours(499_761);
        let slot = FreeSlot {
            id: 1,
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(45),
            zone: Tz::known("Europe/Berlin"),
            interview_type: entity::slot::InterviewType::Technical,
            interviewers: vec![1],
            asked_by: "Robin".into(),
            has_meeting_link: true,
        };
        let row = |name: &str, state| Checked {
            number: 1,
            label: format!("{name} <{name}@example.com>"),
            name: name.into(),
            email: format!("{}@gmial.con", name.to_lowercase()),
            who: Some(crate::domain::interviews::booking::Who::Candidate(1)),
            slot: Some(slot.clone()),
            zone: None,
            state,
        };
        let hour = Warning::Hour {
            clock: "06:00".into(),
            is_night: true,
        };
        let rows = vec![
            row(
                "Dilan",
                State::Look(Problem::Typo("dilan@gmail.com".into())),
            ),
            row("Eunji", State::Look(Problem::SameSlot("Dilan".into()))),
            row("Ada", State::Ready(vec![])),
            row(
                "Ivy",
                State::Ready(vec![hour, Warning::NoMeetingLink, Warning::NoZone]),
            ),
            row("Zoe", State::Aside(Reason::NotChosen)),
        ];
        page.slots = vec![Choice::new(1, label(&slot, slot.zone, starts_at))];
        page.warnings = vec!["Emails are only printed.".into()];
        page.leave = leave(120);
        page.put(
            rows.into_iter()
                .map(|row| Row::new(row, slot.zone, starts_at))
                .collect(),
        );
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_when_invitations_leave() {
        for (seconds, words) in [
            (0, "at once"),
            (30, "30 seconds after"),
            (60, "1 minute after"),
            (120, "2 minutes after"),
            (90, "1 min 30 s after"),
        ] {
            assert!(leave(seconds).contains(words), "{seconds}");
        }
    }
}
