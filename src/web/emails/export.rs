//! The delivery log as a table to download.
use actix_web::{
    HttpResponse,
    http::header,
    web::{Bytes, Data, Query},
};
use futures_util::{Stream, stream};

use super::form::Filters;
use crate::{
    app::App,
    domain::{
        emails::{self, Filter, Line},
        page::Cursor,
    },
    error, times,
    web::{
        csv,
        errors::Result,
        lists::{self, At},
        respond::see_other,
        viewer::Viewer,
    },
    words,
};

/// So many messages are read at a time: the whole log is never in memory.
const PIECE: u64 = 500;

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
    "Repeats",
    "Corrects",
];

/// GET /emails.csv: all messages that the filters find, newest first.
pub async fn index(
    app: Data<App>,
    viewer: Viewer,
    filters: Query<Filters>,
) -> Result<HttpResponse> {
    match filters.parse(viewer.zone(), app.clock.now(), &At::default()) {
        Ok((filter, _)) => Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"delivery-log.csv\"",
            ))
            .streaming(table(app, viewer.company_id, filter))),
        // The list says what is wrong, beside the field.
        Err(_) => Ok(see_other(&lists::address("/emails", &*filters))),
    }
}

/// The headings first, then piece by piece what is found; each is read when the one before has left.
fn table(
    app: Data<App>,
    company_id: i64,
    filter: Filter,
) -> impl Stream<Item = error::Result<Bytes>> {
    stream::try_unfold(Next::Headings, move |next| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let cursor = match next {
                Next::Headings => {
                    return Ok(Some((csv::line(&HEADINGS).into(), Next::Piece(None))));
                }
                Next::Piece(cursor) => cursor,
                Next::Nothing => return Ok(None),
            };
            let found = emails::list(&app.db, company_id, &filter, cursor, PIECE).await;
            // A table that breaks off is no table: the connection is cut, and the browser says so.
            let found = found.inspect_err(
                |error| tracing::error!(%error, "A download of the delivery log broke off"),
            )?;
            let mut lines: String = found.rows.into_iter().map(line).collect();
            lines.extend(found.unreadable.into_iter().map(unreadable));
            let next = match found.next {
                Some(cursor) => Next::Piece(Some(cursor)),
                None => Next::Nothing,
            };
            Ok(Some((lines.into(), next)))
        }
    })
}

/// What a download goes on with.
enum Next {
    Headings,
    /// What comes after this place, or from the beginning.
    Piece(Option<Cursor>),
    Nothing,
}

/// Of one that cannot be read there is nothing but its number.
fn unreadable(id: i64) -> String {
    let mut fields = [""; HEADINGS.len()];
    let id = id.to_string();
    fields[0] = &id;
    fields[3] = "Unreadable";
    fields[4] = "Greenroom cannot read what it stored of this message.";
    csv::line(&fields)
}

fn line(line: Line) -> String {
    let key = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    csv::line(&[
        &line.id.to_string(),
        &times::rfc3339(line.created_at),
        words::email_kind(line.kind),
        words::email_status(line.status),
        &line.reason,
        &line.recipient_name,
        &line.recipient,
        &line.subject.unwrap_or_default(),
        &line.interview_id.to_string(),
        &line.attempts.to_string(),
        &line.finished_at.map(times::rfc3339).unwrap_or_default(),
        &key(line.resend_of),
        &key(line.corrects),
    ])
}
