//! Where statements go: to any connection of a pool, each by itself, or to the one of a transaction.
use std::future::Future;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
};
use tokio::sync::Mutex;

use super::{
    connection::{Answer, Borrowed, Question},
    limit,
    pool::Pool,
};

/// Something that sea-orm can query, every statement of which is watched: what fails is never used again.
#[derive(Debug)]
pub struct Watched<S>(S);

/// For look-ups, each on a connection of its own. Refuses to write on SQLite.
pub type Reader = Watched<Pool>;

/// An open transaction. Dropped before it ended, it is undone and its connection closed.
pub type Txn = Watched<Open>;

impl Watched<Pool> {
    pub(super) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

/// The inside of a [`Txn`].
#[derive(Debug)]
pub struct Open {
    backend: DbBackend,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    borrowed: Borrowed,
    /// What the first statement that failed said. SQLite may have rolled back and be outside of the transaction
    /// since, PostgreSQL refuses the rest: on neither anything more is done, and nothing committed.
    failed: Option<DbErr>,
}

impl Watched<Open> {
    pub(super) async fn begin(pool: &Pool) -> Result<Self, DbErr> {
        let mut borrowed = pool.borrow().await?;
        borrowed.begin().await?;
        Ok(Self(Open {
            backend: pool.backend(),
            state: Mutex::new(State {
                borrowed,
                failed: None,
            }),
        }))
    }

    /// Commits, unless a statement failed, however the work went on after that.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        let mut state = self.0.state.into_inner();
        match state.failed.take() {
            None => state.borrowed.commit().await,
            Some(error) => {
                state.borrowed.roll_back().await?;
                Err(error)
            }
        }
    }

    /// What the first statement that failed said.
    pub(super) async fn failure(&self) -> Option<DbErr> {
        self.0.state.lock().await.failed.clone()
    }

    pub(super) async fn roll_back(self) -> Result<(), DbErr> {
        self.0.state.into_inner().borrowed.roll_back().await
    }
}

/// Whom a statement is asked.
trait Source: Sync {
    fn backend(&self) -> DbBackend;
    fn ask(&self, question: Question<'_>) -> impl Future<Output = Result<Answer, DbErr>> + Send;
}

impl Source for Pool {
    fn backend(&self) -> DbBackend {
        self.backend()
    }

    /// A look-up that met a connection which turned out to be broken is done once more, on another one: what was
    /// committed a moment ago is then answered, not called a failure.
    async fn ask(&self, question: Question<'_>) -> Result<Answer, DbErr> {
        let mut borrowed = self.borrow().await?;
        match borrowed.ask(question).await {
            Err(_) if borrowed.is_broken() && question.is_query() => {
                drop(borrowed);
                self.borrow().await?.ask(question).await
            }
            answer => answer,
        }
    }
}

impl Source for Open {
    fn backend(&self) -> DbBackend {
        self.backend
    }

    async fn ask(&self, question: Question<'_>) -> Result<Answer, DbErr> {
        let mut state = self.state.lock().await;
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        // Until it is answered: whoever stops waiting for it has not seen what it did.
        state.failed = Some(DbErr::Custom("a statement was given up".into()));
        let answer = state.borrowed.ask(question).await;
        state.failed = answer.as_ref().err().cloned();
        answer
    }
}

#[async_trait]
impl<S: Source> ConnectionTrait for Watched<S> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        done(self.0.ask(Question::Execute(&statement)).await?)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        done(self.0.ask(Question::Script(sql)).await?)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let statement = limit::written_out(statement);
        let rows = rows(self.0.ask(Question::One(&statement)).await?)?;
        Ok(rows.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let statement = limit::written_out(statement);
        rows(self.0.ask(Question::All(&statement)).await?)
    }
}

fn done(answer: Answer) -> Result<ExecResult, DbErr> {
    match answer {
        Answer::Done(result) => Ok(result),
        Answer::Rows(_) => Err(DbErr::Custom("rows nobody asked for".into())),
    }
}

fn rows(answer: Answer) -> Result<Vec<QueryResult>, DbErr> {
    match answer {
        Answer::Rows(rows) => Ok(rows),
        Answer::Done(_) => Err(DbErr::Custom("no rows where some were asked for".into())),
    }
}
