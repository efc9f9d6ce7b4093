//! How often programs may call: counted without a write for each call, and known to all processes all the same.
use chrono::TimeDelta;
use entity::{api_token, rate_limit};
use greenroom::{api::auth::CALLS_PER_TOKEN, db::failpoint::Fault, domain::rate_limits::Turn};
use sea_orm::EntityTrait;

use crate::support::{Actor, TestApp};

/// A program, and its token's id as the limit knows it.
async fn a_program(app: &TestApp) -> (Actor, String) {
    let program = app.program().await;
    let tokens = api_token::Entity::find().all(app.app.db.read()).await;
    let token = tokens.expect("tokens").pop().expect("a token");
    (program, token.id.to_string())
}

/// The program in front of another process.
fn at(other: &TestApp, program: &Actor) -> Actor {
    let mut there = other.stranger();
    there.headers.clone_from(&program.headers);
    there
}

/// Counts as so many calls would.
fn count(app: &TestApp, who: &str, calls: i32) {
    for _ in 0..calls {
        assert_eq!(app.app.calls.take(who, app.now()), Turn::Allowed);
    }
}

async fn settle(app: &TestApp) {
    let settled = app.app.calls.settle(&app.app.db, app.now()).await;
    settled.expect("settled");
}

async fn stored(app: &TestApp) -> Vec<i32> {
    let rows = rate_limit::Entity::find().all(app.app.db.read()).await;
    rows.expect("rows").iter().map(|row| row.count).collect()
}

async fn status(program: &mut Actor) -> u16 {
    program.get("/api/jobs/").await.status
}

#[actix_web::test]
async fn a_program_that_calls_too_often_is_told_when_to_go_on() {
    let app = TestApp::start().await;
    let (mut program, token) = a_program(&app).await;
    let (mut other, _) = a_program(&app).await;
    count(&app, &token, CALLS_PER_TOKEN.most - 1);
    assert_eq!(status(&mut program).await, 200, "the last one");
    app.advance(TimeDelta::seconds(20));
    let answer = program.get("/api/jobs/").await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("retry-after"), "40");
    assert_eq!(status(&mut other).await, 200, "others go on");
    settle(&app).await;
    assert_eq!(
        status(&mut program).await,
        429,
        "settling lets nobody through"
    );
    app.advance(TimeDelta::seconds(39));
    assert_eq!(status(&mut program).await, 429);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(status(&mut program).await, 200);
}

#[actix_web::test]
async fn processes_that_settle_share_one_limit() {
    let app = TestApp::start().await;
    let second = app.second_process().await;
    let (mut here, token) = a_program(&app).await;
    let mut there = at(&second, &here);
    count(&app, &token, 700);
    count(&second, &token, 400);
    for app in [&app, &second] {
        settle(app).await;
    }
    assert_eq!(stored(&app).await, [1100]);
    // The second one knows of all, the first one only of its own until it settles again.
    count(&second, &token, 100);
    assert_eq!(status(&mut there).await, 429);
    settle(&second).await;
    assert_eq!(status(&mut here).await, 200);
    settle(&app).await;
    assert_eq!(stored(&app).await, [1201]);
    assert_eq!(status(&mut here).await, 429);
    // The window is that of the first call, in both.
    app.advance(TimeDelta::minutes(1));
    assert_eq!(status(&mut here).await, 200);
    assert_eq!(status(&mut there).await, 200);
    for app in [&app, &second] {
        settle(app).await;
    }
    assert_eq!(stored(&app).await, [2], "counted afresh");
}

#[actix_web::test]
async fn a_process_that_comes_later_joins_the_window_of_the_others() {
    let app = TestApp::start().await;
    let (here, token) = a_program(&app).await;
    count(&app, &token, CALLS_PER_TOKEN.most);
    settle(&app).await;
    app.advance(TimeDelta::seconds(50));
    let second = app.second_process().await;
    let mut there = at(&second, &here);
    assert_eq!(status(&mut there).await, 200, "it has asked nobody yet");
    settle(&second).await;
    let answer = there.get("/api/jobs/").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "10"));
    app.advance(TimeDelta::seconds(10));
    assert_eq!(status(&mut there).await, 200);
}

#[actix_web::test]
async fn nothing_is_written_while_nobody_calls() {
    let app = TestApp::start().await;
    settle(&app).await;
    let (mut program, _) = a_program(&app).await;
    assert_eq!(status(&mut program).await, 200);
    assert_eq!(
        stored(&app).await,
        [0; 0],
        "the call itself counts nothing there"
    );
    settle(&app).await;
    settle(&app).await;
    assert_eq!(stored(&app).await, [1], "once is enough");
}

#[actix_web::test]
async fn a_call_asks_the_database_who_calls_and_what_for() {
    let app = TestApp::start().await;
    let (mut program, _) = a_program(&app).await;
    // The first one in a minute notes when the token was used.
    assert_eq!(status(&mut program).await, 200);
    app.app.db.failpoint().listen();
    assert_eq!(status(&mut program).await, 200);
    let heard = app.app.db.failpoint().heard();
    assert_eq!(heard.len(), 2, "{heard:#?}");
    for (statement, table) in heard.iter().zip(["api_tokens", "jobs"]) {
        assert!(statement.starts_with("SELECT"), "{statement}");
        assert!(statement.contains(table), "{statement}");
    }
    // And nothing is committed.
    app.app.db.failpoint().arm(Fault::Commit(1));
    assert_eq!(status(&mut program).await, 200);
    assert!(!app.app.db.failpoint().disarm());
}
