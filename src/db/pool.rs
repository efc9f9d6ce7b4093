//! Where connections are borrowed from. Those that come back as they were wait here, because the driver's own pool asks
//! each of them over its wire, in a task of its own, whether it still answers: that would cost as much as a statement.
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, RuntimeErr,
    error::ConnAcquireErr,
    sqlx::{self, PgPool, SqlitePool},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::connection::{Borrowed, Connection};
#[cfg(debug_assertions)]
use super::failpoint::Failpoint;

/// One that nobody used for so long goes through the driver's pool, which looks whether it is still there.
const FRESH: Duration = Duration::from_secs(30);
/// Nobody waits longer for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where connections are borrowed from.
#[derive(Clone, Debug)]
pub struct Pool {
    driver: Driver,
    waiting: Waiting,
    /// As many as there may be connections: the driver is never asked for one more.
    permits: Arc<Semaphore>,
    #[cfg(debug_assertions)]
    pub(super) failpoint: Failpoint,
}

#[derive(Clone, Debug)]
enum Driver {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// The pool that sea-orm opened.
    pub(super) fn of(
        opened: &DatabaseConnection,
        #[cfg(debug_assertions)] failpoint: &Failpoint,
    ) -> Self {
        let (driver, most) = match opened.get_database_backend() {
            DbBackend::Postgres => {
                let pool = opened.get_postgres_connection_pool().clone();
                let most = pool.options().get_max_connections();
                (Driver::Postgres(pool), most)
            }
            _ => {
                let pool = opened.get_sqlite_connection_pool().clone();
                let most = pool.options().get_max_connections();
                (Driver::Sqlite(pool), most)
            }
        };
        Self {
            driver,
            waiting: Waiting::default(),
            permits: Arc::new(Semaphore::new(most as usize)),
            #[cfg(debug_assertions)]
            failpoint: failpoint.clone(),
        }
    }

    pub(super) fn backend(&self) -> DbBackend {
        match self.driver {
            Driver::Sqlite(_) => DbBackend::Sqlite,
            Driver::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// Waits for a connection, five seconds at most.
    pub(super) async fn borrow(&self) -> Result<Borrowed, DbErr> {
        let borrowed = timeout(PATIENCE, self.borrow_patiently()).await;
        borrowed.unwrap_or(Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)))
    }

    async fn borrow_patiently(&self) -> Result<Borrowed, DbErr> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit =
            permit.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let connection = match self.waiting.take() {
            Some(connection) => connection,
            None => self.driver.acquire().await?,
        };
        Ok(Borrowed::new(
            connection,
            Permit {
                waiting: self.waiting.clone(),
                _counted: permit,
            },
            #[cfg(debug_assertions)]
            self.failpoint.clone(),
        ))
    }

    /// Waits for running statements and closes every connection.
    pub(super) async fn close(&self) {
        self.permits.close();
        self.waiting.close();
        match &self.driver {
            Driver::Sqlite(pool) => pool.close().await,
            Driver::Postgres(pool) => pool.close().await,
        }
    }
}

impl Driver {
    async fn acquire(&self) -> Result<Connection, DbErr> {
        let acquired = match self {
            Self::Sqlite(pool) => pool.acquire().await.map(Connection::Sqlite),
            Self::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        };
        acquired.map_err(|error| match error {
            sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
        })
    }
}

/// The right to one connection. Whoever holds it may give the connection back.
#[derive(Debug)]
pub(super) struct Permit {
    waiting: Waiting,
    _counted: OwnedSemaphorePermit,
}

impl Permit {
    /// For the next who asks. The connection is as it was when it was borrowed.
    pub(super) fn give_back(&self, connection: Connection) {
        self.waiting.put(connection);
    }
}

/// Sound connections that nobody uses just now, the last used one last; none once the pool is closed. What is taken out and
/// dropped goes through the driver's pool.
#[derive(Clone, Debug)]
struct Waiting(Arc<Mutex<Option<List>>>);

#[derive(Debug, Default)]
struct List(Vec<(Connection, Instant)>);

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Some(List::default()))))
    }
}

impl Waiting {
    fn take(&self) -> Option<Connection> {
        let (connection, since) = self.list().as_mut()?.0.pop()?;
        (since.elapsed() < FRESH).then_some(connection)
    }

    fn put(&self, connection: Connection) {
        let mut list = self.list();
        let Some(List(waiting)) = list.as_mut() else {
            return;
        };
        let stale = |(_, since): &(Connection, Instant)| since.elapsed() >= FRESH;
        if waiting.first().is_some_and(stale) {
            waiting.remove(0);
        }
        waiting.push((connection, Instant::now()));
    }

    fn close(&self) {
        if let Some(mut list) = self.list().take() {
            list.0.clear();
        }
    }

    fn list(&self) -> MutexGuard<'_, Option<List>> {
        // Nothing is done under the lock that could leave the list half-made.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for List {
    /// The driver's pool takes them back in a task, and there may be nothing left to run one.
    fn drop(&mut self) {
        for (connection, _) in self.0.drain(..) {
            connection.abandon();
        }
    }
}
