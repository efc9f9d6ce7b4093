//! The page that changes a slot, and says before what a candidate who is booked into it will get.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use chrono::{DateTime, Utc};
use entity::{email::Kind, slot};
use serde::{Deserialize, Serialize};

use super::{form::SlotForm, pages::Choices, panel::Seat};
use crate::{
    app::App,
    domain::{
        accounts::users,
        drafts,
        interviews::{self, Details},
        jobs,
        slots::{
            self, NewSlot,
            changes::{self, Refusal, Updated},
            interviewers,
        },
        versions::Target,
    },
    error::{Error, Reference},
    text,
    web::{
        busy,
        choices::{self, Choice},
        conflict::{Conflict, Thing},
        errors::Result,
        flash::Flash,
        forms::{self, FormErrors, Sheet},
        interviews::outlook,
        labels,
        overlap::{self, Warning},
        page::Page,
        preview::Preview,
        viewer::{Recruiter, Viewer},
    },
    zones::Tz,
};

/// A slot as it is typed, with what was confirmed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EditForm {
    /// The other interviews at this time of which somebody was warned.
    overlap: String,
    #[serde(flatten)]
    slot: SlotForm,
}

/// The slot, and who is booked into it.
struct Scene {
    slot: slot::Model,
    interviewers: Vec<i64>,
    booked: Option<Details>,
}

/// GET /slots/{id}/edit: the form.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let scene = scene(&app, &viewer, *id).await?;
    let form = viewer.typed(EditForm {
        overlap: String::new(),
        slot: SlotForm::of(&scene.slot, &scene.interviewers),
    });
    show(&app, &viewer, scene, Sheet::new(form)).await
}

/// POST /slots/{id}/edit: changes it, and queues the message that tells.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let scene = scene(&app, &viewer, *id).await?;
    let (target, new) = match form.slot.parse_change(&scene.slot) {
        Ok(change) if !form.slot.is_preview() => change,
        parsed => {
            let errors = parsed.err().unwrap_or_default();
            return show(&app, &viewer, scene, Sheet::refused(form, errors)).await;
        }
    };
    let overlaps = overlap::confirmed(&form.overlap);
    let (actor, now) = (viewer.actor(), app.clock.now());
    let updated = changes::update(&app.db, &actor, &target, (&new, &overlaps), now).await;
    let errors = match updated {
        Ok(Ok(done)) => return saved(&app, &viewer, *id, done).await,
        Ok(Err(Refusal::Stale)) => return conflict(&app, &viewer, form, target).await,
        Ok(Err(Refusal::KeyConflict)) => form.slot.ticket.sent_before(),
        Ok(Err(refusal)) => refused(refusal, viewer.zone()),
        Err(Error::NoSuch(Reference::Job)) => FormErrors::one("job", "Choose a job from the list."),
        Err(Error::NoSuch(_)) => FormErrors::one(
            "form",
            "An interviewer you chose can no longer sign in. Choose again.",
        ),
        Err(error) => return Err(error.into()),
    };
    show(&app, &viewer, scene, Sheet::refused(form, errors)).await
}

fn refused(refusal: Refusal, zone: Tz) -> FormErrors {
    match refusal {
        Refusal::Booked(_) => {
            FormErrors::one("job", "This slot is booked, so its job can't be changed.")
        }
        Refusal::Over(_) => FormErrors::one("form", "The interview in this slot is over."),
        Refusal::Overlaps(_) => FormErrors::one("overlap", overlap::UNCONFIRMED),
        Refusal::Busy(clashes) => FormErrors::one("form", busy::sentence(&clashes, zone)),
        Refusal::Past => FormErrors::one("date", "This time is in the past. Choose a later one."),
        Refusal::TooFar => FormErrors::one("date", text::TOO_FAR),
        Refusal::Stale | Refusal::KeyConflict => FormErrors::one("form", forms::SENT_BEFORE),
    }
}

async fn saved(app: &App, viewer: &Viewer, id: i64, done: Updated) -> Result<HttpResponse> {
    let now = app.clock.now();
    let slot = slots::show(&app.db, viewer.company_id, id, now).await?;
    match (slot.interview_id, done) {
        (Some(id), Updated::Done) => {
            let details = interviews::details(app.db.read(), viewer.company_id, id).await?;
            outlook::tell(app, viewer, "Saved.", &details).await
        }
        _ => viewer.see_other(&format!("/slots/{id}"), Flash::done("Saved.")),
    }
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: EditForm,
    target: Target,
) -> Result<HttpResponse> {
    let scene = scene(app, viewer, target.id).await?;
    let offered = offered(app, viewer, &scene.slot).await?;
    let jobs = choices::rows(offered.jobs);
    let stored = SlotForm::of(&scene.slot, &scene.interviewers);
    let readings = (
        stored.reading(&jobs, &offered.users),
        form.slot.reading(&jobs, &offered.users),
    );
    let thing = Thing::new("slot", target.id, format!("/slots/{}/edit", target.id));
    let conflict = Conflict::new(app, viewer, &thing, target.version, readings).await?;
    form.slot.ticket = stored.ticket;
    show(app, viewer, scene, Sheet::in_conflict(form, conflict)).await
}

