//! Candidates, as recruiters enter, find and correct them.
use entity::candidate;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::support::{TestApp, builders};

fn typed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    const PERSON: [(&str, &str); 7] = [
        ("name", "Zoë Núñez"),
        ("email", "zoe@example.com"),
        ("phone", "+49 30 1234567"),
        ("time_zone", "America/New_York"),
        ("locale", "en"),
        ("job", ""),
        ("notes", "Met at the fair.\nWas <b>kind</b>."),
    ];
    PERSON
        .into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .chain(changes.iter().copied())
        .collect()
}

#[actix_web::test]
async fn a_candidate_is_entered_shown_and_changed() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await.to_string();
    let mut rita = app.recruiter().await;
    let key = rita.get("/candidates/new").await.value_of("key");
    let new = typed(&[("key", &key), ("job", &job)]);
    let answer = rita.post_form("/candidates/new", &new).await;
    assert_eq!(answer.status, 303);
    let page = rita.get(&answer.location).await;
    assert_eq!(page.words("h1"), "Zoë Núñez");
    let facts = page.words(".facts");
    for fact in [
        "zoe@example.com",
        "+49 30 1234567",
        "America/New_York",
        "Cloud Architect",
    ] {
        assert!(facts.contains(fact), "{fact} in {facts}");
    }
    assert!(
        page.words("main").contains("Was <b>kind</b>."),
        "escaped once"
    );
    assert!(!page.has("main b"));

    let edit = format!("{}/edit", answer.location);
    let form = rita.get(&edit).await;
    assert_eq!(form.value_of("job"), job);
    assert!(form.words("#email-hint").contains("stop working"));
    let version = form.value_of("version");
    let shorter = [("name", "Zoë N."), ("time_zone", ""), ("version", &version)];
    let saved = rita.post_form(&edit, &typed(&shorter)).await;
    assert_eq!((saved.status, &saved.location), (303, &answer.location));
    let page = rita.get(&answer.location).await;
    assert_eq!(page.words("h1"), "Zoë N.");
    assert!(page.words(".facts").contains("Unknown"));
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let id = builders::candidate(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let wrong = typed(&[
        ("name", "Jane\u{202e}enaJ"),
        ("email", "jane at example.com"),
        ("phone", "call me"),
        ("time_zone", "Mars"),
        ("locale", "english!"),
    ]);
    for path in ["/candidates/new", &format!("/candidates/{id}/edit")] {
        for htmx in [false, true] {
            if htmx {
                rita = rita.with_header("HX-Request", "true");
            }
            let page = rita.post_form(path, &wrong).await;
            assert_eq!(page.status, 422);
            assert!(
                page.error_of("name")
                    .contains("invisible control character")
            );
            assert!(page.error_of("email").contains("name@example.com"));
            assert!(page.error_of("phone").contains("phone number"));
            assert!(page.error_of("time_zone").contains("Europe/Berlin"));
            assert!(page.error_of("locale").contains("pt-BR"));
            assert_eq!(page.error_of("notes"), "");
            assert_eq!(page.value_of("email"), "jane at example.com");
            assert!(page.value_of("notes").contains("Was <b>kind</b>."));
            assert!(page.has("nav"), "a whole page");
        }
    }
}

#[actix_web::test]
async fn one_address_is_one_candidate() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let first = rita
        .post_form("/candidates/new", &typed(&[("key", "k")]))
        .await;
    let again = rita
        .post_form("/candidates/new", &typed(&[("key", "k")]))
        .await;
    assert_eq!((again.status, &again.location), (303, &first.location));

    let taken = rita
        .post_form(
            "/candidates/new",
            &typed(&[("name", "Other"), ("email", "ZOE@Example.com")]),
        )
        .await;
    assert_eq!(taken.status, 422);
    assert!(taken.error_of("email").contains("already has"));
    assert!(taken.has(&format!("a[href='{}']", first.location)));
    assert_eq!(taken.value_of("name"), "Other");

    let other = builders::candidate(&app, app.company_id).await;
    let edit = format!("/candidates/{other}/edit");
    let taken = rita.post_form(&edit, &typed(&[("version", "1")])).await;
    assert_eq!(taken.status, 422);
    assert!(taken.error_of("email").contains("already has"));
    let mut eve = app.other_company().await;
    let elsewhere = eve.post_form("/candidates/new", &typed(&[])).await;
    assert_eq!(elsewhere.status, 303, "another company knows other people");
}

#[actix_web::test]
async fn a_corrected_address_is_told_what_the_old_one_was() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    let candidate = booked.details.candidate.id;
    let edit = format!("/candidates/{candidate}/edit");
    let new = typed(&[("version", "1")]);
    assert_eq!(rita.post_form(&edit, &new).await.status, 303);
    let page = rita.get(&format!("/candidates/{candidate}")).await;
    assert!(
        page.words("[role=status]")
            .contains("The new address gets an email")
    );
    let interview = rita
        .get(&format!("/interviews/{}", booked.details.interview.id))
        .await;
    let mails = interview.words("#mails");
    assert!(mails.contains("to zoe@example.com"), "{mails}");
    assert!(mails.contains("Replaced by a newer email"), "{mails}");
}

