//! What the page that corrects an interview shows.
use serde::Serialize;

use super::form::EditForm;
use crate::web::{
    choices::{self, Choice},
    conflict::Difference,
    forms::FormErrors,
    interviews::Refusal,
    labels,
    overlap::Warning,
    page::Page,
    preview::Preview,
    stamp::Stamp,
    telling::Whom,
};

/// The form.
#[derive(Serialize)]
pub struct EditPage {
    pub(super) id: i64,
    pub(super) candidate: String,
    pub(super) when: Option<Stamp>,
    pub(super) can_change: bool,
    pub(super) types: Vec<Choice>,
    /// Who can be told, or not.
    pub(super) whom: Whom,
    /// Is the candidate not to be told?
    pub(super) is_silent: bool,
    pub(super) form: EditForm,
    pub(super) errors: FormErrors,
    /// What else is booked for the candidate while the interview would last.
    pub(super) overlap: Option<Warning>,
    pub(super) preview: Option<Preview>,
    pub(super) outlook: String,
    pub(super) refusal: Option<Refusal>,
    /// What is stored beside what was typed, when somebody changed it meanwhile.
    pub(super) differences: Vec<Difference>,
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "interviews/edit.html";

    fn title(&self) -> String {
        format!("Edit interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            when: Some(Stamp::sample()),
            can_change: true,
            types: choices::of(labels::interview_type),
            whom: Whom::sample(),
            is_silent: true,
            form: EditForm::default(),
            errors: FormErrors::one("duration_minutes", "Use a whole number."),
            overlap: Some(Warning::sample()),
            preview: Some(Preview::sample()),
            outlook: "john@example.com will get an email about what changed.".into(),
            refusal: Some(Refusal::sample()),
            differences: vec![Difference::sample()],
        }
    }
}
