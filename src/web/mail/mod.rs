//! How mail leaves, for admins: the settings in force, how each mail server is, and what is wrong.
pub mod checks;
mod hooks;
pub mod pages;
mod servers;
pub mod test;

use actix_web::{HttpResponse, web::Data};

use self::{
    hooks::HooksPanel,
    pages::{ShowPage, State},
};
use super::{errors::Result, mail_servers, viewer::Admin};
use crate::{
    app::App,
    domain::{accounts::users, mail_checks},
};

/// GET /mail: all of it, while checks go on as far as they have come.
pub async fn show(app: Data<App>, viewer: Admin) -> Result<HttpResponse> {
    let company_id = viewer.company_id;
    let last = match mail_checks::last(&app.db, company_id).await? {
        Some(row) => {
            let by = users::find(&app.db, company_id, row.started_by).await?;
            Some((row, by.name))
        }
        None => None,
    };
    let now = app.clock.now();
    let servers = mail_servers::in_force(&app).await?;
    let state = State {
        settings: &app.settings,
        outlook: mail_servers::outlook(&app, &servers, viewer.zone(), now).await?,
        servers: servers::of(&app, company_id, servers, viewer.zone(), now).await?,
        last,
        hooks: HooksPanel::of(&app, viewer.zone()).await?,
    };
    viewer.page(&ShowPage::new(state, &viewer, now)?)
}
