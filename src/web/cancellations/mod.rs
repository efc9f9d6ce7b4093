//! The page that calls an interview off.
pub mod html;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::{email::Kind, interview::Status};
use serde::{Deserialize, Serialize};

use super::{
    choices::Choice,
    errors::Result,
    facts::Facts,
    forms::{self, FormErrors, Ticket},
    interviews::Refusal,
    mail_html,
    page::Page,
    preview::{self, Preview},
    stamp::Stamp,
    telling::{TellingForm, Whom},
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        companies, drafts,
        interviews::{
            self, Details, cancellation,
            change::{Refusal as NotCancelled, Target},
            telling::Telling,
        },
        slots::interviewers,
    },
    text,
    web::interviews::outlook,
    zones::Tz,
};

/// GET /interviews/{id}/cancellation: what would be cancelled, and what the candidate would be told.
pub async fn new(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(CancellationForm::opened(&details));
    let refusal = not_cancellable(&details, &app);
    show(&app, &viewer, details, form, FormErrors::new(), refusal).await
}

/// POST /interviews/{id}/cancellation: calls it off and queues the message that tells.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<CancellationForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse(*id) {
        Ok((target, why)) if form.act != "preview" => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match cancellation::cancel(&app.db, &actor, &target, (&why.0, &why.1), now).await? {
                Ok(done) => {
                    return outlook::tell(&app, &viewer, "Cancelled.", &done.details).await;
                }
                Err(NotCancelled::Interview(refused)) => {
                    let details = refused.into_details();
                    let refusal = Refusal::changed(&app, &viewer, &details, target.version).await?;
                    form.ticket.show(details.interview.version);
                    let errors = FormErrors::new();
                    return show(&app, &viewer, details, form, errors, Some(refusal)).await;
                }
                Err(NotCancelled::KeyConflict) => form.ticket.sent_before(),
            }
        }
        parsed => parsed.err().unwrap_or_default(),
    };
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    show(&app, &viewer, details, form, errors, None).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    details: Details,
    form: CancellationForm,
    errors: FormErrors,
    refusal: Option<Refusal>,
) -> Result<HttpResponse> {
    let outlook = outlook::outlook(app, &details, Kind::Cancelled).await?;
    let draft = match refusal {
        Some(_) => None,
        None => draft(&details, &form).filter(|_| form.telling.tells_candidate()),
    };
    let is_held = match details.interview.slot_id {
        Some(id) => !interviewers::of(app.db.read(), viewer.company_id, id)
            .await?
            .is_empty(),
        None => false,
    };
    let html = form.letter_address(details.interview.id);
    let preview = Preview::of_draft(app, Kind::Cancelled, draft.as_ref(), html).await?;
    let status = forms::status(refusal.is_some(), &errors);
    let page = NewPage {
        id: details.interview.id,
        candidate: details.candidate.name.clone(),
        can_cancel: refusal.as_ref().is_none_or(|it| !it.is_final()),
        facts: facts(&details, viewer.zone()),
        reasons: reasons(&details)?,
        whom: match details.slot {
            Some(_) => Some(Whom::of(&details.company, is_held)?),
            None => None,
        },
        is_silent: !form.telling.tells_candidate(),
        form,
        errors,
        preview,
        outlook,
        refusal,
    };
    Ok(mail_html::framed(viewer.respond(status, &page)?))
}

/// The company's own reasons.
fn reasons(details: &Details) -> Result<Vec<Choice>> {
    let reasons = companies::cancel_reasons(&details.company)?.into_iter();
    Ok(reasons.map(|text| Choice::new(&text, &text)).collect())
}

/// The interview as it would be, once the form says enough.
fn draft(details: &Details, form: &CancellationForm) -> Option<Details> {
    let (_, (reason, _)) = form.parse(details.interview.id).ok()?;
    Some(drafts::cancelled(details.clone(), &reason))
}

