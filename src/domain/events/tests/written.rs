//! Every event with its details as they are stored, in one long list; and what earlier versions stored.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    InstructionLine,
    device_check::{Browser, Part},
    email,
    interview::{Answer, AnswerReason, Status},
    job,
    slot::InterviewType,
    user::Role,
};
use serde_json::{Value, json};

use crate::domain::events::*;

pub const NINE: &str = "2027-01-04T09:00:00Z";
const TEN: &str = "2027-01-04T10:00:00Z";

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().expect("an instant")
}

fn time(slot_id: i64, starts_at: &str) -> Time {
    Time {
        slot_id: Some(slot_id),
        starts_at: Some(at(starts_at)),
    }
}

fn rules() -> ZoneRules {
    ZoneRules {
        local_start: "2027-01-04T10:00:00".into(),
        time_zone: "Europe/Berlin".into(),
        time_zone_rules: "2026c".into(),
    }
}

fn correction() -> Corrected {
    let talk = |interview_type, minutes| Talk {
        interview_type: Some(interview_type),
        duration_minutes: Some(minutes),
    };
    Corrected {
        before: talk(InterviewType::Technical, 45),
        after: talk(InterviewType::Final, 60),
        changed: vec![
            Field::InterviewType,
            Field::DurationMinutes,
            Field::MeetingUrl,
        ],
    }
}

fn company(name: &str) -> Box<CompanyFacts> {
    Box::new(CompanyFacts {
        name: name.into(),
        time_zone: "Europe/Berlin".into(),
        contact_email: "jobs@example.com".into(),
        phone: Some("+49 30 1234".into()),
        brand_colour: "#112233".into(),
        default_meeting_url: None,
        join_window_minutes: 15,
        reminder_lead_minutes: Some(vec![1440, 60]),
        confirm_hours: Some(48),
        move_notice_hours: None,
        undo_seconds: Some(0),
        hourly_email_limit: Some(200),
        outcomes: Some(vec!["Advance".into()]),
        cancel_reasons: Some(vec![]),
        move_reasons: Some(vec!["Ill".into()]),
        silence_reasons: None,
        holiday_region: Some("DE-BY".into()),
        instruction_lines: vec![InstructionLine::JoinEarly],
    })
}

fn company_as_stored(name: &str) -> Value {
    json!({
        "name": name, "time_zone": "Europe/Berlin", "contact_email": "jobs@example.com",
        "phone": "+49 30 1234", "brand_colour": "#112233", "default_meeting_url": null, "join_window_minutes": 15,
        "reminder_lead_minutes": [1440, 60], "confirm_hours": 48, "move_notice_hours": null, "undo_seconds": 0,
        "hourly_email_limit": 200,
        "outcomes": ["Advance"], "cancel_reasons": [], "move_reasons": ["Ill"], "silence_reasons": null, "holiday_region": "DE-BY",
        "instruction_lines": ["join_early"],
    })
}

fn not_told() -> NotTold {
    NotTold {
        candidate: true,
        interviewers: false,
        reason: "Told by phone".into(),
    }
}

fn ended(status: Status, outcome: Option<&str>) -> Ended {
    Ended {
        status,
        outcome: outcome.map(str::to_owned),
    }
}

fn words(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("regards".to_owned(), text.to_owned())])
}

