//! Several people booked at once: put beside slots, checked, booked together and taken back.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company,
    email::{self, Status as EmailStatus},
    interview::{self, Status},
    slot_interviewer,
    user::Role,
};
use futures_util::future::join_all;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders};

const NEW: &str = "/bookings/new";
const BULK: &str = "/api/interviews/bulk_booking/";

/// A company whose invitations wait for two minutes, with slots for a job.
struct Scene {
    app: TestApp,
    rita: Actor,
    job: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        builders::write(&app, async |txn| {
            let update = company::Entity::update_many()
                .col_expr(company::Column::UndoSeconds, Expr::value(120));
            Ok(update.exec(txn).await?)
        })
        .await;
        Self {
            rita: app.recruiter().await,
            job: builders::job(&app, app.company_id).await,
            app,
        }
    }

    /// A slot two days from now at this hour in UTC.
    async fn slot(&self, hour: i64) -> i64 {
        builders::slot(&self.app, self.app.company_id, self.job, self.at(hour)).await
    }

    fn at(&self, hour: i64) -> DateTime<Utc> {
        let day = self.app.now().date_naive() + TimeDelta::days(2);
        day.and_hms_opt(0, 0, 0).expect("midnight").and_utc() + TimeDelta::hours(hour)
    }

    async fn hold(&self, slot_id: i64, user_id: i64) {
        let row = slot_interviewer::ActiveModel {
            company_id: Set(self.app.company_id),
            slot_id: Set(slot_id),
            user_id: Set(user_id),
        };
        builders::write(&self.app, async |txn| {
            Ok(slot_interviewer::Entity::insert(row)
                .exec_without_returning(txn)
                .await?)
        })
        .await;
    }

    async fn post(&mut self, text: &str, act: &str, more: &[(&str, &str)]) -> Answer {
        let job = self.job.to_string();
        let mut fields = vec![
            ("text", text),
            ("job", &*job),
            ("locale", "en"),
            ("act", act),
            ("key", "key"),
        ];
        fields.extend_from_slice(more);
        self.rita.post_form(NEW, &fields).await
    }

    /// What the button of the page sends that was just looked at.
    async fn button(&mut self, text: &str, more: &[(&str, &str)]) -> String {
        let page = self.post(text, "look", more).await;
        page.attribute("[data-import-book]", "value")
    }

    /// Looks, and presses the button.
    async fn book(&mut self, text: &str, more: &[(&str, &str)]) -> Answer {
        let button = self.button(text, more).await;
        self.post(text, &button, more).await
    }

    async fn interviews(&self, status: Status) -> usize {
        let all = interview::Entity::find()
            .all(self.app.app.db.read())
            .await
            .expect("rows");
        all.iter().filter(|row| row.status == status).count()
    }

    async fn emails(&self) -> Vec<EmailStatus> {
        let all = email::Entity::find()
            .all(self.app.app.db.read())
            .await
            .expect("rows");
        all.iter().map(|row| row.status).collect()
    }
}

/// The slot chosen beside somebody.
fn chosen(page: &Answer, email: &str) -> String {
    page.attribute(
        &format!("select[name='slot:{email}'] option[selected]"),
        "value",
    )
}

fn row(page: &Answer, part: &str) -> String {
    let rows = page.all_words(".import tbody tr");
    rows.iter()
        .find(|row| row.contains(part))
        .unwrap_or_else(|| panic!("{part} in {rows:?}"))
        .clone()
}