#[actix_web::test]
async fn people_are_found_by_the_beginnings_of_words_without_case_and_accents() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for (name, email) in [
        ("Zoë Núñez", "zoe@example.com"),
        ("John Doe", "john@work.example"),
        ("李 雷", "li@example.org"),
    ] {
        let new = typed(&[("name", name), ("email", email)]);
        assert_eq!(rita.post_form("/candidates/new", &new).await.status, 303);
    }
    for (search, names) in [
        ("nun", vec!["Zoë Núñez"]),
        ("ZOE+NUNEZ", vec!["Zoë Núñez"]),
        ("doe+jo", vec!["John Doe"]),
        ("example", vec!["李 雷", "John Doe", "Zoë Núñez"]),
        ("work.ex", vec!["John Doe"]),
        ("%E6%9D%8E", vec!["李 雷"]),
        ("oe", vec![]),
        ("zoe+doe", vec![]),
        ("%25", vec!["李 雷", "John Doe", "Zoë Núñez"]),
    ] {
        let page = rita.get(&format!("/candidates?q={search}")).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.all_words("#found tbody th"), names, "{search}");
        assert_eq!(page.has(".panel__empty"), names.is_empty());
    }
    assert_eq!(rita.get("/candidates?q=%E2%80%AE").await.status, 422);
}

#[actix_web::test]
async fn paging_shows_everybody_once() {
    let app = TestApp::start().await;
    for _ in 0..110 {
        builders::candidate(&app, app.company_id).await;
    }
    let mut rita = app.recruiter().await;
    let mut path = String::from("/candidates?q=zoe");
    let mut seen = Vec::new();
    while !path.is_empty() {
        let page = rita.get(&path).await;
        seen.extend(page.all_attributes("tbody th a", "href"));
        path = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(seen.len(), 110);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 110);
}

#[actix_web::test]
async fn a_candidate_of_another_company_is_not_there() {
    let app = TestApp::start().await;
    let id = builders::candidate(&app, app.company_id).await;
    let job = builders::job(&app, app.company_id).await.to_string();
    let mut eve = app.other_company().await;
    for path in [
        format!("/candidates/{id}"),
        format!("/candidates/{id}/edit"),
    ] {
        assert_eq!(eve.get(&path).await.status, 404);
    }
    let edit = format!("/candidates/{id}/edit");
    let new = typed(&[("version", "1")]);
    assert_eq!(eve.post_form(&edit, &new).await.status, 404);
    assert_eq!(
        eve.post_form(&edit, &typed(&[("name", "")])).await.status,
        404
    );
    let foreign_job = typed(&[("job", &job)]);
    assert_eq!(
        eve.post_form("/candidates/new", &foreign_job).await.status,
        404
    );
    assert!(!eve.get("/candidates?q=zoe").await.has("tbody"));
}

#[actix_web::test]
async fn words_that_thousands_share_are_searched_for_too() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let form = typed(&[("name", "Anna Silva"), ("email", "rare@example.com")]);
    assert_eq!(rita.post_form("/candidates/new", &form).await.status, 303);
    let namesakes = (0..2100).map(|number| candidate::ActiveModel {
        company_id: Set(app.company_id),
        name: Set("Anna Silva".into()),
        email: Set(format!("anna{number}@example.com")),
        phone: Set(String::new()),
        locale: Set("en".into()),
        notes: Set(String::new()),
        created_at: Set(app.now()),
        ..Default::default()
    });
    let namesakes: Vec<_> = namesakes.collect();
    builders::write(&app, async |txn| {
        for some in namesakes.chunks(700) {
            candidate::Entity::insert_many(some.to_vec())
                .exec_without_returning(txn)
                .await?;
        }
        for word in ["anna", "silva"] {
            let add = format!(
                "INSERT INTO candidate_words (company_id, word, candidate_id) SELECT company_id, '{word}', id FROM candidates WHERE email LIKE 'anna%'"
            );
            txn.execute_unprepared(&add).await?;
        }
        Ok(())
    })
    .await;
    let all = rita.get("/candidates?q=silva+anna").await;
    assert_eq!(all.all_words("#found tbody tr").len(), 50);
    assert!(all.has("#found a[rel=next]"));
    for (search, count) in [("anna+rare", 1), ("anna+nobody", 0), ("rare+com+anna", 1)] {
        let page = rita.get(&format!("/candidates?q={search}")).await;
        assert_eq!(page.all_words("#found tbody tr").len(), count, "{search}");
    }
}

#[actix_web::test]
async fn a_candidate_has_a_language_of_mails() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let form = rita.get("/candidates/new").await;
    assert_eq!(form.words("#locale"), "العربية Deutsch English");
    assert_eq!(form.words("#locale option[selected]"), "English");
    let page = rita
        .post_form("/candidates/new", &typed(&[("locale", "de")]))
        .await;
    let page = rita.get(&page.location).await;
    assert!(
        page.words(".facts").contains("Language Deutsch"),
        "{}",
        page.words(".facts")
    );
    // What a program entered stays what it is, though no mail is written in it.
    let other = typed(&[("locale", "pt-BR"), ("email", "ze@example.com")]);
    let made = rita.post_form("/candidates/new", &other).await;
    let page = rita.get(&made.location).await;
    let facts = page.words(".facts");
    assert!(
        facts.contains("Language pt-BR (emails are in English)"),
        "{facts}"
    );
    let form = rita.get(&format!("{}/edit", made.location)).await;
    assert_eq!(form.attribute("#locale option[selected]", "value"), "pt-BR");
}
