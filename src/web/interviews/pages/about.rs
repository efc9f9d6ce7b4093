//! What is known of an interview, in pairs.
use entity::{
    candidate,
    interview::{self, Status},
};

use super::super::{Reader, device};
use crate::{
    domain::interviews::Details,
    times,
    web::{facts::Facts, labels, stamp::Stamp},
};

pub(super) fn facts(details: &Details, in_place: Option<i64>, reader: &Reader) -> Facts {
    let interview = &details.interview;
    let recruiter = details.recruiter.as_ref();
    let facts = about_time(Facts::new(), details, reader);
    let facts = about_candidate(facts, &details.candidate).job("Job", details.job.as_ref());
    about_link(about_slot(facts, details), details, reader)
        .text(
            "Cancellation reason",
            match interview.status {
                Status::Cancelled => interview.cancel_reason.as_str(),
                _ => "",
            },
        )
        .text("Notes for the candidate", &interview.booking_notes)
        .text("Notes for the interviewers", &interview.interviewer_notes)
        .link(
            "Interviewers' page",
            "What interviewers see",
            format!("/my-interviews/{}", interview.id),
        )
        .text(
            "Booked by",
            recruiter
                .filter(|_| interview.slot_id.is_some())
                .map_or("", |user| user.name.as_str()),
        )
        .text("Private note", &interview.private_note)
        .link(
            "Rebooked as",
            in_place.map_or(String::new(), |id| format!("Interview {id}")),
            in_place.map_or(String::new(), |id| format!("/interviews/{id}")),
        )
        .link(
            "Replaces no-show",
            interview
                .rebook_of
                .map_or(String::new(), |id| format!("Interview {id}")),
            interview
                .rebook_of
                .map_or(String::new(), |id| format!("/interviews/{id}")),
        )
}

fn about_time(facts: Facts, details: &Details, reader: &Reader) -> Facts {
    let slot = details.slot.as_ref();
    let span = |zone| slot.map(|slot| Stamp::span(slot, zone));
    facts
        .at("Your time", span(reader.zone))
        .at("Candidate's time", span(details.candidate_zone()))
}

fn about_candidate(facts: Facts, candidate: &candidate::Model) -> Facts {
    let page = format!("/candidates/{}", candidate.id);
    facts
        .link("Candidate", &candidate.name, page)
        .text("Email", &candidate.email)
        .text("Phone", &candidate.phone)
}

fn about_slot(facts: Facts, details: &Details) -> Facts {
    let slot = details.slot.as_ref();
    let slot_id = slot.map(|slot| format!("/slots/{}", slot.id));
    facts
        .link(
            "Slot",
            slot.map_or(String::new(), |slot| {
                format!(
                    "{}, {} minutes",
                    labels::interview_type(slot.interview_type),
                    slot.duration_minutes
                )
            }),
            slot_id.unwrap_or_default(),
        )
        .text(
            "Difficulty",
            slot.and_then(|slot| slot.difficulty_level)
                .map_or("", labels::difficulty),
        )
        .text(
            "Interviewer",
            slot.map_or("", |slot| slot.interviewer.as_str()),
        )
        .text(
            "Meeting link",
            slot.and(details.meeting_url()).unwrap_or_default(),
        )
}

fn about_link(facts: Facts, details: &Details, reader: &Reader) -> Facts {
    let interview = &details.interview;
    let is_booked = interview.status == Status::Scheduled;
    let works = details.join_window().filter(|_| is_booked).map(|window| {
        let opens = times::clock(window.opens_at, reader.zone);
        let ends = times::clock(window.ends_at, reader.zone);
        Stamp::new(window.opens_at, format!("{opens}–{ends}"))
    });
    let opened = interview.opened_at;
    let opened = opened.map(|at| Stamp::day_and_clock(at, reader.zone));
    let check = interview.device_check.as_ref();
    let check = check.map_or_else(String::new, |check| device::newest(check, reader));
    facts
        .at("Join link works", works)
        .at("Join page opened", opened)
        .text("Answer", answer(interview, reader))
        .text("Device check", check)
}

/// `Can't come · Ill · Tue 5 January 2027, 10:00`; empty while there is none.
fn answer(row: &interview::Model, reader: &Reader) -> String {
    let Some(answer) = row.answer else {
        return String::new();
    };
    let reason = row.answer_reason.map(labels::answer_reason);
    let at = row
        .answered_at
        .map(|at| times::day_and_clock(at, reader.zone));
    let words = [
        Some(labels::answer(answer).to_owned()),
        reason.map(str::to_owned),
        at,
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    words.join(" · ")
}