#[actix_web::test]
async fn everybody_stands_beside_a_slot_in_their_own_daylight_and_is_booked() {
    let mut scene = Scene::new().await;
    let (morning, noon, evening) = (
        scene.slot(8).await,
        scene.slot(11).await,
        scene.slot(17).await,
    );
    let text = "Name,Email,Time zone\nAda,ada@example.com,Europe/Berlin\nLiu,liu@example.com,America/Los_Angeles\nBob,bob@example.com,";
    let page = scene.post(text, "propose", &[]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(chosen(&page, "ada@example.com"), morning.to_string());
    assert_eq!(chosen(&page, "liu@example.com"), evening.to_string());
    assert_eq!(chosen(&page, "bob@example.com"), noon.to_string());
    assert!(
        row(&page, "Liu").contains("Wed 09:00"),
        "{}",
        row(&page, "Liu")
    );
    assert!(row(&page, "Bob").contains("Time zone unknown"));
    let foot = page.words(".footbar");
    assert!(
        foot.contains("3 ready") && foot.contains("2 minutes after booking"),
        "{foot}"
    );
    assert_eq!(scene.interviews(Status::Scheduled).await, 0);

    let button = page.attribute("[data-import-book]", "value");
    let booked = scene.post(text, &button, &[]).await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    assert_eq!(scene.interviews(Status::Scheduled).await, 3);
    let again = scene.post(text, &button, &[]).await;
    assert_eq!(
        (again.status, &again.location),
        (303, &booked.location),
        "once"
    );
    let shown = scene.rita.get(&booked.location).await;
    assert_eq!(shown.words("h1"), "Interviews booked: 3");
    let rows = shown.all_words(".rows tbody tr");
    assert!(
        rows.iter()
            .all(|row| row.contains("New candidate") && row.contains("queued")),
        "{rows:?}"
    );
    scene.app.advance(TimeDelta::minutes(3));
    scene.app.deliver().await;
    assert!(
        scene
            .emails()
            .await
            .iter()
            .all(|status| *status == EmailStatus::Printed)
    );
}

#[actix_web::test]
async fn people_in_one_line_are_booked_each() {
    let mut scene = Scene::new().await;
    let slots = [scene.slot(8).await, scene.slot(9).await];
    let text = "Ada <ada@example.com>; Bob <bob@example.com>";
    let page = scene.post(text, "propose", &[]).await;
    assert_eq!(chosen(&page, "ada@example.com"), slots[0].to_string());
    assert_eq!(chosen(&page, "bob@example.com"), slots[1].to_string());
    assert_eq!(scene.book(text, &[]).await.status, 303);
    assert_eq!(scene.interviews(Status::Scheduled).await, 2);
}

#[actix_web::test]
async fn one_undo_takes_everything_back_while_the_invitations_wait() {
    let mut scene = Scene::new().await;
    let slots = [scene.slot(8).await, scene.slot(9).await];
    let text = "ada@example.com\nbob@example.com";
    let booked = scene.book(text, &[]).await;
    let shown = scene.rita.get(&booked.location).await;
    let notice = shown.words("[role=status]");
    for part in ["Until 09:02:00", "The 2 candidates who were added stay."] {
        assert!(notice.contains(part), "{part} in {notice}");
    }
    scene.app.advance(TimeDelta::seconds(119));
    let undo = format!("{}/undo", booked.location);
    let undone = scene.rita.post_form(&undo, &[]).await;
    assert_eq!((undone.status, &undone.location), (303, &booked.location));
    let shown = scene.rita.get(&booked.location).await;
    assert_eq!(
        shown.notice(),
        "Undone: 2 interviews cancelled. The 2 candidates who were added stay."
    );
    assert!(!shown.has(&format!("form[action='{undo}']")));
    let shown = scene.rita.get(&booked.location).await;
    assert!(
        shown
            .words("main")
            .contains("The 2 candidates who were added stay."),
        "and later on: {}",
        shown.text
    );
    let people = scene.rita.get("/candidates").await.words("main");
    assert!(people.contains("ada@example.com"), "{people}");
    assert_eq!(scene.interviews(Status::Cancelled).await, 2);
    scene.app.advance(TimeDelta::minutes(10));
    scene.app.deliver().await;
    // Nobody hears of what never was.
    assert!(
        scene
            .emails()
            .await
            .iter()
            .all(|status| *status == EmailStatus::Superseded),
        "{:?}",
        scene.emails().await
    );
    let again = scene.rita.post_form(&undo, &[]).await;
    assert_eq!(again.status, 303);
    // The slots are free again, and the people can be booked anew.
    let page = scene.post(text, "propose", &[("key", "other")]).await;
    assert_eq!(chosen(&page, "ada@example.com"), slots[0].to_string());
    assert!(page.words(".footbar").contains("2 ready"));
}

#[actix_web::test]
async fn what_was_taken_back_before_anybody_heard_of_it_is_in_no_report() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(8).await;
    let report = "/reports?from=2027-01-01&to=2027-01-31";
    let booked = scene.book("ada@example.com", &[]).await;
    let first_cell = "#report tbody tr:first-child td:nth-child(2)";
    assert_eq!(scene.rita.get(report).await.words(first_cell), "1");
    scene.app.advance(TimeDelta::seconds(60));
    scene
        .rita
        .post_form(&format!("{}/undo", booked.location), &[])
        .await;
    let page = scene.rita.get(report).await;
    assert_ne!(page.words(first_cell), "1", "{}", page.words("#report"));

    // Booked once more, it counts from then on.
    let all = interview::Entity::find().all(scene.app.app.db.read()).await;
    let id = all.expect("rows")[0].id;
    scene.app.advance(TimeDelta::hours(1));
    let mut program = scene.app.program().await;
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let again = program
        .post_json(&path, &json!({ "interview_id": id }))
        .await;
    assert_eq!(again.status, 200, "{}", again.text);
    let all = interview::Entity::find().all(scene.app.app.db.read()).await;
    assert_eq!(all.expect("rows")[0].booked_at, Some(scene.app.now()));
    assert_eq!(scene.rita.get(report).await.words(first_cell), "1");
}

