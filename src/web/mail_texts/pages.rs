//! What the pages of mail texts show.
use entity::{email::Kind, interview::Status, proof};
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

use super::{
    form::{SAMPLE, TextsForm},
    target::Target,
};
use crate::{
    app::App,
    domain::{
        interviews::{self, Filter, Listed},
        mail_texts::Own,
        proofs,
    },
    error::Result,
    mail::{
        language::Languages,
        values::{self, Medium, Values},
        wording::{Block, Wording},
    },
    times,
    web::{
        forms::FormErrors,
        preview::{self, Preview},
        render::{Choice, Page},
        stamp::Stamp,
        viewer::Viewer,
    },
    words,
};

/// So many interviews are offered to look at the words with.
const OFFERED: u64 = 20;

/// The list.
#[derive(Serialize)]
pub struct IndexPage {
    languages: Vec<String>,
    kinds: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    href: String,
    language: String,
    tone: &'static str,
    state: String,
}

impl IndexPage {
    /// Every kind in every language.
    pub fn new(languages: &Languages, own: &Own) -> Self {
        let row = |kind: Kind| Row {
            kind: words::email_kind(kind),
            cells: languages
                .list()
                .map(|(tag, name)| Cell::new(own, kind, tag, name))
                .collect(),
        };
        Self {
            languages: languages.list().map(|(_, name)| name.to_owned()).collect(),
            kinds: Kind::iter().map(row).collect(),
        }
    }
}

