//! The page that corrects what the candidate sees of an interview, apart from its time.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::email::Kind;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::{
    app::App,
    domain::{
        actions, drafts,
        interviews::{
            self, Details,
            change::{InterviewRefusal, Refusal as NotCorrected, Target},
            correction::{self, Correction},
        },
    },
    text,
    web::{
        choices::{self, Choice},
        conflict::{self, Difference, Reading},
        errors::Result,
        flash::Flash,
        forms::{self, FormErrors, Ticket},
        interviews::outlook,
        labels,
        page::Page,
        preview::Preview,
        stamp::Stamp,
        viewer::{Recruiter, Viewer},
    },
};

/// GET /interviews/{id}/edit: the form.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(EditForm::of(&details));
    let refusal = Refusal::of_what_is_over(&details, app.clock.now());
    show(&app, &viewer, details, form, FormErrors::new(), refusal).await
}

/// POST /interviews/{id}/edit: corrects it and queues the message that tells.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse(*id) {
        Ok((target, correction)) if form.act != "preview" => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match correction::correct(&app.db, &actor, &target, &correction, now).await? {
                Ok(done) => return outlook::tell(&app, &viewer, "Saved.", &done.details).await,
                // Sent twice from two tabs: it is as it was to be.
                Err(NotCorrected::Interview(InterviewRefusal::Changed(now)))
                    if correction.is_made(&now) =>
                {
                    return viewer.see_other(&format!("/interviews/{id}"), Flash::done("Saved."));
                }
                Err(NotCorrected::Interview(refused)) => {
                    let details = refused.into_details();
                    let refusal = Refusal::changed(&app, &viewer, &details, target.version).await?;
                    let errors = FormErrors::new();
                    return show(&app, &viewer, details, form, errors, Some(refusal)).await;
                }
                Err(NotCorrected::KeyConflict) => form.ticket.sent_before(),
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
    mut form: EditForm,
    errors: FormErrors,
    refusal: Option<Refusal>,
) -> Result<HttpResponse> {
    let differences = match &refusal {
        Some(_) => differences(app, &details, &form).await?,
        None => Vec::new(),
    };
    if refusal.is_some() {
        form.ticket.show(details.interview.version);
    }
    let outlook = outlook::outlook(app, &details, Kind::Updated).await?;
    let preview = match form.parse(details.interview.id) {
        Ok((_, correction)) if refusal.is_none() => {
            let after = drafts::corrected(details.clone(), &correction);
            Preview::of_change(app, Kind::Updated, &after).await?
        }
        _ => None,
    };
    let status = forms::status(refusal.is_some(), &errors);
    let slot = details.slot.as_ref();
    let page = EditPage {
        id: details.interview.id,
        candidate: details.candidate.name.clone(),
        when: slot.map(|slot| Stamp::day_and_clock(slot.starts_at, viewer.zone())),
        can_change: refusal.as_ref().is_none_or(|it| !it.is_final()),
        types: choices::of(labels::interview_type),
        form,
        errors,
        preview,
        outlook,
        differences,
        refusal,
    };
    viewer.respond(status, &page)
}

/// What the candidate sees, as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EditForm {
    interview_type: String,
    duration_minutes: String,
    meeting_url: String,
    notes: String,
    #[serde(flatten)]
    ticket: Ticket,
    #[serde(skip_serializing)]
    act: String,
}

impl EditForm {
    fn of(details: &Details) -> Self {
        let slot = details.slot.as_ref();
        let or_empty = |text: Option<String>| text.unwrap_or_default();
        Self {
            interview_type: or_empty(slot.map(|slot| slot.interview_type.to_value())),
            duration_minutes: or_empty(slot.map(|slot| slot.duration_minutes.to_string())),
            meeting_url: or_empty(slot.and_then(|slot| slot.meeting_url.clone())),
            notes: details.interview.booking_notes.clone(),
            ticket: Ticket::of_version(details.interview.version).with_new_key(),
            act: String::new(),
        }
    }

