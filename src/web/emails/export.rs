//! The delivery log as a table to download.
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use super::form::Filters;
use crate::{
    app::App,
    domain::emails::{self, Line},
    times,
    web::{
        csv,
        errors::Result,
        labels,
        lists::{self, At},
        respond::see_other,
        viewer::Recruiter,
    },
};

const HEADINGS: [&str; 13] = [
    "Message",
    "Queued (UTC)",
    "Kind",
    "State",
    "Reason",
    "Name",
    "Address",
    "Subject",
    "Interview",
    "Attempts",
    "Ended (UTC)",
    "Copy of",
    "Corrects",
];

/// GET /emails.csv: all messages that the filters find, newest first.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    filters: Query<Filters>,
) -> Result<HttpResponse> {
    match filters.parse(viewer.zone(), app.clock.now(), &At::default()) {
        Ok((filter, _)) => {
            let company_id = viewer.company_id;
            Ok(csv::download("delivery-log", &HEADINGS, move |seek| {
                let (app, filter) = (app.clone(), filter.clone());
                async move {
                    let found =
                        emails::list(&app.db, company_id, &filter, seek, csv::PIECE).await?;
                    let mut lines = found.map(line);
                    lines.rows.extend(lines.unreadable.iter().map(unreadable));
                    Ok(lines)
                }
            }))
        }
        // The list says what is wrong, beside the field.
        Err(_) => Ok(see_other(&lists::address("/emails", &*filters))),
    }
}

/// Of one that cannot be read there is nothing but its number.
fn unreadable(id: &i64) -> String {
    let mut fields = [""; HEADINGS.len()];
    let id = id.to_string();
    fields[0] = &id;
    fields[3] = "Unreadable";
    fields[4] = "Greenroom can't read the stored data of this email.";
    csv::line(&fields)
}

fn line(line: Line) -> String {
    let key = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    csv::line(&[
        &line.id.to_string(),
        &times::rfc3339(line.created_at),
        labels::email_kind(line.kind),
        labels::email_status(line.status),
        &line.reason,
        &line.recipient_name,
        &line.recipient,
        &line.subject.unwrap_or_default(),
        &key(line.interview_id),
        &line.attempts.to_string(),
        &line.finished_at.map(times::rfc3339).unwrap_or_default(),
        &key(line.resend_of),
        &key(line.corrects),
    ])
}
