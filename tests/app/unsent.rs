//! Forms that are sent after their user's session has ended.
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use entity::{candidate, interview, session, unsent_form, user};
use greenroom::{access::Who, http::routes, worker::housekeeping};
use scraper::{ElementRef, Html, Selector};
use sea_orm::EntityTrait;

use crate::{
    routes::Ids,
    support::{Actor, Answer, TestApp, app::PASSWORD, builders, rows},
};

const COOKIE: &str = "greenroom-unsent";
const CANDIDATE: &[(&str, &str)] = &[
    ("name", "Zoë Núñez"),
    ("email", "zoe@example.com"),
    ("phone", ""),
    ("time_zone", "Europe/Madrid"),
    ("job", ""),
    ("locale", "de"),
    ("notes", "first line\r\nsecond & last"),
    ("key", "0123456789abcdef"),
];

/// Every session ends, as after a restore of the database.
async fn end_sessions(app: &TestApp) {
    builders::write(app, async |txn| {
        session::Entity::delete_many().exec(txn).await?;
        Ok(())
    })
    .await;
}

async fn kept(app: &TestApp) -> Vec<unsent_form::Model> {
    let rows = unsent_form::Entity::find().all(app.app.db.read()).await;
    rows.expect("rows")
}

/// Signs in on the page to which an answer led, and goes on to where that leads.
async fn sign_in_from(actor: &mut Actor, answer: &Answer, user: &user::Model) -> Answer {
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.location.starts_with("/login"), "{}", answer.location);
    let page = actor.get(&answer.location).await;
    let next = page.value_of("next");
    let fields = [
        ("email", user.email.as_str()),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let signed_in = actor.post_form("/login", &fields).await;
    assert_eq!(signed_in.status, 303);
    actor.get(&signed_in.location).await
}

fn user_of(actor: &Actor) -> user::Model {
    actor.user.clone().expect("a user")
}

#[actix_web::test]
async fn after_signing_in_again_a_form_is_back_as_typed_and_sent_once() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    end_sessions(&app).await;
    let answer = rita.post_form("/candidates/new", CANDIDATE).await;
    let login = rita.get(&answer.location).await;
    assert!(
        login.text.contains("get back what you typed"),
        "{}",
        login.text
    );
    let user = user_of(&rita);
    let page = sign_in_from(&mut rita, &answer, &user).await;
    assert_eq!(page.status, 200);
    assert!(page.notice().contains("Nothing was saved"), "{}", page.text);
    for (field, value) in CANDIDATE.iter().filter(|(name, _)| *name != "notes") {
        assert_eq!(page.value_of(field), *value, "{field}");
    }
    assert_eq!(page.value_of("notes"), "first line second & last");
    let candidates = candidate::Entity::find().all(app.app.db.read());
    assert!(
        candidates.await.expect("rows").is_empty(),
        "nothing by itself"
    );

    let sent = rita.post_form("/candidates/new", CANDIDATE).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let again = rita.post_form("/candidates/new", CANDIDATE).await;
    assert_eq!(again.location, sent.location, "the same submission");
    let candidates = candidate::Entity::find().all(app.app.db.read());
    assert_eq!(candidates.await.expect("rows").len(), 1);
    assert!(kept(&app).await.is_empty(), "sent, so no longer kept");
}

#[actix_web::test]
async fn it_does_not_matter_why_the_session_ended() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    for why in ["expired", "signed out in another tab", "password reset"] {
        let mut rita = app.recruiter().await;
        let user = user_of(&rita);
        let password = "six paper windmills";
        match why {
            "expired" => app.advance(TimeDelta::hours(12)),
            "password reset" => {
                ada = app.admin().await;
                let path = format!("/users/{}/password", user.id);
                ada.save_form(&path, &[("password", password)]).await;
            }
            _ => {
                rita.post_form("/logout", &[]).await;
            }
        }
        let answer = rita.post_form("/candidates/new", CANDIDATE).await;
        let next = rita.get(&answer.location).await.value_of("next");
        let password = if why == "password reset" {
            password
        } else {
            PASSWORD
        };
        let fields = [
            ("email", user.email.as_str()),
            ("password", password),
            ("next", &next),
        ];
        let signed_in = rita.post_form("/login", &fields).await;
        let page = rita.get(&signed_in.location).await;
        assert_eq!(page.value_of("name"), "Zoë Núñez", "{why}");
    }
    assert_eq!(ada.get("/users").await.status, 200);
}

