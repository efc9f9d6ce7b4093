//! The delivery of mail, and what is done every hour.
use chrono::TimeDelta;
use entity::{
    email::{self, Status},
    rate_limit,
};
use greenroom::{
    db::failpoint::Fault,
    domain::rate_limits,
    worker::{self, Turn, housekeeping},
};
use sea_orm::EntityTrait;

use crate::{
    emails::app_with,
    support::{builders, smtp_server::SmtpServer},
};

#[actix_web::test]
async fn a_worker_that_meets_any_fault_sends_each_message_once() {
    let server = SmtpServer::scripted([]).await;
    let app = app_with(&server, &[]).await;
    for fault in [Fault::Statement as fn(usize) -> Fault, Fault::Commit] {
        for n in 1.. {
            let id = builders::booked(&app, app.company_id).await.email.id;
            let before = server.taken().len();
            app.app.db.failpoint().arm(fault(n));
            while let Ok(Turn::Delivered) = worker::deliver_next(&app.app).await {}
            let is_hit = app.app.db.failpoint().disarm();
            // Claims run out, and pauses end.
            for _ in 0..3 {
                app.advance(TimeDelta::minutes(20));
                app.deliver().await;
            }
            let row = email::Entity::find_by_id(id).one(app.app.db.read()).await;
            let row = row.expect("a query").expect("a message");
            assert_eq!(row.status, Status::Accepted, "{:?}", fault(n));
            assert_eq!(server.taken().len() - before, 1, "{:?}", fault(n));
            if !is_hit {
                assert!(n > 1, "{:?} comes up", fault(1));
                break;
            }
        }
    }
}

#[actix_web::test]
async fn calls_that_were_counted_are_settled_whatever_fails_first() {
    let app = crate::support::TestApp::start().await;
    let mut expected = 0;
    for fault in [Fault::Statement as fn(usize) -> Fault, Fault::Commit] {
        for n in 1.. {
            for _ in 0..3 {
                assert_eq!(
                    app.app.calls.take("7", app.now()),
                    rate_limits::Turn::Allowed
                );
            }
            expected += 3;
            app.app.db.failpoint().arm(fault(n));
            let settled = app.app.calls.settle(&app.app.db, app.now()).await;
            let is_hit = app.app.db.failpoint().disarm();
            assert_eq!(settled.is_err(), is_hit, "{:?}", fault(n));
            let again = app.app.calls.settle(&app.app.db, app.now()).await;
            again.expect("settled");
            let row = rate_limit::Entity::find_by_id("api.token:7");
            let row = row.one(app.app.db.read()).await.expect("a query");
            assert_eq!(row.expect("a row").count, expected, "{:?}", fault(n));
            if !is_hit {
                assert!(n > 1, "{:?} comes up", fault(1));
                break;
            }
        }
    }
}

#[actix_web::test]
async fn housekeeping_that_meets_any_fault_is_done_the_next_time() {
    let app = crate::support::TestApp::start().await;
    for fault in [Fault::Statement as fn(usize) -> Fault, Fault::Commit] {
        for n in 1.. {
            app.app.db.failpoint().arm(fault(n));
            let done = housekeeping::run_steps(&app.app).await;
            let is_hit = app.app.db.failpoint().disarm();
            assert_eq!(done.is_err(), is_hit, "{:?}", fault(n));
            housekeeping::run_steps(&app.app)
                .await
                .expect("the next time");
            if !is_hit {
                break;
            }
        }
    }
}
