//! Users can be interviewers, too.
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// Users can be interviewers, too.
#[derive(DeriveMigrationName)]
pub struct Migration;

const FORMER: &str = "role IN ('admin', 'recruiter')";
const ROLES: &str = "role IN ('admin', 'recruiter', 'interviewer')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        change_check(manager, FORMER, ROLES).await
    }

    /// Nobody may do more than before: who was an interviewer is a recruiter who cannot sign in.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let shut_out = Query::update()
            .table("users")
            .value("role", "recruiter")
            .value(
                "disabled_at",
                Expr::cust("COALESCE(disabled_at, created_at)"),
            )
            .and_where(Expr::col("role").eq("interviewer"))
            .to_owned();
        manager.exec_stmt(shut_out).await?;
        change_check(manager, ROLES, FORMER).await
    }
}

async fn change_check(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        let change = format!(
            "ALTER TABLE users DROP CONSTRAINT ck_users_role, ADD CONSTRAINT ck_users_role CHECK ({to})"
        );
        connection.execute_unprepared(&change).await?;
        return Ok(());
    }
    // SQLite cannot change a constraint, and half the tables refer to users, so that they cannot move to a new one.
    // Its documentation has this way for what changes no stored row: sqlite.org/lang_altertable.html, section 7.
    let ask = Statement::from_string(DbBackend::Sqlite, "PRAGMA schema_version");
    let version: i64 = match connection.query_one_raw(ask).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => return Err(DbErr::Custom("the schema has no version".into())),
    };
    let change = Query::update()
        .table("sqlite_schema")
        .value(
            "sql",
            Expr::cust_with_values("replace(sql, ?, ?)", [from, to]),
        )
        .and_where(Expr::col("type").eq("table"))
        .and_where(Expr::col("name").eq("users"))
        .and_where(Expr::cust_with_values("instr(sql, ?) > 0", [from]))
        .to_owned();
    connection
        .execute_unprepared("PRAGMA writable_schema = ON")
        .await?;
    let changed = connection.execute(&change).await?.rows_affected();
    // Who has the database open reads the schema again; this connection does with RESET.
    connection
        .execute_unprepared(&format!(
            "PRAGMA schema_version = {}; PRAGMA writable_schema = RESET",
            version + 1
        ))
        .await?;
    match changed {
        1 => Ok(()),
        _ => Err(DbErr::Custom("users have no rule about their role".into())),
    }
}