#[actix_web::test]
async fn what_somebody_was_invited_to_counts_though_it_is_taken_back() {
    let mut scene = Scene::new().await;
    // So near that nothing waits.
    let at = scene.app.now() + TimeDelta::minutes(90);
    builders::slot(&scene.app, scene.app.company_id, scene.job, at).await;
    let booked = scene.book("ada@example.com", &[]).await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    scene.app.deliver().await;
    scene
        .rita
        .post_form(&format!("{}/undo", booked.location), &[])
        .await;
    assert_eq!(scene.interviews(Status::Cancelled).await, 1);
    let report = "/reports?from=2027-01-01&to=2027-01-31";
    let page = scene.rita.get(report).await;
    let first_cell = "#report tbody tr:first-child td:nth-child(2)";
    assert_eq!(page.words(first_cell), "1", "{}", page.words("#report"));
}

#[actix_web::test]
async fn who_adds_the_same_people_in_another_order_stands_in_nobodys_way() {
    let scene = Scene::new().await;
    let ines = builders::user(&scene.app, scene.app.company_id, Role::Interviewer)
        .await
        .id;
    let mut slots = Vec::new();
    for hour in 0..20 {
        let slot = scene.slot(hour).await;
        scene.hold(slot, ines).await;
        slots.push(slot);
    }
    let program = scene.app.program().await;
    let send = async |n: usize| {
        let somebody = |at: usize| {
            let email = format!("p{at}@example.com");
            json!({ "name": "Somebody", "email": email, "slot_id": slots[n * 4 + at] })
        };
        let order: Vec<usize> = match n % 2 {
            0 => (0..4).collect(),
            _ => (0..4).rev().collect(),
        };
        let rows: Vec<Value> = order.into_iter().map(somebody).collect();
        let body = json!({ "job": scene.job, "rows": rows });
        program.clone().post_json(BULK, &body).await.status
    };
    let statuses = join_all((0..5).map(send)).await;
    let booked = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(booked, 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 409)),
        "{statuses:?}"
    );
}

#[actix_web::test]
async fn an_undo_is_too_late_when_the_invitations_have_left() {
    let mut scene = Scene::new().await;
    scene.slot(8).await;
    let booked = scene.book("ada@example.com", &[]).await;
    scene.app.advance(TimeDelta::seconds(120));
    let undo = format!("{}/undo", booked.location);
    scene.rita.post_form(&undo, &[]).await;
    let shown = scene.rita.get(&booked.location).await;
    assert!(shown.notice().contains("too late"), "{}", shown.notice());
    assert_eq!(scene.interviews(Status::Scheduled).await, 1);
}

