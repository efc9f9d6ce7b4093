//! The page that books a candidate into a slot.
mod form;
pub mod html;
pub mod pages;
pub mod warnings;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};
use entity::{candidate, email::Status};

use self::{
    form::{Act, BookingForm},
    pages::{NewPage, Parts, Refusal},
};
use super::{
    busy,
    candidates::Person,
    errors::Result,
    flash::Flash,
    forms::{self, FormErrors},
    interviewers, mail_html,
    overlap::{self, Warning},
    preview::Preview,
    respond::see_other,
    slots::Whom,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    calendars::{self, Whose},
    domain::{
        candidates, drafts,
        interviews::{
            self, Details,
            booking::{self, Booked, Refusal as NotBooked},
            slot_choice::SlotRefusal,
        },
        slots::{self, Listed, State},
    },
    text,
};

/// What is said of a booking that the candidate hears nothing of yet.
const HELD: &str = "Booked, but the invitation is held back because an earlier email to this address bounced. See Emails for what to do.";
/// How many candidates the search offers.
const OFFERED: u64 = 8;

/// GET /slots/{id}/booking: the form; the address may say who is to be booked.
pub async fn new(
    app: Data<App>,
    viewer: Recruiter,
    slot_id: Path<i64>,
    opening: Query<form::Opening>,
) -> Result<HttpResponse> {
    let opening = opening.into_inner();
    let act = opening.act();
    let form = viewer.typed(BookingForm::opened(opening));
    show(&app, &viewer, *slot_id, act, form, FormErrors::new()).await
}

/// POST /slots/{id}/booking: books the candidate and queues the invitation; or searches, or previews.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    slot_id: Path<i64>,
    form: Form<BookingForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let act = form.act();
    match act {
        Act::Search => return show(&app, &viewer, *slot_id, act, form, FormErrors::new()).await,
        Act::Preview => {
            let errors = form.parse(*slot_id).err().unwrap_or_default();
            return show(&app, &viewer, *slot_id, act, form, errors).await;
        }
        Act::Book => {}
    }
    let errors = match form.parse(*slot_id) {
        Ok(new) => {
            calendars::read_again(&app, viewer.company_id, Whose::Slot(*slot_id)).await;
            let booked = booking::book(&app.db, &viewer.actor(), new, app.clock.now()).await?;
            let told = told_of(&app, &viewer, &booked).await?;
            match answer(&app, &viewer, &mut form, (booked, told))? {
                Answer::Done(response) => return Ok(response),
                Answer::Again(errors) => errors,
                Answer::TooLate(refusal) => {
                    let parts = read(&app, &viewer, *slot_id, &form, Some(refusal)).await?;
                    let page = NewPage::new(form, FormErrors::new(), parts);
                    return Ok(mail_html::framed(viewer.conflict(&page)?));
                }
            }
        }
        Err(errors) => errors,
    };
    show(&app, &viewer, *slot_id, act, form, errors).await
}

/// What a booking that was tried is answered with.
enum Answer {
    Done(HttpResponse),
    Again(FormErrors),
    TooLate(Refusal),
}

fn answer(
    app: &App,
    viewer: &Viewer,
    form: &mut BookingForm,
    (booked, told): (Result<Box<Booked>, NotBooked>, String),
) -> Result<Answer> {
    let zone = viewer.zone();
    Ok(match booked {
        Ok(booked) => {
            app.wake.notify_one();
            viewer.flash(match booked.email.map(|email| email.status) {
                Some(Status::Held) => Flash::problem(HELD),
                _ if told.is_empty() => Flash::done("Booked. The invitation is on its way."),
                _ => Flash::problem(format!(
                    "Booked, and the invitation is on its way. But check: {told}"
                )),
            })?;
            let id = booked.details.interview.id;
            Answer::Done(see_other(&format!("/interviews/{id}")))
        }
        Err(NotBooked::Slot(refusal)) => match refusal {
            SlotRefusal::Taken(taken) => {
                Answer::TooLate(Refusal::taken(&taken.by, &taken.free, zone))
            }
            SlotRefusal::Closed(free) => Answer::TooLate(Refusal::of(State::Closed, &free, zone)),
            SlotRefusal::Past(free) => Answer::TooLate(Refusal::of(State::Past, &free, zone)),
            SlotRefusal::TooFar => Answer::Again(FormErrors::one("form", text::TOO_FAR)),
            SlotRefusal::Unsettled => Answer::Again(FormErrors::one("form", text::UNSETTLED)),
        },
        Err(NotBooked::AlreadyBooked(details)) => {
            Answer::TooLate(Refusal::booked_already(&details, zone))
        }
        Err(NotBooked::EmailTaken(id)) => Answer::Again(form.taken_by(id)),
        Err(NotBooked::Overlaps(_)) => {
            Answer::Again(FormErrors::one("overlap", overlap::UNCONFIRMED))
        }
        Err(NotBooked::Busy(clashes)) => {
            Answer::Again(FormErrors::one("form", busy::sentence(&clashes, zone)))
        }
        Err(NotBooked::KeyConflict) => Answer::Again(form.ticket.sent_before()),
    })
}

