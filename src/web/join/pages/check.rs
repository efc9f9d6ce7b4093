//! The page on which a candidate checks the device, and what other pages tell of that.
use chrono::{DateTime, Utc};
use entity::device_check::{Browser, DeviceCheck, Part};
use sea_orm::Iterable;
use serde::Serialize;

use super::{interview::Interview, path};
use crate::{
    domain::interviews::admission::Admission,
    error::Result,
    mail::language::Language,
    web::{labels, page::Page},
};

/// Its phrases.
const GROUP: &str = "page_check";

/// For `join/_device.html`.
#[derive(Serialize)]
pub struct Device {
    /// Of the check.
    path: String,
    /// The newest check; none before the first.
    found: Option<Found>,
}

/// What came of a check.
#[derive(Serialize)]
struct Found {
    parts: Vec<Tested>,
    has_failed: bool,
    /// When, and in which browser.
    checked: String,
}

#[derive(Serialize)]
struct Tested {
    name: String,
    works: bool,
}

impl Device {
    /// What is known of the candidate's.
    pub fn of(admission: &Admission, language: &Language) -> Result<Self> {
        let check = admission.details.interview.device_check.as_ref();
        let found = check.map(|check| Found::of(check, admission, language));
        Ok(Self {
            path: path_of_check(&admission.token),
            found: found.transpose()?,
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        let tested = |name: &str, works| Tested {
            name: name.into(),
            works,
        };
        Self {
            path: path_of_check("token"),
            found: Some(Found {
                parts: vec![tested("Camera", true), tested("Microphone", false)],
                has_failed: true,
                checked: "Checked Wednesday, October 15, 2025 at 9:12 AM (UTC+02:00), in Firefox."
                    .into(),
            }),
        }
    }
}

impl Found {
    fn of(check: &DeviceCheck, admission: &Admission, language: &Language) -> Result<Self> {
        let zone = admission.details.candidate_zone();
        let when = language.moment(check.checked_at, zone);
        let browser = match check.browser {
            Browser::Other => language.say(GROUP, "other_browser", &[])?,
            known => labels::browser(known).to_owned(),
        };
        let parts = Part::iter().map(|part| {
            Ok(Tested {
                name: language.say(GROUP, part.name(), &[])?,
                works: check.works(part),
            })
        });
        Ok(Self {
            parts: parts.collect::<Result<_>>()?,
            has_failed: !check.failed.is_empty(),
            checked: language.say(GROUP, "checked", &[("when", &when), ("browser", &browser)])?,
        })
    }
}

/// What the browser needs to check a device.
#[derive(Serialize)]
pub struct CheckPage {
    #[serde(skip)]
    title: String,
    #[serde(flatten)]
    interview: Interview,
    /// Of the interview's page, and of this one.
    path: String,
    check_path: String,
    /// By the server's clock, which the device's is compared with.
    now_milliseconds: i64,
}

impl CheckPage {
    pub(in crate::web::join) fn new(
        token: &str,
        admission: &Admission,
        language: &Language,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        Ok(Self {
            title: language.say(GROUP, "heading", &[])?,
            interview: Interview::of(admission, language)?,
            path: path(token),
            check_path: path_of_check(token),
            now_milliseconds: now.timestamp_millis(),
        })
    }
}

fn path_of_check(token: &str) -> String {
    format!("{}/check", path(token))
}

impl Page for CheckPage {
    const TEMPLATE: &'static str = "join/check.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Check camera and sound".into(),
            interview: Interview::sample(),
            path: path("token"),
            check_path: path_of_check("token"),
            now_milliseconds: 1_760_515_200_000,
        }
    }
}
