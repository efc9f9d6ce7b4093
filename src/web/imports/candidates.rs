//! The page that adds candidates from a list.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data},
};

use super::{Act, CandidatesPage, ListForm, Look};
use crate::{
    app::App,
    domain::{
        batches::imports::{self, Wanted},
        candidates::{self, NewCandidate},
        idempotency_keys::KeyConflict,
        jobs,
    },
    imports::{
        Found, List,
        people::{self, Person},
    },
    text,
    web::{
        choices,
        errors::Result,
        forms::{FormErrors, Sheet},
        respond::see_other,
        viewer::{Recruiter, Viewer},
    },
};

/// Beside a button that was pressed for another list.
pub const OTHER_COUNT: &str =
    "The list changed since you looked at it. Check it and press the button again.";

/// GET /candidates/import: the form.
pub async fn new(app: Data<App>, viewer: Recruiter) -> Result<HttpResponse> {
    let sheet = Sheet::new(viewer.typed(ListForm::blank(None)));
    viewer.page(&page(&app, &viewer, sheet, None).await?)
}

/// POST /candidates/import: looks at a list, or adds what is in it.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let mut form = ListForm::read(&request, &body);
    let list = form
        .text()
        .and_then(|text| people::read(text, &form.answers()));
    let list = match list {
        Ok(list) => list,
        Err(why) => return refused(&app, &viewer, form, FormErrors::one("text", why)).await,
    };
    let (job_id, locale) = match defaults(&form) {
        Ok(defaults) => defaults,
        Err(errors) => return refused(&app, &viewer, form, errors).await,
    };
    let look = look(&app, &viewer, &list).await?;
    let errors = match form.act() {
        Act::CarryOut(seen) if seen == look.seen => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            let wanted = wanted(list, job_id, &locale);
            let key = form.idempotency_key("candidates.import");
            match imports::import_candidates(&app.db, &actor, &wanted, key, now).await? {
                Ok(id) => return Ok(see_other(&format!("/batches/{id}"))),
                Err(KeyConflict) => form.ticket.sent_before(),
            }
        }
        Act::CarryOut(_) => {
            let key = form.idempotency_key("candidates.import");
            match crate::domain::batches::made_by(&app.db, viewer.company_id, key.as_ref()).await? {
                Some(id) => return Ok(see_other(&format!("/batches/{id}"))),
                None => FormErrors::one("form", OTHER_COUNT),
            }
        }
        Act::Look | Act::Propose => FormErrors::new(),
    };
    let status = crate::web::forms::status(false, &errors);
    let page = page(&app, &viewer, Sheet::refused(form, errors), Some(look)).await?;
    viewer.respond(status, &page)
}

fn defaults(form: &ListForm) -> Result<(Option<i64>, String), FormErrors> {
    let mut errors = FormErrors::new();
    let job_id = errors.optional(form.job(), |e, text| e.number("job", text, 1, i64::MAX));
    let locale = errors.check("locale", text::locale(form.locale()));
    errors.or(locale.map(|locale| (job_id, locale)))
}

async fn look(app: &App, viewer: &Viewer, list: &List<Person>) -> Result<Look> {
    let emails = list.lines.iter().filter_map(|line| match &line.found {
        Found::New(person) => Some(person.email.as_str()),
        Found::Repeat(_) | Found::Unusable(_) => None,
    });
    let emails: Vec<&str> = emails.collect();
    let there = candidates::keys_by_email(app.db.read(), viewer.company_id, &emails).await?;
    Ok(Look::at_people(list, |email| there.get(email).copied()))
}

/// What a list asks for; whatever needs a look is left out.
pub fn wanted(list: List<Person>, job_id: Option<i64>, locale: &str) -> Vec<Wanted<NewCandidate>> {
    let lines = list.lines.into_iter();
    let wanted = lines.map(|line| Wanted {
        number: line.number,
        what: match line.found {
            Found::New(person) if person.likely_domain.is_some() => {
                Err("The address looks mistyped.".into())
            }
            Found::New(person) => Ok(candidate(person, job_id, locale)),
            Found::Repeat(of) => Err(format!("Same as line {of}.")),
            Found::Unusable(why) => Err(why),
        },
    });
    wanted.collect()
}

/// Somebody from a list, as they are added.
pub fn candidate(person: Person, job_id: Option<i64>, locale: &str) -> NewCandidate {
    NewCandidate {
        name: person.name,
        email: person.email,
        phone: person.phone,
        time_zone: person.time_zone,
        locale: person.locale.unwrap_or_else(|| locale.to_owned()),
        job_id,
        notes: person.notes,
    }
}

async fn refused(
    app: &App,
    viewer: &Viewer,
    form: ListForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    viewer.unprocessable(&page(app, viewer, Sheet::refused(form, errors), None).await?)
}

async fn page(
    app: &App,
    viewer: &Viewer,
    sheet: Sheet<ListForm>,
    look: Option<Look>,
) -> Result<CandidatesPage> {
    let jobs = jobs::choices(&app.db, viewer.company_id).await?;
    let languages = choices::languages(app.composer.languages(), &[sheet.form.locale()])?;
    Ok(CandidatesPage::new(
        sheet,
        (choices::rows(jobs), languages),
        look,
    ))
}
