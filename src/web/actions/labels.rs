//! What the lines of the audit log say to people.
use serde_json::Value;

use crate::domain::{
    actions::Entry,
    events::{Object, Verb},
};

/// One line for each verb, in their order.
const VERBS: [(Verb, &str); Verb::ALL.len()] = [
    (Verb::InterviewCreated, "Interview added"),
    (Verb::InterviewBooked, "Interview booked"),
    (Verb::InterviewUnbooked, "Booking undone"),
    (Verb::InterviewRescheduled, "Interview rescheduled"),
    (Verb::InterviewCorrected, "Interview details changed"),
    (Verb::InterviewCancelled, "Interview cancelled"),
    (Verb::CandidateNotified, "Candidate emailed about a change"),
    (Verb::InterviewCompleted, "Interview completed"),
    (Verb::InterviewMissed, "Interview marked as no-show"),
    (Verb::InterviewReopened, "Interview reopened"),
    (Verb::InterviewRebooked, "Missed interview rebooked"),
    (Verb::LinkReplaced, "Join link replaced"),
    (Verb::LinkShown, "Short join link shown"),
    (Verb::LinkRequested, "Candidate asked for the link again"),
    (Verb::CandidateNudged, "Candidate nudged"),
    (
        Verb::AddressChanged,
        "Candidate's address changed, join link replaced",
    ),
    (Verb::CandidateJoined, "Candidate joined"),
    (Verb::CandidateOpened, "Candidate opened the join page"),
    (Verb::InterviewAttended, "Joined by the company"),
    (Verb::CandidateStuck, "Candidate can't get into the meeting"),
    (
        Verb::TroubleHandled,
        "Marked as handled: candidate couldn't get in",
    ),
    (Verb::CandidateAnswered, "Candidate answered"),
    (Verb::DeviceChecked, "Candidate checked camera and sound"),
    (Verb::AnswerHandled, "Marked as handled: candidate's answer"),
    (
        Verb::AccommodationRequested,
        "Candidate asked for something in private",
    ),
    (Verb::AccommodationAnswered, "Private request answered"),
    (
        Verb::AccommodationReleased,
        "Private request passed on to the interviewers",
    ),
    (Verb::TimeOffered, "Candidate asked to choose a time"),
    (Verb::TimeChosen, "Candidate chose the time"),
    (Verb::MoveSeen, "Candidate's new time marked as seen"),
    (Verb::ReplyNoted, "Reply by email noted"),
    (Verb::ReplyForwarded, "Reply forwarded to the recruiter"),
    (Verb::ToldByPhone, "Marked as told by phone"),
    (Verb::ToldByPhoneUndone, "No longer marked as told by phone"),
    (
        Verb::NotificationFailed,
        "Candidate not notified of a booking",
    ),
    (Verb::EmailResent, "Email resent"),
    (Verb::EmailCorrected, "Email address corrected"),
    (Verb::EmailRetriedNow, "Email retried now"),
    (Verb::EmailCancelled, "Email cancelled before sending"),
    (Verb::EmailReleased, "Address released, held emails queued"),
    (Verb::EmailBounced, "Email bounced"),
    (Verb::EmailComplained, "Email marked as spam"),
    (Verb::SlotCreated, "Slot added"),
    (Verb::SlotChanged, "Slot changed"),
    (Verb::SlotClosed, "Slot closed"),
    (Verb::SlotReopened, "Slot reopened"),
    (Verb::SlotDeleted, "Slot deleted"),
    (Verb::SlotMoved, "Slot moved by new time zone rules"),
    (Verb::SeriesCreated, "Slots added"),
    (Verb::SeriesUndone, "Added slots removed"),
    (Verb::JobCreated, "Job added"),
    (Verb::JobChanged, "Job changed"),
    (Verb::CandidateCreated, "Candidate added"),
    (Verb::CandidateChanged, "Candidate changed"),
    (Verb::LanguageChosen, "Candidate chose a language"),
    (Verb::TimeZoneChosen, "Candidate chose a time zone"),
    (Verb::UserCreated, "User added"),
    (Verb::UserUpdated, "User changed"),
    (Verb::UserDisabled, "User disabled"),
    (Verb::UserEnabled, "User enabled"),
    (Verb::FeedCreated, "Calendar address created"),
    (Verb::FeedEnded, "Calendar address ended"),
    (Verb::CalendarConnected, "Own calendar connected"),
    (Verb::CalendarDisconnected, "Own calendar disconnected"),
    (Verb::UserSignedIn, "Signed in"),
    (Verb::PasswordChanged, "Password changed"),
    (Verb::PasswordReset, "Password reset"),
    (Verb::TokenCreated, "API token created"),
    (Verb::TokenRevoked, "API token revoked"),
    (Verb::CompanySetUp, "Company set up"),
    (Verb::CompanyCreated, "Company created"),
    (Verb::CompanyUpdated, "Company settings changed"),
    (Verb::LogoChosen, "Logo uploaded"),
    (Verb::LogoRemoved, "Logo removed"),
    (Verb::MailTextsUpdated, "Email texts changed"),
    (Verb::MailTextsReset, "Email texts reset to default"),
    (Verb::MailChecked, "Email settings checked"),
];

