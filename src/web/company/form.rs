//! The company's settings as typed.
use std::collections::BTreeMap;

use entity::{InstructionLine, company};
use serde::{Deserialize, Serialize};

use crate::{
    domain::companies::{
        Changes, LONGEST_NAME, MAX_HOURLY_EMAILS, MAX_HOURS, MAX_JOIN_WINDOW_MINUTES,
        MAX_LEAD_MINUTES, MAX_UNDO_SECONDS, MOST_NAMES,
    },
    holidays::Region,
    text::{self, Refusal},
    web::{
        conflict::Reading,
        errors::Result,
        forms::{FormErrors, Ticket},
        labels,
    },
};

/// The form.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CompanyForm {
    name: String,
    time_zone: String,
    contact_email: String,
    phone: String,
    brand_colour: String,
    default_meeting_url: String,
    join_window_minutes: String,
    reminder_lead_minutes: String,
    confirm_hours: String,
    move_notice_hours: String,
    undo_seconds: String,
    hourly_email_limit: String,
    outcomes: String,
    cancel_reasons: String,
    move_reasons: String,
    silence_reasons: String,
    holiday_region: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
    /// The instruction lines by their names: `on` for each that is wanted.
    #[serde(flatten)]
    lines: BTreeMap<String, String>,
}

impl CompanyForm {
    pub(super) fn of(company: &company::Model) -> Result<Self> {
        Ok(Self {
            ticket: Ticket::of_version(company.version),
            ..Self::filled(&Changes::of(company)?)
        })
    }

    /// Filled with what was typed, in canonical form.
    pub(super) fn filled(changes: &Changes) -> Self {
        let leads = changes.reminder_lead_minutes.iter();
        let leads: Vec<String> = leads.map(i32::to_string).collect();
        let lines = changes.instruction_lines.iter();
        Self {
            name: changes.name.clone(),
            time_zone: changes.zone.name().into(),
            contact_email: changes.contact_email.clone(),
            phone: changes.phone.clone(),
            brand_colour: changes.brand_colour.clone(),
            default_meeting_url: changes.default_meeting_url.clone().unwrap_or_default(),
            join_window_minutes: changes.join_window_minutes.to_string(),
            reminder_lead_minutes: leads.join(", "),
            confirm_hours: hours(changes.confirm_hours),
            move_notice_hours: hours(changes.move_notice_hours),
            undo_seconds: changes.undo_seconds.to_string(),
            hourly_email_limit: changes.hourly_email_limit.to_string(),
            outcomes: changes.outcomes.join("\n"),
            cancel_reasons: changes.cancel_reasons.join("\n"),
            move_reasons: changes.move_reasons.join("\n"),
            silence_reasons: changes.silence_reasons.join("\n"),
            holiday_region: changes
                .holiday_region
                .map_or_else(String::new, |it| it.name.into()),
            ticket: Ticket::default(),
            lines: lines
                .map(|line| (line.name().into(), "on".into()))
                .collect(),
        }
    }

    /// As a person reads it.
    pub(super) fn reading(&self) -> Reading {
        let lines = self.wanted_lines().into_iter();
        let lines: Vec<&str> = lines.map(labels::instruction_line).collect();
        Reading::new()
            .text("name", "Name", &self.name)
            .text("time_zone", "Time zone", &self.time_zone)
            .text("holiday_region", "Public holidays", &self.holiday_region)
            .text("contact_email", "Contact email", &self.contact_email)
            .text("phone", "Phone for candidates", &self.phone)
            .text("brand_colour", "Color", &self.brand_colour)
            .text(
                "default_meeting_url",
                "Default meeting link",
                &self.default_meeting_url,
            )
            .text(
                "join_window_minutes",
                "Join link opens",
                &self.join_window_minutes,
            )
            .text(
                "reminder_lead_minutes",
                "Reminders",
                &self.reminder_lead_minutes,
            )
            .text("confirm_hours", "Ask to confirm", &self.confirm_hours)
            .text(
                "move_notice_hours",
                "Candidates may reschedule",
                &self.move_notice_hours,
            )
            .text(
                "undo_seconds",
                "Undo window: wait before sending",
                &self.undo_seconds,
            )
            .text(
                "hourly_email_limit",
                "Emails per address and hour",
                &self.hourly_email_limit,
            )
            .text("outcomes", "Interview outcomes", &self.outcomes)
            .text(
                "cancel_reasons",
                "Reasons for cancelling",
                &self.cancel_reasons,
            )
            .text(
                "move_reasons",
                "Reasons for rescheduling",
                &self.move_reasons,
            )
            .text(
                "silence_reasons",
                "Reasons for not telling the candidate",
                &self.silence_reasons,
            )
            .text(
                "instruction_lines",
                "Instructions in emails",
                &lines.join("\n"),
            )
    }

