//! Changes of rows through the API: only what is given, only over what was read, and told like those of the pages.
use chrono::TimeDelta;
use entity::{
    candidate,
    email::{self, Kind},
    interview, job, slot,
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::{
    Actor, TestApp,
    builders::{self, Booked},
};

async fn emails(app: &TestApp) -> Vec<email::Model> {
    let emails = email::Entity::find()
        .order_by_asc(email::Column::Id)
        .all(app.app.db.read())
        .await;
    emails.expect("emails")
}

/// A booked interview whose candidate was told, and a program.
struct Scene {
    app: TestApp,
    program: Actor,
    booked: Booked,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let booked = builders::booked(&app, app.company_id).await;
        app.deliver().await;
        Self {
            program: app.program().await,
            booked,
            app,
        }
    }

    fn interview_path(&self) -> String {
        format!("/api/interviews/{}/", self.booked.details.interview.id)
    }

    fn candidate_path(&self) -> String {
        format!("/api/candidates/{}/", self.booked.details.candidate.id)
    }

    fn slot(&self) -> &slot::Model {
        self.booked.details.slot.as_ref().expect("a slot")
    }

    fn slot_path(&self) -> String {
        format!("/api/interviews/slots/{}/", self.slot().id)
    }

    async fn interview(&self) -> interview::Model {
        let id = self.booked.details.interview.id;
        let row = interview::Entity::find_by_id(id).one(self.app.app.db.read());
        row.await.expect("a query").expect("an interview")
    }

    async fn told(&self) -> Vec<Kind> {
        emails(&self.app).await.iter().map(|it| it.kind).collect()
    }
}

