//! Interviews: one candidate for one job.
pub mod booking;
pub mod changes;
pub mod join_link;
pub mod join_window;
pub mod rescheduling;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    InstructionLine, candidate, company, email,
    interview::{self, Status},
    job, slot, user,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, SelectTwo,
    sea_query::{Expr, Query},
};

use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::Actor,
        candidates, companies, emails,
        events::{self, Event},
        interviews::join_window::JoinWindow,
        jobs,
        mail_texts::{self, Own},
        notifications,
        one_time_keys::{self, Once, Seen},
        page::{self, Cursor, Page},
        rows::{self, Stored, Unreadable},
    },
    error::{Error, Result},
};

/// All that is known of an interview: for its page, its mails and its join page.
#[derive(Clone, Debug)]
pub struct Details {
    /// The row.
    pub interview: interview::Model,
    /// Who is interviewed.
    pub candidate: candidate::Model,
    /// By whom.
    pub company: company::Model,
    /// When; none until it is booked.
    pub slot: Option<slot::Model>,
    /// For which job: its own, else its slot's, else its candidate's.
    pub job: Option<job::Model>,
    /// The user who booked it.
    pub recruiter: Option<user::Model>,
    /// What the company gives its mails of its own.
    pub own: Own,
}

impl Details {
    /// When the join link lets the candidate in; none until it is booked.
    pub fn join_window(&self) -> Option<JoinWindow> {
        self.slot
            .as_ref()
            .map(|slot| JoinWindow::of(slot, self.company.join_window_minutes))
    }

    /// Where it takes place: the slot's address, else the company's.
    pub fn meeting_url(&self) -> Option<&str> {
        let own = self
            .slot
            .as_ref()
            .and_then(|slot| slot.meeting_url.as_deref());
        own.or(self.company.default_meeting_url.as_deref())
    }

    /// Can it be booked? A cancelled one can be booked anew.
    pub fn waits_for_a_time(&self) -> bool {
        matches!(
            self.interview.status,
            Status::Unscheduled | Status::Cancelled
        )
    }

    /// Who answers the candidate's questions: the recruiter who booked, else the company. Nobody is
    /// sent to a user who has left, or who may not see candidates any more.
    pub fn contact(&self) -> Contact<'_> {
        match &self.recruiter {
            Some(user) if user.is_active() && user.role.is_recruiting() => Contact {
                name: &user.name,
                email: &user.email,
            },
            _ => Contact {
                name: &self.company.name,
                email: &self.company.contact_email,
            },
        }
    }

    /// The instructions that the company wants candidates to read.
    pub fn instructions(&self) -> Result<Vec<InstructionLine>> {
        companies::instructions(&self.company)
    }
}

/// Whom a candidate may write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact<'a> {
    /// A person's name, or the company's.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
}

/// What became of an interview that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there, now or since an earlier call with the same key.
    Interview(i64),
    /// The one-time key stands for another wish.
    KeyReused,
}

/// Which interviews a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<Status>,
    /// Only those for this job.
    pub job_id: Option<i64>,
    /// Only of this candidate.
    pub candidate_id: Option<i64>,
    /// Only those that start at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that start before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// An interview of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The row.
    pub interview: interview::Model,
    /// Who is interviewed.
    pub candidate: candidate::Model,
    /// When; none until it is booked.
    pub slot: Option<slot::Model>,
    /// For which job, when there is one.
    pub job_id: Option<i64>,
    /// As it is called.
    pub job_title: Option<String>,
}

/// The interview, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<interview::Model> {
    let found =
        interview::Entity::find_by_id(id).filter(interview::COLUMN.company_id.eq(company_id));
    let found = rows::strictly_one(found, db).await?;
    found.ok_or(Error::NotFound)
}

