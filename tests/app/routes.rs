//! The URL table: every line of it, asked for by those who may not.
use std::collections::HashMap;

use actix_web::{http::Method, test::TestRequest};
use entity::{accommodation, interview, user::Role};
use greenroom::{
    access::Who,
    domain::interviews::join_link::Ticket,
    http::routes::{self, Line},
};

use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, Iterable};

use crate::support::{Actor, Answer, TestApp, builders, rows};

const MISSING: &str = "999999999";
/// What is behind the sign-in page.
const PRIVATE: [Who; 3] = [Who::Interviewer, Who::Recruiter, Who::Admin];

/// What the table means for somebody who is signed in, or for a program with their token.
fn may(role: Role, who: Who) -> bool {
    match (who, role) {
        (Who::Anyone | Who::Candidate | Who::Interviewer, _) => true,
        (Who::Recruiter | Who::Api, Role::Admin | Role::Recruiter) => true,
        (Who::Recruiter | Who::Api, Role::Interviewer) | (Who::Provider, _) => false,
        (Who::Admin, Role::Admin) => true,
        (Who::Admin, Role::Recruiter | Role::Interviewer) => false,
    }
}

#[test]
fn every_path_that_is_written_down_is_in_the_table() {
    let source = include_str!("../../src/http/routes.rs");
    let table = source.split("fn table()").nth(1).expect("the table");
    let table = table.split("\n}").next().expect("its end");
    let written: Vec<&str> = table
        .lines()
        .filter(|line| line.contains('('))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    let lines = routes::lines();
    assert!(written.len() > 3);
    assert_eq!(written.len(), lines.len());
    for (written, line) in written.iter().zip(&lines) {
        assert_eq!(written.replace(":.*", ""), line.path);
    }
}

#[test]
fn no_line_comes_twice() {
    let mut lines: Vec<_> = routes::lines()
        .into_iter()
        .map(|line| (line.path, line.method))
        .collect();
    let count = lines.len();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), count);
}

/// Nothing is public by accident: who adds to this list says so here.
#[test]
fn the_public_list_is_short() {
    let public: Vec<String> = of(&[Who::Anyone])
        .map(|line| format!("{} {}", line.method, line.path))
        .collect();
    assert_eq!(
        public,
        [
            "GET /api/openapi.json",
            "GET /brand/{colour}.css",
            "GET /feeds/{token}/interviews.ics",
            "GET /health",
            "GET /link",
            "POST /link",
            "GET /link/sent",
            "GET /login",
            "POST /login",
            "POST /logout",
            "GET /ready",
            "GET /setup",
            "POST /setup",
            "GET /static/{hash}/{path}",
        ]
    );
}

