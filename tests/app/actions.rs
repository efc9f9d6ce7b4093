//! The audit log: who did what and when, as admins read it.
use chrono::TimeDelta;
use entity::{action, bounce::Action, email};
use greenroom::domain::bounces::{self, Notice, RecipientReport};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::{
    emails::app_with,
    support::{
        Actor, TestApp, builders,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

const JOB: [(&str, &str); 3] = [
    ("title", "Cook"),
    ("positions_to_fill", "1"),
    ("status", "open"),
];

#[actix_web::test]
async fn an_admin_reads_who_did_what_and_when() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let created = rita.post_form("/jobs/new", &JOB).await;
    assert_eq!(created.status, 303, "{}", created.text);
    let mut ada = app.admin().await;
    let page = ada.get("/").await;
    assert_eq!(page.attribute("nav a[href='/actions']", "href"), "/actions");
    let page = ada.get("/actions").await;
    assert_eq!(page.status, 200);
    let words = page.words("#log");
    assert!(words.contains("Job added title: Cook Job 1"), "{words}");
    assert!(words.contains("Mon 4 January 2027, 09:00"), "{words}");
    assert!(words.contains("198.51.0.1"), "{words}");
    assert!(words.contains("Signed in"), "{words}");
}

#[actix_web::test]
async fn the_log_is_filtered_by_who_what_and_when() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let mut ada = app.admin().await;
    for actor in [&mut rita, &mut ada] {
        assert_eq!(actor.post_form("/jobs/new", &JOB).await.status, 303);
    }
    app.advance(TimeDelta::days(1));
    let mut rita = app.recruiter().await;
    let slot = builders::slot(&app, app.company_id, 1, app.now() + TimeDelta::days(1)).await;
    assert_eq!(
        rita.press(&format!("/slots/{slot}"), &format!("/slots/{slot}/closure"))
            .await
            .status,
        303
    );
    let rows = async |query: &str| {
        let page = app.admin().await.get(&format!("/actions?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        page.all_words("#log tbody tr").len()
    };
    let by_rita = format!("who={}", rita.user_id());
    // Signed in, the closure.
    assert_eq!(rows(&by_rita).await, 2);
    assert_eq!(rows(&format!("{by_rita}&what=slot.closed")).await, 1);
    assert_eq!(rows(&format!("{by_rita}&what=job.created")).await, 0);
    assert_eq!(rows("what=job.created").await, 2);
    assert_eq!(rows("what=job.created&to=2027-01-04").await, 2);
    assert_eq!(rows("what=job.created&from=2027-01-05").await, 0);
    assert_eq!(rows("what=slot.closed&from=2027-01-05").await, 1);
    assert_eq!(rows(&format!("on=slot:{slot}")).await, 2);
    assert_eq!(rows("who=none&what=job.created").await, 0);
    assert_eq!(rows("what=never.heard_of").await, 0);
}

#[actix_web::test]
async fn a_filter_that_cannot_be_read_says_so_beside_its_field() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    for (query, field) in [
        ("who=rita", "who"),
        ("what=DROP%20TABLE", "what"),
        ("on=interview", "on"),
        ("from=tomorrow", "from"),
        ("from=2027-01-05&to=2027-01-04", "to"),
    ] {
        let page = ada.get(&format!("/actions?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.has(&format!("#{field}-error")), "{query}");
        let table = ada.get(&format!("/actions.csv?{query}")).await;
        assert_eq!(table.status, 303, "{query}");
        assert!(
            table.location.starts_with("/actions?"),
            "{}",
            table.location
        );
    }
}

#[actix_web::test]
async fn a_long_log_goes_on_where_the_page_ends_and_is_downloaded_whole() {
    let app = TestApp::start().await;
    builders::write(&app, async |txn| {
        for number in 0..620 {
            note(txn, "job.created", number, &app).await;
        }
        Ok(())
    })
    .await;
    let mut ada = app.admin().await;
    let page = ada.get("/actions?what=job.created").await;
    assert_eq!(page.all_words("#log tbody tr").len(), 50);
    let next = page.attribute("a[rel=next]", "href");
    let second = ada.get(&next).await;
    assert_eq!(second.all_words("#log tbody tr").len(), 50);
    assert!(second.text.contains("Job 569") && !second.text.contains("Job 570<"));
    let link = page.attribute("a[href^='/actions.csv']", "href");
    let table = ada.get(&link).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = table.text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 621);
    assert_eq!(
        lines[0],
        "\u{feff}Line,When (UTC),User,Who,From address,Action,Object,Number,Details"
    );
    assert!(
        lines[1].contains(",Greenroom,,job.created,job,619,"),
        "{}",
        lines[1]
    );
}

#[actix_web::test]
async fn what_was_deleted_is_no_link_and_all_others_lead_somewhere() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let job = builders::job(&app, app.company_id).await;
    let mut program = app.program().await;
    let mut slots = Vec::new();
    for hour in ["10:00", "12:00"] {
        let body = json!({
            "interview_date": "2027-01-05", "start_time": hour, "duration_minutes": 45,
            "job": job, "ai_interview_type": "technical",
        });
        let made = program.post_json("/api/interviews/slots/", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        slots.push(made.json()["id"].as_i64().expect("an id"));
    }
    let (gone, left) = (slots[0], slots[1]);
    let page = format!("/slots/{gone}");
    let deleted = ada.press(&page, &format!("{page}/deletion")).await;
    assert_eq!(deleted.status, 303, "{}", deleted.text);

    let page = ada.get("/actions").await;
    let words = page.words("#log");
    for line in ["Slot added", "Slot deleted"] {
        assert!(words.contains(line), "{line} in {words}");
    }
    assert!(words.contains(&format!("Slot {gone} (deleted)")), "{words}");
    assert!(!page.has(&format!("#log a[href='/slots/{gone}']")));
    assert!(page.has(&format!("#log a[href='/slots/{left}']")));
    let about = format!("#log a[href='/actions?on=slot%3A{gone}']");
    assert!(page.has(&about), "what is left is its history");
    for href in page.all_attributes("#log td a", "href") {
        assert_eq!(ada.get(&href).await.status, 200, "{href}");
    }
}

#[actix_web::test]
async fn another_company_has_another_log() {
    let app = TestApp::start().await;
    builders::write(&app, async |txn| {
        note(txn, "job.created", 4711, &app).await;
        Ok(())
    })
    .await;
    let mut other = app.other_company().await;
    for path in ["/actions", "/actions?on=job:4711", "/actions.csv"] {
        assert!(!other.get(path).await.text.contains("Cook"), "{path}");
    }
    assert_eq!(app.recruiter().await.get("/actions").await.status, 404);
    assert_eq!(app.recruiter().await.get("/actions.csv").await.status, 404);
}

#[actix_web::test]
async fn a_booking_whose_message_is_refused_is_written_down_once() {
    let nobody = "550 5.1.1 no such user";
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(nobody))]).await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    let (slot, interview) = book(&app, &mut rita).await;
    assert_eq!(failures(&app).await.len(), 0, "nothing has failed yet");
    app.deliver().await;
    app.advance(TimeDelta::days(2));
    app.deliver().await;
    let lines = failures(&app).await;
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line.user_id, Some(rita.user_id()));
    assert_eq!(
        (line.object_type.as_str(), line.object_id),
        ("interview", interview)
    );
    assert_eq!(line.details["slot_id"], slot);
    assert_eq!(line.details["interview_id"], interview);
    let error = line.details["error"].as_str().expect("words");
    assert!(!error.is_empty());
    let path = "/actions?what=slot_booking_notification_failed";
    let page = app.admin().await.get(path).await;
    let words = page.words("#log tbody");
    assert!(
        words.contains("Candidate not notified of a booking"),
        "{words}"
    );
    assert!(
        words.contains(error) && words.contains("Rita Recruiter"),
        "{words}"
    );
}