async fn scene(app: &App, viewer: &Viewer, id: i64) -> Result<Scene> {
    let (db, company_id) = (app.db.read(), viewer.company_id);
    let listed = slots::show(&app.db, company_id, id, app.clock.now()).await?;
    Ok(Scene {
        booked: match listed.interview_id {
            Some(id) => Some(interviews::details(db, company_id, id).await?),
            None => None,
        },
        interviewers: interviewers::of(db, company_id, id).await?,
        slot: listed.slot,
    })
}

/// The open jobs and the slot's own, and who can hold interviews.
async fn offered(app: &App, viewer: &Viewer, slot: &slot::Model) -> Result<Choices> {
    let mut jobs = jobs::choices(&app.db, viewer.company_id).await?;
    if jobs.iter().all(|(id, _)| *id != slot.job_id) {
        let own = jobs::filter(&app.db, viewer.company_id, slot.job_id).await?;
        jobs.extend(own.map(|(id, title, _)| (id, title)));
    }
    Ok(Choices {
        jobs,
        users: users::interviewers(&app.db, viewer.company_id).await?,
    })
}

/// The page: 409 when somebody else came first, 422 with mistakes.
async fn show(
    app: &App,
    viewer: &Viewer,
    scene: Scene,
    sheet: Sheet<EditForm>,
) -> Result<HttpResponse> {
    let offered = offered(app, viewer, &scene.slot).await?;
    let status = forms::status(sheet.conflict.is_some(), &sheet.errors);
    let booked = match &scene.booked {
        Some(details) => {
            let new = sheet.form.slot.parse_change(&scene.slot).ok();
            let new = new.map(|(_, new)| new);
            let typed = (new.as_ref(), sheet.form.overlap.as_str());
            Some(Booked::new(app, viewer, details, typed).await?)
        }
        None => None,
    };
    let page = EditPage::new(scene.slot.id, sheet, offered, booked);
    viewer.respond(status, &page)
}

/// The form.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    #[serde(flatten)]
    sheet: Sheet<EditForm>,
    jobs: Vec<Choice>,
    folds: Vec<Choice>,
    types: Vec<Choice>,
    levels: Vec<Choice>,
    seats: Vec<Seat>,
    booked: Option<Booked>,
}

/// Who is booked, and what they will get.
#[derive(Serialize)]
struct Booked {
    interview_id: i64,
    candidate: String,
    outlook: String,
    preview: Option<Preview>,
    overlap: Option<Warning>,
}

impl Booked {
    async fn new(
        app: &App,
        viewer: &Viewer,
        details: &Details,
        (new, overlap): (Option<&NewSlot>, &str),
    ) -> Result<Self> {
        let now: DateTime<Utc> = app.clock.now();
        let draft = new.map(|new| drafts::slot_changed(details.clone(), &viewer.actor(), new, now));
        let kind = match (&details.slot, new) {
            (Some(slot), Some(new)) if slot.starts_at != new.starts_at => Kind::Rescheduled,
            _ => Kind::Updated,
        };
        Ok(Self {
            interview_id: details.interview.id,
            candidate: details.candidate.name.clone(),
            outlook: outlook::outlook(app, details, kind).await?,
            preview: Preview::of_draft(app, kind, draft.as_ref(), None).await?,
            overlap: Warning::of_change(app, viewer, (details, draft.as_ref()), overlap).await?,
        })
    }
}

impl EditPage {
    fn new(id: i64, sheet: Sheet<EditForm>, offered: Choices, booked: Option<Booked>) -> Self {
        let slot = &sheet.form.slot;
        Self {
            id,
            folds: slot.folds(),
            seats: Seat::list(offered.users, &slot.panel),
            jobs: choices::rows(offered.jobs),
            types: choices::of(labels::interview_type),
            levels: choices::of(labels::difficulty),
            booked,
            sheet,
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "slots/edit.html";

    fn title(&self) -> String {
        "Edit slot".into()
    }

    fn sample() -> Self {
        let form = EditForm {
            overlap: String::new(),
            slot: SlotForm::default().with_defaults(Tz::UTC),
        };
        let errors = FormErrors::one("date", "Choose a later date.");
        Self {
            seats: vec![Seat::sample()],
            ..Self::new(
                1,
                Sheet::sample(form, errors),
                Choices {
                    jobs: vec![(1, "Cook".into())],
                    users: Vec::new(),
                },
                Some(Booked {
                    interview_id: 1,
                    candidate: "John Doe".into(),
                    outlook: "john@example.com will get an email about what changed.".into(),
                    preview: Some(Preview::sample()),
                    overlap: Some(Warning::sample()),
                }),
            )
        }
    }
}
