//! Where a candidate asks for something in private, and reads the answer.
use entity::accommodation;
use serde::Serialize;

use super::{interview::Interview, path};
use crate::{
    domain::interviews::admission::Admission,
    error::Result,
    mail::language::Language,
    web::{forms::FormErrors, join::accommodation::RequestForm, page::Page},
};

/// The form; above it the answer, if there is one.
#[derive(Serialize)]
pub struct AccommodationPage {
    #[serde(skip)]
    title: String,
    #[serde(flatten)]
    interview: Interview,
    path: String,
    is_asked: bool,
    /// Has it not begun?
    can_ask: bool,
    /// Empty until somebody answers.
    answer: String,
    form: RequestForm,
    errors: FormErrors,
}

impl AccommodationPage {
    /// With what was typed.
    pub fn new(
        admission: &Admission,
        language: &Language,
        (asked, can_ask): (Option<&accommodation::Model>, bool),
        (form, errors): (RequestForm, FormErrors),
    ) -> Result<Self> {
        let interview = Interview::of(admission, language)?;
        Ok(Self {
            title: interview.title(language, "page_accommodation")?,
            interview,
            path: path(&admission.token),
            is_asked: asked.is_some(),
            can_ask,
            answer: asked.map_or_else(String::new, |asked| asked.answer.clone()),
            form,
            errors,
        })
    }
}

impl Page for AccommodationPage {
    const TEMPLATE: &'static str = "join/accommodation.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Anything you need: Senior Cloud Architect".into(),
            interview: Interview::sample(),
            path: path("token"),
            is_asked: true,
            can_ask: true,
            answer: "There will be captions.".into(),
            form: RequestForm {
                words: "I need captions.".into(),
            },
            errors: FormErrors::one("words", "Please write what you need."),
        }
    }
}
