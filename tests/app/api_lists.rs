//! Lists of the API: filters, limits and where to go on.
use chrono::TimeDelta;
use greenroom::domain::{actions, slots};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, builders};

async fn ids(program: &mut Actor, path: &str) -> Vec<i64> {
    let answer = program.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    ids_of(&answer.json())
}

fn ids_of(list: &Value) -> Vec<i64> {
    let results = list["results"].as_array().expect("results");
    results
        .iter()
        .map(|row| row["id"].as_i64().expect("an id"))
        .collect()
}

/// Follows `next` to the end; the pages' ids, one list each.
async fn walk(program: &mut Actor, path: &str) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut next = path.to_owned();
    loop {
        let answer = program.get(&next).await;
        assert_eq!(answer.status, 200, "{next}: {}", answer.text);
        let list = answer.json();
        pages.push(ids_of(&list));
        let Some(address) = list["next"].as_str() else {
            return pages;
        };
        let rest = address.strip_prefix("http://127.0.0.1:8080");
        next = rest.expect("an address of ours").to_owned();
    }
}

#[actix_web::test]
async fn a_list_is_read_part_by_part() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    assert_eq!(
        program.get("/api/jobs/").await.json(),
        json!({ "results": [], "next": null })
    );
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(builders::job(&app, app.company_id).await);
    }
    made.reverse();
    let pages = walk(&mut program, "/api/jobs/?status=open&limit=2").await;
    assert_eq!(pages, [&made[..2], &made[2..4], &made[4..]]);
    assert_eq!(walk(&mut program, "/api/jobs/?limit=5").await, [made]);
}

#[actix_web::test]
async fn slots_that_start_together_are_each_listed_once() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        let starts_at = app.now() + TimeDelta::days(1);
        made.push(builders::slot(&app, app.company_id, job, starts_at).await);
    }
    let pages = walk(&mut program, "/api/interviews/slots/?limit=2").await;
    assert_eq!(pages.concat(), made);
    assert_eq!(pages.len(), 3);
}

#[actix_web::test]
async fn every_collection_goes_on_where_it_stopped() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
        app.advance(TimeDelta::seconds(1));
    }
    app.expect_undelivered_mail();
    for path in [
        "/api/jobs/",
        "/api/candidates/",
        "/api/interviews/",
        "/api/interviews/slots/",
        "/api/emails/",
    ] {
        let pages = walk(&mut program, &format!("{path}?limit=1")).await;
        assert_eq!(pages.len(), 3, "{path}");
        assert_eq!(pages.concat(), ids(&mut program, path).await, "{path}");
    }
    let by_start = walk(&mut program, "/api/interviews/?limit=1&from=2027-01-01").await;
    let mut newest = ids(&mut program, "/api/interviews/").await;
    newest.reverse();
    assert_eq!(by_start.concat(), newest);
}

#[actix_web::test]
async fn slots_are_filtered_by_state_job_and_time() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let (job, other_job) = (
        builders::job(&app, app.company_id).await,
        builders::job(&app, app.company_id).await,
    );
    let slot = async |job, hours| {
        let starts_at = app.now() + TimeDelta::hours(hours);
        builders::slot(&app, app.company_id, job, starts_at).await
    };
    let (past, open) = (slot(job, 1).await, slot(job, 30).await);
    let (closed, other) = (slot(job, 31).await, slot(other_job, 32).await);
    let booked = builders::booked(&app, app.company_id).await;
    let booked = booked.details.slot.expect("a slot").id;
    app.expect_undelivered_mail();
    let actor = actions::Actor::system(app.company_id);
    let done = slots::close(&app.app.db, &actor, &builders::seen(closed), app.now()).await;
    done.expect("closed");
    app.advance(TimeDelta::hours(2));
    let mut slots =
        async |query: &str| ids(&mut program, &format!("/api/interviews/slots/?{query}")).await;
    assert_eq!(slots("").await, [past, booked, open, closed, other]);
    assert_eq!(slots("status=open").await, [open, other]);
    assert_eq!(slots("status=booked").await, [booked]);
    assert_eq!(slots("status=closed").await, [closed]);
    assert_eq!(slots("status=past").await, [past]);
    assert_eq!(slots(&format!("status=open&job={job}")).await, [open]);
    // The second slot starts at 14:00 UTC on the 5th; the ends of a span are the first in, the second out.
    assert_eq!(
        slots("from=2027-01-05T14:00:00Z&to=2027-01-05T15:00:00Z").await,
        [open]
    );
    assert_eq!(
        slots("from=2027-01-05T15:00:00%2B01:00&to=2027-01-05T14:00:01Z").await,
        [open]
    );
    assert_eq!(slots("to=2027-01-05").await, [past]);
    assert_eq!(
        slots("from=2027-01-05&to=2027-01-06").await,
        [booked, open, closed, other]
    );
    assert_eq!(slots("job=999999999").await, Vec::<i64>::new());
}

#[actix_web::test]
async fn a_date_begins_when_it_does_in_the_companys_zone() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    // Midnight in Berlin.
    let midnight = "2027-01-05T23:00:00Z".parse().expect("an instant");
    let second = TimeDelta::seconds(1);
    let before = builders::slot(&app, app.company_id, job, midnight - second).await;
    let at = builders::slot(&app, app.company_id, job, midnight).await;
    let path = "/api/interviews/slots/";
    assert_eq!(
        ids(&mut program, &format!("{path}?from=2027-01-06")).await,
        [at]
    );
    assert_eq!(
        ids(&mut program, &format!("{path}?to=2027-01-06")).await,
        [before]
    );
}

