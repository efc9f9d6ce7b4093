//! What a booking in a few words comes to: persons beside slots, of which one that is ready is booked at once.
use chrono::{DateTime, TimeDelta, Utc};
use entity::candidate;

use super::{BookForm, Found, Group};
use crate::{
    app::App,
    booking_phrase::Phrase,
    crypto,
    domain::{
        batches::{
            board::{self, Board},
            check::{
                self, Choice, Entry, Named, Person, Problem, Reason, State as RowState, Warning,
            },
        },
        candidates::{self, NewCandidate},
        slots::{self, Filter, Listed, State},
    },
    times,
    web::{
        batches, bookings::warnings, errors::Result, interviewers, labels, slots::Whom,
        viewer::Viewer,
    },
    zones::Tz,
};

/// How many people, slots and jobs are looked at.
const PEOPLE: u64 = 3;
const SLOTS: u64 = 8;
const JOBS: usize = 3;
/// How many slots are offered instead.
const NEXT: u64 = 3;
/// So soon before the start an invitation leaves at once: what is booked then is looked at first.
const NEAR: TimeDelta = TimeDelta::hours(2);

/// One group for each person who may be meant.
pub async fn groups(app: &App, viewer: &Viewer, phrase: &Phrase) -> Result<Vec<Group>> {
    let now = app.clock.now();
    let people = people(app, viewer, &phrase.who).await?;
    if people.is_empty() {
        return Ok(vec![nobody(phrase)]);
    }
    let window = phrase.window(viewer.zone(), now);
    let (mut slots, is_then) = slots(app, viewer, window, now).await?;
    // What is taken is told where one time was asked for.
    slots.retain(|listed| listed.state == State::Open || phrase.time.is_some());
    slots.sort_by_key(|listed| listed.state != State::Open);
    let boards = boards(app, viewer, (&slots, &people), now).await?;
    let what = What {
        app,
        viewer,
        is_then,
        now,
    };
    let mut groups = Vec::new();
    for person in &people {
        let options = slots.iter().map(|slot| what.option(person, slot, &boards));
        let heading = match is_then {
            true => format!("Book {}", person.name),
            false => format!("Book {}: no slot then, the next open ones", person.name),
        };
        groups.push(Group::new(heading, options.collect()));
    }
    groups.retain(|group| !group.options.is_empty());
    if groups.is_empty() {
        let add = Found {
            label: "No open slot. Add one".into(),
            ..Found::to("/slots/new".into())
        };
        groups.push(Group::new("Book", vec![add]));
    }
    Ok(groups)
}

fn nobody(phrase: &Phrase) -> Group {
    let hint = match phrase.who.as_str() {
        "" => Found {
            label: "Type a name, a day and a time, such as: book ada tue 10".into(),
            is_disabled: true,
            ..Default::default()
        },
        who => Found {
            label: format!("No candidate called “{who}”. Add a candidate"),
            ..Found::to("/candidates/new".into())
        },
    };
    Group::new("Book", vec![hint])
}

async fn people(app: &App, viewer: &Viewer, who: &str) -> Result<Vec<candidate::Model>> {
    if who.is_empty() {
        return Ok(Vec::new());
    }
    let filter = candidates::Filter {
        search: who.to_owned(),
        ..Default::default()
    };
    let list = candidates::list(&app.db, viewer.company_id, &filter, None, PEOPLE).await?;
    Ok(list.rows)
}

