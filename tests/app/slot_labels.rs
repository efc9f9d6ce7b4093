//! Names on slots, and the users who are put on the slots for them.
use entity::{slot, slot_interviewer, user::Role};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};
use serde_json::json;

use crate::support::{Actor, Answer, TestApp, builders};

const PAGE: &str = "/slots/labels";

/// A company with a job and users of these names.
struct Scene {
    app: TestApp,
    rita: Actor,
    program: Actor,
    job: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        Self {
            rita: app.recruiter().await,
            program: app.program().await,
            job: builders::job(&app, app.company_id).await,
            app,
        }
    }

    async fn user(&self, name: &str) -> i64 {
        let user = builders::user(&self.app, self.app.company_id, Role::Interviewer).await;
        builders::write(&self.app, async |txn| {
            let row = entity::user::ActiveModel {
                id: Set(user.id),
                name: Set(name.into()),
                ..Default::default()
            };
            entity::user::Entity::update(row).exec(txn).await?;
            Ok(())
        })
        .await;
        user.id
    }

    async fn slot(&mut self, day: &str, time: &str, label: &str) -> i64 {
        let body = json!({
            "interview_date": day, "start_time": time, "duration_minutes": 45, "job": self.job,
            "ai_interview_type": "technical", "interviewer": label,
        });
        let path = "/api/interviews/slots/";
        let made = self.program.post_json(path, &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()["id"].as_i64().expect("an id")
    }

    async fn book(&mut self, slot_id: i64) -> i64 {
        let candidate = builders::candidate(&self.app, self.app.company_id).await;
        let id = builders::interview(&self.app, self.app.company_id, candidate, self.job).await;
        let path = format!("/api/interviews/slots/{slot_id}/book_slot/");
        let body = json!({ "interview_id": id });
        let booked = self.program.post_json(&path, &body).await;
        assert_eq!(booked.status, 200, "{}", booked.text);
        id
    }

    /// Who is on a slot.
    async fn on(&self, slot_id: i64) -> Vec<i64> {
        let rows = slot_interviewer::Entity::find()
            .filter(slot_interviewer::COLUMN.slot_id.eq(slot_id))
            .all(self.app.app.db.read())
            .await
            .expect("rows");
        let mut ids: Vec<i64> = rows.iter().map(|row| row.user_id).collect();
        ids.sort_unstable();
        ids
    }

    async fn label(&self, slot_id: i64) -> String {
        let row = slot::Entity::find_by_id(slot_id).one(self.app.app.db.read());
        row.await.expect("a query").expect("a slot").interviewer
    }

    /// Sends the page as it came.
    async fn assign(&mut self) -> Answer {
        let page = self.rita.get(PAGE).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let fields = sent(&page);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        self.rita.post_form(PAGE, &fields).await
    }
}

/// What a browser sends of the form.
fn sent(page: &Answer) -> Vec<(String, String)> {
    let pairs = |inputs: &str| {
        let names = page.all_attributes(inputs, "name");
        names.into_iter().zip(page.all_attributes(inputs, "value"))
    };
    let mut fields: Vec<_> = pairs("#labels input[type=hidden]").collect();
    fields.extend(pairs("#labels input[checked]"));
    for name in page.all_attributes("#labels select", "name") {
        let chosen = format!("select[name='{name}'] option[selected]");
        let value = page.attribute(&chosen, "value");
        fields.push((name, value));
    }
    fields
}

