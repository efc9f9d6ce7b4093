//! The page of one interview.
use chrono::{DateTime, Utc};
use entity::{
    accommodation, email,
    interview::{Answer, Status},
    offer, slot,
};
use serde::Serialize;

use super::{
    super::{
        Reader,
        history::{self, Step},
        offer::Asking,
    },
    about::facts,
    mail::{Mail, Spare},
};
use crate::{
    domain::{
        actions,
        emails::Line,
        interviews::{Details, answer, telling},
    },
    mail::compose::Composer,
    times,
    web::{
        choices::Choice, facts::Facts, forms::Ticket, labels, page::Page, slots::Whom, stamp::Stamp,
    },
    zones::Tz,
};

/// An interview.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    candidate: String,
    candidate_id: i64,
    lead: String,
    status: String,
    tone: &'static str,
    /// What the candidate has done.
    joined: Option<Stamp>,
    facts: Facts,
    /// Can it be moved, changed and cancelled, and have another link?
    can_change: bool,
    can_cancel: bool,
    link: Ticket,
    end: End,
    mails: Vec<Mail>,
    /// The keys of those that cannot be read.
    unreadable: Vec<i64>,
    /// When the newest mail did not arrive: a text to send another way.
    spare: Option<Spare>,
    has_no_url: bool,
    /// Why the candidate does not know how it stands.
    not_told: Option<String>,
    can_tell: bool,
    /// What the candidate said that somebody has to see to.
    no: Option<No>,
    events: Vec<Step>,
    /// None where the candidate cannot be asked to choose the time.
    asking: Option<Asking>,
    /// Has the candidate asked for something in private: `open`, `answered`; empty for no.
    request: &'static str,
    #[serde(flatten)]
    search: Search,
}

/// What was read besides the interview itself.
pub struct Told {
    /// Its mails, oldest first.
    pub mails: Vec<Line>,
    /// The keys of those that cannot be read.
    pub unreadable: Vec<i64>,
    /// The one that tells how it stands.
    pub newest: Option<email::Model>,
    /// What was done to it, oldest first.
    pub actions: Vec<actions::Entry>,
    /// Free slots of its job, while it waits for a time.
    pub free: Vec<slot::Model>,
    /// That its candidate was asked to choose a time.
    pub offer: Option<offer::Model>,
    /// What its candidate asked for in private.
    pub request: Option<accommodation::Model>,
    /// The interview in the place of this one, which was missed.
    pub in_place: Option<i64>,
}

/// That the candidate cannot come, or not at this time.
#[derive(Serialize)]
struct No {
    answer: &'static str,
    reason: Option<&'static str>,
    words: String,
}

impl No {
    /// None for a yes, when somebody saw to it, and when the time is over.
    fn of(details: &Details, now: DateTime<Utc>) -> Option<Self> {
        let row = &details.interview;
        let answer = row.answer.filter(|_| answer::is_open(row))?;
        let waits = row.status == Status::Unscheduled;
        (waits || details.is_to_come(now)).then(|| Self {
            answer: match answer {
                Answer::AnotherTime if waits => "None of the offered times suits the candidate.",
                Answer::Declined => "The candidate can't come.",
                Answer::AnotherTime | Answer::Confirmed => "The candidate needs another time.",
            },
            reason: row.answer_reason.map(labels::answer_reason),
            words: row.answer_words.clone(),
        })
    }

    fn sample() -> Self {
        Self {
            answer: "The candidate can't come.",
            reason: Some("Ill"),
            words: "I am sorry.".into(),
        }
    }
}

/// What can be said of its end.
#[derive(Serialize)]
struct End {
    can_end: bool,
    label: &'static str,
    kind: &'static str,
    can_be_missed: bool,
    can_rebook: bool,
    can_reopen: bool,
}

impl End {
    fn of(details: &Details, in_place: Option<i64>, now: DateTime<Utc>) -> Self {
        let status = details.interview.status;
        let has_begun = details.takes_place() && details.has_begun(now);
        Self {
            can_end: has_begun,
            label: match status.is_ended() {
                true => "Change outcome",
                false => "Record outcome",
            },
            kind: match status.is_ended() || details.is_to_come(now) {
                true => "outline",
                false => "",
            },
            can_be_missed: has_begun && !status.is_ended(),
            can_rebook: status == Status::NoShow && in_place.is_none(),
            can_reopen: status.is_ended() && in_place.is_none(),
        }
    }