/// The slots that start then, whatever became of them; else the next open ones.
async fn slots(
    app: &App,
    viewer: &Viewer,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(Vec<Listed>, bool)> {
    let then = Filter {
        from: Some(from),
        until: Some(until),
        ..Default::default()
    };
    let company_id = viewer.company_id;
    let found = slots::list(&app.db, company_id, &then, None, SLOTS, now).await?;
    if found.rows.iter().any(|listed| listed.state == State::Open) {
        return Ok((found.rows, true));
    }
    let mut next = open_from(app, viewer, from.max(now), now).await?;
    if next.is_empty() {
        next = open_from(app, viewer, now, now).await?;
    }
    let all = found.rows.into_iter().chain(next);
    Ok((all.collect(), false))
}

/// The next open slots from an instant on.
async fn open_from(
    app: &App,
    viewer: &Viewer,
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Listed>> {
    let open = Filter {
        from: Some(from),
        state: Some(State::Open),
        ..Default::default()
    };
    let list = slots::list(&app.db, viewer.company_id, &open, None, NEXT, now).await?;
    Ok(list.rows)
}

async fn boards(
    app: &App,
    viewer: &Viewer,
    (slots, people): (&[Listed], &[candidate::Model]),
    now: DateTime<Utc>,
) -> Result<Vec<Board>> {
    let open = slots.iter().filter(|listed| listed.state == State::Open);
    let mut job_ids: Vec<i64> = open.map(|listed| listed.slot.job_id).collect();
    job_ids.sort_unstable();
    job_ids.dedup();
    job_ids.truncate(JOBS);
    let emails: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
    let mut boards = Vec::new();
    for job_id in job_ids {
        boards.push(board::read(&app.db, viewer.company_id, job_id, &emails, now).await?);
    }
    Ok(boards)
}

struct What<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    /// Do the slots start when it was asked for? Others are looked at before they are booked.
    is_then: bool,
    now: DateTime<Utc>,
}

impl What<'_> {
    fn option(&self, person: &candidate::Model, listed: &Listed, boards: &[Board]) -> Found {
        let (slot, zone) = (&listed.slot, self.viewer.zone());
        let start = times::short(slot.starts_at, zone, self.now);
        if listed.state != State::Open {
            let state = labels::slot_state(listed.state).to_lowercase();
            return Found {
                label: format!("{start} · {state}"),
                small: listed.job_title.clone(),
                is_disabled: true,
                ..Default::default()
            };
        }
        let theirs = person.time_zone.as_deref().unwrap_or(&slot.time_zone);
        let theirs: Tz = theirs.parse().unwrap_or(zone);
        let label = format!(
            "Book {} · {start}–{}",
            person.name,
            times::clock(slot.ends_at(), zone)
        );
        let there = format!(
            "{} for {}",
            times::clock(slot.starts_at, theirs),
            person.name
        );
        let board = boards.iter().find(|board| board.job.id == slot.job_id);
        let (against, seen) = match board {
            Some(board) => self.against(person, listed, board),
            None => (vec!["review first".into()], String::new()),
        };
        let undo = board.map_or(0, |board| board.company.undo_seconds);
        let last = match against.is_empty() {
            true => format!("can be undone for {undo} s"),
            false => against.join(", "),
        };
        let form = (self.is_then && against.is_empty()).then(|| BookForm {
            email: person.email.clone(),
            job: slot.job_id,
            slot: slot.id,
            locale: person.locale.clone(),
            key: crypto::random_id(),
            seen,
        });
        Found {
            label,
            small: format!("{} · {there} · {last}", listed.job_title),
            is_framing: true,
            form,
            ..Found::to(Whom::candidate(person.id).booking_address(slot.id))
        }
    }

    /// What a recruiter should see before they book, nothing when everything is ready; and the fingerprint of what the
    /// page for several people would show.
    fn against(
        &self,
        person: &candidate::Model,
        listed: &Listed,
        board: &Board,
    ) -> (Vec<String>, String) {
        let entry = Entry {
            number: 1,
            label: String::new(),
            what: Named::Person(Box::new(Person {
                new: NewCandidate::of(person.clone()),
                is_name_guessed: false,
                likely_email: None,
                chosen: Choice::Slot(listed.slot.id),
            })),
        };
        let rows = check::check(vec![entry], board, self.now);
        let mut against: Vec<String> = rows
            .first()
            .map(|row| reasons(&row.state))
            .unwrap_or_default();
        if !warnings::of_mail(&self.app.settings).is_empty() || self.viewer.is_mail_unwell() {
            against.push("email needs attention".into());
        }
        if board.company.undo_seconds == 0 || listed.slot.starts_at - self.now < NEAR {
            against.push("the invitation leaves at once".into());
        }
        (against, batches::fingerprint(&rows))
    }
}

fn reasons(state: &RowState) -> Vec<String> {
    match state {
        RowState::Ready(warnings) => warnings
            .iter()
            .map(|warning| words(warning).into())
            .collect(),
        RowState::Look(Problem::Overlap(_)) => vec!["in another interview then".into()],
        RowState::Look(_) => vec!["review first".into()],
        RowState::Aside(Reason::HasInterview(_)) => {
            vec!["already has an interview for this job".into()]
        }
        RowState::Aside(_) => vec!["review first".into()],
    }
}

fn words(warning: &Warning) -> &'static str {
    match warning {
        Warning::Hour { is_night: true, .. } => "night for them",
        Warning::Hour {
            is_night: false, ..
        } => "early or late for them",
        Warning::NoMeetingLink => "no meeting link yet",
        Warning::ShortNotice => "starts within the hour",
        Warning::NoZone => "time zone unknown",
        Warning::NameGuessed => "check the name",
        Warning::Interviewer(found) => interviewers::word(&found.finding),
    }
}
