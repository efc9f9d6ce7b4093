//! Interviewers: they sign in, see an empty Today and their account, and nothing of the company's candidates.
use entity::{
    email, interview,
    user::{self, Role},
};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, app::PASSWORD, builders};

async fn find(app: &TestApp, id: i64) -> user::Model {
    let found = user::Entity::find_by_id(id).one(app.app.db.read()).await;
    found.expect("a query").expect("a user")
}

/// Gives somebody another role, as their admin does.
async fn make(ada: &mut Actor, id: i64, role: &str) -> Answer {
    let path = format!("/users/{id}/edit");
    ada.save_form(&path, &[("name", "Somebody"), ("role", role)])
        .await
}

#[actix_web::test]
async fn an_admin_adds_one_who_then_signs_in() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let form = ada.get("/users/new").await;
    let fields = [
        ("name", "Ines"),
        ("email", "ines@example.com"),
        ("role", "interviewer"),
        ("password", &form.value_of("password")),
    ];
    let answer = ada.post_form("/users/new", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = ada.get(&answer.location).await;
    assert!(page.words(".facts").contains("Role Interviewer"));
    assert!(ada.get("/users").await.text.contains("Interviewer"));
    let mut ines = app.stranger();
    let signed_in = ines.sign_in("ines@example.com", fields[3].1).await;
    assert_eq!((signed_in.status, &*signed_in.location), (303, "/"));
    assert_eq!(ines.get("/").await.status, 200);
}

#[actix_web::test]
async fn today_is_empty_and_the_menu_leads_nowhere_else() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    let mut ines = app.interviewer().await;
    for path in ["/", "/?day=2027-01-05", "/?day=nonsense"] {
        let page = ines.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let main = page.words("main");
        assert!(
            main.contains("No interviews in the next 4 weeks"),
            "{path}: {main}"
        );
        assert!(!page.has("main a, main form, .stats"), "{path}: {main}");
        assert_eq!(page.all_attributes("nav a", "href"), ["/"], "{path}");
        assert!(page.words(".shell__user").contains("Interviewer"));
        for theirs in ["Zoë", "Cloud Architect", "zoe@"] {
            assert!(!page.text.contains(theirs), "{path} shows {theirs}");
        }
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn they_change_their_own_name_zone_and_password() {
    let app = TestApp::start().await;
    let mut ines = app.interviewer().await;
    let fields = [("name", "Ines I."), ("time_zone", "Asia/Tokyo")];
    assert_eq!(ines.save_form("/account", &fields).await.status, 303);
    assert!(ines.get("/").await.words("main").contains("Asia/Tokyo"));
    let fields = [("present", PASSWORD), ("password", "nine blue kettles")];
    let changed = ines.save_form("/account/password", &fields).await;
    assert_eq!(changed.status, 303, "{}", changed.text);
    assert_eq!(find(&app, ines.user_id()).await.name, "Ines I.");
}

#[actix_web::test]
async fn the_banner_that_names_candidates_is_not_for_them() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    app.advance(chrono::TimeDelta::minutes(31));
    let (mut rita, mut ines) = (app.recruiter().await, app.interviewer().await);
    assert!(rita.get("/account").await.has(".alerts"));
    let pages = [
        ines.get("/").await,
        ines.get("/account").await,
        ines.post_form("/account", &[("name", "")]).await,
        ines.post_form("/account", &[("name", "I"), ("version", "0")])
            .await,
        ines.get("/account/password").await,
    ];
    let statuses = pages.each_ref().map(|page| page.status);
    assert_eq!(statuses, [200, 200, 422, 409, 200]);
    for page in pages {
        assert!(!page.has(".alerts") && !page.text.contains("Zoë"));
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_they_typed_as_a_recruiter_does_not_come_back() {
    let app = TestApp::start().await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let user = rita.user.clone().expect("a user");
    make(&mut ada, user.id, "interviewer").await;
    // Their session ended with their role, so this arrives too late and is kept.
    let candidate = [("name", "Zoë Núñez"), ("email", "zoe@example.com")];
    let kept = rita.post_form("/candidates/new", &candidate).await;
    assert!(kept.location.contains("unsent"), "{}", kept.location);
    let next = rita.get(&kept.location).await.value_of("next");
    let fields = [
        ("email", user.email.as_str()),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let signed_in = rita.post_form("/login", &fields).await;
    assert_eq!(signed_in.location, "/", "that page is none of theirs");
    let page = rita.get(&signed_in.location).await;
    assert!(!page.text.contains("Zoë"));
    let page = rita.get(&next).await;
    assert_eq!(page.status, 404);
    assert!(!page.text.contains("Zoë"));
    let (_, query) = next.split_once('?').expect("a query");
    for path in ["/", "/account"] {
        let page = rita.get(&format!("{path}?{query}")).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.text.contains("Zoë"), "{path}");
    }
}

#[actix_web::test]
async fn a_role_that_was_taken_away_opens_nothing_from_the_next_request_on() {
    let app = TestApp::start().await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let user = rita.user.clone().expect("a user");
    let mut program = app.program_of(&user).await;
    assert_eq!(program.get("/api/candidates/").await.status, 200);
    assert_eq!(
        make(&mut ada, user.id, "interviewer").await.status,
        303,
        "saved"
    );
    assert_eq!(program.get("/api/candidates/").await.status, 404);
    assert_eq!(rita.get("/candidates").await.status, 303, "signed out");
    rita.sign_in(&user.email, PASSWORD).await;
    assert_eq!(rita.get("/candidates").await.status, 404);
    assert_eq!(rita.get("/").await.status, 200);
    make(&mut ada, user.id, "recruiter").await;
    rita.sign_in(&user.email, PASSWORD).await;
    assert_eq!(rita.get("/candidates").await.status, 200);
    assert_eq!(program.get("/api/candidates/").await.status, 200);
}

/// A candidate's answers are not theirs to read.
#[actix_web::test]
async fn who_booked_and_became_one_is_no_longer_the_contact() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    for role in ["recruiter", "interviewer"] {
        let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
        let booked = builders::booked(&app, app.company_id).await;
        let change = interview::Entity::update_many()
            .col_expr(interview::Column::BookedBy, Expr::value(rita.id))
            .filter(interview::COLUMN.id.eq(booked.details.interview.id));
        builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;
        assert_eq!(make(&mut ada, rita.id, role).await.status, 303);
        app.deliver().await;
        let sent = email::Entity::find_by_id(booked.email.id);
        let sent = sent.one(app.app.db.read()).await.expect("a query");
        let text = sent.and_then(|sent| sent.text).expect("a text");
        let is_contact = text.contains(&rita.email);
        assert_eq!(is_contact, role == "recruiter", "{role}: {text}");
    }
}

#[actix_web::test]
async fn the_last_admin_does_not_become_one() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    app.interviewer().await;
    let id = ada.user_id();
    let answer = make(&mut ada, id, "interviewer").await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("last admin"), "{}", answer.text);
    assert_eq!(find(&app, id).await.role, Role::Admin);
}

#[actix_web::test]
async fn nobody_makes_a_token_for_one() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let ines = builders::user(&app, app.company_id, Role::Interviewer).await;
    let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
    let form = ada.get("/tokens/new").await;
    assert!(form.text.contains(&rita.email) && !form.text.contains(&ines.email));
    let id = ines.id.to_string();
    let fields = [("name", "ATS"), ("user", &*id), ("lifetime", "90")];
    let refused = ada.post_form("/tokens/new", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(!refused.error_of("user").is_empty(), "{}", refused.text);
}
