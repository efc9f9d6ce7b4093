//! Every change of an interview as it reaches the candidate's mailbox and calendar.
use chrono::TimeDelta;
use entity::{
    candidate, company,
    email::{self, Kind, Status},
    slot::InterviewType,
};
use greenroom::domain::{
    actions::Actor,
    interviews::{
        cancellation,
        change::{Done, Target},
        correction::{self, Correction},
        link,
        overlap::Overlaps,
        rescheduling::{self, Move},
        slot_choice::SlotChoice,
        telling::Telling,
    },
};
use mail_parser::{Message, MessageParser};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use crate::{
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{SmtpServer, Taken},
    },
};

#[actix_web::test]
async fn a_candidate_s_calendar_follows_the_interview_from_booking_to_cancellation() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let id = book(&app).await;
    move_by_a_day(&app, id).await;
    correct(&app, id, &shorter()).await;
    replace_link(&app, id).await;
    let reason = "The position has been filled.";
    cancel(&app, id, reason).await;

    let kinds: Vec<_> = emails(&app).await.iter().map(|email| email.kind).collect();
    let expected = [
        Kind::Scheduled,
        Kind::Rescheduled,
        Kind::Updated,
        Kind::LinkReplaced,
        Kind::Cancelled,
    ];
    assert_eq!(kinds, expected);
    let calendars: Vec<_> = server.taken().iter().map(calendar).collect();
    assert_eq!(calendars.len(), expected.len());
    let [booked, moved, shortened, relinked, cancelled] = calendars.as_slice() else {
        panic!("{calendars:#?}");
    };
    for other in [moved, shortened, relinked, cancelled] {
        for name in ["UID", "ORGANIZER", "ATTENDEE"] {
            assert_eq!(line(other, name), line(booked, name));
        }
    }
    for (earlier, later) in calendars.iter().zip(&calendars[1..]) {
        assert!(sequence(earlier) < sequence(later), "{earlier}{later}");
        assert!(line(earlier, "DTSTAMP") < line(later, "DTSTAMP"));
    }
    let methods: Vec<_> = calendars.iter().map(|text| line(text, "METHOD")).collect();
    assert_eq!(
        methods,
        ["REQUEST", "REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    );
    assert_eq!(line(booked, "DTSTART"), "20270105T080000Z");
    assert_eq!(line(moved, "DTSTART"), "20270106T080000Z");
    assert_eq!(line(shortened, "DTEND"), "20270106T083000Z");
    assert_ne!(
        line(relinked, "LOCATION"),
        line(moved, "LOCATION"),
        "another link"
    );
    assert_eq!(line(cancelled, "DTSTART"), line(moved, "DTSTART"));
    assert!(!cancelled.contains("/interview/"), "{cancelled}");
}

#[actix_web::test]
async fn every_change_is_told_in_words() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let id = book(&app).await;
    move_by_a_day(&app, id).await;
    correct(&app, id, &shorter()).await;
    replace_link(&app, id).await;
    let reason = "The position has been filled.";
    cancel(&app, id, reason).await;
    let taken = server.taken();
    let [_, moved, shortened, relinked, cancelled] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    for (message, words) in [
        (
            moved,
            "Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00) → Wednesday, January 6, 2027 at 3:00 AM (UTC-05:00)",
        ),
        (shortened, "Duration: 45 minutes → 30 minutes"),
        (relinked, "The one in earlier emails no longer works."),
        (cancelled, "The position has been filled."),
    ] {
        let text = text(message);
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(
        !text(cancelled).contains("http"),
        "no link leads to what is off"
    );
    let parsed: Vec<_> = taken.iter().map(parsed).collect();
    for later in &parsed[1..] {
        assert_eq!(later.references(), parsed[0].references(), "one thread");
        assert_ne!(later.message_id(), parsed[0].message_id());
    }
}

#[actix_web::test]
async fn a_reminder_is_short_and_asks_no_calendar_anything() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let leads = company::Entity::update_many().col_expr(
        company::Column::ReminderLeadMinutes,
        Expr::value(json!([60])),
    );
    builders::write(&app, async |txn| Ok(leads.exec(txn).await?)).await;
    book(&app).await;
    app.advance(TimeDelta::hours(23) - TimeDelta::minutes(1));
    assert_eq!(app.deliver().await, 0, "too early");
    app.advance(TimeDelta::minutes(1));
    assert_eq!(app.deliver().await, 1);
    let taken = server.taken();
    let [_, reminder] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    let message = parsed(reminder);
    assert_eq!(
        message.subject(),
        Some("Interview Reminder - Cloud Architect at Sample Company")
    );
    assert_eq!(message.parts.len(), 3, "an alternative of two");
    let text = text(reminder);
    assert!(
        text.contains("Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00)"),
        "{text}"
    );
    assert!(text.contains("/interview/"), "{text}");
    assert!(!text.contains("Important Instructions"), "{text}");
}

#[actix_web::test]
async fn a_mail_is_written_in_the_language_that_was_wanted_when_it_was_queued() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let speak = async |tag: &str| {
        let speak =
            candidate::Entity::update_many().col_expr(candidate::Column::Locale, Expr::value(tag));
        builders::write(&app, async |txn| Ok(speak.exec(txn).await?)).await;
    };
    let booked = builders::booked(&app, app.company_id).await;
    speak("de-AT").await;
    app.deliver().await;
    move_by_a_day(&app, booked.details.interview.id).await;
    let subjects: Vec<_> = server
        .taken()
        .iter()
        .map(|taken| parsed(taken).subject().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        subjects,
        [
            "Interview Scheduled - Cloud Architect at Sample Company",
            "Neuer Termin für Ihr Gespräch - Cloud Architect bei Sample Company",
        ]
    );
    let german = text(&server.taken()[1]);
    assert!(german.contains("Guten Tag Zoë Núñez,"), "{german}");
    assert!(
        german.contains("Mittwoch, 6. Januar 2027, 03:00 Uhr (UTC-05:00)"),
        "{german}"
    );
}

