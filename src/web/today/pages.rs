//! What the page of a day shows.
use chrono::NaiveDate;
use serde::Serialize;

use super::{DayForm, WORRIES, first_steps::FirstSteps};
use crate::{
    domain::{
        interviews::Line,
        page::Page as List,
        today::{HORIZON_DAYS, Numbers, Worry},
    },
    times,
    web::{
        alerts::Card,
        forms::FormErrors,
        interviews::{Reader, Row},
        labels,
        page::Page,
        stamp::Stamp,
    },
};

/// All that is read for a day.
pub struct Board {
    /// Which.
    pub day: NaiveDate,
    /// Its interviews.
    pub held: List<Line>,
    /// Of the week.
    pub numbers: Numbers,
    /// What needs attention, one more than is shown when there are many.
    pub worries: Vec<Worry>,
    /// Candidates who were not notified, the most urgent ones.
    pub alerts: Vec<Card>,
    /// Do slots start at another instant than their local time means?
    pub has_zone_changes: bool,
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
    stats: Vec<Stat>,
    worries: Vec<Trouble>,
    has_more_worries: bool,
    has_zone_changes: bool,
    alerts: Vec<Card>,
    rows: Vec<Row>,
    first_steps: FirstSteps,
}

#[derive(Serialize)]
struct Stat {
    label: String,
    value: String,
    note: String,
    href: &'static str,
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
        let day = board.day;
        let today = reader.now.with_timezone(&reader.zone).date_naive();
        let address = |day: NaiveDate| match day == today {
            true => "/".to_owned(),
            false => format!("/?day={day}"),
        };
        if errors.is_empty() {
            form.day = day.to_string();
        }
        let all = || format!("/interviews?from={day}&to={day}");
        let lead = lead(day, &board.held, reader);
        let stats = stats(&board.numbers, board.worries.len());
        let has_more_worries = board.worries.len() as u64 > WORRIES;
        let worries = board.worries.into_iter().take(WORRIES as usize);
        let held = board.held.rows.into_iter();
        Self {
            form,
            errors,
            heading: times::day_heading(day),
            lead,
            is_today: day == today,
            address: address(day),
            previous: address(day.pred_opt().unwrap_or(day)),
            next: address(day.succ_opt().unwrap_or(day)),
            all: board.held.next.is_some().then(all),
            stats,
            has_zone_changes: board.has_zone_changes,
            alerts: board.alerts,
            has_more_worries,
            worries: worries.map(|worry| Trouble::new(worry, reader)).collect(),
            rows: held.map(|line| Row::new(line, reader)).collect(),
            first_steps: FirstSteps::default(),
        }
    }
}

/// `3 interviews · Europe/Berlin, UTC+01:00`.
fn lead(day: NaiveDate, held: &List<Line>, reader: &Reader) -> String {
    let some = match (held.rows.len(), held.next.is_some()) {
        (1, false) => "1 interview".into(),
        (count, false) => format!("{count} interviews"),
        (count, true) => format!("{count}+ interviews"),
    };
    let (starts_at, _) = times::bounds_of_day(day, reader.zone);
    let zone = times::zone_with_offset(starts_at, reader.zone);
    format!("{some} · {zone}")
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
            stats: stats(
                &Numbers {
                    booked: 18,
                    open: 31,
                    accepted: 56,
                    ended: 57,
                },
                1,
            ),
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
            alerts: vec![Card::sample()],
            rows: vec![Row::sample()],
            first_steps: FirstSteps::sample(),
        }
    }
}

fn stats(numbers: &Numbers, worries: usize) -> Vec<Stat> {
    let stat = |label: &str, value: String, note: String, href| Stat {
        label: label.into(),
        value,
        note,
        href,
    };
    let many = worries as u64 > WORRIES;
    vec![
        stat(
            "Interviews this week",
            numbers.booked.to_string(),
            String::new(),
            "/interviews",
        ),
        stat(
            "Open slots",
            numbers.open.to_string(),
            "in the next 7 days".into(),
            "/slots?state=open",
        ),
        stat(
            "Accepted by mail servers",
            share(numbers.accepted, numbers.ended),
            format!("{} of {} in 7 days", numbers.accepted, numbers.ended),
            "/emails",
        ),
        stat(
            "Needs attention",
            match many {
                true => format!("{WORRIES}+"),
                false => worries.to_string(),
            },
            format!("in the next {HORIZON_DAYS} days"),
            "#attention",
        ),
    ]
}

/// Rounded down, so that only all is 100 %.
fn share(part: u64, whole: u64) -> String {
    match (part * 1000).checked_div(whole) {
        None => "–".into(),
        Some(1000) => "100 %".into(),
        Some(per_mille) => format!("{}.{} %", per_mille / 10, per_mille % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn only_all_is_a_hundred_percent() {
        assert_eq!(share(0, 0), "–");
        assert_eq!(share(0, 3), "0.0 %");
        assert_eq!(share(9999, 10_000), "99.9 %");
        assert_eq!(share(10_000, 10_000), "100 %");
    }
}