#[actix_web::test]
async fn an_interview_is_corrected_and_its_candidate_told() {
    let mut scene = Scene::new().await;
    let path = scene.interview_path();
    let read = scene.program.get(&path).await.json();
    let version = read["version"].as_i64().expect("a version");
    let change = json!({
        "version": version,
        "booking_notes": "Bring two pens.",
        "ai_interview_type": "final",
        "duration_minutes": 30,
        "meeting_url": "https://meet.example.com/other",
    });
    let answer = scene.program.patch_json(&path, &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let row = answer.json();
    for name in [
        "booking_notes",
        "ai_interview_type",
        "duration_minutes",
        "meeting_url",
    ] {
        assert_eq!(row[name], change[name], "{name}");
    }
    assert_eq!(row["version"], version + 1);
    assert_eq!(row, scene.program.get(&path).await.json());
    assert_eq!(scene.told().await, [Kind::Scheduled, Kind::Updated]);
    assert_eq!(scene.app.deliver().await, 1);
    assert!(scene.app.printer.text().contains("Bring two pens."));

    // One field alone leaves the others; nothing new is nothing told.
    let url = json!({ "version": version + 1, "meeting_url": null });
    let row = scene.program.patch_json(&path, &url).await.json();
    assert_eq!(row["meeting_url"], Value::Null);
    assert_eq!(row["duration_minutes"], 30);
    let same = json!({ "version": version + 2, "duration_minutes": 30, "booking_notes": null });
    let row = scene.program.patch_json(&path, &same).await.json();
    assert_eq!(row["version"], version + 2, "nothing was changed");
    assert_eq!(row["booking_notes"], "Bring two pens.");
    assert_eq!(scene.told().await.len(), 3);
    scene.app.deliver().await;
}

#[actix_web::test]
async fn a_stale_change_is_answered_with_the_row_as_it_is() {
    let mut scene = Scene::new().await;
    let slot = scene.slot_path();
    let job = format!("/api/jobs/{}/", scene.slot().job_id);
    for (path, name, change, other) in [
        (
            scene.interview_path(),
            "interview",
            json!({ "booking_notes": "Mine" }),
            json!({ "booking_notes": "Theirs" }),
        ),
        (
            scene.candidate_path(),
            "candidate",
            json!({ "phone": "+49 30 1" }),
            json!({ "notes": "Kind." }),
        ),
        (
            slot,
            "slot",
            json!({ "difficulty_level": "hard" }),
            json!({ "duration_minutes": 60 }),
        ),
        (
            job,
            "job",
            json!({ "title": "Chef" }),
            json!({ "status": "closed" }),
        ),
    ] {
        let before = scene.program.get(&path).await.json();
        let with = |change: &Value| {
            let mut change = change.clone();
            change["version"] = before["version"].clone();
            change
        };
        let done = scene.program.patch_json(&path, &with(&other)).await;
        assert_eq!(done.status, 200, "{path}: {}", done.text);
        let now = done.json();
        assert!(
            now["version"].as_i64() > before["version"].as_i64(),
            "{path}"
        );
        for change in [&change, &other] {
            let late = scene.program.patch_json(&path, &with(change)).await;
            assert_eq!(late.status, 409, "{path}: {}", late.text);
            assert_eq!(late.header("content-type"), "application/problem+json");
            assert_eq!(late.json()["code"], "changed", "{path}");
            assert_eq!(late.json()[name], now, "{path}");
        }
        assert_eq!(scene.program.get(&path).await.json(), now);
    }
    scene.app.deliver().await;
}

#[actix_web::test]
async fn a_change_without_a_version_or_with_what_is_not_known_is_refused() {
    let mut scene = Scene::new().await;
    let paths = [
        scene.interview_path(),
        scene.candidate_path(),
        scene.slot_path(),
        format!("/api/jobs/{}/", scene.slot().job_id),
    ];
    for path in paths {
        let before = scene.program.get(&path).await.json();
        for (change, field) in [
            (json!({}), "version"),
            (json!({ "version": null }), "version"),
            (json!({ "version": "1" }), "version"),
            (json!({ "version": 0 }), "version"),
            (json!({ "version": 2_147_483_647 }), "version"),
            (json!({ "version": 1, "id": 7 }), "id"),
            (json!({ "version": 1, "company_id": 7 }), "company_id"),
        ] {
            let refused = scene.program.patch_json(&path, &change).await;
            assert_eq!(refused.status, 422, "{path} {change}: {}", refused.text);
            let errors = refused.json()["errors"].clone();
            assert!(errors[field].is_array(), "{path} {change}: {errors}");
        }
        assert_eq!(scene.program.get(&path).await.json(), before, "{path}");
    }
    let wrong = json!({
        "version": 2, "duration_minutes": 4, "ai_interview_type": "chat", "meeting_url": "http://x.example",
    });
    let refused = scene
        .program
        .patch_json(&scene.interview_path(), &wrong)
        .await;
    let errors = refused.json()["errors"].as_object().expect("errors").len();
    assert_eq!((refused.status, errors), (422, 3));
    assert_eq!(scene.told().await, [Kind::Scheduled]);
}

#[actix_web::test]
async fn a_candidates_new_address_has_the_consequences_of_the_page() {
    let mut scene = Scene::new().await;
    let path = scene.candidate_path();
    let change = json!({ "version": 1, "email": "Right@Example.com", "time_zone": null });
    let answer = scene.program.patch_json(&path, &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let row = answer.json();
    assert_eq!(row["email"], "right@example.com");
    assert_eq!(
        (&row["time_zone"], &row["version"]),
        (&Value::Null, &json!(2))
    );
    assert_eq!(row["name"], "Zoë Núñez", "what was not given stays");
    assert_eq!(
        scene.interview().await.link_version,
        2,
        "the old link is dead"
    );
    let told = emails(&scene.app).await;
    let told = told.last().expect("an email");
    assert_eq!(
        (told.kind, told.recipient.as_str()),
        (Kind::Scheduled, "right@example.com")
    );
    scene.app.deliver().await;

    let other = builders::candidate(&scene.app, scene.app.company_id).await;
    let taken = json!({ "version": 1, "email": "right@example.com" });
    let other = format!("/api/candidates/{other}/");
    let refused = scene.program.patch_json(&other, &taken).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("email_taken"))
    );
    let unknown = json!({ "version": 1, "job": 999_999 });
    let refused = scene.program.patch_json(&other, &unknown).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.json()["errors"]["job"].is_array());
    let row = candidate::Entity::find_by_id(scene.booked.details.candidate.id);
    let row = row.one(scene.app.app.db.read()).await.expect("a query");
    assert_eq!(row.expect("a candidate").version, 2);
}

#[actix_web::test]
async fn a_page_and_a_program_do_not_write_over_each_other() {
    let mut scene = Scene::new().await;
    let edit = format!("/candidates/{}/edit", scene.booked.details.candidate.id);
    let mut rita = scene.app.recruiter().await;
    let page = rita.get(&edit).await;
    let names = [
        "name",
        "email",
        "phone",
        "time_zone",
        "locale",
        "job",
        "notes",
        "version",
    ];
    let stale = names.map(|name| (name, page.value_of(name)));
    let right = json!({ "version": 1, "email": "right@example.com" });
    let path = scene.candidate_path();
    assert_eq!(scene.program.patch_json(&path, &right).await.status, 200);
    let stale = stale.each_ref().map(|(name, text)| (*name, text.as_str()));
    let late = rita.post_form(&edit, &stale).await;
    assert_eq!(late.status, 409);
    assert!(late.words("#conflict").contains("right@example.com"));
    let links = scene.interview().await.link_version;
    assert_eq!(links, 2);
    scene.app.deliver().await;
}

