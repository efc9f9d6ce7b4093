//! The menu: where somebody may go, and where they are.
use entity::user::Role;
use serde::Serialize;

/// A line of the menu.
#[derive(Serialize)]
pub struct Line {
    href: &'static str,
    label: &'static str,
    /// `page` on the page itself, `true` anywhere below it: what `aria-current` takes.
    current: Option<&'static str>,
    /// What is wrong there, in a word.
    trouble: Option<&'static str>,
}

const EVERYBODY: &[(&str, &str)] = &[("/", "Today")];
const RECRUITING: &[(&str, &str)] = &[
    ("/calendar", "Calendar"),
    ("/slots", "Slots"),
    ("/interviews", "Interviews"),
    ("/candidates", "Candidates"),
    ("/jobs", "Jobs"),
    ("/emails", "Delivery log"),
    ("/reports", "Reports"),
];
const ADMINS: &[(&str, &str)] = &[
    ("/users", "Users"),
    ("/tokens", "API tokens"),
    (MAIL, "Email"),
    ("/company", "Company"),
    ("/actions", "Audit log"),
];
const MAIL: &str = "/mail";

/// The lines of a role, as seen from the page at this path.
pub fn of(role: Role, path: &str, is_mail_unwell: bool) -> Vec<Line> {
    let lines: &[&[_]] = match role {
        Role::Admin => &[EVERYBODY, RECRUITING, ADMINS],
        Role::Recruiter => &[EVERYBODY, RECRUITING],
        Role::Interviewer => &[EVERYBODY],
    };
    lines
        .iter()
        .copied()
        .flatten()
        .map(|&(href, label)| Line {
            href,
            label,
            current: place(href, path),
            trouble: (href == MAIL && is_mail_unwell).then_some("Problem"),
        })
        .collect()
}

fn place(href: &str, path: &str) -> Option<&'static str> {
    match path.strip_prefix(href)? {
        "" => Some("page"),
        below if href != "/" && below.starts_with('/') => Some("true"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_marks_the_page_and_what_lies_below_it() {
        assert_eq!(place("/jobs", "/jobs"), Some("page"));
        assert_eq!(place("/jobs", "/jobs/7/edit"), Some("true"));
        assert_eq!(place("/jobs", "/jobsworth"), None);
        assert_eq!(place("/", "/"), Some("page"));
        assert_eq!(place("/", "/jobs"), None);
    }

    #[test]
    fn everybody_is_shown_the_menu_of_their_role() {
        let labels = |role| -> Vec<&str> {
            let lines = of(role, "/", false).into_iter();
            lines.map(|line| line.label).collect()
        };
        assert!(!labels(Role::Recruiter).contains(&"Users"));
        assert!(labels(Role::Admin).contains(&"Users"));
        assert_eq!(labels(Role::Interviewer), ["Today"]);
    }
}
