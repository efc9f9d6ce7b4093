//! How a page struct becomes HTML, and what frames it.
use entity::user::Role;
use serde::{Deserialize, Serialize};
use tera::Context;

use super::alerts::banner::Banner;
use crate::{error::Result, labels, templates::Templates};

/// A whole page: what its template may know, and nothing else.
pub trait Page: Serialize {
    /// Its file under `templates/`.
    const TEMPLATE: &'static str;
    /// What the browser's tab says.
    fn title(&self) -> String;
    /// One that shows all there is to see; tests render it.
    fn sample() -> Self
    where
        Self: Sized;
}

/// What stands around a page: who looks at it decides.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Frame {
    /// For nobody in particular, and for candidates.
    Public(PublicFrame),
    /// For a user; with the menu.
    SignedIn(SignedInFrame),
}

/// The frame of sign-in, errors and the candidate's pages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PublicFrame {
    /// The company whose page it is; Greenroom's own when absent.
    pub company_name: Option<String>,
    /// Its colour, `#rrggbb`.
    pub brand_colour: Option<String>,
    /// What the last request had to say.
    pub flash: Option<Flash>,
}

/// The frame of everything that needs a user.
#[derive(Clone, Debug, Serialize)]
pub struct SignedInFrame {
    /// The user's company.
    pub company_name: String,
    /// Its colour, `#rrggbb`.
    pub brand_colour: Option<String>,
    /// Who looks.
    pub user_name: String,
    /// What they may do.
    pub role: Role,
    /// The path of this page: the menu marks where one is.
    pub path: String,
    /// Candidates who do not know; none while all do.
    pub alerts: Option<Banner>,
    /// Does an admin have to see to the mail?
    pub is_mail_unwell: bool,
    /// What the last request had to say.
    pub flash: Option<Flash>,
}

/// A sentence that survives one redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: FlashKind,
    /// The sentence.
    pub text: String,
}

/// How a flash is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    /// It is done.
    Done,
    /// It is not, or not wholly.
    Problem,
}

impl Flash {
    /// Says that something is done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Done,
            text: text.into(),
        }
    }

    /// Says what went wrong.
    pub fn problem(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Problem,
            text: text.into(),
        }
    }
}

/// One line of a select or a group of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What one reads.
    pub label: String,
}

impl Choice {
    /// A line with its value.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self {
            value: value.to_string(),
            label: label.into(),
        }
    }
}

/// A line of the menu.
#[derive(Serialize)]
struct MenuLine {
    href: &'static str,
    label: &'static str,
    /// `page` on the page itself, `true` anywhere below it: what `aria-current` takes.
    current: Option<&'static str>,
    /// What is wrong there, in a word.
    trouble: Option<&'static str>,
}

const MENU: &[(&str, &str)] = &[("/", "Today")];
const RECRUITING_MENU: &[(&str, &str)] = &[
    ("/slots", "Slots"),
    ("/interviews", "Interviews"),
    ("/candidates", "Candidates"),
    ("/jobs", "Jobs"),
    ("/emails", "Delivery log"),
];
const ADMIN_MENU: &[(&str, &str)] = &[
    ("/users", "Users"),
    ("/tokens", "API tokens"),
    (MAIL, "Email"),
    ("/company", "Company"),
    ("/actions", "Audit log"),
];
const MAIL: &str = "/mail";

impl Frame {
    /// What the viewer may do, in a word.
    fn role(&self) -> Option<&'static str> {
        match self {
            Self::SignedIn(frame) => Some(labels::role(frame.role)),
            Self::Public(_) => None,
        }
    }

    fn menu(&self) -> Vec<MenuLine> {
        let Self::SignedIn(frame) = self else {
            return Vec::new();
        };
        let lines: &[&[_]] = match frame.role {
            Role::Admin => &[MENU, RECRUITING_MENU, ADMIN_MENU],
            Role::Recruiter => &[MENU, RECRUITING_MENU],
            Role::Interviewer => &[MENU],
        };
        lines
            .iter()
            .copied()
            .flatten()
            .map(|&(href, label)| MenuLine {
                href,
                label,
                current: place(href, &frame.path),
                trouble: (href == MAIL && frame.is_mail_unwell).then_some("Problem"),
            })
            .collect()
    }
}

fn place(href: &str, path: &str) -> Option<&'static str> {
    match path.strip_prefix(href)? {
        "" => Some("page"),
        below if href != "/" && below.starts_with('/') => Some("true"),
        _ => None,
    }
}

/// A page in its frame. The template sees the page's own fields, `title`, `frame`, `menu` and `user_role`.
pub fn render<P: Page>(templates: &Templates, frame: &Frame, page: &P) -> Result<String> {
    let mut context = Context::from_serialize(page)?;
    context.insert("title", &page.title());
    context.insert("frame", frame);
    context.insert("menu", &frame.menu());
    context.insert("user_role", &frame.role());
    templates.render(P::TEMPLATE, &context)
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
        let mut frame = SignedInFrame {
            company_name: "Sample Company".into(),
            brand_colour: None,
            user_name: "Jane Roe".into(),
            role: Role::Recruiter,
            path: "/".into(),
            alerts: None,
            is_mail_unwell: false,
            flash: None,
        };
        let lines = |frame: &SignedInFrame| -> Vec<&str> {
            let menu = Frame::SignedIn(frame.clone()).menu();
            menu.iter().map(|line| line.label).collect()
        };
        assert!(!lines(&frame).contains(&"Users"));
        frame.role = Role::Admin;
        assert!(lines(&frame).contains(&"Users"));
        frame.role = Role::Interviewer;
        assert_eq!(lines(&frame), ["Today"]);
    }
}