/// All that is known of an interview of the company.
pub async fn details(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<Details> {
    let mut all = all_details(db, company_id, HashSet::from([id])).await?;
    all.remove(&id).ok_or(Error::NotFound)
}

/// All that is known of each of these interviews, by its key; those that are not the company's are left out.
pub async fn all_details(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, Details>> {
    let rows = interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Id.is_in(ids));
    let rows = rows::strictly(rows, db).await?;
    let company = company::Entity::find_by_id(company_id);
    let company = rows::strictly_one(company, db).await?;
    let Some(company) = company.filter(|_| !rows.is_empty()) else {
        return Ok(HashMap::new());
    };
    let people: HashSet<i64> = rows.iter().map(|row| row.candidate_id).collect();
    let candidates = candidate::Entity::find()
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Id.is_in(people));
    let candidates = by_key(rows::strictly(candidates, db).await?, |row| row.id);
    let times: HashSet<i64> = rows.iter().filter_map(|row| row.slot_id).collect();
    let slots = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.is_in(times));
    let slots = by_key(rows::strictly(slots, db).await?, |row| row.id);
    let bookers: HashSet<i64> = rows.iter().filter_map(|row| row.booked_by).collect();
    let users = user::Entity::find()
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::Column::Id.is_in(bookers));
    // Whoever cannot be read is nobody to write to: then the company is.
    let users = by_key(rows::readable(users, db, "user").await?, |row| row.id);
    let job_of = |row: &interview::Model| {
        let slot = row.slot_id.and_then(|id| slots.get(&id));
        let candidate = candidates.get(&row.candidate_id);
        row.job_id
            .or(slot.map(|slot| slot.job_id))
            .or(candidate.and_then(|candidate| candidate.job_id))
    };
    let wanted: HashSet<i64> = rows.iter().filter_map(job_of).collect();
    let jobs = job::Entity::find()
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(job::Column::Id.is_in(wanted));
    let jobs = by_key(rows::strictly(jobs, db).await?, |row| row.id);
    let own = mail_texts::own(db, &company).await?;
    let mut all = HashMap::with_capacity(rows.len());
    for interview in rows {
        let job_id = job_of(&interview);
        let job = job_id.map(|id| jobs.get(&id).cloned().ok_or(Error::NotFound));
        let details = Details {
            candidate: candidates
                .get(&interview.candidate_id)
                .cloned()
                .ok_or(Error::NotFound)?,
            company: company.clone(),
            own: own.clone(),
            slot: interview.slot_id.and_then(|id| slots.get(&id).cloned()),
            job: job.transpose()?,
            recruiter: interview.booked_by.and_then(|id| users.get(&id).cloned()),
            interview,
        };
        all.insert(details.interview.id, details);
    }
    Ok(all)
}

