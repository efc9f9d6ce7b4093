//! What stands above the delivery log, and the filters that it leads to.
use chrono::TimeDelta;
use entity::{
    email::{self, Kind, Status},
    transport,
};
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    delivery_log::{booked, copy, listed, put},
    emails::app_with,
    support::{Answer, TestApp, builders, smtp_server::SmtpServer},
};

#[actix_web::test]
async fn every_counter_leads_to_what_it_counts() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let old = booked(&app).await;
    put(&app, old.email.id, Status::Failed).await;
    let ancient = booked(&app).await;
    // Before midnight in Berlin, fourteen days ago and one.
    app.advance(TimeDelta::days(14));
    let (failed, accepted) = (booked(&app).await, booked(&app).await);
    put(&app, failed.email.id, Status::Failed).await;
    put(&app, accepted.email.id, Status::Accepted).await;
    copy(&app, &accepted.email, 3).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/emails").await;
    // Ended ones of the last days; of what waits all, however old.
    for (label, count) in [
        ("Queued", 4),
        ("Not delivered", 1),
        ("Accepted by mail server", 1),
        ("Retrying", 0),
    ] {
        let (shown, href) = counter(&page, label);
        assert_eq!(shown, count.to_string(), "{label}");
        let list = rita.get(&href).await;
        assert_eq!(listed(&list).len(), count, "{label}: {href}");
        assert_eq!(counter(&list, label).0, shown, "it stays as it is");
        assert!(!list.has("#chart"), "there one came for the list");
    }
    let (_, failed_ones) = counter(&page, "Not delivered");
    assert_eq!(failed_ones, "/emails?status=failed&days=14");
    let (_, waiting) = counter(&page, "Queued");
    assert!(listed(&rita.get(&waiting).await).contains(&ancient.email.id));
    assert!(
        !page.words("#counters").contains("Printed"),
        "none, none shown"
    );
    assert_eq!(
        counter(
            &app.other_company().await.get("/emails").await,
            "Not delivered"
        )
        .0,
        "0"
    );
}

#[actix_web::test]
async fn the_chart_tells_each_day_in_bars_and_in_numbers() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (one, two) = (booked(&app).await, booked(&app).await);
    put(&app, one.email.id, Status::Accepted).await;
    put(&app, two.email.id, Status::Expired).await;
    // 22:59:59 UTC is one second before midnight in Berlin.
    app.advance(TimeDelta::hours(15) - TimeDelta::seconds(1));
    let three = booked(&app).await;
    put(&app, three.email.id, Status::Accepted).await;
    app.advance(TimeDelta::seconds(1));
    booked(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/emails").await;
    let days = page.all_words("#chart tbody tr");
    assert_eq!(days.len(), 14);
    assert!(days[0].starts_with("Wed 23 December"), "{}", days[0]);
    assert_eq!(days[12], "Mon 4 January 2 0 1");
    assert_eq!(days[13], "Tue 5 January 0 1 0");
    let bars = |part: &str| page.all_attributes(&format!("#chart rect.chart__{part}"), "height");
    assert_eq!(bars("accepted"), ["80"]);
    assert_eq!(bars("unaccepted"), ["40"]);
    assert_eq!(bars("waiting"), ["40"]);
    let words = page.attribute("#chart svg", "aria-label");
    assert!(
        words.contains("2 accepted by a mail server, 1 waiting, 1 not accepted"),
        "{words}"
    );
    let links = page.all_attributes("#chart tbody a", "href");
    assert_eq!(listed(&rita.get(&links[12]).await).len(), 3);
}

#[actix_web::test]
async fn later_pages_are_the_list_alone() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    copy(&app, &booked.email, 60).await;
    let mut rita = app.recruiter().await;
    let first = rita.get("/emails").await;
    let second = rita.get(&first.attribute("a[rel=next]", "href")).await;
    assert!(first.has("#counters") && !second.has("#counters"));
    assert_eq!(listed(&second).len(), 11);
}

