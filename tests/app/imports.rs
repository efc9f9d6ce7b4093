//! Candidates and jobs from lists, on the pages and by the API.
use actix_web::{http::Method, test::TestRequest};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::support::{Actor, Answer, TestApp, builders};

const PEOPLE: &str = "/candidates/import";
const BOUNDARY: &str = "----list";

/// Sends the form as a browser does that was given a file.
async fn upload(actor: &mut Actor, path: &str, file: &[u8], fields: &[(&str, &str)]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(head.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"l.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let request = TestRequest::default()
        .insert_header((
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        ))
        .set_payload(body);
    actor.send(Method::POST, path, request).await
}

async fn candidates(app: &TestApp) -> u64 {
    let all = entity::candidate::Entity::find();
    all.count(app.app.db.read()).await.expect("a count")
}

#[actix_web::test]
async fn a_list_is_looked_at_line_by_line_before_anybody_is_added() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let there = rita
        .post_form(
            "/candidates/new",
            &[
                ("name", "Zoë"),
                ("email", "zoe@example.com"),
                ("locale", "en"),
            ],
        )
        .await;
    assert_eq!(there.status, 303);
    let text = "Ada Lovelace <ada@example.com>\nDilan <dilan@gmial.con>\nADA@example.com\nbob at example.com\nzoe@example.com";
    let fields = [
        ("text", text),
        ("locale", "en"),
        ("key", "k"),
        ("act", "look"),
    ];
    let look = rita.post_form(PEOPLE, &fields).await;
    assert_eq!(look.status, 200, "{}", look.text);
    assert_eq!(candidates(&app).await, 1, "nobody is added");
    let rows = look.all_words(".import tbody tr");
    assert_eq!(rows.len(), 5);
    let row = |part: &str| {
        rows.iter()
            .find(|row| row.contains(part))
            .expect(part)
            .clone()
    };
    assert!(row("dilan@").contains("Use gmail.com"), "{rows:?}");
    assert!(row("bob at").contains("no email address"), "{rows:?}");
    assert!(row("ADA@").contains("Same as line 1"), "{rows:?}");
    assert!(row("zoe@").contains("Already there"), "{rows:?}");
    assert!(row("Ada Lovelace").contains("Ready"), "{rows:?}");
    assert_eq!(look.words(".typo"), "gmial.con");
    assert!(look.words(".footbar").contains("1 to add"));

    // Nothing is corrected by itself; the button is somebody's answer.
    let correct = look.attribute("button[value^=correct]", "value");
    let corrected = rita
        .post_form(
            PEOPLE,
            &[
                ("text", text),
                ("locale", "en"),
                ("key", "k"),
                ("act", &correct),
            ],
        )
        .await;
    let button = corrected.attribute("button[value^='add:']", "value");
    assert_eq!(corrected.words("button[value^='add:']"), "Add 2 candidates");
    let answer = corrected.attribute("input[name=corrected]", "value");
    assert_eq!(answer, "dilan@gmial.con");
    let add = [
        ("text", text),
        ("locale", "en"),
        ("key", "k"),
        ("corrected", &*answer),
        ("act", &*button),
    ];
    let added = rita.post_form(PEOPLE, &add).await;
    assert_eq!(added.status, 303, "{}", added.text);
    assert_eq!(candidates(&app).await, 3);
    let again = rita.post_form(PEOPLE, &add).await;
    assert_eq!(
        (again.status, &again.location),
        (303, &added.location),
        "once"
    );
    let page = rita.get(&added.location).await;
    assert_eq!(page.words("h1"), "Candidates imported: 2");
    let rows = page.all_words(".rows tbody tr");
    assert!(
        rows[0].contains("Ada Lovelace") && rows[0].contains("Added"),
        "{rows:?}"
    );
    assert!(rows[1].contains("dilan@gmail.com"), "{rows:?}");
    assert!(rows[4].contains("Already there"), "{rows:?}");
    // They are found, and the audit log has each.
    assert!(
        rita.get("/candidates?q=lovel")
            .await
            .text
            .contains("ada@example.com")
    );
    let log = app.admin().await.get("/actions").await;
    assert!(
        log.text.matches("Candidate added").count() >= 3,
        "{}",
        log.text
    );
}

