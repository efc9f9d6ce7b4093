//! A form as its page shows it, and the status that goes with it.
use actix_web::http::StatusCode;
use serde::Serialize;

use super::FormErrors;
use crate::web::conflict::Conflict;

/// A form as typed, what is wrong with it, and what was saved before it came. Flattened into its page.
#[derive(Debug, Serialize)]
pub struct Sheet<F> {
    /// As it was typed.
    pub form: F,
    /// What is wrong with it.
    pub errors: FormErrors,
    /// Who came first, if somebody did.
    pub conflict: Option<Conflict>,
}

impl<F> Sheet<F> {
    /// Nothing was sent yet.
    pub fn new(form: F) -> Self {
        Self::refused(form, FormErrors::new())
    }

    /// It cannot be carried out as it was typed.
    pub fn refused(form: F, errors: FormErrors) -> Self {
        Self {
            form,
            errors,
            conflict: None,
        }
    }

    /// Somebody changed the same thing after the page was opened.
    pub fn in_conflict(form: F, conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..Self::new(form)
        }
    }

    /// For the samples of pages: with all that can stand against it.
    pub fn sample(form: F, errors: FormErrors) -> Self {
        Self {
            conflict: Some(Conflict::sample()),
            ..Self::refused(form, errors)
        }
    }
}

/// What a page with a form is answered with: 409 when somebody else came first, 422 with mistakes, else 200.
pub fn status(came_too_late: bool, errors: &FormErrors) -> StatusCode {
    match (came_too_late, errors.is_empty()) {
        (true, _) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
        (false, true) => StatusCode::OK,
    }
}
