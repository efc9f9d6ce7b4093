//! The mail servers that the settings name, as every page reads them.
use entity::transport;

use crate::{app::App, domain::transports, error::Result, mail::doctor};

/// How each is, the first one first; none where mail is printed.
pub async fn in_force(app: &App) -> Result<Vec<transport::Model>> {
    let set = doctor::servers(&app.settings.mail);
    let mut servers = transports::all(&app.db).await?;
    // What was set once and is no more says nothing of how mail leaves.
    servers.retain(|server| set.iter().any(|(name, _)| *name == server.name));
    Ok(servers)
}
