//! Makes a statement, a commit or a rollback fail, for real, where a test wants it, and tells which statements were asked.
//! Only in debug builds.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::DbBackend;

/// What is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The n-th statement in a transaction from now on, as on a full disk.
    Statement(usize),
    /// The n-th outside of any.
    LookUp(usize),
    /// The n-th statement, and then the rollback as well.
    StatementAndRollback(usize),
    /// The n-th commit: nothing is stored.
    Commit(usize),
    /// The answer to the n-th commit: everything is stored, and nobody learns of it.
    CommitAnswer(usize),
}

/// Where statements, commits and rollbacks pass, in all connections of a database.
#[derive(Clone, Debug, Default)]
pub struct Failpoint {
    plan: Arc<Mutex<Plan>>,
    /// While somebody wants to know.
    asked: Arc<Mutex<Option<Vec<String>>>>,
}

#[derive(Debug, Default)]
struct Plan {
    fault: Option<Fault>,
    statements: usize,
    commits: usize,
    hits: usize,
}

impl Failpoint {
    /// Counts from here, and strikes once.
    pub fn arm(&self, fault: Fault) {
        *self.plan() = Plan {
            fault: Some(fault),
            ..Plan::default()
        };
    }

    /// Whatever it was armed with: did it strike? It does nothing from now on.
    pub fn disarm(&self) -> bool {
        std::mem::take(&mut *self.plan()).hits > 0
    }

    /// Writes down every statement from here on.
    pub fn listen(&self) {
        *self.asked() = Some(Vec::new());
    }

    /// The statements since then, as their texts.
    pub fn heard(&self) -> Vec<String> {
        self.asked().take().unwrap_or_default()
    }

    /// A statement passes.
    pub(super) fn note(&self, sql: &str) {
        if let Some(asked) = self.asked().as_mut() {
            asked.push(sql.to_owned());
        }
    }

    /// What to do instead of a statement.
    pub(super) fn statement(
        &self,
        backend: DbBackend,
        is_in_transaction: bool,
    ) -> Option<&'static str> {
        let mut plan = self.plan();
        let nth = match (plan.fault?, is_in_transaction) {
            (Fault::Statement(nth) | Fault::StatementAndRollback(nth), true) => nth,
            (Fault::LookUp(nth), false) => nth,
            _ => return None,
        };
        plan.statements += 1;
        if plan.statements != nth {
            return None;
        }
        plan.hits += 1;
        Some(match backend {
            DbBackend::Postgres => DISK_FULL_ON_POSTGRES,
            _ => DISK_FULL_ON_SQLITE,
        })
    }

    /// What to do before a commit.
    pub(super) fn commit(&self, backend: DbBackend) -> Option<&'static str> {
        let mut plan = self.plan();
        plan.commits += 1;
        let is_due = |nth| plan.commits == nth;
        let script = match (plan.fault?, backend) {
            (Fault::Commit(nth), DbBackend::Postgres) if is_due(nth) => HANG_UP,
            (Fault::Commit(nth), _) if is_due(nth) => "ROLLBACK",
            (Fault::CommitAnswer(nth), DbBackend::Postgres) if is_due(nth) => COMMIT_AND_HANG_UP,
            // A second COMMIT fails.
            (Fault::CommitAnswer(nth), _) if is_due(nth) => "COMMIT",
            _ => return None,
        };
        plan.hits += 1;
        Some(script)
    }

    /// What to do before a rollback.
    pub(super) fn rollback(&self, backend: DbBackend) -> Option<&'static str> {
        let plan = self.plan();
        let is_due = matches!(plan.fault, Some(Fault::StatementAndRollback(_))) && plan.hits > 0;
        is_due.then_some(match backend {
            DbBackend::Postgres => HANG_UP,
            // SQLite has often done so by itself: then the next one fails.
            _ => "ROLLBACK",
        })
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A real FULL: the connection's temporary database may have no second page. It stays so until it is closed.
const DISK_FULL_ON_SQLITE: &str = "PRAGMA query_only = OFF; PRAGMA temp.max_page_count = 1; \
     CREATE TEMP TABLE full_disk (filler); INSERT INTO full_disk VALUES (zeroblob(100000))";
const DISK_FULL_ON_POSTGRES: &str =
    "DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$";
const HANG_UP: &str = "SELECT pg_terminate_backend(pg_backend_pid())";
const COMMIT_AND_HANG_UP: &str = "COMMIT; SELECT pg_terminate_backend(pg_backend_pid())";
