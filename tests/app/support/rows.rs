//! Every row of the database as text: to see that nothing was changed.
use sea_orm::EntityTrait;

use super::TestApp;

/// All rows that requests could change, but sessions and the counters of tries.
pub async fn all(app: &TestApp) -> Vec<String> {
    let mut rows = Vec::new();
    macro_rules! add {
        ($($table:ident),*) => {
            $(
                let found = entity::$table::Entity::find().into_json().all(app.app.db.read()).await;
                for row in found.expect(stringify!($table)) {
                    rows.push(format!("{} {row}", stringify!($table)));
                }
            )*
        };
    }
    add!(
        action,
        api_token,
        attempt,
        candidate,
        company,
        email,
        interview,
        job,
        one_time_key,
        slot,
        user
    );
    rows.sort();
    rows
}
