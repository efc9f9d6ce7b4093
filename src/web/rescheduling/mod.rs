//! The page that moves an interview to another time.
mod form;
pub mod html;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{email::Kind, slot};

use self::{
    form::{Act, RescheduleForm},
    pages::{NewPage, Parts},
};
use super::{
    bookings::warnings,
    busy,
    errors::Result,
    forms::{self, FormErrors},
    interviewers as availability,
    interviews::Refusal,
    mail_html,
    overlap::{self, Warning},
    preview::Preview,
    telling::Whom,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    calendars::{self, Whose},
    domain::{
        companies, drafts,
        interviews::{
            self, Details,
            booking::Booked,
            change::InterviewRefusal,
            rescheduling::{self, Move, Refusal as NotMoved},
            slot_choice::{SlotChoice, SlotRefusal},
        },
        page::PAGE_SIZE,
        slots::{self, Filter, State, interviewers},
    },
    text, times,
    web::interviews::outlook,
};

/// GET /interviews/{id}/reschedule: the form; the address may name a day whose open slots are offered.
pub async fn new(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    opening: Query<form::Opening>,
) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(RescheduleForm::opened(&details, opening.into_inner()));
    show(&app, &viewer, Scene::of(details), form, FormErrors::new()).await
}

/// POST /interviews/{id}/reschedule: moves it and queues the message that tells; or looks, or previews.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<RescheduleForm>,
) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let form = form.into_inner();
    let Some(old) = &details.slot else {
        return show(&app, &viewer, Scene::of(details), form, FormErrors::new()).await;
    };
    let on_slot = interviewers::of(app.db.read(), viewer.company_id, old.id).await?;
    let parsed = form.parse(*id, (old, &on_slot));
    match (form.act(), parsed) {
        (Act::Move, Ok(new)) => {
            let is_new_time = matches!(new.slot, SlotChoice::New(_));
            // A new time is held by those who hold the old one.
            let held = match new.slot {
                SlotChoice::Existing(slot_id) => slot_id,
                SlotChoice::New(_) => old.id,
            };
            calendars::read_again(&app, viewer.company_id, Whose::Slot(held)).await;
            let moved =
                rescheduling::reschedule(&app.db, &viewer.actor(), new, app.clock.now()).await?;
            answer(&app, &viewer, details, form, (moved, is_new_time)).await
        }
        (Act::Look, _) | (Act::Preview, Ok(_)) => {
            show(&app, &viewer, Scene::of(details), form, FormErrors::new()).await
        }
        (Act::Move | Act::Preview, Err(errors)) => {
            show(&app, &viewer, Scene::of(details), form, errors).await
        }
    }
}

/// What the page is about, and what came in between.
struct Scene {
    details: Details,
    refusal: Option<Refusal>,
    /// Free slots, when they were looked for already.
    near: Option<Vec<slot::Model>>,
}

impl Scene {
    fn of(details: Details) -> Self {
        Self {
            details,
            refusal: None,
            near: None,
        }
    }

    fn refused(details: Details, refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::of(details)
        }
    }
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    details: Details,
    mut form: RescheduleForm,
    (moved, is_new_time): (Result<Box<Booked>, NotMoved>, bool),
) -> Result<HttpResponse> {
    let mut errors = FormErrors::new();
    let scene = match moved {
        Ok(booked) => {
            let told = availability_of(app, viewer, &booked.details, None).await?;
            let done = match told.is_empty() {
                true => "Rescheduled.".into(),
                false => format!("Rescheduled. But check: {}", told.join(" ")),
            };
            return outlook::tell(app, viewer, &done, &booked.details).await;
        }
        Err(NotMoved::Interview(refused)) => {
            let is_changed = matches!(refused, InterviewRefusal::Changed(_));
            let now = refused.into_details();
            let refusal = Refusal::changed(app, viewer, &now, form.ticket.version()).await?;
            if is_changed {
                form.ticket.show(now.interview.version);
            }
            Scene::refused(now, refusal)
        }
        Err(NotMoved::Slot(refused)) => without_slot(details, refused, is_new_time, &mut errors),
        Err(NotMoved::OtherJob) => {
            errors.add(
                "slot",
                "That slot is for another job. Choose a slot for this job.",
            );
            Scene::of(details)
        }
        Err(NotMoved::Overlaps(_)) => {
            errors.add("overlap", overlap::UNCONFIRMED);
            Scene::of(details)
        }
        Err(NotMoved::Busy(clashes)) => {
            let field = if is_new_time { "date" } else { "slot" };
            errors.add(field, busy::sentence(&clashes, viewer.zone()));
            Scene::of(details)
        }
        Err(NotMoved::KeyConflict) => {
            errors = form.ticket.sent_before();
            Scene::of(details)
        }
    };
    show(app, viewer, scene, form, errors).await
}

