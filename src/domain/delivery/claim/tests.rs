//! The look-ups of a claim use the indexes that were made for them.
use sea_orm::{DbBackend, QueryTrait};

use super::{
    due::{patient, urgent},
    *,
};

#[actix_web::test]
async fn the_next_message_is_found_by_an_index_however_long_the_log_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite://{}", dir.path().join("test.db").display());
    db::migrate(&url).await.expect("migrated");
    let db = db::connect(&url).await.expect("a database");
    let now = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
    for (next, index) in [
        (urgent(now), "ix_emails_urgent"),
        (patient(now), "ix_emails_due"),
    ] {
        let mut query = next.limit(1).build(DbBackend::Sqlite);
        query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
        let steps = db.read().query_all_raw(query).await.expect("a plan");
        let plan: Vec<String> = steps
            .iter()
            .map(|step| step.try_get("", "detail").expect("a step"))
            .collect();
        assert!(plan[0].contains(index), "{plan:?}");
        assert!(
            !plan.iter().any(|step| step.contains("ORDER BY")),
            "{plan:?}"
        );
    }
}