/// Every form of the application, found in the URL table: a page that forgets what was typed fails here.
#[actix_web::test]
async fn every_form_is_back_as_typed() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let ids = Ids::make(&app, app.company_id).await;
    let mut ada = app.admin().await;
    let user = user_of(&ada);
    let lines = routes::lines();
    let mut forms = 0;
    for line in lines.iter().filter(|line| line.method == "POST") {
        let is_page =
            matches!(line.who, Who::Recruiter | Who::Admin) && routes::has_page(&line.path);
        // A file is never kept, passwords neither; the first is a part of a page.
        let has_nothing_to_keep = line.path.ends_with("/html")
            || [
                "/company/logo",
                "/account/password",
                "/users/{id}/password",
                // Asks for a confirmation alone.
                "/zone-changes",
                // Boxes beside what has ended.
                "/interviews/endings",
                // There is a form once it has begun; its own test fills it.
                "/interviews/{id}/ending",
                // And here once there is a preview.
                "/series/new",
            ]
            .contains(&line.path.as_str());
        if !is_page || has_nothing_to_keep {
            continue;
        }
        let path = ids.fill(&line.path);
        let typed = typed(&ada.get(&path).await);
        assert!(!typed.is_empty(), "{line:?} has a form");
        end_sessions(&app).await;
        let pairs: Vec<(&str, &str)> = typed
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let before = rows::all(&app).await;
        let answer = ada.post_form(&path, &pairs).await;
        assert_eq!(before, rows::all(&app).await, "{line:?}: nothing is done");
        let page = sign_in_from(&mut ada, &answer, &user).await;
        assert!(
            page.notice().contains("Nothing was saved"),
            "{line:?}: {}",
            page.text
        );
        let shown = fields(&page);
        for (name, value) in typed.iter().filter(|(name, _)| name != "act") {
            let is_shown = shown.iter().any(|field| {
                field.name == *name && field.is_sent && field.value.trim() == value.trim()
            });
            // Passwords are never kept; and the page of mail texts, which keys only the test message that
            // it sends, shows a new key whenever it is shown.
            // Nor can a page give a browser a file back.
            let is_made_anew = ["password", "file"].contains(&name.as_str())
                || name == "key" && line.path.contains("/texts/");
            assert!(
                is_shown || is_made_anew,
                "{line:?} forgets {name}={value:?}"
            );
        }
        let unchecked = shown
            .iter()
            .filter(|field| field.kind == "checkbox" && field.is_sent);
        assert_eq!(
            unchecked.count(),
            0,
            "{line:?}: what was switched off stays so"
        );
        forms += 1;
    }
    assert!(forms >= 13, "{forms}");
}

struct Field {
    name: String,
    kind: String,
    value: String,
    /// Would the browser send it?
    is_sent: bool,
}

/// The fields of a page's largest form: others are a button each.
fn fields(answer: &Answer) -> Vec<Field> {
    let page = Html::parse_document(&answer.text);
    let forms = Selector::parse("main form[method=post]").expect("a selector");
    let all = Selector::parse("[name]").expect("a selector");
    let chosen = Selector::parse("option[selected]").expect("a selector");
    let form = page
        .select(&forms)
        .max_by_key(|form| form.select(&all).count());
    form.into_iter()
        .flat_map(|form| form.select(&all))
        .filter(|element| element.value().name() != "button")
        .map(|element| {
            let own = |name| element.value().attr(name).unwrap_or_default().to_owned();
            let kind = match element.value().name() {
                "input" => own("type"),
                other => other.to_owned(),
            };
            let value = match kind.as_str() {
                "textarea" => element.text().collect(),
                "select" => option(element.select(&chosen).next()),
                _ => own("value"),
            };
            Field {
                is_sent: match kind.as_str() {
                    "radio" | "checkbox" => element.value().attr("checked").is_some(),
                    _ => true,
                },
                name: own("name"),
                kind,
                value,
            }
        })
        .collect()
}

fn option(element: Option<ElementRef>) -> String {
    let value = element.and_then(|option| option.value().attr("value"));
    value.unwrap_or_default().to_owned()
}

