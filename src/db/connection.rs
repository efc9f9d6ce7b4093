//! A borrowed connection of either kind of database; one that cannot be trusted any more is closed, never pooled.
#[cfg(debug_assertions)]
use sea_orm::DbBackend;
use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{self, AssertSqlSafe, Database, Postgres, Sqlite, pool::PoolConnection},
};
use sea_query_sqlx::SqlxValues;

#[cfg(debug_assertions)]
use super::failpoint::Failpoint;
use super::{errors, pool::Permit};

/// What is asked of a database.
#[derive(Clone, Copy)]
pub(super) enum Question<'a> {
    Execute(&'a Statement),
    Script(&'a str),
    One(&'a Statement),
    All(&'a Statement),
}

impl Question<'_> {
    #[cfg(debug_assertions)]
    fn sql(&self) -> &str {
        match self {
            Self::Execute(statement) | Self::One(statement) | Self::All(statement) => {
                &statement.sql
            }
            Self::Script(sql) => sql,
        }
    }

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
    /// There until it is given back.
    connection: Option<Connection>,
    permit: Permit,
    is_in_transaction: bool,
    is_broken: bool,
    /// Is it in the middle of a statement? If nobody waits for the answer any more, only the driver can say whether the
    /// connection is good.
    is_asked: bool,
    #[cfg(debug_assertions)]
    failpoint: Failpoint,
}

impl Borrowed {
    pub(super) fn new(
        connection: Connection,
        permit: Permit,
        #[cfg(debug_assertions)] failpoint: Failpoint,
    ) -> Self {
        Self {
            connection: Some(connection),
            permit,
            is_in_transaction: false,
            is_broken: false,
            is_asked: false,
            #[cfg(debug_assertions)]
            failpoint,
        }
    }

    /// The one place where statements pass.
    pub(super) async fn ask(&mut self, question: Question<'_>) -> Result<Answer, DbErr> {
        let is_query = question.is_query();
        #[cfg(debug_assertions)]
        self.failpoint.note(question.sql());
        #[cfg(debug_assertions)]
        let question = match self
            .failpoint
            .statement(self.backend(), self.is_in_transaction)
        {
            Some(script) => Question::Script(script),
            None => question,
        };
        self.pass(question).await.map_err(|error| {
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
            Some(Connection::Sqlite(_)) => "BEGIN IMMEDIATE",
            Some(Connection::Postgres(_)) | None => "BEGIN",
        })
        .await
    }

    /// When this fails nobody may be told of success; whether it was done after all is not known.
    pub(super) async fn commit(&mut self) -> Result<(), DbErr> {
        #[cfg(debug_assertions)]
        if let Some(script) = self.failpoint.commit(self.backend()) {
            // Its error is not the one to test: what COMMIT then says is.
            self.control(script).await.ok();
        }
        self.control("COMMIT").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), DbErr> {
        #[cfg(debug_assertions)]
        if let Some(script) = self.failpoint.rollback(self.backend()) {
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
        let done = self.pass(Question::Script(sql)).await;
        done.map_err(|error| {
            self.is_broken = true;
            DbErr::Exec(RuntimeErr::SqlxError(error.into()))
        })?;
        Ok(())
    }

    async fn pass(&mut self, question: Question<'_>) -> Result<Answer, sqlx::Error> {
        let Some(connection) = &mut self.connection else {
            return Err(sqlx::Error::PoolClosed);
        };
        self.is_asked = true;
        let answer = connection.ask(question).await;
        self.is_asked = false;
        answer
    }

    #[cfg(debug_assertions)]
    fn backend(&self) -> DbBackend {
        match self.connection {
            Some(Connection::Sqlite(_)) => DbBackend::Sqlite,
            Some(Connection::Postgres(_)) | None => DbBackend::Postgres,
        }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        // Still in a transaction: it was given up half-way, by a panic or because nobody waits any more.
        if self.is_in_transaction || self.is_broken {
            connection.close();
        } else if !self.is_asked {
            self.permit.give_back(connection);
        }
    }
}

#[derive(Debug)]
pub(super) enum Connection {
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
    /// Closes it, in the background.
    fn close(mut self) {
        either!(&mut self, connection => connection.close_on_drop());
    }

    /// Ends it at once, without a farewell.
    pub(super) fn abandon(self) {
        either!(self, connection => drop(connection.detach()));
    }

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
}

fn bound<D: Database>(statement: &Statement) -> sqlx::query::Query<'_, D, SqlxValues>
where
    SqlxValues: for<'q> sqlx::IntoArguments<D>,
{
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}
