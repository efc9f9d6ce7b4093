//! How messages are found by whom they go to: as candidates and users are found, or by the beginning of an address.
use entity::{email, interview, user};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func, Query, SimpleExpr},
};

use super::list::{Place, of_company};
use crate::{db::Db, domain::candidates, error::Result, text};

/// How many users are searched.
const USERS: u64 = 5000;

/// Messages about interviews of candidates whom the words find, to users whom they find, and to addresses that begin
/// with what was typed: those that are no candidate's any more, too.
pub(super) async fn found_by(db: &Db, company_id: i64, typed: &str) -> Result<Place> {
    // Addresses are stored in lower case.
    let beginning = typed.to_lowercase();
    let mut by_index = vec![at(company_id, &beginning)];
    let mut in_passing = Condition::any().add(begins_with(&beginning));
    let words = text::search_words(typed);
    if words.is_empty() {
        return Ok(Place::new(Some(by_index), in_passing));
    }
    let users = users(db, company_id, &words).await?;
    if !users.is_empty() {
        let to_them = email::Column::UserId.is_in(users);
        by_index.push(of_company(company_id).filter(to_them.clone()));
        in_passing = in_passing.add(to_them);
    }
    let by_index = match candidates::keys(db, company_id, typed).await? {
        Some(ids) => {
            let about_them = email::Column::InterviewId.in_subquery(interviews(company_id, ids));
            by_index.push(of_company(company_id).filter(about_them.clone()));
            in_passing = in_passing.add(about_them);
            Some(by_index)
        }
        None => {
            in_passing = in_passing.add(about_somebody(&words));
            None
        }
    };
    Ok(Place::new(by_index, in_passing))
}

/// Those to addresses that begin like this.
pub(super) fn at(company_id: i64, beginning: &str) -> Select<email::Entity> {
    of_company(company_id)
        .filter(email::COLUMN.recipient.gte(beginning))
        .filter(email::COLUMN.recipient.lt(format!("{beginning}\u{10FFFF}")))
}

fn begins_with(beginning: &str) -> SimpleExpr {
    let length = i32::try_from(beginning.chars().count()).unwrap_or(i32::MAX);
    let its_beginning = Func::cust("SUBSTR").args([
        Expr::col(email::Column::Recipient),
        Expr::value(1),
        Expr::value(length),
    ]);
    Expr::expr(its_beginning).eq(beginning)
}

/// The users in whose name or address every word begins a word: a company has few.
async fn users(db: &Db, company_id: i64, words: &[String]) -> Result<Vec<i64>> {
    let rows: Vec<(i64, String, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Email])
        .filter(user::COLUMN.company_id.eq(company_id))
        .limit(USERS)
        .into_tuple()
        .all(db.read())
        .await?;
    let found = rows.into_iter().filter(|(_, name, email)| {
        text::finds(words, &text::search_words(&format!("{name} {email}")))
    });
    Ok(found.map(|(id, ..)| id).collect())
}

fn interviews(company_id: i64, candidates: Vec<i64>) -> sea_orm::sea_query::SelectStatement {
    interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::CandidateId.is_in(candidates))
        .into_query()
}

/// Holds for messages about the interview of somebody who has all words.
fn about_somebody(words: &[String]) -> SimpleExpr {
    let of = |column| (interview::Entity, column);
    let mut theirs = Query::select()
        .expr(Expr::value(1))
        .from(interview::Entity)
        .and_where(
            Expr::col(of(interview::Column::Id))
                .equals((email::Entity, email::Column::InterviewId)),
        )
        .and_where(
            Expr::col(of(interview::Column::CompanyId))
                .equals((email::Entity, email::Column::CompanyId)),
        )
        .to_owned();
    for word in words {
        theirs.and_where(candidates::has_word(
            of(interview::Column::CompanyId),
            of(interview::Column::CandidateId),
            word,
        ));
    }
    Expr::exists(theirs)
}
