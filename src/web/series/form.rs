//! A series as it is typed: all of it fits into the address of its preview.
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc, Weekday};
use entity::slot::InterviewType;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        idempotency_keys::IdempotencyKey,
        series::plan::{
            self, BesideOpen, DaysRefusal, MOST_DAYS, OnHolidays, Plan, Seating, Span, SpansRefusal,
        },
    },
    text,
    web::{
        forms::{FormErrors, Ticket},
        lists,
        return_path::safe_path,
        slots::Panel,
    },
    zones::Tz,
};

/// Asks for a preview of hours that were painted in the calendar.
const PAINTED: &str = "painted";

/// The form. What is left empty is not in the address.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SeriesForm {
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mon: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tue: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    wed: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    thu: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    fri: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    sat: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    sun: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
    /// Instead of weekdays: days by themselves.
    #[serde(skip_serializing_if = "String::is_empty")]
    dates: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from_1: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    until_1: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from_2: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    until_2: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from_3: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    until_3: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    duration_minutes: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    gap_minutes: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    time_zone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    interview_type: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    difficulty_level: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    meeting_url: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    interviewer: String,
    /// The interviewers hold each interview together.
    #[serde(skip_serializing_if = "String::is_empty")]
    together: String,
    /// Slots are made beside open ones as well.
    #[serde(skip_serializing_if = "String::is_empty")]
    beside: String,
    /// Slots are made on public holidays as well.
    #[serde(skip_serializing_if = "String::is_empty")]
    holidays: String,
    /// Whether the preview is asked for, and not only the form.
    #[serde(skip_serializing_if = "String::is_empty")]
    preview: String,
    /// The fingerprint of the preview that was looked at.
    #[serde(skip_serializing)]
    seen: String,
    /// Where to go on once the slots are made; empty for the page of the series.
    #[serde(skip_serializing)]
    next: String,
    #[serde(flatten, skip_serializing_if = "Ticket::is_blank")]
    pub(super) ticket: Ticket,
    /// Takes what is left of the fields.
    #[serde(flatten)]
    pub(super) panel: Panel,
}

/// A box for each weekday.
#[derive(Clone, Debug, Serialize)]
pub struct Tick {
    name: &'static str,
    label: &'static str,
    is_taken: bool,
}

impl SeriesForm {
    /// What nobody has said yet gets its usual value: the working days of the week that begins tomorrow.
    pub fn with_defaults(self, zone: Tz, now: DateTime<Utc>) -> Self {
        let or = |typed: String, usual: &str| match typed.is_empty() {
            true => usual.to_owned(),
            false => typed,
        };
        let tomorrow = now.with_timezone(&zone).date_naive() + Days::new(1);
        let has_days = self.ticked().next().is_some() || !self.dates.is_empty();
        let tick = |typed: String| match has_days {
            true => typed,
            false => "on".to_owned(),
        };
        let from = or(self.from, &tomorrow.to_string());
        let last = from.parse::<NaiveDate>().ok();
        let last = last.and_then(|first| first.checked_add_days(Days::new(6)));
        let last = last.unwrap_or(tomorrow);
        let has_spans = !self.from_1.is_empty() || !self.until_1.is_empty();
        Self {
            mon: tick(self.mon),
            tue: tick(self.tue),
            wed: tick(self.wed),
            thu: tick(self.thu),
            fri: tick(self.fri),
            until: or(self.until, &last.to_string()),
            from,
            from_1: or(self.from_1, if has_spans { "" } else { "09:00" }),
            until_1: or(self.until_1, if has_spans { "" } else { "17:00" }),
            duration_minutes: or(self.duration_minutes, "60"),
            gap_minutes: or(self.gap_minutes, "0"),
            time_zone: or(self.time_zone, zone.name()),
            interview_type: or(self.interview_type, &InterviewType::Technical.to_value()),
            ..self
        }
    }

    /// With the usual values, where hours were painted in the calendar and nothing else is said yet.
    pub fn painted(self, zone: Tz, now: DateTime<Utc>) -> Self {
        match self.preview == PAINTED {
            true => Self {
                preview: "on".into(),
                ..self.with_defaults(zone, now)
            },
            false => self,
        }
    }

    /// Is more asked for than the form?
    pub fn wants_preview(&self) -> bool {
        !self.preview.is_empty()
    }

    /// For which job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }

    /// The fingerprint of the preview that was looked at.
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// Where to go on once the slots of a series are made.
    pub fn next(&self, id: i64) -> String {
        match self.next.as_str() {
            "" => format!("/series/{id}"),
            next => safe_path(next).to_owned(),
        }
    }

