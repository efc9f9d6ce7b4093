//! The company's settings.
use chrono::TimeDelta;
use entity::{InstructionLine, action, company, email};
use sea_orm::EntityTrait;

use crate::support::{TestApp, builders, rows};

pub const GOOD: [(&str, &str); 15] = [
    ("name", "Acme & Söhne"),
    ("time_zone", "America/New_York"),
    ("contact_email", "Jobs@Acme.example"),
    ("phone", " +49 (30) 123-45"),
    ("brand_colour", "#AA3300"),
    ("default_meeting_url", "https://meet.acme.example/room"),
    ("join_window_minutes", "20"),
    ("reminder_lead_minutes", "60, 2880"),
    ("confirm_hours", "48"),
    ("move_notice_hours", "0"),
    ("undo_seconds", "90"),
    ("hourly_email_limit", "12"),
    ("holiday_region", "germany, bayern"),
    ("join_early", "on"),
    ("government_id", "on"),
];

#[actix_web::test]
async fn an_admin_changes_all_of_it() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let answer = ada.save_form("/company", &GOOD).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/company"));
    let page = ada.get("/company").await;
    assert_eq!(page.notice(), "Saved.");
    for (field, value) in [
        ("name", "Acme & Söhne"),
        ("time_zone", "America/New_York"),
        ("contact_email", "jobs@acme.example"),
        ("phone", "+49 (30) 123-45"),
        ("brand_colour", "#aa3300"),
        ("default_meeting_url", "https://meet.acme.example/room"),
        ("join_window_minutes", "20"),
        ("reminder_lead_minutes", "2880, 60"),
        ("confirm_hours", "48"),
        ("move_notice_hours", "0"),
        ("undo_seconds", "90"),
        ("hourly_email_limit", "12"),
        ("holiday_region", "Germany, Bayern"),
    ] {
        assert_eq!(page.value_of(field), value);
    }
    let is_on = |name| page.has(&format!("input[name={name}][checked]"));
    assert!(is_on("join_early") && is_on("government_id"));
    assert!(!is_on("only_at_time") && !is_on("opens_before"));
    assert!(
        page.words("header").contains("Acme & Söhne"),
        "the frame says so at once"
    );
    assert!(
        page.has("link[href='/brand/aa3300.css']"),
        "and shows the colour"
    );
}

#[actix_web::test]
async fn before_and_after_are_written_down() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    ada.save_form("/company", &GOOD).await;
    let actions = action::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("actions");
    let line = actions
        .iter()
        .find(|line| line.verb == "company.updated")
        .expect("a line");
    assert_eq!(line.details["before"]["name"], "Sample Company");
    assert_eq!(line.details["after"]["join_window_minutes"], 20);
    assert_eq!(line.details["before"]["undo_seconds"], 0);
    assert_eq!(line.details["after"]["undo_seconds"], 90);
    assert_eq!(line.details["after"]["holiday_region"], "DE-BY");
}

#[actix_web::test]
async fn what_cannot_be_is_refused_beside_its_field_and_changes_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let before = rows::all(&app).await;
    for (field, wrong) in [
        ("name", ""),
        ("name", "Ac\nme"),
        ("name", "Ac\u{202e}me"),
        ("time_zone", "Bonn"),
        ("contact_email", "jobs"),
        ("contact_email", "a@example.com\r\nBcc: b@example.com"),
        ("brand_colour", "red"),
        ("brand_colour", "#12345"),
        ("default_meeting_url", "http://meet.example.com"),
        ("default_meeting_url", "javascript:alert(1)"),
        ("default_meeting_url", "https://user@meet.example.com"),
        ("join_window_minutes", "-1"),
        ("join_window_minutes", "1441"),
        ("join_window_minutes", "soon"),
        ("reminder_lead_minutes", "60, never"),
        ("reminder_lead_minutes", "0"),
        ("undo_seconds", "-1"),
        ("undo_seconds", "601"),
        ("undo_seconds", ""),
        ("phone", "call me"),
        ("hourly_email_limit", "0"),
        ("hourly_email_limit", "1001"),
        ("hourly_email_limit", ""),
        ("holiday_region", "Bavaria"),
        ("holiday_region", "XX"),
    ] {
        let fields = GOOD.map(|(name, value)| (name, if name == field { wrong } else { value }));
        let answer = ada.save_form("/company", &fields).await;
        assert_eq!(answer.status, 422, "{field}: {wrong:?}");
        assert!(!answer.error_of(field).is_empty(), "{field}: {wrong:?}");
    }
    assert_eq!(before, rows::all(&app).await);
}

#[actix_web::test]
async fn a_meeting_url_and_reminders_can_be_left_out() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let fields = GOOD.map(|(name, value)| match name {
        "default_meeting_url" | "reminder_lead_minutes" => (name, ""),
        _ => (name, value),
    });
    assert_eq!(ada.save_form("/company", &fields).await.status, 303);
    let found = company::Entity::find_by_id(app.company_id)
        .one(app.app.db.read())
        .await;
    let found = found.expect("a query").expect("a company");
    assert_eq!(found.default_meeting_url, None);
    assert_eq!(found.reminder_lead_minutes, serde_json::json!([]));
}

#[actix_web::test]
async fn mails_print_the_instructions_that_are_switched_on() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let bare = GOOD.map(|(name, value)| match name {
        "reminder_lead_minutes" => (name, ""),
        _ => (name, value),
    });
    for off in InstructionLine::ALL {
        let others = InstructionLine::ALL.into_iter().filter(|line| *line != off);
        let mut fields = bare[..12].to_vec();
        fields.extend(others.map(|line| (line.name(), "on")));
        assert_eq!(ada.save_form("/company", &fields).await.status, 303);
        let html = ada.get("/company/texts/scheduled/en/html").await;
        assert_eq!(html.all_words("li").len(), 5, "{off:?}");
        let has_id = html.text.contains("government-issued ID");
        assert_eq!(has_id, off != InstructionLine::GovernmentId);
    }
    assert_eq!(ada.save_form("/company", &bare[..12]).await.status, 303);
    builders::booked(&app, app.company_id).await;
    // The settings above let mails wait for corrections.
    app.advance(TimeDelta::seconds(90));
    app.deliver().await;
    let mail = email::Entity::find().one(app.app.db.read()).await;
    let text = mail.expect("a query").expect("a mail").text;
    assert!(!text.expect("text").contains("Important Instructions"));
}

#[actix_web::test]
async fn another_company_is_not_touched() {
    let app = TestApp::start().await;
    let (mut ada, mut other) = (app.admin().await, app.other_company().await);
    ada.save_form("/company", &GOOD).await;
    assert_eq!(
        other.get("/company").await.value_of("name"),
        "Other Company"
    );
}
