//! Jobs, as recruiters enter and read them.
use crate::support::{TestApp, builders};

const JOB: [(&str, &str); 11] = [
    ("title", "Senior Cloud Architect"),
    (
        "description",
        "# Tasks\n\n<script>alert(1)</script>\n\nLead **migrations**. [Us](https://example.com)",
    ),
    ("domain", "Cloud"),
    ("location", "Remote"),
    ("team_size", "15-20 engineers"),
    ("positions_to_fill", "2"),
    ("key_skills", "AWS, Terraform"),
    ("salary_min", "150,000"),
    ("salary_max", "200,000"),
    ("salary_currency", "USD"),
    ("status", "open"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    JOB.into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .chain(changes.iter().copied())
        .collect()
}

#[actix_web::test]
async fn a_job_is_entered_shown_and_changed() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let key = rita.get("/jobs/new").await.value_of("key");
    let answer = rita.post_form("/jobs/new", &with(&[("key", &key)])).await;
    assert_eq!(answer.status, 303);

    let page = rita.get(&answer.location).await;
    assert_eq!(page.words("h1"), "Senior Cloud Architect");
    assert!(
        page.words("main").contains("150,000–200,000 USD"),
        "{}",
        page.text
    );
    assert_eq!(page.words("section h3"), "Tasks");
    assert_eq!(page.attribute("section a[rel]", "rel"), "noopener nofollow");
    assert!(page.words("main").contains("<script>alert(1)</script>"));
    assert!(!page.has("section script"));

    let edit = format!("{}/edit", answer.location);
    let form = rita.get(&edit).await;
    assert_eq!(form.value_of("key_skills"), "AWS, Terraform");
    assert_eq!(form.value_of("salary_min"), "150000");
    let closed = rita
        .save_form(
            &edit,
            &with(&[("title", "Cloud Chef"), ("status", "closed")]),
        )
        .await;
    assert_eq!((closed.status, &closed.location), (303, &answer.location));
    let page = rita.get(&answer.location).await;
    assert_eq!(page.words("h1"), "Cloud Chef");
    assert!(page.words("[role=status]").contains("Saved."));
    assert_eq!(page.words(".status"), "Closed");
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let job_id = builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let wrong = with(&[
        ("title", "Cloud\u{202e}Architect"),
        ("positions_to_fill", "many"),
        ("salary_max", "1"),
        ("salary_currency", "Dollars"),
        ("key_skills", "<b>AWS</b>"),
    ]);
    for path in ["/jobs/new", &format!("/jobs/{job_id}/edit")] {
        for htmx in [false, true] {
            if htmx {
                rita = rita.with_header("HX-Request", "true");
            }
            let page = rita.post_form(path, &wrong).await;
            assert_eq!(page.status, 422);
            assert!(
                page.error_of("title")
                    .contains("invisible control character")
            );
            assert!(
                page.error_of("positions_to_fill")
                    .contains("from 1 to 9999")
            );
            assert!(page.error_of("salary_max").contains("less than"));
            assert!(page.error_of("salary_currency").contains("three letters"));
            assert_eq!(page.error_of("location"), "");
            assert_eq!(page.value_of("positions_to_fill"), "many");
            assert_eq!(page.value_of("team_size"), "15-20 engineers");
            assert_eq!(page.value_of("key_skills"), "<b>AWS</b>");
            assert!(page.has("h1") && page.has("nav"), "a whole page");
        }
    }
}

#[actix_web::test]
async fn a_form_that_comes_twice_makes_one_job() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let form = with(&[("key", "k1")]);
    let first = rita.post_form("/jobs/new", &form).await;
    let again = rita.post_form("/jobs/new", &form).await;
    assert_eq!((again.status, again.location), (303, first.location));

    let other = with(&[("key", "k1"), ("title", "Another")]);
    let refused = rita.post_form("/jobs/new", &other).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .words(".notice--problem:not([hidden])")
            .contains("already sent this form")
    );
    assert_eq!(refused.value_of("title"), "Another");
    assert_ne!(refused.value_of("key"), "k1");
    assert_eq!(rita.get("/jobs").await.all_words("tbody th").len(), 1);
}

#[actix_web::test]
async fn the_list_is_narrowed_by_status_and_never_by_nonsense() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    rita.post_form("/jobs/new", &with(&[("title", "Ajar")]))
        .await;
    rita.post_form(
        "/jobs/new",
        &with(&[("title", "Shut"), ("status", "closed")]),
    )
    .await;
    let closed = rita.get("/jobs?status=closed").await;
    assert_eq!(closed.all_words("tbody th"), ["Shut"]);
    assert_eq!(
        rita.get("/jobs").await.all_words("tbody th"),
        ["Shut", "Ajar"]
    );
    for path in ["/jobs?status=lost", "/jobs?cursor=nonsense"] {
        let refused = rita.get(path).await;
        assert_eq!(refused.status, 422, "{path}");
        assert!(!refused.has("tbody"), "{path}");
    }
}

#[actix_web::test]
async fn paging_shows_every_job_once() {
    let app = TestApp::start().await;
    for _ in 0..120 {
        builders::job(&app, app.company_id).await;
    }
    let mut rita = app.recruiter().await;
    let mut path = String::from("/jobs?status=open");
    let mut seen = Vec::new();
    let mut pages = 0;
    while !path.is_empty() {
        let page = rita.get(&path).await;
        seen.extend(page.all_attributes("tbody th a", "href"));
        path = page.attribute("a[rel=next]", "href");
        assert!(path.is_empty() || path.contains("status=open"));
        pages += 1;
    }
    assert_eq!((pages, seen.len()), (3, 120));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}

#[actix_web::test]
async fn a_job_of_another_company_is_not_there() {
    let app = TestApp::start().await;
    let job_id = builders::job(&app, app.company_id).await;
    let mut eve = app.other_company().await;
    for path in [format!("/jobs/{job_id}"), format!("/jobs/{job_id}/edit")] {
        let (foreign, missing) = (eve.get(&path).await, eve.get("/jobs/999999").await);
        assert_eq!((foreign.status, missing.status), (404, 404));
    }
    let edit = format!("/jobs/{job_id}/edit");
    assert_eq!(eve.post_form(&edit, &JOB).await.status, 404);
    assert_eq!(
        eve.post_form(&edit, &with(&[("title", "")])).await.status,
        404
    );
    assert!(eve.get("/jobs").await.all_words("tbody th").is_empty());
}