    /// The series, or what is wrong in the order of the page.
    pub fn parse(&self) -> Result<Plan, FormErrors> {
        let mut errors = FormErrors::new();
        let job_id = match self.job.trim() {
            "" => errors.check("job", Err("Choose a job.")),
            id => errors.number("job", id, 1, i64::MAX),
        };
        let days = self.days(&mut errors);
        let duration = errors.number("duration_minutes", &self.duration_minutes, 5, 720);
        let gap = errors.number("gap_minutes", &self.gap_minutes, 0, 720);
        let spans = self.spans(&mut errors, duration);
        let zone = errors.zone("time_zone", &self.time_zone);
        let interview_type = errors.choice("interview_type", &self.interview_type);
        let difficulty_level = errors.optional(&self.difficulty_level, |errors, text| {
            errors.choice("difficulty_level", text)
        });
        let meeting_url = errors.optional(&self.meeting_url, |errors, text| {
            errors.check("meeting_url", text::https_url(text))
        });
        let interviewer = errors.check("interviewer", text::optional_line(&self.interviewer, 200));
        let parsed = (|| {
            Some(Plan {
                job_id: job_id?,
                days: days?,
                spans: spans?,
                duration_minutes: duration?,
                gap_minutes: gap?,
                zone: zone?,
                interview_type: interview_type?,
                difficulty_level,
                meeting_url,
                interviewer: interviewer?,
                interviewers: self.panel.ids(),
                seating: match self.together.as_str() {
                    "" => Seating::Each,
                    _ => Seating::Panel,
                },
                beside_open: match self.beside.as_str() {
                    "" => BesideOpen::LeaveOut,
                    _ => BesideOpen::Add,
                },
                on_holidays: match self.holidays.as_str() {
                    "" => OnHolidays::LeaveOut,
                    _ => OnHolidays::Add,
                },
            })
        })();
        errors.or(parsed)
    }

    /// Where the form is, filled like this.
    pub fn address(&self, path: &str) -> String {
        let asked = Self {
            ticket: Ticket::default(),
            ..self.clone()
        };
        lists::address(path, &asked)
    }

    /// All that was typed, to be sent with the button that makes the slots.
    pub fn fields(&self) -> Vec<(String, String)> {
        let asked = Self {
            ticket: Ticket::default(),
            ..self.clone()
        };
        let query = serde_urlencoded::to_string(asked).unwrap_or_default();
        serde_urlencoded::from_str(&query).unwrap_or_default()
    }

    /// The form's idempotency key.
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.ticket.idempotency_key("series", &(self, &self.seen))
    }

    /// A box for each weekday.
    pub fn ticks(&self) -> Vec<Tick> {
        let ticks = WEEKDAYS.iter().zip(self.weekdays());
        ticks
            .map(|((name, label, _), typed)| Tick {
                name,
                label,
                is_taken: !typed.is_empty(),
            })
            .collect()
    }

    fn weekdays(&self) -> [&str; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }

    fn ticked(&self) -> impl Iterator<Item = Weekday> {
        let ticks = WEEKDAYS.iter().zip(self.weekdays());
        let ticked = ticks.filter(|(_, typed)| !typed.is_empty());
        ticked.map(|((.., weekday), _)| *weekday)
    }

    fn days(&self, errors: &mut FormErrors) -> Option<Vec<NaiveDate>> {
        if !self.dates.trim().is_empty() {
            let typed = self.dates.split([',', ';', ' ', '\n', '\r', '\t']);
            let typed = typed.filter(|text| !text.is_empty());
            let days: Result<Vec<_>, _> = typed.map(text::date).collect();
            let days = errors.check("dates", days)?;
            return errors.check("dates", plan::in_order(days).map_err(days_refused));
        }
        let from = errors.date("from", &self.from);
        let until = errors.date("until", &self.until);
        let weekdays: Vec<_> = self.ticked().collect();
        if weekdays.is_empty() {
            errors.add("weekdays", "Choose at least one weekday, or list dates.");
            return None;
        }
        let found = plan::days(&weekdays, from?, until?);
        let field = match found {
            Err(DaysRefusal::None) => "weekdays",
            _ => "until",
        };
        errors.check(field, found.map_err(days_refused))
    }

    fn spans(&self, errors: &mut FormErrors, duration: Option<i32>) -> Option<Vec<Span>> {
        let typed = [
            ("from_1", "until_1", &self.from_1, &self.until_1),
            ("from_2", "until_2", &self.from_2, &self.until_2),
            ("from_3", "until_3", &self.from_3, &self.until_3),
        ];
        let mut spans: Vec<(NaiveTime, NaiveTime)> = Vec::new();
        let mut is_whole = true;
        for (place, (from_name, until_name, from, until)) in typed.into_iter().enumerate() {
            if place > 0 && from.trim().is_empty() && until.trim().is_empty() {
                continue;
            }
            let span = (errors.time(from_name, from), errors.time(until_name, until));
            match span {
                (Some(from), Some(until)) => spans.push((from, until)),
                _ => is_whole = false,
            }
        }
        if !is_whole {
            return None;
        }
        errors.check(
            "from_1",
            plan::spans(spans, duration?).map_err(spans_refused),
        )
    }
}

const WEEKDAYS: [(&str, &str, Weekday); 7] = [
    ("mon", "Mon", Weekday::Mon),
    ("tue", "Tue", Weekday::Tue),
    ("wed", "Wed", Weekday::Wed),
    ("thu", "Thu", Weekday::Thu),
    ("fri", "Fri", Weekday::Fri),
    ("sat", "Sat", Weekday::Sat),
    ("sun", "Sun", Weekday::Sun),
];

fn days_refused(refusal: DaysRefusal) -> String {
    match refusal {
        DaysRefusal::Backwards => "Choose a date on or after the start date.".into(),
        DaysRefusal::TooMany => format!("Choose at most {MOST_DAYS} days."),
        DaysRefusal::None => "None of these weekdays is between the two dates.".into(),
    }
}

fn spans_refused(refusal: SpansRefusal) -> &'static str {
    match refusal {
        SpansRefusal::None => "Choose when slots can start and end.",
        SpansRefusal::Backwards => "Each end must be after its start.",
        SpansRefusal::Overlap => "These hours overlap. Change one of them.",
        SpansRefusal::TooShort => "These hours are shorter than one slot.",
    }
}

#[cfg(test)]
mod tests;
