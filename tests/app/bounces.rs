//! What comes back: reports of mail servers, and what they change.
use actix_web::rt;
use chrono::TimeDelta;
use entity::{
    attempt::Outcome,
    bounce::{self, Action},
    email::{self, Status},
};
use greenroom::{
    domain::bounces::Taken,
    secret::Secret,
    settings::{ImapSettings, Login, Security},
    worker::{
        self,
        bounces::{self, Inbound, Reader},
        housekeeping,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tokio::sync::watch;

use crate::{
    emails::app_with,
    support::{
        TestApp, builders,
        dovecot::Dovecot,
        rows,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

pub const OWN_ADDRESS: (&str, &str) = ("EMAIL_BOUNCE_ADDRESS", "bounces@sample-company.example");

macro_rules! letter {
    ($name:literal) => {
        include_str!(concat!("../bounces/", $name, ".eml"))
    };
}

/// An accepted message, and the server that took it.
pub struct Scene {
    pub app: TestApp,
    pub server: SmtpServer,
    pub id: i64,
}

impl Scene {
    pub async fn new(variables: &[(&str, &str)]) -> Self {
        Self::with(SmtpServer::start().await, variables).await
    }

    pub async fn with(server: SmtpServer, variables: &[(&str, &str)]) -> Self {
        let app = app_with(&server, variables).await;
        let id = builders::booked(&app, app.company_id).await.email.id;
        app.deliver().await;
        Self { app, server, id }
    }

    pub async fn email(&self) -> email::Model {
        let found = email::Entity::find_by_id(self.id);
        let email = found.one(self.app.app.db.read()).await;
        email.expect("an answer").expect("a message")
    }

    /// A letter as if it were about this scene's message.
    pub async fn about_it(&self, letter: &str) -> String {
        let email = self.email().await;
        let interview =
            entity::interview::Entity::find_by_id(email.interview_id.expect("an interview"))
                .one(self.app.app.db.read())
                .await
                .expect("an answer")
                .expect("an interview");
        letter
            .replace(
                "0123456789abcdef0123456789abcdef.0@sample-company.example",
                &email.message_id,
            )
            .replace("zoe@example.net", &email.recipient)
            .replace("ZOE@EXAMPLE.NET", &email.recipient.to_uppercase())
            .replace("fedcba9876543210fedcba9876543210", &interview.public_id)
    }

    /// A letter as if it came back to this message's own return address, and knew nothing else of it.
    pub async fn to_its_address(&self, letter: &str) -> String {
        let came_from = self.server.taken()[0].from.clone();
        let letter = self.about_it(letter).await;
        let own_id = self.email().await.message_id;
        letter
            .replace(
                "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example",
                &came_from,
            )
            .replace(&own_id, "another@example.net")
    }

    pub async fn take(&self, letter: &str) -> Taken {
        let app = &self.app.app;
        let inbound = Inbound::of(app.return_address.as_ref(), &app.settings);
        let taken = bounces::take(&app.db, &inbound, letter.as_bytes(), self.app.now());
        taken.await.expect("an answer")
    }

    pub async fn take_about_it(&self, letter: &str) -> Taken {
        self.take(&self.about_it(letter).await).await
    }

    pub async fn reports(&self) -> Vec<bounce::Model> {
        let reports = bounce::Entity::find().filter(bounce::Column::EmailId.eq(self.id));
        reports.all(self.app.app.db.read()).await.expect("reports")
    }

    pub async fn put(&self, status: Status) {
        let row = email::ActiveModel {
            id: sea_orm::ActiveValue::Unchanged(self.id),
            status: Set(status),
            lease_until: Set((status == Status::Sending).then(|| self.app.now())),
            ..Default::default()
        };
        builders::write(&self.app, async |txn| {
            Ok(email::Entity::update(row).exec(txn).await?)
        })
        .await;
    }
}

#[actix_web::test]
async fn each_message_has_a_return_address_of_its_own_when_that_is_set_up() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    builders::booked(&scene.app, scene.app.company_id).await;
    scene.app.deliver().await;
    let taken = scene.server.taken();
    let begin = format!("bounces+{}-", scene.id);
    assert!(taken[0].from.starts_with(&begin), "{}", taken[0].from);
    assert!(taken[0].from.ends_with("@sample-company.example"));
    assert_ne!(taken[0].from, taken[1].from);
    let header = String::from_utf8_lossy(&taken[0].bytes);
    assert!(header.contains("<jobs@sample-company.example>"), "{header}");
    assert!(!header.contains("bounces+"), "{header}");
}

#[actix_web::test]
async fn a_message_that_comes_back_says_so_and_why() {
    let scene = Scene::new(&[]).await;
    scene.app.advance(TimeDelta::minutes(3));
    let taken = scene.take_about_it(letter!("postfix")).await;
    assert_eq!(taken, Taken::Bounced(scene.id));
    let email = scene.email().await;
    assert_eq!(email.status, Status::Bounced);
    assert_eq!(email.finished_at, Some(scene.app.now()));
    assert!(email.reason.contains("does not exist"), "{}", email.reason);

    let mut rita = scene.app.recruiter().await;
    let page = rita.get(&format!("/emails/{}", scene.id)).await;
    assert_eq!(page.words("#standing .status"), "Bounced");
    let steps = page.all_words("#story li");
    assert_eq!(steps.len(), 3, "{steps:?}");
    assert!(steps[1].starts_with("Accepted by localhost"), "{steps:?}");
    for words in [
        "Sent back by mail.sample-company.example",
        "User unknown in virtual mailbox table",
        "does not exist",
        "code 5.1.1",
    ] {
        assert!(steps[2].contains(words), "{words}: {steps:?}");
    }
    let interview = rita
        .get(&format!(
            "/interviews/{}",
            email.interview_id.expect("an interview")
        ))
        .await;
    let mails = interview.words("#mails");
    assert!(
        mails.contains("Bounced: This address does not exist"),
        "{mails}"
    );
    assert!(mails.contains("Copy message text"), "{mails}");
    let today = rita.get("/").await;
    assert!(today.has(&format!("#attention a[href='/emails/{}']", scene.id)));
    let mut eve = scene.app.other_company().await;
    assert!(!eve.get("/").await.has("#attention .agenda"));
}

#[actix_web::test]
async fn reports_of_every_make_are_matched_by_what_they_return() {
    for letter in [
        letter!("postfix"),
        letter!("exim"),
        letter!("exim-plain"),
        letter!("qmail"),
        letter!("microsoft365"),
        letter!("gmail"),
        letter!("full"),
        letter!("many"),
    ] {
        let scene = Scene::new(&[]).await;
        let taken = scene.take_about_it(letter).await;
        assert_eq!(taken, Taken::Bounced(scene.id), "{letter}");
    }
}

#[actix_web::test]
async fn the_signed_address_alone_is_enough() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let came_from = scene.server.taken()[0].from.clone();
    let letter = scene
        .about_it(letter!("postfix"))
        .await
        .replace(
            "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example",
            &came_from.to_uppercase(),
        )
        .replace(&scene.email().await.message_id, "another@example.net");
    assert_eq!(scene.take(&letter).await, Taken::Bounced(scene.id));
}

#[actix_web::test]
async fn a_service_that_renames_messages_is_matched_by_the_name_it_told() {
    let told = "250 Ok 0102018f3a5b7c9d-11112222-3333-4444-5555-666677778888-000000";
    let renaming = Script::at(Step::Dot, Act::Reply(told));
    let scene = Scene::with(SmtpServer::scripted([renaming]).await, &[]).await;
    assert_eq!(
        scene.take_about_it(letter!("ses")).await,
        Taken::Bounced(scene.id)
    );
    let other = Scene::new(&[]).await;
    assert_eq!(other.take_about_it(letter!("ses")).await, Taken::Unknown);
    assert_eq!(other.email().await.status, Status::Accepted);
}

#[actix_web::test]
async fn what_names_no_message_of_ours_changes_nothing() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let before = rows::all(&scene.app).await;
    for letter in [
        letter!("postfix"),
        letter!("ses"),
        letter!("forged"),
        letter!("qmail"),
        letter!("auto-reply"),
        letter!("receipt"),
        "",
        "Subject: hello\n\nnothing",
        &letter!("postfix").replace("Message-ID: <", "Message-ID: <\0"),
    ] {
        let foreign = letter.replace("zoe@example.net", &scene.email().await.recipient);
        assert_eq!(scene.take(&foreign).await, Taken::Unknown, "{letter}");
    }
    let receipt = letter!("receipt");
    assert_eq!(scene.take_about_it(receipt).await, Taken::Unknown);
    assert_eq!(rows::all(&scene.app).await, before);
}

#[actix_web::test]
async fn a_report_about_another_recipient_is_not_believed() {
    let scene = Scene::new(&[]).await;
    let before = rows::all(&scene.app).await;
    let letter = scene.about_it(letter!("postfix")).await;
    let letter = letter.replace(&scene.email().await.recipient, "somebody.else@example.net");
    assert_eq!(scene.take(&letter).await, Taken::OtherRecipient(scene.id));
    assert_eq!(rows::all(&scene.app).await, before);
}

#[actix_web::test]
async fn the_same_report_twice_changes_nothing() {
    let scene = Scene::new(&[]).await;
    scene.take_about_it(letter!("postfix")).await;
    let before = rows::all(&scene.app).await;
    scene.app.advance(TimeDelta::hours(1));
    let again = scene.take_about_it(letter!("postfix")).await;
    assert_eq!(again, Taken::Known(scene.id));
    assert_eq!(rows::all(&scene.app).await, before);
}

#[actix_web::test]
async fn a_delay_is_told_and_the_story_goes_on() {
    let scene = Scene::new(&[]).await;
    let taken = scene.take_about_it(letter!("delayed")).await;
    assert_eq!(taken, Taken::Noted(scene.id));
    assert_eq!(scene.email().await.status, Status::Accepted);
    let [report] = scene.reports().await.try_into().expect("one report");
    assert_eq!(
        (report.action, report.code.as_deref()),
        (Action::Delayed, Some("4.4.1"))
    );
    let page = scene
        .app
        .recruiter()
        .await
        .get(&format!("/emails/{}", scene.id))
        .await;
    let story = page.words("#story");
    assert!(
        story.contains("Reported as delayed by mail.sample-company.example"),
        "{story}"
    );
    assert_eq!(
        scene.take_about_it(letter!("delivered")).await,
        Taken::Known(scene.id)
    );
    let gone = scene.take_about_it(letter!("postfix")).await;
    assert_eq!(gone, Taken::Bounced(scene.id));
}

#[actix_web::test]
async fn only_what_may_have_left_comes_back() {
    for (status, expected) in [
        (Status::Accepted, Status::Bounced),
        (Status::Uncertain, Status::Bounced),
        (Status::Retrying, Status::Bounced),
        (Status::Superseded, Status::Superseded),
        (Status::Expired, Status::Expired),
        (Status::Failed, Status::Failed),
    ] {
        let scene = Scene::new(&[]).await;
        scene.put(status).await;
        let taken = scene.take_about_it(letter!("full")).await;
        assert_eq!(
            matches!(taken, Taken::Bounced(_)),
            expected == Status::Bounced
        );
        assert_eq!(scene.email().await.status, expected);
        assert_eq!(scene.reports().await.len(), 1, "it is told all the same");
    }
}

#[actix_web::test]
async fn a_report_of_a_message_that_a_worker_has_is_kept_until_its_record() {
    let scene = Scene::new(&[]).await;
    scene.put(Status::Sending).await;
    let letter = scene.about_it(letter!("full")).await;
    assert_eq!(scene.take(&letter).await, Taken::Kept(scene.id));
    assert_eq!(scene.take(&letter).await, Taken::Known(scene.id), "once");
    assert_eq!(scene.email().await.status, Status::Sending);
    // Somebody records it who knows nothing of reports that wait: an older process, during an upgrade.
    scene.put(Status::Accepted).await;
    for _ in 0..2 {
        housekeeping::run_steps(&scene.app.app).await.expect("done");
        assert_eq!(scene.email().await.status, Status::Bounced);
        assert_eq!(scene.reports().await.len(), 1);
    }
    assert_eq!(scene.take(&letter).await, Taken::Known(scene.id));
    assert_eq!(scene.email().await.finished_at, Some(scene.app.now()));
}

#[actix_web::test]
async fn what_came_back_in_doubt_is_not_tried_again() {
    let dying = Script::at(Step::Dot, Act::TakeAndDrop);
    let scene = Scene::with(SmtpServer::scripted([dying]).await, &[]).await;
    assert_eq!(scene.email().await.status, Status::Retrying);
    scene.take_about_it(letter!("postfix")).await;
    scene.app.advance(TimeDelta::hours(1));
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(scene.email().await.status, Status::Bounced);
}

#[actix_web::test]
async fn a_message_that_came_back_told_nobody_anything() {
    let dying = || Script::at(Step::Dot, Act::TakeAndDrop);
    let scene = Scene::with(SmtpServer::scripted([dying(), dying()]).await, &[]).await;
    scene.app.advance(TimeDelta::minutes(10));
    scene.app.deliver().await;
    assert_eq!(scene.email().await.status, Status::Uncertain);
    scene.take_about_it(letter!("full")).await;
    let interview = scene.email().await.interview_id.expect("an interview");
    let mut rita = scene.app.recruiter().await;
    let page = rita
        .get(&format!("/interviews/{interview}/cancellation"))
        .await;
    let version = page.value_of("version");
    let key = page.value_of("key");
    let answer = rita
        .post_form(
            &format!("/interviews/{interview}/cancellation"),
            &[("version", &version), ("key", &key)],
        )
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(scene.app.deliver().await, 0, "there is nothing to call off");
}

#[actix_web::test]
async fn a_message_that_came_back_can_be_sent_again() {
    let scene = Scene::new(&[]).await;
    scene.take_about_it(letter!("full")).await;
    let mut rita = scene.app.recruiter().await;
    let page = rita.get(&format!("/emails/{}", scene.id)).await;
    let key = page.attribute("form[action$='/resend'] [name=key]", "value");
    assert!(!key.is_empty());
    let answer = rita
        .post_form(&format!("/emails/{}/resend", scene.id), &[("key", &key)])
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.server.taken().len(), 2);
}

