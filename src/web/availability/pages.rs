//! What the page shows on which somebody says when they hold interviews.
use entity::user;
use serde::Serialize;

use super::{
    Whose,
    form::{AvailabilityForm, LABELS, line},
};
use crate::{
    domain::availability::{Availability, hours::WEEKDAYS},
    web::{
        forms::{FormErrors, Sheet},
        page::Page,
        viewer::Viewer,
    },
};

/// The form.
#[derive(Serialize)]
pub struct EditPage {
    /// Of the user; empty where it is the viewer.
    name: String,
    /// The page before it.
    up: String,
    up_label: String,
    /// Where the clock hangs that shows these times.
    zone: String,
    days: [Day; 7],
    #[serde(flatten)]
    sheet: Sheet<AvailabilityForm>,
}

#[derive(Serialize)]
struct Day {
    name: &'static str,
    label: &'static str,
}

impl EditPage {
    /// About a user; about oneself under one's account.
    pub(super) fn new(
        viewer: &Viewer,
        (whose, user): (Whose, user::Model),
        sheet: Sheet<AvailabilityForm>,
    ) -> Self {
        let company_zone = || viewer.company_zone().name().into();
        let (name, up_label) = match whose {
            Whose::Own(_) => (String::new(), "Your account".into()),
            Whose::User(_) => (user.name.clone(), user.name),
        };
        Self {
            name,
            up: whose.up(),
            up_label,
            zone: user.time_zone.unwrap_or_else(company_zone),
            days: days(),
            sheet,
        }
    }
}

fn days() -> [Day; 7] {
    std::array::from_fn(|at| Day {
        name: WEEKDAYS[at].0,
        label: LABELS[at],
    })
}

/// What a user's page says of it: label and words.
pub fn summary(availability: &Availability) -> Vec<(&'static str, String)> {
    let buffers = match (
        availability.buffer_before_minutes,
        availability.buffer_after_minutes,
    ) {
        (0, 0) => "None".into(),
        (before, after) => format!("{before} minutes before and {after} minutes after interviews"),
    };
    let limit = match availability.weekly_limit {
        Some(limit) => format!("{limit} a week"),
        None => "No limit".into(),
    };
    let hours = &availability.working_hours;
    let days = LABELS.iter().zip(WEEKDAYS).filter_map(|(label, (_, day))| {
        let line = line(hours.on(day));
        (!line.is_empty()).then(|| format!("{} {line}", &label[..3]))
    });
    let hours = match hours.are_always() {
        true => "Any time".into(),
        false => days.collect::<Vec<_>>().join("; "),
    };
    vec![
        ("Working hours", hours),
        ("Buffers", buffers),
        ("Interviews", limit),
    ]
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "availability/edit.html";

    fn title(&self) -> String {
        match self.name.as_str() {
            "" => "Your availability".into(),
            name => format!("Availability of {name}"),
        }
    }

    fn sample() -> Self {
        let errors = FormErrors::one("mon", "Two of these times overlap.");
        Self {
            name: "Jane Roe".into(),
            up: "/users/7".into(),
            up_label: "Jane Roe".into(),
            zone: "Europe/Berlin".into(),
            days: days(),
            sheet: Sheet::sample(AvailabilityForm::default(), errors),
        }
    }
}
