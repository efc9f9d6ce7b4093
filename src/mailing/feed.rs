//! The interviews that a user holds, as a calendar to subscribe to.
use sea_orm::ActiveEnum;

use crate::{
    domain::{feeds::Feed, interviews::held::Held},
    error::Result,
    mail::{
        compose::Composer,
        invite::{self, Event, Meeting},
        language::Language,
    },
    settings::BaseUrl,
};

/// The calendar in the user's language. The same rows make the same calendar, so that it can be compared by its hash.
pub fn calendar(
    composer: &Composer,
    base_url: &BaseUrl,
    feed: &Feed,
    company_name: &str,
) -> Result<String> {
    let language = composer.languages().choose(&feed.user.locale)?;
    let name = language.say("calendar", "feed_name", &[("company_name", company_name)])?;
    let events = feed
        .held
        .iter()
        .map(|held| event(language, base_url, feed.user.id, held));
    let events = events.collect::<Result<Vec<_>>>()?;
    Ok(invite::finished(&invite::feed(&name, &events), "", None))
}

fn event(language: &Language, base_url: &BaseUrl, user_id: i64, held: &Held) -> Result<Event> {
    let page = base_url.join(&format!("/my-interviews/{}", held.id));
    let interview_type = held.interview_type.to_value();
    let interview_type = language.say("interview_types", &interview_type, &[])?;
    let no_meeting = language.say("interviewer", "no_meeting", &[])?;
    let places = [
        ("candidate_name", held.candidate.as_str()),
        ("job_title", held.job.as_deref().unwrap_or_default()),
        ("interview_type", &interview_type),
        (
            "meeting_url",
            held.meeting_url.as_deref().unwrap_or(&no_meeting),
        ),
        ("page", &page),
    ];
    Ok(Event {
        uid: format!("held-{}-{user_id}@{}", held.id, base_url.host()),
        sequence: held.version,
        stamp: held.created_at,
        starts_at: held.starts_at,
        ends_at: held.ends_at(),
        summary: language.say("calendar", "interviewer_summary", &places)?,
        description: language.say("calendar", "feed_description", &places)?,
        place: String::new(),
        meeting: Some(Meeting {
            url: held.meeting_url.clone(),
            page,
        }),
    })
}