#[actix_web::test]
async fn what_somebody_changed_since_stays_when_the_rest_is_taken_back() {
    let mut scene = Scene::new().await;
    scene.slot(8).await;
    scene.slot(9).await;
    let booked = scene.book("ada@example.com\nbob@example.com", &[]).await;
    let id = interview::Entity::find()
        .all(scene.app.app.db.read())
        .await
        .expect("rows")[0]
        .id;
    let saved = scene
        .rita
        .save_form(
            &format!("/interviews/{id}/edit"),
            &[
                ("notes", "Bring a pen."),
                ("interview_type", "technical"),
                ("duration_minutes", "45"),
            ],
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    scene
        .rita
        .post_form(&format!("{}/undo", booked.location), &[])
        .await;
    let shown = scene.rita.get(&booked.location).await;
    assert!(
        shown.notice().contains("1 was changed since and stays"),
        "{}",
        shown.notice()
    );
    assert_eq!(scene.interviews(Status::Scheduled).await, 1);
}

#[actix_web::test]
async fn who_needs_a_look_is_not_counted_and_not_booked() {
    let mut scene = Scene::new().await;
    let (first, second) = (
        scene.slot(8).await.to_string(),
        scene.slot(9).await.to_string(),
    );
    let text = "Ada <ada@example.com>\nBob <bob@example.com>\nDilan <dilan@gmial.con>\nADA@example.com\nnobody";
    let both = [
        ("slot:ada@example.com", &*first),
        ("slot:bob@example.com", &*first),
        ("slot:dilan@gmial.con", &*second),
    ];
    let page = scene.post(text, "look", &both).await;
    assert!(
        row(&page, "ada@").contains("Same slot as Bob"),
        "{}",
        row(&page, "Ada")
    );
    assert!(row(&page, "bob@").contains("Same slot as Ada"));
    assert!(row(&page, "Dilan").contains("Use gmail.com"));
    assert!(row(&page, "Same as line").contains("Set aside"));
    assert!(row(&page, "nobody").contains("no email address"));
    assert!(page.words(".footbar").contains("0 ready"));
    assert!(!page.has("[data-import-book]"));
    // What no page showed is not booked.
    let refused = scene.post(text, "book:3", &both).await;
    assert_eq!(refused.status, 409);
    assert_eq!(scene.interviews(Status::Scheduled).await, 0);

    let apart = [
        ("slot:ada@example.com", &*first),
        ("slot:bob@example.com", "none"),
        ("slot:dilan@gmial.con", &*second),
    ];
    let page = scene.post(text, "confirm:dilan@gmial.con", &apart).await;
    assert!(
        page.words("[data-import-book]").starts_with("Book 2"),
        "{}",
        page.text
    );
    assert_eq!(
        page.attribute("input[name=confirmed]", "value"),
        "dilan@gmial.con"
    );
    let mut confirmed = apart.to_vec();
    confirmed.push(("confirmed", "dilan@gmial.con"));
    assert_eq!(scene.book(text, &confirmed).await.status, 303);
    assert_eq!(scene.interviews(Status::Scheduled).await, 2);
    // Both have an interview for the job now, and are set aside.
    let page = scene
        .post(text, "propose", &[("confirmed", "dilan@gmial.con")])
        .await;
    assert!(
        row(&page, "Ada").contains("Already has an interview: Wed 6 Jan, 09:00, Cloud Architect."),
        "{}",
        row(&page, "Ada")
    );
    assert!(row(&page, "Bob").contains("No slot left"));
}

#[actix_web::test]
async fn the_slot_of_a_corrected_address_stays_beside_its_person() {
    let mut scene = Scene::new().await;
    let (_, second) = (scene.slot(8).await, scene.slot(9).await.to_string());
    let page = scene
        .post(
            "Dilan <dilan@gmial.con>",
            "correct:dilan@gmial.con dilan@gmail.com",
            &[("slot:dilan@gmial.con", &second)],
        )
        .await;
    assert_eq!(chosen(&page, "dilan@gmail.com"), second);
    assert!(page.words(".footbar").contains("1 ready"));
}

#[actix_web::test]
async fn an_interviewer_is_not_asked_to_be_in_two_places() {
    let mut scene = Scene::new().await;
    let ines = builders::user(&scene.app, scene.app.company_id, Role::Interviewer)
        .await
        .id;
    let (one, other) = (scene.slot(8).await, scene.slot(8).await);
    for slot in [one, other] {
        scene.hold(slot, ines).await;
    }
    let text = "Ada <ada@example.com>\nBob <bob@example.com>";
    let page = scene.post(text, "propose", &[]).await;
    assert!(
        row(&page, "Bob").contains("No slot left"),
        "{}",
        row(&page, "Bob")
    );
    assert!(
        row(&page, "Ada").contains("Ines Interviewer"),
        "{}",
        row(&page, "Ada")
    );
    let (one, other) = (one.to_string(), other.to_string());
    let both = [
        ("slot:ada@example.com", &*one),
        ("slot:bob@example.com", &*other),
    ];
    let page = scene.post(text, "look", &both).await;
    assert!(
        row(&page, "ada@").contains("Same interviewer as Bob"),
        "{}",
        row(&page, "Ada")
    );
    assert_eq!(scene.post(text, "book:2", &both).await.status, 409);
    assert_eq!(scene.interviews(Status::Scheduled).await, 0);
}

#[actix_web::test]
async fn nobody_is_booked_whom_no_page_showed() {
    let mut scene = Scene::new().await;
    scene.slot(8).await;
    let button = scene.button("ada@example.com", &[]).await;
    // As many as before, but somebody else: the text was changed and not looked at.
    let refused = scene.post("bob@example.com", &button, &[]).await;
    assert_eq!(refused.status, 409);
    assert_eq!(scene.interviews(Status::Scheduled).await, 0);
    assert!(
        refused
            .words(".notice--problem:not([hidden])")
            .contains("changed since"),
        "{}",
        refused.text
    );
    // A slot that was chosen on the page is known to whoever chose it.
    let other = scene.slot(9).await.to_string();
    let button = refused.attribute("[data-import-book]", "value");
    let chosen = [("slot:bob@example.com", &*other)];
    let booked = scene.post("bob@example.com", &button, &chosen).await;
    assert_eq!(booked.status, 303);
}

#[actix_web::test]
async fn a_slot_that_somebody_else_got_is_told_and_nobody_is_booked() {
    let mut scene = Scene::new().await;
    let (first, second) = (scene.slot(8).await, scene.slot(9).await.to_string());
    let text = "Ada <ada@example.com>\nBob <bob@example.com>";
    let candidate = builders::candidate(&scene.app, scene.app.company_id)
        .await
        .to_string();
    let both = [
        ("slot:ada@example.com", &*first.to_string()),
        ("slot:bob@example.com", &*second),
    ];
    let button = scene.button(text, &both).await;
    let quicker = scene
        .rita
        .clone()
        .post_form(
            &format!("/slots/{first}/booking"),
            &[("candidate", &candidate)],
        )
        .await;
    assert_eq!(quicker.status, 303);
    let page = scene.post(text, &button, &both).await;
    assert_eq!(page.status, 409);
    assert!(
        row(&page, "Ada").contains("Slot no longer free"),
        "{}",
        row(&page, "Ada")
    );
    assert!(row(&page, "Bob").contains("Ready"));
    assert_eq!(
        scene.interviews(Status::Scheduled).await,
        1,
        "the quicker one"
    );
}

#[actix_web::test]
async fn of_many_batches_for_the_same_slots_one_is_booked_whole() {
    let scene = Scene::new().await;
    let ines = builders::user(&scene.app, scene.app.company_id, Role::Interviewer)
        .await
        .id;
    for hour in 8..12 {
        let slot = scene.slot(hour).await;
        scene.hold(slot, ines).await;
    }
    let job = scene.job.to_string();
    let send = async |n: usize| {
        let text: String = (0..4)
            .map(|at| format!("p{n}x{at}@example.com\n"))
            .collect();
        let mut fields = vec![("text", &*text), ("job", &*job), ("locale", "en")];
        let mut rita = scene.rita.clone();
        let page = rita.post_form(NEW, &fields).await;
        let button = page.attribute("[data-import-book]", "value");
        fields.push(("act", &button));
        rita.post_form(NEW, &fields).await.status
    };
    let statuses = join_all((0..6).map(send)).await;
    let booked = statuses.iter().filter(|status| **status == 303).count();
    assert_eq!(booked, 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 303 | 409)),
        "{statuses:?}"
    );
    assert_eq!(scene.interviews(Status::Scheduled).await, 4);
    let people = entity::candidate::Entity::find()
        .count(scene.app.app.db.read())
        .await;
    assert_eq!(
        people.expect("a count"),
        4,
        "nobody of the others is left behind"
    );
}

