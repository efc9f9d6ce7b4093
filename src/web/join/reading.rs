//! Candidates' pages in their frame, each in a language: the candidate's, else one that the browser asks for.
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{AcceptLanguage, Header},
    },
    web::Query,
};
use serde::Deserialize;

use super::pages::path;
use crate::{
    app::App,
    domain::interviews::{Details, admission::Admission},
    error,
    mail::language::{FALLBACK, Language},
    web::{
        errors::Result,
        frame::{PublicFrame, Reading},
        page::Page,
        respond::public,
    },
};

/// What the links of pages ask for that do not know who reads them.
#[derive(Deserialize)]
struct Asked {
    lang: String,
}

/// The language of the candidate.
pub(super) fn of<'a>(app: &'a App, admission: &Admission) -> error::Result<&'a Language> {
    let languages = app.composer.languages();
    languages.choose(&admission.details.candidate.locale)
}

/// The language that was chosen on a page that does not know who reads it, else the best one for the browser.
pub(super) fn of_request<'a>(app: &'a App, request: &HttpRequest) -> error::Result<&'a Language> {
    let languages = app.composer.languages();
    let asked = Query::<Asked>::from_query(request.query_string());
    let chosen = asked.ok().and_then(|asked| languages.nearest(&asked.lang));
    let accepted = || {
        let ranked = AcceptLanguage::parse(request).ok()?.ranked();
        let mut tags = ranked.iter().map(|range| range.to_string());
        tags.find_map(|tag| languages.nearest(&tag))
    };
    chosen
        .or_else(accepted)
        .map_or_else(|| languages.choose(FALLBACK), Ok)
}

/// A page of an interview, in the language of its candidate.
pub(super) fn of_company<P: Page>(
    app: &App,
    status: StatusCode,
    admission: &Admission,
    page: &P,
) -> Result<HttpResponse> {
    of_details(app, status, (&admission.token, &admission.details), page)
}

/// The same of an interview that waits for a time.
pub(super) fn of_details<P: Page>(
    app: &App,
    status: StatusCode,
    (token, details): (&str, &Details),
    page: &P,
) -> Result<HttpResponse> {
    let company = &details.company;
    let languages = app.composer.languages();
    let language = languages.choose(&details.candidate.locale)?;
    let kept_at = format!("{}/language", path(token));
    let frame = PublicFrame {
        company_name: Some(company.name.clone()),
        brand_colour: Some(company.brand_colour.clone()),
        flash: None,
        reading: Some(Reading::new(language, languages, Some(kept_at))),
    };
    public(app, status, frame, page)
}

/// A page for whoever looks.
pub(super) fn nobody_known<P: Page>(
    app: &App,
    status: StatusCode,
    language: &Language,
    page: &P,
) -> Result<HttpResponse> {
    let frame = PublicFrame {
        reading: Some(Reading::new(language, app.composer.languages(), None)),
        ..PublicFrame::default()
    };
    public(app, status, frame, page)
}
