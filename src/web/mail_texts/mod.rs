//! The pages on which a company words its mails.
mod form;
pub mod html;
pub mod index;
pub mod pages;
mod target;
mod test_email;

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};

use self::{
    form::{Act, TextsForm},
    index::IndexPage,
    pages::{EditPage, EditRequest},
    target::Target,
};
use super::{
    conflict::{Conflict, Thing},
    errors::Result,
    flash::Flash,
    forms::{self, FormErrors, Sheet},
    mail_html,
    viewer::{Admin, Viewer},
};
use crate::{
    app::App,
    domain::{
        actions::Entry,
        companies,
        events::Event,
        mail_texts::{self, Kept, Own},
        versions::Updated,
    },
    mail::wording::Block,
};

/// GET /company/texts: every kind of mail in every language, and where the company has words of its own.
pub async fn index(app: Data<App>, viewer: Admin) -> Result<HttpResponse> {
    let own = own(&app, &viewer).await?;
    viewer.page(&IndexPage::new(app.composer.languages(), &own))
}

/// GET /company/texts/{kind}/{locale}: the words, and how a mail reads with them.
pub async fn edit(
    app: Data<App>,
    viewer: Admin,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let version = mail_texts::version(app.db.read(), viewer.company_id, &target.which()).await?;
    let form = TextsForm::kept(&target, &own(&app, &viewer).await?).of_version(version);
    let form = viewer.typed(form);
    let form = with_interview(&app, &viewer, form).await?;
    // What was kept by another version may not fit any more: it is said, and the usual words are used.
    let errors = form.parse(&target).err().unwrap_or_default();
    let request = EditRequest::new(target, Sheet::refused(form, errors));
    respond(&app, &viewer, request, StatusCode::OK).await
}

/// POST /company/texts/{kind}/{locale}: keeps the words, shows a mail with them, or sends it to oneself.
pub async fn update(
    app: Data<App>,
    viewer: Admin,
    path: Path<(String, String)>,
    form: Form<TextsForm>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let form = with_interview(&app, &viewer, form.into_inner()).await?;
    let (status, errors) = match (form.parse(&target), form.act()) {
        (Err(errors), _) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        (Ok(texts), Act::Save) => match form.parse_version() {
            Ok(seen) => return keep(&app, &viewer, (target, seen), texts, form).await,
            Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        },
        // The interview that was chosen may be none.
        (Ok(_), Act::Preview) => match form.message(&app, &viewer, &target).await? {
            Ok(_) => (StatusCode::OK, FormErrors::new()),
            Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        },
        (Ok(_), Act::Test) => test_email::send(&app, &viewer, &target, &form).await?,
    };
    let request = EditRequest::new(target, Sheet::refused(form, errors));
    respond(&app, &viewer, request, status).await
}

const SAVED: &str = "Saved. New emails use this wording.";

/// POST /company/texts/{kind}/{locale}/reset: back to the usual words.
pub async fn destroy(
    app: Data<App>,
    viewer: Admin,
    path: Path<(String, String)>,
    form: Form<TextsForm>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let Ok(seen) = form.parse_version() else {
        return viewer.see_other(&target.address(), Flash::problem(forms::NO_VERSION));
    };
    let form = with_interview(&app, &viewer, TextsForm::usual(&target)).await?;
    keep(&app, &viewer, (target, seen), Texts::new(), form).await
}

/// Words that are not the usual ones, by the names of their parts.
type Texts = BTreeMap<&'static str, String>;

async fn keep(
    app: &App,
    viewer: &Viewer,
    (target, seen): (Target, i32),
    texts: Texts,
    form: TextsForm,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let (which, names) = ((&target.which(), seen), Block::ALL.map(Block::name));
    match mail_texts::save(&app.db, &actor, which, &names, &texts, now).await? {
        Updated::Stale(stored) => conflict(app, viewer, (target, seen), *stored, form).await,
        _ => {
            let done = match texts.is_empty() {
                true => "Reset to default.",
                false => SAVED,
            };
            viewer.see_other(&target.address(), Flash::done(done))
        }
    }
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    (target, seen): (Target, i32),
    stored: Kept,
    form: TextsForm,
) -> Result<HttpResponse> {
    let is_about = |entry: &Entry| match &entry.event {
        Some(
            Event::MailTextsUpdated { kind, locale, .. }
            | Event::MailTextsReset { kind, locale, .. },
        ) => *kind == target.kind && locale == target.locale.as_str(),
        _ => false,
    };
    let thing = Thing {
        what: "text",
        is_about: &is_about,
        ..Thing::new("company", viewer.company_id, target.address())
    };
    let readings = (
        TextsForm::stored(&target, &stored).reading(),
        form.reading(),
    );
    let conflict = Conflict::new(app, viewer, &thing, seen, readings).await?;
    let form = form.of_version(stored.version);
    let request = EditRequest::new(target, Sheet::in_conflict(form, conflict));
    respond(app, viewer, request, StatusCode::CONFLICT).await
}

/// The form with an interview to look at the words with: the next one, where none was chosen.
async fn with_interview(app: &App, viewer: &Viewer, mut form: TextsForm) -> Result<TextsForm> {
    if form.interview.is_empty() {
        form.interview = pages::next_interview(app, viewer).await?;
    }
    Ok(form)
}

/// The page, which frames the mail as programs show it.
async fn respond(
    app: &App,
    viewer: &Viewer,
    request: EditRequest,
    status: StatusCode,
) -> Result<HttpResponse> {
    let page = EditPage::new(app, viewer, request).await?;
    Ok(mail_html::framed(viewer.respond(status, &page)?))
}

async fn own(app: &App, viewer: &Viewer) -> Result<Own> {
    let company = companies::find(&app.db, viewer.company_id).await?;
    Ok(mail_texts::own(app.db.read(), &company).await?)
}
