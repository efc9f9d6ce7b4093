//! What the page of a day shows.
use std::collections::HashMap;

use chrono::NaiveDate;
use entity::interview::Status;
use serde::Serialize;

use super::{
    DayForm, MOST, OWED, WORRIES,
    first_steps::FirstSteps,
    next::{self, Next},
    owed::Owed,
    row::Row,
};
use crate::{
    domain::{
        interviews::{Line, board::Appointment},
        today::Worry,
    },
    times,
    web::{forms::FormErrors, interviews::Reader, labels, page::Page, stamp::Stamp},
};

/// All that is read for a day.
pub struct Board {
    /// Which.
    pub day: NaiveDate,
    /// Its interviews, one more than is shown when there are many.
    pub held: Vec<Appointment>,
    /// Who holds them, by the slot.
    pub interviewers: HashMap<i64, Vec<String>>,
    /// What needs attention on later days, one more than is shown when there are many.
    pub worries: Vec<Worry>,
    /// Earlier interviews of which nobody has said how they ended, one more than is shown when there are many.
    pub owed: Vec<Line>,
    /// What can come of an interview.
    pub outcomes: Vec<String>,
    /// Where the company's interviews take place that do not say.
    pub meeting_url: Option<String>,
    /// Do slots start at another instant than their local time means?
    pub has_zone_changes: bool,
}

impl Board {
    /// Who holds an interview: users, else the label of its slot.
    fn held_by(&self, interview: &Appointment) -> String {
        match self.interviewers.get(&interview.slot_id) {
            Some(names) => names.join(", "),
            None => interview.label.clone(),
        }
    }
}

/// A day.
#[derive(Serialize)]
pub struct ShowPage {
    form: DayForm,
    errors: FormErrors,
    heading: String,
    lead: String,
    is_today: bool,
    /// This page, for refreshing itself.
    address: String,
    previous: String,
    next: String,
    /// All of the day's interviews, when there are more than are shown.
    all: Option<String>,
    next_up: Option<Next>,
    /// None on other days, and when nothing is owed.
    owed: Option<Owed>,
    /// `10:17`, where the day is today.
    now: String,
    /// The same for machines.
    now_at: String,
    /// Is everything on the board in the past?
    is_now_last: bool,
    worries: Vec<Trouble>,
    has_more_worries: bool,
    has_zone_changes: bool,
    rows: Vec<Row>,
    first_steps: FirstSteps,
}

/// An interview that needs attention.
#[derive(Serialize)]
struct Trouble {
    id: i64,
    candidate: String,
    starts: Option<Stamp>,
    day: String,
    /// What became of its mail, when that is the trouble: tone, words, and the message's key.
    mail: Option<(&'static str, String, i64)>,
    has_no_meeting_url: bool,
}

impl ShowPage {
    /// With what is still to be done before the first booking.
    pub fn with(self, first_steps: FirstSteps) -> Self {
        Self {
            first_steps,
            ..self
        }
    }

