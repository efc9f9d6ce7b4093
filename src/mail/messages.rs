//! What an email tells: all that its templates may know, before a language gives it words.
use chrono::{DateTime, FixedOffset, Offset, TimeDelta, Utc};
use entity::{
    InstructionLine,
    email::{InterviewSnapshot, Kind},
    slot::InterviewType,
};
use sea_orm::Iterable;
use serde::Serialize;

use super::wording::Wording;
use crate::zones::Tz;

/// An email about an interview. The templates of each kind are in `templates/messages/<kind>/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it tells.
    pub kind: Kind,
    /// The language that its reader wants, BCP 47.
    pub locale: String,
    /// The interview as it is told.
    pub snapshot: InterviewSnapshot,
    /// As it was told before, when this tells of a change.
    pub before: Option<InterviewSnapshot>,
    /// Who is interviewed; whom it greets, unless it goes to an interviewer.
    pub candidate_name: String,
    /// The interviewer whom it goes to; none where it goes to the candidate.
    pub interviewer: Option<Interviewer>,
    /// Position.
    pub job_title: String,
    /// Who invites.
    pub company_name: String,
    /// The company's colour.
    pub brand: Brand,
    /// The company's logo.
    pub logo: Option<Logo>,
    /// What the company says in its own words.
    pub wording: Wording,
    /// The zone in which its reader reads times.
    pub zone: Tz,
    /// How long before the start the link opens.
    pub join_window_minutes: i32,
    /// The instructions that the company wants, in [`InstructionLine::ALL`]'s order.
    pub instructions: Vec<InstructionLine>,
    /// Why it was cancelled; may be empty.
    pub cancel_reason: String,
    /// Who answers questions: the recruiter, else the company.
    pub contact_name: String,
    /// Their address, the same as in Reply-To.
    pub contact_email: String,
}

/// An interviewer who gets a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interviewer {
    /// Whom it greets.
    pub name: String,
    /// The address of the page where they see the interview.
    pub page: String,
}

impl Message {
    /// One of each kind, for the preview and for the snapshots.
    pub fn samples() -> impl Iterator<Item = Self> {
        Kind::iter()
            .filter(|kind| kind.is_written_when_tried())
            .map(Self::sample)
    }

    /// What a preview shows.
    pub fn sample(kind: Kind) -> Self {
        let snapshot = InterviewSnapshot {
            // 15 October 2025, 10:00 in Berlin.
            starts_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(1_760_515_200),
            duration_minutes: 60,
            interview_type: InterviewType::Technical,
            place: Some("https://meet.example.com/room-7".into()),
            notes:
                "Please ensure you have a stable internet connection.\nWe will draw: bring a pen."
                    .into(),
            link_version: 1,
            is_cancelled: kind.has_last_word(),
            former_offset_minutes: None,
        };
        Self {
            before: Self::imagined_before(kind, &snapshot),
            kind,
            locale: "en".into(),
            snapshot,
            candidate_name: "John Doe".into(),
            interviewer: kind.is_for_interviewers().then(|| Interviewer {
                name: "Kim Sato".into(),
                page: "https://interviews.example.com/my-interviews/7".into(),
            }),
            job_title: "Senior Cloud Architect".into(),
            company_name: "Sample Company".into(),
            brand: Brand::new("#1f5f4a"),
            logo: None,
            wording: Wording::default(),
            zone: Tz::known("Europe/Berlin"),
            join_window_minutes: 15,
            instructions: InstructionLine::ALL.to_vec(),
            cancel_reason: match kind.has_last_word() {
                true => "The position has been filled.".into(),
                false => String::new(),
            },
            contact_name: "Dana Whitfield".into(),
            contact_email: "dana@sample-company.example".into(),
        }
    }

