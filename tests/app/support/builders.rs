//! Rows for tests to begin with, written by the rules themselves where there are any.
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use entity::{
    company, email, job,
    slot::{DifficultyLevel, InterviewType},
    slot_interviewer,
    user::{self, Role},
};
use greenroom::{
    crypto, db,
    domain::{
        accounts::api_tokens::{self, NewToken},
        actions::Actor,
        batches::imports::{Wanted, import_candidates},
        candidates::{self, NewCandidate},
        companies,
        interviews::{
            Details,
            booking::{self, NewBooking, Who},
            creation,
            overlap::Overlaps,
            short_link,
            slot_choice::SlotChoice,
        },
        jobs::{self, NewJob},
        logos::{self, picture::Picture},
        series::{
            self,
            plan::{self, BesideOpen, OnHolidays, Plan, Seating},
        },
        slots::{self, NewSlot},
        versions::Target,
    },
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;

use super::app::{PASSWORD, TestApp};

/// A company in Berlin that sends no reminders.
pub async fn company(app: &TestApp, name: &str) -> i64 {
    let row = company::ActiveModel {
        name: Set(name.into()),
        time_zone: Set("Europe/Berlin".into()),
        contact_email: Set("jobs@example.com".into()),
        brand_colour: Set("#1f5f4a".into()),
        default_meeting_url: Set(Some("https://meet.example.com/room".into())),
        join_window_minutes: Set(15),
        reminder_lead_minutes: Set(json!([])),
        instruction_lines: Set(json!(entity::InstructionLine::ALL)),
        created_at: Set(app.now()),
        ..Default::default()
    };
    write(app, async |txn| {
        Ok(company::Entity::insert(row).exec(txn).await?.last_insert_id)
    })
    .await
}

/// A user with [`PASSWORD`] and an address of their own.
pub async fn user(app: &TestApp, company_id: i64, role: Role) -> user::Model {
    let name = match role {
        Role::Admin => "Ada Admin",
        Role::Recruiter => "Rita Recruiter",
        Role::Interviewer => "Ines Interviewer",
    };
    let row = user::ActiveModel {
        company_id: Set(company_id),
        email: Set(format!("{}@example.com", &crypto::random_id()[..12])),
        name: Set(name.into()),
        password_hash: Set(app.app.passwords.hash(PASSWORD).await.expect("a hash")),
        role: Set(role),
        created_at: Set(app.now()),
        ..Default::default()
    };
    write(app, async |txn| {
        Ok(user::Entity::insert(row).exec_with_returning(txn).await?)
    })
    .await
}

/// A token that acts on behalf of a user, for ever.
pub async fn api_token(app: &TestApp, user: &user::Model) -> NewToken {
    let actor = Actor::system(user.company_id);
    api_tokens::create(&app.app.db, &actor, user.id, "a program", None, app.now())
        .await
        .expect("a token")
}

/// A row as it was made, for a change of it.
pub fn seen(id: i64) -> Target {
    Target {
        id,
        version: 1,
        idempotency_key: None,
    }
}

/// The company's logo: a green dot.
pub async fn logo(app: &TestApp, company_id: i64) -> i64 {
    let picture = Picture::read(DOT).expect("a picture");
    let actor = Actor::system(company_id);
    let company = companies::find(&app.app.db, company_id).await;
    let seen = company.expect("the company").logo_id;
    logos::choose(&app.app.db, &actor, seen, &picture, app.now())
        .await
        .expect("a logo");
    let company = companies::find(&app.app.db, company_id).await;
    company.expect("the company").logo_id.expect("its logo")
}

/// A GIF of one green pixel.
pub const DOT: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\x1f\x5f\x4a\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// An open job.
pub async fn job(app: &TestApp, company_id: i64) -> i64 {
    let new = NewJob {
        title: "Cloud Architect".into(),
        description: "Builds *clouds*.".into(),
        domain: "Cloud".into(),
        team_size: "5".into(),
        positions_to_fill: 1,
        key_skills: vec!["Kubernetes".into()],
        salary_min: Some(80_000),
        salary_max: Some(110_000),
        salary_currency: "EUR".into(),
        location: "Berlin".into(),
        status: job::Status::Open,
    };
    match jobs::create(
        &app.app.db,
        &Actor::system(company_id),
        new,
        None,
        app.now(),
    )
    .await
    {
        Ok(Ok(id)) => id,
        other => panic!("a job: {other:?}"),
    }
}

/// A candidate in New York with an address of their own.
pub async fn candidate(app: &TestApp, company_id: i64) -> i64 {
    let new = NewCandidate {
        name: "Zoë Núñez".into(),
        email: format!("{}@example.net", &crypto::random_id()[..12]),
        phone: String::new(),
        time_zone: Some("America/New_York".into()),
        locale: "en".into(),
        job_id: None,
        notes: "Met at the fair.".into(),
    };
    let actor = Actor::system(company_id);
    match candidates::create(&app.app.db, &actor, new, None, app.now()).await {
        Ok(Ok(id)) => id,
        other => panic!("a candidate: {other:?}"),
    }
}

/// What was made from a list of one new candidate.
pub async fn batch(app: &TestApp, company_id: i64) -> i64 {
    let new = NewCandidate {
        name: "Ada Lovelace".into(),
        email: format!("{}@example.org", &crypto::random_id()[..12]),
        phone: String::new(),
        time_zone: None,
        locale: "en".into(),
        job_id: None,
        notes: String::new(),
    };
    let list = [Wanted {
        number: 1,
        what: Ok(new),
    }];
    let actor = Actor::system(company_id);
    match import_candidates(&app.app.db, &actor, &list, None, app.now()).await {
        Ok(Ok(id)) => id,
        other => panic!("a batch: {other:?}"),
    }
}

/// A free slot of 45 minutes.
pub async fn slot(app: &TestApp, company_id: i64, job_id: i64, starts_at: DateTime<Utc>) -> i64 {
    let zone = greenroom::zones::Tz::known("Europe/Berlin");
    let new = NewSlot {
        job_id,
        starts_at,
        local_start: starts_at.with_timezone(&zone).naive_local(),
        zone,
        duration_minutes: 45,
        interview_type: InterviewType::Technical,
        difficulty_level: Some(DifficultyLevel::Medium),
        meeting_url: Some("https://meet.example.com/cloud".into()),
        interviewer: "Ida Interviewer".into(),
        interviewers: Vec::new(),
    };
    match slots::create(
        &app.app.db,
        &Actor::system(company_id),
        new,
        None,
        app.now(),
    )
    .await
    {
        Ok(Ok(id)) => id,
        other => panic!("a slot: {other:?}"),
    }
}

/// Two free slots of an hour that were made at once, on a day two weeks ahead.
pub async fn series(app: &TestApp, company_id: i64, job_id: i64) -> i64 {
    let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("a time");
    let plan = Plan {
        job_id,
        days: vec![app.now().date_naive() + TimeDelta::days(14)],
        spans: plan::spans([(nine, nine + TimeDelta::hours(2))], 60).expect("spans"),
        duration_minutes: 60,
        gap_minutes: 0,
        zone: greenroom::zones::Tz::known("Europe/Berlin"),
        interview_type: InterviewType::Technical,
        difficulty_level: None,
        meeting_url: None,
        interviewer: String::new(),
        interviewers: Vec::new(),
        seating: Seating::Each,
        beside_open: BesideOpen::Add,
        on_holidays: OnHolidays::Add,
    };
    let actor = Actor::system(company_id);
    match series::create(&app.app.db, &actor, &plan, (None, None), app.now()).await {
        Ok(Ok(id)) => id,
        other => panic!("a series: {other:?}"),
    }
}

/// An interview that is not booked yet.
pub async fn interview(app: &TestApp, company_id: i64, candidate_id: i64, job_id: i64) -> i64 {
    let actor = Actor::system(company_id);
    match creation::create(
        &app.app.db,
        &actor,
        candidate_id,
        Some(job_id),
        None,
        app.now(),
    )
    .await
    {
        Ok(Ok(id)) => id,
        other => panic!("an interview: {other:?}"),
    }
}

/// A booking, with the row of its message.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The interview.
    pub details: Details,
    /// The message that tells the candidate.
    pub email: email::Model,
}

