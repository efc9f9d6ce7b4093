//! The candidate moves the interview to another time of the same interviewers.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};
use entity::interview::Answer;
use serde::Deserialize;

use super::{
    answer::{AnswerForm, ask},
    known,
    pages::{Said, path},
    present, reading, refuse, too_often,
};
use crate::{
    app::App,
    client_ip,
    domain::interviews::{
        admission::{self, Admission},
        answer,
        join_link::Ticket,
        moving::{self, Refusal, Wanted},
    },
    web::{errors::Result, forms::FormErrors, respond::see_other},
};

/// Which time was chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    slot: String,
    revision: String,
}

/// POST /interview/{token}/move: moves it, unless somebody was quicker. Sent once more, it leads to the new time.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<MoveForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    if !answer::is_awaited(&admission) {
        return present(&app, &token, &admission, now);
    }
    let (Ok(slot_id), Ok(revision)) = (form.slot.parse(), form.revision.parse()) else {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        return again(&app, &admission, unprocessable, Said::Nothing).await;
    };
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let wanted = Wanted { slot_id, revision };
    let moved = moving::choose(&app.db, &app.keys, &token, (wanted, &ip), now).await;
    match known(moved)? {
        Some(Ok(booked)) => {
            let row = &booked.details.interview;
            // Of the revision with the new time, so that the page does not call it changed.
            let token = app.keys.token(&Ticket {
                public_id: &row.public_id,
                link_version: row.link_version,
                revision: row.revision,
            })?;
            Ok(see_other(&path(&token)))
        }
        Some(Err(Refusal::Gone)) => {
            again(&app, &admission, StatusCode::CONFLICT, Said::Taken).await
        }
        Some(Err(Refusal::Changed)) => {
            let now_so = admission::admit(&app.db, &app.keys, &token, now).await;
            let Some(mut admission) = known(now_so)? else {
                return refuse(&app, &request, now).await;
            };
            admission.is_moved = true;
            present(&app, &token, &admission, now)
        }
        Some(Err(Refusal::NotAllowed)) => present(&app, &token, &admission, now),
        Some(Err(Refusal::TooOften(seconds))) => {
            too_often(&app, reading::of(&app, &admission)?, seconds)
        }
        None => refuse(&app, &request, now).await,
    }
}

/// The times once more, with what was wrong.
async fn again(
    app: &App,
    admission: &Admission,
    status: StatusCode,
    said: Said,
) -> Result<HttpResponse> {
    let language = reading::of(app, admission)?;
    let mut errors = FormErrors::new();
    if let Some((group, name)) = said.mistake() {
        errors.add("form", language.say(group, name, &[])?);
    }
    let form = AnswerForm::of_revision(admission.details.interview.revision);
    ask(
        app,
        admission,
        Answer::AnotherTime,
        (status, (form, errors)),
    )
    .await
}
