//! Programs close several interviews in one call, row by row.
use chrono::TimeDelta;
use entity::interview::{self, Status};
use greenroom::domain::interviews;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders};

const PATH: &str = "/api/interviews/bulk_ending/";

/// A program, two interviews that have begun, and one that has not.
struct Scene {
    app: TestApp,
    program: Actor,
    begun: [i64; 2],
    to_come: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let mut ids = Vec::new();
        for _ in 0..2 {
            let booked = builders::booked(&app, app.company_id).await;
            ids.push(booked.details.interview.id);
        }
        app.advance(TimeDelta::days(3));
        let later = builders::booked(&app, app.company_id).await;
        Self {
            program: app.program().await,
            begun: [ids[0], ids[1]],
            to_come: later.details.interview.id,
            app,
        }
    }

    async fn post(&mut self, body: Value) -> Answer {
        self.program.post_json(PATH, &body).await
    }

    async fn row(&self, id: i64) -> interview::Model {
        let row = interviews::find(self.app.app.db.read(), self.app.company_id, id).await;
        row.expect("the interview")
    }

    async fn statuses(&self) -> [Status; 2] {
        [
            self.row(self.begun[0]).await.status,
            self.row(self.begun[1]).await.status,
        ]
    }
}

fn members(results: &Value, name: &str) -> Vec<Value> {
    let rows = results.as_array().expect("rows");
    rows.iter().map(|row| row[name].clone()).collect()
}

#[actix_web::test]
async fn several_are_closed_each_in_its_own_way() {
    let mut scene = Scene::new().await;
    let [first, second] = scene.begun;
    let body = json!({ "rows": [
        { "interview": first, "status": "completed", "outcome": "advance", "private_note": "Good." },
        { "interview": second, "status": "no_show" },
    ] });
    let mut trial = body.clone();
    trial["dry_run"] = json!(true);
    let tried = scene.post(trial).await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    assert_eq!(tried.json()["dry_run"], true);
    assert_eq!(
        members(&tried.json()["results"], "status"),
        ["ready", "ready"]
    );
    assert_eq!(scene.statuses().await, [Status::Scheduled; 2]);

    let done = scene.post(body.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        done.json()["results"],
        json!([
            { "row": 0, "interview": first, "status": "recorded", "code": null, "detail": null },
            { "row": 1, "interview": second, "status": "recorded", "code": null, "detail": null },
        ])
    );
    assert_eq!(scene.statuses().await, [Status::Completed, Status::NoShow]);
    let row = scene.row(first).await;
    assert_eq!(
        (row.outcome.as_deref(), &*row.private_note),
        (Some("Advance"), "Good.")
    );
    // Once more it is as it was to be.
    let version = row.version;
    assert_eq!(scene.post(body).await.status, 200);
    assert_eq!(scene.row(first).await.version, version);
}

#[actix_web::test]
async fn one_that_cannot_be_closed_keeps_all_from_it_unless_it_is_to_be_skipped() {
    let mut scene = Scene::new().await;
    let [first, second] = scene.begun;
    let foreign = {
        let other = builders::company(&scene.app, "Other Company").await;
        builders::booked(&scene.app, other)
            .await
            .details
            .interview
            .id
    };
    let mut body = json!({ "rows": [
        { "interview": first, "status": "completed" },
        { "interview": scene.to_come, "status": "no_show" },
        { "interview": second, "status": "completed", "outcome": "Promote" },
        { "interview": foreign, "status": "no_show" },
    ] });
    let codes = [
        json!(null),
        json!("not_started"),
        json!("unknown_outcome"),
        json!("not_found"),
    ];
    let refused = scene.post(body.clone()).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let problem = refused.json();
    assert_eq!(problem["code"], "rows_refused");
    assert_eq!(members(&problem["results"], "code"), codes);
    assert_eq!(
        members(&problem["results"], "status"),
        ["ready", "refused", "refused", "refused"]
    );
    let detail = problem["results"][2]["detail"].as_str().expect("words");
    assert!(detail.contains("Advance, Hold, Reject"), "{detail}");
    assert_eq!(scene.statuses().await, [Status::Scheduled; 2]);

    body["skip_refused"] = json!(true);
    let done = scene.post(body).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let results = &done.json()["results"];
    assert_eq!(members(results, "code"), codes);
    assert_eq!(results[0]["status"], "recorded");
    assert_eq!(
        scene.statuses().await,
        [Status::Completed, Status::Scheduled]
    );

    let none =
        json!({ "rows": [{ "interview": foreign, "status": "no_show" }], "skip_refused": true });
    assert_eq!(scene.post(none).await.status, 409, "nothing is left to do");
}

#[actix_web::test]
async fn what_cannot_be_meant_is_told_field_by_field() {
    let mut scene = Scene::new().await;
    let id = scene.begun[0];
    let rows = |rows: Value| json!({ "rows": rows });
    for (body, field) in [
        (json!({}), "rows"),
        (rows(json!([])), "rows"),
        (rows(json!([{ "status": "no_show" }])), "rows[0].interview"),
        (
            rows(json!([{ "interview": id, "status": "cancelled" }])),
            "rows[0].status",
        ),
        (
            rows(json!([{ "interview": id, "status": "no_show", "outcome": "Hold" }])),
            "rows[0].outcome",
        ),
        (
            rows(json!([
                { "interview": id, "status": "no_show" },
                { "interview": id, "status": "completed" },
            ])),
            "rows[1].interview",
        ),
        (
            rows(json!(vec![
                json!({ "interview": id, "status": "no_show" });
                101
            ])),
            "rows",
        ),
    ] {
        let refused = scene.post(body).await;
        assert_eq!(refused.status, 422, "{field}: {}", refused.text);
        let errors = &refused.json()["errors"];
        assert!(errors[field].is_array(), "{field}: {errors}");
    }
    assert_eq!(scene.statuses().await, [Status::Scheduled; 2]);
}
