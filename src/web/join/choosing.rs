//! The candidate chooses the time by themselves.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};
use entity::interview::Answer;
use serde::{Deserialize, Serialize};

use super::{
    known,
    pages::{ChoosePage, Said},
    present,
    reading::of_details,
    refuse, too_often,
};
use crate::{
    app::App,
    client_ip,
    domain::{
        actions::Actor,
        events::Via,
        interviews::{
            admission,
            answer::{self, MOST_WORDS, Recorded},
            choosing::{self, Refusal},
            join_link::Ticket,
            offered::{self, Offered},
        },
    },
    error::Error as AppError,
    text,
    web::{errors::Result, forms::FormErrors, respond::see_other},
};

/// Which time was chosen, or what would suit.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ChoiceForm {
    slot: String,
    words: String,
}

/// What a link leads to while its interview waits for a time; none where there is nothing to choose.
pub(super) async fn look(app: &App, token: &str) -> Result<Option<Offered>> {
    known(offered::behind(&app.db, &app.keys, token).await)
}

/// The page with the free times.
pub(super) async fn show(app: &App, token: &str, offered: &Offered) -> Result<HttpResponse> {
    let status = match offered.is_open(app.clock.now()) {
        true => StatusCode::OK,
        false => StatusCode::GONE,
    };
    respond(app, (token, offered), status, Typed::default()).await
}

/// POST /interview/{token}/choice: books it, unless somebody was quicker. Sent once more, it leads to the booking.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<ChoiceForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(offered) = look(&app, &token).await? else {
        return show_other(&app, &request, &token).await;
    };
    let mut typed = Typed {
        form: form.into_inner(),
        ..Typed::default()
    };
    let Ok(slot_id) = typed.form.slot.parse() else {
        typed.said = Some(Said::Nothing);
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        return respond(&app, (&token, &offered), unprocessable, typed).await;
    };
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let chosen = choosing::choose(&app.db, &app.keys, &token, (slot_id, &ip), now).await;
    match known(chosen)? {
        Some(Ok(booked)) => {
            let row = &booked.details.interview;
            // Of the revision with the time, so that the page does not call it changed.
            let token = app.keys.token(&Ticket {
                public_id: &row.public_id,
                link_version: row.link_version,
                revision: row.revision,
            })?;
            Ok(see_other(&format!("/interview/{token}")))
        }
        Some(Err(Refusal::Gone)) => {
            typed.said = Some(Said::Taken);
            typed.form.slot.clear();
            respond(&app, (&token, &offered), StatusCode::CONFLICT, typed).await
        }
        Some(Err(Refusal::Over)) => {
            respond(&app, (&token, &offered), StatusCode::GONE, typed).await
        }
        Some(Err(Refusal::Booked)) | None => show_other(&app, &request, &token).await,
    }
}

/// POST /interview/{token}/none: what would suit instead. The times can still be chosen.
pub async fn create_none(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<ChoiceForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(offered) = look(&app, &token).await? else {
        return show_other(&app, &request, &token).await;
    };
    let mut typed = Typed {
        form: form.into_inner(),
        ..Typed::default()
    };
    let Ok(words) = text::lines(&typed.form.words, MOST_WORDS) else {
        typed.said = Some(Said::TooLong);
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        return respond(&app, (&token, &offered), unprocessable, typed).await;
    };
    let row = &offered.details.interview;
    let said = answer::Said {
        answer: Answer::AnotherTime,
        reason: None,
        words,
        revision: row.revision,
    };
    let actor = Actor {
        company_id: row.company_id,
        user_id: None,
        ip: client_ip::of(&request, &app.settings.trusted_proxies).to_string(),
    };
    match answer::record(&app.db, row, (&said, Via::Page), &actor, now).await? {
        Recorded::TooOften(seconds) => {
            let languages = app.composer.languages();
            too_often(
                &app,
                languages.choose(&offered.details.candidate.locale)?,
                seconds,
            )
        }
        Recorded::Outdated => show_other(&app, &request, &token).await,
        Recorded::Kept => {
            typed.said = Some(Said::Told);
            respond(&app, (&token, &offered), StatusCode::OK, typed).await
        }
    }
}

/// What was typed, and what came of it.
#[derive(Default)]
struct Typed {
    form: ChoiceForm,
    said: Option<Said>,
}

async fn respond(
    app: &App,
    (token, offered): (&str, &Offered),
    status: StatusCode,
    typed: Typed,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let languages = app.composer.languages();
    let language = languages.choose(&offered.details.candidate.locale)?;
    let slots = offered.slots(&app.db, now).await?;
    let mut errors = FormErrors::new();
    if let Some(words) = typed.said.and_then(Said::mistake) {
        let places = [("most", &*MOST_WORDS.to_string())];
        errors.add("form", language.say(words.0, words.1, &places)?);
    }
    let page = ChoosePage::new(
        (token, offered, &slots),
        (typed.form, errors, typed.said),
        language,
        now,
    )?;
    of_details(app, status, (token, &offered.details), &page)
}

/// The interview has its time, or the link is wrong.
async fn show_other(app: &App, request: &HttpRequest, token: &str) -> Result<HttpResponse> {
    let now = app.clock.now();
    match admission::admit(&app.db, &app.keys, token, now).await {
        Ok(admission) => present(app, token, &admission, now),
        Err(AppError::NotFound) => refuse(app, request, now).await,
        Err(error) => Err(error.into()),
    }
}