#[actix_web::test]
async fn a_calendar_knows_an_interview_under_one_name_wherever_mail_comes_from() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let id = book(&app).await;
    // As if it had been told when the sender's mailbox was another.
    let moved = email::Entity::update_many()
        .col_expr(email::Column::MessageId, Expr::value("1@old.example"));
    builders::write(&app, async |txn| Ok(moved.exec(txn).await?)).await;
    move_by_a_day(&app, id).await;
    let calendar = calendar(&server.taken()[1]);
    assert!(
        line(&calendar, "UID").ends_with("@old.example"),
        "{calendar}"
    );
}

async fn book(app: &TestApp) -> i64 {
    let booked = builders::booked(app, app.company_id).await;
    assert_eq!(app.deliver().await, 1);
    booked.details.interview.id
}

async fn move_by_a_day(app: &TestApp, interview_id: i64) {
    app.advance(TimeDelta::minutes(1));
    let job = entity::job::Entity::find().one(app.app.db.read()).await;
    let job_id = job.expect("jobs").expect("a job").id;
    let tomorrow = "2027-01-06T08:00:00Z".parse().expect("an instant");
    let slot = builders::slot(app, app.company_id, job_id, tomorrow).await;
    let new = Move {
        reason: String::new(),
        telling: Telling::everybody(),
        interview_id,
        version: None,
        slot: SlotChoice::Existing(slot),
        notes: None,
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    let actor = Actor::system(app.company_id);
    let moved = rescheduling::reschedule(&app.app.db, &actor, new, app.now()).await;
    assert!(matches!(moved, Ok(Ok(_))), "{moved:?}");
    assert_eq!(app.deliver().await, 1);
}

fn as_it_is(interview_id: i64) -> Target {
    Target {
        interview_id,
        version: None,
        idempotency_key: None,
    }
}

async fn cancel(app: &TestApp, interview_id: i64, reason: &str) {
    app.advance(TimeDelta::minutes(1));
    let (db, actor) = (&app.app.db, Actor::system(app.company_id));
    let target = as_it_is(interview_id);
    let done = cancellation::cancel(
        db,
        &actor,
        &target,
        (reason, &Telling::everybody()),
        app.now(),
    )
    .await;
    told(app, done.expect("an answer").expect("a cancellation")).await;
}

async fn correct(app: &TestApp, interview_id: i64, correction: &Correction) {
    app.advance(TimeDelta::minutes(1));
    let (db, actor) = (&app.app.db, Actor::system(app.company_id));
    let target = as_it_is(interview_id);
    let done = correction::correct(
        db,
        &actor,
        &target,
        (correction, &Overlaps::Any, &Telling::everybody()),
        app.now(),
    )
    .await;
    told(app, done.expect("an answer").expect("a correction")).await;
}

async fn replace_link(app: &TestApp, interview_id: i64) {
    app.advance(TimeDelta::minutes(1));
    let (db, actor) = (&app.app.db, Actor::system(app.company_id));
    let done = link::replace(db, &actor, &as_it_is(interview_id), app.now()).await;
    told(app, done.expect("an answer").expect("a new link")).await;
}

async fn told(app: &TestApp, done: Done) {
    assert!(done.email.is_some(), "{done:?}");
    assert_eq!(app.deliver().await, 1);
}

/// What the builder's interview is corrected to.
fn shorter() -> Correction {
    Correction {
        interviewer_notes: String::new(),
        interview_type: InterviewType::Technical,
        duration_minutes: 30,
        meeting_url: Some("https://meet.example.com/cloud".into()),
        notes: "Bring a portfolio.".into(),
    }
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    let emails = email::Entity::find()
        .filter(email::Column::Status.eq(Status::Accepted))
        .order_by_asc(email::Column::Id)
        .all(app.app.db.read());
    emails.await.expect("emails")
}

fn parsed(taken: &Taken) -> Message<'_> {
    MessageParser::default()
        .parse(&taken.bytes)
        .expect("a message")
}

/// The words of the plain part, one space apart.
fn text(taken: &Taken) -> String {
    let message = parsed(taken);
    let text = message.body_text(0).expect("a plain part");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The calendar part, its folded lines joined.
fn calendar(taken: &Taken) -> String {
    let message = parsed(taken);
    let part = message.parts.get(4).and_then(|part| part.text_contents());
    part.expect("a calendar").replace("\r\n ", "")
}

/// The value of a property, its parameters left out.
fn line<'a>(calendar: &'a str, name: &str) -> &'a str {
    let found = calendar.split("\r\n").find_map(|line| {
        let rest = line.strip_prefix(name)?;
        match rest.strip_prefix(';') {
            Some(parameters) => parameters.split_once("\":").map(|(_, value)| value),
            None => rest.strip_prefix(':'),
        }
    });
    found.unwrap_or_else(|| panic!("no {name} in {calendar}"))
}

fn sequence(calendar: &str) -> i32 {
    line(calendar, "SEQUENCE").parse().expect("a number")
}