    fn sample() -> Self {
        Self {
            can_end: true,
            label: "Record outcome",
            kind: "outline",
            can_be_missed: true,
            can_rebook: true,
            can_reopen: true,
        }
    }
}

/// Where a time is looked for, while there is none.
#[derive(Serialize)]
struct Search {
    find_slot: Option<String>,
    free: Vec<Choice>,
}

impl ShowPage {
    /// With what happened to it.
    pub fn new(details: Details, told: Told, composer: &Composer, reader: &Reader) -> Self {
        let interview = &details.interview;
        let job = details.job.as_ref();
        let joined = interview.joined_at;
        let is_coming = details.is_to_come(reader.now);
        let newest = told.newest;
        let mails = told.mails.iter();
        let mails = mails.filter(|mail| history::is_worth_telling(mail));
        Self {
            id: interview.id,
            candidate: details.candidate.name.clone(),
            candidate_id: details.candidate.id,
            lead: job.map_or("No job yet".into(), |job| job.title.clone()),
            status: labels::interview_state(interview.status, interview.outcome.as_deref()),
            tone: labels::interview_tone(interview.status),
            joined: joined.map(|at| Stamp::day_and_clock(at, reader.zone)),
            facts: facts(&details, told.in_place, reader),
            can_change: is_coming,
            can_cancel: is_coming || interview.status == Status::Unscheduled,
            link: Ticket::of_version(interview.version).with_new_key(),
            end: End::of(&details, told.in_place, reader.now),
            mails: mails.map(|mail| Mail::new(mail, reader)).collect(),
            unreadable: told.unreadable,
            spare: newest.and_then(|mail| Spare::of(&mail, &details, composer, reader)),
            can_tell: telling::can_be_told(&details, reader.now),
            not_told: interview.not_told_reason.clone(),
            no: No::of(&details, reader.now),
            has_no_url: is_coming && details.meeting_url().is_none(),
            asking: Asking::of(&details, told.offer, reader),
            request: match told.request.map(|request| request.answered_at.is_some()) {
                Some(true) => "answered",
                Some(false) if is_coming => "open",
                Some(false) => "unanswered",
                None => "",
            },
            search: Search::of(&details, &told.free, reader.zone),
            events: history::events(&details, told.actions, &told.mails, reader),
        }
    }
}

impl Search {
    fn of(details: &Details, free: &[slot::Model], zone: Tz) -> Self {
        let whom = Whom::interview(details.interview.id);
        let find = || match &details.job {
            Some(job) => format!("{}&job={}", whom.slots_address(), job.id),
            None => whom.slots_address(),
        };
        let choice = |slot: &slot::Model| {
            let words = times::day_and_clock(slot.starts_at, zone);
            Choice::new(whom.booking_address(slot.id), words)
        };
        Self {
            find_slot: details.waits_for_a_time().then(find),
            free: free.iter().map(choice).collect(),
        }
    }

    fn sample() -> Self {
        Self {
            find_slot: Some("/slots?interview=1&state=open".into()),
            free: vec![Choice::new(
                "/slots/1/booking?interview=1",
                "Tue 5 January 2027, 10:00",
            )],
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "interviews/show.html";

    fn title(&self) -> String {
        format!("Interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            candidate_id: 1,
            lead: "Cloud Architect".into(),
            status: "Booked".into(),
            tone: "live",
            joined: Some(Stamp::sample()),
            facts: Facts::sample(),
            can_change: true,
            can_cancel: true,
            link: Ticket::default(),
            end: End::sample(),
            mails: vec![Mail::sample()],
            unreadable: vec![5],
            spare: Some(Spare::sample()),
            has_no_url: true,
            not_told: Some("Told by phone".into()),
            can_tell: true,
            no: Some(No::sample()),
            events: vec![Step::sample()],
            asking: Some(Asking::sample()),
            request: "open",
            search: Search::sample(),
        }
    }
}
