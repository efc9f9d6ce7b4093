//! Connections, migrations and transactions: all that differs between SQLite and PostgreSQL.
mod commits;
mod connection;
pub mod constant;
mod errors;
#[cfg(debug_assertions)]
pub mod failpoint;
mod limit;
mod ownership;
mod pool;
mod proof;
mod recent;
mod shared_clock;
mod statistics;
mod transaction;
mod watched;

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use log::LevelFilter;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

#[cfg(debug_assertions)]
use self::failpoint::Failpoint;
use self::{commits::Commits, pool::Pool, shared_clock::SharedClock};
pub use self::{
    errors::{is_away, is_duplicate, is_unreadable, reason},
    ownership::refuse_foreign,
    proof::prove_writable,
    recent::Recent,
    statistics::refresh as refresh_statistics,
    transaction::{transaction, transaction_retrying_duplicates},
    watched::{Reader, Txn},
};
use crate::error::{Error, Result};

const POSTGRES_MIGRATION_LOCK: i64 = 0x6772_6565_6e72_6f6f;
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// The database. On SQLite reads have a pool of their own, because one connection writes and the
/// others never wait for it; on PostgreSQL both are the same pool.
#[derive(Clone, Debug)]
pub struct Db {
    read: Arc<Reader>,
    write: Pool,
    clock: SharedClock,
    commits: Arc<Commits>,
}

impl Db {
    /// Where to look things up. Refuses to write on SQLite.
    pub fn read(&self) -> &Reader {
        &self.read
    }

    /// How often this process has committed so far, or may have: while it is the same, only others have written. None while a
    /// commit is under way, because nobody knows then what a look-up sees.
    pub fn commits(&self) -> Option<u64> {
        self.commits.settled()
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(self) -> Result<()> {
        self.read.close().await;
        self.write.close().await;
        Ok(())
    }

    /// Makes statements fail, in tests; a release build has none.
    #[cfg(debug_assertions)]
    pub fn failpoint(&self) -> &Failpoint {
        &self.write.failpoint
    }

    /// None to read by: then one pool is for both, so that neither side keeps connections from the other.
    fn new(read: Option<&DatabaseConnection>, write: &DatabaseConnection) -> Self {
        #[cfg(debug_assertions)]
        let failpoint = Failpoint::default();
        let pool = |opened| {
            Pool::of(
                opened,
                #[cfg(debug_assertions)]
                &failpoint,
            )
        };
        let clock = match write.get_database_backend() {
            DbBackend::Postgres => SharedClock::server(),
            _ => SharedClock::Own,
        };
        let write = pool(write);
        Self {
            read: Arc::new(Reader::new(read.map_or_else(|| write.clone(), pool))),
            write,
            commits: Arc::default(),
            clock,
        }
    }
}

/// Opens the pools. The schema must be there: see [`migrate`].
pub async fn connect(url: &str) -> Result<Db> {
    if is_sqlite(url) {
        let write = Database::connect(sqlite(url, 1, false)).await?;
        require_sound_sqlite(&write).await?;
        let read = Database::connect(sqlite(url, 4, true)).await?;
        Ok(Db::new(Some(&read), &write))
    } else {
        let pool = Database::connect(postgres(url, 16)).await?;
        Ok(Db::new(None, &pool))
    }
}

/// Brings the schema up to date; two processes may try at once, one of them waits.
/// Runs on a connection of its own, because migrations switch SQLite's foreign keys off.
pub async fn migrate(url: &str) -> Result<()> {
    refuse_foreign(url).await?;
    let db = connect_alone(url).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(&format!(
            "SELECT pg_advisory_lock({POSTGRES_MIGRATION_LOCK})"
        ))
        .await?;
    }
    // The lock goes with the connection.
    let done = bring_up_to_date(&db).await;
    db.close().await?;
    Ok(done?)
}

async fn bring_up_to_date(db: &DatabaseConnection) -> std::result::Result<(), DbErr> {
    let is_new = !Migrator::get_pending_migrations(db).await?.is_empty();
    Migrator::up(db, None).await?;
    if is_new && let Err(error) = statistics::refresh_migrated(db).await {
        tracing::warn!(%error, "The database's statistics are not up to date; some pages may be slow");
    }
    Ok(())
}