    /// Of a day.
    pub fn new(mut form: DayForm, errors: FormErrors, board: Board, reader: &Reader) -> Self {
        let (day, today) = (board.day, reader.today());
        let is_today = day == today;
        let address = |day: NaiveDate| match day == today {
            true => "/".to_owned(),
            false => format!("/?day={day}"),
        };
        if errors.is_empty() {
            form.day = day.to_string();
        }
        let all = || format!("/interviews?from={day}&to={day}");
        let shown = &board.held[..board.held.len().min(MOST as usize)];
        let rows = rows(shown, &board, is_today, reader);
        let next_up = next::pick(shown, reader.now).filter(|_| is_today);
        let next_up = next_up.map(|interview| {
            let url = board.meeting_url.as_deref();
            Next::new(interview, &board.held_by(interview), url, reader)
        });
        Self {
            heading: times::day_heading(day),
            lead: lead(&board, shown, reader),
            is_today,
            address: address(day),
            previous: address(day.pred_opt().unwrap_or(day)),
            next: address(day.succ_opt().unwrap_or(day)),
            all: (board.held.len() > shown.len()).then(all),
            next_up,
            owed: Owed::new(&board.owed, OWED as usize - 1, &board.outcomes, reader)
                .filter(|_| is_today),
            now: times::clock(reader.now, reader.zone),
            now_at: times::rfc3339(reader.now),
            is_now_last: is_today
                && shown
                    .last()
                    .is_some_and(|interview| interview.starts_at <= reader.now),
            rows,
            form,
            errors,
            has_zone_changes: board.has_zone_changes,
            has_more_worries: board.worries.len() as u64 > WORRIES,
            worries: board
                .worries
                .into_iter()
                .take(WORRIES as usize)
                .map(|worry| Trouble::new(worry, reader))
                .collect(),
            first_steps: FirstSteps::default(),
        }
    }
}

/// The rows of the board; today the line that says how late it is stands above the first that is to come.
fn rows(shown: &[Appointment], board: &Board, is_today: bool, reader: &Reader) -> Vec<Row> {
    let next = next::pick(shown, reader.now).map(|interview| interview.id);
    let first_to_come = shown
        .iter()
        .find(|interview| reader.now < interview.starts_at)
        .map(|interview| interview.id);
    let row = |interview: &Appointment| {
        let is_next = is_today && next == Some(interview.id);
        let row = Row::new(interview, &board.held_by(interview), is_next, reader);
        match is_today && first_to_come == Some(interview.id) {
            true => row.after_now(),
            false => row,
        }
    };
    shown.iter().map(row).collect()
}

/// `3 interviews · 1 done · Europe/Berlin, UTC+01:00`.
fn lead(board: &Board, shown: &[Appointment], reader: &Reader) -> String {
    let mut words = match (shown.len(), board.held.len() > shown.len()) {
        (1, false) => "1 interview".into(),
        (count, false) => format!("{count} interviews"),
        (count, true) => format!("{count}+ interviews"),
    };
    let is_done = |interview: &&Appointment| interview.status != Status::Scheduled;
    let done = shown.iter().filter(is_done).count();
    if done > 0 {
        words.push_str(&format!(" · {done} done"));
    }
    let (starts_at, _) = times::bounds_of_day(board.day, reader.zone);
    format!(
        "{words} · {}",
        times::zone_with_offset(starts_at, reader.zone)
    )
}

impl Trouble {
    fn new(worry: Worry, reader: &Reader) -> Self {
        let line = worry.line;
        Self {
            id: line.id,
            candidate: line.candidate,
            starts: line
                .slot
                .as_ref()
                .map(|slot| Stamp::clock(slot.starts_at, reader.zone)),
            day: line
                .slot
                .map(|slot| times::day(slot.starts_at, reader.zone))
                .unwrap_or_default(),
            mail: worry.mail.map(|mail| {
                let label = labels::email_status_with_reason(mail.status, &mail.reason);
                (labels::email_tone(mail.status), label, mail.id)
            }),
            has_no_meeting_url: worry.has_no_meeting_url,
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "today/show.html";

    fn title(&self) -> String {
        match self.is_today {
            true => "Today".into(),
            false => self.heading.clone(),
        }
    }

    fn sample() -> Self {
        Self {
            form: DayForm::default(),
            errors: FormErrors::one("day", "This is no date."),
            heading: "Tuesday 5 January".into(),
            lead: "1 interview · Europe/Berlin, UTC+01:00".into(),
            is_today: false,
            address: "/?day=2027-01-05".into(),
            previous: "/".into(),
            next: "/?day=2027-01-06".into(),
            all: Some("/interviews".into()),
            next_up: Some(Next::sample()),
            owed: Some(Owed::sample()),
            now: "10:17".into(),
            now_at: "2027-01-05T09:17:00Z".into(),
            is_now_last: true,
            worries: vec![Trouble {
                id: 1,
                candidate: "Jane Roe".into(),
                starts: Some(Stamp::sample()),
                day: "Tue 5 January 2027".into(),
                mail: Some(("bad", "Not delivered: 550 5.1.1".into(), 1)),
                has_no_meeting_url: true,
            }],
            has_more_worries: true,
            has_zone_changes: true,
            rows: vec![Row::sample()],
            first_steps: FirstSteps::sample(),
        }
    }
}
