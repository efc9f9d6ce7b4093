//! Candidates who do not know: the banner above every page, the list, and telling them another way.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company,
    email::{self, Kind, Status},
    interview, transport,
};
use greenroom::domain::{
    actions::Actor as By,
    alerts::{self, Reachability},
    interviews::{
        booking::{self, NewBooking, Who},
        overlap::Overlaps,
        slot_choice::SlotChoice,
    },
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, EntityTrait, Iterable, QueryFilter, QueryOrder, sea_query::Expr,
};
use serde_json::json;

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
};

const SECOND: TimeDelta = TimeDelta::seconds(1);
const SMTP: [(&str, &str); 3] = [
    ("EMAIL_BACKEND", "smtp"),
    ("EMAIL_HOST", "127.0.0.1"),
    ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
];

/// A candidate booked so many minutes from now.
async fn booked_in(app: &TestApp, minutes: i64) -> Booked {
    let company_id = app.company_id;
    let job_id = builders::job(app, company_id).await;
    let starts_at = app.now() + TimeDelta::minutes(minutes);
    let new = NewBooking {
        slot: SlotChoice::Existing(builders::slot(app, company_id, job_id, starts_at).await),
        who: Who::Candidate(builders::candidate(app, company_id).await),
        notes: String::new(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    match booking::book(&app.app.db, &By::system(company_id), new, app.now()).await {
        Ok(Ok(booked)) => Booked::of(app, *booked).await,
        other => panic!("a booking: {other:?}"),
    }
}

/// Puts a column of a message, whatever the rules say.
async fn put(app: &TestApp, id: i64, column: email::Column, value: impl Into<sea_orm::Value>) {
    let change = email::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .col_expr(email::Column::LeaseUntil, Expr::value(app.now()))
        .filter(email::COLUMN.id.eq(id));
    builders::write(app, async |txn| Ok(change.exec(txn).await?)).await;
}

async fn came_to(app: &TestApp, booked: &Booked, status: Status) {
    put(
        app,
        booked.email.id,
        email::Column::Status,
        status.to_value(),
    )
    .await;
}

async fn undo_window(app: &TestApp, seconds: i32) {
    let change =
        company::Entity::update_many().col_expr(company::Column::UndoSeconds, Expr::value(seconds));
    builders::write(app, async |txn| Ok(change.exec(txn).await?)).await;
}

async fn newest(app: &TestApp) -> email::Model {
    let newest = email::Entity::find().order_by_desc(email::Column::Id);
    let newest = newest.one(app.app.db.read()).await;
    newest.expect("rows").expect("a message")
}

fn heading(page: &Answer) -> String {
    page.words(".alerts__heading")
}

/// Is there a banner a second before an instant, at it, and a second after it?
async fn around(app: &TestApp, user: &mut Actor, at: DateTime<Utc>) -> [bool; 3] {
    app.advance(at - SECOND - app.now());
    let mut seen = [false; 3];
    for seen in &mut seen {
        *seen = user.get("/account").await.has(".alerts");
        app.advance(SECOND);
    }
    seen
}

#[actix_web::test]
async fn a_message_that_nobody_took_is_told_on_every_page_after_thirty_minutes() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let late = app.now() + TimeDelta::minutes(30);
    assert_eq!(around(&app, &mut rita, late).await, [false, true, true]);

    for path in ["/jobs", "/candidates/new", "/emails", "/slots?job=x"] {
        let page = rita.get(path).await;
        assert_eq!(
            page.words(".alerts"),
            "1 candidate not notified Review",
            "{path}"
        );
        assert!(
            !page.text.contains("Dear Zoë Núñez") || path == "/emails",
            "{path}"
        );
    }
    let page = rita.post_form("/jobs/new", &[("title", "")]).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.attribute(".alerts a", "href"), "/alerts");
    let today = rita.get("/").await;
    assert_eq!(
        today.words(".alerts"),
        "1 candidate not notified Review",
        "one line before the day's board"
    );
    let page = rita.get("/alerts").await;
    let words = page.words(".alerts__list");
    for part in [
        "Zoë Núñez",
        "Tue 5 January 2027, 09:00–09:45 (Europe/Berlin, UTC+01:00)",
        "Invitation: Queued",
        "Not tried yet",
        "Dear Zoë Núñez",
        "(your personal join link comes by email)",
        "Mark as told by phone",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    let (mail, interview) = (booked.email.id, booked.details.interview.id);
    assert!(page.has(&format!(".alerts__list a[href='/emails/{mail}']")));
    assert!(page.has(&format!(".alerts__list a[href='/interviews/{interview}']")));
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_hour_before_the_start_nobody_waits_any_longer() {
    let app = TestApp::start().await;
    let start = app.now();
    booked_in(&app, 80).await;
    let mut rita = app.recruiter().await;
    let near = start + TimeDelta::minutes(20);
    assert_eq!(around(&app, &mut rita, near).await, [false, true, true]);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_booking_for_soon_gets_a_minute_and_a_failed_attempt_none() {
    let app = TestApp::start().await;
    let minute = app.now() + TimeDelta::minutes(1);
    let booked = booked_in(&app, 40).await;
    let mut rita = app.recruiter().await;
    assert!(!rita.get("/").await.has(".alerts"), "it is about to leave");
    came_to(&app, &booked, Status::Retrying).await;
    assert!(rita.get("/").await.has(".alerts"), "it did not");
    came_to(&app, &booked, Status::Queued).await;
    assert_eq!(around(&app, &mut rita, minute).await, [false, true, true]);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_waits_on_purpose_is_late_only_after_its_time() {
    let app = TestApp::start().await;
    undo_window(&app, 3600).await;
    let late = app.now() + TimeDelta::minutes(90);
    booked_in(&app, 600).await;
    let mut rita = app.recruiter().await;
    assert_eq!(around(&app, &mut rita, late).await, [false, true, true]);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn attempts_do_not_make_a_message_younger() {
    let app = TestApp::start().await;
    let late = app.now() + TimeDelta::minutes(30);
    let booked = builders::booked(&app, app.company_id).await;
    came_to(&app, &booked, Status::Retrying).await;
    let again = late + TimeDelta::minutes(5);
    put(&app, booked.email.id, email::Column::DueAt, again).await;
    let mut rita = app.recruiter().await;
    assert_eq!(around(&app, &mut rita, late).await, [false, true, true]);
    app.expect_undelivered_mail();
}

/// What is asked of the database and what is asked of a row are one rule.
#[actix_web::test]
async fn every_status_is_told_when_the_rule_says_so() {
    let app = TestApp::start().await;
    let booked = booked_in(&app, 120).await;
    let email = &booked.email;
    let starts_at = booked.details.slot.as_ref().expect("a slot").starts_at;
    let mut rita = app.recruiter().await;
    for minutes in [0, 1, 20, 30, 61] {
        app.advance(email.first_due_at + TimeDelta::minutes(minutes) - app.now());
        for status in Status::iter() {
            came_to(&app, &booked, status).await;
            let due = alerts::is_due(status, email.first_due_at, starts_at, app.now());
            let told = rita.get("/account").await.has(".alerts");
            assert_eq!(told, due, "{status:?} after {minutes} minutes");
            assert!(minutes > 0 || told == (alerts::reachability(status) == Reachability::Lost));
        }
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn nobody_else_is_told() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert!(app.admin().await.get("/company").await.has(".alerts"));
    let mut eve = app.other_company().await;
    assert!(!eve.get("/").await.has(".alerts"));
    assert!(!eve.get("/alerts").await.text.contains("Zoë"));
    assert!(!app.stranger().get("/login").await.text.contains("notified"));
    let interview = &booked.details.interview;
    let token = app
        .app
        .keys
        .token(&greenroom::domain::interviews::join_link::Ticket {
            public_id: &interview.public_id,
            link_version: interview.link_version,
            revision: interview.revision,
        });
    let link = format!("/interview/{}", token.expect("a token"));
    let page = app.candidate().get(&link).await;
    assert!(page.status == 200 && !page.text.contains("notified"));
}

#[actix_web::test]
async fn an_alert_lasts_as_long_as_its_message_is_of_use() {
    let app = TestApp::start().await;
    let booked = booked_in(&app, 180).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    assert!(rita.get("/").await.has(".alerts"));
    let over = booked.details.slot.as_ref().expect("a slot").ends_at();
    assert_eq!(around(&app, &mut rita, over).await, [true, false, false]);
}

#[actix_web::test]
async fn only_the_newest_message_counts_and_a_reminder_is_none() {
    let app = TestApp::start().await;
    let leads = company::Entity::update_many().col_expr(
        company::Column::ReminderLeadMinutes,
        Expr::value(json!([60])),
    );
    builders::write(&app, async |txn| Ok(leads.exec(txn).await?)).await;
    let booked = builders::booked(&app, app.company_id).await;
    came_to(&app, &booked, Status::Failed).await;
    let mut rita = app.recruiter().await;
    assert!(rita.get("/jobs").await.has(".alerts"), "the reminder waits");

    let edit = format!("/candidates/{}/edit", booked.details.candidate.id);
    let fields = [
        ("name", "Zoë"),
        ("email", "right@example.com"),
        ("locale", "en"),
        ("version", "1"),
    ];
    assert_eq!(rita.post_form(&edit, &fields).await.status, 303);
    assert!(
        !rita.get("/jobs").await.has(".alerts"),
        "a newer one leaves"
    );
    let new = email::Entity::find()
        .filter(email::COLUMN.recipient.eq("right@example.com"))
        .filter(sea_orm::ColumnTrait::ne(
            &email::Column::Kind,
            Kind::Reminder,
        ))
        .one(app.app.db.read())
        .await;
    let new = new.expect("rows").expect("the newer one");
    put(&app, new.id, email::Column::Status, "superseded").await;
    assert!(rita.get("/jobs").await.has(".alerts"), "it never left");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_cancellation_is_told_until_the_interview_would_have_begun() {
    let app = TestApp::start().await;
    let booked = booked_in(&app, 240).await;
    app.deliver().await;
    let id = booked.details.interview.id;
    let version = booked.details.interview.version.to_string();
    let mut rita = app.recruiter().await;
    let path = format!("/interviews/{id}/cancellation");
    let fields = [
        ("version", version.as_str()),
        ("reason", "The job is filled."),
    ];
    assert_eq!(rita.post_form(&path, &fields).await.status, 303);
    assert!(
        !rita.get("/jobs").await.has(".alerts"),
        "it is about to leave"
    );
    app.deliver().await;
    let words = rita.get("/alerts").await.words(".alerts__list");
    for part in ["Cancellation: Printed", "The job is filled."] {
        assert!(words.contains(part), "{part} in {words}");
    }
    let page = rita.get(&format!("/interviews/{id}")).await;
    assert!(page.words("#mails pre").contains("The job is filled."));
    let start = booked.details.slot.as_ref().expect("a slot").starts_at;
    assert_eq!(around(&app, &mut rita, start).await, [true, false, false]);
}

#[actix_web::test]
async fn an_interview_that_was_called_off_before_anything_left_alerts_nobody() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    came_to(&app, &booked, Status::Failed).await;
    let off = interview::Entity::update_many().col_expr(
        interview::Column::Status,
        Expr::value(interview::Status::Cancelled.to_value()),
    );
    builders::write(&app, async |txn| Ok(off.exec(txn).await?)).await;
    assert!(!app.recruiter().await.get("/").await.has(".alerts"));
}

#[actix_web::test]
async fn the_reason_is_the_messages_own_or_that_of_the_mail_server() {
    let app = TestApp::with_settings(&SMTP).await;
    let booked = builders::booked(&app, app.company_id).await;
    app.advance(TimeDelta::minutes(31));
    let mut rita = app.recruiter().await;
    let row = transport::ActiveModel {
        name: Set(transport::Name::Primary),
        host: Set("smtp.gmail.com:587".into()),
        fingerprint: Set("x".into()),
        failures: Set(3),
        scope: Set(Some(transport::Scope::Settings)),
        reason: Set("Gmail wants an App Password here.".into()),
        opened_at: Set(Some(app.now())),
        ..Default::default()
    };
    builders::write(&app, async |txn| {
        Ok(transport::Entity::insert(row)
            .exec_without_returning(txn)
            .await?)
    })
    .await;
    let words = rita.get("/alerts").await.words(".alerts__list");
    assert!(
        words.contains("Gmail wants an App Password here."),
        "{words}"
    );

    let own = "Their mailbox is <full>.";
    put(&app, booked.email.id, email::Column::Reason, own).await;
    came_to(&app, &booked, Status::Failed).await;
    let page = rita.get("/alerts").await;
    let words = page.words(".alerts__list");
    assert!(
        words.contains("Invitation: Not delivered Their mailbox is <full>."),
        "{words}"
    );
    assert!(!page.has(".alerts__list full"), "escaped");
}

#[actix_web::test]
async fn they_are_counted_above_each_page_and_all_of_them_listed() {
    let app = TestApp::start().await;
    for minutes in (0..22).rev() {
        booked_in(&app, 300 + minutes).await;
    }
    app.deliver().await;
    let mut rita = app.recruiter().await;
    for path in ["/jobs", "/"] {
        let page = rita.get(path).await;
        assert_eq!(heading(&page), "22 candidates not notified", "{path}");
        assert_eq!(page.attribute(".alerts a", "href"), "/alerts", "{path}");
        assert!(!page.has(".alerts__list"), "{path}");
    }
    let list = rita.get("/alerts").await;
    assert!(!list.has(".alerts"), "the list itself needs no banner");
    assert!(
        list.words(".alerts__list li").contains("14:00"),
        "the nearest first"
    );
    assert_eq!(list.all_words(".alerts__list li").len(), 20);
    let rest = rita.get(&list.attribute("a[rel=next]", "href")).await;
    assert_eq!(rest.all_words(".alerts__list li").len(), 2);
    assert_eq!(rita.get("/alerts?cursor=x").await.status, 422);
}

#[actix_web::test]
async fn somebody_with_a_number_can_be_called() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let edit = format!("/candidates/{}/edit", booked.details.candidate.id);
    let fields = [
        ("name", "Zoë Núñez"),
        ("email", booked.details.candidate.email.as_str()),
        ("phone", "+1 (212) 555-01"),
        ("locale", "en"),
        ("version", "1"),
    ];
    let mut rita = app.recruiter().await;
    assert_eq!(rita.post_form(&edit, &fields).await.status, 303);
    let page = rita.get("/alerts").await;
    assert_eq!(page.words(".alerts__list a[href^=tel]"), "+1 (212) 555-01");
    assert_eq!(
        page.attribute(".alerts__list a[href^=tel]", "href"),
        "tel:+121255501"
    );
}

#[actix_web::test]
async fn what_was_printed_is_sent_when_there_is_a_mail_server() {
    let app = TestApp::with_settings(&SMTP).await;
    let (first, second) = (booked_in(&app, 300).await, booked_in(&app, 400).await);
    came_to(&app, &first, Status::Printed).await;
    came_to(&app, &second, Status::Failed).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/alerts").await;
    let form = "form[action='/alerts/resending']";
    assert_eq!(page.words(form), "Send 1 unsent email");
    let key = page.attribute(&format!("{form} input[name=key]"), "value");
    let sent = rita.post_form("/alerts/resending", &[("key", &key)]).await;
    assert_eq!((sent.status, sent.location.as_str()), (303, "/alerts"));
    let page = rita.get("/alerts").await;
    assert_eq!(page.notice(), "1 email is on its way.");
    assert!(!page.has(form), "nothing is left to send");
    assert_eq!(
        page.all_words(".alerts__list li").len(),
        1,
        "what was refused stays"
    );
    let new = newest(&app).await;
    assert_eq!(new.resend_of, Some(first.email.id));
    rita.post_form("/alerts/resending", &[("key", &key)]).await;
    assert_eq!(newest(&app).await.id, new.id, "and not once more");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_was_printed_is_not_printed_again() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let before = newest(&app).await.id;
    let mut ada = app.admin().await;
    let page = ada.get("/jobs").await;
    assert_eq!(heading(&page), "1 candidate not notified");
    assert!(
        !ada.get("/alerts")
            .await
            .has("form[action='/alerts/resending']")
    );
    ada.post_form("/alerts/resending", &[]).await;
    let notice = ada.get("/alerts").await.notice();
    assert!(notice.starts_with("Nothing was sent"), "{notice}");
    assert_eq!(newest(&app).await.id, before);
}
