//! Rows by the hundred thousand, copied from a few that were made by the rules.
use actix_web::rt::System;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};

/// The days over which the first bookings are spread.
const DAYS: usize = 5;

/// What is copied to make many rows, and what differs in the copy: `{n}` interviews further on, `{most}` rows of the table.
const COPIED: &[(&str, &[(&str, &str)])] = &[
    (
        "candidates",
        &[("id", "id + {n}"), ("email", "'{n}.' || email")],
    ),
    ("candidate_words", &[("candidate_id", "candidate_id + {n}")]),
    ("slots", &[("id", "id + {n}"), ("starts_at", LATER)]),
    ("slot_interviewers", &[("slot_id", "slot_id + {n}")]),
    (
        "interviews",
        &[
            ("id", "id + {n}"),
            ("candidate_id", "candidate_id + {n}"),
            ("slot_id", "slot_id + {n}"),
            ("public_id", "'{n}.' || public_id"),
        ],
    ),
    (
        "emails",
        &[
            ("id", "id + {most}"),
            ("interview_id", "interview_id + {n}"),
            ("recipient", "'{n}.' || recipient"),
            ("idem_key", "'{n}.' || idem_key"),
            ("message_id", "'{n}.' || message_id"),
            ("created_at", EARLIER),
        ],
    ),
    (
        "actions",
        &[("id", "id + {most}"), ("object_id", "object_id + {n}")],
    ),
];

/// So many days later, or earlier.
const LATER: &str = "{later}";
const EARLIER: &str = "{earlier}";

/// The rows themselves.
pub struct Rows {
    system: actix_web::rt::SystemRunner,
    db: DatabaseConnection,
}

impl Rows {
    /// Of this database.
    pub fn new(url: &str) -> Self {
        let system = System::new();
        // One connection: SQLite tells each what the others wrote.
        let mut options = ConnectOptions::new(url);
        options.max_connections(1);
        let db = system.block_on(Database::connect(options));
        let db = db.expect("a database");
        Self { system, db }
    }

    /// Runs statements.
    pub fn run(&self, scripts: &[&str]) {
        for script in scripts {
            let done = self.system.block_on(self.db.execute_unprepared(script));
            done.unwrap_or_else(|error| panic!("{script}: {error}"));
        }
    }

    /// The texts that a query finds.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let rows = self.system.block_on(self.db.query_all_raw(statement));
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
            .iter()
            .map(|row| row.try_get_by_index(0).expect("text"))
            .collect()
    }

    /// The first text that a query finds.
    pub fn text(&self, sql: &str) -> String {
        self.texts(sql).remove(0)
    }

    /// Counts up with what others write: transactions on PostgreSQL; on SQLite it tells only whether there were any.
    pub fn writes(&self) -> i64 {
        let count = self.text(match self.db.get_database_backend() {
            // Only who writes is given a number.
            DbBackend::Postgres => "SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)",
            _ => "SELECT CAST(data_version AS TEXT) FROM pragma_data_version",
        });
        count.parse().expect("a number")
    }

    /// Doubles the rows until there are enough; answers with how many interviews there are.
    pub fn grow(&self, bookings: usize) -> usize {
        let wanted = std::env::var("GREENROOM_BENCH_ROWS");
        let wanted = wanted.map_or(100_000, |wanted| wanted.parse().expect("a number"));
        let is_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        let mut rows = bookings;
        while rows < wanted {
            for (table, differs) in COPIED {
                let columns = self.texts(&match is_postgres {
                    true => format!(
                        "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' AND is_generated = 'NEVER' ORDER BY 1"
                    ),
                    false => format!("SELECT name FROM pragma_table_info('{table}')"),
                });
                let keyed = differs.iter().any(|(name, _)| *name == "id");
                let most = match keyed {
                    true => self.text(&format!("SELECT CAST(MAX(id) AS TEXT) FROM {table}")),
                    false => String::new(),
                };
                let values = columns.iter().map(|column| {
                    let differs = differs.iter().find(|(name, _)| name == column);
                    differs.map_or(column.clone(), |(_, value)| {
                        let value = value.replace("{n}", &rows.to_string());
                        let value = value.replace("{most}", &most);
                        let days = rows / bookings;
                        let later = moved("starts_at", '+', days * DAYS, is_postgres);
                        let value = value.replace(LATER, &later);
                        value.replace(EARLIER, &moved("created_at", '-', days, is_postgres))
                    })
                });
                let values = values.collect::<Vec<_>>().join(", ");
                let columns = columns.join(", ");
                self.run(&[&format!(
                    "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}"
                )]);
            }
            rows *= 2;
        }
        self.run(&["ANALYZE"]);
        self.settle();
        rows
    }

    /// Spreads the first ones over days, with an interviewer.
    pub fn spread(&self) {
        let is_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        for day in 1..DAYS {
            let moved = moved("starts_at", '+', day, is_postgres);
            self.run(&[&format!(
                "UPDATE slots SET starts_at = {moved} WHERE id % {DAYS} = {day}"
            )]);
        }
        self.run(&[
            "INSERT INTO slot_interviewers (company_id, slot_id, user_id) \
            SELECT company_id, id, (SELECT MIN(id) FROM users) FROM slots",
        ]);
    }

    /// What autovacuum does within a minute of so many rows, and not while something is measured.
    pub fn settle(&self) {
        if self.db.get_database_backend() == DbBackend::Postgres {
            self.run(&["VACUUM ANALYZE"]);
        }
    }
}

/// An instant, moved by days, as the database keeps it.
fn moved(column: &str, sign: char, days: usize, is_postgres: bool) -> String {
    match is_postgres {
        true => format!("{column} {sign} interval '{days} days'"),
        false => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {column}, '{sign}{days} days')"),
    }
}
