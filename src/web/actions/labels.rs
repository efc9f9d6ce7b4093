//! What the lines of the audit log say to people.
use serde_json::Value;

/// What can be done, as stored, with the words for it; in the order in which the filter offers them.
pub const VERBS: &[(&str, &str)] = &[
    ("interview.created", "Interview created"),
    ("interview.booked", "Interview booked"),
    ("interview.rescheduled", "Interview rescheduled"),
    ("interview.corrected", "Interview details changed"),
    ("interview.cancelled", "Interview cancelled"),
    ("interview.link_replaced", "Join link replaced"),
    (
        "interview.readdressed",
        "Candidate's address changed, join link replaced",
    ),
    ("interview.joined", "Candidate joined"),
    ("interview.told", "Marked as told by phone"),
    ("interview.not_told", "Told by phone undone"),
    (
        "slot_booking_notification_failed",
        "Candidate not notified of a booking",
    ),
    ("email.resent", "Email resent"),
    ("email.corrected", "Email sent to a corrected address"),
    ("email.hurried", "Email retried now"),
    ("email.cancelled", "Email cancelled before sending"),
    ("email.released", "Address released, emails sent"),
    ("email.bounced", "Email bounced"),
    ("slot.created", "Slot added"),
    ("slot.changed", "Slot changed"),
    ("slot.closed", "Slot closed"),
    ("slot.moved", "Slot moved by new time zone rules"),
    ("job.created", "Job added"),
    ("job.changed", "Job changed"),
    ("candidate.created", "Candidate added"),
    ("candidate.changed", "Candidate changed"),
    ("user.created", "User added"),
    ("user.updated", "User changed"),
    ("user.disabled", "User disabled"),
    ("user.enabled", "User enabled"),
    ("user.signed_in", "Signed in"),
    ("user.password_changed", "Password changed"),
    ("user.password_reset", "Password reset"),
    ("token.created", "API token created"),
    ("token.revoked", "API token revoked"),
    ("company.set_up", "Company set up"),
    ("company.created", "Company created"),
    ("company.updated", "Company settings changed"),
    ("logo.chosen", "Logo uploaded"),
    ("logo.removed", "Logo removed"),
    ("mail_texts.updated", "Email texts changed"),
    ("mail_texts.reset", "Email texts reset to default"),
    ("mail.checked", "Email settings checked"),
];

/// The words for what was done. What came later is told as it is stored rather than left out.
pub fn verb(stored: &str) -> &str {
    VERBS
        .iter()
        .find(|(verb, _)| *verb == stored)
        .map_or(stored, |(_, label)| label)
}

/// Who did what no user did.
pub fn nobody(verb: &str) -> &'static str {
    match verb {
        "interview.joined" => "Candidate",
        _ => "Greenroom",
    }
}

/// The thing by its number: `Interview 12`.
pub fn object(object_type: &str, id: i64) -> String {
    match object_type {
        "interview" => format!("Interview {id}"),
        "email" => format!("Email {id}"),
        "slot" => format!("Slot {id}"),
        "job" => format!("Job {id}"),
        "candidate" => format!("Candidate {id}"),
        "user" => format!("User {id}"),
        "token" => format!("API token {id}"),
        "company" => "Company".into(),
        other => format!("{other} {id}"),
    }
}

/// Where the thing is shown; none for what has no page of its own.
pub fn address(object_type: &str, id: i64) -> Option<String> {
    Some(match object_type {
        "interview" => format!("/interviews/{id}"),
        "email" => format!("/emails/{id}"),
        "slot" => format!("/slots/{id}"),
        "job" => format!("/jobs/{id}"),
        "candidate" => format!("/candidates/{id}"),
        "user" => format!("/users/{id}"),
        "token" => "/tokens".into(),
        "company" => "/company".into(),
        _ => return None,
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
        assert_eq!(verb("interview.booked"), "Interview booked");
        assert_eq!(verb("series.created"), "series.created");
        assert_eq!(object("series", 3), "series 3");
        assert_eq!(address("series", 3), None);
    }
}
