//! What comes back by email, as the mailbox and the pipe bring it: again until it was taken.
use greenroom::{
    db::failpoint::Fault,
    domain::bounces::Taken,
    worker::bounces::{Inbound, take},
};

use crate::{
    bounces::{OWN_ADDRESS, Scene},
    support::rows,
};

const AUTO_REPLY: &str = include_str!("../../bounces/auto-reply.eml");
const DECLINED: &str = include_str!("../../bounces/declined.eml");
const LETTER: &str = "From: Zoe <zoe@example.net>\nSubject: Re: Interview\nIn-Reply-To: <0123456789abcdef0123456789abcdef.0@sample-company.example>\n\nYes.\n";

#[actix_web::test]
async fn what_comes_back_is_taken_once_whatever_fails_first() {
    for letter in [LETTER, AUTO_REPLY, DECLINED] {
        for fault in [
            Fault::Statement as fn(usize) -> Fault,
            Fault::Commit,
            Fault::CommitAnswer,
        ] {
            for n in 1.. {
                let scene = Scene::new(&[OWN_ADDRESS]).await;
                scene.app.expect_undelivered_mail();
                let letter = scene.about_it(letter).await;
                let before = rows::all(&scene.app).await;
                let app = &scene.app.app;
                let inbound = Inbound::of(app.return_address.as_ref(), &app.settings);
                let take = || take(&app.db, &inbound, letter.as_bytes(), scene.app.now());
                app.db.failpoint().arm(fault(n));
                let first = take().await;
                let is_hit = app.db.failpoint().disarm();
                let what = format!("{:?}: {first:?}\n{letter}", fault(n));
                assert_eq!(first.is_err(), is_hit, "{what}");
                let is_kept = rows::all(&scene.app).await != before;
                let again = take().await.expect("taken");
                assert_eq!(again == Taken::Known(scene.id), is_kept, "{what}");
                let after = rows::all(&scene.app).await;
                assert_eq!(take().await.expect("taken"), Taken::Known(scene.id));
                assert_eq!(rows::all(&scene.app).await, after, "{what}");
                assert_eq!(scene.reports().await.len(), 1, "{what}");
                if !is_hit {
                    assert!(n > 1, "{what}");
                    break;
                }
            }
        }
    }
}
