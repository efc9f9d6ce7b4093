//! What the candidate's pages ask and say about whether the candidate comes.
use chrono::{DateTime, Utc};
use entity::{
    interview::{Answer, AnswerReason},
    slot,
};
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

use super::{
    interview::Interview,
    path,
    times::{Day, by_day},
};
use crate::{
    domain::interviews::{admission::Admission, moving},
    error::Result,
    mail::language::Language,
    times,
    web::{choices::Choice, forms::FormErrors, join::answer::AnswerForm, page::Page},
};

/// Its phrases.
const GROUP: &str = "page_answer";

/// For `join/_answer.html`.
#[derive(Serialize)]
pub struct Answering {
    /// What is answered to: a change in between makes it no answer.
    revision: i32,
    /// What was said so far: `confirmed`, `another_time`, `declined`; empty for nothing.
    said: String,
    /// Can the candidate move the interview by themselves?
    can_move: bool,
}

impl Answering {
    /// To an interview that can be answered to.
    pub fn of(admission: &Admission, now: DateTime<Utc>) -> Self {
        let row = &admission.details.interview;
        Self {
            revision: row.revision,
            said: row.answer.map_or_else(String::new, |said| said.to_value()),
            can_move: moving::can_move(&admission.details, now),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            revision: 1,
            said: "confirmed".into(),
            can_move: true,
        }
    }
}

/// Before a no is said: what it means, and why.
#[derive(Serialize)]
pub struct AnswerPage {
    #[serde(skip)]
    title: String,
    #[serde(flatten)]
    interview: Interview,
    path: String,
    form: AnswerForm,
    errors: FormErrors,
    is_declining: bool,
    reasons: Vec<Choice>,
    /// To which the candidate may move it by themselves.
    days: Vec<Day>,
    /// By which clock these are.
    zone: String,
    /// Was one of them taken meanwhile, or none chosen? Else a mistake is one of the question's.
    is_moving: bool,
}

impl AnswerPage {
    /// With the form as it was typed, and the times to which the interview can be moved at once.
    pub fn new(
        (token, admission): (&str, &Admission),
        (language, now): (&Language, DateTime<Utc>),
        (answer, slots): (Answer, &[slot::Model]),
        (form, errors): (AnswerForm, FormErrors),
    ) -> Result<Self> {
        let interview = Interview::of(admission, language)?;
        let zone = admission.details.candidate_zone();
        let is_declining = answer == Answer::Declined;
        let what = language.say(GROUP, if is_declining { "no" } else { "another" }, &[])?;
        Ok(Self {
            title: format!("{what}: {}", interview.heading()),
            interview,
            path: path(token),
            is_moving: form.is_empty() && !errors.is_empty(),
            form,
            errors,
            is_declining,
            reasons: reasons(answer, language)?,
            days: by_day(slots, language, zone)?,
            zone: times::zone_with_offset(now, zone),
        })
    }
}

/// As the candidate reads them.
fn reasons(answer: Answer, language: &Language) -> Result<Vec<Choice>> {
    let is_for_moving = |reason: &AnswerReason| {
        !matches!(reason, AnswerReason::OtherOffer | AnswerReason::Withdrawn)
    };
    let mut reasons = vec![Choice::new("", language.say(GROUP, "no_reason", &[])?)];
    for reason in AnswerReason::iter() {
        if answer == Answer::Declined || is_for_moving(&reason) {
            let name = reason.to_value();
            let words = language.say(GROUP, &name, &[])?;
            reasons.push(Choice::new(name, words));
        }
    }
    Ok(reasons)
}

impl Page for AnswerPage {
    const TEMPLATE: &'static str = "join/answer.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "I can't come: Senior Cloud Architect".into(),
            interview: Interview::sample(),
            path: path("token"),
            form: AnswerForm::default(),
            errors: FormErrors::one("words", "Too long."),
            is_declining: true,
            reasons: vec![Choice::new("ill", "I'm ill")],
            days: vec![Day::sample()],
            zone: "Europe/Berlin, UTC+02:00".into(),
            is_moving: true,
        }
    }
}
