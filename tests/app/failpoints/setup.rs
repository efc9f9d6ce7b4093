//! The first page of an installation.
use entity::{company, user};
use greenroom::{db::failpoint::Fault, web::setup};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{Answer, TestApp};

#[actix_web::test]
async fn the_set_up_survives_every_fault() {
    for fault in [Fault::Statement as fn(usize) -> Fault, Fault::Commit] {
        for n in 1.. {
            // A process does not ask again once it is set up.
            let app = TestApp::without_company(&[]).await;
            app.app.db.failpoint().arm(fault(n));
            let answer = set_up(&app).await;
            let is_hit = app.app.db.failpoint().disarm();
            let db = app.app.db.read();
            let companies = company::Entity::find().count(db).await.expect("rows");
            let users = user::Entity::find().count(db).await.expect("rows");
            if answer.status == 303 {
                assert_eq!((companies, users), (1, 1), "{:?}", fault(n));
            } else {
                assert_eq!(answer.status, 503, "{:?}: {}", fault(n), answer.text);
                // It is there, or can be made; the session comes after it.
                assert_eq!(companies, users, "{:?}", fault(n));
                if companies == 0 {
                    assert_eq!(set_up(&app).await.status, 303, "{:?}, again", fault(n));
                }
            }
            if !is_hit {
                assert!(n > 1, "{:?} comes up", fault(1));
                break;
            }
        }
    }
}

async fn set_up(app: &TestApp) -> Answer {
    let code = setup::code(&app.app.settings.secret_key);
    let fields = [
        ("code", &*code),
        ("company_name", "Acme"),
        ("time_zone", "Europe/Berlin"),
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("password", "four quiet elephants"),
    ];
    app.stranger().post_form("/setup", &fields).await
}
