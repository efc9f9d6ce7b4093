//! What the candidate's pages ask and say about whether the candidate comes.
use entity::interview::{Answer, AnswerReason};
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

use super::{Interview, path};
use crate::{
    domain::interviews::admission::Admission,
    error::Result,
    web::{choices::Choice, forms::FormErrors, join::answer::AnswerForm, page::Page},
};

/// For `join/_answer.html`.
#[derive(Serialize)]
pub struct Answering {
    /// What is answered to: a change in between makes it no answer.
    revision: i32,
    /// What was said so far: `confirmed`, `another_time`, `declined`; empty for nothing.
    said: String,
}

impl Answering {
    /// To an interview that can be answered to.
    pub fn of(admission: &Admission) -> Self {
        let row = &admission.details.interview;
        Self {
            revision: row.revision,
            said: row.answer.map_or_else(String::new, |said| said.to_value()),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            revision: 1,
            said: "confirmed".into(),
        }
    }
}

/// Before a no is said: what it means, and why.
#[derive(Serialize)]
pub struct AnswerPage {
    #[serde(flatten)]
    interview: Interview,
    path: String,
    form: AnswerForm,
    errors: FormErrors,
    is_declining: bool,
    reasons: Vec<Choice>,
}

impl AnswerPage {
    /// With the form as it was typed.
    pub fn new(
        token: &str,
        admission: &Admission,
        answer: Answer,
        (form, errors): (AnswerForm, FormErrors),
    ) -> Result<Self> {
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            form,
            errors,
            is_declining: answer == Answer::Declined,
            reasons: reasons(answer),
        })
    }
}

/// As the candidate reads them.
fn reasons(answer: Answer) -> Vec<Choice> {
    let words = |reason| match reason {
        AnswerReason::Busy => "Something else is at that time",
        AnswerReason::Ill => "I'm ill",
        AnswerReason::Travel => "I'm traveling",
        AnswerReason::OtherOffer => "I accepted another offer",
        AnswerReason::Withdrawn => "I no longer want this job",
    };
    let is_for_moving = |reason: &AnswerReason| {
        !matches!(reason, AnswerReason::OtherOffer | AnswerReason::Withdrawn)
    };
    let none = Choice::new("", "No reason");
    let reasons = AnswerReason::iter()
        .filter(|reason| answer == Answer::Declined || is_for_moving(reason))
        .map(|reason| Choice::new(reason.to_value(), words(reason)));
    std::iter::once(none).chain(reasons).collect()
}

impl Page for AnswerPage {
    const TEMPLATE: &'static str = "join/answer.html";

    fn title(&self) -> String {
        match self.is_declining {
            true => format!("I can't come: {}", self.interview.heading),
            false => format!("I need another time: {}", self.interview.heading),
        }
    }

    fn sample() -> Self {
        Self {
            interview: Interview::sample(),
            path: path("token"),
            form: AnswerForm::default(),
            errors: FormErrors::one("words", "Too long."),
            is_declining: true,
            reasons: reasons(Answer::Declined),
        }
    }
}
