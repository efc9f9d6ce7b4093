//! One typed struct per e-mail: all that its templates may know.
use entity::InstructionLine;
use serde::Serialize;

/// An e-mail, by what it tells. The templates are in `templates/emails/<name>/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Message {
    /// The interview was booked.
    Scheduled(Scheduled),
}

/// A sample of each, for the preview and for the snapshots.
pub const ALL: &[fn() -> Message] = &[|| Message::Scheduled(Scheduled::sample())];

impl Message {
    /// The folder of its templates.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Scheduled(_) => "scheduled",
        }
    }
}

/// The interview was booked: everything a candidate needs, and the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scheduled {
    /// Whom it greets.
    pub candidate_name: String,
    /// Position.
    pub job_title: String,
    /// Who invites.
    pub company_name: String,
    /// The company's colour.
    pub brand: Brand,
    /// Capitalised, without the word interview: `Technical`.
    pub interview_type: String,
    /// How long it takes.
    pub duration_minutes: i32,
    /// When it begins.
    pub starts: Moment,
    /// When it ends.
    pub ends: Moment,
    /// The IANA zone that the times are in: `Europe/Berlin`.
    pub time_zone: String,
    /// When the link begins to let the candidate in.
    pub link_opens: Moment,
    /// How long before the start that is.
    pub join_window_minutes: i32,
    /// The instructions that the company wants, in [`InstructionLine::ALL`]'s order.
    pub instructions: Vec<InstructionLine>,
    /// What the recruiter adds, any number of lines; nothing is printed for none.
    pub booking_notes: Option<String>,
    /// Who answers questions: the recruiter, else the company.
    pub contact_name: String,
    /// Their address, the same as in Reply-To.
    pub contact_email: String,
}

impl Scheduled {
    /// What a preview shows.
    pub fn sample() -> Self {
        Self {
            candidate_name: "John Doe".into(),
            job_title: "Senior Cloud Architect".into(),
            company_name: "Sample Company".into(),
            brand: Brand::new("#1f5f4a"),
            interview_type: "Technical".into(),
            duration_minutes: 60,
            starts: Moment::sample("10:00 AM", "08:00"),
            ends: Moment::sample("11:00 AM", "09:00"),
            time_zone: "Europe/Berlin".into(),
            link_opens: Moment::sample("9:45 AM", "07:45"),
            join_window_minutes: 15,
            instructions: InstructionLine::ALL.to_vec(),
            booking_notes: Some(
                "Please ensure you have a stable internet connection.\nWe will draw: bring a pen."
                    .into(),
            ),
            contact_name: "Dana Whitfield".into(),
            contact_email: "dana@sample-company.example".into(),
        }
    }
}

/// An instant as a candidate reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// In the candidate's zone: `October 15, 2025 at 10:00 AM`.
    pub local: String,
    /// That zone's offset at that instant: `UTC+02:00`.
    pub offset: String,
    /// The same in UTC, unless that is the candidate's own zone: `October 15, 2025 at 08:00 UTC`.
    pub utc: Option<String>,
}

impl Moment {
    fn sample(local: &str, utc: &str) -> Self {
        Self {
            local: format!("October 15, 2025 at {local}"),
            offset: "UTC+02:00".into(),
            utc: Some(format!("October 15, 2025 at {utc} UTC")),
        }
    }
}

/// A company's colour and what can be read on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brand {
    /// `#rrggbb`.
    pub colour: String,
    /// The colour of text on it.
    pub text_colour: &'static str,
}

impl Brand {
    /// Takes `#rrggbb`. A mail is not held up by its colour: anything else becomes a dark grey.
    pub fn new(colour: &str) -> Self {
        let Some(luminance) = relative_luminance(colour) else {
            return Self::new("#37474f");
        };
        // Where white and near-black have the same contrast (WCAG 2.2).
        let text_colour = if luminance > 0.19 {
            "#111111"
        } else {
            "#fefefe"
        };
        Self {
            colour: colour.to_ascii_lowercase(),
            text_colour,
        }
    }
}

fn relative_luminance(colour: &str) -> Option<f64> {
    let digits = colour
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).ok()?) / 255.0;
        Some(if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_the_brand_colour_can_be_read() {
        for (colour, text_colour) in [
            ("#000000", "#fefefe"),
            ("#1f5f4a", "#fefefe"),
            ("#ffffff", "#111111"),
            ("#ffd54f", "#111111"),
        ] {
            assert_eq!(Brand::new(colour).text_colour, text_colour, "{colour}");
        }
    }

    #[test]
    fn a_colour_that_is_none_cannot_reach_a_style() {
        for wrong in ["", "red", "#fff", "#12345g", "#000000;display:none", "#ééé"] {
            assert_eq!(Brand::new(wrong).colour, "#37474f", "{wrong}");
        }
    }
}