#[actix_web::test]
async fn a_booking_whose_message_comes_too_late_is_written_down_once() {
    let closed = Script::at(Step::Banner, Act::Reply("421 4.3.2 closed"));
    let server = SmtpServer::scripted(vec![closed; 40]).await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    book(&app, &mut rita).await;
    app.deliver().await;
    assert_eq!(failures(&app).await.len(), 0, "it is tried again");
    app.advance(TimeDelta::days(3));
    app.deliver().await;
    app.advance(TimeDelta::hours(1));
    app.deliver().await;
    assert_eq!(failures(&app).await.len(), 1);
}

#[actix_web::test]
async fn a_booking_whose_message_came_back_is_written_down_once() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    book(&app, &mut rita).await;
    app.deliver().await;
    let sent = email::Entity::find().one(app.app.db.read()).await;
    let sent = sent.expect("an answer").expect("a message");
    let returned = |words: &str| Notice {
        email_id: Some(sent.id),
        message_ids: Vec::new(),
        host: "mx.example.net".into(),
        recipients: vec![RecipientReport {
            addresses: vec![sent.recipient.clone()],
            action: Some(Action::Failed),
            code: Some("5.1.1".into()),
            diagnostic: words.into(),
            hint: "No such mailbox.".into(),
            elsewhere: String::new(),
            is_dead: true,
        }],
        remark: None,
    };
    for words in ["550 no such user", "550 still no such user"] {
        let taken = bounces::take(&app.app.db, &returned(words), app.now()).await;
        taken.expect("it is taken");
    }
    let lines = failures(&app).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].details["error"], "No such mailbox.");
}