/// Has every migration of this version been applied?
pub async fn is_migrated(db: &Db) -> Result<bool> {
    let versions = applied(db.read()).await?;
    Ok(Migrator::migrations()
        .iter()
        .all(|migration| versions.iter().any(|version| version == migration.name())))
}

/// Has a newer Greenroom migrated this database?
pub async fn is_ahead(db: &impl ConnectionTrait) -> Result<bool> {
    let ours = Migrator::migrations();
    let versions = applied(db).await?;
    Ok(versions
        .iter()
        .any(|version| ours.iter().all(|migration| migration.name() != version)))
}

async fn applied(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let applied = Statement::from_string(
        db.get_database_backend(),
        "SELECT version FROM seaql_migrations",
    );
    let mut versions = Vec::new();
    for row in db.query_all_raw(applied).await? {
        versions.push(row.try_get::<String>("", "version")?);
    }
    Ok(versions)
}

/// One connection for migrations and other work on the schema itself.
pub async fn connect_alone(url: &str) -> Result<DatabaseConnection> {
    let options = if is_sqlite(url) {
        sqlite(url, 1, false)
    } else {
        postgres(url, 1)
    };
    Ok(Database::connect(options).await?)
}

/// Makes the next row of an empty table the one with this key. `table` is one of ours, never what somebody typed.
pub async fn begin_keys_at(
    txn: &impl ConnectionTrait,
    table: &'static str,
    first: i64,
) -> Result<()> {
    match txn.get_database_backend() {
        DbBackend::Postgres => {
            let next =
                format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first}, false)");
            txn.execute_unprepared(&next).await?;
        }
        _ => {
            let last = first - 1;
            for statement in [
                format!("DELETE FROM sqlite_sequence WHERE name = '{table}'"),
                format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {last})"),
            ] {
                txn.execute_unprepared(&statement).await?;
            }
        }
    }
    Ok(())
}

/// The file of an SQLite database; a server has none.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let options = is_sqlite(url).then(|| SqliteConnectOptions::from_str(url))?;
    Some(options.ok()?.get_filename().to_owned())
}

/// Writes a consistent copy of an SQLite database, of the moment at which it is taken; whoever
/// writes meanwhile need not stop. `to` must be absent or empty.
pub async fn copy_sqlite(url: &str, to: &Path) -> Result<()> {
    refuse_foreign(url).await?;
    let db = connect_alone(url).await?;
    let copied = db
        .execute_raw(Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "VACUUM INTO ?",
            [to.display().to_string().into()],
        ))
        .await;
    db.close().await?;
    copied?;
    Ok(())
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

fn sqlite(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = common(url, connections);
    options
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                // A page of a list: else the driver's thread waits for whoever reads it, which is a switch of threads.
                .row_buffer_size(256)
                // More than pages and the worker ask for; by default the rarer half would be planned again and again.
                .statement_cache_capacity(400)
                // An acknowledged booking survives a power cut.
                .pragma("synchronous", "FULL")
                .pragma("cache_size", "-4000")
                .pragma("temp_store", "MEMORY");
            if read_only {
                sqlite.pragma("query_only", "ON")
            } else {
                sqlite.create_if_missing(true)
            }
        });
    options
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = common(url, connections);
    options
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .map_sqlx_postgres_opts(|postgres| {
            postgres.options([
                // It guesses costs by statistics that a new table lacks, and then compiles for longer than it would run.
                ("jit", "off"),
                // No page reads so much that a second process were worth its start, which takes longer than most pages.
                ("max_parallel_workers_per_gather", "0"),
                ("statement_timeout", "15s"),
                ("idle_in_transaction_session_timeout", "15s"),
            ])
        });
    options
}

fn common(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        // Statements are logged with their values: never below debug.
        .sqlx_logging(false);
    options.sqlx_slow_statements_logging_settings(LevelFilter::Off, Duration::from_secs(1));
    options
}

/// Older versions can corrupt a write-ahead log under load.
async fn require_sound_sqlite(db: &DatabaseConnection) -> Result<()> {
    let row = db
        .query_one_raw(Statement::from_string(
            DbBackend::Sqlite,
            "SELECT sqlite_version() AS v",
        ))
        .await?;
    let version: String = match row {
        Some(row) => row.try_get("", "v")?,
        None => return Err(Error::System("SQLite does not tell its version".into())),
    };
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    );
    if found < SQLITE_OLDEST {
        return Err(Error::System(format!("SQLite {version} is too old")));
    }
    Ok(())
}
