//! What a report means to a recruiter.
use entity::bounce::Action;

use crate::mail::verdict;

/// What was done and why, and what to do now, in plain words.
pub fn meaning(action: Option<Action>, code: Option<&str>) -> String {
    if action == Some(Action::Delayed) {
        return DELAYED.into();
    }
    let Some(code) = code else {
        return UNKNOWN.into();
    };
    let (class, detail) = code.split_once('.').unwrap_or_default();
    match (class, detail) {
        // A server that tries again by itself is spoken of differently.
        (_, "2.2") => FULL.into(),
        ("5", detail) if !detail.starts_with("4.") => {
            verdict::of_code(code).unwrap_or_else(|| UNKNOWN.into())
        }
        ("4" | "5", _) => UNREACHED.into(),
        _ => UNKNOWN.into(),
    }
}

const DELAYED: &str = "The mail server that took it has not got rid of it yet, and goes on trying. If it is urgent, reach the candidate another way.";
const UNKNOWN: &str = "The receiving side sent it back. Check the address with the candidate, or reach them another way.";
const FULL: &str =
    "The recipient's mailbox is full. Ask them for another address, or reach them another way.";
const UNREACHED: &str = "The receiving side did not take it for so long that the mail server gave up. Check what stands after the @, or reach the candidate another way.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_words_that_end_in_what_to_do() {
        for (code, words) in [
            (Some("5.1.1"), "does not exist"),
            (Some("5.1.10"), "does not exist"),
            (Some("5.2.1"), "closed"),
            (Some("5.2.2"), "full"),
            (Some("4.2.2"), "full"),
            (Some("4.4.7"), "gave up"),
            (Some("5.4.4"), "gave up"),
            (Some("5.7.1"), "policy"),
            (Some("5.0.0"), "sent it back"),
            (Some("5.9.9"), "sent it back"),
            (Some("nonsense"), "sent it back"),
            (None, "sent it back"),
        ] {
            let meaning = meaning(Some(Action::Failed), code);
            assert!(meaning.contains(words), "{code:?}: {meaning}");
            assert!(!meaning.contains("by itself"), "{code:?}: {meaning}");
        }
    }
}
