//! A borrowed connection of either kind of database; one that cannot be trusted any more is closed, never pooled.
use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    error::ConnAcquireErr,
    sqlx::{
        self, AssertSqlSafe, Database, PgPool, Postgres, Sqlite, SqlitePool, pool::PoolConnection,
    },
};
use sea_query_sqlx::SqlxValues;

use super::errors;
#[cfg(debug_assertions)]
use super::failpoint::Failpoint;

/// Where connections are borrowed from.
#[derive(Clone, Debug)]
pub struct Pool {
    kind: Kind,
    #[cfg(debug_assertions)]
    pub(super) failpoint: Failpoint,
}

#[derive(Clone, Debug)]
enum Kind {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// The pool that sea-orm opened.
    pub(super) fn of(
        opened: &DatabaseConnection,
        #[cfg(debug_assertions)] failpoint: &Failpoint,
    ) -> Self {
        Self {
            kind: match opened.get_database_backend() {
                DbBackend::Postgres => {
                    Kind::Postgres(opened.get_postgres_connection_pool().clone())
                }
                _ => Kind::Sqlite(opened.get_sqlite_connection_pool().clone()),
            },
            #[cfg(debug_assertions)]
            failpoint: failpoint.clone(),
        }
    }

    pub(super) fn backend(&self) -> DbBackend {
        match self.kind {
            Kind::Sqlite(_) => DbBackend::Sqlite,
            Kind::Postgres(_) => DbBackend::Postgres,
        }
    }

    pub(super) async fn borrow(&self) -> Result<Borrowed, DbErr> {
        let acquired = match &self.kind {
            Kind::Sqlite(pool) => pool.acquire().await.map(Connection::Sqlite),
            Kind::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        };
        let connection = acquired.map_err(|error| match error {
            sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
        })?;
        Ok(Borrowed {
            connection,
            is_in_transaction: false,
            is_broken: false,
            #[cfg(debug_assertions)]
            failpoint: self.failpoint.clone(),
        })
    }

    pub(super) async fn close(&self) {
        match &self.kind {
            Kind::Sqlite(pool) => pool.close().await,
            Kind::Postgres(pool) => pool.close().await,
        }
    }
}

/// What is asked of a database.
#[derive(Clone, Copy)]
pub(super) enum Question<'a> {
    Execute(&'a Statement),
    Script(&'a str),
    One(&'a Statement),
    All(&'a Statement),
}

impl Question<'_> {
    pub(super) fn is_query(self) -> bool {
        matches!(self, Self::One(_) | Self::All(_))
    }
}

/// What it answers.
pub(super) enum Answer {
    Done(ExecResult),
    Rows(Vec<QueryResult>),
}

/// A connection on loan. It goes back to its pool only if it is as it was; otherwise it is closed, which ends
/// whatever it was in the middle of, and the pool opens another one.
#[derive(Debug)]
pub(super) struct Borrowed {
    connection: Connection,
    is_in_transaction: bool,
    is_broken: bool,
    #[cfg(debug_assertions)]
    failpoint: Failpoint,
}

impl Borrowed {
    /// The one place where statements pass.
    pub(super) async fn ask(&mut self, question: Question<'_>) -> Result<Answer, DbErr> {
        let is_query = question.is_query();
        #[cfg(debug_assertions)]
        let question = match self
            .failpoint
            .statement(self.connection.backend(), self.is_in_transaction)
        {
            Some(script) => Question::Script(script),
            None => question,
        };
        self.connection.ask(question).await.map_err(|error| {
            self.is_broken |= !errors::leaves_sound(&error);
            let error = RuntimeErr::SqlxError(error.into());
            if is_query {
                DbErr::Query(error)
            } else {
                DbErr::Exec(error)
            }
        })
    }

    /// On SQLite it takes the write lock at once, so that nothing read inside can be stale.
    pub(super) async fn begin(&mut self) -> Result<(), DbErr> {
        self.is_in_transaction = true;
        self.control(match self.connection {
            Connection::Sqlite(_) => "BEGIN IMMEDIATE",
            Connection::Postgres(_) => "BEGIN",
        })
        .await
    }

    /// When this fails nobody may be told of success; whether it was done after all is not known.
    pub(super) async fn commit(&mut self) -> Result<(), DbErr> {
        #[cfg(debug_assertions)]
        if let Some(script) = self.failpoint.commit(self.connection.backend()) {
            // Its error is not the one to test: what COMMIT then says is.
            self.control(script).await.ok();
        }
        self.control("COMMIT").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), DbErr> {
        #[cfg(debug_assertions)]
        if let Some(script) = self.failpoint.rollback(self.connection.backend()) {
            self.control(script).await.ok();
        }
        self.control("ROLLBACK").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    /// Will it be closed instead of going back?
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    async fn control(&mut self, sql: &str) -> Result<(), DbErr> {
        let done = self.connection.ask(Question::Script(sql)).await;
        done.map_err(|error| {
            self.is_broken = true;
            DbErr::Exec(RuntimeErr::SqlxError(error.into()))
        })?;
        Ok(())
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // Still in a transaction: it was given up half-way, by a panic or because nobody waits any more.
        if self.is_in_transaction || self.is_broken {
            match &mut self.connection {
                Connection::Sqlite(connection) => connection.close_on_drop(),
                Connection::Postgres(connection) => connection.close_on_drop(),
            }
        }
    }
}

#[derive(Debug)]
enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

macro_rules! either {
    ($self:expr, $connection:ident => $work:expr) => {
        match $self {
            Connection::Sqlite($connection) => $work,
            Connection::Postgres($connection) => $work,
        }
    };
}

impl Connection {
    async fn ask(&mut self, question: Question<'_>) -> Result<Answer, sqlx::Error> {
        either!(self, connection => {
            let connection = &mut **connection;
            Ok(match question {
                Question::Execute(statement) => {
                    Answer::Done(bound(statement).execute(connection).await?.into())
                }
                Question::Script(sql) => {
                    let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
                    Answer::Done(script.execute(connection).await?.into())
                }
                Question::One(statement) => {
                    let row = bound(statement).fetch_optional(connection).await?;
                    Answer::Rows(row.into_iter().map(Into::into).collect())
                }
                Question::All(statement) => {
                    let rows = bound(statement).fetch_all(connection).await?;
                    Answer::Rows(rows.into_iter().map(Into::into).collect())
                }
            })
        })
    }

    #[cfg(debug_assertions)]
    fn backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }
}

fn bound<D: Database>(statement: &Statement) -> sqlx::query::Query<'_, D, SqlxValues>
where
    SqlxValues: for<'q> sqlx::IntoArguments<D>,
{
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}