#[actix_web::test]
async fn interviews_and_mails_are_filtered_by_status_job_and_time() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let booked = builders::booked(&app, app.company_id).await;
    let (interview, job) = (
        booked.details.interview.id,
        booked.details.slot.expect("a slot").job_id,
    );
    app.deliver().await;
    app.advance(TimeDelta::seconds(1));
    let later = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let candidate = builders::candidate(&app, app.company_id).await;
    let waiting = builders::interview(&app, app.company_id, candidate, job).await;
    let later_interview = later.details.interview.id;
    for (path, expected) in [
        (
            "/api/interviews/".to_owned(),
            vec![waiting, later_interview, interview],
        ),
        ("/api/interviews/?status=unscheduled".into(), vec![waiting]),
        (
            "/api/interviews/?status=scheduled".into(),
            vec![later_interview, interview],
        ),
        ("/api/interviews/?status=cancelled".into(), vec![]),
        (
            format!("/api/interviews/?job={job}"),
            vec![waiting, interview],
        ),
        (
            format!("/api/interviews/?job={job}&from=2027-01-01"),
            vec![interview],
        ),
        (
            "/api/interviews/?from=2027-01-05T08:00:01Z".into(),
            vec![later_interview],
        ),
        (
            "/api/interviews/?to=2027-01-05T08:00:01Z".into(),
            vec![interview],
        ),
        ("/api/emails/".into(), vec![later.email.id, booked.email.id]),
        ("/api/emails/?status=queued".into(), vec![later.email.id]),
        ("/api/emails/?status=printed".into(), vec![booked.email.id]),
        (format!("/api/emails/?job={job}"), vec![booked.email.id]),
        (
            "/api/emails/?from=2027-01-04T08:00:01Z".into(),
            vec![later.email.id],
        ),
        (
            "/api/emails/?to=2027-01-04T08:00:01Z".into(),
            vec![booked.email.id],
        ),
    ] {
        assert_eq!(ids(&mut program, &path).await, expected, "{path}");
    }
}

#[actix_web::test]
async fn jobs_and_candidates_are_filtered_too() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let body = json!({ "name": "Jo", "email": "jo@example.com", "job": job });
    program.post_json("/api/candidates/", &body).await;
    app.advance(TimeDelta::seconds(1));
    let late_job = builders::job(&app, app.company_id).await;
    let late = builders::candidate(&app, app.company_id).await;
    let applied = ids(&mut program, &format!("/api/candidates/?job={job}")).await;
    assert_eq!(applied.len(), 1);
    for (path, expected) in [
        ("/api/jobs/?status=open", vec![late_job, job]),
        ("/api/jobs/?status=closed", vec![]),
        ("/api/jobs/?from=2027-01-04T08:00:01Z", vec![late_job]),
        ("/api/jobs/?to=2027-01-04T08:00:01Z", vec![job]),
        ("/api/candidates/?from=2027-01-04T08:00:01Z", vec![late]),
        ("/api/candidates/?to=2027-01-04T08:00:01Z", applied),
    ] {
        assert_eq!(ids(&mut program, path).await, expected, "{path}");
    }
}

#[actix_web::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    for (path, field) in [
        ("/api/jobs/?limit=0", "limit"),
        ("/api/jobs/?limit=101", "limit"),
        ("/api/jobs/?limit=ten", "limit"),
        ("/api/jobs/?limit=1&limit=2", "limit"),
        ("/api/jobs/?cursor=x", "cursor"),
        ("/api/jobs/?cursor=99999999999999999999_1", "cursor"),
        ("/api/jobs/?status=ajar", "status"),
        ("/api/jobs/?job=1", "job"),
        ("/api/jobs/?titel=x", "titel"),
        ("/api/jobs/?token=grm_x", "token"),
        ("/api/candidates/?status=open", "status"),
        ("/api/interviews/?job=x", "job"),
        ("/api/interviews/slots/?from=soon", "from"),
        ("/api/interviews/slots/?to=2027-01-32", "to"),
        ("/api/interviews/slots/?status=free", "status"),
        ("/api/emails/?status=sent", "status"),
    ] {
        let answer = program.get(path).await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text);
        assert!(
            answer.json()["errors"][field].is_array(),
            "{path}: {}",
            answer.text
        );
    }
    let most = program.get("/api/jobs/?limit=100").await;
    assert_eq!(most.status, 200);
}

#[actix_web::test]
async fn no_list_shows_what_is_another_companys() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let job = booked.details.slot.expect("a slot").job_id;
    let other = app.other_company().await;
    let mut program = app.program_of(other.user.as_ref().expect("a user")).await;
    for path in [
        "/api/jobs/",
        "/api/candidates/",
        "/api/interviews/",
        "/api/interviews/?from=2027-01-01",
        "/api/interviews/slots/",
        "/api/emails/",
    ] {
        assert_eq!(ids(&mut program, path).await, Vec::<i64>::new(), "{path}");
        if path != "/api/jobs/" {
            let separator = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{separator}job={job}");
            assert_eq!(ids(&mut program, &path).await, Vec::<i64>::new(), "{path}");
        }
    }
}
