//! Two who change the same thing at one moment.
use std::{cell::Cell, sync::Arc};

use chrono::TimeDelta;
use entity::{
    attempt::{self, Outcome, Stage},
    bounce::Action,
    email::{self, Status},
    interview,
};
use greenroom::{
    db,
    domain::{
        actions::Actor,
        bounces::{self, Notice, RecipientReport, Taken},
        candidates::{self, NewCandidate, Updated},
        delivery::{self, Ended, Entry, Next, Recorded},
        idempotency_keys::{self, IdempotencyKey},
        interviews::{
            admission,
            booking::{self, NewBooking, Who},
            join_link::Ticket,
            overlap::Overlaps,
            slot_choice::SlotChoice,
        },
        slots::{self, Closing},
    },
    error::Error,
};
use sea_orm::{
    ActiveEnum, ConnectionTrait, DbBackend, EntityTrait, QuerySelect, Statement, UpdateMany,
    sea_query::Expr,
};
use tokio::{
    sync::{Barrier, Notify},
    task::yield_now,
};

use crate::support::{TestApp, builders};

#[actix_web::test]
async fn a_slot_is_booked_or_closed_and_never_both() {
    let app = TestApp::start().await;
    let actor = Actor::system(app.company_id);
    let job_id = builders::job(&app, app.company_id).await;
    let candidate_id = builders::candidate(&app, app.company_id).await;
    let starts_at = app.now() + TimeDelta::days(1);
    let slot_id = builders::slot(&app, app.company_id, job_id, starts_at).await;
    let new = booking(slot_id, Who::Candidate(candidate_id));
    let (booked, closed) = crossing(
        &app,
        booking::book(&app.app.db, &actor, new, app.now()),
        slots::close(&app.app.db, &actor, &builders::seen(slot_id), app.now()),
    )
    .await;
    assert!(matches!(booked, Ok(Ok(_))), "{booked:?}");
    assert_eq!(closed.expect("an answer"), Closing::Booked);
    app.deliver().await;
}

#[actix_web::test]
async fn who_is_booked_while_their_address_changes_is_told_at_the_new_one() {
    let app = TestApp::start().await;
    let actor = Actor::system(app.company_id);
    let job_id = builders::job(&app, app.company_id).await;
    let candidate_id = builders::candidate(&app, app.company_id).await;
    let interview_id = builders::interview(&app, app.company_id, candidate_id, job_id).await;
    let starts_at = app.now() + TimeDelta::days(1);
    let slot_id = builders::slot(&app, app.company_id, job_id, starts_at).await;
    let new = booking(slot_id, Who::Interview(interview_id));
    let moved = NewCandidate {
        name: "Zoë Núñez".into(),
        email: "new-address@example.net".into(),
        phone: String::new(),
        time_zone: None,
        locale: "en".into(),
        job_id: None,
        notes: String::new(),
    };
    let target = builders::seen(candidate_id);
    let (booked, changed) = crossing(
        &app,
        booking::book(&app.app.db, &actor, new, app.now()),
        candidates::update(&app.app.db, &actor, &target, &moved, app.now()),
    )
    .await;
    assert!(matches!(booked, Ok(Ok(_))), "{booked:?}");
    assert!(
        matches!(changed, Ok(Ok(Updated::Done { .. }))),
        "{changed:?}"
    );
    app.deliver().await;
    let told = emails(&app).await;
    assert!(
        told.iter()
            .any(|email| email.recipient == "new-address@example.net"
                && email.status == Status::Printed),
        "{:?}",
        told.iter().map(|email| email.status).collect::<Vec<_>>()
    );
}

#[actix_web::test]
async fn what_a_late_worker_records_is_not_written_over() {
    let app = TestApp::start().await;
    let other = app.second_process().await;
    builders::booked(&app, app.company_id).await;
    let claimed = delivery::claim(&app.app.db, &[], 1, app.now()).await;
    let claimed = Arc::new(claimed.expect("a claim").remove(0));
    app.advance(TimeDelta::hours(1));
    let db = &app.app.db;
    let accepted = Ended {
        host: "mail.example.com".into(),
        peer: None,
        tls: None,
        stage: Stage::Body,
        outcome: Outcome::Accepted,
        code: Some(250),
        enhanced_code: None,
        reply: Some("250 queued".into()),
        hint: None,
        transcript: None,
        dsn: None,
        next: Next::Accepted,
    };
    // The other worker takes the message back at the moment at which this one records. Whoever comes
    // second must leave alone what the first one wrote.
    let entries = [Entry::End(Arc::clone(&claimed), Box::new(accepted))];
    let (written, _) = tokio::join!(
        delivery::write(db, &entries, app.now()),
        delivery::claim(&other.app.db, &[], 1, app.now()),
    );
    let attempts = attempt::Entity::find().all(db.read()).await.expect("rows");
    let first = attempts
        .iter()
        .find(|row| row.number == claimed.email.fence);
    let outcome = first.expect("its attempt").outcome;
    match written.expect("an answer").recorded[0] {
        Recorded::As(status) => {
            assert_eq!(status, Status::Accepted);
            assert_eq!(outcome, Some(Outcome::Accepted));
            assert_eq!(attempts.len(), 1);
        }
        Recorded::Stale => {
            assert_eq!(outcome, Some(Outcome::Released));
            app.expect_undelivered_mail();
        }
    }
}

