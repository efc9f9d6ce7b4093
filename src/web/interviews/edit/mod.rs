//! The page that corrects what the candidate sees of an interview, apart from its time.
pub mod form;
pub mod html;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::email::Kind;

use self::{form::EditForm, pages::EditPage};
use super::Refusal;
use crate::{
    app::App,
    domain::{
        actions, drafts,
        interviews::{
            self, Details,
            change::InterviewRefusal,
            correction::{self, Refusal as NotCorrected},
        },
        slots::interviewers,
    },
    web::{
        busy, choices,
        conflict::{self, Difference},
        errors::Result,
        flash::Flash,
        forms::{self, FormErrors},
        interviews::outlook,
        labels, mail_html,
        overlap::{self, Warning},
        preview::Preview,
        stamp::Stamp,
        telling::Whom,
        viewer::{Recruiter, Viewer},
    },
};

/// GET /interviews/{id}/edit: the form.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(EditForm::of(&details));
    let refusal = Refusal::of_what_is_over(&details, app.clock.now());
    show(&app, &viewer, details, form, FormErrors::new(), refusal).await
}

/// POST /interviews/{id}/edit: corrects it and queues the message that tells.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse(*id) {
        Ok((target, correction, telling)) if !form.is_preview() => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            let overlaps = overlap::confirmed(form.overlap());
            let new = (&correction, &overlaps, &telling);
            match correction::correct(&app.db, &actor, &target, new, now).await? {
                Ok(done) => return outlook::tell(&app, &viewer, "Saved.", &done.details).await,
                // Sent twice from two tabs: it is as it was to be.
                Err(NotCorrected::Interview(InterviewRefusal::Changed(now)))
                    if correction.is_made(&now) =>
                {
                    return viewer.see_other(&format!("/interviews/{id}"), Flash::done("Saved."));
                }
                Err(NotCorrected::Interview(refused)) => {
                    let details = refused.into_details();
                    let refusal = Refusal::changed(&app, &viewer, &details, target.version).await?;
                    let errors = FormErrors::new();
                    return show(&app, &viewer, details, form, errors, Some(refusal)).await;
                }
                Err(NotCorrected::Overlaps(_)) => FormErrors::one("overlap", overlap::UNCONFIRMED),
                Err(NotCorrected::Busy(clashes)) => {
                    FormErrors::one("duration_minutes", busy::sentence(&clashes, viewer.zone()))
                }
                Err(NotCorrected::KeyConflict) => form.ticket.sent_before(),
            }
        }
        parsed => parsed.err().unwrap_or_default(),
    };
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    show(&app, &viewer, details, form, errors, None).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    details: Details,
    mut form: EditForm,
    errors: FormErrors,
    refusal: Option<Refusal>,
) -> Result<HttpResponse> {
    let differences = match &refusal {
        Some(_) => differences(app, &details, &form).await?,
        None => Vec::new(),
    };
    if refusal.is_some() {
        form.ticket.show(details.interview.version);
    }
    let is_silent = !form.telling.tells_candidate();
    let outlook = match is_silent {
        true => outlook::silence(&details),
        false => outlook::outlook(app, &details, Kind::Updated).await?,
    };
    let draft = match refusal {
        Some(_) => None,
        None => draft(&details, &form),
    };
    let html = form.letter_address(details.interview.id);
    let told = draft.as_ref().filter(|_| !is_silent);
    let preview = Preview::of_draft(app, Kind::Updated, told, html).await?;
    let is_held = match details.interview.slot_id {
        Some(id) => !interviewers::of(app.db.read(), viewer.company_id, id)
            .await?
            .is_empty(),
        None => false,
    };
    let overlap =
        Warning::of_change(app, viewer, (&details, draft.as_ref()), form.overlap()).await?;
    let status = forms::status(refusal.is_some(), &errors);
    let slot = details.slot.as_ref();
    let page = EditPage {
        id: details.interview.id,
        candidate: details.candidate.name.clone(),
        when: slot.map(|slot| Stamp::day_and_clock(slot.starts_at, viewer.zone())),
        can_change: refusal.as_ref().is_none_or(|it| !it.is_final()),
        types: choices::of(labels::interview_type),
        whom: Whom::of(&details.company, is_held)?,
        is_silent,
        form,
        errors,
        overlap,
        preview,
        outlook,
        differences,
        refusal,
    };
    Ok(mail_html::framed(viewer.respond(status, &page)?))
}

/// The interview as it would be, once the form says enough.
fn draft(details: &Details, form: &EditForm) -> Option<Details> {
    let (_, correction, _) = form.parse(details.interview.id).ok()?;
    Some(drafts::corrected(details.clone(), &correction))
}

/// What is stored beside what was typed.
async fn differences(app: &App, details: &Details, form: &EditForm) -> Result<Vec<Difference>> {
    let row = &details.interview;
    let lines = actions::history(&app.db, row.company_id, "interview", row.id).await?;
    let seen = form.ticket.version().unwrap_or(row.version);
    let (stored, typed) = (EditForm::of(details), form);
    Ok(conflict::differences(
        &conflict::since(lines, seen),
        stored.reading(),
        typed.reading(),
    ))
}