// Without this, a line in the wrong place would give two verbs each other's words.
const _: () = {
    let mut place = 0;
    while place < VERBS.len() {
        assert!(VERBS[place].0 as usize == place);
        place += 1;
    }
};

/// The words for what was done.
pub fn verb(verb: Verb) -> &'static str {
    VERBS[verb as usize].1
}

/// The words for what a line tells. What came later is told as it is stored rather than left out.
pub fn what(entry: &Entry) -> String {
    match entry.verb() {
        Some(known) => verb(known).into(),
        None => entry.action.verb.clone(),
    }
}

/// Who did it: no user stands for the system or a candidate.
pub fn who(entry: &Entry) -> String {
    match (&entry.by, entry.verb()) {
        (Some(name), _) => name.clone(),
        (None, Some(known)) if known.is_of_candidate() => "Candidate".into(),
        (None, _) => "Greenroom".into(),
    }
}

/// The thing by its number: `Interview 12`. A kind that came later is called as it is stored.
pub fn object(object_type: &str, id: i64) -> String {
    let name = match Object::read(object_type) {
        Some(Object::Interview) => "Interview",
        Some(Object::Email) => "Email",
        Some(Object::Slot) => "Slot",
        Some(Object::Series) => "Series",
        Some(Object::Job) => "Job",
        Some(Object::Candidate) => "Candidate",
        Some(Object::User) => "User",
        Some(Object::Token) => "API token",
        Some(Object::Company) => return "Company".into(),
        None => object_type,
    };
    format!("{name} {id}")
}

/// Where the thing is shown; none for what has no page of its own.
pub fn address(object_type: &str, id: i64) -> Option<String> {
    Some(match Object::read(object_type)? {
        Object::Interview => format!("/interviews/{id}"),
        Object::Email => format!("/emails/{id}"),
        Object::Slot => format!("/slots/{id}"),
        Object::Series => format!("/series/{id}"),
        Object::Job => format!("/jobs/{id}"),
        Object::Candidate => format!("/candidates/{id}"),
        Object::User => format!("/users/{id}"),
        Object::Token => "/tokens".into(),
        Object::Company => "/company".into(),
    })
}

/// Details in a line each: `before.status: open`.
pub fn details(details: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    flatten("", details, &mut lines);
    lines
}

fn flatten(name: &str, value: &Value, lines: &mut Vec<String>) {
    let below = |key: &str| match name {
        "" => key.to_owned(),
        name => format!("{name}.{key}"),
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(&below(key), value, lines);
            }
        }
        Value::Array(parts) => {
            let parts: Vec<String> = parts.iter().map(plain).collect();
            lines.push(format!("{name}: {}", parts.join(", ")));
        }
        Value::Null => {}
        value => lines.push(format!("{name}: {}", plain(value))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_told_field_by_field() {
        let stored = json!({
            "before": { "status": "open", "title": null },
            "changed": ["notes", "duration"],
            "slot_id": 7,
        });
        assert_eq!(
            details(&stored),
            [
                "before.status: open",
                "changed: notes, duration",
                "slot_id: 7"
            ]
        );
        assert!(details(&json!({})).is_empty());
    }

    #[test]
    fn what_is_unknown_is_told_as_it_is_stored() {
        assert_eq!(object("voucher", 3), "voucher 3");
        assert_eq!(address("voucher", 3), None);
    }
}
