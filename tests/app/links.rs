//! Links and buttons: none leads anybody where they may not go.
use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use entity::{email::Status, user::Role};
use greenroom::{access::Who, http::routes};
use sea_orm::{ActiveEnum, Iterable};

use super::delivery_log::put;
use crate::support::{Actor, TestApp, app::PASSWORD, builders};

/// As many pages as there are with the few rows below, and some more.
const MOST: usize = 600;
/// So often is one page asked for with other filters: some lead from day to day without end.
const SIGHTS: usize = 5;

/// Rows in which everything is that pages speak of: mail that failed, is held or was printed, what is closed, cancelled
/// and over, and what waits.
async fn everything(app: &TestApp) {
    let company = app.company_id;
    for status in Status::iter() {
        let booked = builders::booked(app, company).await;
        put(app, booked.email.id, status).await;
    }
    let job = builders::job(app, company).await;
    let who = builders::candidate(app, company).await;
    builders::interview(app, company, who, job).await;
    builders::slot(app, company, job, app.now() + TimeDelta::hours(5)).await;
    let closed = builders::slot(app, company, job, app.now() + TimeDelta::hours(6)).await;
    let mut rita = app.recruiter().await;
    let page = format!("/slots/{closed}");
    rita.press(&page, &format!("{page}/closure")).await;
    let gone = builders::booked(app, company).await.details.interview.id;
    let page = format!("/interviews/{gone}/cancellation");
    let cancelled = rita.save_form(&page, &[("act", "cancel")]).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.text);
    builders::write(app, async |txn| {
        let row = entity::company::ActiveModel {
            id: sea_orm::ActiveValue::Set(company),
            default_meeting_url: sea_orm::ActiveValue::Set(None),
            ..Default::default()
        };
        sea_orm::EntityTrait::update(row).exec(txn).await?;
        Ok(())
    })
    .await;
}

/// Follows every link from these pages on; what may be sent is looked up in the table.
async fn walk(actor: &mut Actor, role: Role, first: Vec<String>) -> usize {
    let lines = routes::lines();
    let mut seen: BTreeSet<String> = first.iter().cloned().collect();
    let mut ahead = first;
    let mut sights: HashMap<String, usize> = HashMap::new();
    while let Some(path) = ahead.pop() {
        let page = actor.get(&path).await;
        assert!(
            page.status < 400,
            "{role:?}: {path} answers {}",
            page.status
        );
        assert!(seen.len() < MOST, "{role:?}: no end of pages");
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        for (selector, attribute) in [
            ("a[href^='/']", "href"),
            ("iframe[src^='/']", "src"),
            ("img[src^='/']", "src"),
            ("form[method=get][action^='/']", "action"),
        ] {
            for link in page.all_attributes(selector, attribute) {
                let path = link.split(['?', '#']).next().unwrap_or_default();
                let sights = sights.entry(path.to_owned()).or_default();
                if *sights < SIGHTS && seen.insert(link.clone()) {
                    *sights += 1;
                    ahead.push(link);
                }
            }
        }
        for (selector, attribute) in [
            ("form[method=post][action^='/']", "action"),
            ("button[formaction^='/']", "formaction"),
        ] {
            for action in page.all_attributes(selector, attribute) {
                let may = lines.iter().any(|line| {
                    line.method == "POST" && is_of(&line.path, &action) && may(role, line.who)
                });
                assert!(may, "{role:?}: {path} offers {action}");
            }
        }
    }
    seen.len()
}

fn may(role: Role, who: Who) -> bool {
    match who {
        Who::Anyone | Who::Interviewer => true,
        Who::Recruiter => role != Role::Interviewer,
        Who::Admin => role == Role::Admin,
        Who::Candidate | Who::Api | Who::Provider => false,
    }
}

fn is_of(line: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (line, path): (Vec<&str>, Vec<&str>) =
        (line.split('/').collect(), path.split('/').collect());
    let is_like = |(wanted, given): (&&str, &&str)| wanted == given || wanted.starts_with('{');
    line.len() == path.len() && line.iter().zip(&path).all(is_like)
}

#[actix_web::test]
async fn no_link_leads_to_a_page_that_is_not_there_for_whoever_sees_it() {
    let app = TestApp::start().await;
    everything(&app).await;
    app.expect_undelivered_mail();
    for (role, least) in [
        (Role::Admin, 120),
        (Role::Recruiter, 100),
        (Role::Interviewer, 3),
    ] {
        let mut actor = app.with_role(role).await;
        let pages = walk(&mut actor, role, vec!["/".into()]).await;
        assert!(pages >= least, "{role:?} saw {pages} pages");
    }
}

#[actix_web::test]
async fn no_link_of_a_new_company_leads_nowhere() {
    let app = TestApp::start().await;
    for role in Role::iter() {
        let mut actor = app.with_role(role).await;
        let pages = walk(&mut actor, role, vec!["/".into()]).await;
        assert!(pages >= 3, "{} saw {pages} pages", role.to_value());
    }
}

#[actix_web::test]
async fn a_page_with_a_mistake_leads_nobody_astray_either() {
    let app = TestApp::start().await;
    everything(&app).await;
    app.expect_undelivered_mail();
    for role in [Role::Admin, Role::Recruiter] {
        let mut actor = app.with_role(role).await;
        for line in routes::lines() {
            if line.method != "POST" || !may(role, line.who) || line.path.contains('{') {
                continue;
            }
            let page = actor.post_form(&line.path, &[("key", "x")]).await;
            if page.status == 303 && page.location == "/login" {
                actor = app.with_role(role).await;
                continue;
            }
            let mut first = page.all_attributes("a[href^='/']", "href");
            first.extend((page.status == 303).then(|| page.location.clone()));
            walk(&mut actor, role, first).await;
        }
    }
}

#[actix_web::test]
async fn whoever_signs_in_is_not_sent_where_they_may_not_go() {
    let app = TestApp::start().await;
    for (role, next, expected) in [
        (Role::Admin, "/company", "/company"),
        (Role::Admin, "/users/7/edit?x=1", "/users/7/edit?x=1"),
        (Role::Recruiter, "/company", "/"),
        (Role::Recruiter, "/users/7/edit?x=1", "/"),
        (Role::Recruiter, "/slots?state=open", "/slots?state=open"),
        (Role::Recruiter, "/mail/checks", "/"),
        (Role::Interviewer, "/slots?state=open", "/"),
        (Role::Interviewer, "/account/password", "/account/password"),
    ] {
        let user = builders::user(&app, app.company_id, role).await;
        let form = [
            ("email", user.email.as_str()),
            ("password", PASSWORD),
            ("next", next),
        ];
        let answer = app.stranger().post_form("/login", &form).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (303, expected),
            "{role:?}"
        );
    }
}
