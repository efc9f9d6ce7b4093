//! `greenroom serve`: the pages, the API and the delivery of mail in one process.
use std::{io, net::TcpListener, process::ExitCode};

use actix_web::{HttpServer, web::Data};
use anyhow::{Context, Result};
use tokio::sync::watch;

use super::{
    demo::{self, SignIn},
    stopping, terminal, worker,
};
use crate::{
    app::App,
    domain::companies,
    settings::Settings,
    web::{self, setup},
};

/// Serve the pages and the API, and deliver mail
#[derive(Debug, Default, clap::Args)]
pub struct Serve {
    /// Fill an empty database with a sample company first
    #[arg(long)]
    demo: bool,
}

impl Serve {
    /// Carries the command out.
    pub async fn run(self, mut settings: Settings) -> Result<ExitCode> {
        // First of all, so that whoever comes early waits instead of being turned away.
        let listener = TcpListener::bind(settings.listen)
            .with_context(|| format!("cannot listen on {}", settings.listen))?;
        settings.listens_on(listener.local_addr()?);
        let running = super::open(settings).await?;
        let app = &running.app;
        let sign_ins = match self.demo {
            true => demo::load(app).await?,
            false => Vec::new(),
        };
        announce(app, &sign_ins).await?;
        serve(app.clone(), listener).await?;
        app.db.clone().close().await?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn serve(app: Data<App>, listener: TcpListener) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let delivery = worker::deliver(app.clone(), stopped);
    let server = HttpServer::new(move || web::service(app.clone()))
        .shutdown_signal(async move {
            stopping::asked().await;
            stop.send_replace(true);
        })
        .shutdown_timeout(stopping::PATIENCE.as_secs())
        .listen(listener)?
        .run();
    let (served, ()) = tokio::join!(server, delivery);
    served
}

/// On the terminal, for whoever started it.
async fn announce(app: &App, sign_ins: &[SignIn]) -> Result<()> {
    let base_url = &app.settings.base_url;
    terminal::say(format_args!("Greenroom is open at {}", base_url.join("/")));
    for SignIn { email, password } in sign_ins {
        let password = password.expose();
        terminal::say(format_args!("  sign in as {email} with {password}"));
    }
    if !companies::exist(&app.db).await? {
        let code = setup::code(&app.settings.secret_key);
        let address = base_url.join("/setup");
        terminal::say(format_args!("  begin at {address} with the code {code}"));
    }
    Ok(())
}