#[actix_web::test]
async fn files_are_read_as_spreadsheets_write_them() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let table = "E-Mail;Vorname;Nachname;Zeitzone;Notizen\r\nzoe@example.com;Zoë;Núñez;Europe/Lisbon;\"zwei\r\nZeilen; und \"\"mehr\"\"\"\r\n";
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(table.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let fields = [("locale", "en"), ("act", "look"), ("text", "")];
    for file in [
        table.as_bytes().to_vec(),
        [b"\xEF\xBB\xBF", table.as_bytes()].concat(),
        utf16,
    ] {
        let look = upload(&mut rita, PEOPLE, &file, &fields).await;
        assert_eq!(look.status, 200, "{}", look.text);
        let row = look.words(".import tbody tr");
        assert!(
            row.contains("Zoë Núñez") && row.contains("Europe/Lisbon"),
            "{row}"
        );
        assert!(look.text.contains("zwei"), "the text stays to be edited");
    }
    for (file, why) in [
        (&b"Zo\xEB;zoe@example.com"[..], "UTF-8"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"a\0b", "not a text file"),
        (b"", "at least one line"),
    ] {
        let refused = upload(&mut rita, PEOPLE, file, &fields).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.error_of("text").contains(why),
            "{why}: {}",
            refused.error_of("text")
        );
    }
    let long = "x".repeat(200_001);
    let refused = upload(&mut rita, PEOPLE, long.as_bytes(), &fields).await;
    assert!(
        refused.error_of("text").contains("200,000"),
        "{}",
        refused.status
    );
    let huge = "x".repeat(600_000);
    assert_eq!(
        upload(&mut rita, PEOPLE, huge.as_bytes(), &fields)
            .await
            .status,
        413
    );
}

#[actix_web::test]
async fn a_thousand_people_are_added_in_few_statements() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let text: String = (0..1000)
        .map(|n| format!("Person {n},p{n}@example.com\n"))
        .collect();
    let mut fields = vec![("text", &*text), ("locale", "en"), ("key", "k")];
    let look = rita.post_form(PEOPLE, &fields).await;
    let button = look.attribute("button[value^='add:']", "value");
    fields.push(("act", &button));
    app.app.db.failpoint().listen();
    let added = rita.post_form(PEOPLE, &fields).await;
    let heard = app.app.db.failpoint().heard();
    assert_eq!(added.status, 303, "{}", added.text);
    assert!(heard.len() < 40, "{} statements", heard.len());
    assert_eq!(candidates(&app).await, 1000);
    assert!(
        rita.get("/candidates?q=p77%40")
            .await
            .text
            .contains("Person 77")
    );
    let too_many = format!("{text}Person,p@example.com");
    let refused = rita
        .post_form(
            PEOPLE,
            &[("text", &too_many), ("locale", "en"), ("act", "look")],
        )
        .await;
    assert_eq!(refused.status, 422);
    assert!(refused.error_of("text").contains("1,000"));
}

#[actix_web::test]
async fn a_list_that_changed_since_it_was_looked_at_is_looked_at_again() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let looked = [("text", "ada@example.com"), ("locale", "en")];
    let look = rita.post_form(PEOPLE, &looked).await;
    let button = look.attribute("button[value^='add:']", "value");
    let fields = [
        ("text", "bob@example.com"),
        ("locale", "en"),
        ("key", "k"),
        ("act", &button),
    ];
    let answer = rita.post_form(PEOPLE, &fields).await;
    assert_eq!((answer.status, candidates(&app).await), (422, 0));
    assert!(
        answer
            .words(".notice--problem:not([hidden])")
            .contains("changed since"),
        "{}",
        answer.text
    );
    let button = answer.attribute("button[value^='add:']", "value");
    let mut again = fields;
    again[3].1 = &button;
    assert_eq!(rita.post_form(PEOPLE, &again).await.status, 303);
}

