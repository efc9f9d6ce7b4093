//! How interviews are found: by the beginnings of words of the candidate's name or address, or of the job's title.
use std::collections::HashSet;

use entity::interview;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::list::of_jobs;
use crate::{
    db::Db,
    domain::{candidates, jobs},
    error::Result,
    text,
};

/// So many interviews are looked up one by one.
const FEW: u64 = 2000;

/// Which interviews a search finds.
pub(super) struct Found {
    /// They are among these, where any word is rare.
    pub(super) few: Option<HashSet<i64>>,
    /// What holds for them besides: words that are soon met on the way through the list.
    pub(super) in_passing: Condition,
}

/// Those with a word for each of the search, no matter whose; none without a search.
pub(super) async fn found_by(db: &Db, company_id: i64, search: &str) -> Result<Option<Found>> {
    let words = text::search_words(search);
    if words.is_empty() {
        return Ok(None);
    }
    let titles = jobs::searchable(db, company_id).await?;
    let mut found = Found {
        few: None,
        in_passing: Condition::all(),
    };
    for word in words {
        let for_jobs = match titles.found_by(std::slice::from_ref(&word)) {
            ids if ids.is_empty() => None,
            ids => Some(of_jobs(company_id, &ids)),
        };
        let people = candidates::keys(db, company_id, &word).await?;
        let is_rare = people.is_some();
        let of_people = match people {
            Some(ids) => Condition::all().add(interview::Column::CandidateId.is_in(ids)),
            None => Condition::all().add(candidates::has_word(
                (interview::Entity, interview::Column::CompanyId),
                (interview::Entity, interview::Column::CandidateId),
                &word,
            )),
        };
        let ids = match is_rare {
            true => keys(db, company_id, &of_people, for_jobs.as_ref()).await?,
            false => None,
        };
        match ids {
            Some(ids) => found.narrow(ids),
            None => {
                let either = Condition::any().add(of_people).add_option(for_jobs);
                found.in_passing = found.in_passing.add(either);
            }
        }
    }
    Ok(Some(found))
}

impl Found {
    fn narrow(&mut self, ids: HashSet<i64>) {
        self.few = Some(match self.few.take() {
            Some(few) => few.intersection(&ids).copied().collect(),
            None => ids,
        });
    }
}

/// The keys of the interviews for which either holds, each looked up by its own index; none when they are too many.
async fn keys(
    db: &Db,
    company_id: i64,
    of_people: &Condition,
    for_jobs: Option<&Condition>,
) -> Result<Option<HashSet<i64>>> {
    let mut found = HashSet::new();
    for condition in [Some(of_people), for_jobs].into_iter().flatten() {
        let ids: Vec<i64> = interview::Entity::find()
            .select_only()
            .column(interview::Column::Id)
            .filter(interview::COLUMN.company_id.eq(company_id))
            .filter(condition.clone())
            .limit(FEW + 1)
            .into_tuple()
            .all(db.read())
            .await?;
        found.extend(ids);
    }
    Ok((found.len() as u64 <= FEW).then_some(found))
}
