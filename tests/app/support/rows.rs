//! Every row of the database as text: to see that nothing was changed.
use sea_orm::EntityTrait;

use super::TestApp;

/// All rows that requests could change, but sessions, the counters of tries, and when a token was used.
pub async fn all(app: &TestApp) -> Vec<String> {
    let mut rows = Vec::new();
    macro_rules! add {
        ($($table:ident),*) => {
            $(
                let found = entity::$table::Entity::find().into_json().all(app.app.db.read()).await;
                for mut row in found.expect(stringify!($table)) {
                    if let Some(columns) = row.as_object_mut() {
                        columns.remove("last_used_at");
                    }
                    rows.push(format!("{} {row}", stringify!($table)));
                }
            )*
        };
    }
    add!(
        action,
        api_token,
        attempt,
        batch,
        bounce,
        candidate,
        candidate_word,
        company,
        email,
        interview,
        job,
        logo,
        mail_text,
        mail_text_version,
        offer,
        one_time_key,
        provider_event,
        provider_hook,
        short_link,
        slot,
        slot_interviewer,
        suppression,
        user
    );
    rows.sort();
    rows
}