/// A form filled in anew: other texts than before, the last of each choice, nothing switched on.
fn typed(answer: &Answer) -> Vec<(String, String)> {
    let mut typed: Vec<(String, String)> = Vec::new();
    let page = Html::parse_document(&answer.text);
    for field in fields(answer) {
        let value = match field.kind.as_str() {
            "hidden" => field.value,
            "checkbox" => continue,
            "radio" => {
                typed.retain(|(name, _)| *name != field.name);
                field.value
            }
            "select" => {
                let options = format!("select[name={}] option", field.name);
                let options = Selector::parse(&options).expect("a selector");
                option(page.select(&options).next_back())
            }
            _ => format!("<{}> & \"typed\" ü", field.name),
        };
        typed.push((field.name, value));
    }
    typed
}

#[actix_web::test]
async fn a_button_leads_back_to_where_it_was_pressed_and_nothing_is_done() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let id = booked.details.interview.id;
    let rita = app.recruiter().await;
    let user = user_of(&rita);
    let referer = format!("http://127.0.0.1:8080/interviews/{id}?tab=1");
    let mut rita = rita.with_header("referer", &referer);
    end_sessions(&app).await;
    let answer = rita.post_form(&format!("/interviews/{id}/link"), &[]).await;
    let page = sign_in_from(&mut rita, &answer, &user).await;
    assert_eq!(page.status, 200);
    assert!(page.has("form[action$='/link']"), "{}", page.text);
    assert!(
        page.notice().contains("Nothing has changed"),
        "{}",
        page.text
    );
    let row = interview::Entity::find_by_id(id)
        .one(app.app.db.read())
        .await;
    assert_eq!(row.expect("rows").expect("a row").link_version, 1);
    for elsewhere in [
        "https://evil.example/x",
        "http://127.0.0.1:8080.evil/",
        "//evil",
        "",
    ] {
        let mut rita = app.stranger().with_header("referer", elsewhere);
        let answer = rita.post_form(&format!("/interviews/{id}/link"), &[]).await;
        assert_eq!(answer.location, "/login", "{elsewhere:?}");
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn it_is_shown_to_nobody_else_and_in_no_other_browser() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let (owner, colleague) = (user_of(&rita), user_of(&app.recruiter().await));
    let stranger = user_of(&app.other_company().await);
    end_sessions(&app).await;
    let answer = rita.post_form("/candidates/new", CANDIDATE).await;
    for other in [&colleague, &stranger] {
        let mut browser = app.stranger();
        browser.cookies = rita.cookies.clone();
        let page = sign_in_from(&mut browser, &answer, other).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("Núñez") && !page.text.contains("zoe@"));
        assert_eq!(page.value_of("name"), "");
    }
    let mut elsewhere = app.stranger();
    let page = sign_in_from(&mut elsewhere, &answer, &owner).await;
    assert_eq!(page.value_of("name"), "", "another browser");
    let mut guessing = app.stranger();
    guessing.cookies.insert(COOKIE.into(), "guess".into());
    let page = sign_in_from(&mut guessing, &answer, &owner).await;
    assert_eq!(page.value_of("name"), "", "another cookie");
    let page = sign_in_from(&mut rita, &answer, &owner).await;
    assert_eq!(
        page.value_of("name"),
        "Zoë Núñez",
        "still there for its owner"
    );
}

#[actix_web::test]
async fn after_ten_minutes_it_is_gone() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let user = user_of(&rita);
    end_sessions(&app).await;
    let answer = rita.post_form("/candidates/new", CANDIDATE).await;
    app.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    let page = sign_in_from(&mut rita, &answer, &user).await;
    assert_eq!(page.value_of("name"), "Zoë Núñez");
    app.advance(TimeDelta::seconds(1));
    let page = sign_in_from(&mut rita, &answer, &user).await;
    assert_eq!(page.value_of("name"), "");
    assert!(
        page.notice().contains("no longer available"),
        "{}",
        page.notice()
    );
    housekeeping::run_steps(&app.app).await.expect("done");
    assert!(kept(&app).await.is_empty());
}

