//! What the description of the API says of its fields, tried on the API itself.
use std::{collections::BTreeSet, ops::RangeInclusive};

use actix_web::{http::Method, test::TestRequest};
use greenroom::text;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, builders};

/// A field of this name comes with every call, so that none is carried out and all mistakes are told.
const UNKNOWN: &str = "nobody_knows_this";

fn document() -> Value {
    serde_json::from_str(greenroom::api::openapi::DOCUMENT).expect("JSON")
}

/// A schema, or the one that it stands for; without `null`.
fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return document.pointer(&name[1..]).expect("a schema").clone();
    }
    match schema["oneOf"].as_array() {
        Some(choices) if choices.contains(&json!({ "type": "null" })) => {
            resolved(document, &choices[0])
        }
        _ => schema.clone(),
    }
}

/// An operation with a body, and each object that it may be.
struct Operation {
    method: Method,
    path: String,
    bodies: Vec<Value>,
}

fn operations(document: &Value, ids: &[(&str, i64)]) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            let schema = resolved(document, schema);
            let bodies = match schema["oneOf"].as_array() {
                Some(choices) => choices.iter().map(|it| resolved(document, it)).collect(),
                None => vec![schema],
            };
            let mut path = path.clone();
            for (name, id) in ids {
                path = path.replace(name, &id.to_string());
            }
            all.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path,
                bodies,
            });
        }
    }
    all
}

/// The fields that a call is refused for, when one field has this value.
async fn refused(program: &mut Actor, to: &Operation, body: &Value) -> BTreeSet<String> {
    let request = TestRequest::default().set_json(body);
    let answer = program.send(to.method.clone(), &to.path, request).await;
    assert_eq!(answer.status, 422, "{} {body}: {}", to.path, answer.text);
    let errors = answer.json()["errors"].clone();
    let errors = errors.as_object().expect("errors");
    assert!(errors.contains_key(UNKNOWN), "{} {body}", to.path);
    errors.keys().cloned().collect()
}

