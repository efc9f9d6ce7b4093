//! Users, for the admins of their company.
use entity::{action, user, user::Role};
use sea_orm::EntityTrait;

use crate::support::{Actor, TestApp, app::PASSWORD, builders};

async fn find(app: &TestApp, id: i64) -> user::Model {
    let found = user::Entity::find_by_id(id).one(app.app.db.read()).await;
    found.expect("a query").expect("a user")
}

async fn verbs(app: &TestApp) -> Vec<String> {
    let actions = action::Entity::find().all(app.app.db.read()).await;
    actions
        .expect("actions")
        .into_iter()
        .map(|action| action.verb)
        .collect()
}

async fn add(ada: &mut Actor, email: &str) -> i64 {
    let password = ada.get("/users/new").await.value_of("password");
    let fields = [
        ("name", "Rolf Recruiter"),
        ("email", email),
        ("role", "recruiter"),
        ("password", &password),
    ];
    let answer = ada.post_form("/users/new", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer
        .location
        .trim_start_matches("/users/")
        .parse()
        .expect("an id")
}

#[actix_web::test]
async fn somebody_new_signs_in_with_the_password_that_was_made_up() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let password = ada.get("/users/new").await.value_of("password");
    assert!(password.len() >= 26);
    assert_ne!(
        password,
        ada.get("/users/new").await.value_of("password"),
        "another every time"
    );
    let fields = [
        ("name", "Rolf Recruiter"),
        ("email", " Rolf@Example.COM "),
        ("role", "recruiter"),
        ("password", &password),
    ];
    let answer = ada.post_form("/users/new", &fields).await;
    let page = ada.get(&answer.location).await;
    assert_eq!(page.words("h1"), "Rolf Recruiter");
    assert!(
        page.text.contains("rolf@example.com"),
        "in its canonical form"
    );
    assert!(!page.text.contains(&password), "not shown again");
    let mut rolf = app.stranger();
    assert_eq!(
        rolf.sign_in("rolf@example.com", &password).await.status,
        303
    );
    assert_eq!(rolf.get("/users").await.status, 404, "a recruiter");
    let line = verbs(&app).await;
    assert!(line.contains(&"user.created".to_owned()), "{line:?}");
}

#[actix_web::test]
async fn a_mistake_stands_beside_its_field_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let good = [
        ("name", "Rolf"),
        ("email", "rolf@example.com"),
        ("role", "admin"),
        ("password", "nine blue kettles"),
    ];
    for (field, wrong) in [
        ("name", ""),
        ("name", "Ro\r\nlf"),
        ("email", "rolf"),
        ("role", "owner"),
        ("role", ""),
        ("password", "eleven char"),
        ("password", "changeme1234"),
    ] {
        let fields = good.map(|(name, value)| (name, if name == field { wrong } else { value }));
        let answer = ada.post_form("/users/new", &fields).await;
        assert_eq!(answer.status, 422, "{field}: {wrong:?}");
        assert!(!answer.error_of(field).is_empty(), "{field}: {wrong:?}");
        for (name, value) in fields
            .iter()
            .filter(|(name, _)| *name != "role" && *name != field)
        {
            assert_eq!(answer.value_of(name), *value);
        }
    }
}

#[actix_web::test]
async fn an_address_belongs_to_one_user_of_all_companies() {
    let app = TestApp::start().await;
    let (mut ada, other) = (app.admin().await, app.other_company().await);
    let mut texts = Vec::new();
    for taken in [
        other.user.expect("a user").email,
        ada.user.clone().expect("a user").email,
    ] {
        let fields = [
            ("name", "Rolf"),
            ("email", taken.as_str()),
            ("role", "recruiter"),
            ("password", "nine blue kettles"),
        ];
        let answer = ada.post_form("/users/new", &fields).await;
        assert_eq!(answer.status, 422);
        texts.push(answer.error_of("email"));
    }
    assert_eq!(texts[0], texts[1], "whose it is is not said");
}

#[actix_web::test]
async fn what_the_form_does_not_ask_cannot_be_set() {
    let app = TestApp::start().await;
    let (mut ada, other) = (app.admin().await, app.other_company().await);
    let company_id = other.company_id().to_string();
    let fields = [
        ("name", "Rolf"),
        ("email", "rolf@example.com"),
        ("role", "recruiter"),
        ("password", "nine blue kettles"),
        ("id", "1"),
        ("company_id", &company_id),
        ("company", &company_id),
        ("password_hash", "x"),
    ];
    let answer = ada.post_form("/users/new", &fields).await;
    let id = answer
        .location
        .trim_start_matches("/users/")
        .parse()
        .expect("an id");
    assert_eq!(find(&app, id).await.company_id, app.company_id);
    let mut rita = app.recruiter().await;
    let fields = [
        ("name", "Rita"),
        ("role", "admin"),
        ("company_id", &company_id),
    ];
    assert_eq!(rita.save_form("/account", &fields).await.status, 303);
    let rita = find(&app, rita.user_id()).await;
    assert_eq!(
        (rita.role, rita.company_id),
        (Role::Recruiter, app.company_id)
    );
}

