//! What is known of an interview, in pairs.
use entity::interview::Status;

use super::super::Reader;
use crate::{
    domain::interviews::Details,
    times,
    web::{facts::Facts, labels, stamp::Stamp},
};

pub(super) fn facts(details: &Details, reader: &Reader) -> Facts {
    let Details {
        interview,
        candidate,
        slot,
        job,
        recruiter,
        ..
    } = details;
    let there = details.candidate_zone();
    let span = |zone| slot.as_ref().map(|slot| Stamp::span(slot, zone));
    let is_booked = interview.status == Status::Scheduled;
    let link = details.join_window().filter(|_| is_booked).map(|window| {
        let open = times::clock(window.opens_at, reader.zone);
        let words = format!("{open}–{}", times::clock(window.ends_at, reader.zone));
        Stamp::new(window.opens_at, words)
    });
    let job_id = job.as_ref().map(|job| format!("/jobs/{}", job.id));
    let facts = Facts::new()
        .at("Your time", span(reader.zone))
        .at("Candidate's time", span(there))
        .link(
            "Candidate",
            &candidate.name,
            format!("/candidates/{}", candidate.id),
        )
        .text("Email", &candidate.email)
        .text("Phone", &candidate.phone)
        .link(
            "Job",
            job.as_ref().map_or("", |job| job.title.as_str()),
            job_id.unwrap_or_default(),
        );
    about_slot(facts, details)
        .at("Join link works", link)
        .at(
            "Join page opened",
            interview
                .opened_at
                .map(|at| Stamp::day_and_clock(at, reader.zone)),
        )
        .text(
            "Cancellation reason",
            match interview.status {
                Status::Cancelled => interview.cancel_reason.as_str(),
                _ => "",
            },
        )
        .text("Notes for the candidate", &interview.booking_notes)
        .text(
            "Booked by",
            recruiter.as_ref().map_or("", |user| user.name.as_str()),
        )
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
