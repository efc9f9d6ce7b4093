//! The audit log as a table to download.
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use super::{form::Filters, labels};
use crate::{
    app::App,
    domain::actions::{self, Entry},
    times,
    web::{
        csv,
        errors::Result,
        lists::{self, At},
        respond::see_other,
        viewer::Admin,
    },
};

const HEADINGS: [&str; 9] = [
    "Line",
    "When (UTC)",
    "User",
    "Who",
    "From address",
    "Action",
    "Object",
    "Number",
    "Details",
];

/// GET /actions.csv: all lines that the filters find, newest first.
pub async fn index(app: Data<App>, viewer: Admin, filters: Query<Filters>) -> Result<HttpResponse> {
    match filters.parse(viewer.zone(), &At::default()) {
        Ok((filter, _)) => {
            let company_id = viewer.company_id;
            Ok(csv::download("audit-log", &HEADINGS, move |seek| {
                let (app, filter) = (app.clone(), filter.clone());
                async move {
                    let found =
                        actions::list(&app.db, company_id, &filter, seek, csv::PIECE).await?;
                    Ok(found.map(line))
                }
            }))
        }
        // The list says what is wrong, beside the field.
        Err(_) => Ok(see_other(&lists::address("/actions", &*filters))),
    }
}

/// Names as they are stored, for programs: only who did it is told in words as well.
fn line(entry: Entry) -> String {
    let who = labels::who(&entry);
    let action = entry.action;
    let user = action.user_id.map(|id| id.to_string()).unwrap_or_default();
    csv::line(&[
        &action.id.to_string(),
        &times::rfc3339(action.at),
        &user,
        &who,
        &action.ip,
        &action.verb,
        &action.object_type,
        &action.object_id.to_string(),
        &action.details.to_string(),
    ])
}
