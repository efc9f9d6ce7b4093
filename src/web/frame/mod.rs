//! What stands around a page: who looks at it decides.
mod menu;
mod reading;

use entity::user::Role;
use serde::Serialize;
use tera::Value;

pub use self::reading::Reading;
use super::{flash::Flash, labels};

/// The frame of a page.
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
    /// The language of a candidate; users read English.
    pub reading: Option<Reading>,
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
    /// `5 candidates not notified`; none while all are, and on the pages that show which.
    pub not_notified: Option<String>,
    /// `2 candidates can't come or need another time`; none while nobody said so, and on the page that shows who.
    pub answered: Option<String>,
    /// `1 candidate asked for something in private`; none while nobody did, and on the page that shows who.
    pub requested: Option<String>,
    /// `1 candidate moved their interview`; none while nobody did, and on the page that shows who.
    pub moved: Option<String>,
    /// Does an admin have to see to the mail?
    pub is_mail_unwell: bool,
    /// What the last request had to say.
    pub flash: Option<Flash>,
}

impl Frame {
    /// The menu of whoever looks; empty for the public.
    pub(super) fn menu(&self) -> Vec<menu::Line> {
        match self {
            Self::SignedIn(frame) => menu::of(frame.role, &frame.path, frame.is_mail_unwell),
            Self::Public(_) => Vec::new(),
        }
    }

    /// The phrases of a candidate's page.
    pub(super) fn words(&self) -> Option<&Value> {
        match self {
            Self::Public(frame) => frame.reading.as_ref().map(Reading::words),
            Self::SignedIn(_) => None,
        }
    }

    /// What the viewer may do, in a word.
    pub(super) fn role(&self) -> Option<&'static str> {
        match self {
            Self::SignedIn(frame) => Some(labels::role(frame.role)),
            Self::Public(_) => None,
        }
    }
}
