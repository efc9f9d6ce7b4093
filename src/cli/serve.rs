//! `greenroom serve`: the pages, the API and the delivery of mail in one process.
use std::{io, net::TcpListener, process::ExitCode};

use actix_web::{HttpServer, web::Data};
use anyhow::{Context, Result};

use super::stopping;
use crate::{
    app::App,
    clock::Clock,
    db,
    settings::{BaseUrl, Settings},
    web,
};

/// Serve the pages and the API, and deliver mail
#[derive(Debug, Default, clap::Args)]
pub struct Serve {}

impl Serve {
    /// Carries the command out.
    pub async fn run(self, mut settings: Settings) -> Result<ExitCode> {
        // First of all, so that whoever comes early waits instead of being turned away.
        let listener = TcpListener::bind(settings.listen)
            .with_context(|| format!("cannot listen on {}", settings.listen))?;
        settings.listens_on(listener.local_addr()?);
        let _instance = super::prepare(&settings).await?;
        let db = db::connect(settings.database_url.expose()).await?;
        let app = Data::new(App::new(db, Clock::System, settings)?);
        announce(&app.settings.base_url);
        serve(app.clone(), listener).await?;
        app.db.clone().close().await?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn serve(app: Data<App>, listener: TcpListener) -> io::Result<()> {
    HttpServer::new(move || web::service(app.clone()))
        .shutdown_signal(stopping::asked())
        .shutdown_timeout(stopping::PATIENCE.as_secs())
        .listen(listener)?
        .run()
        .await
}

fn announce(base_url: &BaseUrl) {
    println!("Greenroom is open at {}", base_url.join("/"));
}