    fn parse(&self, interview_id: i64) -> Result<(Target, Correction), FormErrors> {
        let mut errors = FormErrors::new();
        let interview_type = errors.choice("interview_type", &self.interview_type);
        let duration = errors.number("duration_minutes", &self.duration_minutes, 5, 720);
        let meeting_url = errors.optional(&self.meeting_url, |errors, text| {
            errors.check("meeting_url", text::https_url(text))
        });
        let notes = errors.check("notes", text::lines(&self.notes, 2000));
        let version = errors.version(&self.ticket);
        let request = (
            interview_id,
            (&self.interview_type, &self.duration_minutes),
            (&self.meeting_url, &self.notes),
        );
        let target = Target {
            interview_id,
            version,
            idempotency_key: self.ticket.idempotency_key("correction", &request),
        };
        let correction = (|| {
            Some(Correction {
                interview_type: interview_type?,
                duration_minutes: duration?,
                meeting_url,
                notes: notes?,
            })
        })();
        errors.or(correction.map(|correction| (target, correction)))
    }

    /// As a person reads it.
    fn reading(&self) -> Reading {
        let types = choices::of(labels::interview_type);
        let notes = text::lines(&self.notes, 2000).unwrap_or_else(|_| self.notes.clone());
        Reading::new()
            .choice("interview_type", "Type", &self.interview_type, &types)
            .text("duration_minutes", "Minutes", self.duration_minutes.trim())
            .text("meeting_url", "Meeting link", self.meeting_url.trim())
            .text("booking_notes", "Notes for the candidate", &notes)
    }
}

/// The form.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    candidate: String,
    when: Option<Stamp>,
    can_change: bool,
    types: Vec<Choice>,
    form: EditForm,
    errors: FormErrors,
    preview: Option<Preview>,
    outlook: String,
    refusal: Option<Refusal>,
    /// What is stored beside what was typed, when somebody changed it meanwhile.
    differences: Vec<Difference>,
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "interviews/edit.html";

    fn title(&self) -> String {
        format!("Edit interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            when: Some(Stamp::sample()),
            can_change: true,
            types: choices::of(labels::interview_type),
            form: EditForm::default(),
            errors: FormErrors::one("duration_minutes", "Use a whole number."),
            preview: Some(Preview::sample()),
            outlook: "john@example.com will get an email about what changed.".into(),
            refusal: Some(Refusal::sample()),
            differences: vec![Difference::sample()],
        }
    }
}

/// What is stored beside what was typed.
async fn differences(app: &App, details: &Details, form: &EditForm) -> Result<Vec<Difference>> {
    let row = &details.interview;
    let lines = actions::history(&app.db, row.company_id, "interview", row.id).await?;
    let seen = form.ticket.version().unwrap_or(row.version);
    let (stored, typed) = (EditForm::of(details), form);
    Ok(conflict::differences(
        &conflict::since(lines, seen),
        stored.reading(),
        typed.reading(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Slip = fn(&mut EditForm);

    #[test]
    fn each_mistake_stands_beside_its_field() {
        let good = EditForm {
            interview_type: "final".into(),
            duration_minutes: "30".into(),
            ticket: Ticket::of_version(2).with_new_key(),
            ..Default::default()
        };
        assert!(good.parse(1).is_ok());
        let cases: [(&str, Slip); 4] = [
            ("interview_type", |form| form.interview_type = "chat".into()),
            ("duration_minutes", |form| {
                form.duration_minutes = "721".into()
            }),
            ("meeting_url", |form| {
                form.meeting_url = "http://x.example".into()
            }),
            ("notes", |form| form.notes = "a\u{0}b".into()),
        ];
        for (field, slip) in cases {
            let mut form = good.clone();
            slip(&mut form);
            assert!(
                form.parse(1).expect_err("a mistake").of(field).is_some(),
                "{field}"
            );
        }
    }
}