#[actix_web::test]
async fn of_a_form_with_a_password_the_rest_is_kept() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let user = user_of(&ada);
    end_sessions(&app).await;
    let secret = "nine blue kettles";
    let fields = [
        ("name", "Rolf"),
        ("email", "rolf@example.com"),
        ("role", "admin"),
        ("password", secret),
    ];
    let answer = ada.post_form("/users/new", &fields).await;
    assert!(!format!("{:?}", kept(&app).await).contains("kettles"));
    let page = sign_in_from(&mut ada, &answer, &user).await;
    assert_eq!(page.value_of("email"), "rolf@example.com");
    let password = page.value_of("password");
    assert!(password.len() > 20 && password != secret, "made up anew");
    end_sessions(&app).await;
    let change = [("present", PASSWORD), ("password", secret)];
    ada.post_form("/account/password", &change).await;
    let rows = format!("{:?}", kept(&app).await);
    assert!(
        !rows.contains("kettles") && !rows.contains("giraffes"),
        "{rows}"
    );
}

#[actix_web::test]
async fn two_forms_in_two_tabs_are_both_kept() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let user = user_of(&rita);
    end_sessions(&app).await;
    let first = rita.post_form("/candidates/new", CANDIDATE).await;
    let job = [("title", "Gardener"), ("positions_to_fill", "2")];
    let second = rita.post_form("/jobs/new", &job).await;
    let page = sign_in_from(&mut rita, &first, &user).await;
    assert_eq!(page.value_of("name"), "Zoë Núñez");
    let page = sign_in_from(&mut rita, &second, &user).await;
    assert_eq!(page.value_of("title"), "Gardener");
}

#[actix_web::test]
async fn nobody_fills_the_database_without_signing_in() {
    let app = TestApp::start().await;
    let mut stranger = app.stranger();
    stranger
        .cookies
        .insert("greenroom-known".into(), format!("1.x.{}", "0".repeat(64)));
    let answer = stranger.post_form("/candidates/new", CANDIDATE).await;
    assert_eq!(answer.location, "/login?next=/candidates/new");
    assert!(kept(&app).await.is_empty() && !stranger.cookies.contains_key(COOKIE));

    let mut rita = app.recruiter().await;
    end_sessions(&app).await;
    for i in 0..30 {
        let path = format!("/candidates/{i}/edit");
        rita.post_form(&path, CANDIDATE).await;
    }
    assert_eq!(kept(&app).await.len(), 5, "the newest of one browser");
    for _ in 0..40 {
        rita.cookies.remove(COOKIE);
        rita.post_form("/candidates/new", CANDIDATE).await;
    }
    assert_eq!(kept(&app).await.len(), 5 + 30, "sixty of one address");
    app.advance(TimeDelta::minutes(10));
    rita.post_form("/candidates/new", CANDIDATE).await;
    assert_eq!(kept(&app).await.len(), 1);
}

#[actix_web::test]
async fn only_forms_are_kept() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    end_sessions(&app).await;
    let post = actix_web::http::Method::POST;
    for kind in [
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain",
    ] {
        let request = TestRequest::default()
            .insert_header(("content-type", kind))
            .set_payload("name=x");
        let answer = ada.send(post.clone(), "/company/logo", request).await;
        assert_eq!(answer.location, "/login?next=/company/logo", "{kind}");
    }
    assert!(kept(&app).await.is_empty());
}

#[actix_web::test]
async fn a_pasted_list_is_back_though_its_form_may_hold_a_file() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let user = user_of(&ada);
    end_sessions(&app).await;
    let part = |name: &str, content: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let body = [
        part("text", "Jo <jo@example.com>"),
        part("locale", "de"),
        part("file", "secret"),
        "--x--\r\n".into(),
    ]
    .concat();
    let request = TestRequest::default()
        .insert_header(("content-type", "multipart/form-data; boundary=x"))
        .set_payload(body);
    let post = actix_web::http::Method::POST;
    let answer = ada.send(post, "/candidates/import", request).await;
    let page = sign_in_from(&mut ada, &answer, &user).await;
    assert!(page.notice().contains("Nothing was saved"), "{}", page.text);
    assert_eq!(page.words("textarea[name=text]"), "Jo <jo@example.com>");
    assert_eq!(page.value_of("locale"), "de");
    assert!(
        !kept(&app)
            .await
            .iter()
            .any(|form| form.body.contains("secret"))
    );
}
