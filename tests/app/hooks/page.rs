//! What admins see of it.
use chrono::TimeDelta;
use greenroom::mail::events::{Kind, Provider};

use super::{Scene, posts::Tale};
use crate::support::{TestApp, builders};

#[actix_web::test]
async fn admins_see_where_providers_post_and_when_they_did() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let mut ada = scene.app.admin().await;
    let page = ada.get("/mail").await;
    let origin = scene.app.app.settings.base_url.origin();
    for provider in Provider::ALL {
        let address = format!("{origin}{}", scene.app.app.hooks.path(provider));
        assert!(page.words("#hooks").contains(&address), "{provider:?}");
    }
    assert!(page.words("#hooks").contains("No provider can reach"));
    assert_eq!(page.words("#hooks").matches("No report yet").count(), 6);
    assert_eq!(page.words("#hooks").matches("Signed Yes.").count(), 4);
    assert_eq!(page.words("#hooks").matches("Signed No.").count(), 2);

    scene
        .take(&scene.tale(Provider::Ses, Kind::Deferred, &ours))
        .await;
    // Of somebody else's email, but the provider is heard.
    scene.app.advance(TimeDelta::minutes(7));
    let strange = Tale {
        reference: String::new(),
        ..scene.tale(Provider::Postmark, Kind::Delivered, &ours)
    };
    scene.tell(&strange).await;
    let hooks = ada.get("/mail").await.words("#hooks");
    assert_eq!(hooks.matches("No report yet").count(), 4, "{hooks}");
    assert!(hooks.contains("Mon 4 January 2027, 09:00"), "{hooks}");
    assert!(hooks.contains("Mon 4 January 2027, 09:07"), "{hooks}");
    assert_eq!(scene.app.recruiter().await.get("/mail").await.status, 404);
}

#[actix_web::test]
async fn what_is_known_of_the_last_event_is_a_minute_old_at_most() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let mut ada = scene.app.admin().await;
    for (seconds, shown) in [(0, "09:00"), (59, "09:00"), (1, "09:01"), (60, "09:02")] {
        scene.app.advance(TimeDelta::seconds(seconds));
        scene
            .take(&scene.tale(Provider::Brevo, Kind::Deferred, &ours))
            .await;
        let hooks = ada.get("/mail").await.words("#hooks");
        assert!(hooks.contains(shown), "{seconds}: {hooks}");
    }
}

#[actix_web::test]
async fn an_address_that_proves_everything_is_not_shown_where_others_share_it() {
    let scene = Scene::set().await;
    let mut ada = scene.app.admin().await;
    builders::company(&scene.app, "Other Company").await;
    let page = ada.get("/mail").await;
    for provider in Provider::ALL {
        let path = scene.app.app.hooks.path(provider);
        let is_signed = !matches!(provider, Provider::Postmark | Provider::Brevo);
        assert_eq!(page.text.contains(&path), is_signed, "{provider:?}");
    }
    let hooks = page.words("#hooks");
    assert_eq!(hooks.matches("greenroom mail hooks").count(), 2, "{hooks}");
}

#[actix_web::test]
async fn nothing_is_said_of_it_where_nobody_may_tell() {
    let app = TestApp::start().await;
    let page = app.admin().await.get("/mail").await;
    assert!(!page.has("#hooks"));
}
