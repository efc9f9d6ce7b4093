//! Searches by words that many have, which meet in few.
use sea_orm::ConnectionTrait;

use crate::support::{TestApp, builders};

/// So many candidates have one of three words, each of another third; more than are looked up one by one.
const CANDIDATES: i64 = 7000;
const FIRST: i64 = 100_000;

/// Candidates with an interview each that waits for its time: those with the first word for one job, the others for
/// another. Somebody who is booked has all three words. Their interview and their candidate's key.
async fn crowd(app: &TestApp) -> (i64, i64) {
    let booked = builders::booked(app, app.company_id).await.details;
    app.expect_undelivered_mail();
    let engineer = builders::job(app, app.company_id).await;
    let (who, company) = (booked.candidate.id, app.company_id);
    let cloud = booked.job.expect("a job").id;
    let all = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CANDIDATES})"
    );
    let word = "CASE i % 3 WHEN 0 THEN 'alpha' WHEN 1 THEN 'beta' ELSE 'gamma' END";
    let job = format!("CASE i % 3 WHEN 0 THEN {engineer} ELSE {cloud} END");
    let scripts = [
        format!("UPDATE jobs SET title = 'Data Engineer' WHERE id = {engineer}"),
        format!(
            "{all} INSERT INTO candidates (id, company_id, name, email, phone, locale, notes, created_at, version) \
             SELECT {FIRST} + i, company_id, {word}, CONCAT(i, '@filler.example'), '', 'en', '', created_at, 1 \
             FROM candidates, n WHERE id = {who}"
        ),
        format!(
            "{all} INSERT INTO candidate_words (company_id, word, candidate_id) \
             SELECT {company}, {word}, {FIRST} + i FROM n"
        ),
        format!(
            "INSERT INTO candidate_words (company_id, word, candidate_id) \
             VALUES ({company}, 'alpha', {who}), ({company}, 'beta', {who}), ({company}, 'gamma', {who})"
        ),
        format!(
            "{all} INSERT INTO interviews (id, company_id, candidate_id, job_id, status, public_id, link_version, \
             revision, ics_sequence, booking_notes, cancel_reason, version, created_at) \
             SELECT {FIRST} + i, company_id, {FIRST} + i, {job}, 'unscheduled', CONCAT('filler', i), 1, 0, 0, '', '', \
             1, created_at FROM candidates, n WHERE id = {who}"
        ),
    ];
    builders::write(app, async |txn| {
        for script in &scripts {
            txn.execute_unprepared(script).await?;
        }
        Ok(())
    })
    .await;
    (booked.interview.id, who)
}

#[actix_web::test]
async fn words_that_many_have_find_the_few_who_have_them_all() {
    let app = TestApp::start().await;
    let (interview, who) = crowd(&app).await;
    let mut rita = app.recruiter().await;
    let mut found = async |path: &str, links: &str| {
        let page = rita.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.all_attributes(links, "href")
    };
    let (candidates, interviews) = ("tbody th a", ".agenda a");
    for words in ["alpha+beta", "alpha+beta+gamma", "GAMMA+bet"] {
        let path = format!("/candidates?q={words}");
        assert_eq!(
            found(&path, candidates).await,
            [format!("/candidates/{who}")]
        );
        let path = format!("/interviews?from=2027-01-01&q={words}");
        assert_eq!(
            found(&path, interviews).await,
            [format!("/interviews/{interview}")]
        );
        let path = format!("/interviews?status=unscheduled&q={words}");
        assert!(found(&path, interviews).await.is_empty(), "{path}");
        let path = format!("/emails?q={words}");
        assert_eq!(found(&path, "#log tbody th a").await.len(), 1, "{path}");
    }
    // One word is the candidate's, the other the job's.
    let path = "/interviews?from=2027-01-01&q=alpha+cloud";
    assert_eq!(
        found(path, interviews).await,
        [format!("/interviews/{interview}")]
    );
    for (words, count) in [
        ("alpha+cloud", 0),
        ("beta+engineer", 0),
        ("alpha+engineer", 50),
        ("alpha+data+engineer", 50),
        ("gamma+cloud+architect", 50),
        ("cloud+architect", 50),
        ("alpha+beta+cloud", 0),
        ("cloud+engineer", 0),
    ] {
        let path = format!("/interviews?status=unscheduled&q={words}");
        assert_eq!(found(&path, interviews).await.len(), count, "{path}");
    }
}

#[actix_web::test]
async fn words_that_many_have_together_fill_the_page() {
    let app = TestApp::start().await;
    crowd(&app).await;
    let both = format!(
        "INSERT INTO candidate_words (company_id, word, candidate_id) \
         SELECT company_id, 'delta', candidate_id FROM candidate_words WHERE word = 'alpha' AND candidate_id > {FIRST}"
    );
    builders::write(&app, async |txn| Ok(txn.execute_unprepared(&both).await?)).await;
    let mut rita = app.recruiter().await;
    let first = rita.get("/candidates?q=alpha+delta").await;
    let second = rita.get(&first.attribute("a[rel=next]", "href")).await;
    for page in [first, second] {
        assert_eq!(page.all_words("tbody th").len(), 50);
        let names = page.all_words("tbody th a");
        assert!(names.iter().all(|name| name == "alpha"), "{names:?}");
    }
    let found = rita
        .get("/interviews?status=unscheduled&q=delta+alpha")
        .await;
    assert_eq!(found.all_attributes(".agenda a", "href").len(), 50);
}