#[actix_web::test]
async fn what_older_and_newer_versions_wrote_stays_visible() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    let (_, interview) = book(&app, &mut rita).await;
    app.deliver().await;
    app.advance(TimeDelta::minutes(1));
    let (nine, ten) = ("2027-01-04T09:00:00Z", "2027-01-04T10:00:00Z");
    let moved = json!({
        "before": { "slot": 1, "starts_at": nine }, "after": { "slot": 2, "starts_at": ten }, "email": 5,
    });
    let talk =
        |kind: &str, minutes: i32| json!({ "interview_type": kind, "duration_minutes": minutes });
    let corrected = json!({
        "change": {
            "before": talk("technical", 45), "after": talk("final", 60),
            "changed": ["interview_type", "duration_minutes", "dress_code"],
        },
        "version": 2,
    });
    let lines = [
        ("interview.rescheduled", moved),
        ("interview.corrected", corrected),
        (
            "interview.corrected",
            json!({ "changed": ["booking_notes"] }),
        ),
        ("interview.cancelled", json!({})),
        ("interview.paused", json!({ "version": 99, "until": ten })),
        ("interview.link_replaced", json!(["no", "details"])),
    ];
    builders::write(&app, async |txn| {
        for (verb, details) in lines.clone() {
            line(txn, &app, (verb, "interview", interview), details).await;
        }
        Ok(())
    })
    .await;
    let page = rita.get(&format!("/interviews/{interview}")).await;
    assert_eq!(page.status, 200);
    let story = page.words(".timeline");
    for told in [
        "Rescheduled from Mon 4 January 2027",
        "Changed: Technical → Final, 45 → 60 minutes, dress_code",
        "Changed: notes",
        "Cancelled",
        "interview.paused",
        "Join link replaced",
    ] {
        assert!(story.contains(told), "{told}: {story}");
    }
    let mut ada = app.admin().await;
    let log = ada.get(&format!("/actions?on=interview:{interview}")).await;
    let log = log.words("#log tbody");
    for told in [
        "interview.paused version: 99",
        "Join link replaced",
        "change.changed: interview_type",
    ] {
        assert!(
            log.contains(told)
                || log
                    .replace("until: 2027-01-04T10:00:00Z ", "")
                    .contains(told),
            "{told}: {log}"
        );
    }
    let only = ada.get("/actions?what=interview.paused").await;
    assert_eq!(only.all_words("#log tbody tr").len(), 1);
    let late = rita.get(&format!("/interviews/{interview}/edit")).await;
    assert_eq!(late.status, 200);
}

#[actix_web::test]
async fn the_filter_offers_every_event_that_the_documentation_lists() {
    let app = TestApp::start().await;
    let page = app.admin().await.get("/actions").await;
    let listed = include_str!("../../docs/events.md").lines();
    for event in listed.filter_map(|line| line.strip_prefix("| `")?.split('`').next()) {
        assert!(
            page.has(&format!("select[name=what] option[value='{event}']")),
            "{event}"
        );
    }
}

/// Books somebody as a recruiter does; answers with the slot and the interview.
async fn book(app: &TestApp, rita: &mut Actor) -> (i64, i64) {
    let job = builders::job(app, app.company_id).await;
    let slot = builders::slot(app, app.company_id, job, app.now() + TimeDelta::days(1)).await;
    let form = [
        ("candidate", "new"),
        ("name", "Jane Roe"),
        ("email", "jane@example.com"),
    ];
    let booked = rita
        .post_form(&format!("/slots/{slot}/booking"), &form)
        .await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    let id = booked.location.rsplit('/').next().expect("a path");
    (slot, id.parse().expect("a key"))
}

async fn failures(app: &TestApp) -> Vec<action::Model> {
    let lines = action::Entity::find()
        .filter(action::COLUMN.verb.eq("slot_booking_notification_failed"))
        .all(app.app.db.read());
    lines.await.expect("an answer")
}

async fn note(txn: &impl ConnectionTrait, verb: &str, id: i64, app: &TestApp) {
    line(txn, app, (verb, "job", id), json!({ "title": "Cook" })).await;
}

async fn line(
    txn: &impl ConnectionTrait,
    app: &TestApp,
    (verb, object_type, id): (&str, &str, i64),
    details: Value,
) {
    let line = action::ActiveModel {
        company_id: Set(app.company_id),
        verb: Set(verb.into()),
        object_type: Set(object_type.into()),
        object_id: Set(id),
        details: Set(details),
        ip: Set(String::new()),
        at: Set(app.now()),
        ..Default::default()
    };
    let added = action::Entity::insert(line)
        .exec_without_returning(txn)
        .await;
    added.expect("a line");
}
