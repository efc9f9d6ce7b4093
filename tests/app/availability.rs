//! When interviewers want to hold interviews: said by themselves or by an admin, and told to whoever books them.
use chrono::{DateTime, Utc};
use entity::user::{self, Role};
use greenroom::domain::{
    actions::Actor as Doer,
    interviews::{
        booking::{self, NewBooking, Who},
        overlap::Overlaps,
        slot_choice::SlotChoice,
    },
};

use crate::support::{Actor, TestApp, builders};

const OWN: &str = "/account/availability";

/// A company with an interviewer, and somebody who books them.
struct Scene {
    app: TestApp,
    ines: user::Model,
    herself: Actor,
    rita: Actor,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let ines = builders::user(&app, app.company_id, Role::Interviewer).await;
        Self {
            herself: app.signed_in_as(&ines).await,
            rita: app.recruiter().await,
            ines,
            app,
        }
    }

    async fn wishes(&mut self, fields: &[(&str, &str)]) {
        let saved = self.herself.save_form(OWN, fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
    }

    /// A slot of hers, of 45 minutes.
    async fn slot(&self, at: DateTime<Utc>) -> i64 {
        let company_id = self.app.company_id;
        let job = builders::job(&self.app, company_id).await;
        let slot = builders::slot(&self.app, company_id, job, at).await;
        builders::put(&self.app, (company_id, slot), self.ines.id).await;
        slot
    }

    /// An interview of hers: its key.
    async fn booked(&self, at: DateTime<Utc>) -> i64 {
        let company_id = self.app.company_id;
        let new = NewBooking {
            slot: SlotChoice::Existing(self.slot(at).await),
            who: Who::Candidate(builders::candidate(&self.app, company_id).await),
            notes: String::new(),
            overlaps: Overlaps::Any,
            idempotency_key: None,
        };
        let doer = Doer::system(company_id);
        match booking::book(&self.app.app.db, &doer, new, self.app.now()).await {
            Ok(Ok(booked)) => booked.details.interview.id,
            other => panic!("a booking: {other:?}"),
        }
    }

    /// What the page says that books this slot.
    async fn warned(&mut self, slot: i64) -> String {
        let page = self.rita.get(&format!("/slots/{slot}/booking")).await;
        page.words("#preview")
    }
}

/// In the week that begins on Monday, 4 January 2027: a time in UTC, an hour behind Berlin.
fn at(day: u32, clock: &str) -> DateTime<Utc> {
    let text = format!("2027-01-{day:02}T{clock}:00Z");
    text.parse().expect("an instant")
}

#[actix_web::test]
async fn interviewers_say_it_themselves_and_read_it_again() {
    let mut scene = Scene::new().await;
    let fields = [
        ("buffer_before_minutes", "10"),
        ("buffer_after_minutes", "15"),
        ("weekly_limit", "5"),
        ("mon", "13-17, 9-12"),
        ("fri", "22:00–24:00"),
    ];
    scene.wishes(&fields).await;
    let page = scene.herself.get(OWN).await;
    for (field, value) in [
        ("buffer_before_minutes", "10"),
        ("buffer_after_minutes", "15"),
        ("weekly_limit", "5"),
        ("mon", "09:00–12:00, 13:00–17:00"),
        ("tue", ""),
        ("fri", "22:00–00:00"),
    ] {
        assert_eq!(page.value_of(field), value, "{field}");
    }
    assert!(page.words("main").contains("time zone Europe/Berlin"));
    let mut ada = scene.app.admin().await;
    let shown = ada.get(&format!("/users/{}", scene.ines.id)).await;
    let facts = shown.words(".facts");
    for told in [
        "Mon 09:00–12:00, 13:00–17:00; Fri 22:00–00:00",
        "10 minutes before and 15 minutes after",
        "5 a week",
    ] {
        assert!(facts.contains(told), "{facts}");
    }
    let log = ada.get("/actions").await.words("main");
    assert!(log.contains("User changed"), "{log}");
}

#[actix_web::test]
async fn an_admin_says_it_for_them() {
    let mut scene = Scene::new().await;
    let mut ada = scene.app.admin().await;
    let path = format!("/users/{}/availability", scene.ines.id);
    let saved = ada.save_form(&path, &[("weekly_limit", "2")]).await;
    assert_eq!(saved.location, format!("/users/{}", scene.ines.id));
    assert_eq!(scene.herself.get(OWN).await.value_of("weekly_limit"), "2");
    assert_eq!(scene.rita.get(&path).await.status, 404);
    // All of it can be taken back.
    scene.wishes(&[]).await;
    let shown = ada.get(&format!("/users/{}", scene.ines.id)).await;
    assert!(shown.words(".facts").contains("Any time"));
    assert!(shown.words(".facts").contains("No limit"));
}

#[actix_web::test]
async fn what_cannot_be_is_refused_beside_its_field() {
    let mut scene = Scene::new().await;
    for (field, typed, told) in [
        ("buffer_before_minutes", "121", "from 0 to 120"),
        ("buffer_after_minutes", "-1", "from 0 to 120"),
        ("weekly_limit", "0", "from 1 to 100"),
        ("weekly_limit", "101", "from 1 to 100"),
        ("mon", "nine to five", "Write times like"),
        ("tue", "17:00-09:00", "after its start"),
        ("sun", "09:00-12:00, 11:00-13:00", "overlap"),
    ] {
        let refused = scene.herself.save_form(OWN, &[(field, typed)]).await;
        assert_eq!(refused.status, 422, "{typed}");
        assert!(
            refused.error_of(field).contains(told),
            "{}",
            refused.error_of(field)
        );
        assert_eq!(refused.value_of(field), typed, "what was typed stays");
    }
    assert_eq!(scene.herself.get(OWN).await.value_of("mon"), "");
}

