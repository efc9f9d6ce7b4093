//! The page on which a candidate says by which clock they live.
use chrono::{DateTime, Offset, TimeZone, Utc};
use serde::Serialize;

use super::path;
use crate::{
    domain::interviews::{Details, join_window::JoinWindow},
    error::Result,
    mail::language::Language,
    web::{forms::FormErrors, join::zone::ZoneForm, page::Page},
    zones::Tz,
};

/// The zone of now, and another one to type.
#[derive(Serialize)]
pub struct ZonePage {
    #[serde(skip)]
    title: String,
    /// Of the interview's page.
    path: String,
    time_zone: &'static str,
    /// What the device is set to, where its clock shows another time.
    device: Option<Device>,
    form: ZoneForm,
    errors: FormErrors,
}

/// A time zone beside the candidate's.
#[derive(Serialize)]
struct Device {
    zone: &'static str,
    /// `Madrid`.
    place: String,
    /// When the interview is there.
    when: String,
}

impl ZonePage {
    /// As it is come to, from a device that is set to a zone.
    pub fn new(
        (token, details): (&str, &Details),
        language: &Language,
        device: Option<Tz>,
    ) -> Result<Self> {
        let shown = details.candidate_zone();
        // While a time is chosen, there is none to compare.
        let other = device.zip(details.join_window()).filter(|(zone, window)| {
            offset(window.starts_at, *zone) != offset(window.starts_at, shown)
        });
        let other = other.map(|(zone, window)| Device::of(window, language, zone));
        Ok(Self {
            title: language.say("page_zone", "heading", &[])?,
            path: path(token),
            time_zone: shown.name(),
            device: other.transpose()?,
            form: ZoneForm::default(),
            errors: FormErrors::new(),
        })
    }

    /// After something was typed that is no zone.
    pub fn refused(about: (&str, &Details), language: &Language, form: ZoneForm) -> Result<Self> {
        let why = language.say("page_zone", "unknown", &[])?;
        Ok(Self {
            form,
            errors: FormErrors::one("zone", why),
            ..Self::new(about, language, None)?
        })
    }
}

/// In seconds.
fn offset(at: DateTime<Utc>, zone: Tz) -> i32 {
    let local = zone.offset_from_utc_datetime(&at.naive_utc());
    local.fix().local_minus_utc()
}

impl Device {
    fn of(window: JoinWindow, language: &Language, zone: Tz) -> Result<Self> {
        let place = zone.name().rsplit('/').next().unwrap_or_default();
        Ok(Self {
            zone: zone.name(),
            place: place.replace('_', " "),
            when: language.span(window.starts_at, window.ends_at, zone)?,
        })
    }
}

impl Page for ZonePage {
    const TEMPLATE: &'static str = "join/zone.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Time zone".into(),
            path: path("token"),
            time_zone: "Europe/Lisbon",
            device: Some(Device {
                zone: "Europe/Madrid",
                place: "Madrid".into(),
                when: "Wednesday, October 15, 2025 at 10:00 AM to 11:00 AM (UTC+02:00)".into(),
            }),
            form: ZoneForm {
                zone: "Bonn".into(),
            },
            errors: FormErrors::one("zone", "Choose a time zone from the list."),
        }
    }
}
