//! What a candidate found out about their device, as it goes out.
use entity::device_check::{self, Browser, Part};
use sea_orm::EnumIter;
use serde::Serialize;

use crate::times;

/// The newest check of an interview's candidate.
#[derive(Debug, Serialize)]
pub struct DeviceCheck {
    checked_at: String,
    browser: Browser,
    camera: DeviceResult,
    microphone: DeviceResult,
    speaker: DeviceResult,
    connection: DeviceResult,
    clock: DeviceResult,
}

/// What came of one part of it.
#[derive(Clone, Copy, Debug, EnumIter, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceResult {
    /// It works.
    Passed,
    /// It does not.
    Failed,
}

impl From<device_check::DeviceCheck> for DeviceCheck {
    fn from(check: device_check::DeviceCheck) -> Self {
        let result = |part| match check.works(part) {
            true => DeviceResult::Passed,
            false => DeviceResult::Failed,
        };
        Self {
            checked_at: times::rfc3339(check.checked_at),
            browser: check.browser,
            camera: result(Part::Camera),
            microphone: result(Part::Microphone),
            speaker: result(Part::Speaker),
            connection: result(Part::Connection),
            clock: result(Part::Clock),
        }
    }
}