impl Booked {
    /// Of what a booking answered.
    pub async fn of(app: &TestApp, booked: booking::Booked) -> Self {
        let email = email::Entity::find_by_id(booked.email.expect("an email").id);
        let email = email.one(app.app.db.read()).await.expect("a look-up");
        Self {
            details: booked.details,
            email: email.expect("its email"),
        }
    }
}

/// A new candidate booked into a new slot of a new job, tomorrow at this time; the mail is queued.
pub async fn booked(app: &TestApp, company_id: i64) -> Booked {
    booked_at(app, company_id, app.now() + TimeDelta::days(1)).await
}

/// The same at some other time.
pub async fn booked_at(app: &TestApp, company_id: i64, starts_at: DateTime<Utc>) -> Booked {
    let job_id = job(app, company_id).await;
    let candidate_id = candidate(app, company_id).await;
    let slot_id = slot(app, company_id, job_id, starts_at).await;
    book(app, company_id, (Who::Candidate(candidate_id), slot_id)).await
}

/// Somebody booked into a slot that is there.
pub async fn book(app: &TestApp, company_id: i64, (who, slot_id): (Who, i64)) -> Booked {
    let new = NewBooking {
        slot: SlotChoice::Existing(slot_id),
        who,
        notes: "Bring a portfolio.".into(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    match booking::book(&app.app.db, &Actor::system(company_id), new, app.now()).await {
        Ok(Ok(booked)) => Booked::of(app, *booked).await,
        other => panic!("a booking: {other:?}"),
    }
}

/// Puts a user on a slot, as one of its interviewers.
pub async fn put(app: &TestApp, (company_id, slot_id): (i64, i64), user_id: i64) {
    let row = slot_interviewer::ActiveModel {
        company_id: Set(company_id),
        slot_id: Set(slot_id),
        user_id: Set(user_id),
    };
    let inserting = slot_interviewer::Entity::insert(row);
    write(app, async |txn| {
        Ok(inserting.exec_without_returning(txn).await?)
    })
    .await;
}

/// Writes rows as no rule would.
pub async fn write<T>(
    app: &TestApp,
    work: impl AsyncFnOnce(&db::Txn) -> greenroom::error::Result<T>,
) -> T {
    db::transaction(&app.app.db, work).await.expect("a row")
}

/// The letters of the short link of an interview.
pub async fn short_code(app: &TestApp, company_id: i64, interview_id: i64) -> String {
    let (ours, by) = (&app.app, Actor::system(company_id));
    let shown = short_link::show(&ours.db, &ours.keys, &by, interview_id, app.now()).await;
    let (_, code) = shown.expect("an interview");
    code.expect("a short link").to_string()
}
