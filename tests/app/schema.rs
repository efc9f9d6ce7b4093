//! The schema: its steps go both ways, and it is what the rows say it is.
use std::collections::BTreeMap;

use greenroom::db;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, Iterable, Statement,
};

use crate::support::TestApp;

#[actix_web::test]
async fn every_step_goes_up_down_and_up_again() {
    let app = TestApp::without_company(&[]).await;
    let schema = connection(&app).await;
    Migrator::down(&schema, None).await.expect("down");
    let left = tables(&schema).await;
    assert_eq!(left, ["seaql_migrations"], "nothing is left behind");
    Migrator::up(&schema, None).await.expect("up again");
    assert!(tables(&schema).await.contains(&"attempts".into()));
    schema.close().await.expect("closed");
}

#[actix_web::test]
async fn rows_and_tables_have_the_same_columns() {
    let app = TestApp::without_company(&[]).await;
    let schema = connection(&app).await;
    let mut compared = vec![
        compare::<entity::action::Entity>(&schema).await,
        compare::<entity::api_token::Entity>(&schema).await,
        compare::<entity::attempt::Entity>(&schema).await,
        compare::<entity::batch::Entity>(&schema).await,
        compare::<entity::bounce::Entity>(&schema).await,
        compare::<entity::busy_cell::Entity>(&schema).await,
        compare::<entity::busy_span::Entity>(&schema).await,
        compare::<entity::calendar::Entity>(&schema).await,
        compare::<entity::feed::Entity>(&schema).await,
        compare::<entity::candidate::Entity>(&schema).await,
        compare::<entity::candidate_word::Entity>(&schema).await,
        compare::<entity::company::Entity>(&schema).await,
        compare::<entity::email::Entity>(&schema).await,
        compare::<entity::interview::Entity>(&schema).await,
        compare::<entity::job::Entity>(&schema).await,
        compare::<entity::known_device::Entity>(&schema).await,
        compare::<entity::logo::Entity>(&schema).await,
        compare::<entity::mail_check::Entity>(&schema).await,
        compare::<entity::mail_text::Entity>(&schema).await,
        compare::<entity::mail_text_version::Entity>(&schema).await,
        compare::<entity::mail_token::Entity>(&schema).await,
        compare::<entity::accommodation::Entity>(&schema).await,
        compare::<entity::offer::Entity>(&schema).await,
        compare::<entity::one_time_key::Entity>(&schema).await,
        compare::<entity::provider_event::Entity>(&schema).await,
        compare::<entity::provider_hook::Entity>(&schema).await,
        compare::<entity::rate_limit::Entity>(&schema).await,
        compare::<entity::series::Entity>(&schema).await,
        compare::<entity::series_slot::Entity>(&schema).await,
        compare::<entity::session::Entity>(&schema).await,
        compare::<entity::short_link::Entity>(&schema).await,
        compare::<entity::slot::Entity>(&schema).await,
        compare::<entity::slot_interviewer::Entity>(&schema).await,
        compare::<entity::suppression::Entity>(&schema).await,
        compare::<entity::transport::Entity>(&schema).await,
        compare::<entity::unsent_form::Entity>(&schema).await,
        compare::<entity::user::Entity>(&schema).await,
        compare::<entity::write_check::Entity>(&schema).await,
        "seaql_migrations".to_owned(),
    ];
    compared.sort();
    assert_eq!(
        tables(&schema).await,
        compared,
        "every table has a row type"
    );
    schema.close().await.expect("closed");
}

#[actix_web::test]
async fn migrating_a_database_that_is_up_to_date_changes_nothing() {
    let app = TestApp::start().await;
    let url = app.app.settings.database_url.expose();
    db::migrate(url).await.expect("migrated");
    let companies = entity::company::Entity::find().all(app.app.db.read()).await;
    assert_eq!(companies.expect("rows").len(), 1);
}