#[actix_web::test]
async fn a_late_last_byte_is_stale_even_beside_a_newer_one() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    let db = &app.app.db;
    let claim = async || {
        let claimed = delivery::claim(db, &[], 1, app.now()).await;
        Arc::new(claimed.expect("a claim").remove(0))
    };
    let late = claim().await;
    // As after a machine that slept: the same process takes its own message over, and both go on at one moment.
    app.advance(TimeDelta::hours(1));
    let newer = claim().await;
    assert_eq!(late.email.id, newer.email.id);
    let entries = [Entry::BeforeFinalDot(late), Entry::BeforeFinalDot(newer)];
    let written = delivery::write(db, &entries, app.now()).await;
    assert_eq!(
        written.expect("an answer").recorded,
        [Recorded::Stale, Recorded::As(Status::Sending)]
    );
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_claim_that_is_renewed_as_it_runs_out_is_not_taken_back() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    let db = &app.app.db;
    let claimed = delivery::claim(db, &[], 1, app.now()).await;
    assert_eq!(claimed.expect("a claim").len(), 1);
    app.advance(TimeDelta::hours(1));
    // As with its last byte.
    let renewal = email::Entity::update_many().col_expr(
        email::Column::LeaseUntil,
        Expr::value(app.now() + TimeDelta::minutes(15)),
    );
    let claimed = during(&app, renewal, delivery::claim(db, &[], 1, app.now()));
    assert_eq!(claimed.await.expect("a claim").len(), 0);
    let attempts = attempt::Entity::find().all(db.read()).await.expect("rows");
    assert!(attempts.is_empty(), "{attempts:?}");
    assert_eq!(emails(&app).await[0].status, Status::Sending);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_report_that_meets_a_worker_counts_after_its_record() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let status = |status: Status| {
        let lease_until = (status == Status::Sending).then(|| app.now());
        email::Entity::update_many()
            .col_expr(email::Column::Status, Expr::value(status.to_value()))
            .col_expr(email::Column::LeaseUntil, Expr::value(lease_until))
            // It was tried before.
            .col_expr(email::Column::Attempts, Expr::value(1))
    };
    let in_doubt = status(Status::Retrying);
    builders::write(&app, async |txn| Ok(in_doubt.exec(txn).await?)).await;
    let email = emails(&app).await.remove(0);
    let notice = Notice {
        email_id: Some(email.id),
        message_ids: Vec::new(),
        host: "mail.example.com".into(),
        recipients: vec![RecipientReport {
            addresses: vec![booked.details.candidate.email.clone()],
            action: Some(Action::Failed),
            code: Some("5.2.2".into()),
            diagnostic: "full".into(),
            hint: "The mailbox is full.".into(),
            elsewhere: String::new(),
            is_dead: false,
        }],
        remark: None,
    };
    let take = bounces::take(&app.app.db, &notice, app.now());
    let taken = during(&app, status(Status::Sending), take).await;
    assert_eq!(taken.expect("an answer"), Taken::Kept(email.id));
    // Its worker has died: it is taken back, and the report counts.
    app.advance(TimeDelta::hours(1));
    app.deliver().await;
    let email = emails(&app).await.remove(0);
    assert_eq!(email.status, Status::Bounced, "{}", email.reason);
}

fn booking(slot_id: i64, who: Who) -> NewBooking {
    NewBooking {
        slot: SlotChoice::Existing(slot_id),
        who,
        notes: String::new(),
        overlaps: Overlaps::Any,
        idempotency_key: Some(key()),
    }
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new("booking", "the-only-key", "the only wish")
}