/// The same of those that can be read.
pub async fn readable_details(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, Details>> {
    match all_details(db, company_id, ids.clone()).await {
        Err(Error::Stored(_) | Error::NotFound) => {}
        done => return done,
    }
    let mut all = HashMap::with_capacity(ids.len());
    for id in ids {
        match details(db, company_id, id).await {
            Ok(details) => {
                all.insert(id, details);
            }
            Err(error @ (Error::Stored(_) | Error::NotFound)) => {
                tracing::error!(interview.id = id, %error, "An interview cannot be read");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn by_key<T>(rows: Vec<T>, key: impl Fn(&T) -> i64) -> HashMap<i64, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// Booked ones by start, earliest first. A cancelled interview keeps the slot it was booked into.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Listed>> {
    let mut rows = interview::Entity::find()
        .find_also_related(slot::Entity)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, filter))
        .filter(
            Condition::all()
                .add_option(filter.from.map(|from| slot::COLUMN.starts_at.gte(from)))
                .add_option(filter.until.map(|until| slot::COLUMN.starts_at.lt(until))),
        );
    if let Some(cursor) = cursor {
        rows = rows.filter(page::after(
            slot::Column::StartsAt,
            interview::Column::Id,
            cursor,
        ));
    }
    let rows = rows
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(limit + 1);
    let rows = both(rows, db.read()).await?;
    let page = Page::of_stored(rows, limit, "interview", |(interview, slot)| Cursor {
        at: slot
            .as_ref()
            .map_or(interview.created_at, |slot| slot.starts_at),
        id: interview.id,
    });
    named_page(db, company_id, page).await
}

/// Those that wait to be booked, newest first.
pub async fn unscheduled(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Listed>> {
    let filter = Filter {
        status: Some(Status::Unscheduled),
        ..filter.clone()
    };
    newest(db, company_id, &filter, cursor, limit).await
}

/// Booked or not, newest first; when they start plays no part.
pub async fn newest(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Listed>> {
    let mut rows = interview::Entity::find()
        .find_also_related(slot::Entity)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, filter));
    if let Some(cursor) = cursor {
        rows = rows.filter(interview::COLUMN.id.lt(cursor.id));
    }
    let rows = rows.order_by_desc(interview::Column::Id).limit(limit + 1);
    let rows = both(rows, db.read()).await?;
    let page = Page::of_stored(rows, limit, "interview", |(row, _)| Cursor {
        at: row.created_at,
        id: row.id,
    });
    named_page(db, company_id, page).await
}

/// Enters an interview that is not booked yet.
pub async fn create(
    db: &Db,
    actor: &Actor,
    candidate_id: i64,
    job_id: Option<i64>,
    once: Option<Once>,
    now: DateTime<Utc>,
) -> Result<Created> {
    db::transaction_with_second_look(db, async |txn| {
        match one_time_keys::look_up(txn, actor.company_id, once.as_ref()).await? {
            Seen::Done(id) => return Ok(Created::Interview(id)),
            Seen::Reused => return Ok(Created::KeyReused),
            Seen::New => {}
        }
        let id = insert(txn, actor, candidate_id, job_id, now).await?;
        one_time_keys::keep(txn, actor.company_id, once.as_ref(), id, now).await?;
        Ok(Created::Interview(id))
    })
    .await
}

/// Enters an interview inside a transaction that does more. Candidate and job must be the company's.
pub async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    candidate_id: i64,
    job_id: Option<i64>,
    now: DateTime<Utc>,
) -> Result<i64> {
    candidates::find(txn, actor.company_id, candidate_id).await?;
    if let Some(job_id) = job_id {
        jobs::find(txn, actor.company_id, job_id).await?;
    }
    let row = interview::ActiveModel {
        company_id: Set(actor.company_id),
        candidate_id: Set(candidate_id),
        job_id: Set(job_id),
        status: Set(Status::Unscheduled),
        public_id: Set(crypto::random_id()),
        link_version: Set(1),
        revision: Set(0),
        ics_sequence: Set(0),
        booking_notes: Set(String::new()),
        cancel_reason: Set(String::new()),
        version: Set(1),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..Default::default()
    };
    let id = interview::Entity::insert(row)
        .exec(txn)
        .await?
        .last_insert_id;
    let event = Event::InterviewCreated {
        interview_id: id,
        candidate_id,
    };
    events::record(txn, actor, event, now).await?;
    Ok(id)
}

/// After a candidate's address changed: links in mails to the old address die, mails that have not
/// left it are dropped, and coming interviews are told to the new one.
pub async fn tell_new_address(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    before: &candidate::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let coming = interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .filter(interview::COLUMN.candidate_id.eq(before.id))
        .filter(interview::Column::Status.eq(Status::Scheduled))
        .all(txn)
        .await?;
    for row in coming {
        interview::Entity::update_many()
            .col_expr(
                interview::Column::LinkVersion,
                Expr::col(interview::Column::LinkVersion).add(1),
            )
            .col_expr(
                interview::Column::Version,
                Expr::col(interview::Column::Version).add(1),
            )
            .filter(interview::COLUMN.id.eq(row.id))
            .exec(txn)
            .await?;
        let details = details(txn, actor.company_id, row.id).await?;
        let event = Event::AddressChanged {
            interview_id: row.id,
            version: Some(details.interview.version),
        };
        events::record(txn, actor, event, now).await?;
        let Some(window) = details.join_window() else {
            continue;
        };
        if now < window.ends_at {
            let told = notifications::tell(txn, actor, email::Kind::Scheduled, &details, now);
            if let Some(id) = told.await? {
                emails::link_correction(txn, actor.company_id, id, &before.email).await?;
            }
        }
    }
    Ok(())
}

fn matching(company_id: i64, filter: &Filter) -> Condition {
    Condition::all()
        .add_option(
            filter
                .status
                .map(|status| interview::Column::Status.eq(status)),
        )
        .add_option(
            filter
                .candidate_id
                .map(|id| interview::COLUMN.candidate_id.eq(id)),
        )
        .add_option(filter.job_id.map(|id| of_job(company_id, id)))
}

/// Holds for the company's interviews for this job: their own, else their slot's, else their candidate's.
pub fn of_job(company_id: i64, job_id: i64) -> Condition {
    let through_slot = Query::select()
        .column(slot::Column::Id)
        .from(slot::Entity)
        .and_where(slot::COLUMN.company_id.eq(company_id))
        .and_where(slot::COLUMN.job_id.eq(job_id))
        .to_owned();
    let through_candidate = Query::select()
        .column(candidate::Column::Id)
        .from(candidate::Entity)
        .and_where(candidate::COLUMN.company_id.eq(company_id))
        .and_where(candidate::COLUMN.job_id.eq(Some(job_id)))
        .to_owned();
    Condition::any()
        .add(interview::COLUMN.job_id.eq(Some(job_id)))
        .add(
            Condition::all()
                .add(interview::Column::JobId.is_null())
                .add(interview::Column::SlotId.in_subquery(through_slot)),
        )
        .add(
            Condition::all()
                .add(interview::Column::JobId.is_null())
                .add(interview::Column::SlotId.is_null())
                .add(interview::Column::CandidateId.in_subquery(through_candidate)),
        )
}

/// A row and its slot.
type Pair = (interview::Model, Option<slot::Model>);

/// What a query finds; a row is read only together with its slot.
pub(super) async fn both(
    query: SelectTwo<interview::Entity, slot::Entity>,
    db: &impl ConnectionTrait,
) -> Result<Vec<Stored<Pair>>> {
    let all = query
        .into_model::<Stored<interview::Model>, Stored<slot::Model>>()
        .all(db)
        .await?;
    let read = all.into_iter().map(|pair| match pair {
        (Stored::Read(row), None) => Stored::Read((row, None)),
        (Stored::Read(row), Some(Stored::Read(slot))) => Stored::Read((row, Some(slot))),
        (Stored::Read(row), Some(Stored::Unreadable(slot))) => Stored::Unreadable(Unreadable {
            id: Some(row.id),
            why: format!("its slot: {}", slot.why),
        }),
        (Stored::Unreadable(row), _) => Stored::Unreadable(row),
    });
    Ok(read.collect())
}

async fn named_page(db: &Db, company_id: i64, page: Page<Pair>) -> Result<Page<Listed>> {
    let ids: Vec<i64> = page.rows.iter().map(|(row, _)| row.id).collect();
    let rows = with_names(db, company_id, page.rows).await?;
    let is_missing = |id: &i64| rows.iter().all(|listed| listed.interview.id != *id);
    let mut unreadable = page.unreadable;
    unreadable.extend(ids.into_iter().filter(is_missing));
    Ok(Page {
        rows,
        next: page.next,
        unreadable,
    })
}

/// Rows with the names that a list prints; those whose candidate cannot be read are left out.
pub async fn with_names(
    db: &Db,
    company_id: i64,
    rows: Vec<(interview::Model, Option<slot::Model>)>,
) -> Result<Vec<Listed>> {
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.candidate_id).collect();
    let people = candidate::Entity::find()
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Id.is_in(ids));
    let people = rows::readable(people, db.read(), "candidate").await?;
    let named: Vec<_> = rows
        .into_iter()
        .filter_map(|(interview, slot)| {
            let of_it = |person: &&candidate::Model| person.id == interview.candidate_id;
            let candidate = people.iter().find(of_it).cloned();
            if candidate.is_none() {
                tracing::error!(interview.id = interview.id, "An interview has no candidate");
            }
            Some((interview, candidate?, slot))
        })
        .collect();
    let job_of = |(interview, candidate, slot): &(
        interview::Model,
        candidate::Model,
        Option<slot::Model>,
    )| {
        interview
            .job_id
            .or(slot.as_ref().map(|slot| slot.job_id))
            .or(candidate.job_id)
    };
    let titles = jobs::titles(db, company_id, named.iter().filter_map(job_of)).await?;
    Ok(named
        .into_iter()
        .map(|row| {
            let job_id = job_of(&row);
            let job_title = job_id.and_then(|id| titles.get(&id).cloned());
            let (interview, candidate, slot) = row;
            Listed {
                interview,
                candidate,
                slot,
                job_id,
                job_title,
            }
        })
        .collect())
}
