//! The page that changes the words of a mail.
use entity::{email, interview::Status};
use serde::Serialize;

use super::{
    form::{SAMPLE, TextsForm},
    target::Target,
};
use crate::{
    app::App,
    domain::{
        emails,
        interviews::{self, Filter, Line},
    },
    error::Result,
    mail::{
        messages::Message,
        values::{Medium, Values},
        wording::{Block, PLACEHOLDERS},
    },
    times,
    web::{
        choices::Choice,
        forms::{FormErrors, Sheet},
        labels,
        page::Page,
        preview::{self, Preview},
        stamp::Stamp,
        viewer::Viewer,
    },
};

/// So many interviews are offered to look at the words with.
const OFFERED: u64 = 20;

/// What the page is asked to show.
pub struct EditRequest {
    target: Target,
    sheet: Sheet<TextsForm>,
}

impl EditRequest {
    /// The words as typed, and what is wrong with them.
    pub fn new(target: Target, sheet: Sheet<TextsForm>) -> Self {
        Self { target, sheet }
    }
}

/// The words of one kind of mail in one language, and a mail with them.
#[derive(Serialize)]
pub struct EditPage {
    address: String,
    heading: String,
    me: String,
    #[serde(flatten)]
    sheet: Sheet<TextsForm>,
    blocks: Vec<Part>,
    interviews: Vec<Choice>,
    places: Vec<Place>,
    preview: Option<Preview>,
    test: Option<TestEmail>,
}

/// A part of the mail, and what it says by itself.
#[derive(Serialize)]
struct Part {
    name: &'static str,
    label: &'static str,
    hint: String,
    rows: u8,
    is_optional: bool,
}

/// A place, and what it stands for in the mail that is shown.
#[derive(Serialize)]
struct Place {
    name: &'static str,
    value: String,
}

/// What became of the last test.
#[derive(Serialize)]
struct TestEmail {
    href: String,
    tone: &'static str,
    status: &'static str,
    reason: String,
    to: String,
    at: Stamp,
    is_on_its_way: bool,
}

/// A mail with the words, and what the places in it stand for.
#[derive(Default)]
struct Shown {
    preview: Option<Preview>,
    places: Vec<Place>,
}

impl Shown {
    fn of(app: &App, viewer: &Viewer, message: &Message) -> Result<Self> {
        let language = app.composer.languages().choose(&message.locale)?;
        let (to, link) = (&viewer.email, preview::LINK);
        Ok(Self {
            preview: Some(Preview::composed(&app.composer, message, to, link)?),
            places: Place::all(&Values::of(message, language)?),
        })
    }
}

impl EditPage {
    /// With what was typed.
    pub async fn new(app: &App, viewer: &Viewer, request: EditRequest) -> Result<Self> {
        let EditRequest { target, mut sheet } = request;
        let offered = offered(app, viewer).await?;
        let mut shown = Shown::default();
        match sheet.form.message(app, viewer, &target).await? {
            Ok(message) => shown = Shown::of(app, viewer, &message)?,
            Err(mistake) if sheet.errors.is_empty() => sheet.errors = mistake,
            Err(_) => {}
        }
        let newest = emails::newest_test(&app.db, viewer.company_id, viewer.user_id).await?;
        Ok(Self {
            address: target.address(),
            heading: target.heading(),
            me: viewer.email.clone(),
            blocks: Block::ALL
                .map(|block| Part::new(block, &sheet.form, &target))
                .into(),
            interviews: choices(offered, viewer),
            places: shown.places,
            // Where there is a mistake, there is nothing to show yet.
            preview: shown.preview.filter(|_| sheet.form.parse(&target).is_ok()),
            test: newest.map(|email| TestEmail::new(email, viewer)),
            sheet: Sheet {
                form: sheet.form.with_new_key(),
                ..sheet
            },
        })
    }
}

/// The next interview, by its key; the imagined one when there is none.
pub async fn next_interview(app: &App, viewer: &Viewer) -> Result<String> {
    let offered = offered(app, viewer).await?;
    let first = offered.first();
    Ok(first.map_or_else(|| SAMPLE.into(), |line| line.id.to_string()))
}

/// The interviews that come next.
async fn offered(app: &App, viewer: &Viewer) -> Result<Vec<Line>> {
    let coming = Filter {
        status: Some(Status::Scheduled),
        from: Some(app.clock.now()),
        ..Default::default()
    };
    let found = interviews::lines(&app.db, viewer.company_id, &coming, None, OFFERED).await?;
    Ok(found.rows)
}

fn choices(offered: Vec<Line>, viewer: &Viewer) -> Vec<Choice> {
    let real = offered.into_iter().map(|line| {
        let when = line.slot.as_ref().map_or_else(String::new, |slot| {
            times::day_and_clock(slot.starts_at, viewer.zone())
        });
        Choice::new(line.id, format!("{}, {when}", line.candidate))
    });
    real.chain([Choice::new(SAMPLE, "A made-up candidate")])
        .collect()
}

impl Part {
    fn new(block: Block, form: &TextsForm, target: &Target) -> Self {
        let usual = target.usual(block);
        let hint = match block {
            Block::Paragraph => {
                "Shown below the first sentence: directions, dress code, what to bring.".into()
            }
            _ if form.text(block) == usual => String::new(),
            _ => format!("Default: {usual}"),
        };
        Self {
            name: block.name(),
            label: labels::mail_block(block),
            hint,
            rows: match block {
                Block::Paragraph => 5,
                _ if block.has_lines() => 3,
                _ => 0,
            },
            is_optional: block == Block::Paragraph,
        }
    }
}

impl Place {
    fn all(values: &Values) -> Vec<Self> {
        let known = values.all(Medium::Plain);
        let offered = known.filter(|(name, _)| PLACEHOLDERS.contains(name));
        offered.map(|(name, value)| Self { name, value }).collect()
    }
}

impl TestEmail {
    fn new(email: email::Model, viewer: &Viewer) -> Self {
        let at = email.finished_at.unwrap_or(email.created_at);
        Self {
            tone: labels::email_tone(email.status),
            status: labels::email_status(email.status),
            href: format!("/emails/{}", email.id),
            reason: match email.status {
                email::Status::Accepted | email::Status::Delivered | email::Status::Printed => {
                    String::new()
                }
                _ => email.reason,
            },
            to: email.recipient,
            at: Stamp::day_and_clock(at, viewer.zone()),
            is_on_its_way: !email.status.is_final(),
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "mail_texts/edit.html";

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn sample() -> Self {
        Self {
            address: "/company/texts/scheduled/en".into(),
            heading: "Invitation: English".into(),
            me: "ada@example.com".into(),
            sheet: Sheet::sample(
                TextsForm::default(),
                FormErrors::one("opening", "There is no placeholder {x}."),
            ),
            blocks: Block::ALL
                .map(|block| Part {
                    name: block.name(),
                    label: labels::mail_block(block),
                    hint: "Default: Dear {candidate_name},".into(),
                    rows: if block.has_lines() { 3 } else { 0 },
                    is_optional: block == Block::Paragraph,
                })
                .into(),
            interviews: vec![Choice::new(SAMPLE, "A made-up candidate")],
            places: vec![Place {
                name: "job_title",
                value: "Cloud Architect".into(),
            }],
            preview: Some(Preview::sample()),
            test: Some(TestEmail {
                href: "/emails/1".into(),
                tone: "bad",
                status: "Not delivered",
                reason: "The server refused the login.".into(),
                to: "ada@example.com".into(),
                at: Stamp::sample(),
                is_on_its_way: true,
            }),
        }
    }
}