/// What stands beside the form when the slot cannot be had: others that are free, or what is wrong with the field.
fn without_slot(
    details: Details,
    refused: SlotRefusal,
    is_new_time: bool,
    errors: &mut FormErrors,
) -> Scene {
    let (refusal, free) = match refused {
        SlotRefusal::Taken(taken) => (Refusal::taken(&taken.by), taken.free),
        SlotRefusal::Past(free) if !is_new_time => {
            (Refusal::because("That slot has already started."), free)
        }
        SlotRefusal::Closed(free) => (Refusal::because("That slot was closed."), free),
        SlotRefusal::Past(_) => {
            errors.add("date", "This time is in the past. Choose a later one.");
            return Scene::of(details);
        }
        SlotRefusal::TooFar => {
            let field = if is_new_time { "date" } else { "slot" };
            errors.add(field, text::TOO_FAR);
            return Scene::of(details);
        }
        SlotRefusal::Unsettled => {
            errors.add("slot", text::UNSETTLED);
            return Scene::of(details);
        }
    };
    Scene {
        near: Some(free),
        ..Scene::refused(details, refusal)
    }
}

/// The page: 409 with what came in between, 422 with mistakes.
async fn show(
    app: &App,
    viewer: &Viewer,
    scene: Scene,
    form: RescheduleForm,
    mut errors: FormErrors,
) -> Result<HttpResponse> {
    let parts = read(app, viewer, scene, &form, &mut errors).await?;
    let status = forms::status(parts.refusal.is_some(), &errors);
    let page = NewPage::new(form, errors, parts);
    Ok(mail_html::framed(viewer.respond(status, &page)?))
}

/// What the time of the interviewers warns of; a time that is no slot yet is held by those on the old one.
async fn availability_of(
    app: &App,
    viewer: &Viewer,
    details: &Details,
    old: Option<i64>,
) -> Result<Vec<String>> {
    let Some(slot) = &details.slot else {
        return Ok(Vec::new());
    };
    let id = match slot.id {
        0 => old.unwrap_or_default(),
        id => id,
    };
    let held = slot::Model { id, ..slot.clone() };
    let moved = Some(details.interview.id);
    let told = availability::of(app, &held, moved, viewer.zone()).await?;
    Ok(told.warnings)
}

/// All that the page shows besides the form.
async fn read(
    app: &App,
    viewer: &Viewer,
    scene: Scene,
    form: &RescheduleForm,
    errors: &mut FormErrors,
) -> Result<Parts> {
    let now = app.clock.now();
    let Scene {
        details,
        refusal,
        near,
    } = scene;
    let near = match near {
        Some(near) => near,
        None => nearest(app, &details, now).await?,
    };
    let that_day = match form.day(errors) {
        Some(day) => Some((day, on_day(app, viewer, &details, day).await?)),
        None => None,
    };
    let draft = draft(app, viewer, &details, form).await?;
    let tells = form.telling.tells_candidate();
    let is_held = match details.interview.slot_id {
        Some(id) => !interviewers::of(app.db.read(), viewer.company_id, id)
            .await?
            .is_empty(),
        None => false,
    };
    let mut all = match &draft {
        Some(draft) => warnings::of(Some(draft), (&app.settings, viewer.is_mail_unwell()), now),
        None => Vec::new(),
    };
    if let Some(draft) = &draft {
        let old = details.interview.slot_id;
        all.extend(availability_of(app, viewer, draft, old).await?);
    }
    Ok(Parts {
        reasons: companies::move_reasons(&details.company)?,
        whom: Whom::of(&details.company, is_held)?,
        warnings: all,
        overlap: Warning::of(app, viewer, draft.as_ref(), form.overlap()).await?,
        preview: match &draft {
            Some(draft) if tells => {
                let preview = Preview::of_change(app, Kind::Rescheduled, draft).await?;
                preview.map(|preview| preview.shown_at(form.letter_address(details.interview.id)))
            }
            _ => None,
        },
        outlook: outlook::outlook(app, &details, Kind::Rescheduled).await?,
        refusal: refusal.or_else(|| Refusal::of_what_is_over(&details, now)),
        zone: viewer.zone(),
        details,
        near,
        that_day,
        draft,
    })
}

async fn nearest(app: &App, details: &Details, now: DateTime<Utc>) -> Result<Vec<slot::Model>> {
    match &details.slot {
        Some(old) => Ok(slots::free_near(
            app.db.read(),
            old.company_id,
            old.job_id,
            old.starts_at,
            now,
        )
        .await?),
        None => Ok(Vec::new()),
    }
}

async fn on_day(
    app: &App,
    viewer: &Viewer,
    details: &Details,
    day: NaiveDate,
) -> Result<Vec<slot::Model>> {
    let (from, until) = times::bounds_of_day(day, viewer.zone());
    let filter = Filter {
        job_id: details.slot.as_ref().map(|slot| slot.job_id),
        state: Some(State::Open),
        from: Some(from),
        until: Some(until),
        ..Filter::default()
    };
    let now = app.clock.now();
    let found = slots::list(&app.db, viewer.company_id, &filter, None, PAGE_SIZE, now).await?;
    Ok(found.rows.into_iter().map(|listed| listed.slot).collect())
}

/// The interview as it would be, once the form says enough.
async fn draft(
    app: &App,
    viewer: &Viewer,
    details: &Details,
    form: &RescheduleForm,
) -> Result<Option<Details>> {
    let parsed = details
        .slot
        .as_ref()
        // No candidate is told who asks.
        .and_then(|old| form.parse(details.interview.id, (old, &[])).ok());
    let Some(Move { slot, notes, .. }) = parsed else {
        return Ok(None);
    };
    let notes = notes.unwrap_or_default();
    let (actor, now) = (viewer.actor(), app.clock.now());
    let draft = drafts::moved(&app.db, &actor, details.clone(), &slot, &notes, now).await?;
    Ok(Some(draft))
}
