//! What a database knows of how its tables are filled: it plans by that.
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{Db, transaction};
use crate::error::Result;

/// For an upgrade, which may have rebuilt tables. At all other times autovacuum sees to it.
const ON_POSTGRES: &str = "ANALYZE";
/// So many rows of each index are read, so that it never takes long.
const ENOUGH: &str = "PRAGMA analysis_limit = 1000";
const TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
/// Of a smaller table SQLite would remember that it is cheap to read as a whole, also when it is no more; `PRAGMA optimize`
/// makes no such difference.
const LARGE: usize = 10_000;

/// Brings the statistics up to date, where the database does not do that by itself. What has none yet is planned by them at
/// once; connections that are open already plan by older ones until they are replaced.
pub async fn refresh(db: &Db) -> Result<()> {
    if db.read().get_database_backend() == DbBackend::Postgres {
        return Ok(());
    }
    for table in tables(db.read()).await? {
        transaction(db, async |txn| -> Result<()> {
            Ok(analyze(txn, &table).await?)
        })
        .await?;
    }
    Ok(())
}

/// Does it after migrations.
pub(super) async fn refresh_migrated(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(ON_POSTGRES).await?;
        return Ok(());
    }
    for table in tables(db).await? {
        analyze(db, &table).await?;
    }
    Ok(())
}

async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(sqlite(TABLES.into())).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

/// `table` is one of ours, never what somebody typed.
async fn analyze(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    let is_large = format!("SELECT 1 FROM \"{table}\" LIMIT 1 OFFSET {LARGE}");
    if db.query_one_raw(sqlite(is_large)).await?.is_some() {
        db.execute_unprepared(ENOUGH).await?;
        db.execute_unprepared(&format!("ANALYZE \"{table}\""))
            .await?;
    }
    Ok(())
}

fn sqlite(sql: String) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}