#[actix_web::test]
async fn no_link_gets_into_the_story_of_what_came_back() {
    let scene = Scene::new(&[]).await;
    scene.take_about_it(letter!("full")).await;
    let [report] = scene.reports().await.try_into().expect("one report");
    assert!(
        report.diagnostic.contains("see [link] for"),
        "{}",
        report.diagnostic
    );
    let rows = rows::all(&scene.app).await.join("\n");
    assert!(!rows.contains("eyJhbGciOiJIUzI1NiJ9"));
}

#[actix_web::test]
async fn somebody_who_writes_reports_for_fun_fills_no_log() {
    let scene = Scene::new(&[]).await;
    let letter = scene.about_it(letter!("delayed")).await;
    for n in 0..30 {
        let other = letter.replace("Connection timed out", &format!("timed out {n}"));
        scene.take(&other).await;
    }
    assert_eq!(scene.reports().await.len(), 20);
    let gone = scene.take_about_it(letter!("postfix")).await;
    assert_eq!(
        gone,
        Taken::Bounced(scene.id),
        "the end is told all the same"
    );
}

#[actix_web::test]
async fn two_processes_with_one_report_do_no_harm() {
    let scene = Scene::new(&[]).await;
    let second = scene.app.second_process().await;
    let letter = scene.about_it(letter!("postfix")).await;
    let bytes = letter.as_bytes();
    let now = scene.app.now();
    let inbound = Inbound::of(None, &scene.app.app.settings);
    let (one, two) = tokio::join!(
        bounces::take(&scene.app.app.db, &inbound, bytes, now),
        bounces::take(&second.app.db, &inbound, bytes, now),
    );
    let mut taken = [one.expect("an answer"), two.expect("an answer")];
    taken.sort_by_key(|taken| matches!(taken, Taken::Known(_)));
    assert_eq!(taken, [Taken::Bounced(scene.id), Taken::Known(scene.id)]);
    assert_eq!(scene.reports().await.len(), 1);
}

