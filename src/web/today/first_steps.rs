//! What is still to be done before the first booking, each step with its button; some of it can wait.
use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, web::Data};
use chrono::TimeDelta;
use serde::Serialize;

use crate::{
    app::App,
    domain::first_steps::{Progress, Standing},
    settings::{Backend, Settings},
    web::{
        errors::Result,
        respond::see_other,
        sessions,
        viewer::{Admin, Viewer},
    },
};

/// So long a browser is not reminded.
const KEPT: TimeDelta = TimeDelta::days(180);
const LATER: &str = "later";

/// The steps; there are none where all is done or put off.
#[derive(Debug, Default, Serialize)]
pub struct FirstSteps {
    steps: Vec<Step>,
    /// Is there something that can wait?
    can_wait: bool,
}

#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    why: &'static str,
    is_done: bool,
    button: &'static str,
    href: &'static str,
}

impl FirstSteps {
    /// What this viewer can do about it.
    pub fn of(app: &App, viewer: &Viewer, request: &HttpRequest, standing: Standing) -> Self {
        let progress = standing.progress;
        let can_book = progress == Progress::Slots;
        if !viewer.role.is_admin() {
            return match can_book {
                true => Self::default(),
                false => Self::booking(progress),
            };
        }
        let has_link = standing.has_meeting_url;
        let has_mail = matches!(app.settings.mail.backend, Backend::Smtp(_));
        let is_complete = has_link && has_mail;
        let is_put_off = request.cookie(cookie_name(&app.settings)).is_some();
        if can_book && (is_complete || is_put_off) {
            return Self::default();
        }
        let can_wait = before_the_first_mail(has_link, has_mail).into_iter();
        let can_wait = can_wait.filter(|_| !is_put_off);
        let steps: Vec<Step> = match can_book {
            // Beside a day's work there is only what is missing.
            true => can_wait.filter(|step| !step.is_done).collect(),
            false => [company_step(standing.version)]
                .into_iter()
                .chain(can_wait)
                .chain(Self::booking(progress).steps)
                .collect(),
        };
        Self {
            steps,
            can_wait: !is_complete && !is_put_off,
        }
    }

    fn booking(progress: Progress) -> Self {
        Self {
            steps: vec![
                Step {
                    name: "First job",
                    why: "A position you interview candidates for.",
                    is_done: progress != Progress::Nothing,
                    button: "Add job",
                    href: "/jobs/new",
                },
                Step {
                    name: "First slots",
                    why: "The times you book candidates into.",
                    is_done: progress == Progress::Slots,
                    button: "Add slot",
                    href: "/slots/new",
                },
            ],
            can_wait: false,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        let mut sample = Self::booking(Progress::Jobs);
        sample.steps.extend(before_the_first_mail(false, true));
        sample.can_wait = true;
        sample
    }
}

/// Whoever saved the page has looked at it.
fn company_step(version: i32) -> Step {
    Step {
        name: "Company",
        why: "The contact email, the color and the reminders that candidates get.",
        is_done: version > 1,
        button: "Edit company",
        href: "/company",
    }
}

fn before_the_first_mail(has_link: bool, has_mail: bool) -> [Step; 2] {
    [
        Step {
            name: "Meeting link",
            why: "Where interviews take place. You can also add one to each slot.",
            is_done: has_link,
            button: "Add meeting link",
            href: "/company#default_meeting_url",
        },
        Step {
            name: "Email",
            why: "Until a mail server is set up, emails are only printed to the server's console.",
            is_done: has_mail,
            button: "Set up email",
            href: "/mail",
        },
    ]
}

/// POST /first-steps/postponement: what can wait is not shown in this browser any more.
pub async fn create(app: Data<App>, _viewer: Admin) -> Result<HttpResponse> {
    let name = cookie_name(&app.settings);
    let cookie: Cookie = sessions::kept_cookie(name, LATER.into(), KEPT, &app.settings);
    let mut answer = see_other("/");
    answer.add_cookie(&cookie).map_err(actix_web::Error::from)?;
    Ok(answer)
}

/// On https browsers keep it to this host.
fn cookie_name(settings: &Settings) -> &'static str {
    match settings.base_url.is_https() {
        true => "__Host-greenroom-first-steps",
        false => "greenroom-first-steps",
    }
}