#[actix_web::test]
async fn who_is_not_signed_in_is_sent_to_sign_in() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    let before = rows::all(&app).await;
    for line in of(&PRIVATE) {
        let path = ids.fill(&line.path);
        let answer = request(&mut app.stranger(), &line, &path).await;
        assert_eq!(answer.status, 303, "{line:?}");
        let expected = match line.method.as_str() {
            "GET" if path != "/" => format!("/login?next={path}"),
            // Back to the page that the form stands on; it cannot be sent again by itself.
            "POST" if routes::has_page(&line.path) => format!("/login?next={path}"),
            _ => "/login".into(),
        };
        assert_eq!(answer.location, expected, "{line:?}");
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn the_api_wants_a_token_and_takes_nothing_else() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    let mut ada = app.admin().await;
    let before = rows::all(&app).await;
    for line in of(&[Who::Api]) {
        let path = ids.fill(&line.path);
        for mut actor in [
            app.stranger(),
            app.stranger().with_header("Authorization", "Token wrong"),
        ] {
            let answer = request(&mut actor, &line, &path).await;
            assert_eq!(answer.status, 401, "{line:?}");
            assert_eq!(answer.header("www-authenticate"), "Token", "{line:?}");
        }
        let answer = request(&mut ada, &line, &path).await;
        assert_eq!(answer.status, 401, "a cookie opens {line:?}");
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_belongs_to_another_company_is_like_what_does_not_exist() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    let mut other = app.other_company().await;
    let mut program = app.program_of(other.user.as_ref().expect("a user")).await;
    let before = rows::all(&app).await;
    let names_a_row = |line: &Line| line.path.contains('{') && !is_of_every_company(&line.path);
    for line in of(&[Who::Interviewer, Who::Recruiter, Who::Admin, Who::Api]).filter(names_a_row) {
        let actor = match line.who {
            Who::Api => &mut program,
            _ => &mut other,
        };
        let foreign = request(actor, &line, &ids.fill(&line.path)).await;
        let missing = request(actor, &line, &fill(&line.path, |_| MISSING.into())).await;
        let refused = match line.method.as_str() {
            "GET" => foreign.status == 404,
            // What makes no sense for any row may be said before the row is looked for.
            _ => matches!(foreign.status, 404 | 422),
        };
        assert!(refused, "{line:?} answers {}", foreign.status);
        assert_eq!(foreign.status, missing.status, "{line:?}");
        assert_eq!(foreign.text, missing.text, "{line:?}");
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_a_role_may_not_see_does_not_exist_for_it() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    for role in Role::iter() {
        let mut actor = app.with_role(role).await;
        let nothing = actor.get("/no-such-page").await;
        assert_eq!(nothing.status, 404);
        let before = rows::all(&app).await;
        for line in of(&PRIVATE).filter(|line| !may(role, line.who)) {
            let answer = request(&mut actor, &line, &ids.fill(&line.path)).await;
            assert_eq!(answer.status, 404, "{role:?}: {line:?}");
            assert_eq!(answer.text, nothing.text, "{role:?}: {line:?}");
            // Nor does it say what it would rather have been sent.
            let nonsense = TestRequest::default()
                .insert_header(("content-type", "text/plain"))
                .set_payload("x");
            let method: Method = line.method.parse().expect("a method");
            let path = fill(&line.path, |_| "x".into());
            let answer = actor.send(method, &path, nonsense).await;
            assert_eq!(answer.status, 404, "{role:?}: {line:?}, nonsense");
        }
        assert_eq!(before, rows::all(&app).await, "nothing was changed");
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_token_opens_what_the_role_of_its_user_does() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    let mut ada = app.admin().await;
    for role in Role::iter() {
        // Nobody makes a token for an interviewer, but a recruiter can become one.
        let user = builders::user(&app, app.company_id, Role::Recruiter).await;
        let mut program = app.program_of(&user).await;
        let path = format!("/users/{}/edit", user.id);
        let fields = [("name", "Somebody"), ("role", &role.to_value())];
        assert_eq!(ada.save_form(&path, &fields).await.status, 303);
        let nothing = program.get("/api/no-such-noun/").await;
        let before = rows::all(&app).await;
        for line in of(&[Who::Api]) {
            let is_get = line.method == "GET";
            if may(role, line.who) && !is_get {
                continue;
            }
            let answer = request(&mut program, &line, &ids.fill(&line.path)).await;
            if may(role, line.who) {
                assert_eq!(answer.status, 200, "{role:?}: {line:?}");
            } else {
                assert_eq!(answer.status, 404, "{role:?}: {line:?}");
                assert_eq!(answer.header("content-type"), "application/problem+json");
                assert_eq!(answer.text, nothing.text, "{role:?}: {line:?}");
            }
        }
        assert_eq!(before, rows::all(&app).await, "nothing was changed");
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn those_who_may_see_every_page() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    for role in Role::iter() {
        let mut actor = app.with_role(role).await;
        // Interviewers see what they hold, and nothing else.
        ids.hold(&app, actor.user_id()).await;
        let theirs = of(&PRIVATE).filter(|line| may(role, line.who) && line.method == "GET");
        for line in theirs {
            let path = ids.fill(&line.path);
            let answer = actor.get(&path).await;
            assert_eq!(answer.status, 200, "{role:?}: {line:?}");
            let is_file = answer
                .header("content-disposition")
                .starts_with("attachment; filename=");
            let is_whole = match is_download(&line.path) {
                true => is_file && !answer.text.is_empty(),
                false if answer.header("content-type").starts_with("image/") => true,
                false => !is_file && answer.text.starts_with("<!doctype html>"),
            };
            assert!(is_whole, "{role:?}: {line:?}: a whole page or a file");
            assert_eq!(actor.head(&path).await.status, 200, "HEAD {line:?}");
        }
    }
    app.expect_undelivered_mail();
}

/// Whoever adds to what interviewers may says so here.
#[test]
fn the_list_of_interviewers_is_short() {
    let theirs: Vec<String> = of(&[Who::Interviewer])
        .map(|line| format!("{} {}", line.method, line.path))
        .collect();
    assert_eq!(
        theirs,
        [
            "GET /",
            "GET /bell",
            "POST /interviews/{id}/attendance",
            "POST /interviews/{id}/trouble",
            "GET /account",
            "POST /account",
            "GET /account/availability",
            "POST /account/availability",
            "GET /account/calendar",
            "POST /account/calendar",
            "POST /account/calendar/removal",
            "GET /account/own-calendar",
            "POST /account/own-calendar",
            "POST /account/own-calendar/removal",
            "GET /account/password",
            "POST /account/password",
            "GET /my-interviews/{id}",
        ]
    );
}

/// A page that nothing leads to is as good as missing.
#[actix_web::test]
async fn every_page_is_reached_by_links_from_the_first() {
    let app = TestApp::start().await;
    Ids::make(&app, app.company_id).await;
    let mut ada = app.admin().await;
    let mut left: Vec<String> = of(&PRIVATE)
        // Pages lead there when rules have changed, and ask for the bell by themselves; their own tests go that way.
        .filter(|line| line.method == "GET" && !["/zone-changes", "/bell"].contains(&&*line.path))
        // Where a form comes back that was refused.
        .filter(|line| !line.path.ends_with("/accommodation/release"))
        // Pages lead there once an interview has begun; its own test goes that way, too.
        .filter(|line| !line.path.ends_with("/ending"))
        // Shown in a frame once the form says enough; their own tests fill it.
        .filter(|line| {
            !["booking", "reschedule", "cancellation", "edit"]
                .iter()
                .any(|page| line.path.ends_with(&format!("/{page}/html")))
        })
        .map(|line| line.path)
        .collect();
    let mut found: Vec<String> = vec!["/".into()];
    let mut seen = 0;
    while let (false, Some(path)) = (left.is_empty(), found.get(seen).cloned()) {
        seen += 1;
        let Some(at) = left.iter().position(|line| is_of(line, &path)) else {
            continue;
        };
        left.remove(at);
        let links = ada.get(&path).await.all_attributes("a[href^='/']", "href");
        let paths = links.iter().filter_map(|link| link.split('?').next());
        found.extend(paths.map(str::to_owned));
    }
    assert_eq!(left, Vec::<String>::new());
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_link_of_nobody_opens_nothing() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    let nothing = app.stranger().get("/no-such-page").await;
    for line in of(&[Who::Candidate]) {
        let wrong = format!(
            "{}x",
            ids.fill(&line.path)
                .replace("/join", "x/join")
                .replace("/invite", "x/invite")
                .replace("/language", "x/language")
                .replace("/trouble", "x/trouble")
                .replace("/answer", "x/answer")
                .replace("/accommodation", "x/accommodation")
                .replace("/move", "x/move")
                .replace("/calendar/", "x/calendar/")
                .replace("/check", "x/check")
                .replace("/choice", "x/choice")
                .replace("/none", "x/none")
                .replace("/zone", "x/zone")
        );
        let answer = request(&mut app.candidate(), &line, &wrong).await;
        // Any rest of a link is looked at, and nothing is done there.
        let refused = if line.method == "GET" {
            404..=404
        } else {
            404..=405
        };
        assert!(refused.contains(&answer.status), "{line:?}");
        assert!(!answer.text.contains("Cloud Architect"), "{line:?}");
        let missing = request(
            &mut app.candidate(),
            &line,
            &fill(&line.path, |_| "x.y.z".into()),
        )
        .await;
        assert!(missing.status == 404 && nothing.status == 404, "{line:?}");
    }
    app.expect_undelivered_mail();
}

/// Whoever adds to what providers may says so here.
#[actix_web::test]
async fn who_knows_no_secret_address_is_no_provider() {
    let theirs: Vec<Line> = of(&[Who::Provider]).collect();
    assert_eq!(theirs.len(), 1);
    let (line, app) = (&theirs[0], TestApp::start().await);
    assert_eq!(
        (&*line.method, &*line.path),
        ("POST", "/hooks/mail/{provider}/{secret}")
    );
    let before = rows::all(&app).await;
    // Nobody may tell anything here, so that the right secret is as good as none.
    let right = app
        .app
        .hooks
        .path(greenroom::mail::events::Provider::Postmark);
    for path in [&*right, "/hooks/mail/postmark/x", "/hooks/mail/x/x"] {
        for mut actor in [app.stranger(), app.admin().await, app.program().await] {
            let answer = request(&mut actor, line, path).await;
            assert_eq!(answer.status, 404, "{path}");
        }
    }
    let users = |row: &String| row.starts_with("user ") || row.starts_with("api_token ");
    let mut after = rows::all(&app).await;
    after.retain(|row| !users(row) && !row.starts_with("action "));
    let mut before = before;
    before.retain(|row| !users(row) && !row.starts_with("action "));
    assert_eq!(after, before, "nothing was changed");
}

#[actix_web::test]
async fn every_get_answers_head_and_no_path_answers_a_method_that_it_has_not() {
    let app = TestApp::start().await;
    for line in routes::lines()
        .iter()
        .filter(|line| line.who == Who::Anyone)
    {
        let wrong = app
            .stranger()
            .send(Method::DELETE, &line.path, from_us())
            .await;
        assert_eq!(wrong.status, 405, "{line:?}");
        assert!(wrong.header("allow").contains(&line.method), "{line:?}");
    }
    for path in [
        "/.env",
        "/.git/HEAD",
        "/debug",
        "/metrics",
        "/data/greenroom.db",
        "/static/../Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static/x/..%2f..%2fCargo.toml",
    ] {
        assert_eq!(app.stranger().get(path).await.status, 404, "{path}");
    }
}

/// Rows of one company, one for each noun that stands before a `{…}` in the table.
pub struct Ids(HashMap<&'static str, String>);

impl Ids {
    pub async fn make(app: &TestApp, company_id: i64) -> Self {
        let booked = builders::booked(app, company_id).await;
        // A message has its texts from the first attempt on.
        app.deliver().await;
        let interview = &booked.details.interview;
        let ticket = Ticket {
            public_id: &interview.public_id,
            link_version: interview.link_version,
            revision: interview.revision,
        };
        let job_id = builders::job(app, company_id).await;
        let free = app.now() + chrono::TimeDelta::days(2);
        let user = builders::user(app, company_id, Role::Recruiter).await;
        let token_id = builders::api_token(app, &user).await.id;
        let batch_id = builders::batch(app, company_id).await.to_string();
        let code = builders::short_code(app, company_id, interview.id).await;
        let request = accommodation::ActiveModel {
            interview_id: Set(interview.id),
            company_id: Set(company_id),
            words: Set("Captions".into()),
            asked_at: Set(app.now()),
            answer: Set(String::new()),
            answered_at: Set(None),
            answered_by: Set(None),
            released_at: Set(None),
        };
        let asking = accommodation::Entity::insert(request);
        builders::write(app, async |txn| {
            Ok(asking.exec_without_returning(txn).await?)
        })
        .await;
        Self(HashMap::from([
            ("batches", batch_id.clone()),
            ("bulk_booking", batch_id),
            ("candidates", interview.candidate_id.to_string()),
            ("emails", booked.email.id.to_string()),
            ("interview", app.app.keys.token(&ticket).expect("a token")),
            ("interviewers", user.id.to_string()),
            ("i", code.clone()),
            ("I", code),
            ("Interview", app.app.keys.token(&ticket).expect("a token")),
            ("INTERVIEW", app.app.keys.token(&ticket).expect("a token")),
            ("interviews", interview.id.to_string()),
            ("my-interviews", interview.id.to_string()),
            ("jobs", job_id.to_string()),
            ("logos", builders::logo(app, company_id).await.to_string()),
            ("texts", "scheduled".into()),
            ("{kind}", "en".into()),
            (
                "series",
                builders::series(app, company_id, job_id).await.to_string(),
            ),
            ("tokens", token_id.to_string()),
            (
                "slots",
                builders::slot(app, company_id, job_id, free)
                    .await
                    .to_string(),
            ),
            ("users", user.id.to_string()),
        ]))
    }

    /// Puts a user on the interview.
    pub async fn hold(&self, app: &TestApp, user_id: i64) {
        let id = self.0["interviews"].parse::<i64>().expect("a key");
        let row = interview::Entity::find_by_id(id)
            .one(app.app.db.read())
            .await;
        let row = row.expect("a query").expect("an interview");
        let slot = (row.company_id, row.slot_id.expect("a slot"));
        builders::put(app, slot, user_id).await;
    }

    pub fn fill(&self, path: &str) -> String {
        fill(path, |noun| {
            let id = self.0.get(noun);
            id.unwrap_or_else(|| panic!("{path}: add a row for {noun:?} to Ids::make"))
                .clone()
        })
    }
}

/// Kinds of mail and languages are the same for all; every other parameter names a row.
fn is_of_every_company(path: &str) -> bool {
    path.contains("{kind}") || path.contains("{locale}")
}

/// Is it no page, but a file to keep?
fn is_download(line: &str) -> bool {
    [".csv", ".eml", ".ics", ".json"]
        .iter()
        .any(|end| line.ends_with(end))
}

/// Does a path belong to a line of the table? Ids are numbers.
fn is_of(line: &str, path: &str) -> bool {
    let (line, path): (Vec<&str>, Vec<&str>) =
        (line.split('/').collect(), path.split('/').collect());
    let is_like = |(wanted, given): (&&str, &&str)| {
        wanted == given
            || is_of_every_company(wanted)
            || wanted.starts_with('{') && given.parse::<i64>().is_ok()
    };
    line.len() == path.len() && line.iter().zip(&path).all(is_like)
}

/// Puts something in place of every `{…}`, chosen by the segment before it.
fn fill(path: &str, id_of: impl Fn(&str) -> String) -> String {
    let segments: Vec<&str> = path.split('/').collect();
    let filled: Vec<String> = segments
        .iter()
        .enumerate()
        .map(|(i, segment)| {
            if segment.starts_with('{') {
                id_of(segments[i - 1])
            } else {
                (*segment).to_owned()
            }
        })
        .collect();
    filled.join("/")
}

fn of(who: &[Who]) -> impl Iterator<Item = Line> {
    routes::lines()
        .into_iter()
        .filter(move |line| who.contains(&line.who))
}

async fn request(actor: &mut Actor, line: &Line, path: &str) -> Answer {
    let method: Method = line.method.parse().expect("a method");
    if method == Method::GET {
        actor.get(path).await
    } else if line.who == Who::Api {
        actor
            .send(
                method,
                path,
                TestRequest::default().set_json(serde_json::json!({})),
            )
            .await
    } else {
        actor
            .send(method, path, TestRequest::default().set_form([("", "")]))
            .await
    }
}

fn from_us() -> TestRequest {
    TestRequest::default().insert_header(("sec-fetch-site", "same-origin"))
}