#[actix_web::test]
async fn jobs_are_added_from_a_list() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let text = "Title;Location;Positions;Colour\nCloud Architect;Berlin;1;red\nCook;Bonn;2;blue\nChef;;many;\nCook;;;";
    let fields = [("text", text), ("key", "k"), ("act", "look")];
    let look = rita.post_form("/jobs/import", &fields).await;
    assert!(
        look.text.contains("Columns not used: Colour"),
        "{}",
        look.text
    );
    let rows = look.all_words(".import tbody tr");
    for part in ["Positions:", "Ready", "Already there", "Same as line 3"] {
        assert!(
            rows.iter().any(|row| row.contains(part)),
            "{part}: {rows:?}"
        );
    }
    let button = look.attribute("button[value^='add:']", "value");
    let added = rita
        .post_form(
            "/jobs/import",
            &[("text", text), ("key", "k"), ("act", &button)],
        )
        .await;
    assert_eq!(added.status, 303);
    let page = rita.get(&added.location).await;
    assert_eq!(page.words("h1"), "Jobs imported: 1");
    let jobs = rita.get("/jobs").await;
    assert!(jobs.words("#jobs").contains("Cook"));
}

#[actix_web::test]
async fn what_a_list_says_is_shown_and_never_run() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let text = "<script>alert(1)</script> <x@example.com>\n\"<b>Bold</b>\";b@example.com\n=cmd|' /C calc'!A0,c@example.com";
    let look = rita
        .post_form(PEOPLE, &[("text", text), ("locale", "en"), ("act", "look")])
        .await;
    assert_eq!(look.status, 200);
    assert!(
        !look.has("main b:not(.footbar b)") && !look.has("main script"),
        "{}",
        look.text
    );
}

#[actix_web::test]
async fn a_program_imports_and_tries_first() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let text = "Name,Email,Shoe\nAda,ada@example.com,38\nDilan,dilan@gmial.con,\nAda,ada@example.com,\nx,y,";
    let path = "/api/candidates/import/";
    let tried = program
        .post_json(path, &json!({ "text": text, "dry_run": true }))
        .await
        .json();
    assert_eq!(
        (&tried["batch"], &tried["added"]),
        (&json!(null), &json!(2)),
        "{tried}"
    );
    assert_eq!(tried["ignored_columns"], json!(["Shoe"]));
    assert_eq!(
        tried["results"][1]["warnings"][0]["likely_email"],
        "dilan@gmail.com"
    );
    assert_eq!(candidates(&app).await, 0);
    let made = program
        .post_json(path, &json!({ "text": text, "locale": "de" }))
        .await
        .json();
    let statuses: Vec<_> = made["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|it| it["status"].clone())
        .collect();
    assert_eq!(statuses, ["added", "added", "refused", "refused"]);
    let again = program
        .post_json(path, &json!({ "text": text }))
        .await
        .json();
    assert_eq!(
        (&again["added"], &again["results"][0]["status"]),
        (&json!(0), &json!("exists"))
    );
    let id = &made["results"][0]["id"];
    let ada = program.get(&format!("/api/candidates/{id}/")).await.json();
    assert_eq!(
        (&ada["email"], &ada["locale"]),
        (&json!("ada@example.com"), &json!("de"))
    );
    for wrong in [
        json!({}),
        json!({ "text": "" }),
        json!({ "text": "a\u{0}b" }),
        json!({ "text": 7 }),
        json!({ "text": "x", "odd": 1 }),
    ] {
        let refused = program.post_json(path, &wrong).await;
        assert_eq!(refused.status, 422, "{wrong}");
    }
    let jobs = program
        .post_json("/api/jobs/import/", &json!({ "text": "Cook\nChef" }))
        .await
        .json();
    assert_eq!(jobs["added"], 2, "{jobs}");
    // More than other calls may have, and not more than a list may.
    let long = json!({ "text": format!("{}\nada2@example.com", "x".repeat(150_000)) });
    assert_eq!(program.post_json(path, &long).await.status, 200);
}
