//! The pages of links that lead nowhere. They know nothing, so they can tell nothing.
use serde::Serialize;

use crate::{error::Result, mail::language::Language, settings::BaseUrl, web::page::Page};

/// For a link that is wrong or was replaced.
#[derive(Serialize)]
pub struct UnknownPage {
    #[serde(skip)]
    title: String,
}

impl UnknownPage {
    pub(in crate::web::join) fn new(language: &Language) -> Result<Self> {
        Ok(Self {
            title: language.say("page_lost", "unknown", &[])?,
        })
    }
}

impl Page for UnknownPage {
    const TEMPLATE: &'static str = "join/unknown.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "This link does not work".into(),
        }
    }
}

/// For whoever tried too many of them.
#[derive(Serialize)]
pub struct TooOftenPage {
    #[serde(skip)]
    title: String,
}

impl TooOftenPage {
    pub(in crate::web::join) fn new(language: &Language) -> Result<Self> {
        Ok(Self {
            title: language.say("page_lost", "too_often", &[])?,
        })
    }
}

impl Page for TooOftenPage {
    const TEMPLATE: &'static str = "join/too_often.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Too many attempts".into(),
        }
    }
}

/// An address that ends where the link should go on.
#[derive(Serialize)]
pub struct BlankPage {
    #[serde(skip)]
    title: String,
    /// How a link starts.
    starts: String,
    /// How a short one starts.
    short: String,
}

impl BlankPage {
    /// Of the installation at this address.
    pub(in crate::web::join) fn new(language: &Language, base_url: &BaseUrl) -> Result<Self> {
        Ok(Self {
            title: language.say("page_lost", "blank", &[])?,
            starts: base_url.join("/interview/eyJ"),
            short: base_url.join("/i/"),
        })
    }
}

impl Page for BlankPage {
    const TEMPLATE: &'static str = "join/blank.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Part of the link is missing".into(),
            starts: "https://jobs.example.com/interview/eyJ".into(),
            short: "https://jobs.example.com/i/".into(),
        }
    }
}
