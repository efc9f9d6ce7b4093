//! Addresses that take no mail: what is held back, and how it leaves after all.
use chrono::TimeDelta;
use entity::{
    company,
    email::{self, Kind, Status},
    suppression,
};
use greenroom::worker::housekeeping;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use crate::{
    emails::app_with,
    support::{
        Actor, Answer, TestApp,
        builders::{self, Booked},
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

/// A company with a booked candidate whose address the mail server refused.
struct Scene {
    app: TestApp,
    server: SmtpServer,
    booked: Booked,
}

impl Scene {
    async fn new() -> Self {
        Self::refused_with("550 5.1.1 <x@example.net> no such user").await
    }

    async fn refused_with(reply: &'static str) -> Self {
        let refusing = Script::at(Step::RcptTo, Act::Reply(reply));
        let server = SmtpServer::scripted([refusing]).await;
        let app = app_with(&server, &[]).await;
        let reminders = company::Entity::update_many().col_expr(
            company::Column::ReminderLeadMinutes,
            Expr::value(json!([60])),
        );
        builders::write(&app, async |txn| Ok(reminders.exec(txn).await?)).await;
        let booked = builders::booked(&app, app.company_id).await;
        app.deliver().await;
        Self {
            app,
            server,
            booked,
        }
    }

    /// Books the same candidate once more, as a recruiter does.
    async fn book_again(&self, rita: &mut Actor) -> Answer {
        let app = &self.app;
        let job = builders::job(app, app.company_id).await;
        let at = app.now() + TimeDelta::days(2);
        let slot = builders::slot(app, app.company_id, job, at).await;
        let candidate = self.booked.details.candidate.id.to_string();
        let path = format!("/slots/{slot}/booking");
        let page = rita.get(&format!("{path}?candidate={candidate}")).await;
        let key = page.value_of("key");
        // They may have an interview at that time from the last call.
        let overlap = page.attribute("#overlap", "value");
        let fields = [
            ("key", &*key),
            ("candidate", &candidate),
            ("overlap", &overlap),
            ("act", "book"),
        ];
        let answer = rita.post_form(&path, &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        rita.get(&answer.location).await
    }

    async fn emails(&self) -> Vec<email::Model> {
        let emails = email::Entity::find().order_by_asc(email::Column::Id);
        emails.all(self.app.app.db.read()).await.expect("emails")
    }

    async fn states(&self) -> Vec<(Kind, Status)> {
        let emails = self.emails().await.into_iter();
        emails.map(|email| (email.kind, email.status)).collect()
    }

    async fn suppressed(&self) -> Vec<suppression::Model> {
        let rows = suppression::Entity::find();
        rows.all(self.app.app.db.read())
            .await
            .expect("suppressions")
    }

    async fn last(&self) -> email::Model {
        let mut newest_first = self.emails().await.into_iter().rev();
        let found = newest_first.find(|email| email.kind != Kind::Reminder);
        found.expect("a message")
    }
}

#[actix_web::test]
async fn an_address_that_does_not_exist_gets_nothing_more() {
    let scene = Scene::new().await;
    assert_eq!(
        scene.states().await,
        [
            (Kind::Scheduled, Status::Failed),
            (Kind::Reminder, Status::Held)
        ]
    );
    let mut rita = scene.app.recruiter().await;
    let page = scene.book_again(&mut rita).await;
    assert!(page.notice().contains("held back"), "{}", page.notice());
    let mails = page.words("#mails");
    assert!(
        mails.contains(
            "Held back: An earlier email to this address bounced. This address does not exist"
        ),
        "{mails}"
    );
    assert!(mails.contains("Copy message text"), "{mails}");
    let held = scene.last().await;
    assert_eq!((held.status, held.attempts), (Status::Held, 0));
    let standing = rita.get(&format!("/emails/{}", held.id)).await;
    let proof = standing.attribute("#standing p a", "href");
    assert_eq!(proof, format!("/emails/{}", scene.booked.email.id));
    scene.app.advance(TimeDelta::hours(1));
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(scene.server.taken(), []);
    let today = rita.get("/").await;
    assert!(today.has(&format!("#attention a[href='/emails/{}']", held.id)));
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn other_refusals_hold_nothing_back() {
    for reply in [
        "550 5.7.1 not from you",
        "550 5.2.1 mailbox closed",
        "550 no such user",
        "550 5.1.0 rejected",
    ] {
        let scene = Scene::refused_with(reply).await;
        let states = scene.states().await;
        assert_eq!(states[0], (Kind::Scheduled, Status::Failed), "{reply}");
        assert_eq!(states[1], (Kind::Reminder, Status::Queued), "{reply}");
        assert!(scene.suppressed().await.is_empty());
        scene.app.expect_undelivered_mail();
    }
}

#[actix_web::test]
async fn other_companies_find_out_for_themselves() {
    let scene = Scene::new().await;
    let other = builders::company(&scene.app, "Other Company").await;
    let candidate = entity::candidate::Entity::update_many()
        .col_expr(
            entity::candidate::Column::Email,
            Expr::value(&scene.booked.email.recipient),
        )
        .filter(entity::candidate::COLUMN.company_id.eq(other));
    let job = builders::job(&scene.app, other).await;
    let id = builders::candidate(&scene.app, other).await;
    builders::write(&scene.app, async |txn| Ok(candidate.exec(txn).await?)).await;
    let interview = builders::interview(&scene.app, other, id, job).await;
    let at = scene.app.now() + TimeDelta::days(1);
    let slot = builders::slot(&scene.app, other, job, at).await;
    let user = builders::user(&scene.app, other, entity::user::Role::Recruiter).await;
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let mut program = scene.app.program_of(&user).await;
    let answer = program
        .post_json(&path, &json!({ "interview_id": interview }))
        .await;
    assert_eq!(answer.json()["notification"]["status"], "queued");
    assert_eq!(scene.app.deliver().await, 1);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_program_is_told_that_its_message_is_held_back() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let candidate = scene.booked.details.candidate.id;
    let job = builders::job(app, app.company_id).await;
    let interview = builders::interview(app, app.company_id, candidate, job).await;
    let at = app.now() + TimeDelta::days(2);
    let slot = builders::slot(app, app.company_id, job, at).await;
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let mut program = app.program().await;
    let answer = program
        .post_json(&path, &json!({ "interview_id": interview }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["notification"]["status"], "held");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn one_press_lets_it_go_and_all_else_for_that_address() {
    let scene = Scene::new().await;
    let mut rita = scene.app.recruiter().await;
    scene.book_again(&mut rita).await;
    let id = scene.last().await.id;
    let page = rita.get(&format!("/emails/{id}")).await;
    let release = format!("/emails/{id}/release");
    assert!(page.has(&format!("form[action='{release}']")));
    let why = page.words("#standing");
    assert!(why.contains("This address does not exist"), "{why}");
    let answer = rita.post_form(&release, &[]).await;
    assert_eq!(
        (answer.status, &*answer.location),
        (303, &*format!("/emails/{id}"))
    );
    let page = rita.get(&answer.location).await;
    assert!(page.notice().contains("Released"), "{}", page.notice());
    assert!(!page.has(&format!("form[action='{release}']")));
    assert!(scene.suppressed().await.is_empty());
    assert!(
        scene
            .states()
            .await
            .iter()
            .all(|(_, status)| *status != Status::Held)
    );
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.last().await.status, Status::Accepted);
    let acts = entity::action::Entity::find()
        .filter(entity::action::COLUMN.verb.eq("email.released"))
        .all(scene.app.app.db.read())
        .await
        .expect("actions");
    assert_eq!(acts.len(), 1);
    assert_eq!(
        (acts[0].object_id, acts[0].user_id),
        (id, Some(rita.user_id()))
    );

    let again = rita.post_form(&release, &[]).await;
    let page = rita.get(&again.location).await;
    assert!(
        page.notice().contains("no longer held back"),
        "{}",
        page.notice()
    );
    assert_eq!(scene.app.deliver().await, 0);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn only_what_is_held_can_be_released() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    assert!(!rita.get(&path).await.has("form[action$='/release']"));
    let answer = rita.post_form(&format!("{path}/release"), &[]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(app.deliver().await, 0, "nothing was queued");
}

#[actix_web::test]
async fn a_message_sent_again_to_such_an_address_is_held_and_says_so() {
    let scene = Scene::new().await;
    let mut rita = scene.app.recruiter().await;
    let id = scene.booked.email.id;
    let page = rita.get(&format!("/emails/{id}")).await;
    let key = page.attribute("form[action$='/resend'] [name=key]", "value");
    let answer = rita
        .post_form(&format!("/emails/{id}/resend"), &[("key", &key)])
        .await;
    let page = rita.get(&answer.location).await;
    assert!(page.notice().contains("held back"), "{}", page.notice());
    assert!(page.has("form[action$='/release']"));
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_corrected_address_gets_the_message_as_usual() {
    let scene = Scene::new().await;
    let mut rita = scene.app.recruiter().await;
    let candidate = scene.booked.details.candidate.id;
    let fields = [
        ("name", "Zoë Núñez"),
        ("email", "right@example.com"),
        ("locale", "en"),
        ("version", "1"),
    ];
    let path = format!("/candidates/{candidate}/edit");
    assert_eq!(rita.post_form(&path, &fields).await.status, 303);
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.server.taken()[0].to, "right@example.com");
    let states = scene.states().await;
    assert_eq!(
        states[1],
        (Kind::Reminder, Status::Superseded),
        "{states:?}"
    );
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_is_held_ends_as_other_messages_do() {
    let scene = Scene::new().await;
    let mut rita = scene.app.recruiter().await;
    scene.book_again(&mut rita).await;
    let held = scene.last().await;
    scene
        .app
        .advance(held.expires_at - scene.app.now() - TimeDelta::seconds(1));
    scene.app.deliver().await;
    assert_eq!(scene.last().await.status, Status::Held);
    scene.app.advance(TimeDelta::seconds(1));
    scene.app.deliver().await;
    let ended = scene.last().await;
    assert_eq!(ended.status, Status::Expired);
    assert!(
        ended.reason.contains("not released in time"),
        "{}",
        ended.reason
    );
    assert_eq!(ended.finished_at, Some(scene.app.now()));
    assert!(
        scene
            .states()
            .await
            .iter()
            .all(|(_, status)| status.is_final())
    );
}

#[actix_web::test]
async fn a_cancelled_interview_leaves_nothing_held() {
    let scene = Scene::new().await;
    let mut rita = scene.app.recruiter().await;
    scene.book_again(&mut rita).await;
    let interview = scene.last().await.interview_id;
    let path = format!(
        "/interviews/{}/cancellation",
        interview.expect("an interview")
    );
    let page = rita.get(&path).await;
    let (version, key) = (page.value_of("version"), page.value_of("key"));
    let fields = [("version", &*version), ("key", &key)];
    assert_eq!(rita.post_form(&path, &fields).await.status, 303);
    let emails = scene.emails().await;
    let of_it = emails
        .iter()
        .filter(|email| email.interview_id == interview);
    assert!(of_it.clone().count() > 1);
    for email in of_it {
        assert_eq!(email.status, Status::Superseded, "{:?}", email.kind);
    }
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn after_thirty_days_it_is_worth_another_try() {
    let scene = Scene::new().await;
    let until = scene.app.now() + TimeDelta::days(30);
    assert_eq!(scene.suppressed().await[0].expires_at, until);
    scene
        .app
        .advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let mut rita = scene.app.recruiter().await;
    scene.book_again(&mut rita).await;
    assert_eq!(scene.last().await.status, Status::Held);
    scene.app.advance(TimeDelta::seconds(1));
    scene.book_again(&mut rita).await;
    assert_eq!(scene.last().await.status, Status::Queued);
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    assert!(scene.suppressed().await.is_empty());
    scene.app.expect_undelivered_mail();
}