/// What is right and what is wrong for a field, as its schema says: at its limits and just beyond them.
fn values(name: &str, schema: &Value) -> (Vec<Value>, Vec<Value>) {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    if let Some(choices) = schema["enum"].as_array() {
        right.extend(choices.iter().cloned());
        wrong.extend([json!("nonsense"), json!(77), json!([])]);
        return (right, wrong);
    }
    if schema["type"] == json!(["boolean", "null"]) {
        return (
            vec![json!(true), json!(false)],
            vec![json!("true"), json!(1)],
        );
    }
    if let Some(least) = schema["minimum"].as_i64() {
        right.push(json!(least));
        // Whether anything has this id, only the rows tell.
        let is_id = schema["format"] == "int64" && schema["maximum"].is_null();
        if !is_id {
            let most = schema["maximum"].as_i64().expect("a maximum");
            right.push(json!(most));
            wrong.extend([json!(least - 1), json!(most + 1)]);
        }
        wrong.extend([json!("1"), json!(1.5)]);
        return (right, wrong);
    }
    if let Some(of_series) = values_of_series(name) {
        return of_series;
    }
    if let Some(name) = schema["items"]["$ref"].as_str() {
        let row = match name.rsplit('/').next() {
            Some("NewBulkBookingRow") => json!({ "candidate": 1 }),
            Some("NewBulkEndingRow") => json!({ "interview": 1, "status": "no_show" }),
            other => panic!("rows of {other:?}"),
        };
        let most = schema["maxItems"].as_u64().expect("a limit");
        let of = |count: u64| json!(vec![row.clone(); count as usize]);
        right.extend([of(1), of(most)]);
        wrong.extend([of(0), of(most + 1), json!(1), json!([1]), json!([null])]);
        return (right, wrong);
    }
    if schema["items"]["type"] == "integer" {
        let most = schema["maxItems"].as_u64().expect("a limit");
        let of = |count: u64| json!((1..=count).collect::<Vec<_>>());
        right.extend([of(0), of(most)]);
        wrong.extend([of(most + 1), json!(1), json!(["1"]), json!([null])]);
        return (right, wrong);
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        let item = |length: usize| json!("x".repeat(length));
        let of = |count: usize| json!(vec![item(1); count]);
        let most = usize::try_from(most).expect("a few");
        let longest = schema["items"]["maxLength"].as_u64().expect("a length");
        let longest = usize::try_from(longest).expect("a length");
        right.extend([of(0), of(most), json!([item(longest)])]);
        wrong.extend([
            of(most + 1),
            json!([item(longest + 1)]),
            json!([""]),
            json!(["a\u{202e}"]),
        ]);
        return (right, wrong);
    }
    wrong.push(json!(7));
    let Some(most) = schema["maxLength"].as_u64() else {
        match name {
            "interview_date" => {
                right.push(json!("2027-02-01"));
                wrong.extend([json!("1.2.2027"), json!("2027-02-30")]);
            }
            "start_time" => {
                right.extend([json!("00:00"), json!("23:59:59")]);
                wrong.extend([json!("24:00"), json!("9:30"), json!("10:00:60")]);
            }
            "time_zone" => {
                right.push(json!("America/Argentina/ComodRivadavia"));
                wrong.extend([json!("Mars/Base"), json!("")]);
            }
            _ => panic!("{name} has no limit: {schema}"),
        }
        return (right, wrong);
    };
    let most = usize::try_from(most).expect("a length");
    let (longest, too_long) = match name {
        "email" => {
            let of = |length: usize| {
                let domain = format!(
                    "{}.{}.{}.example.com",
                    "d".repeat(60),
                    "d".repeat(60),
                    "d".repeat(50)
                );
                let rest = length - domain.len() - 1 - 60;
                format!("{}@{}.{domain}", "a".repeat(60), "d".repeat(rest - 1))
            };
            (of(most), of(most + 1))
        }
        "meeting_url" => {
            let of = |length: usize| {
                let start = "https://meet.example.com/";
                format!("{start}{}", "x".repeat(length - start.len()))
            };
            wrong.extend([
                json!("http://meet.example.com/"),
                json!("https://a b.example"),
            ]);
            (of(most), of(most + 1))
        }
        "locale" => {
            let of = |length: usize| format!("en{}", "-abcdefgh".repeat(9))[..length].to_owned();
            wrong.push(json!("Deutsch!"));
            (of(most), of(most + 1))
        }
        "salary_currency" => {
            right.push(json!(""));
            ("eur".into(), "euro".into())
        }
        _ => {
            // As characters, not as bytes; what is in no line of text is refused.
            wrong.push(json!("a\u{202e}b"));
            wrong.push(json!("a\u{0}b"));
            let pattern = schema["pattern"].as_str().expect("a pattern");
            let lines = json!("one\ntwo\tthree");
            if allows(&excluded(pattern), '\n') {
                right.push(lines)
            } else {
                wrong.push(lines)
            }
            ("ü".repeat(most), "ü".repeat(most + 1))
        }
    };
    if schema["minLength"] == 1 {
        wrong.push(json!(""));
    }
    right.push(longest.into());
    wrong.push(too_long.into());
    (right, wrong)
}

