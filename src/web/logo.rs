//! The company's logo.
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    web::{Bytes, Data, Path},
};
use serde::Serialize;

use super::{
    errors::Result,
    forms::FormErrors,
    render::{Flash, Page},
    respond::see_other,
    upload,
    viewer::{AdminViewer, Viewer},
};
use crate::{
    app::App,
    domain::{
        companies,
        logos::{self, Shown},
    },
    mail::messages::Logo,
    pictures::Picture,
};

/// GET /company/logo: the logo, and the form for another.
pub async fn edit(app: Data<App>, viewer: AdminViewer) -> Result<HttpResponse> {
    viewer.page(&EditPage::new(&app, &viewer, FormErrors::new()).await?)
}

/// POST /company/logo: takes another one.
pub async fn update(
    app: Data<App>,
    viewer: AdminViewer,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let file = upload::file(content_type.unwrap_or_default(), &body, "logo");
    match Picture::read(file.unwrap_or_default()) {
        Ok(picture) => {
            logos::choose(&app.db, &viewer.actor(), picture, app.clock.now()).await?;
            viewer.flash(Flash::done("Mails show this logo from now on."))?;
            Ok(see_other("/company/logo"))
        }
        Err(refusal) => {
            let errors = FormErrors::one("logo", refusal);
            viewer.unprocessable(&EditPage::new(&app, &viewer, errors).await?)
        }
    }
}

/// POST /company/logo/removal: takes it away.
pub async fn destroy(app: Data<App>, viewer: AdminViewer) -> Result<HttpResponse> {
    logos::remove(&app.db, &viewer.actor(), app.clock.now()).await?;
    viewer.flash(Flash::done("Mails show no logo from now on."))?;
    Ok(see_other("/company/logo"))
}

/// GET /company/logos/{id}: the picture itself, also of a logo that only earlier mails show.
pub async fn show(app: Data<App>, viewer: Viewer, id: Path<i64>) -> Result<HttpResponse> {
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
    errors: FormErrors,
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
            errors,
        })
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
            errors: FormErrors::one("logo", "This is no PNG, JPEG or GIF."),
        }
    }
}
