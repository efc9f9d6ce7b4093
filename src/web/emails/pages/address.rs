//! The form that corrects an address.
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    domain::emails::Story,
    error::{Error, Result},
    web::{emails::form::AddressForm, forms::FormErrors, page::Page},
};

/// The right address, and what follows from it.
#[derive(Serialize)]
pub struct AddressPage {
    id: i64,
    candidate: String,
    candidate_id: i64,
    wrong: String,
    can_be_corrected: bool,
    form: AddressForm,
    errors: FormErrors,
    /// Who has the typed address already.
    taken_by: Option<i64>,
}

impl AddressPage {
    /// For a message that went to a wrong address; not found where it was no candidate's.
    pub fn new(
        story: Story,
        form: AddressForm,
        errors: FormErrors,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let can_be_corrected = story.can_be_corrected(now);
        let details = story.details.ok_or(Error::NotFound)?;
        Ok(Self {
            id: story.email.id,
            can_be_corrected,
            candidate: details.candidate.name,
            candidate_id: details.candidate.id,
            wrong: story.email.recipient,
            form,
            errors,
            taken_by: None,
        })
    }

    /// The same, when the typed address is another candidate's.
    pub fn taken_by(self, taken_by: Option<i64>) -> Self {
        Self { taken_by, ..self }
    }
}

impl Page for AddressPage {
    const TEMPLATE: &'static str = "emails/address.html";

    fn title(&self) -> String {
        format!("Correct the address of {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            candidate_id: 1,
            wrong: "jon@example.com".into(),
            can_be_corrected: true,
            form: AddressForm::of("jon@example.com"),
            errors: FormErrors::one("email", "Another candidate already uses this address."),
            taken_by: Some(2),
        }
    }
}