/// Fields of a series that are no plain texts and numbers.
fn values_of_series(name: &str) -> Option<(Vec<Value>, Vec<Value>)> {
    let span = |from: &str, until: &str| json!({ "from": from, "until": until });
    let hours = |count: usize| (0..count).map(|hour| span(&format!("0{hour}:00"), "09:00"));
    Some(match name {
        "weekdays" => (
            vec![
                json!(["mon"]),
                json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
            ],
            vec![
                json!([]),
                json!(["monday"]),
                json!("mon"),
                json!([1]),
                json!(vec!["mon"; 8]),
            ],
        ),
        "dates" => (
            vec![json!(["2027-02-01"]), json!(["2027-02-02", "2027-02-01"])],
            vec![
                json!([]),
                json!(["1.2.2027"]),
                json!("2027-02-01"),
                json!([7]),
            ],
        ),
        "from" | "until" => (
            vec![json!("2027-02-01")],
            vec![json!("1.2.2027"), json!("2027-02-30"), json!(7)],
        ),
        "spans" => (
            vec![
                json!([span("09:00", "17:00")]),
                json!(hours(6).collect::<Vec<_>>()),
            ],
            vec![
                json!([]),
                json!(hours(7).collect::<Vec<_>>()),
                json!([span("25:00", "26:00")]),
                json!([{ "from": "09:00" }]),
                json!([{ "from": "09:00", "until": "10:00", "x": 1 }]),
                json!("09:00-17:00"),
            ],
        ),
        "working_hours" => {
            let day = |weekday: &str, from: &str, until: &str| json!({ "weekday": weekday, "from": from, "until": until });
            let half = |day: usize, hour: usize| {
                let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                json!({ "weekday": names[day], "from": format!("0{hour}:00"), "until": format!("0{hour}:30") })
            };
            let week: Vec<Value> = (0..42).map(|at| half(at / 6, at % 6)).collect();
            let more: Vec<Value> = (0..43).map(|at| half(at / 7, at % 7)).collect();
            (
                vec![
                    json!([]),
                    json!([day("mon", "09:00", "17:00")]),
                    json!([day("sun", "22:00", "00:00")]),
                    json!(week),
                ],
                vec![
                    json!(more),
                    json!([day("monday", "09:00", "17:00")]),
                    json!([day("mon", "17:00", "09:00")]),
                    json!([day("mon", "09:00:30", "17:00")]),
                    json!([day("mon", "09:00", "12:00"), day("mon", "11:00", "13:00")]),
                    json!([{ "weekday": "mon", "from": "09:00" }]),
                    json!("mon 09:00-17:00"),
                    json!([1]),
                ],
            )
        }
        "calendar_address" => {
            let of = |length: usize| {
                let start = "https://calendar.example.com/";
                json!(format!("{start}{}", "x".repeat(length - start.len())))
            };
            (
                vec![of(2000), json!("webcal://calendar.example.com/x.ics")],
                vec![
                    of(2001),
                    json!("http://calendar.example.com/"),
                    json!(""),
                    json!(7),
                ],
            )
        }
        "expected" => (
            vec![json!("0".repeat(64))],
            vec![json!("0".repeat(63)), json!("x".repeat(64)), json!(7)],
        ),
        _ => return None,
    })
}