/// What waits for a time can be cancelled as well.
fn not_cancellable(details: &Details, app: &App) -> Option<Refusal> {
    match details.interview.status {
        Status::Unscheduled => None,
        _ => Refusal::of_what_is_over(details, app.clock.now()),
    }
}

fn facts(details: &Details, zone: Tz) -> Facts {
    let slot = details.slot.as_ref();
    let there = details.candidate_zone();
    Facts::new()
        .at("Your time", slot.map(|slot| Stamp::span(slot, zone)))
        .at(
            "Candidate's time",
            slot.map(|slot| Stamp::span(slot, there)),
        )
        .text("Candidate", &details.candidate.name)
        .text("Email", &details.candidate.email)
        .text(
            "Job",
            details.job.as_ref().map_or("", |job| job.title.as_str()),
        )
}

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CancellationForm {
    /// One of the company's own, before the rest of it.
    listed_reason: String,
    reason: String,
    #[serde(flatten)]
    telling: TellingForm,
    #[serde(flatten)]
    ticket: Ticket,
    #[serde(skip_serializing)]
    act: String,
}

impl CancellationForm {
    fn opened(details: &Details) -> Self {
        Self {
            telling: TellingForm::everybody(),
            ticket: Ticket::of_version(details.interview.version).with_new_key(),
            ..Default::default()
        }
    }

    fn parse(&self, interview_id: i64) -> Result<(Target, (String, Telling)), FormErrors> {
        let mut errors = FormErrors::new();
        let listed = errors.check(
            "listed_reason",
            text::optional_line(&self.listed_reason, 200),
        );
        let reason = errors.check("reason", text::lines(&self.reason, 2000));
        let reason =
            listed
                .zip(reason)
                .map(|(listed, typed)| match (listed.as_str(), typed.as_str()) {
                    ("", _) => typed,
                    (_, "") => listed,
                    _ => format!("{listed}\n{typed}"),
                });
        let telling = self.telling.parse(&mut errors);
        let version = errors.version(&self.ticket);
        let request = (
            interview_id,
            &self.listed_reason,
            &self.reason,
            &self.telling,
        );
        let target = Target {
            interview_id,
            version,
            idempotency_key: self.ticket.idempotency_key("cancellation", &request),
        };
        errors.or(reason.zip(telling).map(|why| (target, why)))
    }

    /// Where the mail is shown as mail programs do; none where the address would be too long for a proxy.
    fn letter_address(&self, interview_id: i64) -> Option<String> {
        let letter = Letter {
            listed_reason: &self.listed_reason,
            reason: &self.reason,
            version: self.ticket.version(),
        };
        preview::address(
            &format!("/interviews/{interview_id}/cancellation/html"),
            &letter,
        )
    }
}

/// What the mail depends on.
#[derive(Serialize)]
struct Letter<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    listed_reason: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    version: Option<i32>,
}

/// The question whether this is meant.
#[derive(Serialize)]
pub struct NewPage {
    id: i64,
    candidate: String,
    can_cancel: bool,
    facts: Facts,
    reasons: Vec<Choice>,
    /// None where nobody was to be told anything.
    whom: Option<Whom>,
    is_silent: bool,
    form: CancellationForm,
    errors: FormErrors,
    preview: Option<Preview>,
    outlook: String,
    refusal: Option<Refusal>,
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "cancellations/new.html";

    fn title(&self) -> String {
        format!("Cancel interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            can_cancel: true,
            facts: Facts::sample(),
            reasons: vec![Choice::new("At your request.", "At your request.")],
            whom: Some(Whom::sample()),
            is_silent: true,
            form: CancellationForm::default(),
            errors: FormErrors::one("reason", "Please use at most 2000 characters."),
            preview: Some(Preview::sample()),
            outlook: "john@example.com will get a cancellation email.".into(),
            refusal: Some(Refusal::sample()),
        }
    }
}
