//! What the page of the company's settings shows.
use entity::InstructionLine;
use serde::Serialize;

use super::form::CompanyForm;
use crate::{
    holidays::{self, Region},
    web::{
        choices::Choice,
        forms::{FormErrors, Sheet},
        labels,
        page::Page,
    },
    zones,
};

/// The form, and what is wrong with it.
#[derive(Serialize)]
pub struct EditPage {
    #[serde(flatten)]
    sheet: Sheet<CompanyForm>,
    lines: Vec<Choice>,
    /// By their names.
    regions: Vec<&'static str>,
    /// Until when holidays are known.
    holiday_hint: String,
    /// What the zone is for, and by which edition of the rules times are reckoned.
    zone_hint: String,
}

impl EditPage {
    pub(super) fn new(sheet: Sheet<CompanyForm>) -> Self {
        Self {
            sheet,
            lines: InstructionLine::ALL
                .into_iter()
                .map(|line| Choice::new(line.name(), labels::instruction_line(line)))
                .collect(),
            regions: Region::all().map(|region| region.name).collect(),
            holiday_hint: format!(
                "A country or a part of it, such as Germany, Bayern. Left out when many slots are added at once. Known until {}.",
                holidays::years().end()
            ),
            zone_hint: format!(
                "New slots use this time zone. Times follow version {} of the IANA time zone rules.",
                zones::version()
            ),
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "company/edit.html";

    fn title(&self) -> String {
        "Company".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one(
            "default_meeting_url",
            "This is not a valid link. It must start with https://.",
        );
        Self::new(Sheet::sample(CompanyForm::default(), errors))
    }
}