#[actix_web::test]
async fn the_limits_of_every_field_are_those_of_the_server() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let mut program = app.program().await;
    let document = document();
    let (interview, slot) = (&booked.details.interview, &booked.details.slot);
    let slot = slot.as_ref().expect("a slot");
    let user = builders::user(&app, app.company_id, entity::user::Role::Interviewer)
        .await
        .id;
    let id_of = |path: &str| match path {
        path if path.contains("/slots/") => slot.id,
        path if path.contains("/jobs/") => slot.job_id,
        path if path.contains("/candidates/") => interview.candidate_id,
        path if path.contains("/interviewers/") => user,
        _ => interview.id,
    };
    let mut tried = 0;
    for mut to in operations(&document, &[("{slot_id}", slot.id)]) {
        to.path = to.path.replace("{id}", &id_of(&to.path).to_string());
        for body in std::mem::take(&mut to.bodies) {
            assert_eq!(body["additionalProperties"], false, "{}", to.path);
            let fields = body["properties"].as_object().expect("fields");
            // Which of the bodies it is.
            let mut base = json!({ UNKNOWN: 1 });
            if fields.contains_key("interview_date") && to.method == Method::POST {
                base["interview_date"] = json!("2027-02-01");
            }
            if fields.contains_key("weekdays") {
                base["weekdays"] = json!(["mon"]);
                base["from"] = json!("2027-02-01");
                base["until"] = json!("2027-02-14");
            }
            if fields.contains_key("slot_id") {
                base["slot_id"] = json!(slot.id);
            }
            let required = body["required"].as_array().cloned().unwrap_or_default();
            for name in &required {
                let name = name.as_str().expect("a name");
                let mut without = base.clone();
                without[name] = Value::Null;
                let is_base = base.get(name).is_some();
                let refused = refused(&mut program, &to, &without).await;
                assert!(is_base || refused.contains(name), "{} {name}", to.path);
            }
            for (name, schema) in fields {
                let schema = resolved(&document, schema);
                let (mut right, wrong) = values(name, &schema);
                if name == "company" {
                    right = vec![json!(app.company_id)];
                }
                if !required.contains(&json!(name)) {
                    right.push(Value::Null);
                }
                for (values, is_right) in [(right, true), (wrong, false)] {
                    for value in values {
                        let mut body = base.clone();
                        body[name] = value;
                        let refused = refused(&mut program, &to, &body).await;
                        // Another field may be wrong for it: a currency is missing, or a date is.
                        let is_named = refused.contains(name);
                        let text: String = body.to_string().chars().take(200).collect();
                        assert_eq!(!is_named, is_right, "{} {name}: {text}", to.path);
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 400, "{tried}");
}

#[actix_web::test]
async fn the_limits_of_headers_and_queries_are_those_of_the_server() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let document = document();
    let of = |name: &str| document["components"]["parameters"][name]["schema"].clone();
    let limit = of("limit");
    let cursor = of("cursor");
    assert_eq!(cursor["pattern"], "^[0-9]{1,18}_[0-9]{1,19}$");
    let nines = "9".repeat(19);
    for (query, is_right) in [
        (format!("limit={}", limit["minimum"]), true),
        (format!("limit={}", limit["maximum"]), true),
        ("limit=0".into(), false),
        (
            format!("limit={}", limit["maximum"].as_i64().expect("a number") + 1),
            false,
        ),
        ("cursor=0_0".into(), true),
        (
            format!("cursor={}_9000000000000000000", "2".repeat(18)),
            true,
        ),
        (format!("cursor={nines}_1"), false),
        ("cursor=x".into(), false),
        (
            "from=2027-01-05&to=2027-01-05T09:00:00%2B01:00".into(),
            true,
        ),
        ("from=yesterday".into(), false),
    ] {
        let status = program
            .get(&format!("/api/interviews/?{query}"))
            .await
            .status;
        assert_eq!(status, if is_right { 200 } else { 422 }, "{query}");
    }
    let rows = program.get("/api/jobs/").await;
    assert_eq!(rows.status, 200);
    assert_eq!(limit["default"], greenroom::domain::page::PAGE_SIZE);
    let key = of("idempotencyKey");
    let longest = usize::try_from(key["maxLength"].as_u64().expect("a length")).expect("a length");
    assert_eq!(
        (&key["minLength"], key["pattern"].as_str()),
        (&json!(1), Some("^[!-~]+$"))
    );
    for (key, is_right) in [
        ("!".to_owned(), true),
        ("~".repeat(longest), true),
        ("k".repeat(longest + 1), false),
        ("a b".into(), false),
    ] {
        let mut program = program.clone().with_header("Idempotency-Key", &key);
        let answer = program
            .post_json("/api/jobs/", &json!({ "title": "One" }))
            .await;
        assert_eq!(answer.status, if is_right { 201 } else { 400 }, "{key}");
    }
}

fn allows(excluded: &[RangeInclusive<u32>], c: char) -> bool {
    !excluded.iter().any(|range| range.contains(&u32::from(c)))
}

/// What a pattern of the form `^[^…]*$` keeps out.
fn excluded(pattern: &str) -> Vec<RangeInclusive<u32>> {
    let class = pattern
        .strip_prefix("^[^")
        .and_then(|rest| rest.strip_suffix("]*$"));
    let class = class.unwrap_or_else(|| panic!("{pattern}"));
    let codes: Vec<&str> = class.split("\\u").skip(1).collect();
    let number = |code: &str| u32::from_str_radix(&code[..4], 16).expect("a code");
    let mut codes = codes.into_iter();
    let mut ranges = Vec::new();
    while let Some(code) = codes.next() {
        let last = match code.ends_with('-') {
            true => codes.next().expect("an end"),
            false => code,
        };
        ranges.push(number(code)..=number(last));
    }
    ranges
}

#[test]
fn the_characters_that_no_text_holds_are_those_of_the_server() {
    let document = document();
    let of = |schema: &str, field: &str| {
        let field = &document["components"]["schemas"][schema]["properties"][field];
        field["pattern"].as_str().expect("a pattern").to_owned()
    };
    let (line, lines) = (of("NewJob", "title"), of("NewJob", "description"));
    let (in_line, in_lines) = (excluded(&line), excluded(&lines));
    for c in '\0'..=char::MAX {
        assert_eq!(allows(&in_line, c), !text::is_forbidden(c), "{c:?}");
        let is_in_lines = matches!(c, '\n' | '\r' | '\t') || !text::is_forbidden(c);
        assert_eq!(allows(&in_lines, c), is_in_lines, "{c:?}");
    }
    let mut patterns = BTreeSet::new();
    collect(&document, &mut patterns);
    patterns.retain(|pattern| pattern.starts_with("^[^"));
    assert_eq!(patterns, BTreeSet::from([line, lines]));
}

fn collect(value: &Value, patterns: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(pattern)) = members.get("pattern") {
                patterns.insert(pattern.clone());
            }
            members.values().for_each(|value| collect(value, patterns));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, patterns)),
        _ => {}
    }
}