#[actix_web::test]
async fn the_same_key_changes_a_row_once() {
    let mut scene = Scene::new().await;
    scene.program = scene.program.with_header("Idempotency-Key", "change-1");
    let job = format!("/api/jobs/{}/", scene.slot().job_id);
    for (path, change) in [
        (scene.interview_path(), json!({ "booking_notes": "Once" })),
        (
            scene.candidate_path(),
            json!({ "email": "once@example.com" }),
        ),
        (scene.slot_path(), json!({ "duration_minutes": 50 })),
        (job, json!({ "title": "Once" })),
    ] {
        let mut change = change;
        change["version"] = scene.program.get(&path).await.json()["version"].clone();
        let first = scene.program.patch_json(&path, &change).await;
        assert_eq!(first.status, 200, "{path}: {}", first.text);
        let told = scene.told().await.len();
        let again = scene.program.patch_json(&path, &change).await;
        assert_eq!((again.status, again.json()), (200, first.json()), "{path}");
        assert_eq!(scene.told().await.len(), told, "{path}: told once");
        change["version"] = first.json()["version"].clone();
        let reused = scene.program.patch_json(&path, &change).await;
        assert_eq!(reused.status, 422, "{path}");
        assert_eq!(reused.json()["code"], "idempotency_key_reused");
    }
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_free_slot_is_changed_as_a_whole() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let starts_at = app.now() + TimeDelta::days(1);
    let id = builders::slot(&app, app.company_id, job, starts_at).await;
    let path = format!("/api/interviews/slots/{id}/");
    let before = program.get(&path).await.json();
    let other = builders::job(&app, app.company_id).await;
    let change = json!({
        "version": 1, "start_time": "15:30", "job": other, "duration_minutes": 60,
        "ai_interview_type": "final", "difficulty_level": null,
    });
    let answer = program.patch_json(&path, &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let row = answer.json();
    assert_eq!(row["interview_date"], before["interview_date"]);
    assert_eq!(row["starts_at"], "2027-01-05T14:30:00Z");
    assert_eq!((&row["job"], &row["version"]), (&json!(other), &json!(2)));
    assert_eq!(
        (&row["difficulty_level"], &row["status"]),
        (&Value::Null, &json!("open"))
    );
    assert_eq!(row["meeting_url"], before["meeting_url"]);
    let zone = json!({ "version": 2, "time_zone": "America/New_York" });
    let row = program.patch_json(&path, &zone).await.json();
    assert_eq!(
        row["starts_at"], "2027-01-05T20:30:00Z",
        "the wall clock stays"
    );
    for (change, field) in [
        (
            json!({ "version": 3, "interview_date": "2027-01-03" }),
            "start_time",
        ),
        (
            json!({ "version": 3, "interview_date": "2027-03-14", "start_time": "02:30" }),
            "start_time",
        ),
        (
            json!({ "version": 3, "interview_date": "2270-01-05" }),
            "interview_date",
        ),
        (json!({ "version": 3, "company": 999 }), "company"),
    ] {
        let refused = program.patch_json(&path, &change).await;
        assert_eq!(refused.status, 422, "{change}");
        assert!(
            refused.json()["errors"][field].is_array(),
            "{}",
            refused.text
        );
    }
    let unknown = json!({ "version": 3, "job": 999_999 });
    let refused = program.patch_json(&path, &unknown).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.json()["errors"]["job"].is_array());
    // A page that showed the slot as it was does not close it.
    let mut rita = app.recruiter().await;
    let closure = format!("/slots/{id}/closure");
    let late = rita.post_form(&closure, &[("version", "1")]).await;
    assert_eq!(late.status, 409);
    assert!(
        late.words(".notice--problem li")
            .contains("Changed by Rita Recruiter")
    );
}

