//! *Anything you need?* What the candidate asks for in private.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};
use serde::{Deserialize, Serialize};

use super::{
    known,
    pages::AccommodationPage,
    present,
    reading::{self, of_company},
    refuse, too_often,
};
use crate::{
    app::App,
    client_ip,
    domain::interviews::{
        accommodation::{self, MOST_WORDS, Recorded},
        admission::{self, Admission},
    },
    text,
    web::{errors::Result, forms::FormErrors, respond::see_other},
};

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct RequestForm {
    /// In the candidate's own words.
    pub words: String,
}

/// GET /interview/{token}/accommodation: what was asked before, and its answer. It changes nothing.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    match accommodation::can_be_read(&admission) {
        true => respond(&app, &admission, StatusCode::OK, None).await,
        false => present(&app, &token, &admission, now),
    }
}

/// POST /interview/{token}/accommodation: kept for the recruiters, as often as it is said.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<RequestForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    if !accommodation::can_be_asked(&admission, now) {
        return present(&app, &token, &admission, now);
    }
    let words = text::lines(&form.words, MOST_WORDS).map(|words| words.trim().to_owned());
    let mistake = match &words {
        Ok(words) if words.is_empty() => Some(("page_accommodation", "empty")),
        Ok(_) => None,
        Err(_) => Some(("page_answer", "too_long")),
    };
    let (Ok(words), None) = (words, mistake) else {
        let typed = (form.into_inner(), mistake);
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        return respond(&app, &admission, unprocessable, Some(typed)).await;
    };
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let asked = accommodation::ask(&app.db, &app.keys, &token, (&words, &ip), now).await;
    match known(asked)? {
        Some(Recorded::Kept) => Ok(see_other(&format!("/interview/{token}/accommodation"))),
        Some(Recorded::Over) => super::show(app, request, token).await,
        Some(Recorded::TooOften(seconds)) => {
            too_often(&app, reading::of(&app, &admission)?, seconds)
        }
        None => refuse(&app, &request, now).await,
    }
}

type Typed = (RequestForm, Option<(&'static str, &'static str)>);

async fn respond(
    app: &App,
    admission: &Admission,
    status: StatusCode,
    typed: Option<Typed>,
) -> Result<HttpResponse> {
    let row = &admission.details.interview;
    let asked = accommodation::find(app.db.read(), row.company_id, row.id).await?;
    let language = reading::of(app, admission)?;
    let mut errors = FormErrors::new();
    let form = match typed {
        Some((form, mistake)) => {
            if let Some((group, name)) = mistake {
                let most = [("most", &*MOST_WORDS.to_string())];
                errors.add("words", language.say(group, name, &most)?);
            }
            form
        }
        None => RequestForm {
            words: asked
                .as_ref()
                .map_or_else(String::new, |asked| asked.words.clone()),
        },
    };
    let can_ask = accommodation::can_be_asked(admission, app.clock.now());
    let about = (asked.as_ref(), can_ask);
    let page = AccommodationPage::new(admission, language, about, (form, errors))?;
    of_company(app, status, admission, &page)
}