    pub(super) fn parse(&self) -> Result<(i32, Changes), FormErrors> {
        let mut errors = FormErrors::new();
        let name = errors.check("name", text::line(&self.name, 100));
        let zone = errors.zone("time_zone", &self.time_zone);
        let contact_email = errors.check("contact_email", text::email(&self.contact_email));
        let phone = errors.check("phone", text::phone(&self.phone));
        let brand_colour = errors.check("brand_colour", colour(&self.brand_colour));
        let meeting_url = errors.check("default_meeting_url", self.meeting_url());
        let join_window_minutes = errors.number(
            "join_window_minutes",
            &self.join_window_minutes,
            0,
            MAX_JOIN_WINDOW_MINUTES,
        );
        let leads = errors.check("reminder_lead_minutes", self.leads());
        let confirm_hours = optional(&mut errors, ("confirm_hours", &self.confirm_hours), 1);
        let move_notice = ("move_notice_hours", self.move_notice_hours.as_str());
        let move_notice_hours = optional(&mut errors, move_notice, 0);
        let undo_seconds = errors.number("undo_seconds", &self.undo_seconds, 0, MAX_UNDO_SECONDS);
        let hourly_email_limit = errors.number(
            "hourly_email_limit",
            &self.hourly_email_limit,
            1,
            MAX_HOURLY_EMAILS,
        );
        let outcomes = errors.check("outcomes", names(&self.outcomes));
        let cancel_reasons = errors.check("cancel_reasons", names(&self.cancel_reasons));
        let move_reasons = errors.check("move_reasons", names(&self.move_reasons));
        let silence_reasons = errors.check("silence_reasons", names(&self.silence_reasons));
        let holiday_region = errors.check("holiday_region", self.holiday_region());
        let version = errors.version(&self.ticket);
        let parsed = (|| {
            let changes = Changes {
                name: name?,
                zone: zone?,
                contact_email: contact_email?,
                phone: phone?,
                brand_colour: brand_colour?,
                default_meeting_url: meeting_url?,
                join_window_minutes: join_window_minutes?,
                reminder_lead_minutes: leads?,
                confirm_hours: confirm_hours?,
                move_notice_hours: move_notice_hours?,
                undo_seconds: undo_seconds?,
                hourly_email_limit: hourly_email_limit?,
                outcomes: outcomes?,
                cancel_reasons: cancel_reasons?,
                move_reasons: move_reasons?,
                silence_reasons: silence_reasons?,
                holiday_region: holiday_region?,
                instruction_lines: self.wanted_lines(),
            };
            Some((version?, changes))
        })();
        errors.or(parsed)
    }

    fn meeting_url(&self) -> Result<Option<String>, Refusal> {
        match self.default_meeting_url.trim() {
            "" => Ok(None),
            url => text::https_url(url).map(Some),
        }
    }

    fn holiday_region(&self) -> Result<Option<Region>, Refusal> {
        match self.holiday_region.trim() {
            "" => Ok(None),
            typed => typed.parse().map(Some),
        }
    }

