//! What providers tell.
use greenroom::{
    db::failpoint::Fault,
    mail::events::{Kind, Provider},
};

use crate::hooks::Scene;

#[actix_web::test]
async fn what_a_provider_tells_survives_every_fault() {
    let scene = Scene::set().await;
    for (provider, kind) in [
        (Provider::Mailgun, Kind::Complained),
        (Provider::Brevo, Kind::Delivered),
        (Provider::Postmark, Kind::Bounced),
    ] {
        for fault in [
            Fault::Statement as fn(usize) -> Fault,
            Fault::Commit,
            Fault::CommitAnswer,
        ] {
            for n in 1.. {
                let ours = scene.accepted().await;
                let tale = scene.tale(provider, kind, &ours);
                let posted = tale.post(scene.app.now());
                scene.app.app.db.failpoint().arm(fault(n));
                let answer = scene.post(provider, &posted).await;
                let is_hit = scene.app.app.db.failpoint().disarm();
                let what = format!("{provider:?} {kind:?}, {:?}", fault(n));
                let is_told = answer.status == 503 && answer.header("retry-after") == "5";
                assert!(
                    is_told == is_hit,
                    "{what}: {} {}",
                    answer.status,
                    answer.text
                );
                if !is_hit {
                    assert!(n > 1, "{what}: {}", answer.text);
                    break;
                }
                let before = scene.reports(&ours).await;
                let again = scene.post(provider, &posted).await;
                assert_eq!(again.status, 200, "{what}: {}", again.text);
                let reports = scene.reports(&ours).await;
                assert_eq!(reports.len(), 1, "{what}: {before:?}, {reports:?}");
                let (status, _) = crate::hooks::expected(kind);
                assert_eq!(scene.status(&ours).await, status, "{what}");
            }
        }
    }
}