#[actix_web::test]
async fn a_booked_slot_keeps_its_job_and_tells_the_rest() {
    let mut scene = Scene::new().await;
    let path = scene.slot_path();
    let before = scene.program.get(&path).await.json();
    for change in [json!({ "job": builders::job(&scene.app, scene.app.company_id).await })] {
        let mut change = change;
        change["version"] = json!(1);
        let refused = scene.program.patch_json(&path, &change).await;
        assert_eq!(refused.status, 409, "{change}: {}", refused.text);
        assert_eq!(refused.json()["code"], "slot_booked");
        let id = scene.booked.details.interview.id;
        assert_eq!(refused.json()["interview"]["id"], id);
    }
    assert_eq!(scene.program.get(&path).await.json(), before);
    assert_eq!(scene.told().await, [Kind::Scheduled]);

    let level = json!({ "version": 1, "difficulty_level": "hard" });
    let row = scene.program.patch_json(&path, &level).await.json();
    assert_eq!(
        (&row["difficulty_level"], &row["version"]),
        (&json!("hard"), &json!(2))
    );
    assert_eq!(scene.told().await, [Kind::Scheduled], "interviewers' own");
    let longer = json!({ "version": 2, "duration_minutes": 90, "difficulty_level": "easy" });
    let row = scene.program.patch_json(&path, &longer).await.json();
    assert_eq!(
        (&row["duration_minutes"], &row["version"]),
        (&json!(90), &json!(3))
    );
    assert_eq!(row["difficulty_level"], "easy");
    assert_eq!(scene.told().await, [Kind::Scheduled, Kind::Updated]);
    let interview = scene.interview().await;
    assert_eq!((interview.revision, interview.version), (2, 3));
    scene.app.deliver().await;

    // What the interview's own change does to its slot is a change of the slot.
    let shorter = json!({ "version": 3, "duration_minutes": 30 });
    let interview = scene.interview_path();
    assert_eq!(
        scene.program.patch_json(&interview, &shorter).await.status,
        200
    );
    let stale = json!({ "version": 3, "duration_minutes": 45 });
    assert_eq!(scene.program.patch_json(&path, &stale).await.status, 409);
    scene.app.deliver().await;

    scene.app.advance(TimeDelta::days(30));
    let version = scene.program.get(&path).await.json()["version"].clone();
    let late = json!({ "version": version, "duration_minutes": 45 });
    let refused = scene.program.patch_json(&path, &late).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("not_booked"))
    );
    let late = json!({ "version": 4, "booking_notes": "Too late" });
    let refused = scene.program.patch_json(&interview, &late).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("not_booked"))
    );
}

#[actix_web::test]
async fn a_booked_slot_that_moves_takes_its_interview_along_and_tells() {
    let mut scene = Scene::new().await;
    let path = scene.slot_path();
    let before = scene.program.get(&path).await.json();
    for (change, status) in [
        (json!({ "interview_date": "2027-01-03" }), 422),
        (json!({ "interview_date": "2270-01-05" }), 422),
    ] {
        let mut change = change;
        change["version"] = json!(1);
        let refused = scene.program.patch_json(&path, &change).await;
        assert_eq!(refused.status, status, "{change}: {}", refused.text);
    }
    assert_eq!(scene.program.get(&path).await.json(), before);
    let zone = json!({ "version": 1, "interview_date": "2027-02-01", "start_time": "11:00", "duration_minutes": 30 });
    let moved = scene.program.patch_json(&path, &zone).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let row = moved.json();
    assert_eq!(
        (&row["interview_date"], &row["start_time"], &row["version"]),
        (&json!("2027-02-01"), &json!("11:00:00"), &json!(2))
    );
    assert_eq!(row["interview"], before["interview"]);
    let interview = scene.interview().await;
    assert_eq!((interview.revision, interview.version), (2, 3));
    assert_eq!(scene.told().await, [Kind::Scheduled, Kind::Rescheduled]);
    scene.app.deliver().await;
    let again = json!({ "version": 2, "start_time": "12:00" });
    assert_eq!(scene.program.patch_json(&path, &again).await.status, 200);
    assert_eq!(scene.told().await.last(), Some(&Kind::Rescheduled));
    scene.app.deliver().await;
}

