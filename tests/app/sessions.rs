//! Signing in and out.
use crate::support::{TestApp, app::PASSWORD};

#[actix_web::test]
async fn the_sign_in_page_asks_for_address_and_password() {
    let app = TestApp::start().await;
    let answer = app.stranger().get("/login").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.words("h1"), "Sign in");
    assert!(answer.has("input[name=email]") && answer.has("input[name=password]"));
}

#[actix_web::test]
async fn who_signs_in_goes_on_to_where_they_wanted_to_go() {
    let app = TestApp::start().await;
    let user = app.recruiter().await.user.expect("a user");
    let form = [
        ("email", user.email.as_str()),
        ("password", PASSWORD),
        ("next", "/jobs?status=open"),
    ];
    let answer = app.stranger().post_form("/login", &form).await;
    assert_eq!(
        (answer.status, answer.location.as_str()),
        (303, "/jobs?status=open")
    );
}
