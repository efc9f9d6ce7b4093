//! What a database knows of how its tables are filled: it plans by that.
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{Db, transaction};
use crate::error::Result;

/// So many rows of each index are read, so that it never takes long.
const ENOUGH: &str = "PRAGMA analysis_limit = 1000";
const TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
const POSTGRES_TABLES: &str =
    "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()";
/// A smaller table would be remembered as cheap to scan, even after it has grown: by SQLite for ever, by PostgreSQL until
/// autovacuum comes by. Of a table that it knows nothing of, it looks at the size instead. `PRAGMA optimize` doesn't make
/// that distinction.
const LARGE: usize = 10_000;

/// Brings the statistics up to date, where the database does not do that by itself. Open connections keep the older ones
/// until they are replaced, unless a table had none.
pub async fn refresh(db: &Db) -> Result<()> {
    // There autovacuum sees to it.
    if db.read().get_database_backend() == DbBackend::Postgres {
        return Ok(());
    }
    for table in tables(db.read()).await? {
        // Asked outside, because nobody else can write meanwhile.
        if is_large(db.read(), &table).await? {
            transaction(db, async |txn| -> Result<()> {
                Ok(analyze(txn, &table).await?)
            })
            .await?;
        }
    }
    Ok(())
}

/// Does it after migrations, which may have rebuilt tables.
pub(super) async fn refresh_migrated(db: &DatabaseConnection) -> Result<(), DbErr> {
    for table in tables(db).await? {
        if is_large(db, &table).await? {
            analyze(db, &table).await?;
        }
    }
    Ok(())
}

async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let names = match db.get_database_backend() {
        DbBackend::Postgres => POSTGRES_TABLES,
        _ => TABLES,
    };
    let rows = db.query_all_raw(statement(db, names.into())).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

/// `table` is one of ours, never what somebody typed.
async fn is_large(db: &impl ConnectionTrait, table: &str) -> Result<bool, DbErr> {
    let last = format!("SELECT 1 FROM \"{table}\" LIMIT 1 OFFSET {LARGE}");
    Ok(db.query_one_raw(statement(db, last)).await?.is_some())
}

/// The same of the name.
async fn analyze(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Sqlite {
        db.execute_unprepared(ENOUGH).await?;
    }
    db.execute_unprepared(&format!("ANALYZE \"{table}\""))
        .await?;
    Ok(())
}

fn statement(db: &impl ConnectionTrait, sql: String) -> Statement {
    Statement::from_string(db.get_database_backend(), sql)
}
