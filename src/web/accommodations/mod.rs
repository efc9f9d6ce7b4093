//! What a candidate asked for in private: recruiters read it here, answer it, and pass on what interviewers need to know.
pub mod release;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::accommodation as row;
use serde::{Deserialize, Serialize};

use super::{
    errors::Result,
    flash::Flash,
    forms::{self, FormErrors, Ticket},
    page::Page,
    stamp::Stamp,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::interviews::{
        self, Details,
        accommodation::{self, MOST_WORDS, Refusal},
        change::{Done, Target},
    },
    text,
    zones::Tz,
};

/// An answer, or what is passed on.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct WordsForm {
    answer: String,
    release: String,
    #[serde(flatten)]
    ticket: Ticket,
}

impl WordsForm {
    /// What is passed on is written by somebody who thought about it: it does not begin with what was asked.
    fn of(details: &Details) -> Self {
        Self {
            ticket: Ticket::of_version(details.interview.version).with_new_key(),
            ..Self::default()
        }
    }

    fn target(
        &self,
        scope: &'static str,
        interview_id: i64,
        errors: &mut FormErrors,
    ) -> Option<Target> {
        Some(Target {
            interview_id,
            version: Some(errors.version(&self.ticket)?),
            idempotency_key: self
                .ticket
                .idempotency_key(scope, &(interview_id, &self.answer, &self.release)),
        })
    }
}

/// GET /interviews/{id}/accommodation: what was asked, and what came of it.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let details = interviews::shown(app.db.read(), viewer.company_id, *id).await?;
    let asked = accommodation::find(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(WordsForm::of(&details));
    let page = ShowPage::new(&details, asked, (form, FormErrors::new()), &viewer, &app);
    viewer.page(&page)
}

/// POST /interviews/{id}/accommodation: the candidate gets an email that there is an answer, and reads it on their page.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<WordsForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let mut errors = FormErrors::new();
    let words = errors.check("answer", words(&form.answer));
    let target = form.target("accommodation", *id, &mut errors);
    let Some((words, target)) = words.zip(target) else {
        return again(&app, &viewer, *id, (form.into_inner(), errors, false)).await;
    };
    let done = accommodation::answer(&app.db, &actor, (&target, &words), now).await?;
    let told = "Answered. The candidate gets an email that leads to it.";
    respond(&app, &viewer, *id, (form.into_inner(), done, told)).await
}

fn words(typed: &str) -> Result<String, String> {
    match text::lines(typed, MOST_WORDS)? {
        words if words.trim().is_empty() => Err("Please fill this in.".into()),
        words => Ok(words),
    }
}

async fn respond(
    app: &App,
    viewer: &Viewer,
    id: i64,
    (form, done, told): (WordsForm, Result<Done, Refusal>, &'static str),
) -> Result<HttpResponse> {
    let (is_late, field, why) = match done {
        Ok(_) => {
            let here = format!("/interviews/{id}/accommodation");
            return viewer.see_other(&here, Flash::done(told));
        }
        Err(Refusal::Changed) => (
            true,
            "form",
            "Nothing was saved: the interview or the request was changed while you had this page open, or it is over. Check it below.",
        ),
        Err(Refusal::TooLong) => (
            false,
            "release",
            "The notes for the interviewers would be longer than 2000 characters. Shorten this, or the notes.",
        ),
    };
    let errors = FormErrors::one(field, why);
    again(app, viewer, id, (form, errors, is_late)).await
}

/// The page as it is now, with what was typed.
async fn again(
    app: &App,
    viewer: &Viewer,
    id: i64,
    (mut form, errors, is_late): (WordsForm, FormErrors, bool),
) -> Result<HttpResponse> {
    let details = interviews::shown(app.db.read(), viewer.company_id, id).await?;
    let asked = accommodation::find(app.db.read(), viewer.company_id, id).await?;
    form.ticket.show(details.interview.version);
    let status = forms::status(is_late, &errors);
    let page = ShowPage::new(&details, asked, (form, errors), viewer, app);
    viewer.respond(status, &page)
}

/// The request and its forms.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    candidate: String,
    lead: String,
    /// None where nothing was asked.
    request: Option<Request>,
    /// Can it still be answered?
    is_open: bool,
    form: WordsForm,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Request {
    words: String,
    asked: Stamp,
    answer: String,
    answered: Option<Stamp>,
    released: Option<Stamp>,
}

impl Request {
    fn of(asked: row::Model, zone: Tz) -> Self {
        let stamp = |at| Stamp::day_and_clock(at, zone);
        Self {
            words: asked.words,
            asked: stamp(asked.asked_at),
            answer: asked.answer,
            answered: asked.answered_at.map(stamp),
            released: asked.released_at.map(stamp),
        }
    }
}

impl ShowPage {
    fn new(
        details: &Details,
        asked: Option<row::Model>,
        (form, errors): (WordsForm, FormErrors),
        viewer: &Viewer,
        app: &App,
    ) -> Self {
        let zone = viewer.zone();
        let slot = details.slot.as_ref();
        Self {
            id: details.interview.id,
            candidate: details.candidate.name.clone(),
            lead: slot.map_or_else(String::new, |slot| {
                Stamp::span(slot, zone).text().to_owned()
            }),
            is_open: asked.is_some() && details.is_to_come(app.clock.now()),
            request: asked.map(|asked| Request::of(asked, zone)),
            form,
            errors,
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "accommodations/show.html";

    fn title(&self) -> String {
        format!("Private request of {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            lead: "Tuesday 5 January, 10:00–11:00".into(),
            request: Some(Request {
                words: "I need captions.".into(),
                asked: Stamp::sample(),
                answer: "There will be captions.".into(),
                answered: Some(Stamp::sample()),
                released: Some(Stamp::sample()),
            }),
            is_open: true,
            form: WordsForm::default(),
            errors: FormErrors::one("answer", "Please fill this in."),
        }
    }
}
