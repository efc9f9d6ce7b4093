//! `greenroom serve`: the pages, the API and the delivery of mail in one process.
use std::{future::ready, io, net::TcpListener, process::ExitCode, time::Duration};

use actix_http::HttpService;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    dev::{AppConfig, Server},
    rt::net::TcpStream,
    web::Data,
};
use anyhow::{Context, Result};
use tokio::sync::watch;

use super::{
    demo::{self, SignIn},
    stopping, terminal, worker,
};
use crate::{
    api::calls,
    app::App,
    domain::companies,
    http::{self, wire::Wire},
    settings::Settings,
    web::setup,
};

/// For a client to take note that its connection is at an end.
const TIME_TO_HANG_UP: Duration = Duration::from_secs(1);

/// Serve the pages and the API, and send email
#[derive(Debug, Default, clap::Args)]
pub struct Serve {
    /// First fill an empty database with a sample company
    #[arg(long)]
    demo: bool,
}

impl Serve {
    /// Carries the command out.
    pub async fn run(self, mut settings: Settings) -> Result<ExitCode> {
        // First of all, so that whoever comes early waits instead of being turned away.
        let listener = TcpListener::bind(settings.listen)
            .with_context(|| format!("can't listen on {}", settings.listen))?;
        settings.listens_on(listener.local_addr()?);
        let running = super::open(settings).await?;
        let app = &running.app;
        let sign_ins = match self.demo {
            true => demo::load(app).await?,
            false => Vec::new(),
        };
        announce(app, &sign_ins).await?;
        serve(app.clone(), listener).await?;
        app.held_token.settled(worker::LONGEST_TO_SETTLE).await;
        app.db.clone().close().await?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn serve(app: Data<App>, listener: TcpListener) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let delivery = worker::deliver(app.clone(), stopped);
    let counting = app.clone();
    let server = Server::build()
        .shutdown_signal(async move {
            stopping::asked().await;
            stop.send_replace(true);
        })
        .shutdown_timeout(stopping::PATIENCE.as_secs());
    let stopping = server.graceful_shutdown_signal();
    // As `HttpServer` does it, but on connections of ours: it has no place for them.
    let connections = move || {
        let (settings, stopping) = (app.clone(), stopping.clone());
        let service = http::service(app.clone())
            .into_factory()
            .map_err(|error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_disconnect_timeout(TIME_TO_HANG_UP)
            .h1(map_config(service, |()| AppConfig::default()));
        fn_service(move |socket: TcpStream| {
            let peer = socket.peer_addr().ok();
            ready(Ok((Wire::new(socket, &settings.settings), peer)))
        })
        .and_then(http)
    };
    let server = server.listen("greenroom", listener, connections)?.run();
    let server = async {
        let served = tokio::select! {
            served = server => served,
            never = calls::keep_settled(&counting) => match never {},
        };
        calls::settle_last(&counting).await;
        served
    };
    let (served, ()) = tokio::join!(server, delivery);
    served
}

/// On the terminal, for whoever started it.
async fn announce(app: &App, sign_ins: &[SignIn]) -> Result<()> {
    let base_url = &app.settings.base_url;
    terminal::say(format_args!(
        "Greenroom is running at {}",
        base_url.join("/")
    ));
    for SignIn { email, password } in sign_ins {
        let password = password.expose();
        terminal::say(format_args!("  sign in as {email} with {password}"));
    }
    if !companies::exist(&app.db).await? {
        let code = setup::code(&app.settings.secret_key);
        let address = base_url.join("/setup");
        terminal::say(format_args!(
            "  set it up at {address} with the code {code}"
        ));
    }
    Ok(())
}
