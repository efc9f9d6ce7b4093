//! A write that proves that writes are kept.
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{Db, transaction};
use crate::error::{Error, Result};

/// As many pages as a booking and its mail touch, so that whoever has room for this has room for one. The size changes
/// with each turn because SQLite takes new pages only then, and takes them before it gives the old ones back: this
/// fails when the file may not grow, and does not make it grow after the second time.
const ON_SQLITE: &str = "UPDATE write_checks SET turn = turn + 1, \
     filler = randomblob(40960 + 4096 * (turn % 2)) RETURNING turn";
const ON_POSTGRES: &str = "UPDATE write_checks SET turn = turn + 1 RETURNING turn";
const LOOK: &str = "SELECT turn FROM write_checks";

/// Commits a small write and sees it from another connection. Takes place in one row, again and again.
pub async fn prove_writable(db: &Db) -> Result<()> {
    let written = transaction(db, async |txn| {
        let sql = match txn.get_database_backend() {
            DbBackend::Postgres => ON_POSTGRES,
            _ => ON_SQLITE,
        };
        turn(txn, sql).await
    })
    .await?;
    if turn(db.read(), LOOK).await? < written {
        return Err(Error::System("a committed write is not there".into()));
    }
    Ok(())
}

async fn turn(connection: &impl ConnectionTrait, sql: &str) -> Result<i64> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::Stored("write_checks has no row".into()))?;
    Ok(row.try_get("", "turn")?)
}