#[actix_web::test]
async fn a_job_keeps_what_is_not_given_and_its_salary_sound() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let id = builders::job(&app, app.company_id).await;
    let path = format!("/api/jobs/{id}/");
    let change =
        json!({ "version": 1, "salary_min": 90_000, "key_skills": ["Go"], "status": "closed" });
    let row = program.patch_json(&path, &change).await.json();
    assert_eq!(
        (&row["title"], &row["salary_max"]),
        (&json!("Cloud Architect"), &json!(110_000))
    );
    assert_eq!(
        (&row["status"], &row["version"]),
        (&json!("closed"), &json!(2))
    );
    assert_eq!(row["key_skills"], json!(["Go"]));
    for (change, field) in [
        (json!({ "version": 2, "salary_min": 120_000 }), "salary_max"),
        (
            json!({ "version": 2, "salary_currency": "" }),
            "salary_currency",
        ),
        (json!({ "version": 2, "status": "ajar" }), "status"),
        (json!({ "version": 2, "title": " " }), "title"),
    ] {
        let refused = program.patch_json(&path, &change).await;
        assert_eq!(refused.status, 422, "{change}");
        assert!(
            refused.json()["errors"][field].is_array(),
            "{}",
            refused.text
        );
    }
    let unpaid =
        json!({ "version": 2, "salary_min": null, "salary_max": null, "salary_currency": "" });
    let row = program.patch_json(&path, &unpaid).await.json();
    assert_eq!(
        (&row["salary_min"], &row["salary_currency"]),
        (&Value::Null, &json!(""))
    );
    let stored = job::Entity::find_by_id(id).one(app.app.db.read()).await;
    assert_eq!(stored.expect("a query").expect("a job").version, 3);
}

#[actix_web::test]
async fn only_the_companys_own_programs_change_its_rows() {
    let mut scene = Scene::new().await;
    let other = scene.app.other_company().await.user.expect("a user");
    let mut elsewhere = scene.app.program_of(&other).await;
    let mut wrong = scene.app.stranger();
    wrong = wrong.with_header("Authorization", "Token nonsense");
    let mut rita = scene.app.recruiter().await;
    let paths = [
        scene.interview_path(),
        scene.candidate_path(),
        scene.slot_path(),
        format!("/api/jobs/{}/", scene.slot().job_id),
    ];
    for path in paths {
        let before = scene.program.get(&path).await.json();
        let change = json!({ "version": before["version"] });
        assert_eq!(
            elsewhere.patch_json(&path, &change).await.status,
            404,
            "{path}"
        );
        assert_eq!(wrong.patch_json(&path, &change).await.status, 401, "{path}");
        let stranger = scene.app.stranger().patch_json(&path, &change).await;
        assert_eq!(stranger.status, 401, "{path}");
        let signed_in = rita.patch_json(&path, &change).await.status;
        assert!(
            [401, 403].contains(&signed_in),
            "{path}: a session is no token"
        );
        assert_eq!(scene.program.get(&path).await.json(), before);
    }
}

#[actix_web::test]
async fn lasting_into_another_interview_of_the_candidate_must_be_meant() {
    let mut scene = Scene::new().await;
    let (who, job) = (scene.booked.details.candidate.id, scene.slot().job_id);
    let at = scene.slot().starts_at + TimeDelta::minutes(60);
    let slot = builders::slot(&scene.app, scene.app.company_id, job, at).await;
    let second = builders::interview(&scene.app, scene.app.company_id, who, job).await;
    let book = format!("/api/interviews/slots/{slot}/book_slot/");
    let booked = scene
        .program
        .post_json(&book, &json!({ "interview_id": second }))
        .await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    for path in [scene.interview_path(), scene.slot_path()] {
        let version = |row: Value| row["version"].as_i64().expect("a version");
        let change = async |program: &mut Actor, minutes: i32, meant: &[i64]| {
            let body = json!({
                "version": version(program.get(&path).await.json()),
                "duration_minutes": minutes,
                "confirmed_overlaps": meant,
            });
            program.patch_json(&path, &body).await
        };
        let program = &mut scene.program;
        assert_eq!(change(program, 45, &[]).await.status, 200);
        let before = program.get(&path).await.json();
        for meant in [vec![], vec![second + 1]] {
            let refused = change(program, 61, &meant).await;
            assert_eq!(refused.status, 409, "{}", refused.text);
            let refused = refused.json();
            assert_eq!(refused["code"], "overlap");
            assert_eq!(refused["overlaps"][0]["interview"], second);
            assert_eq!(
                refused["overlaps"][0]["starts_at"],
                json!(greenroom::times::rfc3339(at))
            );
        }
        assert_eq!(
            program.get(&path).await.json(),
            before,
            "nothing was changed"
        );
        assert_eq!(
            change(program, 60, &[]).await.status,
            200,
            "one may begin then"
        );
        let meant = change(program, 61, &[second]).await;
        assert_eq!(meant.status, 200, "{}", meant.text);
        // It was meant, and is asked no more.
        assert_eq!(change(program, 75, &[]).await.status, 200);
    }
    scene.app.expect_undelivered_mail();
}