impl Cell {
    fn new(own: &Own, kind: Kind, tag: &str, language: &str) -> Self {
        let (_, unusable) = Wording::of(own.words(kind, tag));
        let kept = own.words(kind, tag).count();
        let (tone, state) = match (unusable.is_empty(), kept) {
            (false, _) => ("bad", "Needs mending".into()),
            (true, 0) => ("quiet", "Usual words".into()),
            (true, 1) => ("good", "1 text of your own".into()),
            (true, count) => ("good", format!("{count} texts of your own")),
        };
        Self {
            href: format!("/company/texts/{}/{tag}", kind.to_value()),
            language: language.to_owned(),
            tone,
            state,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "mail_texts/index.html";

    fn title(&self) -> String {
        "Mail texts".into()
    }

    fn sample() -> Self {
        Self {
            languages: vec!["English".into()],
            kinds: vec![Row {
                kind: "Invitation",
                cells: vec![Cell {
                    href: "/company/texts/scheduled/en".into(),
                    language: "English".into(),
                    tone: "good",
                    state: "2 texts of your own".into(),
                }],
            }],
        }
    }
}

/// What the page is asked to show.
pub struct Wish {
    target: Target,
    form: TextsForm,
    errors: FormErrors,
}

impl Wish {
    /// The words as typed, and what is wrong with them.
    pub fn new(target: Target, form: TextsForm, errors: FormErrors) -> Self {
        Self {
            target,
            form,
            errors,
        }
    }
}

/// The words of one kind of mail in one language, and a mail with them.
#[derive(Serialize)]
pub struct EditPage {
    address: String,
    heading: String,
    me: String,
    form: TextsForm,
    errors: FormErrors,
    blocks: Vec<Part>,
    interviews: Vec<Choice>,
    places: Vec<Place>,
    preview: Option<Preview>,
    proof: Option<Proof>,
    is_changed: bool,
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
struct Proof {
    tone: &'static str,
    status: &'static str,
    reason: String,
    to: String,
    at: Stamp,
    is_on_its_way: bool,
}

impl EditPage {
    /// With what was typed; where there is a mistake, there is nothing to show yet.
    pub async fn new(app: &App, viewer: &Viewer, wish: Wish) -> Result<Self> {
        let Wish {
            target,
            mut form,
            mut errors,
        } = wish;
        let offered = offered(app, viewer).await?;
        if form.interview.is_empty() {
            form.interview = first(&offered);
        }
        let message = form.message(app, viewer, &target).await?;
        let (mut preview, mut places) = (None, Vec::new());
        match message {
            Ok(message) => {
                let language = app.composer.languages().choose(&message.locale)?;
                places = Place::all(&Values::of(&message, language)?);
                let is_sound = form.parse(&target).is_ok();
                preview = is_sound
                    .then(|| {
                        let to = &viewer.email;
                        Preview::composed(&app.composer, &message, to, preview::LINK)
                    })
                    .transpose()?;
            }
            Err(mistake) if errors.is_empty() => errors = mistake,
            Err(_) => {}
        }
        let newest = proofs::newest(&app.db, viewer.company_id, viewer.user_id).await?;
        Ok(Self {
            address: target.address(),
            heading: target.heading(),
            me: viewer.email.clone(),
            blocks: Block::ALL
                .map(|block| Part::new(block, &form, &target))
                .into(),
            is_changed: Block::ALL
                .iter()
                .any(|block| form.text(*block) != target.usual(*block)),
            interviews: choices(offered, viewer),
            places,
            preview,
            proof: newest.map(|proof| Proof::new(proof, viewer)),
            form: form.with_new_key(),
            errors,
        })
    }

    /// Is anything wrong with what was typed?
    pub fn has_mistakes(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// The next interview, by its key; the imagined one when there is none.
pub async fn next_interview(app: &App, viewer: &Viewer) -> Result<String> {
    Ok(first(&offered(app, viewer).await?))
}

fn first(offered: &[Listed]) -> String {
    let first = offered.first();
    first.map_or_else(|| SAMPLE.into(), |listed| listed.interview.id.to_string())
}

/// The interviews that come next.
async fn offered(app: &App, viewer: &Viewer) -> Result<Vec<Listed>> {
    let coming = Filter {
        status: Some(Status::Scheduled),
        from: Some(app.clock.now()),
        ..Default::default()
    };
    let found = interviews::list(&app.db, viewer.company_id, &coming, None, OFFERED).await?;
    Ok(found.rows)
}

fn choices(offered: Vec<Listed>, viewer: &Viewer) -> Vec<Choice> {
    let real = offered.into_iter().map(|listed| {
        let when = listed.slot.as_ref().map_or_else(String::new, |slot| {
            times::day_and_clock(slot.starts_at, viewer.zone())
        });
        Choice::new(
            listed.interview.id,
            format!("{}, {when}", listed.candidate.name),
        )
    });
    real.chain([Choice::new(SAMPLE, "An imagined one")])
        .collect()
}

impl Part {
    fn new(block: Block, form: &TextsForm, target: &Target) -> Self {
        let usual = target.usual(block);
        let hint = match block {
            Block::Paragraph => {
                "Stands below the first sentence: directions, a dress code, what to bring.".into()
            }
            _ if form.text(block) == usual => String::new(),
            _ => format!("By itself: {usual}"),
        };
        Self {
            name: block.name(),
            label: words::mail_block(block),
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
        let offered = known.filter(|(name, _)| values::PLACES.contains(name));
        offered.map(|(name, value)| Self { name, value }).collect()
    }
}

impl Proof {
    fn new(proof: proof::Model, viewer: &Viewer) -> Self {
        let at = proof.finished_at.unwrap_or(proof.created_at);
        Self {
            tone: words::proof_tone(proof.status),
            status: words::proof_status(proof.status),
            reason: match proof.status {
                proof::Status::Accepted => String::new(),
                _ => proof.reason,
            },
            to: proof.recipient,
            at: Stamp::day_and_clock(at, viewer.zone()),
            is_on_its_way: !proof.status.is_final(),
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
            form: TextsForm::default(),
            errors: FormErrors::one("opening", "Nothing is called {x}."),
            blocks: Block::ALL
                .map(|block| Part {
                    name: block.name(),
                    label: words::mail_block(block),
                    hint: "By itself: Dear {candidate_name},".into(),
                    rows: if block.has_lines() { 3 } else { 0 },
                    is_optional: block == Block::Paragraph,
                })
                .into(),
            interviews: vec![Choice::new(SAMPLE, "An imagined one")],
            places: vec![Place {
                name: "job_title",
                value: "Cloud Architect".into(),
            }],
            preview: Some(Preview::sample()),
            proof: Some(Proof {
                tone: "bad",
                status: "Not delivered",
                reason: "The server refused the login.".into(),
                to: "ada@example.com".into(),
                at: Stamp::sample(),
                is_on_its_way: true,
            }),
            is_changed: true,
        }
    }
}
