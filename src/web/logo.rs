//! The company's logo.
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    web::{Bytes, Data, Form, Path},
};
use entity::company;
use serde::Serialize;

use super::{
    conflict::{Conflict, Thing},
    errors::Result,
    flash::Flash,
    forms::{self, FormErrors, Ticket},
    page::Page,
    upload,
    viewer::{Admin, Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        companies,
        events::Verb,
        logos::{self, Shown, picture::Picture},
        versions::Updated,
    },
    mail::messages::Logo,
};

/// GET /company/logo: the logo, and the form for another.
pub async fn edit(app: Data<App>, viewer: Admin) -> Result<HttpResponse> {
    viewer.page(&EditPage::new(&app, &viewer, FormErrors::new()).await?)
}

/// POST /company/logo: takes another one.
pub async fn update(
    app: Data<App>,
    viewer: Admin,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    let part = |name| upload::file(content_type, &body, name).unwrap_or_default();
    let seen = seen(&String::from_utf8_lossy(part("version")));
    let picture = Picture::read(part("logo"));
    let (seen, picture) = match (seen, picture) {
        (Some(seen), Ok(picture)) => (seen, picture),
        (seen, picture) => {
            let mut errors = FormErrors::new();
            errors.check("logo", picture);
            errors.check("form", seen.ok_or(forms::NO_VERSION));
            return viewer.unprocessable(&EditPage::new(&app, &viewer, errors).await?);
        }
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    let updated = logos::choose(&app.db, &actor, seen, &picture, now).await?;
    answer(
        &app,
        &viewer,
        updated,
        "Logo saved. New emails will show it.",
    )
    .await
}

/// POST /company/logo/removal: takes it away.
pub async fn destroy(app: Data<App>, viewer: Admin, button: Form<Ticket>) -> Result<HttpResponse> {
    let Some(seen) = seen(button.typed_version()) else {
        return viewer.see_other("/company/logo", Flash::problem(forms::NO_VERSION));
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    let updated = logos::remove(&app.db, &actor, seen, now).await?;
    answer(
        &app,
        &viewer,
        updated,
        "Logo removed. New emails will show the company's name.",
    )
    .await
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    updated: Updated<company::Model>,
    done: &str,
) -> Result<HttpResponse> {
    if let Updated::Stale(_) = updated {
        let thing = Thing {
            what: "logo",
            is_about: &|entry| matches!(entry.verb(), Some(Verb::LogoChosen | Verb::LogoRemoved)),
            ..Thing::new("company", viewer.company_id, "/company/logo")
        };
        let conflict = Conflict::of_the_newest(app, viewer, &thing).await?;
        let page = EditPage::new(app, viewer, FormErrors::new()).await?;
        return viewer.conflict(&page.in_conflict(conflict));
    }
    viewer.see_other("/company/logo", Flash::done(done))
}

/// The version of a logo is its key, because no logo ever changes; 0 for none.
fn seen(version: &str) -> Option<Option<i64>> {
    let id: i64 = version.trim().parse().ok()?;
    (id >= 0).then_some((id > 0).then_some(id))
}

/// GET /company/logos/{id}: the picture itself, also of a logo that only earlier mails show.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let logo = logos::find(app.db.read(), viewer.company_id, *id).await?;
    Ok(HttpResponse::Ok()
        .content_type(logo.format.media_type())
        // The row never changes.
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(logo.bytes))
}

/// The logo, and the form for another.
#[derive(Serialize)]
pub struct EditPage {
    company: String,
    picture: Option<Shape>,
    version: i64,
    errors: FormErrors,
    conflict: Option<Conflict>,
}

/// As large as mails show it.
#[derive(Serialize)]
struct Shape {
    id: i64,
    width: i32,
    height: i32,
}

impl EditPage {
    async fn new(app: &App, viewer: &Viewer, errors: FormErrors) -> Result<Self> {
        let company = companies::find(&app.db, viewer.company_id).await?;
        let shown = match company.logo_id {
            Some(id) => logos::shown(app.db.read(), company.id, id).await?,
            None => None,
        };
        Ok(Self {
            company: company.name,
            picture: shown.as_ref().map(Shape::of),
            version: company.logo_id.unwrap_or_default(),
            errors,
            conflict: None,
        })
    }

    fn in_conflict(self, conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..self
        }
    }
}

impl Shape {
    fn of(shown: &Shown) -> Self {
        let logo = Logo::new(&shown.content_hash, shown.width, shown.height);
        Self {
            id: shown.id,
            width: logo.width,
            height: logo.height,
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "logo/edit.html";

    fn title(&self) -> String {
        "Logo".into()
    }

    fn sample() -> Self {
        Self {
            company: "Sample Company".into(),
            picture: Some(Shape {
                id: 1,
                width: 180,
                height: 60,
            }),
            version: 1,
            errors: FormErrors::one("logo", "Not a PNG, JPEG or GIF."),
            conflict: Some(Conflict::sample()),
        }
    }
}
