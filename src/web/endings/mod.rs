//! How interviews ended: said of one on a page of its own, or by a button.
pub mod bulk;
mod form;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

pub use self::form::{buttons, choices};
use self::{
    form::{EndingForm, Pressed},
    pages::EditPage,
};
use super::{
    errors::Result,
    flash::Flash,
    forms::{self, FormErrors, Ticket},
    interviews::{Reader, Refusal, outlook},
    labels,
    return_path::safe_path,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        companies,
        interviews::{
            self, Details,
            change::{InterviewRefusal, Target},
            ending::{self, Closing, Ending, Refusal as NotEnded},
            rebooking,
        },
    },
    error::Error,
    times,
    zones::Tz,
};

/// GET /interviews/{id}/ending: how it ended, as far as anybody has said.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(EndingForm::of(&details.interview));
    let refusal = not_ended(&details, &Reader::of(&app, &viewer));
    viewer.page(&page(&viewer, &details, form, FormErrors::new(), refusal)?)
}

/// POST /interviews/{id}/ending: says how it ended.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<EndingForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse(*id) {
        Ok((target, closing)) => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match ending::end(&app.db, &actor, &target, &closing, now).await? {
                Ok(done) => return closed(&viewer, &form.next, &done.details),
                Err(NotEnded::Interview(refused)) => {
                    let details = refused.into_details();
                    let refusal = Refusal::changed_end(&app, &viewer, &details, target.version);
                    let refusal = refusal.await?;
                    form.ticket.show(details.interview.version);
                    return show(&viewer, &details, form, FormErrors::new(), Some(refusal));
                }
                Err(NotEnded::Missing) => return Err(Error::NotFound.into()),
                Err(NotEnded::NotStarted(details)) => {
                    let refusal = not_ended(&details, &Reader::of(&app, &viewer));
                    return show(&viewer, &details, form, FormErrors::new(), refusal);
                }
                Err(NotEnded::NoSuchOutcome(_)) => {
                    FormErrors::one("ending", "This outcome is no longer used. Choose another.")
                }
                Err(NotEnded::Rebooked(_)) => FormErrors::one("form", REBOOKED),
                Err(NotEnded::KeyConflict) => form.ticket.sent_before(),
            }
        }
        Err(errors) => errors,
    };
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    show(&viewer, &details, form, errors, None)
}

const REBOOKED: &str =
    "This no-show has been rebooked, so it can't be reopened. You can still change how it ended.";

fn show(
    viewer: &Viewer,
    details: &Details,
    form: EndingForm,
    errors: FormErrors,
    refusal: Option<Refusal>,
) -> Result<HttpResponse> {
    let status = forms::status(refusal.is_some(), &errors);
    viewer.respond(status, &page(viewer, details, form, errors, refusal)?)
}

fn page(
    viewer: &Viewer,
    details: &Details,
    form: EndingForm,
    errors: FormErrors,
    refusal: Option<Refusal>,
) -> Result<EditPage> {
    let mut outcomes = companies::outcomes(&details.company)?;
    if let Some(old) = &details.interview.outcome
        && !outcomes.contains(old)
    {
        outcomes.push(old.clone());
    }
    let parts = (form, errors, refusal);
    Ok(EditPage::new(details, &outcomes, parts, viewer.zone()))
}

/// Why nobody can say yet how it ended; none when they can.
fn not_ended(details: &Details, reader: &Reader) -> Option<Refusal> {
    if !details.takes_place() {
        return Refusal::of_what_is_over(details, reader.now);
    }
    let starts_at = details.slot.as_ref().map(|slot| slot.starts_at);
    starts_at.filter(|at| reader.now < *at).map(|at| {
        let when = times::day_and_clock(at, reader.zone);
        Refusal::at_last(format!(
            "This interview starts {when}. Come back after that to record how it ended."
        ))
    })
}

/// 303 to the page that was left, which says how the interview ended.
fn closed(viewer: &Viewer, next: &str, details: &Details) -> Result<HttpResponse> {
    let row = &details.interview;
    let what = labels::interview_state(row.status, row.outcome.as_deref());
    let text = format!("Saved: {what}. The candidate is not emailed about this.");
    viewer.see_other(&place(next, row.id), Flash::done(text))
}

