//! The description of the API, held against the API.
use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;
use greenroom::http::routes;

fn document() -> Value {
    serde_json::from_str(greenroom::api::openapi::DOCUMENT).expect("JSON")
}

#[actix_web::test]
async fn anybody_may_read_what_the_api_can_do() {
    let app = TestApp::start().await;
    let answer = app.stranger().get("/api/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["openapi"], "3.1.0");
    let server = &answer.json()["servers"][0]["url"];
    assert_eq!(server, app.app.settings.base_url.origin());
}

#[test]
fn it_describes_every_route_and_no_other() {
    let document = document();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("an item").keys() {
            if method != "parameters" {
                described.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let routes: BTreeSet<String> = routes::lines()
        .into_iter()
        .filter(|line| line.path.starts_with("/api/"))
        .map(|line| format!("{} {}", line.method, line.path))
        .collect();
    assert_eq!(described, routes);
}

#[test]
fn every_name_in_it_stands_for_something() {
    let document = document();
    let mut used = BTreeSet::new();
    collect(&document, &mut used);
    assert!(used.len() > 20);
    for name in &used {
        let path = name.strip_prefix('#').expect("a place in this document");
        assert!(document.pointer(path).is_some(), "{name}");
    }
    for kind in ["schemas", "parameters", "responses"] {
        let defined = document["components"][kind].as_object().expect("an object");
        for name in defined.keys() {
            let name = format!("#/components/{kind}/{name}");
            assert!(used.contains(&name), "nothing uses {name}");
        }
    }
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("$ref", Value::String(name)) => {
                        names.insert(name.clone());
                    }
                    _ => collect(value, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

/// The members of an object are those that its schema requires, and no others.
fn assert_as_described(document: &Value, schema: &str, object: &Value) {
    let mut required = BTreeSet::new();
    let schema = &document["components"]["schemas"][schema];
    let parts = schema["allOf"].as_array().cloned();
    for part in parts.unwrap_or_else(|| vec![schema.clone()]) {
        let part = match part["$ref"].as_str() {
            Some(name) => document.pointer(&name[1..]).expect("a schema").clone(),
            None => part,
        };
        let names = part["required"].as_array().expect("required members");
        required.extend(
            names
                .iter()
                .map(|name| name.as_str().expect("a name").to_owned()),
        );
    }
    let members: BTreeSet<String> = object
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    assert_eq!(members, required);
}

#[actix_web::test]
async fn what_goes_out_is_as_described() {
    let app = TestApp::start().await;
    let booked = crate::support::builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let document = document();
    let mut program = app.program().await;
    let interview = booked.details.interview.id;
    let role = entity::user::Role::Interviewer;
    let user = crate::support::builders::user(&app, app.company_id, role).await;
    let slot = booked.details.slot.expect("a slot");
    for (path, schema, list) in [
        (format!("/api/jobs/{}/", slot.job_id), "Job", "/api/jobs/"),
        (
            format!("/api/candidates/{}/", booked.details.candidate.id),
            "Candidate",
            "/api/candidates/",
        ),
        (
            format!("/api/interviews/{interview}/"),
            "Interview",
            "/api/interviews/",
        ),
        (
            format!("/api/interviews/slots/{}/", slot.id),
            "Slot",
            "/api/interviews/slots/",
        ),
        (
            format!("/api/interviewers/{}/", user.id),
            "Interviewer",
            "/api/interviewers/",
        ),
        (
            format!("/api/emails/{}/", booked.email.id),
            "EmailStory",
            "/api/emails/",
        ),
    ] {
        let item = program.get(&path).await.json();
        assert_as_described(&document, schema, &item);
        let listed = program.get(list).await.json();
        let line = match schema {
            "EmailStory" => "Email",
            schema => schema,
        };
        assert_as_described(&document, &format!("{line}List"), &listed);
        assert_as_described(&document, line, &listed["results"][0]);
        if line == "Email" {
            assert_as_described(&document, "Attempt", &item["history"][0]);
        }
    }
}