    /// How it may have been before, so that a preview has something to tell.
    pub fn imagined_before(kind: Kind, snapshot: &InterviewSnapshot) -> Option<InterviewSnapshot> {
        let before = snapshot.clone();
        match kind {
            Kind::Scheduled
            | Kind::Reminder
            | Kind::Nudge
            | Kind::Choose
            | Kind::Confirm
            | Kind::RequestAnswered
            | Kind::InterviewerScheduled
            | Kind::InterviewerReminder
            | Kind::ForwardedReply
            | Kind::Test => None,
            Kind::Rescheduled | Kind::InterviewerRescheduled => Some(InterviewSnapshot {
                starts_at: snapshot.starts_at - TimeDelta::hours(42),
                ..before
            }),
            Kind::Updated | Kind::InterviewerUpdated => Some(InterviewSnapshot {
                duration_minutes: 45,
                interview_type: InterviewType::Screening,
                place: None,
                notes: String::new(),
                ..before
            }),
            Kind::Cancelled | Kind::InterviewerCancelled => Some(InterviewSnapshot {
                is_cancelled: false,
                ..before
            }),
            Kind::LinkReplaced => Some(InterviewSnapshot {
                link_version: snapshot.link_version - 1,
                ..before
            }),
        }
    }

    /// The offset by which its reader was told the time, when the same time on the clock holds by newer rules.
    pub fn former_offset(&self) -> Option<FixedOffset> {
        let former = self.snapshot.former_offset_minutes?;
        let before = self.before.as_ref()?;
        let moved_by = (self.snapshot.starts_at - before.starts_at).num_minutes();
        let here = self.snapshot.starts_at.with_timezone(&self.zone);
        let is_same_clock =
            i64::from(here.offset().fix().local_minus_utc()) == (i64::from(former) - moved_by) * 60;
        FixedOffset::east_opt(former * 60).filter(|_| is_same_clock && moved_by != 0)
    }

    /// When it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.snapshot.starts_at + TimeDelta::minutes(self.snapshot.duration_minutes.into())
    }

    /// When the link begins to let the candidate in.
    pub fn opens_at(&self) -> DateTime<Utc> {
        self.snapshot.starts_at - TimeDelta::minutes(self.join_window_minutes.into())
    }
}

/// A picture that travels in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logo {
    /// By what the HTML part calls it, without angle brackets.
    pub content_id: String,
    /// In pixels, as it is shown.
    pub width: i32,
    /// In pixels, as it is shown.
    pub height: i32,
}

impl Logo {
    /// Mails show it no wider than this, in pixels.
    pub const WIDEST: i32 = 240;
    /// Nor higher than this.
    pub const HIGHEST: i32 = 72;

    /// From the hash of its content and its own size: it is made smaller where it is too large, never larger.
    pub fn new(content_hash: &str, width: i32, height: i32) -> Self {
        let (mut shown_width, mut shown_height) = (width.max(1), height.max(1));
        if shown_width > Self::WIDEST {
            shown_height = shown_height * Self::WIDEST / shown_width;
            shown_width = Self::WIDEST;
        }
        if shown_height > Self::HIGHEST {
            shown_width = shown_width * Self::HIGHEST / shown_height;
            shown_height = Self::HIGHEST;
        }
        Self {
            content_id: content_id(content_hash),
            width: shown_width.max(1),
            height: shown_height.max(1),
        }
    }
}

/// By what a message calls the picture of this content.
pub fn content_id(content_hash: &str) -> String {
    format!("logo-{content_hash:.32}@greenroom.invalid")
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
    fn a_logo_is_shown_in_bounds_and_in_proportion() {
        for (own, shown) in [
            ((100, 40), (100, 40)),
            ((480, 100), (240, 50)),
            ((300, 300), (72, 72)),
            ((2000, 1), (240, 1)),
            ((1, 2000), (1, 72)),
        ] {
            let logo = Logo::new("0123", own.0, own.1);
            assert_eq!((logo.width, logo.height), shown, "{own:?}");
        }
    }

    #[test]
    fn a_colour_that_is_none_cannot_reach_a_style() {
        for wrong in ["", "red", "#fff", "#12345g", "#000000;display:none", "#ééé"] {
            assert_eq!(Brand::new(wrong).colour, "#37474f", "{wrong}");
        }
    }
}