    /// Numbers with commas between them, longest first, none twice; nothing for no reminders.
    fn leads(&self) -> Result<Vec<i32>, Refusal> {
        let typed = self.reminder_lead_minutes.split([',', ' ']);
        let mut leads = typed
            .filter(|part| !part.is_empty())
            .map(|part| match part.parse() {
                Ok(minutes) if (1..=MAX_LEAD_MINUTES).contains(&minutes) => Ok(minutes),
                _ => Err("Use whole minutes separated by commas, such as 1440, 60."),
            })
            .collect::<Result<Vec<i32>, Refusal>>()?;
        leads.sort_unstable_by(|a, b| b.cmp(a));
        leads.dedup();
        if leads.len() > 5 {
            return Err("Use at most five reminders.");
        }
        Ok(leads)
    }

    fn wanted_lines(&self) -> Vec<InstructionLine> {
        let is_wanted = |line: &InstructionLine| self.lines.contains_key(line.name());
        InstructionLine::ALL.into_iter().filter(is_wanted).collect()
    }
}

fn hours(number: Option<i32>) -> String {
    number.map_or_else(String::new, |hours| hours.to_string())
}

/// Hours from `least` on; nothing typed is none.
fn optional(
    errors: &mut FormErrors,
    (name, typed): (&'static str, &str),
    least: i32,
) -> Option<Option<i32>> {
    match typed.trim() {
        "" => Some(None),
        typed => errors.number(name, typed, least, MAX_HOURS).map(Some),
    }
}

/// A name on each line, none twice in whatever case; empty lines are none.
fn names(typed: &str) -> Result<Vec<String>, String> {
    let lines = text::lines(typed, MOST_NAMES * (LONGEST_NAME + 1))?;
    let mut names: Vec<String> = Vec::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let name =
            text::line(line, LONGEST_NAME).map_err(|why| format!("“{}”: {why}", line.trim()))?;
        if names
            .iter()
            .any(|other| other.to_lowercase() == name.to_lowercase())
        {
            return Err(format!("“{name}” is in the list twice."));
        }
        names.push(name);
    }
    match names.len() > MOST_NAMES {
        true => Err(format!("Use at most {MOST_NAMES} lines.")),
        false => Ok(names),
    }
}

fn colour(typed: &str) -> Result<String, Refusal> {
    let colour = typed.trim().to_ascii_lowercase();
    let digits = colour.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()) {
        Ok(colour)
    } else {
        Err("Use a color such as #1f5f4a.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(typed: &str) -> Option<Vec<i32>> {
        let form = CompanyForm {
            reminder_lead_minutes: typed.into(),
            ..Default::default()
        };
        form.leads().ok()
    }

    #[test]
    fn reminders_are_whole_minutes_with_commas_between_them() {
        assert_eq!(leads("60, 1440,60"), Some(vec![1440, 60]));
        assert_eq!(leads(""), Some(vec![]));
        for wrong in ["0", "-5", "40321", "one", "1.5", "1,2,3,4,5,6"] {
            assert_eq!(leads(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_instruction_line_is_named_as_it_is_stored() {
        for line in InstructionLine::ALL {
            assert_eq!(serde_json::to_value(line).expect("a name"), line.name());
        }
    }

    #[test]
    fn a_list_of_names_has_one_on_each_line_and_none_twice() {
        let list = |names: &[&str]| Ok(names.iter().map(|name| name.to_string()).collect());
        assert_eq!(
            names(" Advance\r\n\nOn hold \n"),
            list(&["Advance", "On hold"])
        );
        assert_eq!(names(" \n"), list(&[]));
        for wrong in [
            "Hold\nHOLD",
            &"x".repeat(61),
            &"a\n".repeat(2000),
            "a\u{202e}b",
        ] {
            assert!(names(wrong).is_err(), "{wrong}");
        }
        let many: Vec<String> = (0..31).map(|n| n.to_string()).collect();
        assert!(names(&many.join("\n")).is_err());
        assert!(names(&many[..30].join("\n")).is_ok());
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(colour(" #1F5F4A "), Ok("#1f5f4a".into()));
        for wrong in ["", "1f5f4a", "#1f5f4", "#1f5f4g", "red", "#1f5f4a;}"] {
            assert!(colour(wrong).is_err(), "{wrong}");
        }
    }
}
