//! A mail server that fails at every stage of the conversation: each message arrives once, and the log tells the truth.
use chrono::TimeDelta;
use entity::{
    attempt::{self, Outcome, Stage},
    email::{self, Status},
};
use greenroom::{
    mail::smtp::{Client, Relay},
    settings::Security,
};
use sea_orm::{EntityTrait, QueryOrder};
use tokio::net::TcpSocket;

use crate::{
    smtp::{impatient_at, stage},
    support::{
        TestApp, builders,
        smtp_server::{Act, CERTIFICATES, Options, Script, SmtpServer, Step},
    },
};

#[actix_web::test]
async fn a_server_that_hangs_up_at_any_stage_gets_each_message_once() {
    for step in Step::OF_A_DELIVERY {
        once_in_spite_of(step, Act::Drop).await;
    }
}

#[actix_web::test]
async fn a_server_that_falls_silent_at_any_stage_gets_each_message_once() {
    for step in Step::OF_A_DELIVERY {
        once_in_spite_of(step, Act::Hang).await;
    }
}

#[actix_web::test]
async fn a_server_that_takes_a_message_and_hangs_up_gets_it_twice_at_the_most() {
    let scene = Scene::set(Step::Dot, Act::TakeAndDrop).await;
    scene.deliver_after(TimeDelta::minutes(10)).await;
    let taken = scene.server.taken();
    assert_eq!(taken.len(), 2);
    assert!(taken[0].bytes == taken[1].bytes, "and can tell");
    scene.assert_story(Outcome::Uncertain, Stage::Body).await;
}

#[actix_web::test]
async fn a_server_out_of_reach_gets_each_message_once_when_it_is_back() {
    // A port at which nobody listens, and one at which nobody answers because others wait in front.
    let refusing = TcpSocket::new_v4().expect("a socket");
    refusing
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a port");
    let full = TcpSocket::new_v4().expect("a socket");
    full.bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a port");
    let full = full.listen(0).expect("a queue of one");
    let _waiting = tokio::net::TcpStream::connect(full.local_addr().expect("an address")).await;
    for address in [refusing.local_addr(), full.local_addr()] {
        let scene = Scene::of(Script::accept()).await;
        let mut settings = scene.server.settings();
        settings.host = "127.0.0.1".into();
        settings.port = address.expect("an address").port();
        let unreachable = client(&settings, Step::Banner).with_limits(impatient_to_connect());
        let worker = scene
            .app
            .second_process_with(|app| app.mailer.relay = Some(Relay::new(unreachable)))
            .await;
        worker.deliver().await;
        scene.deliver_after(TimeDelta::minutes(1)).await;
        assert_eq!(scene.server.taken().len(), 1);
        scene.assert_story(Outcome::Deferred, Stage::Connect).await;
    }
}

async fn once_in_spite_of(step: Step, act: Act) {
    let words = format!("{act:?} at {step:?}");
    let scene = Scene::set(step, act.clone()).await;
    assert_eq!(scene.server.taken(), [], "{words}");
    let first = scene.attempts().await.remove(0);
    let outcome = match (step, act) {
        // Nobody can know that it was not taken. A message that is short goes out whole though nobody reads it.
        (Step::Dot, _) | (Step::Body, Act::Hang) => Outcome::Uncertain,
        // That the server hung up is seen before the last byte, or too late to be sure.
        (Step::Body, _) if first.outcome == Some(Outcome::Uncertain) => Outcome::Uncertain,
        _ => Outcome::Deferred,
    };
    let pause = match outcome {
        Outcome::Uncertain => TimeDelta::minutes(10),
        _ => TimeDelta::minutes(1),
    };
    assert_eq!(first.stage, stage(step), "{words}");
    assert_eq!(scene.email().await.status, Status::Retrying, "{words}");
    scene.deliver_after(pause).await;
    assert_eq!(scene.server.taken().len(), 1, "{words}");
    scene.assert_story(outcome, stage(step)).await;
    scene.deliver_after(TimeDelta::hours(2)).await;
    assert_eq!(scene.server.taken().len(), 1, "{words}, and never again");
}

/// One message, and a server that fails at the first connection.
struct Scene {
    app: TestApp,
    worker: TestApp,
    server: SmtpServer,
}

impl Scene {
    /// After the first attempt, which the server failed.
    async fn set(step: Step, act: Act) -> Self {
        let scene = Self::with(Script::at(step, act), step).await;
        scene.worker.deliver().await;
        scene
    }

    /// Before the first attempt.
    async fn of(script: Script) -> Self {
        Self::with(script, Step::Dot).await
    }

    async fn with(script: Script, brief_at: Step) -> Self {
        let options = Options {
            security: Security::Starttls,
            login: Some(("jobs", "correct horse")),
            offers: vec!["8BITMIME", "AUTH PLAIN"],
        };
        let server = SmtpServer::with(options, [script]).await;
        let app = TestApp::with_settings(&[("DEFAULT_FROM_EMAIL", "jobs@example.com")]).await;
        builders::booked(&app, app.company_id).await;
        let brief_at = match brief_at {
            Step::Body => Step::Dot,
            step => step,
        };
        let client = client(&server.settings(), brief_at);
        let worker = app
            .second_process_with(|app| app.mailer.relay = Some(Relay::new(client)))
            .await;
        Self {
            app,
            worker,
            server,
        }
    }

    async fn deliver_after(&self, pause: TimeDelta) {
        self.app.advance(pause);
        self.worker.deliver().await;
    }

    async fn email(&self) -> email::Model {
        let email = email::Entity::find().one(self.app.app.db.read()).await;
        email.expect("a row").expect("an e-mail")
    }

    async fn attempts(&self) -> Vec<attempt::Model> {
        let all = attempt::Entity::find().order_by_asc(attempt::Column::Number);
        all.all(self.app.app.db.read()).await.expect("attempts")
    }

    /// One attempt that failed so, and one that was taken.
    async fn assert_story(&self, outcome: Outcome, at: Stage) {
        let attempts = self.attempts().await;
        let told = attempts.iter().map(|row| (row.outcome, row.stage));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [(Some(outcome), at), (Some(Outcome::Accepted), Stage::Body)]
        );
        assert!(attempts.iter().all(|row| row.ended_at.is_some()));
        assert_eq!(self.email().await.status, Status::Accepted);
    }
}

fn client(settings: &greenroom::settings::SmtpSettings, brief_at: Step) -> Client {
    Client::new(settings, "localhost")
        .trusting(vec![CERTIFICATES.authority.clone()])
        .with_limits(impatient_at(brief_at))
}

fn impatient_to_connect() -> greenroom::mail::smtp::Limits {
    let mut limits = impatient_at(Step::Banner);
    limits.connect = limits.banner;
    limits
}
