//! What came of interviews: those of a period, by job, recruiter, interviewer or time.
mod lines;
mod rows;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{interview::Status, job, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, UnionType},
};

use self::rows::Interview;
use crate::{db::Db, error::Result};

/// How long one of the cells is in which reports measure.
const CELL_MINUTES: i64 = 5;

/// By what the interviews are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The job in force.
    Job,
    /// Whoever booked it last.
    Recruiter,
    /// Each of those who hold it.
    Interviewer,
    /// The spans that begin at these instants, the earliest first; the last one ends with the period.
    Time(Vec<DateTime<Utc>>),
}

/// Which interviews are counted: those whose time, the last one they had, begins in a period.
#[derive(Clone, Debug)]
pub struct Filter {
    /// At this instant or later.
    pub from: DateTime<Utc>,
    /// Before this one.
    pub until: DateTime<Utc>,
    /// Only for this job.
    pub job_id: Option<i64>,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The numbers of each group by its key, which is that of a job or a user or the place of a span; none for interviews
    /// that have none.
    pub groups: BTreeMap<Option<i64>, Numbers>,
    /// Those of all interviews, each counted once however many groups it is in.
    pub total: Numbers,
}

/// The numbers of a group of interviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Had a time, whatever became of them.
    pub booked: i64,
    /// Took place.
    pub completed: i64,
    /// Were missed by their candidates.
    pub no_shows: i64,
    /// Were cancelled.
    pub cancelled: i64,
    /// How many of those each user cancelled last; nobody for what no user did.
    pub cancelled_by: BTreeMap<Option<i64>, i64>,
    /// How often they were moved.
    pub moved: i64,
    /// Emails to their candidates that no mail server took, or may not have.
    pub mails_not_taken: i64,
    /// The median of the time from being added to being booked first.
    pub minutes_to_booking: Option<i64>,
    /// The median of the time from being added to taking place.
    pub minutes_to_interview: Option<i64>,
}

impl Numbers {
    /// Of those of whom somebody said whether they came, so many of a thousand did not.
    pub fn no_show_permille(&self) -> Option<i64> {
        let known = self.completed + self.no_shows;
        (known > 0).then(|| (self.no_shows * 1000 + known / 2) / known)
    }

    /// Neither cancelled nor closed.
    pub fn open(&self) -> i64 {
        self.booked - self.completed - self.no_shows - self.cancelled
    }
}

/// Counts the interviews of a period.
pub async fn report(db: &Db, company_id: i64, by: &By, filter: &Filter) -> Result<Report> {
    let interviews = rows::read(db, company_id, by, filter).await?;
    let mut groups: BTreeMap<Option<i64>, Count> = BTreeMap::new();
    let mut total = Count::default();
    for interview in &interviews {
        total.add(interview);
        match by {
            By::Interviewer if !interview.interviewers.is_empty() => {
                for user in &interview.interviewers {
                    groups.entry(Some(*user)).or_default().add(interview);
                }
            }
            By::Interviewer => groups.entry(None).or_default().add(interview),
            By::Job => groups
                .entry(Some(interview.job_id))
                .or_default()
                .add(interview),
            By::Recruiter => groups
                .entry(interview.booked_by)
                .or_default()
                .add(interview),
            By::Time(begins) => groups
                .entry(Some(interview.span(begins)))
                .or_default()
                .add(interview),
        }
    }
    let groups = groups.into_iter();
    Ok(Report {
        groups: groups.map(|(key, count)| (key, count.end())).collect(),
        total: total.end(),
    })
}

/// The names of the jobs and of the users that have these keys.
pub async fn names(
    db: &Db,
    company_id: i64,
    (jobs, users): (Vec<i64>, Vec<i64>),
) -> Result<(BTreeMap<i64, String>, BTreeMap<i64, String>)> {
    let mut names = (BTreeMap::new(), BTreeMap::new());
    if jobs.is_empty() && users.is_empty() {
        return Ok(names);
    }
    let is_user = |is: bool| Expr::Constant(is.into());
    let users = user::Entity::find()
        .select_only()
        .column_as(is_user(true), "is_user")
        .column(user::Column::Id)
        .column(user::Column::Name)
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::Column::Id.is_in(users))
        .into_query();
    let query = job::Entity::find()
        .select_only()
        .column_as(is_user(false), "is_user")
        .column(job::Column::Id)
        .column_as(job::Column::Title, "name")
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(job::Column::Id.is_in(jobs))
        .into_query()
        .union(UnionType::All, users)
        .to_owned();
    for row in db.read().query_all(&query).await? {
        let Name { is_user, id, name } = Name::from_query_result(&row, "")?;
        match is_user {
            true => names.1.insert(id, name),
            false => names.0.insert(id, name),
        };
    }
    Ok(names)
}

#[derive(FromQueryResult)]
struct Name {
    is_user: bool,
    id: i64,
    name: String,
}

/// The numbers of a group while they are counted.
#[derive(Default)]
struct Count {
    numbers: Numbers,
    to_booking: Vec<i64>,
    to_interview: Vec<i64>,
}

impl Count {
    fn add(&mut self, interview: &Interview) {
        let numbers = &mut self.numbers;
        numbers.booked += 1;
        numbers.moved += interview.moved;
        numbers.mails_not_taken += interview.mails_not_taken;
        self.to_booking.extend(interview.cells_to_booking);
        match interview.status {
            Some(Status::Completed) => {
                numbers.completed += 1;
                self.to_interview.extend(interview.cells_to_interview);
            }
            Some(Status::NoShow) => numbers.no_shows += 1,
            Some(Status::Cancelled) => {
                numbers.cancelled += 1;
                if let Some(by) = interview.cancelled_by {
                    *numbers.cancelled_by.entry(by).or_default() += 1;
                }
            }
            // Booked still, or a newer version knows.
            Some(Status::Scheduled | Status::Unscheduled) | None => {}
        }
    }

    fn end(self) -> Numbers {
        let minutes = |cells| median(cells).map(|cells| cells * CELL_MINUTES);
        Numbers {
            minutes_to_booking: minutes(self.to_booking),
            minutes_to_interview: minutes(self.to_interview),
            ..self.numbers
        }
    }
}

/// Of an even number the mean of the two in the middle, in whole cells.
fn median(mut all: Vec<i64>) -> Option<i64> {
    let half = all.len() / 2;
    let is_even = all.len().is_multiple_of(2);
    if all.is_empty() {
        return None;
    }
    let (before, middle, _) = all.select_nth_unstable(half);
    match before.iter().max() {
        Some(below) if is_even => Some((below + *middle) / 2),
        _ => Some(*middle),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_one_in_the_middle_or_the_mean_of_two() {
        for (all, expected) in [
            (vec![], None),
            (vec![7], Some(7)),
            (vec![9, 2], Some(5)),
            (vec![9, 1, 4], Some(4)),
            (vec![8, 1, 100, 4], Some(6)),
        ] {
            assert_eq!(median(all), expected);
        }
    }
}
