//! What the candidate says to the time: *I'll be there* at once, a no after a look at what it means.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path, Query},
};
use entity::interview::Answer;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::{
    known,
    pages::AnswerPage,
    present,
    reading::{self, of_company},
    refuse, too_often,
};
use crate::{
    app::App,
    client_ip,
    domain::interviews::{
        admission::{self, Admission},
        answer::{self, MOST_WORDS, Recorded, Said},
        moving,
    },
    error::Result as AppResult,
    mail::language::Language,
    text,
    web::{errors::Result, forms::FormErrors},
};

/// Which answer is being given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    say: String,
}

/// An answer as it is sent.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AnswerForm {
    answer: String,
    reason: String,
    words: String,
    revision: String,
}

/// GET /interview/{token}/answer: what a no means, and what may be said with it. It changes nothing.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    match read(&asked.say) {
        Some(answer @ (Answer::AnotherTime | Answer::Declined))
            if answer::is_awaited(&admission) =>
        {
            let form = AnswerForm {
                answer: asked.into_inner().say,
                revision: admission.details.interview.revision.to_string(),
                ..AnswerForm::default()
            };
            let typed = (form, FormErrors::new());
            ask(&app, &admission, answer, (StatusCode::OK, typed)).await
        }
        _ => present(&app, &token, &admission, now),
    }
}

/// POST /interview/{token}/answer: kept, as often as it is said.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<AnswerForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    let form = form.into_inner();
    let language = reading::of(&app, &admission)?;
    let said = match form.parse(language)? {
        Ok(said) => said,
        Err(errors) if answer::is_awaited(&admission) => {
            let answer = read(&form.answer).unwrap_or(Answer::AnotherTime);
            let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
            return ask(&app, &admission, answer, (unprocessable, (form, errors))).await;
        }
        Err(_) => return present(&app, &token, &admission, now),
    };
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let given = answer::give(&app.db, &app.keys, &token, (&said, &ip), now).await;
    match known(given)? {
        Some((admission, Recorded::TooOften(seconds))) => {
            too_often(&app, reading::of(&app, &admission)?, seconds)
        }
        Some((mut admission, recorded)) => {
            admission.is_moved |= recorded == Recorded::Outdated;
            present(&app, &token, &admission, now)
        }
        None => refuse(&app, &request, now).await,
    }
}

/// The page on which a no is said; with the times, where the candidate may move the interview by themselves.
pub(super) async fn ask(
    app: &App,
    admission: &Admission,
    answer: Answer,
    (status, typed): (StatusCode, (AnswerForm, FormErrors)),
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let language = reading::of(app, admission)?;
    let slots = match answer {
        Answer::AnotherTime => moving::slots(&app.db, &admission.details, now).await?,
        Answer::Confirmed | Answer::Declined => Vec::new(),
    };
    let about = (&*admission.token, admission);
    let page = AnswerPage::new(about, (language, now), (answer, &slots), typed)?;
    of_company(app, status, admission, &page)
}

fn read<T: ActiveEnum<Value = String>>(typed: &str) -> Option<T> {
    T::try_from_value(&typed.to_owned()).ok()
}

impl AnswerForm {
    /// Nothing was said yet to the interview of this revision.
    pub(super) fn of_revision(revision: i32) -> Self {
        Self {
            revision: revision.to_string(),
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        [&self.answer, &self.reason, &self.words]
            .into_iter()
            .all(String::is_empty)
    }

    /// What is wrong is said in the candidate's language.
    fn parse(&self, language: &Language) -> AppResult<Result<Said, FormErrors>> {
        let mut errors = FormErrors::new();
        let answer = read(&self.answer);
        let reason = match self.reason.as_str() {
            "" => Some(None),
            typed => read(typed).map(Some),
        };
        let words = text::lines(&self.words, MOST_WORDS).ok();
        let revision: Option<i32> = self.revision.parse().ok();
        let most = MOST_WORDS.to_string();
        for (is_wrong, field, name) in [
            (answer.is_none(), "form", "unknown_answer"),
            (reason.is_none(), "reason", "unknown_reason"),
            (words.is_none(), "words", "too_long"),
            (revision.is_none(), "form", "stale"),
        ] {
            if is_wrong {
                errors.add(
                    field,
                    language.say("page_answer", name, &[("most", &most)])?,
                );
            }
        }
        let parsed = (|| {
            let is_yes = answer? == Answer::Confirmed;
            Some(Said {
                answer: answer?,
                reason: reason?.filter(|_| !is_yes),
                words: words.filter(|_| !is_yes).unwrap_or_default(),
                revision: revision?,
            })
        })();
        Ok(errors.or(parsed))
    }
}