#[actix_web::test]
async fn a_step_back_leaves_interviewers_with_less_and_never_more() {
    let app = TestApp::start().await;
    let (mut ada, ines) = (app.admin().await, app.interviewer().await);
    let id = ines.user_id();
    let schema = connection(&app).await;
    let steps = Migrator::migrations();
    let named = |name: &str| steps.iter().position(|step| step.name() == name);
    let at = named("m20261129_000037_add_interviewers").expect("the step");
    let back = u32::try_from(steps.len() - at).expect("a few");
    Migrator::down(&schema, Some(back)).await.expect("down");
    let of_role = async |role: &str, id: i64| {
        let change = format!("UPDATE users SET role = '{role}' WHERE id = {id}");
        schema.execute_unprepared(&change).await
    };
    of_role("interviewer", id).await.expect_err("not yet known");
    of_role("admin", id).await.expect("as before");
    of_role("recruiter", id).await.expect("as before");
    Migrator::up(&schema, None).await.expect("up again");
    of_role("owner", id).await.expect_err("not known");
    let page = ada.get(&format!("/users/{id}")).await;
    assert!(page.words(".facts").contains("Disabled"), "{}", page.text);
    of_role("interviewer", id).await.expect("known again");
    // Who had the database open the whole time knows, too.
    let page = ada.get(&format!("/users/{id}")).await;
    assert!(page.words(".facts").contains("Interviewer"));
    let rita = app.recruiter().await.user_id();
    let fields = [("name", "Rita"), ("role", "interviewer")];
    let saved = ada.save_form(&format!("/users/{rita}/edit"), &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let strange = match schema.get_database_backend() {
        DbBackend::Sqlite => ask(&schema, "PRAGMA integrity_check".into()).await.len(),
        _ => 1,
    };
    assert_eq!(strange, 1, "nothing but ok");
    schema.close().await.expect("closed");
}

#[actix_web::test]
async fn a_database_of_another_program_is_left_as_it_is() {
    let app = TestApp::without_company(&[]).await;
    let url = app.app.settings.database_url.expose();
    let schema = connection(&app).await;
    Migrator::down(&schema, None).await.expect("down");
    let run = async |sql: &str| {
        schema.execute_unprepared(sql).await.expect("done");
    };
    run("DROP TABLE seaql_migrations").await;
    run("CREATE TABLE orders (id INTEGER PRIMARY KEY)").await;
    for another in [
        "CREATE TABLE users (id INTEGER PRIMARY KEY)",
        "CREATE TABLE seaql_migrations (version VARCHAR PRIMARY KEY, applied_at BIGINT NOT NULL)",
        "INSERT INTO seaql_migrations VALUES ('m20220101_000001_create_table', 1)",
    ] {
        run(another).await;
        let before = tables(&schema).await;
        let refused = db::migrate(url).await.expect_err("it is not ours");
        let said = refused.to_string();
        assert!(said.contains("tables of another program (orders"), "{said}");
        assert!(said.contains("DATABASE_URL"), "{said}");
        assert_eq!(tables(&schema).await, before);
    }
    for ended in ["orders", "users", "seaql_migrations"] {
        run(&format!("DROP TABLE {ended}")).await;
    }
    db::migrate(url).await.expect("an empty one is fine");
    schema.close().await.expect("closed");
}

async fn connection(app: &TestApp) -> DatabaseConnection {
    let url = app.app.settings.database_url.expose();
    db::connect_alone(url).await.expect("a connection")
}

/// Compares names and nullability; answers with the table's name.
async fn compare<E: EntityTrait>(schema: &DatabaseConnection) -> String {
    use sea_orm::ColumnTrait;
    let table = E::default().table_name().to_owned();
    let in_code: BTreeMap<String, bool> = E::Column::iter()
        .map(|column| (column.as_str().to_owned(), column.def().is_null()))
        .collect();
    assert_eq!(
        columns(schema, &table).await,
        in_code,
        "columns of {table}, and whether each may be null"
    );
    E::find().one(schema).await.expect("the table can be read");
    table
}

async fn tables(schema: &DatabaseConnection) -> Vec<String> {
    let query = match schema.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        _ => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    };
    let rows = ask(schema, query.to_owned()).await;
    rows.iter()
        .map(|row| row.try_get("", "name").expect("a name"))
        .collect()
}

async fn columns(schema: &DatabaseConnection, table: &str) -> BTreeMap<String, bool> {
    let query = match schema.get_database_backend() {
        DbBackend::Sqlite => format!(
            "SELECT name, NOT (\"notnull\" OR pk) AS nullable FROM pragma_table_info('{table}')"
        ),
        _ => format!(
            "SELECT column_name::text AS name, is_nullable = 'YES' AS nullable \
             FROM information_schema.columns WHERE table_name = '{table}' AND is_generated = 'NEVER'"
        ),
    };
    let rows = ask(schema, query).await;
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "name").expect("a name"),
                row.try_get("", "nullable").expect("a flag"),
            )
        })
        .collect()
}

async fn ask(schema: &DatabaseConnection, query: String) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(schema.get_database_backend(), query);
    schema.query_all_raw(statement).await.expect("an answer")
}
