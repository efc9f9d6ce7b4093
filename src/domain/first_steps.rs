//! How far a new company has come: whether anybody can be booked.
use entity::{job, slot};
use sea_orm::{
    EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

/// What a company has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No job yet.
    Nothing,
    /// A job, but no slot for one.
    Jobs,
    /// Slots: of each its job is there, too.
    Slots,
}

/// How far a company is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it has.
    pub progress: Progress,
    /// Does it say where interviews take place?
    pub has_meeting_url: bool,
    /// Of its settings: 1 until somebody saves them.
    pub version: i32,
}

impl Progress {
    pub(super) fn of(has_slots: bool, has_jobs: bool) -> Self {
        match (has_slots, has_jobs) {
            (true, _) => Self::Slots,
            (false, true) => Self::Jobs,
            (false, false) => Self::Nothing,
        }
    }
}

/// The company's slots and its jobs, to see whether there are any.
pub(super) fn slots_and_jobs(company_id: i64) -> (SelectStatement, SelectStatement) {
    let slots = slot::Entity::find()
        .select_only()
        .expr(Expr::cust("1"))
        .filter(slot::COLUMN.company_id.eq(company_id));
    let jobs = job::Entity::find()
        .select_only()
        .expr(Expr::cust("1"))
        .filter(job::COLUMN.company_id.eq(company_id));
    (slots.into_query(), jobs.into_query())
}