#[actix_web::test]
#[ignore = "needs dovecot; tests/run installs it"]
async fn reports_are_found_in_a_mailbox() {
    for security in [Security::Plain, Security::Starttls, Security::Implicit] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let dovecot = Dovecot::start();
        dovecot.put("a", &scene.about_it(letter!("postfix")).await);
        dovecot.put("b", letter!("auto-reply"));
        dovecot.put("c", letter!("forged"));
        let imap = dovecot.settings(security);
        let mut reader = Reader::default();
        let roots = dovecot.roots();
        reader
            .look(&scene.app.app, &imap, roots.clone())
            .await
            .expect("a look");
        assert_eq!(scene.email().await.status, Status::Bounced);
        assert_eq!(dovecot.seen(), ["a"], "the rest is somebody else's to read");
        assert_eq!(dovecot.all(), ["a", "b", "c"], "nothing is deleted");
        let before = rows::all(&scene.app).await;
        reader
            .look(&scene.app.app, &imap, roots.clone())
            .await
            .expect("a look");
        Reader::default()
            .look(&scene.app.app, &imap, roots)
            .await
            .expect("a look");
        assert_eq!(rows::all(&scene.app).await, before);
        assert_eq!(dovecot.seen(), ["a"]);
    }
}

#[actix_web::test]
#[ignore = "needs dovecot; tests/run installs it"]
async fn the_worker_looks_into_the_mailbox_by_itself() {
    let dovecot = Dovecot::start();
    let imap = dovecot.settings(Security::Plain);
    let port = imap.port.to_string();
    let password = imap.login.password().expect("a password").expose();
    let scene = Scene::new(&[
        ("BOUNCE_IMAP_HOST", &imap.host),
        ("BOUNCE_IMAP_PORT", &port),
        ("BOUNCE_IMAP_USE_SSL", "false"),
        ("BOUNCE_IMAP_USER", &imap.login.user),
        ("BOUNCE_IMAP_PASSWORD", password),
    ])
    .await;
    dovecot.put("a", &scene.about_it(letter!("postfix")).await);
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(scene.app.app.clone(), stopped));
    while dovecot.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.send(true).expect("a worker");
    worker.await.expect("an end");
    assert_eq!(scene.email().await.status, Status::Bounced);
}

