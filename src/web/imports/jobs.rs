//! The page that adds jobs from a list.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data},
};
use entity::job::Status;

use super::{Act, JobsPage, ListForm, Look, candidates::OTHER_COUNT};
use crate::{
    app::App,
    domain::{
        batches::{
            self,
            imports::{self, Wanted},
        },
        idempotency_keys::KeyConflict,
        jobs::{self, NewJob},
    },
    imports::{
        Found, List,
        jobs::{self as lists, Job},
    },
    web::{
        errors::Result,
        forms::{self, FormErrors, Sheet},
        respond::see_other,
        viewer::{Recruiter, Viewer},
    },
};

/// GET /jobs/import: the form.
pub async fn new(viewer: Recruiter) -> Result<HttpResponse> {
    let form = viewer.typed(ListForm::blank(None));
    viewer.page(&JobsPage::new(Sheet::new(form), None))
}

/// POST /jobs/import: looks at a list, or adds what is in it.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let mut form = ListForm::read(&request, &body);
    let list = match form.text().and_then(lists::read) {
        Ok(list) => list,
        Err(why) => {
            let sheet = Sheet::refused(form, FormErrors::one("text", why));
            return viewer.unprocessable(&JobsPage::new(sheet, None));
        }
    };
    let look = look(&app, &viewer, &list).await?;
    let errors = match form.act() {
        Act::CarryOut(seen) if seen == look.seen => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            let key = form.idempotency_key("jobs.import");
            match imports::import_jobs(&app.db, &actor, &wanted(list), key, now).await? {
                Ok(id) => return Ok(see_other(&format!("/batches/{id}"))),
                Err(KeyConflict) => form.ticket.sent_before(),
            }
        }
        Act::CarryOut(_) => {
            let key = form.idempotency_key("jobs.import");
            match batches::made_by(&app.db, viewer.company_id, key.as_ref()).await? {
                Some(id) => return Ok(see_other(&format!("/batches/{id}"))),
                None => FormErrors::one("form", OTHER_COUNT),
            }
        }
        Act::Look | Act::Propose => FormErrors::new(),
    };
    let status = forms::status(false, &errors);
    viewer.respond(
        status,
        &JobsPage::new(Sheet::refused(form, errors), Some(look)),
    )
}

async fn look(app: &App, viewer: &Viewer, list: &List<Job>) -> Result<Look> {
    let titles = list.lines.iter().filter_map(|line| match &line.found {
        Found::New(job) => Some(job.title.as_str()),
        Found::Repeat(_) | Found::Unusable(_) => None,
    });
    let titles: Vec<&str> = titles.collect();
    let there = jobs::open_by_title(app.db.read(), viewer.company_id, &titles).await?;
    Ok(Look::at_jobs(list, |title| there.get(title).copied()))
}

/// What a list asks for.
pub fn wanted(list: List<Job>) -> Vec<Wanted<NewJob>> {
    let lines = list.lines.into_iter();
    let wanted = lines.map(|line| Wanted {
        number: line.number,
        what: match line.found {
            Found::New(job) => Ok(new_job(job)),
            Found::Repeat(of) => Err(format!("Same as line {of}.")),
            Found::Unusable(why) => Err(why),
        },
    });
    wanted.collect()
}

fn new_job(job: Job) -> NewJob {
    NewJob {
        title: job.title,
        description: job.description,
        domain: job.domain,
        team_size: job.team_size,
        positions_to_fill: job.positions_to_fill,
        key_skills: job.key_skills,
        salary_min: job.salary_min,
        salary_max: job.salary_max,
        salary_currency: job.salary_currency,
        location: job.location,
        status: Status::Open,
    }
}
