//! Options of selects: names that are stored, with the words that people read.
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

use crate::{app::App, domain::jobs, error::Result, mail::language::Languages};

/// One line of a select or a group of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What one reads.
    pub label: String,
}

impl Choice {
    /// A line with its value.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self {
            value: value.to_string(),
            label: label.into(),
        }
    }
}

/// All values of a closed enum, in its order.
pub fn of<T: ActiveEnum<Value = String> + Iterable>(words: fn(T) -> &'static str) -> Vec<Choice> {
    T::iter()
        .map(|value| Choice::new(value.to_value(), words(value)))
        .collect()
}

/// The jobs that a list can be narrowed to, as they were a moment ago, and whether they are closed; the one that is
/// asked for is among them.
pub async fn asked_jobs(
    app: &App,
    company_id: i64,
    asked: Option<i64>,
) -> Result<Vec<(i64, String, bool)>> {
    let read = jobs::filters(&app.db, company_id);
    let now = app.clock.now();
    let mut jobs = app.job_choices.get(&app.db, company_id, now, read).await?;
    if let Some(id) = asked
        && jobs.iter().all(|(other, ..)| *other != id)
    {
        jobs.extend(jobs::filter(&app.db, company_id, id).await?);
    }
    Ok(jobs)
}

/// Rows by their key.
pub fn rows(rows: Vec<(i64, String)>) -> Vec<Choice> {
    rows.into_iter()
        .map(|(id, label)| Choice::new(id, label))
        .collect()
}

/// Jobs to ask a list for; those that are closed say so.
pub fn jobs(rows: Vec<(i64, String, bool)>) -> Vec<Choice> {
    rows.into_iter()
        .map(|(id, title, is_closed)| match is_closed {
            true => Choice::new(id, format!("{title} (closed)")),
            false => Choice::new(id, title),
        })
        .collect()
}

/// The languages of mails, and those that are chosen though they may be none of them.
pub fn languages(languages: &Languages, chosen: &[&str]) -> Result<Vec<Choice>> {
    let mut choices: Vec<Choice> = languages
        .list()
        .map(|(tag, name)| Choice::new(tag, name))
        .collect();
    for tag in chosen {
        if !tag.is_empty() && choices.iter().all(|choice| choice.value != *tag) {
            choices.push(Choice::new(tag, language(languages, tag)?));
        }
    }
    Ok(choices)
}

/// A language by its name: `Deutsch`; `de-AT (mails are in Deutsch)` when it is the nearest only.
pub fn language(languages: &Languages, tag: &str) -> Result<String> {
    let nearest = languages.choose(tag)?;
    Ok(match nearest.tag() == tag {
        true => nearest.name().to_owned(),
        false => format!("{tag} (emails are in {})", nearest.name()),
    })
}
