//! A database of its own for every test, copied from a migrated one.
use std::{
    future::Future,
    path::PathBuf,
    sync::{
        Mutex, OnceLock, PoisonError,
        mpsc::{self, Receiver, Sender, SyncSender},
    },
    thread,
};

use entity::email;
use greenroom::db;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QuerySelect, Statement,
    sqlx::{self, AssertSqlSafe},
};
use tempfile::TempDir;

/// Gone with the test.
pub struct Database {
    pub url: String,
    kind: Kind,
}

enum Kind {
    Sqlite {
        _dir: TempDir,
    },
    Postgres {
        name: String,
        server: &'static Server,
    },
    Borrowed,
}

impl Database {
    pub fn create() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) if server.starts_with("postgres") => Self::postgres(&server),
            _ => Self::sqlite(),
        }
    }

    fn sqlite() -> Self {
        let dir = TempDir::new().expect("a directory");
        let file = dir.path().join("test.db");
        std::fs::copy(migrated_sqlite(), &file).expect("a copy");
        Self {
            url: format!("sqlite://{}", file.display()),
            kind: Kind::Sqlite { _dir: dir },
        }
    }

    fn postgres(url: &str) -> Self {
        let server = Server::at(url);
        let name = server.next();
        Self {
            url: url_of(url, &name),
            kind: Kind::Postgres { name, server },
        }
    }

    /// The same one, for a second process; it stays when that ends.
    pub fn borrowed(&self) -> Self {
        Self {
            url: self.url.clone(),
            kind: Kind::Borrowed,
        }
    }

    /// The emails that neither left nor ever will not.
    pub fn unfinished_mail(&self) -> Vec<(i64, email::Status)> {
        let url = self.url.clone();
        let work = async move {
            let db = db::connect_alone(&url).await.expect("a database");
            let emails = email::Entity::find()
                .select_only()
                .columns([email::Column::Id, email::Column::Status])
                .into_tuple::<(i64, email::Status)>();
            let emails = emails.all(&db).await.expect("emails");
            db.close().await.expect("closed");
            emails
                .into_iter()
                .filter(|(_, status)| !status.is_final())
                .collect()
        };
        // The runtime of the test is busy with the end of it.
        thread::spawn(|| block_on(work)).join().expect("done")
    }

    pub fn remove(&self) {
        if let Kind::Postgres { name, server } = &self.kind {
            server.done_with(name);
        }
    }
}

/// An SQLite file with all migrations, made once: copying it is a hundred times quicker.
fn migrated_sqlite() -> &'static PathBuf {
    static FILE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = FILE.get_or_init(|| {
        let dir = TempDir::new().expect("a directory");
        let file = dir.path().join("migrated.db");
        let url = format!("sqlite://{}", file.display());
        let migrate = async move { db::migrate(&url).await.expect("migrated") };
        thread::spawn(|| block_on(migrate)).join().expect("done");
        (dir, file)
    });
    file
}

/// PostgreSQL's side: one thread makes the next database while a test runs, and another one drops those that are
/// done with, so that no test waits for either.
struct Server {
    made: Mutex<Receiver<String>>,
    done: Mutex<Sender<String>>,
}

impl Server {
    fn at(url: &str) -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| {
            let (give, made) = mpsc::sync_channel(0);
            let (done, take) = mpsc::channel();
            let (maker, remover) = (url.to_owned(), url.to_owned());
            thread::spawn(move || block_on(make(&maker, &give)));
            thread::spawn(move || block_on(remove(&remover, &take)));
            Self {
                made: Mutex::new(made),
                done: Mutex::new(done),
            }
        })
    }

    fn next(&self) -> String {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.recv().expect("a server that makes databases")
    }

    fn done_with(&self, name: &str) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.send(name.to_owned())
            .expect("a server that drops databases");
    }
}

/// Copies one with all migrations: that is ten times quicker than to migrate each.
async fn make(server: &str, give: &SyncSender<String>) {
    let admin = db::connect_alone(server).await.expect("a server");
    let own = std::process::id();
    // Never given back: the pool might end its session, and with it the lock that says who is alive.
    let alive = db::connect_alone(server).await.expect("a server");
    let alive = alive.get_postgres_connection_pool().acquire().await;
    let lock = format!("SELECT pg_advisory_lock({LIFE_LOCK}, {own})");
    let lock = sqlx::raw_sql(AssertSqlSafe(lock));
    let mut alive = alive.expect("a session");
    lock.execute(&mut *alive).await.expect("locked");
    let one_by_one = format!("SELECT pg_advisory_lock({LIFE_LOCK}, 0)");
    admin.execute_unprepared(&one_by_one).await.expect("alone");
    sweep(&admin, own).await;
    let next = format!("SELECT pg_advisory_unlock({LIFE_LOCK}, 0)");
    admin.execute_unprepared(&next).await.expect("not alone");
    let template = format!("{}template", prefix(own));
    let create = format!("CREATE DATABASE {template}");
    admin.execute_unprepared(&create).await.expect("created");
    let migrated = db::migrate(&url_of(server, &template)).await;
    migrated.expect("migrated");
    for count in 0.. {
        let name = format!("{}{count}", prefix(own));
        let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
        admin.execute_unprepared(&copy).await.expect("copied");
        // Nobody takes any more: the process ends.
        if give.send(name).is_err() {
            return;
        }
    }
}

async fn remove(server: &str, take: &Receiver<String>) {
    let admin = db::connect_alone(server).await.expect("a server");
    while let Ok(name) = take.recv() {
        drop_database(&admin, &name).await;
    }
}

/// Drops what processes left that are gone: nothing runs at the end of a process, and some are killed.
async fn sweep(admin: &DatabaseConnection, own: u32) {
    let gone = format!(
        "SELECT datname::text AS name FROM pg_database CROSS JOIN LATERAL \
         (SELECT substring(datname from '^greenroom_app_([0-9]+)_')::int AS process) owner \
         WHERE process = {own} OR CASE WHEN pg_try_advisory_lock({LIFE_LOCK}, process) \
         THEN pg_advisory_unlock({LIFE_LOCK}, process) END"
    );
    let gone = Statement::from_string(DbBackend::Postgres, gone);
    for row in admin.query_all_raw(gone).await.expect("databases") {
        let name: String = row.try_get("", "name").expect("a name");
        drop_database(admin, &name).await;
    }
}

async fn drop_database(admin: &DatabaseConnection, name: &str) {
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    admin.execute_unprepared(&drop).await.expect("dropped");
}

/// With the number of a process: that it is alive.
const LIFE_LOCK: i32 = 715_001;

/// What the names of a process's databases begin with.
fn prefix(process: u32) -> String {
    format!("greenroom_app_{process}_")
}

/// Another database of the same server.
fn url_of(server: &str, name: &str) -> String {
    let (base, query) = match server.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (server, String::new()),
    };
    let (base, _) = base.rsplit_once('/').expect("a URL that names a database");
    format!("{base}/{name}{query}")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}