/// What the time of the interviewers says of a booking that was made: it stands, whatever that is.
async fn told_of(
    app: &App,
    viewer: &Viewer,
    booked: &Result<Box<Booked>, NotBooked>,
) -> Result<String> {
    let Ok(booked) = booked else {
        return Ok(String::new());
    };
    match &booked.details.slot {
        Some(slot) if !booked.interviewers.is_empty() => {
            let id = booked.details.interview.id;
            let told = interviewers::of(app, slot, Some(id), viewer.zone()).await?;
            Ok(told.warnings.join(" "))
        }
        _ => Ok(String::new()),
    }
}

/// The page as the slot and the form stand: 409 when the slot cannot be had, 422 with mistakes. A look-up that comes
/// when the slot is gone is no mistake of anybody's.
async fn show(
    app: &App,
    viewer: &Viewer,
    slot_id: i64,
    act: Act,
    form: BookingForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let parts = read(app, viewer, slot_id, &form, None).await?;
    let is_refused = parts.refusal.is_some() && act != Act::Search;
    let status = forms::status(is_refused, &errors);
    let page = NewPage::new(form, errors, parts);
    Ok(mail_html::framed(viewer.respond(status, &page)?))
}

/// All that the page shows besides the form.
async fn read(
    app: &App,
    viewer: &Viewer,
    slot_id: i64,
    form: &BookingForm,
    refusal: Option<Refusal>,
) -> Result<Parts> {
    let (company_id, now) = (viewer.company_id, app.clock.now());
    let slot = slots::show(&app.db, company_id, slot_id, now).await?;
    let interview = match form.interview_id()? {
        Some(id) => Some(interviews::details(app.db.read(), company_id, id).await?),
        None => None,
    };
    let found = offered(app, company_id, form).await?;
    let draft = draft(app, viewer, slot_id, form).await?;
    let refusal = match refusal {
        Some(refusal) => Some(refusal),
        None => not_free(app, viewer, &slot).await?,
    };
    let preview = match &draft {
        Some(draft) => {
            Some(Preview::of(&app.composer, draft)?.shown_at(form.letter_address(slot_id)))
        }
        None => None,
    };
    let told = interviewers::of(app, &slot.slot, slot.interview_id, viewer.zone()).await?;
    let settings = (&app.settings, viewer.is_mail_unwell());
    let mut all = warnings::of(draft.as_ref(), settings, now);
    all.extend(told.warnings);
    Ok(Parts {
        warnings: all,
        notes: told.notes,
        overlap: Warning::of(app, viewer, draft.as_ref(), form.overlap()).await?,
        preview,
        languages: super::choices::languages(app.composer.languages(), &[form.locale()])?,
        slot,
        interview,
        found,
        draft,
        refusal,
        zone: viewer.zone(),
    })
}

/// Candidates to choose from: those that the search finds, and before them whom the form names.
async fn offered(app: &App, company_id: i64, form: &BookingForm) -> Result<Vec<candidate::Model>> {
    let search = candidates::Filter {
        search: form.search().to_owned(),
        ..Default::default()
    };
    let found = candidates::list(&app.db, company_id, &search, None, OFFERED).await?;
    let mut found = found.rows;
    for id in form.candidates() {
        if found.iter().all(|person| person.id != id) {
            found.insert(0, candidates::find(app.db.read(), company_id, id).await?);
        }
    }
    Ok(found)
}

/// The booking as it would be; none until the form says enough.
async fn draft(
    app: &App,
    viewer: &Viewer,
    slot_id: i64,
    form: &BookingForm,
) -> Result<Option<Details>> {
    let Ok(new) = form.parse(slot_id) else {
        return Ok(None);
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    let draft = drafts::draft(&app.db, &actor, slot_id, &new.who, &new.notes, now).await?;
    Ok(Some(draft))
}

/// Why the slot cannot be booked as it stands; none when it can.
async fn not_free(app: &App, viewer: &Viewer, listed: &Listed) -> Result<Option<Refusal>> {
    if listed.state == State::Open {
        return Ok(None);
    }
    let (company_id, now) = (viewer.company_id, app.clock.now());
    let slot = &listed.slot;
    let free =
        slots::free_near(app.db.read(), company_id, slot.job_id, slot.starts_at, now).await?;
    let refusal = match listed.interview_id {
        Some(id) => {
            let holder = interviews::details(app.db.read(), company_id, id).await?;
            Refusal::taken(&holder, &free, viewer.zone())
        }
        None => Refusal::of(listed.state, &free, viewer.zone()).because_of(listed.blocked_by),
    };
    Ok(Some(refusal))
}
