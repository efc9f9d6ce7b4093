//! What is known of a thing: labels with their words, for the component `facts`.
use entity::{job, slot};
use serde::Serialize;

use super::{labels, stamp::Stamp};

/// A list that leaves out what is not known.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Facts(Vec<Fact>);

#[derive(Clone, Debug, Serialize)]
struct Fact {
    label: &'static str,
    text: String,
    /// Where the words lead, if anywhere.
    href: String,
    /// The machine's form, if the words are an instant.
    at: Option<Stamp>,
}

impl Facts {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Words; left out when empty.
    pub fn text(self, label: &'static str, text: impl Into<String>) -> Self {
        self.link(label, text, String::new())
    }

    /// Words that lead somewhere; left out when empty.
    pub fn link(
        mut self,
        label: &'static str,
        text: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        let fact = Fact {
            label,
            text: text.into(),
            href: href.into(),
            at: None,
        };
        if !fact.text.is_empty() {
            self.0.push(fact);
        }
        self
    }

    /// An instant; left out when there is none.
    pub fn at(mut self, label: &'static str, at: Option<Stamp>) -> Self {
        if at.is_some() {
            self.0.push(Fact {
                label,
                text: String::new(),
                href: String::new(),
                at,
            });
        }
        self
    }

    /// A job and the way to it; left out when there is none.
    pub fn job(self, label: &'static str, job: Option<&job::Model>) -> Self {
        match job {
            Some(job) => self.link(label, &job.title, format!("/jobs/{}", job.id)),
            None => self,
        }
    }

    /// What kind of interview a slot is for, and who holds it.
    pub fn kind_of(self, slot: &slot::Model) -> Self {
        self.text("Type", labels::interview_type(slot.interview_type))
            .text(
                "Difficulty",
                slot.difficulty_level.map_or("", labels::difficulty),
            )
            .text("Interviewer", &slot.interviewer)
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self::new()
            .text("Location", "Berlin")
            .link("Job", "Cloud Architect", "/jobs/1")
            .at("Starts", Some(Stamp::sample()))
    }
}
