//! The life of an email: the ways that are in the table, and no others.
use entity::email::{self, Status};
use greenroom::domain::emails::lifecycle;
use sea_orm::{ActiveEnum, EntityTrait, Iterable, QueryFilter, sea_query::Expr};

use crate::support::{TestApp, builders};

#[actix_web::test]
async fn an_email_goes_no_way_that_is_not_in_the_table() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let admin = app.admin().await;
    let company_id = admin.user.as_ref().expect("a user").company_id;
    let id = builders::booked(&app, company_id).await.email.id;
    // The database wants one of whoever has a message, and of nobody else.
    let lease = |status| Expr::value((status == Status::Sending).then_some(app.now()));
    for from in Status::iter() {
        for to in Status::iter() {
            let moved = builders::write(&app, async |txn| {
                email::Entity::update_many()
                    .col_expr(email::Column::Status, Expr::value(from.to_value()))
                    .col_expr(email::Column::LeaseUntil, lease(from))
                    .filter(email::COLUMN.id.eq(id))
                    .exec(txn)
                    .await?;
                let moving = lifecycle::to(to)
                    .col_expr(email::Column::LeaseUntil, lease(to))
                    .filter(email::COLUMN.id.eq(id));
                Ok(moving.exec(txn).await?.rows_affected)
            })
            .await;
            let is_legal = lifecycle::origins(to).contains(&from);
            assert_eq!(moved == 1, is_legal, "from {from:?} to {to:?}");
        }
    }
}

#[actix_web::test]
async fn what_has_ended_stays_so_but_for_what_is_learned_of_it() {
    for to in Status::iter() {
        for from in lifecycle::origins(to) {
            assert!(
                !from.is_final()
                    || matches!(to, Status::Bounced | Status::Delivered | Status::Complained),
                "from {from:?} to {to:?}"
            );
        }
        assert!(!lifecycle::origins(to).contains(&to), "{to:?}");
    }
    assert!(!lifecycle::origins(Status::Delivered).contains(&Status::Bounced));
    for weaker in [Status::Delivered, Status::Bounced] {
        assert!(!lifecycle::origins(weaker).contains(&Status::Complained));
    }
}