#[actix_web::test]
async fn who_comes_second_sees_what_is_saved_beside_what_they_typed() {
    let mut scene = Scene::new().await;
    let version = scene.herself.get(OWN).await.value_of("version");
    let mut ada = scene.app.admin().await;
    let path = format!("/users/{}/availability", scene.ines.id);
    let saved = ada.save_form(&path, &[("mon", "08:00–10:00")]).await;
    assert_eq!(saved.status, 303);
    let stale = [("mon", "09-17"), ("version", &*version)];
    let late = scene.herself.post_form(OWN, &stale).await;
    assert_eq!(late.status, 409);
    let differences = late.words("#conflict");
    assert!(
        differences.contains("Monday Changed since you opened it 08:00–10:00 09:00–17:00"),
        "{differences}"
    );
    let again = [("mon", "09-17"), ("version", &*late.value_of("version"))];
    assert_eq!(scene.herself.post_form(OWN, &again).await.status, 303);
    let without = scene.herself.post_form(OWN, &[("mon", "09-17")]).await;
    assert_eq!(without.status, 422, "it doesn't say what it showed");
}

#[actix_web::test]
async fn whoever_books_outside_their_hours_is_warned_and_may() {
    let mut scene = Scene::new().await;
    scene.wishes(&[("tue", "09:00–12:00")]).await;
    let (within, outside) = (
        scene.slot(at(5, "08:00")).await,
        scene.slot(at(5, "10:30")).await,
    );
    let warned = scene.warned(within).await;
    assert!(!warned.contains("working hours"), "{warned}");
    let warned = scene.warned(outside).await;
    assert!(
        warned.contains("outside the working hours of Ines Interviewer (time zone Europe/Berlin)"),
        "{warned}"
    );
    // Their own clock tells.
    let zone = [("name", "Ines"), ("time_zone", "Europe/London")];
    assert_eq!(scene.herself.save_form("/account", &zone).await.status, 303);
    assert!(!scene.warned(outside).await.contains("working hours"));
    assert!(scene.warned(within).await.contains("working hours"));
    let candidate = builders::candidate(&scene.app, scene.app.company_id).await;
    let path = format!("/slots/{within}/booking?candidate={candidate}");
    let fields = [("candidate", &*candidate.to_string()), ("act", "book")];
    let booked = scene.rita.save_form(&path, &fields).await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    let notice = scene.rita.get(&booked.location).await.notice();
    assert!(
        notice.contains("But check:") && notice.contains("working hours"),
        "{notice}"
    );
}

#[actix_web::test]
async fn a_buffer_is_kept_on_both_sides_and_names_the_other_interview() {
    let mut scene = Scene::new().await;
    scene.wishes(&[("buffer_after_minutes", "15")]).await;
    scene.booked(at(5, "10:00")).await;
    for (clock, is_near) in [
        ("09:00", false),
        ("09:05", true),
        ("10:50", true),
        ("11:00", false),
    ] {
        let slot = scene.slot(at(5, clock)).await;
        let warned = scene.warned(slot).await;
        let named = "keeps 15 minutes free between interviews, and has one with Zoë Núñez: Tue 5 January 2027, 11:00–11:45";
        assert_eq!(warned.contains(named), is_near, "{clock}: {warned}");
    }
}

#[actix_web::test]
async fn the_limit_of_a_week_is_told_when_it_is_reached_and_not_by_moving() {
    let mut scene = Scene::new().await;
    scene.wishes(&[("weekly_limit", "2")]).await;
    let here = scene.slot(at(8, "10:00")).await;
    scene.booked(at(5, "10:00")).await;
    assert!(!scene.warned(here).await.contains("limit"));
    let second = scene.booked(at(6, "10:00")).await;
    let warned = scene.warned(here).await;
    assert!(
        warned.contains("Ines Interviewer already has 2 interviews that week. Their limit is 2."),
        "{warned}"
    );
    let next_week = scene.slot(at(11, "10:00")).await;
    assert!(!scene.warned(next_week).await.contains("limit"));
    // The same interview at another time is none more.
    let path = format!("/interviews/{second}/reschedule");
    let new_time = [
        ("slot", "new"),
        ("date", "2027-01-08"),
        ("time", "12:00"),
        ("duration_minutes", "45"),
        ("time_zone", "Europe/Berlin"),
        ("act", "preview"),
    ];
    let look = scene.rita.save_form(&path, &new_time).await;
    assert_eq!(look.status, 200, "{}", look.text);
    assert!(
        !look.words("main").contains("limit"),
        "{}",
        look.words("main")
    );
    // What is cancelled is none any more.
    let path = format!("/interviews/{second}/cancellation");
    let cancelled = scene.rita.save_form(&path, &[("act", "cancel")]).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.text);
    assert!(!scene.warned(here).await.contains("limit"));
}