/// The page that a button stood on; else the interview's.
fn place(next: &str, id: i64) -> String {
    match next {
        "" => format!("/interviews/{id}"),
        next => safe_path(next).to_owned(),
    }
}

/// POST /interviews/{id}/no-show: the candidate did not come.
pub async fn create_no_show(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<Pressed>,
) -> Result<HttpResponse> {
    let Some(target) = target(&form.ticket, *id) else {
        return out_of_date(&app, &viewer, *id).await;
    };
    let closing = Closing {
        ending: Ending::NoShow,
        private_note: None,
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    match ending::end(&app.db, &actor, &target, &closing, now).await? {
        Ok(done) => closed(&viewer, &form.next, &done.details),
        Err(refusal) => back(&viewer, *id, &refusal),
    }
}

/// POST /interviews/{id}/reopening: takes back what was said of its end.
pub async fn create_reopening(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<Pressed>,
) -> Result<HttpResponse> {
    let Some(target) = target(&form.ticket, *id) else {
        return out_of_date(&app, &viewer, *id).await;
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    match ending::reopen(&app.db, &actor, &target, now).await? {
        Ok(done) if done.email.is_some() => {
            outlook::tell(&app, &viewer, "Reopened.", &done.details).await
        }
        Ok(_) => viewer.see_other(
            &place(&form.next, *id),
            Flash::done("Reopened. It needs an outcome again."),
        ),
        Err(refusal) => back(&viewer, *id, &refusal),
    }
}

/// POST /interviews/{id}/rebooking: another interview in the place of a missed one, and the slots that it can have.
pub async fn create_rebooking(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    ticket: Form<Ticket>,
) -> Result<HttpResponse> {
    let Some(target) = target(&ticket, *id) else {
        return out_of_date(&app, &viewer, *id).await;
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    match rebooking::rebook(&app.db, &actor, &target, now).await? {
        Ok(new_id) => viewer.see_other(
            &format!("/interviews/{new_id}"),
            Flash::done("This interview replaces the one that was missed. Pick a time."),
        ),
        Err(refusal) => back(&viewer, *id, &refusal),
    }
}

/// None when the button does not say which version its page showed.
fn target(ticket: &Ticket, interview_id: i64) -> Option<Target> {
    Some(Target {
        interview_id,
        version: Some(ticket.version()?),
        idempotency_key: None,
    })
}

async fn out_of_date(app: &App, viewer: &Viewer, id: i64) -> Result<HttpResponse> {
    interviews::find(app.db.read(), viewer.company_id, id).await?;
    viewer.see_other(
        &format!("/interviews/{id}"),
        Flash::problem(forms::NO_VERSION),
    )
}

/// 303 to the interview, which says why nothing was done.
fn back(viewer: &Viewer, id: i64, refusal: &NotEnded) -> Result<HttpResponse> {
    viewer.see_other(
        &format!("/interviews/{id}"),
        Flash::problem(why_not(refusal, viewer.zone())),
    )
}

/// Why nothing was said of an end, in a sentence.
fn why_not(refusal: &NotEnded, zone: Tz) -> String {
    match refusal {
        NotEnded::Interview(InterviewRefusal::Changed(_)) => {
            "Nothing was saved because this interview was changed while you had it open. Check the details, then try again.".into()
        }
        NotEnded::Interview(InterviewRefusal::NotBooked(details)) => {
            let status = labels::interview_status(details.interview.status);
            format!("Nothing was saved: the status of this interview is “{status}”.")
        }
        NotEnded::Missing => "This interview doesn't exist.".into(),
        NotEnded::NotStarted(details) => match &details.slot {
            Some(slot) => format!(
                "Nothing was saved: this interview starts {}.",
                times::day_and_clock(slot.starts_at, zone)
            ),
            None => "Nothing was saved: this interview has no time yet.".into(),
        },
        NotEnded::NoSuchOutcome(_) => "This outcome is no longer used. Choose another.".into(),
        NotEnded::Rebooked(_) => REBOOKED.into(),
        NotEnded::KeyConflict => forms::SENT_BEFORE.into(),
    }
}