#[actix_web::test]
async fn what_is_missing_is_said_beside_its_field() {
    let mut scene = Scene::new().await;
    let page = scene
        .rita
        .post_form(NEW, &[("text", ""), ("job", ""), ("locale", "en")])
        .await;
    assert_eq!(page.status, 422);
    assert!(
        page.error_of("job").contains("Choose a job")
            && page.error_of("text").contains("at least one line")
    );
    let many: String = (0..101).map(|n| format!("p{n}@example.com\n")).collect();
    let page = scene.post(&many, "propose", &[]).await;
    assert!(
        page.error_of("text").contains("100 people"),
        "{}",
        page.status
    );
    let elsewhere = builders::company(&scene.app, "Elsewhere").await;
    let foreign = builders::job(&scene.app, elsewhere).await.to_string();
    let fields = [
        ("text", "ada@example.com"),
        ("job", &*foreign),
        ("locale", "en"),
    ];
    assert_eq!(scene.rita.post_form(NEW, &fields).await.status, 404);
}

#[actix_web::test]
async fn an_early_hour_is_a_warning_and_can_be_booked() {
    let mut scene = Scene::new().await;
    scene.slot(13).await;
    let text = "Name,Email,Time zone\nIvy,ivy@example.com,America/Los_Angeles";
    let page = scene.post(text, "propose", &[]).await;
    let ivy = row(&page, "Ivy");
    assert!(
        ivy.contains("Ready, 05:00 for them") && ivy.contains("night"),
        "{ivy}"
    );
    assert_eq!(scene.book(text, &[]).await.status, 303);
}

