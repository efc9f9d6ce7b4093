//! Sends proofs: mails with which users of ours look at their company's words.
use std::time::Duration;

use actix_web::web::Data;
use entity::proof::{self, Status};
use tokio::time;

use super::{Stop, Turn, caught::caught};
use crate::{
    app::App,
    domain::{
        logos,
        proofs::{claim, record},
    },
    error::Result,
    mail::{
        mailbox::Mailbox,
        messages,
        mime::{self, Letter, Picture},
        smtp::{Envelope, Outcome},
        verdict::{self, Course},
    },
};

/// Somebody waits for it in front of the page.
const ROUND: Duration = Duration::from_secs(2);

/// Sends them until it is told to stop.
pub(super) async fn run(app: Data<App>, mut stop: Stop) {
    loop {
        match caught(deliver_next(&app)).await {
            Ok(Ok(Turn::Delivered)) if !stop.is_asked() => continue,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "Proofs cannot be sent; trying again"),
            Err(panic) => tracing::error!(panic, "A proof cannot be made"),
        }
        tokio::select! {
            () = time::sleep(ROUND) => {}
            () = stop.asked() => return,
        }
    }
}

/// Sends the next that waits.
pub(super) async fn deliver_next(app: &App) -> Result<Turn> {
    let Some(proof) = claim(&app.db, app.clock.now()).await? else {
        return Ok(Turn::Idle);
    };
    let (status, reason) = match send(app, &proof).await {
        Ok(sent) => sent,
        Err(error) => {
            tracing::error!(proof.id, %error, "A proof cannot be made");
            (Status::Failed, "Greenroom cannot make this message.".into())
        }
    };
    record(&app.db, proof.id, status, &reason, app.clock.now()).await?;
    Ok(Turn::Delivered)
}

async fn send(app: &App, proof: &proof::Model) -> Result<(Status, String)> {
    let sender = Mailbox::parse(&proof.sender)?;
    let recipient = Mailbox::new(&proof.recipient_name, &proof.recipient)?;
    let logo = logos::of_message(&app.db, proof.company_id, proof.logo_id).await?;
    let content_id = logo
        .as_ref()
        .map(|logo| messages::content_id(&logo.content_hash));
    let letter = Letter {
        message_id: &proof.message_id,
        thread: &proof.message_id,
        date: proof.created_at,
        sender: &sender,
        reply_to: Some(&recipient),
        recipient: &recipient,
        subject: &proof.subject,
        text: &proof.text,
        html: &proof.html,
        picture: logo.as_ref().zip(content_id.as_deref()).map(Picture::of),
        ics: None,
    };
    // It leads to the page that says that a link is none.
    let link = app.settings.base_url.join("/interview/proof");
    let Some(relay) = &app.mailer.relay else {
        let printed = app.mailer.console.print(&letter, None);
        return Ok(match printed {
            Ok(()) => (Status::Printed, String::new()),
            Err(_) => (Status::Failed, "The console takes nothing.".into()),
        });
    };
    let bytes = mime::bytes(&letter, &link)?;
    let envelope = Envelope {
        from: &sender.address,
        to: &recipient.address,
        link: &link,
    };
    let report = relay.send(&envelope, &bytes, async || true).await;
    let verdict = verdict::judge(&report);
    let status = match (&report.outcome, verdict.course) {
        (Outcome::Accepted(_), _) => Status::Accepted,
        (_, Course::Uncertain) => Status::Uncertain,
        _ => Status::Failed,
    };
    Ok((status, verdict.hint))
}
