//! The short join link, shown once.
use serde::Serialize;

use crate::{domain::interviews::Details, web::page::Page};

/// The short join link, shown once.
#[derive(Serialize)]
pub struct ShortLinkPage {
    id: i64,
    candidate: String,
    link: String,
    text: String,
}

impl ShortLinkPage {
    /// With the text of the invitation that has this link in it.
    pub fn new(details: &Details, link: String, text: String) -> Self {
        Self {
            id: details.interview.id,
            candidate: details.candidate.name.clone(),
            link,
            text,
        }
    }
}

impl Page for ShortLinkPage {
    const TEMPLATE: &'static str = "interviews/short_link.html";

    fn title(&self) -> String {
        format!("Join link of {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            link: "https://jobs.example.com/i/7K3M-P0QX-2ZVT-9HDA".into(),
            text: "Dear John Doe,".into(),
        }
    }
}