#[actix_web::test]
async fn a_program_books_several_and_is_told_of_each() {
    let mut scene = Scene::new().await;
    let (first, second) = (scene.slot(8).await, scene.slot(9).await);
    let mut program = scene.app.program().await;
    let known = builders::candidate(&scene.app, scene.app.company_id).await;
    let rows = json!([
        { "name": "Ada", "email": "ada@example.com", "time_zone": "Europe/Berlin" },
        { "candidate": known, "slot_id": second, "booking_notes": "Bring a pen." },
    ]);
    let body = |more: Value| {
        let mut body = json!({ "job": scene.job, "rows": rows });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let tried = program
        .post_json(BULK, &body(json!({ "dry_run": true })))
        .await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    let tried = tried.json();
    assert_eq!(
        (&tried["results"][0]["slot"], &tried["results"][0]["status"]),
        (&json!(first), &json!("ready"))
    );
    assert_eq!(tried["results"][1]["warnings"], json!(["night"]), "{tried}");
    assert_eq!(scene.interviews(Status::Scheduled).await, 0);

    let mut keyed = program.clone().with_header("Idempotency-Key", "bulk-1");
    let made = keyed.post_json(BULK, &body(json!({}))).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(
        keyed.post_json(BULK, &body(json!({}))).await.text,
        made.text,
        "once"
    );
    let made = made.json();
    assert!(
        made["results"][1]["interview"].is_i64() && made["undo_until"].is_string(),
        "{made}"
    );
    assert_eq!(scene.interviews(Status::Scheduled).await, 2);

    let refused = program.post_json(BULK, &body(json!({}))).await;
    assert_eq!(refused.status, 409);
    let refused = refused.json();
    assert_eq!(refused["code"], "rows_refused");
    assert_eq!(refused["results"][0]["code"], "has_interview", "{refused}");

    let undo = format!("{BULK}{}/undo/", made["batch"]);
    let undone = program.post_json(&undo, &json!({})).await.json();
    assert_eq!(undone["cancelled"], 2, "{undone}");
    scene.app.advance(TimeDelta::minutes(2));
    let late = scene.book("cy@example.com", &[]).await;
    scene.app.advance(TimeDelta::minutes(2));
    let id = late.location.rsplit('/').next().expect("an id").to_owned();
    let over = program
        .post_json(&format!("{BULK}{id}/undo/"), &json!({}))
        .await;
    assert_eq!(
        (over.status, &over.json()["code"]),
        (409, &json!("undo_over"))
    );
}

#[actix_web::test]
async fn a_program_can_book_those_who_can_be_booked() {
    let scene = Scene::new().await;
    scene.slot(8).await;
    let mut program = scene.app.program().await;
    let rows = json!([
        { "name": "Ada", "email": "ada@example.com" },
        { "name": "Ada", "email": "ADA@example.com" },
        { "name": "Bob", "email": "bob@example.com", "slot_id": 999_999 },
    ]);
    let body = json!({ "job": scene.job, "rows": rows, "skip_refused": true });
    let made = program.post_json(BULK, &body).await.json();
    let codes: Vec<_> = made["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|it| it["code"].clone())
        .collect();
    assert_eq!(
        codes,
        [json!(null), json!("repeated"), json!("slot_not_open")],
        "{made}"
    );
    assert_eq!(scene.interviews(Status::Scheduled).await, 1);
    for (wrong, field) in [
        (
            json!({ "job": 999_999, "rows": [{ "name": "A", "email": "a@b.org" }] }),
            "job",
        ),
        (
            json!({ "job": scene.job, "rows": [{ "candidate": 999_999 }] }),
            "rows[0].candidate",
        ),
        (
            json!({ "job": scene.job, "rows": [{ "name": "A" }] }),
            "rows[0].email",
        ),
        (json!({ "job": scene.job, "rows": [] }), "rows"),
        (
            json!({ "job": scene.job, "rows": [{ "candidate": 1, "name": "A" }] }),
            "rows[0].name",
        ),
    ] {
        let refused = program.post_json(BULK, &wrong).await;
        assert_eq!(refused.status, 422, "{wrong}: {}", refused.text);
        assert!(
            refused.json()["errors"][field].is_array(),
            "{field}: {}",
            refused.text
        );
    }
}

#[actix_web::test]
async fn a_slot_that_was_chosen_is_proposed_to_nobody_else() {
    let mut scene = Scene::new().await;
    let at = scene.at(8);
    let elsewhere = builders::booked_at(&scene.app, scene.app.company_id, at).await;
    let email = elsewhere.details.candidate.email;
    let (chosen_slot, other) = (scene.slot(8).await.to_string(), scene.slot(9).await);
    let text = format!("{email}\nbob@example.com");
    let fields = [(&*format!("slot:{email}"), &*chosen_slot)];
    let page = scene.post(&text, "look", &fields).await;
    assert_eq!(chosen(&page, &email), chosen_slot);
    assert_eq!(chosen(&page, "bob@example.com"), other.to_string());
    assert!(page.words(".footbar").contains("1 ready"), "{}", page.text);
}

#[actix_web::test]
async fn an_interview_that_waited_for_a_time_waits_for_one_again_when_that_is_undone() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(8).await;
    let candidate = builders::candidate(&scene.app, scene.app.company_id).await;
    let waiting = builders::interview(&scene.app, scene.app.company_id, candidate, scene.job).await;
    let rows =
        json!([{ "candidate": candidate, "slot_id": slot, "booking_notes": "Bring a pen." }]);
    let mut program = scene.app.program().await;
    let body = json!({ "job": scene.job, "rows": rows });
    let made = program.post_json(BULK, &body).await.json();
    assert_eq!(made["results"][0]["interview"], json!(waiting), "{made}");
    let page = format!("/batches/{}", made["batch"]);
    let undo = format!("{page}/undo");
    assert_eq!(scene.rita.post_form(&undo, &[]).await.status, 303);
    assert_eq!(
        scene.rita.get(&page).await.notice(),
        "Undone: 1 interview is unscheduled again, as before."
    );
    let path = format!("/api/interviews/{waiting}/");
    let now = program.get(&path).await.json();
    assert_eq!(
        (&now["status"], &now["slot"], &now["booking_notes"]),
        (&json!("unscheduled"), &json!(null), &json!("")),
        "{now}"
    );
    let emails = scene.emails().await;
    assert!(
        emails.iter().all(|it| *it == EmailStatus::Cancelled),
        "{emails:?}"
    );
    let history = scene.rita.get(&format!("/interviews/{waiting}")).await;
    assert!(history.text.contains("Booking undone"), "{}", history.text);
    // It can be booked like any other, and then its candidate knows of it.
    let again = program.post_json(BULK, &body).await.json();
    assert_eq!(again["results"][0]["interview"], json!(waiting), "{again}");
    scene.app.advance(TimeDelta::seconds(60));
    builders::write(&scene.app, async |txn| {
        let soon = email::Entity::update_many()
            .col_expr(email::Column::DueAt, Expr::value(scene.app.now()))
            .filter(email::Column::Kind.eq(email::Kind::Scheduled));
        Ok(soon.exec(txn).await?)
    })
    .await;
    scene.app.deliver().await;
    let undo = format!("{BULK}{}/undo/", again["batch"]);
    let undone = program.post_json(&undo, &json!({})).await.json();
    assert_eq!(
        (&undone["cancelled"], &undone["unscheduled"]),
        (&json!(1), &json!(0)),
        "who was invited is told: {undone}"
    );
    assert_eq!(program.get(&path).await.json()["status"], "cancelled");
}

#[actix_web::test]
async fn a_slot_that_goes_meanwhile_keeps_nobody_else_from_being_booked() {
    let scene = Scene::new().await;
    let wanted = scene.slot(8).await;
    let mut own = Vec::new();
    for hour in 9..13 {
        own.push(scene.slot(hour).await);
    }
    let program = scene.app.program().await;
    let send = async |n: usize| {
        let somebody = |name: &str, slot_id: i64| json!({ "name": name, "email": format!("{name}{n}@example.com"), "slot_id": slot_id });
        let rows = [somebody("a", wanted), somebody("b", own[n])];
        let body = json!({ "job": scene.job, "rows": rows, "skip_refused": true });
        program.clone().post_json(BULK, &body).await
    };
    let answers = join_all((0..own.len()).map(send)).await;
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(
            answer.json()["results"][1]["interview"].is_i64(),
            "{}",
            answer.text
        );
    }
    assert_eq!(scene.interviews(Status::Scheduled).await, 5);
}