/// Each event, with the details that have been stored for it since before it had a type. The object is number 7.
pub fn written_today() -> Vec<(Event, Value)> {
    let (interview_id, email_id, slot_id, job_id, series_id) = (7, 7, 7, 7, 7);
    let (candidate_id, user_id, token_id, company_id) = (7, 7, 7, 7);
    let (version, changed) = (Some(3), vec!["title".to_owned()]);
    vec![
        (
            Event::InterviewCreated {
                interview_id,
                candidate_id: 2,
            },
            json!({ "candidate": 2 }),
        ),
        (
            Event::InterviewBooked {
                interview_id,
                slot_id: Some(1),
                starts_at: at(NINE),
                version,
                email_id: None,
            },
            json!({ "slot": 1, "starts_at": NINE, "version": 3, "email": null }),
        ),
        (
            Event::InterviewUnbooked {
                interview_id,
                slot_id: Some(4),
                version,
            },
            json!({ "slot": 4, "version": 3 }),
        ),
        (
            Event::InterviewRescheduled {
                interview_id,
                before: time(1, NINE),
                after: time(2, TEN),
                rules: None,
                reason: String::new(),
                not_told: None,
                version,
                email_id: Some(5),
            },
            json!({
                "before": { "slot": 1, "starts_at": NINE }, "after": { "slot": 2, "starts_at": TEN },
                "version": 3, "email": 5,
            }),
        ),
        (
            Event::InterviewRescheduled {
                interview_id,
                before: time(1, NINE),
                after: time(1, TEN),
                rules: Some(rules()),
                reason: String::new(),
                not_told: None,
                version,
                email_id: Some(5),
            },
            json!({
                "before": { "slot": 1, "starts_at": NINE }, "after": { "slot": 1, "starts_at": TEN },
                "local_start": "2027-01-04T10:00:00", "time_zone": "Europe/Berlin", "time_zone_rules": "2026c",
                "version": 3, "email": 5,
            }),
        ),
        (
            Event::InterviewCorrected {
                interview_id,
                correction: Correction::Details {
                    change: correction(),
                },
                not_told: None,
                version,
                email_id: Some(5),
            },
            json!({
                "change": {
                    "before": { "interview_type": "technical", "duration_minutes": 45 },
                    "after": { "interview_type": "final", "duration_minutes": 60 },
                    "changed": ["interview_type", "duration_minutes", "meeting_url"],
                },
                "version": 3, "email": 5,
            }),
        ),
        (
            Event::InterviewCorrected {
                interview_id,
                correction: Correction::Personal {
                    changed: vec![Field::BookingNotes],
                },
                not_told: None,
                version,
                email_id: None,
            },
            json!({ "changed": ["booking_notes"], "version": 3, "email": null }),
        ),
        (
            Event::InterviewCancelled {
                interview_id,
                change: Cancellation {
                    reason: "Ill".into(),
                },
                not_told: None,
                version,
                email_id: Some(5),
            },
            json!({ "change": { "reason": "Ill" }, "version": 3, "email": 5 }),
        ),
        (
            Event::InterviewRescheduled {
                interview_id,
                before: time(1, NINE),
                after: time(2, TEN),
                rules: None,
                reason: "Ill".into(),
                not_told: Some(not_told()),
                version,
                email_id: None,
            },
            json!({
                "before": { "slot": 1, "starts_at": NINE }, "after": { "slot": 2, "starts_at": TEN },
                "reason": "Ill",
                "not_told": { "candidate": true, "interviewers": false, "reason": "Told by phone" },
                "version": 3, "email": null,
            }),
        ),
        (
            Event::InterviewCancelled {
                interview_id,
                change: Cancellation {
                    reason: "Ill".into(),
                },
                not_told: Some(not_told()),
                version,
                email_id: None,
            },
            json!({
                "change": { "reason": "Ill" },
                "not_told": { "candidate": true, "interviewers": false, "reason": "Told by phone" },
                "version": 3, "email": null,
            }),
        ),
        (
            Event::CandidateNotified {
                interview_id,
                version,
                email_id: Some(5),
            },
            json!({ "version": 3, "email": 5 }),
        ),
        (
            Event::InterviewCompleted {
                interview_id,
                before: ended(Status::Scheduled, None),
                after: ended(Status::Completed, Some("Advance")),
                is_note_changed: true,
                version,
            },
            json!({
                "before": { "status": "scheduled", "outcome": null },
                "after": { "status": "completed", "outcome": "Advance" },
                "is_note_changed": true, "version": 3,
            }),
        ),
        (
            Event::InterviewMissed {
                interview_id,
                before: ended(Status::Completed, Some("Hold")),
                is_note_changed: false,
                version,
            },
            json!({
                "before": { "status": "completed", "outcome": "Hold" },
                "is_note_changed": false, "version": 3,
            }),
        ),
        (
            Event::InterviewReopened {
                interview_id,
                before: ended(Status::NoShow, None),
                version,
                email_id: None,
            },
            json!({ "before": { "status": "no_show", "outcome": null }, "version": 3, "email": null }),
        ),
        (
            Event::InterviewRebooked {
                interview_id,
                new_id: 8,
            },
            json!({ "new": 8 }),
        ),
        (
            Event::CandidateNudged {
                interview_id,
                version,
                email_id: Some(5),
            },
            json!({ "version": 3, "email": 5 }),
        ),
        (
            Event::LinkReplaced {
                interview_id,
                change: Replaced {},
                version,
                email_id: Some(5),
            },
            json!({ "change": {}, "version": 3, "email": 5 }),
        ),
        (
            Event::AddressChanged {
                interview_id,
                version,
            },
            json!({ "version": 3 }),
        ),
        (Event::LinkShown { interview_id }, json!({})),
        (
            Event::LinkRequested {
                interview_id,
                email_id: 9,
            },
            json!({ "email": 9 }),
        ),
        (Event::CandidateJoined { interview_id }, json!({})),
        (Event::CandidateOpened { interview_id }, json!({})),
        (Event::InterviewAttended { interview_id }, json!({})),
        (Event::CandidateStuck { interview_id }, json!({})),
        (Event::TroubleHandled { interview_id }, json!({})),
        (
            Event::CandidateAnswered {
                interview_id,
                answer: Answer::Declined,
                reason: Some(AnswerReason::OtherOffer),
                words: "Sorry".into(),
                via: Via::Page,
            },
            json!({"answer": "declined", "reason": "other_offer", "words": "Sorry", "via": "page"}),
        ),
        (
            Event::DeviceChecked {
                interview_id,
                browser: Browser::SamsungInternet,
                failed: vec![Part::Camera, Part::Clock],
            },
            json!({"browser": "samsung_internet", "failed": ["camera", "clock"]}),
        ),
        (Event::AnswerHandled { interview_id }, json!({})),
        (
            Event::AccommodationRequested {
                interview_id,
                version: Some(4),
            },
            json!({ "version": 4 }),
        ),
        (
            Event::AccommodationAnswered {
                interview_id,
                version: Some(5),
                email_id: Some(9),
            },
            json!({ "version": 5, "email": 9 }),
        ),
        (Event::AccommodationReleased { interview_id }, json!({})),
        (
            Event::TimeOffered {
                interview_id,
                choose_by: at(NINE),
                version: Some(2),
                email_id: Some(4),
            },
            json!({"choose_by": NINE, "version": 2, "email": 4}),
        ),
        (
            Event::TimeChosen {
                interview_id,
                slot_id: 3,
            },
            json!({"slot_id": 3}),
        ),
        (Event::MoveSeen { interview_id }, json!({})),
        (
            Event::ReplyNoted {
                interview_id,
                email_id: 5,
                why: ReplyNote::SomeoneElse,
            },
            json!({ "email": 5, "why": "someone_else" }),
        ),
        (
            Event::ReplyForwarded {
                interview_id,
                email_id: 5,
                new_id: 6,
            },
            json!({ "email": 5, "new": 6 }),
        ),
        (
            Event::ToldByPhone {
                interview_id,
                email_id: 5,
            },
            json!({ "email": 5 }),
        ),
        (
            Event::ToldByPhoneUndone {
                interview_id,
                email_id: 5,
            },
            json!({ "email": 5 }),
        ),
        (
            Event::NotificationFailed {
                interview_id,
                slot_id: Some(1),
                email_id: 5,
                error: "No such mailbox.".into(),
            },
            json!({ "slot_id": 1, "interview_id": 7, "email_id": 5, "error": "No such mailbox." }),
        ),
        (
            Event::EmailResent {
                email_id,
                new_id: 8,
            },
            json!({ "new": 8 }),
        ),
        (
            Event::EmailCorrected {
                email_id,
                new_id: 8,
            },
            json!({ "new": 8 }),
        ),
        (
            Event::EmailRetriedNow {
                email_id,
                was_due_at: at(NINE),
            },
            json!({ "was_due_at": NINE }),
        ),
        (Event::EmailCancelled { email_id }, json!({})),
        (
            Event::EmailReleased {
                email_id,
                queued: 2,
            },
            json!({ "queued": 2 }),
        ),
        (
            Event::EmailBounced {
                email_id,
                before: email::Status::Accepted,
            },
            json!({ "before": "accepted" }),
        ),
        (
            Event::EmailComplained {
                email_id,
                before: email::Status::Delivered,
            },
            json!({ "before": "delivered" }),
        ),
        (
            Event::SlotCreated {
                slot_id,
                starts_at: at(NINE),
                job_id: 2,
            },
            json!({ "starts_at": NINE, "job": 2 }),
        ),
        (
            Event::SlotChanged {
                slot_id,
                before: Start {
                    starts_at: at(NINE),
                },
                after: Start { starts_at: at(TEN) },
                changed: vec!["starts_at".into()],
                version,
            },
            json!({
                "before": { "starts_at": NINE }, "after": { "starts_at": TEN },
                "changed": ["starts_at"], "version": 3,
            }),
        ),
        (
            Event::SlotClosed { slot_id, version },
            json!({ "version": 3 }),
        ),
        (
            Event::SlotReopened { slot_id, version },
            json!({ "version": 3 }),
        ),
        (
            Event::SlotDeleted {
                slot_id,
                starts_at: at(NINE),
                job_id: 2,
            },
            json!({ "starts_at": NINE, "job": 2 }),
        ),
        (
            Event::SlotMoved {
                slot_id,
                before: time(7, NINE),
                after: time(7, TEN),
                rules: rules(),
                version,
            },
            json!({
                "before": { "slot": 7, "starts_at": NINE }, "after": { "slot": 7, "starts_at": TEN },
                "local_start": "2027-01-04T10:00:00", "time_zone": "Europe/Berlin", "time_zone_rules": "2026c",
                "version": 3,
            }),
        ),
        (
            Event::SeriesCreated {
                series_id,
                job_id: 2,
                slots: 38,
                first_starts_at: at(NINE),
                last_starts_at: at(TEN),
            },
            json!({ "job": 2, "slots": 38, "first_starts_at": NINE, "last_starts_at": TEN }),
        ),
        (
            Event::SeriesUndone {
                series_id,
                slots: 38,
            },
            json!({ "slots": 38 }),
        ),
        (
            Event::JobCreated {
                job_id,
                title: "Cook".into(),
            },
            json!({ "title": "Cook" }),
        ),
        (
            Event::JobChanged {
                job_id,
                before: JobFacts {
                    title: "Cook".into(),
                    status: job::Status::Open,
                },
                after: JobFacts {
                    title: "Chef".into(),
                    status: job::Status::Closed,
                },
                changed: changed.clone(),
                version,
            },
            json!({
                "before": { "title": "Cook", "status": "open" }, "after": { "title": "Chef", "status": "closed" },
                "changed": ["title"], "version": 3,
            }),
        ),
        (Event::CandidateCreated { candidate_id }, json!({})),
        (
            Event::CandidateChanged {
                candidate_id,
                address_changed: true,
                name_changed: false,
                changed: vec!["email".into()],
                version,
            },
            json!({ "address_changed": true, "name_changed": false, "changed": ["email"], "version": 3 }),
        ),
        (
            Event::LanguageChosen {
                candidate_id,
                interview_id,
                version,
            },
            json!({ "interview": interview_id, "version": 3 }),
        ),
        (
            Event::TimeZoneChosen {
                candidate_id,
                interview_id,
                version,
            },
            json!({ "interview": interview_id, "version": 3 }),
        ),
        (
            Event::UserCreated {
                user_id,
                role: Role::Recruiter,
            },
            json!({ "role": "recruiter" }),
        ),
        (
            Event::UserUpdated {
                user_id,
                role: Some(RoleChange {
                    before: Role::Recruiter,
                    after: Role::Admin,
                }),
                changed: vec!["role".into()],
                version,
            },
            json!({ "role": { "before": "recruiter", "after": "admin" }, "changed": ["role"], "version": 3 }),
        ),
        (
            Event::UserUpdated {
                user_id,
                role: None,
                changed: vec!["time_zone".into()],
                version,
            },
            json!({ "changed": ["time_zone"], "version": 3 }),
        ),
        (
            Event::UserDisabled { user_id, version },
            json!({ "version": 3 }),
        ),
        (
            Event::UserEnabled { user_id, version },
            json!({ "version": 3 }),
        ),
        (Event::FeedCreated { user_id }, json!({})),
        (Event::FeedEnded { user_id }, json!({})),
        (Event::CalendarConnected { user_id }, json!({})),
        (Event::CalendarDisconnected { user_id }, json!({})),
        (Event::UserSignedIn { user_id }, json!({})),
        (
            Event::PasswordChanged { user_id, version },
            json!({ "version": 3 }),
        ),
        (
            Event::PasswordReset { user_id, version },
            json!({ "version": 3 }),
        ),
        (
            Event::TokenCreated {
                token_id,
                name: "ATS".into(),
                user_id: 2,
                expires_at: None,
            },
            json!({ "name": "ATS", "user": 2, "expires_at": null }),
        ),
        (
            Event::TokenRevoked {
                token_id,
                name: "ATS".into(),
            },
            json!({ "name": "ATS" }),
        ),
        (
            Event::CompanySetUp {
                company_id,
                name: "Acme".into(),
            },
            json!({ "name": "Acme" }),
        ),
        (
            Event::CompanyCreated {
                company_id,
                name: "Acme".into(),
            },
            json!({ "name": "Acme" }),
        ),
        (
            Event::CompanyUpdated {
                company_id,
                changed: vec!["name".into()],
                version,
                before: company("Acme"),
                after: company("Apex"),
            },
            json!({
                "changed": ["name"], "version": 3,
                "before": company_as_stored("Acme"), "after": company_as_stored("Apex"),
            }),
        ),
        (
            Event::LogoChosen {
                company_id,
                before: None,
                after: 4,
                content_hash: "ab12".into(),
            },
            json!({ "before": null, "after": 4, "content_hash": "ab12" }),
        ),
        (
            Event::LogoRemoved {
                company_id,
                before: Some(4),
                after: (),
                content_hash: (),
            },
            json!({ "before": 4, "after": null, "content_hash": null }),
        ),
        (
            Event::MailTextsUpdated {
                company_id,
                kind: email::Kind::LinkReplaced,
                locale: "en".into(),
                changed: vec!["regards".into()],
                version,
                before: BTreeMap::new(),
                after: words("Cheers"),
            },
            json!({
                "kind": "link_replaced", "locale": "en", "changed": ["regards"], "version": 3,
                "before": {}, "after": { "regards": "Cheers" },
            }),
        ),
        (
            Event::MailTextsReset {
                company_id,
                kind: email::Kind::Scheduled,
                locale: "de".into(),
                changed: vec!["regards".into()],
                version,
                before: words("Cheers"),
                after: BTreeMap::new(),
            },
            json!({
                "kind": "scheduled", "locale": "de", "changed": ["regards"], "version": 3,
                "before": { "regards": "Cheers" }, "after": {},
            }),
        ),
        (
            Event::MailChecked {
                company_id,
                sends: true,
            },
            json!({ "sends": true }),
        ),
    ]
}

