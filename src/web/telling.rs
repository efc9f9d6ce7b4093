//! Whom a change of an interview is told by email, as it is chosen; and telling a candidate afterwards.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::company;
use serde::{Deserialize, Serialize};

use super::{
    choices::Choice,
    errors::Result,
    flash::Flash,
    forms::{self, FormErrors, Ticket},
    interviews::outlook,
    viewer::Recruiter,
};
use crate::{
    app::App,
    domain::{
        companies,
        interviews::{
            self,
            change::{InterviewRefusal, Refusal, Target},
            telling::{self, NoReason, Telling},
        },
    },
    text,
};

const YES: &str = "yes";
const NO: &str = "no";
const LONGEST_REASON: usize = 200;

/// The part of a form that says so; flattened into it. What is left out is told.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TellingForm {
    tell: String,
    tell_interviewers: String,
    why_not: String,
}

impl TellingForm {
    /// As a page begins.
    pub fn everybody() -> Self {
        Self {
            tell: YES.into(),
            tell_interviewers: YES.into(),
            why_not: String::new(),
        }
    }

    /// Who is told; a reason is needed for whoever is not.
    pub fn parse(&self, errors: &mut FormErrors) -> Option<Telling> {
        let candidate = yes("tell", &self.tell, errors);
        let interviewers = yes("tell_interviewers", &self.tell_interviewers, errors);
        let why_not = errors.check(
            "why_not",
            text::optional_line(&self.why_not, LONGEST_REASON),
        );
        let telling = Telling::new(candidate?, interviewers?, &why_not?);
        errors.check(
            "why_not",
            telling.map_err(|NoReason| "Give a reason for not telling everyone."),
        )
    }

    /// Is the candidate told?
    pub fn tells_candidate(&self) -> bool {
        self.tell != NO
    }
}

fn yes(field: &'static str, chosen: &str, errors: &mut FormErrors) -> Option<bool> {
    errors.check(
        field,
        match chosen {
            "" | YES => Ok(true),
            NO => Ok(false),
            _ => Err("Choose one from the list."),
        },
    )
}

/// What the component `tell_whom` shows.
#[derive(Debug, Serialize)]
pub struct Whom {
    candidate: Vec<Choice>,
    /// None where nobody holds it.
    interviewers: Vec<Choice>,
    reasons: Vec<String>,
}

impl Whom {
    /// Of an interview of the company that somebody holds, or nobody.
    pub fn of(company: &company::Model, is_held: bool) -> crate::error::Result<Self> {
        Ok(Self {
            candidate: choices("No, change it without an email"),
            interviewers: match is_held {
                true => choices("No"),
                false => Vec::new(),
            },
            reasons: companies::silence_reasons(company)?,
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            candidate: choices("No"),
            interviewers: choices("No"),
            reasons: vec!["Told by phone".into()],
        }
    }
}

fn choices(no: &str) -> Vec<Choice> {
    vec![Choice::new(YES, "Yes, by email"), Choice::new(NO, no)]
}

/// POST /interviews/{id}/telling: emails the candidate who was not told when the interview was changed.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    ticket: Form<Ticket>,
) -> Result<HttpResponse> {
    let back = format!("/interviews/{id}");
    let Some(version) = ticket.version() else {
        interviews::find(app.db.read(), viewer.company_id, *id).await?;
        return viewer.see_other(&back, Flash::problem(forms::NO_VERSION));
    };
    let target = Target {
        interview_id: *id,
        version: Some(version),
        idempotency_key: None,
    };
    let refused = match telling::tell(&app.db, &viewer.actor(), &target, app.clock.now()).await? {
        Ok(done) => return outlook::tell(&app, &viewer, "Done.", &done.details).await,
        Err(Refusal::Interview(InterviewRefusal::Changed(_))) => {
            "Nothing was sent because this interview was changed while you had it open. Check the details, then try again."
        }
        Err(Refusal::Interview(InterviewRefusal::NotBooked(_))) => {
            "Nothing was sent because this interview is over."
        }
        Err(Refusal::KeyConflict) => forms::SENT_BEFORE,
    };
    viewer.see_other(&back, Flash::problem(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(tell: &str, tell_interviewers: &str, why_not: &str) -> Option<Telling> {
        let form = TellingForm {
            tell: tell.into(),
            tell_interviewers: tell_interviewers.into(),
            why_not: why_not.into(),
        };
        form.parse(&mut FormErrors::new())
    }

    #[test]
    fn what_is_left_out_is_told_and_nonsense_is_refused() {
        assert_eq!(parsed("", "", "ignored"), Some(Telling::everybody()));
        assert_eq!(parsed("yes", "yes", ""), Some(Telling::everybody()));
        let quiet = parsed("no", "yes", "Told by phone").expect("a reason");
        assert_eq!(quiet.silence(), Some("Told by phone"));
        for wrong in [
            ("no", "", ""),
            ("", "no", " "),
            ("maybe", "", "x"),
            ("no", "", "a\u{0}"),
        ] {
            assert_eq!(parsed(wrong.0, wrong.1, wrong.2), None, "{wrong:?}");
        }
    }
}
