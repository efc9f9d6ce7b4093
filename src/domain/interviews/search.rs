//! How interviews are found: by the beginnings of words of the candidate's name or address, or of the job's title.
use std::collections::{BTreeMap, BTreeSet, HashSet};

use entity::{candidate, interview, slot};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Query, SimpleExpr},
};

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
    let mut common = Common::default();
    for word in words {
        let jobs = titles.found_by(std::slice::from_ref(&word));
        let people = candidates::keys(db, company_id, &word).await?;
        let places = people.as_ref().map(|ids| places(company_id, ids, &jobs));
        let ids = match places {
            Some(places) => keys(db, company_id, places).await?,
            None => None,
        };
        match ids {
            Some(ids) => found.narrow(ids),
            None => {
                let either = Condition::any().add(has_word(&word)).add(for_jobs(&jobs));
                found.in_passing = found.in_passing.add(either);
                common.add(word, jobs);
            }
        }
    }
    if found.few.is_none()
        && let Some(ids) = common.keys(db, company_id).await?
    {
        found.few = Some(ids);
    }
    Ok(Some(found))
}

/// Words of which each alone finds too many.
#[derive(Default)]
struct Common {
    words: Vec<String>,
    /// Which of them, by their places, are in the title of a job.
    in_titles: BTreeMap<i64, BTreeSet<usize>>,
}

impl Common {
    fn add(&mut self, word: String, jobs: Vec<i64>) {
        for job in jobs {
            let in_title = self.in_titles.entry(job).or_default();
            in_title.insert(self.words.len());
        }
        self.words.push(word);
    }

    /// The keys of the interviews that have them all, from the job's title or from the candidate; none when they are too
    /// many, or one word is all there is.
    async fn keys(self, db: &Db, company_id: i64) -> Result<Option<HashSet<i64>>> {
        let is_alone = self.words.len() < 2;
        if is_alone
            || self.in_titles.is_empty()
                && candidates::meet_often(db, company_id, &self.words).await?
        {
            return Ok(None);
        }
        let mut places = all_of(company_id, &self.words, None);
        for (in_title, jobs) in self.jobs() {
            let words = self.words.iter().enumerate();
            let others = words.filter(|(at, _)| !in_title.contains(at));
            let others: Vec<String> = others.map(|(_, word)| word.clone()).collect();
            places.extend(all_of(company_id, &others, Some(&jobs)));
        }
        keys(db, company_id, places).await
    }

    /// The jobs whose titles have the same words.
    fn jobs(&self) -> BTreeMap<&BTreeSet<usize>, Vec<i64>> {
        let mut alike: BTreeMap<_, Vec<i64>> = BTreeMap::new();
        for (job, in_title) in &self.in_titles {
            alike.entry(in_title).or_default().push(*job);
        }
        alike
    }
}

/// Where the interviews are of people who have all these words, for these jobs if any are named.
fn all_of(
    company_id: i64,
    words: &[String],
    jobs: Option<&[i64]>,
) -> Vec<Select<interview::Entity>> {
    match (candidates::who_have(company_id, words), jobs) {
        (Some(people), jobs) => {
            let theirs = interview::Column::CandidateId.in_subquery(people);
            let theirs = interview::Entity::find().filter(theirs);
            vec![theirs.filter(Condition::all().add_option(jobs.map(for_jobs)))]
        }
        (None, jobs) => places(company_id, &[], jobs.unwrap_or_default()),
    }
}

impl Found {
    fn narrow(&mut self, ids: HashSet<i64>) {
        self.few = Some(match self.few.take() {
            Some(few) => few.intersection(&ids).copied().collect(),
            None => ids,
        });
    }
}

/// Where the interviews of these people and for these jobs are, each found by its own index.
fn places(company_id: i64, people: &[i64], jobs: &[i64]) -> Vec<Select<interview::Entity>> {
    let all = interview::Entity::find;
    let of_people = interview::Column::CandidateId.is_in(people.iter().copied());
    let jobs = || jobs.iter().copied();
    let none_of_its_own = interview::Column::JobId.is_null();
    let mut places = vec![all().filter(of_people)];
    if jobs().next().is_none() {
        return places;
    }
    places.extend([
        all().filter(interview::Column::JobId.is_in(jobs())),
        all()
            .inner_join(slot::Entity)
            .filter(slot::COLUMN.company_id.eq(company_id))
            .filter(none_of_its_own.clone())
            .filter(slot::Column::JobId.is_in(jobs())),
        all()
            .inner_join(candidate::Entity)
            .filter(candidate::COLUMN.company_id.eq(company_id))
            .filter(none_of_its_own)
            .filter(interview::Column::SlotId.is_null())
            .filter(candidate::Column::JobId.is_in(jobs())),
    ]);
    places
}

/// The keys of the interviews in all these places; none when they are too many.
async fn keys(
    db: &Db,
    company_id: i64,
    places: Vec<Select<interview::Entity>>,
) -> Result<Option<HashSet<i64>>> {
    let mut found = HashSet::new();
    for place in places {
        let ids: Vec<i64> = place
            .select_only()
            .column(interview::Column::Id)
            .filter(interview::COLUMN.company_id.eq(company_id))
            .limit(FEW + 1)
            .into_tuple()
            .all(db.read())
            .await?;
        found.extend(ids);
        if found.len() as u64 > FEW {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// Holds where the candidate has a word that begins with this one.
fn has_word(word: &str) -> SimpleExpr {
    candidates::has_word(
        (interview::Entity, interview::Column::CompanyId),
        (interview::Entity, interview::Column::CandidateId),
        word,
    )
}

/// The rule of [`of_job`](super::of_job), asked of each interview by itself.
fn for_jobs(ids: &[i64]) -> Condition {
    let ids = || ids.iter().copied();
    let of_slot = Query::select()
        .expr(Expr::value(1))
        .from(slot::Entity)
        .and_where(
            Expr::col((slot::Entity, slot::Column::Id))
                .equals((interview::Entity, interview::Column::SlotId)),
        )
        .and_where(slot::Column::JobId.is_in(ids()))
        .to_owned();
    let of_candidate = Query::select()
        .expr(Expr::value(1))
        .from(candidate::Entity)
        .and_where(
            Expr::col((candidate::Entity, candidate::Column::Id))
                .equals((interview::Entity, interview::Column::CandidateId)),
        )
        .and_where(candidate::Column::JobId.is_in(ids()))
        .to_owned();
    let none_of_its_own = interview::Column::JobId.is_null();
    Condition::any()
        .add(interview::Column::JobId.is_in(ids()))
        .add(
            Condition::all()
                .add(none_of_its_own.clone())
                .add(Expr::exists(of_slot)),
        )
        .add(
            Condition::all()
                .add(none_of_its_own)
                .add(interview::Column::SlotId.is_null())
                .add(Expr::exists(of_candidate)),
        )
}
