//! What candidates found out about their devices: the column `device_check` of interviews.
// The derive asks for `serde_json` by name.
use sea_orm::{FromJsonQueryResult, entity::prelude::*, sea_query::prelude::serde_json};
use serde::{Deserialize, Serialize};

/// The newest check. Nothing else of the device is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct DeviceCheck {
    /// When its result came.
    pub checked_at: DateTimeUtc,
    /// In which browser.
    pub browser: Browser,
    /// What does not work, in the order of [`Part`]; all else does.
    pub failed: Vec<Part>,
}

impl DeviceCheck {
    /// Does this part work?
    pub fn works(&self, part: Part) -> bool {
        !self.failed.contains(&part)
    }
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It gives a picture.
    Camera,
    /// It hears a voice.
    Microphone,
    /// The candidate heard a sound.
    Speaker,
    /// The server answers quickly.
    Connection,
    /// The device has the right time.
    Clock,
}

impl Part {
    /// In forms, phrases and English sentences.
    pub fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Speaker => "speaker",
            Self::Connection => "connection",
            Self::Clock => "clock",
        }
    }
}

/// The family of a browser; nothing more is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Browser {
    /// Mozilla Firefox.
    Firefox,
    /// Google Chrome, and those that call themselves so.
    Chrome,
    /// Microsoft Edge.
    Edge,
    /// Apple Safari.
    Safari,
    /// Opera.
    Opera,
    /// Samsung Internet.
    SamsungInternet,
    /// Any other, and apps that show pages.
    Other,
}