#[actix_web::test]
async fn slots_get_the_users_whom_their_names_mean() {
    let mut scene = Scene::new().await;
    let ines = scene.user("Ines Núñez").await;
    let bo = scene.user("Bo").await;
    let first = scene.slot("2027-01-05", "10:00", "ines  nunez").await;
    let second = scene.slot("2027-01-06", "10:00", "INES NÚÑEZ").await;
    let both = scene.slot("2027-01-07", "10:00", "Bo & Ines Núñez").await;
    let unknown = scene.slot("2027-01-08", "10:00", "Max").await;
    let list = scene.rita.get("/slots").await;
    assert!(list.has(&format!("main a[href='{PAGE}']")), "{}", list.text);

    let page = scene.rita.get(PAGE).await;
    let rows = page.all_words("#labels tbody tr");
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(
        rows[0].contains("2 slots, the first on Tue 5 January 2027, 10:00"),
        "{rows:?}"
    );
    let max = rows.iter().find(|row| row.contains("Max")).expect("Max");
    assert!(max.contains("No user has this name"), "{max}");
    assert_eq!(page.all_words("#labels input[checked]").len(), 2);

    let done = scene.assign().await;
    assert_eq!((done.status, done.location.as_str()), (303, PAGE));
    let page = scene.rita.get(PAGE).await;
    assert_eq!(page.notice(), "3 slots now have their interviewers.");
    assert_eq!(page.all_words("#labels tbody tr").len(), 1, "Max is left");
    for (slot, users) in [
        (first, vec![ines]),
        (second, vec![ines]),
        (both, vec![ines, bo]),
        (unknown, vec![]),
    ] {
        let mut users = users;
        users.sort_unstable();
        assert_eq!(scene.on(slot).await, users);
    }
    assert_eq!(scene.label(first).await, "ines  nunez", "it stays");
    // Somebody else can be meant.
    let fields = [
        ("label_0", "Max"),
        ("pick_0", "on"),
        ("user_0_0", &*bo.to_string()),
    ];
    let done = scene.rita.post_form(PAGE, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(scene.on(unknown).await, [bo]);
    let page = scene.rita.get(PAGE).await;
    assert!(page.text.contains("Nothing to match"), "{}", page.text);
}

#[actix_web::test]
async fn a_booked_slot_tells_its_interviewer_and_an_overlap_is_refused_slot_by_slot() {
    let mut scene = Scene::new().await;
    let ines = scene.user("Ines Núñez").await;
    let first = scene.slot("2027-01-05", "10:00", "Ines Núñez").await;
    let beside = scene.slot("2027-01-05", "10:30", "Ines Núñez").await;
    let later = scene.slot("2027-01-06", "10:30", "Ines Núñez").await;
    let interview = scene.book(first).await;
    let other = scene.book(beside).await;
    let refused = scene.assign().await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let words = refused.words("main");
    for part in [
        "2 slots now have their interviewers.",
        "Ines Núñez has another interview from Tue 5 January 2027, 10:00 to 10:45",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert!(refused.has(&format!("a[href='/slots/{beside}']")));
    assert_eq!(scene.on(first).await, [ines]);
    assert_eq!(scene.on(later).await, [ines]);
    assert!(scene.on(beside).await.is_empty(), "nothing of it is done");
    let mails = async |scene: &mut Scene, id: i64| {
        let page = scene.rita.get(&format!("/interviews/{id}")).await;
        page.words("#mails").contains("Interviewer invitation")
    };
    assert!(mails(&mut scene, interview).await);
    assert!(!mails(&mut scene, other).await);
}

#[actix_web::test]
async fn what_is_past_closed_foreign_or_settled_is_not_asked_about() {
    let mut scene = Scene::new().await;
    let ines = scene.user("Ines Núñez").await;
    let closed = scene.slot("2027-01-05", "10:00", "Ines Núñez").await;
    let path = format!("/api/interviews/slots/{closed}/close/");
    assert_eq!(scene.program.post_json(&path, &json!({})).await.status, 200);
    scene.slot("2027-01-04", "10:00", "Ines Núñez").await;
    scene.app.advance(chrono::TimeDelta::hours(2));
    let page = scene.rita.get(PAGE).await;
    assert!(!page.has("#labels"), "{}", page.text);
    let mut eve = scene.app.other_company().await;
    let slot = scene.slot("2027-01-07", "10:00", "Ines Núñez").await;
    assert!(!eve.get(PAGE).await.text.contains("Ines"));
    let fields = [
        ("label_0", "Ines Núñez"),
        ("pick_0", "on"),
        ("user_0_0", &*ines.to_string()),
    ];
    eve.post_form(PAGE, &fields).await;
    assert!(scene.on(slot).await.is_empty(), "not theirs");

    let nothing = scene.rita.post_form(PAGE, &fields[..1]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text.contains("Select a name"), "{}", nothing.text);
    let foreign = [fields[0], fields[1], ("user_0_0", "999999")];
    let nobody = scene.rita.post_form(PAGE, &foreign).await;
    assert_eq!(nobody.status, 422, "{}", nobody.text);
    assert!(nobody.text.contains("can no longer sign in"));
    assert!(scene.on(slot).await.is_empty());
}

#[actix_web::test]
async fn of_two_users_of_one_name_somebody_chooses() {
    let mut scene = Scene::new().await;
    scene.user("Kim Sato").await;
    let second = scene.user("Kim Sato").await;
    let slot = scene.slot("2027-01-07", "10:00", "Kim Sato").await;
    let page = scene.rita.get(PAGE).await;
    assert!(
        page.words("#labels")
            .contains("Several users have this name")
    );
    assert!(!page.has("#labels input[checked]"));
    assert!(page.words("#labels select").contains("Kim Sato ("));
    let chosen = second.to_string();
    let fields = [
        ("label_0", "Kim Sato"),
        ("pick_0", "on"),
        ("user_0_0", &*chosen),
    ];
    assert_eq!(scene.rita.post_form(PAGE, &fields).await.status, 303);
    assert_eq!(scene.on(slot).await, [second]);
}

#[actix_web::test]
async fn a_program_matches_what_is_clear_and_may_ask_before() {
    let mut scene = Scene::new().await;
    let ines = scene.user("Ines Núñez").await;
    scene.user("Kim Sato").await;
    scene.user("Kim Sato").await;
    let first = scene.slot("2027-01-05", "10:00", "ines nunez").await;
    let beside = scene.slot("2027-01-05", "10:30", "Ines Núñez").await;
    scene.slot("2027-01-06", "10:00", "Kim Sato").await;
    scene.slot("2027-01-06", "12:00", "Max, Ines Núñez").await;
    scene.book(first).await;
    scene.book(beside).await;
    let path = "/api/interviews/slots/match_interviewers/";
    let trial = scene
        .program
        .post_json(path, &json!({ "dry_run": true }))
        .await;
    assert_eq!(trial.status, 200, "{}", trial.text);
    let told = |answer: &Answer| {
        let rows = answer.json()["results"].as_array().expect("rows").clone();
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row["status"].clone(), row["slots"].clone()))
            .collect();
        told.sort_by_key(|(status, _)| status.to_string());
        told
    };
    assert_eq!(
        told(&trial),
        [
            (json!("ambiguous"), json!(1)),
            (json!("ready"), json!(2)),
            (json!("unknown"), json!(1)),
        ]
    );
    assert!(scene.on(first).await.is_empty());
    let done = scene.program.post_json(path, &json!({})).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let rows = done.json()["results"].clone();
    let rows = rows.as_array().expect("rows");
    let matched = rows.iter().find(|row| row["status"] == "matched");
    let matched = matched.expect("one");
    assert_eq!(matched["interviewers"], json!([ines]));
    assert_eq!(matched["refused"][0]["slot"], beside);
    assert_eq!(matched["refused"][0]["code"], "interviewer_busy");
    assert_eq!(scene.on(first).await, [ines]);
    assert!(scene.on(beside).await.is_empty());
}
