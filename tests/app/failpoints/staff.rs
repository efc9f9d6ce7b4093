//! What users do about themselves, and admins about the company and its users.
use entity::user::Role;
use serde_json::json;

use super::matrix::{Call, Scene};
use crate::support::{
    Actor, TestApp,
    app::PASSWORD,
    builders::{self, DOT},
};

const LOGO: &str = "/company/logo";
const TEXTS: &str = "/company/texts/scheduled/en";

#[actix_web::test]
async fn the_company_survives_every_fault() {
    let mut scene = Scene::set().await;
    let ada = scene.app.admin().await;
    scene
        .survives("change the company", async |_| {
            let name = name();
            Call::form(ada.clone(), "/company", "/company", &[("name", &*name)]).await
        })
        .await;
    scene
        .survives("choose a logo", async |_| {
            remove_logo(ada.clone()).await;
            Call::upload(ada.clone(), LOGO, "logo", DOT).await
        })
        .await;
    scene
        .survives("remove the logo", async |app| {
            builders::logo(app, app.company_id).await;
            Call::form(ada.clone(), LOGO, "/company/logo/removal", &[]).await
        })
        .await;
    scene
        .survives("word a mail", async |_| {
            let typed = [("greeting", &*name()), ("act", "save")];
            Call::form(ada.clone(), TEXTS, TEXTS, &typed).await
        })
        .await;
    scene
        .survives("drop own words", async |_| {
            let typed = [("greeting", &*name()), ("act", "save")];
            let mut saving = Call::form(ada.clone(), TEXTS, TEXTS, &typed).await;
            assert_eq!(saving.send().await.status, 303);
            Call::form(ada.clone(), TEXTS, &format!("{TEXTS}/reset"), &[]).await
        })
        .await;
    scene
        .survives("send a test of a mail to oneself", async |app| {
            app.advance(chrono::TimeDelta::hours(1));
            Call::form(ada.clone(), TEXTS, TEXTS, &[("act", "test")]).await
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn calendar_addresses_survive_every_fault() {
    let mut scene = Scene::set().await;
    let ada = scene.app.admin().await;
    let page = "/account/calendar";
    scene
        .survives("make a calendar address", async |_| {
            Call::form(ada.clone(), page, page, &[]).await
        })
        .await;
    scene
        .survives("end a calendar address", async |_| {
            let mut making = Call::form(ada.clone(), page, page, &[]).await;
            assert_eq!(making.send().await.status, 201);
            Call::form(ada.clone(), page, &format!("{page}/removal"), &[]).await
        })
        .await;
    let page = "/account/own-calendar";
    let address = [("calendar_address", "https://[::1]:1/calendar.ics")];
    scene
        .survives("have one's own calendar read", async |_| {
            Call::form(ada.clone(), page, page, &address).await
        })
        .await;
    scene
        .survives(
            "change an interviewer and connect a calendar",
            async |app| {
                let user = builders::user(app, app.company_id, Role::Recruiter).await;
                let path = format!("/api/interviewers/{}/", user.id);
                let body =
                    json!({ "version": 1, "weekly_limit": 3, "calendar_address": address[0].1 });
                Call::patch(app.program_of(&user).await, &path, body)
            },
        )
        .await;
    scene
        .survives("stop reading one's own calendar", async |_| {
            let mut making = Call::form(ada.clone(), page, page, &address).await;
            assert_eq!(making.send().await.status, 303);
            Call::form(ada.clone(), page, &format!("{page}/removal"), &[]).await
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn users_and_tokens_survive_every_fault() {
    let mut scene = Scene::set().await;
    let ada = scene.app.admin().await;
    scene
        .survives("add a user", async |_| {
            let email = format!("{}@example.com", name());
            let typed = [("name", "Rolf"), ("email", &*email), ("role", "recruiter")];
            Call::form(ada.clone(), "/users/new", "/users/new", &typed).await
        })
        .await;
    scene
        .survives("change a user", async |app| {
            let path = format!("/users/{}/edit", user(app).await.user_id());
            Call::form(ada.clone(), &path, &path, &[("name", "Rolf")]).await
        })
        .await;
    scene
        .survives("disable a user", async |app| {
            let page = format!("/users/{}", user(app).await.user_id());
            Call::form(ada.clone(), &page, &format!("{page}/disabling"), &[]).await
        })
        .await;
    scene
        .survives("enable a user", async |app| {
            let page = format!("/users/{}", user(app).await.user_id());
            let disabling = format!("{page}/disabling");
            let mut disabling = Call::form(ada.clone(), &page, &disabling, &[]).await;
            assert_eq!(disabling.send().await.status, 303);
            Call::form(ada.clone(), &page, &format!("{page}/enabling"), &[]).await
        })
        .await;
    scene
        .survives("reset a password", async |app| {
            let path = format!("/users/{}/password", user(app).await.user_id());
            Call::form(ada.clone(), &path, &path, &[]).await
        })
        .await;
    scene
        .survives("make a token", async |_| {
            let typed = [("name", "a program"), ("lifetime", "90")];
            Call::form(ada.clone(), "/tokens/new", "/tokens/new", &typed).await
        })
        .await;
    scene
        .survives("revoke a token", async |app| {
            let user = builders::user(app, app.company_id, Role::Recruiter).await;
            let id = builders::api_token(app, &user).await.id;
            Call::post(ada.clone(), &format!("/tokens/{id}/revocation"), &[])
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn sign_ins_survive_every_fault() {
    let mut scene = Scene::set().await;
    scene
        .survives("sign in", async |app| {
            let user = builders::user(app, app.company_id, Role::Recruiter).await;
            let typed = [("email", user.email.as_str()), ("password", PASSWORD)];
            // That the password was right is noted before the browser gets its session.
            let call = Call::form(app.stranger(), "/login", "/login", &typed).await;
            call.noted_in("action")
        })
        .await;
    scene
        .survives("sign out", async |app| {
            Call::post(user(app).await, "/logout", &[])
        })
        .await;
    scene
        .survives("change the own name", async |app| {
            Call::form(user(app).await, "/account", "/account", &[("name", "Rolf")]).await
        })
        .await;
    scene
        .survives("say when one holds interviews", async |app| {
            let path = "/account/availability";
            let typed = [("weekly_limit", "5"), ("mon", "09:00–17:00")];
            Call::form(user(app).await, path, path, &typed).await
        })
        .await;
    scene
        .survives("change the own password", async |app| {
            let path = "/account/password";
            let typed = [("present", PASSWORD), ("password", "nine blue kettles")];
            Call::form(user(app).await, path, path, &typed).await
        })
        .await;
    scene.end();
}

/// If there is one.
async fn remove_logo(mut ada: Actor) {
    let removal = "form[action='/company/logo/removal']";
    if ada.get(LOGO).await.has(removal) {
        let mut call = Call::form(ada, LOGO, "/company/logo/removal", &[]).await;
        assert_eq!(call.send().await.status, 303);
    }
}

async fn user(app: &TestApp) -> Actor {
    app.recruiter().await
}

fn name() -> String {
    greenroom::crypto::random_id()[..12].to_owned()
}