#[actix_web::test]
async fn details_that_are_read_while_the_time_changes_are_not_those_of_the_new_time() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    if app.app.db.read().get_database_backend() != DbBackend::Postgres {
        // Nothing shows there when the details have been looked at: it may be before the change or after it.
        return;
    }
    let booked = builders::booked(&app, app.company_id).await;
    let row = &booked.details.interview;
    let token = app.app.keys.token(&Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    });
    let token = token.expect("a token");
    let moved = interview::Entity::update_many()
        .col_expr(interview::Column::Revision, Expr::value(row.revision + 1));
    let opened = admission::opened(&app.app.db, &app.app.keys, &token, "", app.now());
    during(&app, moved, opened).await.expect("an answer");
    let found = interview::Entity::find().one(app.app.db.read()).await;
    let found = found.expect("a look-up").expect("the interview");
    assert_eq!((found.revision, found.opened_at), (row.revision + 1, None));
}

#[actix_web::test]
async fn of_two_that_wait_for_each_other_one_is_carried_out_after_the_other() {
    let app = TestApp::start().await;
    let one = builders::job(&app, app.company_id).await;
    let other = builders::job(&app, app.company_id).await;
    let both_hold_one = Barrier::new(2);
    // On SQLite one writes at a time.
    let can_cross = app.app.db.read().get_database_backend() == DbBackend::Postgres;
    let work = async |first: i64, second: i64| {
        let tries = Cell::new(0);
        let done = db::transaction_retrying_duplicates(&app.app.db, async |txn| {
            tries.set(tries.get() + 1);
            lock(txn, first).await?;
            if can_cross && tries.get() == 1 {
                both_hold_one.wait().await;
            }
            lock(txn, second).await
        });
        done.await.map(|()| tries.get())
    };
    let (here, there) = tokio::join!(work(one, other), work(other, one));
    let tries = here.expect("both locked") + there.expect("both locked");
    assert_eq!(tries, if can_cross { 3 } else { 2 });
}

async fn lock(txn: &db::Txn, job_id: i64) -> greenroom::error::Result<()> {
    let job = entity::job::Entity::find_by_id(job_id).lock_exclusive();
    job.one(txn).await?;
    Ok(())
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    let all = email::Entity::find().all(app.app.db.read()).await;
    all.expect("emails")
}

/// Carries out `first`, which keeps [`key`] as its last act, and stops it there; lets `second` go as
/// far as it gets meanwhile; then lets both come to their end.
async fn crossing<A, B>(
    app: &TestApp,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (begin, go_between) = (Notify::new(), Notify::new());
    let is_through = Cell::new(false);
    let holding = db::transaction(&app.app.db, async |txn| {
        idempotency_keys::insert(txn, app.company_id, Some(&key()), 1, app.now()).await?;
        begin.notify_one();
        until_stuck(app, 1, &Cell::new(false)).await;
        go_between.notify_one();
        until_stuck(app, 2, &is_through).await;
        Err::<(), _>(Error::Conflict("nothing of this shall stay"))
    });
    let first = async {
        begin.notified().await;
        first.await
    };
    let second = async {
        go_between.notified().await;
        let done = second.await;
        is_through.set(true);
        done
    };
    let (_, first, second) = tokio::join!(holding, first, second);
    (first, second)
}

/// Makes a change, lets `work` go as far as it gets before the change is seen, and then to its end.
async fn during<A, E: EntityTrait>(
    app: &TestApp,
    change: UpdateMany<E>,
    work: impl Future<Output = A>,
) -> A {
    let begin = Notify::new();
    let is_through = Cell::new(false);
    let changing = builders::write(app, async |txn| {
        change.exec(txn).await?;
        begin.notify_one();
        until_stuck(app, 1, &is_through).await;
        Ok(())
    });
    let working = async {
        begin.notified().await;
        let done = work.await;
        is_through.set(true);
        done
    };
    let ((), done) = tokio::join!(changing, working);
    done
}

/// Until so many statements wait for a lock, or `is_through`. On SQLite everybody waits for the one
/// connection that writes, in the order in which they came.
async fn until_stuck(app: &TestApp, many: i64, is_through: &Cell<bool>) {
    let db = app.app.db.read();
    if db.get_database_backend() != DbBackend::Postgres {
        for _ in 0..50 {
            yield_now().await;
        }
        return;
    }
    let stuck = "SELECT count(*) AS stuck FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    // As long as it takes on a busy machine; a look costs a fraction of a millisecond.
    for _ in 0..100_000 {
        let count = Statement::from_string(DbBackend::Postgres, stuck);
        let row = db.query_one_raw(count).await.expect("a count");
        let stuck: i64 = row.expect("a row").try_get("", "stuck").expect("a number");
        if stuck >= many || is_through.get() {
            return;
        }
    }
    panic!("nobody waits");
}
