//! The page on which admins make and revoke tokens.
use chrono::TimeDelta;
use entity::{
    action, api_token,
    user::{self, Role},
};
use greenroom::{crypto, db};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, Iterable, QueryFilter, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, builders};

async fn make(ada: &mut Actor, user: i64, lifetime: &str) -> Answer {
    let user = user.to_string();
    let form = [
        ("name", "Applicant tracking"),
        ("user", user.as_str()),
        ("lifetime", lifetime),
    ];
    ada.post_form("/tokens/new", &form).await
}

async fn tokens(app: &TestApp) -> Vec<api_token::Model> {
    let tokens = api_token::Entity::find().all(app.app.db.read()).await;
    tokens.expect("tokens")
}

#[actix_web::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let user = ada.user_id();
    let form = ada.get("/tokens/new").await;
    assert_eq!(form.value_of("user"), user.to_string());
    let made = make(&mut ada, user, "never").await;
    assert_eq!(made.status, 201, "{}", made.text);
    let key = made.words("#token");
    let row = tokens(&app).await.pop().expect("a token");
    assert_eq!(
        row.token_hash,
        crypto::sha256_hex(&key),
        "only the hash is kept"
    );
    assert_eq!(row.expires_at, None);

    let mut program = app
        .stranger()
        .with_header("Authorization", &format!("Token {key}"));
    assert_eq!(program.get("/api/jobs/").await.status, 200);
    let wrong = ada.get("/tokens?cursor=nonsense").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.words("main").contains("Start from the first page"));
    let list = ada.get("/tokens").await;
    assert!(!list.text.contains(&key), "shown once");
    let words = list.words("#tokens tbody tr");
    for part in ["Applicant tracking", "Ada Admin", "Active", "Revoke"] {
        assert!(words.contains(part), "{part}: {words}");
    }

    let revoked = ada
        .post_form(&format!("/tokens/{}/revocation", row.id), &[])
        .await;
    assert_eq!(
        (revoked.status, revoked.location.as_str()),
        (303, "/tokens")
    );
    assert_eq!(program.get("/api/jobs/").await.status, 401);
    let list = ada.get("/tokens").await;
    let words = list.words("#tokens tbody tr");
    assert!(words.contains("Revoked"), "{words}");
    assert!(!list.has("#tokens tbody form"), "nothing more to revoke");

    let actions = action::Entity::find().all(app.app.db.read()).await;
    let actions = actions.expect("actions");
    let verbs: Vec<_> = actions.iter().map(|line| line.verb.as_str()).collect();
    assert!(
        verbs.ends_with(&["token.created", "token.revoked"]),
        "{verbs:?}"
    );
    assert!(
        !format!("{actions:?}").contains(&key),
        "no secret in the audit log"
    );
}

#[actix_web::test]
async fn a_token_ends_when_its_maker_said() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
    make(&mut ada, rita.id, "30").await;
    let row = tokens(&app).await.pop().expect("a token");
    assert_eq!(row.user_id, rita.id);
    assert_eq!(row.expires_at, Some(app.now() + TimeDelta::days(30)));
    // The admin's session ends long before the token does.
    app.advance(TimeDelta::days(30));
    let mut ada = app.admin().await;
    let words = ada.get("/tokens").await.words("#tokens tbody tr");
    assert!(words.contains("Expired"), "{words}");
}

#[actix_web::test]
async fn disabling_a_user_revokes_their_tokens_for_good() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let mut program = app.program().await;
    let user = program.user.clone().expect("a user");
    let path = format!("/users/{}", user.id);
    ada.press(&path, &format!("{path}/disabling")).await;
    let notice = ada.get(&path).await.notice();
    assert!(notice.contains("permanently revoked"), "{notice}");
    assert_eq!(program.get("/api/jobs/").await.status, 401);
    let words = ada.get("/tokens").await.words("#tokens tbody tr");
    assert!(words.contains("Revoked"), "{words}");
    let form = ada.get("/tokens/new").await;
    assert!(!form.text.contains(&user.email), "cannot be chosen");
    let refused = make(&mut ada, user.id, "90").await;
    assert_eq!(refused.status, 422);
    ada.press(&path, &format!("{path}/enabling")).await;
    assert_eq!(program.get("/api/jobs/").await.status, 401, "for good");
    let actions = action::Entity::find().all(app.app.db.read()).await;
    let actions = actions.expect("actions");
    let verbs: Vec<_> = actions.iter().map(|line| line.verb.as_str()).collect();
    assert!(
        verbs.ends_with(&["token.revoked", "user.disabled", "user.enabled"]),
        "{verbs:?}"
    );
}

