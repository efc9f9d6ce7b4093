//! Pages to go to and things to do, found by their names.
use entity::user::Role;

use super::Found;
use crate::text;

/// A page's address, its name, other words for it, and whether it is for admins alone.
type Place = (&'static str, &'static str, &'static str, bool);

const PAGES: &[Place] = &[
    ("/", "Today", "home board day", false),
    ("/calendar", "Calendar", "week day slots", false),
    ("/slots", "Slots", "times", false),
    ("/interviews", "Interviews", "bookings", false),
    ("/candidates", "Candidates", "people applicants", false),
    ("/jobs", "Jobs", "positions", false),
    ("/emails", "Delivery log", "emails mail", false),
    ("/reports", "Reports", "numbers no-shows figures", false),
    ("/account", "Account", "password zone", false),
    ("/users", "Users", "team interviewers recruiters", true),
    ("/tokens", "API tokens", "keys", true),
    ("/mail", "Email", "smtp server settings", true),
    ("/company", "Company", "settings", true),
    ("/actions", "Audit log", "history", true),
];

const ACTIONS: &[Place] = &[
    (
        "/bookings/new",
        "Book several people",
        "paste bulk csv schedule",
        false,
    ),
    ("/series/new", "Add slots", "new times series week", false),
    ("/slots/new", "Add one slot", "new time", false),
    ("/candidates/new", "Add candidate", "new person", false),
    (
        "/candidates/import",
        "Import candidates",
        "csv paste upload",
        false,
    ),
    ("/jobs/new", "Add job", "new position", false),
    ("/jobs/import", "Import jobs", "csv paste upload", false),
];

/// The pages that these words find; all without any.
pub fn pages(words: &[String], role: Role) -> Vec<Found> {
    found(PAGES, words, role.is_admin())
}

/// The things to do that these words find; all without any.
pub fn actions(words: &[String]) -> Vec<Found> {
    found(ACTIONS, words, false)
}

fn found(places: &[Place], words: &[String], is_admin: bool) -> Vec<Found> {
    let places = places.iter().filter(|(_, label, others, is_for_admins)| {
        let names = text::search_words(&format!("{label} {others}"));
        (is_admin || !is_for_admins) && text::finds(words, &names)
    });
    let found = places.map(|(href, label, ..)| Found {
        label: (*label).into(),
        ..Found::to((*href).into())
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_the_beginnings_of_its_names() {
        let labels = |typed: &str, role| -> Vec<String> {
            let found = pages(&text::search_words(typed), role).into_iter();
            found.map(|place| place.label).collect()
        };
        assert_eq!(labels("deliv", Role::Recruiter), ["Delivery log"]);
        assert_eq!(labels("audit", Role::Recruiter), [""; 0]);
        assert_eq!(labels("audit", Role::Admin), ["Audit log"]);
        assert_eq!(labels("", Role::Admin).len(), PAGES.len());
        assert!(!labels("", Role::Recruiter).contains(&"Audit log".into()));
    }
}