#[actix_web::test]
async fn a_row_says_what_the_time_of_its_interviewers_says_and_counts_the_rows_before_it() {
    let mut scene = Scene::new().await;
    let ines = builders::user(&scene.app, scene.app.company_id, Role::Interviewer).await;
    for hour in [9, 11, 13] {
        let slot = scene.slot(hour).await;
        scene.hold(slot, ines.id).await;
    }
    let mut ada = scene.app.admin().await;
    let wishes = [
        ("buffer_before_minutes", "15"),
        ("weekly_limit", "1"),
        ("wed", "09:00–13:00"),
    ];
    let path = format!("/users/{}/availability", ines.id);
    assert_eq!(ada.save_form(&path, &wishes).await.status, 303);
    let text = "Ada <ada@example.com>\nBob <bob@example.com>\nCara <cara@example.com>";
    let page = scene.post(text, "propose", &[]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (ada, bob, cara) = (row(&page, "ada@"), row(&page, "bob@"), row(&page, "cara@"));
    assert!(!ada.contains("Ines Interviewer has"), "{ada}");
    assert!(
        bob.contains("Ines Interviewer has 1 interview that week, limit 1"),
        "{bob}"
    );
    assert!(!bob.contains("Outside the working hours"), "{bob}");
    assert!(
        cara.contains("Ines Interviewer has 2 interviews that week, limit 1"),
        "{cara}"
    );
    assert!(
        cara.contains("Outside the working hours of Ines Interviewer"),
        "{cara}"
    );
    assert!(cara.contains("Ready"), "a recruiter may: {cara}");
    let rows: Vec<Value> = ["ada@", "bob@", "cara@"]
        .map(|name| json!({ "name": name, "email": format!("{name}example.com") }))
        .to_vec();
    let body = json!({ "job": scene.job, "rows": rows, "dry_run": true });
    let mut program = scene.app.program().await;
    let looked = program.post_json(BULK, &body).await.json();
    let warnings = looked["results"][2]["warnings"]
        .as_array()
        .expect("warnings");
    for code in ["outside_working_hours", "over_weekly_limit"] {
        assert!(warnings.contains(&json!(code)), "{looked}");
    }
}