#[actix_web::test]
async fn a_password_that_an_admin_resets_ends_its_users_tokens_and_no_others() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let (mut program, mut other) = (app.program().await, app.program().await);
    let path = format!("/users/{}/password", program.user_id());
    let page = ada.get(&path).await;
    assert!(
        page.text.contains("permanently revokes their API tokens"),
        "{}",
        page.text
    );
    let reset = [("password", "six paper windmills")];
    assert_eq!(ada.save_form(&path, &reset).await.status, 303);
    assert_eq!(program.get("/api/jobs/").await.status, 401);
    assert_eq!(other.get("/api/jobs/").await.status, 200);
}

#[actix_web::test]
async fn tokens_of_users_who_were_disabled_before_stay_dead_after_an_update() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let mut other = app.program().await;
    let id = program.user_id();
    let url = app.app.settings.database_url.expose();
    let schema = db::connect_alone(url).await.expect("a connection");
    let steps = Migrator::migrations();
    let mut names = steps.iter().map(|step| step.name());
    let ours = names.position(|name| name.contains("revoke_tokens_of_disabled"));
    let ours = ours.expect("the step");
    let back = u32::try_from(steps.len() - ours).expect("a few");
    Migrator::down(&schema, Some(back)).await.expect("down");
    // As it was written before tokens were revoked with their user.
    let at = app.now().to_rfc3339();
    let disable = format!("UPDATE users SET disabled_at = '{at}' WHERE id = {id}");
    schema.execute_unprepared(&disable).await.expect("disabled");
    Migrator::up(&schema, None).await.expect("up");
    schema.close().await.expect("closed");
    let mut ada = app.admin().await;
    ada.post_form(&format!("/users/{id}/enabling"), &[]).await;
    assert_eq!(program.get("/api/jobs/").await.status, 401);
    assert_eq!(other.get("/api/jobs/").await.status, 200);
}

#[actix_web::test]
async fn a_token_that_cannot_be_made_is_refused_beside_the_field() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let stranger = app.other_company().await;
    let own = ada.user_id().to_string();
    let theirs = stranger.user_id().to_string();
    for (name, user, lifetime, field) in [
        ("", own.as_str(), "30", "name"),
        ("a\u{202e}b", &own, "30", "name"),
        ("x", "", "30", "user"),
        ("x", &theirs, "30", "user"),
        ("x", "999999999", "30", "user"),
        ("x", &own, "", "lifetime"),
        ("x", &own, "31", "lifetime"),
    ] {
        let form = [("name", name), ("user", user), ("lifetime", lifetime)];
        let answer = ada.post_form("/tokens/new", &form).await;
        assert_eq!(answer.status, 422, "{form:?}");
        assert!(!answer.error_of(field).is_empty(), "{form:?}");
    }
    assert!(tokens(&app).await.is_empty());
}

/// What a role may see does not say that programs may see it for them.
#[actix_web::test]
async fn tokens_are_for_the_roles_that_may_have_them() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    for role in Role::iter() {
        let user = builders::user(&app, app.company_id, Role::Recruiter).await;
        let mut program = app.program_of(&user).await;
        let change = user::Entity::update_many()
            .col_expr(user::Column::Role, Expr::value(role.to_value()))
            .filter(user::COLUMN.id.eq(user.id));
        builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;

        let may = role.may_have_tokens();
        let statuses = match may {
            true => (200, 201),
            false => (404, 422),
        };
        let form = ada.get("/tokens/new").await;
        assert_eq!(form.text.contains(&user.email), may, "{role:?}");
        let used = program.get("/api/jobs/").await.status;
        let made = make(&mut ada, user.id, "90").await.status;
        assert_eq!((used, made), statuses, "{role:?}");
    }
}