/// Details as earlier versions of Greenroom wrote them.
pub fn written_before() -> Vec<(&'static str, Value)> {
    let old_company = json!({
        "name": "Acme", "time_zone": "Europe/Berlin", "contact_email": "jobs@example.com",
        "brand_colour": "#112233", "default_meeting_url": "https://meet.example.com/1",
        "join_window_minutes": 15, "instruction_lines": [],
    });
    let mut with_reminders = old_company.clone();
    with_reminders["reminder_lead_minutes"] = json!([60]);
    let mut with_undo = with_reminders.clone();
    with_undo["undo_seconds"] = json!(90);
    let talk = json!({ "interview_type": "technical", "duration_minutes": 45 });
    let moved = json!({
        "before": { "slot": 1, "starts_at": NINE }, "after": { "slot": 1, "starts_at": TEN },
        "local_start": "2027-01-04T10:00:00", "time_zone": "Europe/Berlin", "time_zone_rules": "2026c",
    });
    let facts = json!({ "title": "Cook", "status": "open" });
    let texts = json!({ "kind": "scheduled", "locale": "en", "before": {}, "after": { "regards": "Cheers" } });
    vec![
        (
            "interview.booked",
            json!({ "slot": 1, "starts_at": NINE, "email": 5 }),
        ),
        (
            "interview.rescheduled",
            json!({
                "before": { "slot": 1, "starts_at": NINE }, "after": { "slot": 2, "starts_at": TEN }, "email": 5,
            }),
        ),
        (
            "interview.rescheduled",
            json!({
                "before": { "slot": null, "starts_at": null }, "after": { "slot": 2, "starts_at": TEN }, "email": null,
            }),
        ),
        (
            "interview.cancelled",
            json!({ "change": { "reason": "" }, "email": null }),
        ),
        ("interview.cancelled", json!({})),
        (
            "interview.corrected",
            json!({ "change": { "before": talk, "after": talk }, "email": 5 }),
        ),
        (
            "interview.corrected",
            json!({
                "change": {
                    "before": { "interview_type": null, "duration_minutes": null }, "after": talk,
                    "changed": ["interview_type", "what_comes_later"],
                },
                "version": 2, "email": 5,
            }),
        ),
        (
            "interview.link_replaced",
            json!({ "change": {}, "email": 5 }),
        ),
        ("interview.link_replaced", json!({})),
        ("interview.readdressed", json!({})),
        ("slot.closed", json!({})),
        ("slot.moved", moved),
        ("job.changed", json!({ "before": facts, "after": facts })),
        (
            "candidate.changed",
            json!({ "address_changed": true, "name_changed": false }),
        ),
        (
            "user.updated",
            json!({ "role": { "before": "admin", "after": "recruiter" } }),
        ),
        ("user.updated", json!({})),
        ("user.disabled", json!({})),
        ("user.enabled", json!({})),
        ("user.password_changed", json!({})),
        ("user.password_reset", json!({})),
        (
            "company.updated",
            json!({ "before": old_company, "after": old_company }),
        ),
        (
            "company.updated",
            json!({ "before": old_company, "after": with_reminders }),
        ),
        (
            "company.updated",
            json!({ "before": with_reminders, "after": with_undo }),
        ),
        ("mail_texts.updated", texts.clone()),
        ("mail_texts.reset", texts),
    ]
}