#[actix_web::test]
async fn the_log_says_how_the_mail_servers_are() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let console = rita.get("/emails").await.words("#servers");
    assert!(
        console.contains("Nobody receives these emails"),
        "{console}"
    );

    let server = SmtpServer::start().await;
    let app = app_with(&server, &[("EMAIL_FALLBACK_HOST", "two.example")]).await;
    let mut rita = app.recruiter().await;
    assert!(
        rita.get("/emails")
            .await
            .words("#servers")
            .contains("No emails yet")
    );
    for (name, host, failures, open) in [
        (transport::Name::Primary, "one.example:587", 5, true),
        (transport::Name::Fallback, "two.example:465", 0, false),
    ] {
        let row = transport::ActiveModel {
            name: Set(name),
            host: Set(host.into()),
            fingerprint: Set("x".into()),
            failures: Set(failures),
            reason: Set(if open {
                "It does not answer.".into()
            } else {
                String::new()
            }),
            opened_at: Set(open.then(|| app.now())),
            accepted_at: Set(Some(app.now() - TimeDelta::hours(2))),
            ..Default::default()
        };
        builders::write(&app, async |txn| {
            transport::Entity::insert(row)
                .exec_without_returning(txn)
                .await?;
            Ok(())
        })
        .await;
    }
    let told = rita.get("/emails").await.all_words("#servers p");
    assert_eq!(
        told,
        [
            "one.example:587 Not accepting mail; retrying It does not answer. Last accepted an email 2 h 0 min ago",
            "two.example:465 Accepting mail Last accepted an email 2 h 0 min ago",
        ]
    );
    let way = "#servers a[href='/mail']";
    assert!(!rita.get("/emails").await.has(way), "not hers");
    assert!(app.admin().await.get("/emails").await.has(way));
}

#[actix_web::test]
async fn the_log_is_narrowed_to_a_job_or_an_interview_or_some_days() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let old = booked(&app).await;
    app.advance(TimeDelta::days(1));
    let new = booked(&app).await;
    set_kind(&app, new.email.id, Kind::Updated).await;
    let mut rita = app.recruiter().await;
    let job = |of: &builders::Booked| of.details.job.as_ref().expect("a job").id;
    let (old_job, new_job) = (job(&old), job(&new));
    let interview = old.details.interview.id;
    let address = &new.email.recipient;
    let (old, new) = (vec![old.email.id], vec![new.email.id]);
    for (query, expected) in [
        (format!("job={old_job}"), &old),
        (format!("job={new_job}"), &new),
        (format!("job={new_job}&recipient={address}"), &new),
        (format!("job={old_job}&recipient={address}"), &vec![]),
        (format!("job={new_job}&kind=updated"), &new),
        (format!("job={old_job}&kind=updated"), &vec![]),
        (format!("interview={interview}"), &old),
        (format!("interview={interview}&job={new_job}"), &vec![]),
        ("interview=999999".to_owned(), &vec![]),
        ("days=1".to_owned(), &new),
        ("days=1&status=failed".to_owned(), &vec![]),
        ("days=2".to_owned(), &vec![new[0], old[0]]),
    ] {
        let page = rita.get(&format!("/emails?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(&listed(&page), expected, "{query}");
        let export = page.attribute("a[href^='/emails.csv']", "href");
        assert_eq!(
            rita.get(&export).await.text.lines().count(),
            expected.len() + 1
        );
    }
    let at_the_interview = rita.get(&format!("/interviews/{interview}")).await;
    let link = format!("#mails a[href='/emails?interview={interview}']");
    assert!(at_the_interview.has(&link));
    let page = rita
        .get(&format!(
            "/emails?job={new_job}&days=3&interview={interview}"
        ))
        .await;
    assert!(page.has(&format!(
        "select[name=job] option[value='{new_job}'][selected]"
    )));
    assert_eq!(page.value_of("days"), "3");
    assert_eq!(page.value_of("interview"), interview.to_string());
    for (query, field) in [
        ("days=0", "days"),
        ("job=cook", "job"),
        ("interview=x", "interview"),
    ] {
        let page = rita.get(&format!("/emails?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(!page.error_of(field).is_empty(), "{query}");
    }
}

#[actix_web::test]
async fn a_job_with_very_many_messages_is_read_page_by_page() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (often, idempotency_key) = (booked(&app).await, booked(&app).await);
    copy(&app, &often.email, 2100).await;
    let mut rita = app.recruiter().await;
    let job = often.details.job.expect("a job").id;
    let first = rita.get(&format!("/emails?job={job}")).await;
    let second = rita.get(&first.attribute("a[rel=next]", "href")).await;
    let mut seen = [listed(&first), listed(&second)].concat();
    assert!(!seen.contains(&idempotency_key.email.id));
    seen.dedup();
    assert_eq!(seen.len(), 100);
    // Narrowed further to few, it is sorted as well.
    let both = format!(
        "/emails?job={job}&recipient={}",
        idempotency_key.email.recipient
    );
    assert!(listed(&rita.get(&both).await).is_empty());
}

async fn set_kind(app: &TestApp, id: i64, kind: Kind) {
    builders::write(app, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::Kind, Expr::value(kind.to_value()))
            .filter(email::COLUMN.id.eq(id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
}

/// A counter's number and address.
fn counter(page: &Answer, label: &str) -> (String, String) {
    let labels = page.all_words("#counters dt");
    let place = labels.iter().position(|shown| shown == label);
    let place = place.unwrap_or_else(|| panic!("no {label} in {labels:?}"));
    let links = "#counters dd a";
    (
        page.all_words(links)[place].clone(),
        page.all_attributes(links, "href")[place].clone(),
    )
}
