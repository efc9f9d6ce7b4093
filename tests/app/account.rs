//! One's own account.
use crate::support::{TestApp, app::PASSWORD};

const NEW: &str = "eight green lanterns";

#[actix_web::test]
async fn name_and_zone_are_changed() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let fields = [("name", "Rita Núñez"), ("time_zone", "Asia/Kathmandu")];
    let answer = rita.save_form("/account", &fields).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/account"));
    let page = rita.get("/account").await;
    assert_eq!(page.notice(), "Saved.");
    assert_eq!(page.value_of("name"), "Rita Núñez");
    assert_eq!(page.value_of("time_zone"), "Asia/Kathmandu");
    rita.save_form("/account", &[("name", "Rita"), ("time_zone", "")])
        .await;
    assert_eq!(
        rita.get("/account").await.value_of("time_zone"),
        "",
        "the company's again"
    );
    let answer = rita
        .save_form("/account", &[("name", "Rita"), ("time_zone", "CEST")])
        .await;
    assert_eq!(
        (answer.status, answer.value_of("time_zone").as_str()),
        (422, "CEST")
    );
    assert!(!answer.error_of("time_zone").is_empty());
}

#[actix_web::test]
async fn a_phone_for_candidates_is_kept_or_left_out() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for phone in ["+49 (30) 123-45", ""] {
        let fields = [("name", "Rita"), ("phone", phone)];
        assert_eq!(rita.save_form("/account", &fields).await.status, 303);
        assert_eq!(rita.get("/account").await.value_of("phone"), phone);
    }
    let wrong = [("name", "Rita"), ("phone", "ask at the desk")];
    let answer = rita.save_form("/account", &wrong).await;
    assert_eq!(answer.status, 422);
    assert!(!answer.error_of("phone").is_empty());
}

#[actix_web::test]
async fn a_new_password_signs_out_everywhere_else() {
    let app = TestApp::start().await;
    let mut here = app.recruiter().await;
    let user = here.user.clone().expect("a user");
    let mut elsewhere = app.signed_in_as(&user).await;
    let fields = [("present", PASSWORD), ("password", NEW)];
    let answer = here.post_form("/account/password", &fields).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/account"));
    assert_eq!(here.get("/account").await.status, 200, "this one goes on");
    assert_eq!(
        elsewhere.get("/account").await.status,
        303,
        "the other does not"
    );
    assert_eq!(
        app.stranger().sign_in(&user.email, PASSWORD).await.status,
        422
    );
    assert_eq!(app.stranger().sign_in(&user.email, NEW).await.status, 303);
}

#[actix_web::test]
async fn it_takes_the_present_password_and_a_good_new_one() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for (present, new, field) in [
        ("wrong", NEW, "present"),
        ("", NEW, "present"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "password1234", "password"),
        (PASSWORD, "Winter2026!!", "password"),
        (PASSWORD, "Sample Company 2026", "password"),
        (PASSWORD, "greenroom-2026", "password"),
    ] {
        let fields = [("present", present), ("password", new)];
        let answer = rita.post_form("/account/password", &fields).await;
        assert_eq!(answer.status, 422, "{present:?} {new:?}");
        assert!(!answer.error_of(field).is_empty());
        let focused = answer.all_attributes("[autofocus]", "name");
        assert_eq!(focused, [field], "the mistake, and not the first field");
        assert!(!answer.text.contains(NEW) && !answer.text.contains(PASSWORD));
    }
}

#[actix_web::test]
async fn who_borrows_a_browser_cannot_guess_the_password_there() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let guess = [("present", "wrong"), ("password", NEW)];
    for _ in 0..10 {
        assert_eq!(
            rita.post_form("/account/password", &guess).await.status,
            422
        );
    }
    let answer = rita.post_form("/account/password", &guess).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "900"));
}

#[actix_web::test]
async fn with_a_new_password_tokens_go_on_unless_one_says_otherwise() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let user = program.user.clone().expect("a user");
    let mut rita = app.signed_in_as(&user).await;
    let page = rita.get("/account/password").await;
    assert!(page.has("input[name=end_tokens]:not([checked])"));
    assert!(page.text.contains("act for you: 1"), "{}", page.text);
    let fields = [("present", PASSWORD), ("password", NEW)];
    assert_eq!(
        rita.post_form("/account/password", &fields).await.status,
        303
    );
    assert_eq!(program.get("/api/jobs/").await.status, 200, "it goes on");
    let fields = [
        ("present", NEW),
        ("password", "six paper windmills"),
        ("end_tokens", "on"),
    ];
    assert_eq!(
        rita.post_form("/account/password", &fields).await.status,
        303
    );
    assert_eq!(program.get("/api/jobs/").await.status, 401);
    assert!(
        !rita
            .get("/account/password")
            .await
            .has("input[name=end_tokens]")
    );
}