#[actix_web::test]
async fn the_list_shows_the_company_and_nobody_else() {
    let app = TestApp::start().await;
    let (mut ada, other) = (app.admin().await, app.other_company().await);
    let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
    let page = ada.get("/users").await;
    assert!(page.text.contains(&rita.email));
    assert!(!page.text.contains(&other.user.expect("a user").email));
    assert!(
        page.all_words("tbody th")
            .contains(&"Ada Admin (you)".to_owned())
    );
}

#[actix_web::test]
async fn a_long_list_goes_on_on_the_next_page() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    for _ in 0..60 {
        builders::user(&app, app.company_id, Role::Recruiter).await;
    }
    let first = ada.get("/users").await;
    let second = ada.get(&first.attribute("a[rel=next]", "href")).await;
    let (first, second_lines) = (first.all_words("tbody th"), second.all_words("tbody th"));
    assert_eq!((first.len(), second_lines.len()), (50, 11));
    assert!(!second.has("a[rel=next]"));
    for path in ["/users?cursor=nonsense", "/users?before=1_x"] {
        let page = ada.get(path).await;
        assert_eq!(page.status, 422, "{path}");
        assert!(page.words("main").contains("Start from the first page"));
    }
}

#[actix_web::test]
async fn the_last_admin_can_be_neither_disabled_nor_made_a_recruiter() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let path = format!("/users/{}", ada.user_id());
    let disabled_admin = app.admin().await.user_id();
    ada.press(
        &format!("/users/{disabled_admin}"),
        &format!("/users/{disabled_admin}/disabling"),
    )
    .await;
    let answer = ada.press(&path, &format!("{path}/disabling")).await;
    assert_eq!(answer.location, path);
    let page = ada.get(&path).await;
    assert!(page.notice().contains("last admin"), "{}", page.text);
    let answer = ada
        .save_form(
            &format!("{path}/edit"),
            &[("name", "Ada"), ("role", "recruiter")],
        )
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.error_of("role").contains("last admin") || answer.text.contains("last admin"));
    let ada = find(&app, ada.user_id()).await;
    assert!(ada.is_active() && ada.role == Role::Admin);
}

#[actix_web::test]
async fn two_admins_who_disable_each_other_at_once_do_not_both_succeed() {
    let app = TestApp::start().await;
    let other = app.second_process().await;
    for _ in 0..8 {
        let company_id = builders::company(&app, "Small Company").await;
        let one = builders::user(&app, company_id, Role::Admin).await;
        let two = builders::user(&app, company_id, Role::Admin).await;
        let mut first = app.signed_in_as(&one).await;
        let mut second = other.signed_in_as(&two).await;
        let disable = |id| format!("/users/{id}/disabling");
        futures_util::future::join(
            first.post_form(&disable(two.id), &[("version", "1")]),
            second.post_form(&disable(one.id), &[("version", "1")]),
        )
        .await;
        let users = [find(&app, one.id).await, find(&app, two.id).await];
        let active = users.iter().filter(|user| user.is_active()).count();
        assert_eq!(active, 1);
    }
}

#[actix_web::test]
async fn a_new_password_ends_every_session_of_its_user() {
    let app = TestApp::start().await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let path = format!("/users/{}/password", rita.user_id());
    let password = ada.get(&path).await.value_of("password");
    assert_eq!(
        ada.save_form(&path, &[("password", "too short")])
            .await
            .status,
        422
    );
    assert_eq!(
        rita.get("/account").await.status,
        200,
        "nothing has changed"
    );
    assert_eq!(
        ada.save_form(&path, &[("password", &password)])
            .await
            .status,
        303
    );
    assert_eq!(rita.get("/account").await.status, 303);
    let email = rita.user.clone().expect("a user").email;
    assert_eq!(rita.sign_in(&email, PASSWORD).await.status, 422);
    assert_eq!(rita.sign_in(&email, &password).await.status, 303);
}

#[actix_web::test]
async fn who_did_what_is_written_down_with_the_address() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let id = add(&mut ada, "rolf@example.com").await;
    let page = format!("/users/{id}");
    let fields = [("name", "Rolf"), ("role", "admin")];
    ada.save_form(&format!("{page}/edit"), &fields).await;
    ada.press(&page, &format!("{page}/disabling")).await;
    ada.press(&page, &format!("{page}/enabling")).await;
    let actions = action::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("actions");
    let about: Vec<_> = actions.iter().filter(|line| line.object_id == id).collect();
    let verbs: Vec<&str> = about.iter().map(|line| line.verb.as_str()).collect();
    assert_eq!(
        verbs,
        [
            "user.created",
            "user.updated",
            "user.disabled",
            "user.enabled"
        ]
    );
    for line in about {
        assert_eq!(
            (line.user_id, line.company_id),
            (Some(ada.user_id()), app.company_id)
        );
        assert_eq!(line.ip, ada.ip.to_string());
        assert!(
            !line.details.to_string().contains("rolf@"),
            "no address: {}",
            line.details
        );
    }
}