#[actix_web::test]
#[ignore = "needs dovecot; tests/run installs it"]
async fn a_mailbox_that_does_not_open_is_a_warning_and_no_more() {
    let scene = Scene::new(&[]).await;
    let dovecot = Dovecot::start();
    let mut reader = Reader::default();
    let wrong = ImapSettings {
        login: Login::with_password("greenroom", Secret::new("wrong")),
        ..dovecot.settings(Security::Plain)
    };
    let trouble = reader
        .look(&scene.app.app, &wrong, None)
        .await
        .expect_err("no entry");
    assert_eq!(trouble.to_string(), "the server refuses the login");
    let missing = ImapSettings {
        folder: "Nowhere".into(),
        ..dovecot.settings(Security::Plain)
    };
    let trouble = reader
        .look(&scene.app.app, &missing, None)
        .await
        .expect_err("no folder");
    assert_eq!(trouble.to_string(), "the server refuses the folder");
    let untrusted = dovecot.settings(Security::Implicit);
    let trouble = reader
        .look(&scene.app.app, &untrusted, None)
        .await
        .expect_err("no trust");
    assert!(
        trouble.to_string().contains("no trusted encryption"),
        "{trouble}"
    );
    assert_eq!(scene.email().await.status, Status::Accepted);
    assert_eq!(scene.outcomes().await, [Some(Outcome::Accepted)]);
}

impl Scene {
    async fn outcomes(&self) -> Vec<Option<Outcome>> {
        let attempts = entity::attempt::Entity::find();
        let attempts = attempts
            .all(self.app.app.db.read())
            .await
            .expect("attempts");
        attempts
            .into_iter()
            .map(|attempt| attempt.outcome)
            .collect()
    }
}
