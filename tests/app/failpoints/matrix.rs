//! The matrix: one call, in turn with every fault that it can meet.
use std::{cmp::Ordering, collections::BTreeMap};

use actix_web::{http::Method, test::TestRequest};
use greenroom::db::{self, failpoint::Fault};
use scraper::{ElementRef, Html, Selector};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityName, IdenStatic, Iterable, QueryResult,
    Statement,
};
use serde_json::Value;

use crate::support::{Actor, Answer, TestApp};

/// A Greenroom, and a connection of somebody else's that sees only what is committed.
pub struct Scene {
    pub app: TestApp,
    other: DatabaseConnection,
    all_rows: String,
    wrong: Vec<String>,
}

/// Something that one actor asks for.
pub struct Call {
    pub actor: Actor,
    pub path: String,
    pub body: Body,
    is_once: bool,
    /// What may be written though the call fails.
    noted: Option<&'static str>,
}

/// What is sent.
pub enum Body {
    Form(Vec<(String, String)>),
    Json(Value),
    Patch(Value),
    /// A file, in the field of this name.
    File(Vec<(String, String)>, &'static str, &'static [u8]),
}

impl Scene {
    pub async fn set() -> Self {
        Self::of(TestApp::start().await).await
    }

    pub async fn of(app: TestApp) -> Self {
        app.expect_undelivered_mail();
        let url = app.app.settings.database_url.expose();
        let other = db::connect_alone(url).await.expect("a connection");
        Self {
            app,
            all_rows: all_rows(other.get_database_backend()),
            other,
            wrong: Vec::new(),
        }
    }

    /// Fails with all that was wrong.
    pub fn end(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }

    /// Has one call meet every fault. `prepare` makes a fresh one at each turn.
    pub async fn survives(&mut self, what: &str, prepare: impl AsyncFn(&TestApp) -> Call) {
        let usual = self.usual(what, &prepare).await;
        let mut strikes = 0;
        for fault in [
            Fault::Statement as fn(usize) -> Fault,
            Fault::StatementAndRollback,
            Fault::Commit,
            Fault::CommitAnswer,
        ] {
            // On a full disk SQLite rolls back by itself, so that the rollback fails there in any case.
            let is_sqlite = self.other.get_database_backend() == DbBackend::Sqlite;
            if is_sqlite && matches!(fault(1), Fault::StatementAndRollback(_)) {
                continue;
            }
            for n in 1.. {
                let mut call = prepare(&self.app).await;
                let met = self.meet(&mut call, fault(n), &usual).await;
                if let Some(wrong) = met.wrong {
                    self.wrong.push(format!("{what}, {:?}: {wrong}", fault(n)));
                }
                if !met.is_hit {
                    break;
                }
                strikes += 1;
            }
        }
        assert!(strikes > 1, "{what} meets only {strikes} faults");
    }

    /// What changes when nothing fails.
    async fn usual(&self, what: &str, prepare: &impl AsyncFn(&TestApp) -> Call) -> Change {
        // The first of its kind may do more than those after it.
        prepare(&self.app).await.send().await;
        let mut call = prepare(&self.app).await;
        let before = self.rows().await;
        let answer = call.send().await;
        assert!(is_success(&answer), "{what}: {}", told(&answer));
        let change = change(&before, &self.rows().await);
        assert!(!change.is_empty(), "{what} changes nothing");
        change
    }

    async fn meet(&self, call: &mut Call, fault: Fault, usual: &Change) -> Met {
        let nothing = Change::new();
        let before = self.rows().await;
        self.app.app.db.failpoint().arm(fault);
        let answer = call.send().await;
        let is_hit = self.app.app.db.failpoint().disarm();
        let mut stored = change(&before, &self.rows().await);
        let is_done = is_success(&answer) || says_that_it_is_done(&answer);
        if !is_done {
            stored.retain(|table, _| call.noted != Some(table.as_str()));
        }
        // Nobody can know what became of a commit that was not answered.
        let is_in_doubt = matches!(fault, Fault::CommitAnswer(_));
        let expected = match is_done {
            true => usual,
            false => &nothing,
        };
        let told_first = told(&answer);
        let mut wrong = None;
        if !is_success(&answer) && (!is_hit || answer.status != 503) {
            wrong = Some(format!("answered {told_first}"));
        } else if stored != *expected && (!is_in_doubt || is_done) {
            wrong = Some(format!("stored {stored:?}, and answered {told_first}"));
        }
        // Whoever was told of success has no reason to ask again, but for a program that did not hear it.
        if is_success(&answer) && !call.is_once {
            return Met { is_hit, wrong };
        }
        let again = call.send().await;
        let mut stored = change(&before, &self.rows().await);
        if let Some(table) = call.noted {
            stored.insert(table.into(), usual.get(table).copied().unwrap_or_default());
        }
        if again.status >= 500 || !(is_in_doubt || is_success(&again)) {
            wrong = wrong.or_else(|| Some(format!("again: {}", told(&again))));
        } else if stored != *usual && (!is_in_doubt || call.is_once) {
            wrong = wrong.or_else(|| Some(format!("again: stored {stored:?}, {}", told(&again))));
        }
        Met { is_hit, wrong }
    }

    async fn rows(&self) -> Rows {
        let statement = Statement::from_string(self.other.get_database_backend(), &self.all_rows);
        let found = self.other.query_all_raw(statement).await.expect("rows");
        let text = |row: &QueryResult, column| {
            let text = row.try_get::<Option<String>>("", column);
            text.expect(column).unwrap_or_default()
        };
        let tables = found.iter().map(|row| (text(row, "t"), text(row, "r")));
        tables.collect()
    }
}

impl Call {
    /// The form on a page, with some of its fields typed.
    pub async fn form(mut actor: Actor, page: &str, path: &str, typed: &[(&str, &str)]) -> Self {
        let shown = actor.get(page).await;
        assert_eq!(shown.status, 200, "{page}: {}", shown.text);
        let mut fields = fields(shown.page(), page, path);
        for (name, value) in typed {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).into(), (*value).into()));
        }
        Self {
            actor,
            path: path.into(),
            body: Body::Form(fields),
            is_once: false,
            noted: None,
        }
    }

    /// A form without fields of its own.
    pub fn post(actor: Actor, path: &str, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter();
        let fields = fields.map(|(name, value)| ((*name).into(), (*value).into()));
        Self {
            actor,
            path: path.into(),
            body: Body::Form(fields.collect()),
            is_once: false,
            noted: None,
        }
    }

    /// The form at this address, with a file.
    pub async fn upload(
        mut actor: Actor,
        path: &str,
        name: &'static str,
        file: &'static [u8],
    ) -> Self {
        let fields = fields(actor.get(path).await.page(), path, path);
        Self {
            actor,
            path: path.into(),
            body: Body::File(fields, name, file),
            is_once: false,
            noted: None,
        }
    }

    pub fn json(actor: Actor, path: &str, body: Value) -> Self {
        Self {
            actor,
            path: path.into(),
            body: Body::Json(body),
            is_once: false,
            noted: None,
        }
    }

    /// A change of what is there.
    pub fn patch(actor: Actor, path: &str, body: Value) -> Self {
        Self {
            body: Body::Patch(body),
            ..Self::json(actor, path, Value::Null)
        }
    }

    /// Has a one-time key: sent twice, it is carried out once, also when nobody knows whether it was.
    pub fn idempotency_key(self) -> Self {
        Self {
            is_once: true,
            ..self
        }
    }

    /// A table in which a call may leave a line though it fails.
    pub fn noted_in(self, table: &'static str) -> Self {
        Self {
            noted: Some(table),
            ..self
        }
    }

    pub async fn send(&mut self) -> Answer {
        let request = match &self.body {
            Body::Form(fields) => TestRequest::default().set_form(fields),
            Body::Json(body) | Body::Patch(body) => TestRequest::default().set_json(body),
            Body::File(fields, name, file) => multipart(fields, name, file),
        };
        let method = match &self.body {
            Body::Patch(_) => Method::PATCH,
            Body::Form(_) | Body::Json(_) | Body::File(..) => Method::POST,
        };
        self.actor.send(method, &self.path, request).await
    }
}

fn multipart(fields: &[(String, String)], name: &str, file: &[u8]) -> TestRequest {
    let disposition = "--edge\r\nContent-Disposition: form-data; name";
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("{disposition}=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    let head = format!("{disposition}=\"{name}\"; filename=\"x.gif\"\r\n\r\n");
    body.extend([head.as_bytes(), file, b"\r\n--edge--\r\n"].concat());
    TestRequest::default()
        .insert_header(("content-type", "multipart/form-data; boundary=edge"))
        .set_payload(body)
}

/// Only its answer could not be kept for those who ask again.
fn says_that_it_is_done(answer: &Answer) -> bool {
    answer.status == 503 && answer.text.contains("answer_not_ready")
}

/// What came of a call and a fault.
struct Met {
    is_hit: bool,
    wrong: Option<String>,
}

fn told(answer: &Answer) -> String {
    let words = answer.words("main");
    let said = if words.is_empty() {
        &answer.text
    } else {
        &words
    };
    format!(
        "{} {}",
        answer.status,
        said.chars().take(300).collect::<String>()
    )
}

fn is_success(answer: &Answer) -> bool {
    matches!(answer.status, 200 | 201 | 204 | 303)
}

/// What a browser would send of the form that goes to `path`, before anybody types.
fn fields(page: &Html, shown_at: &str, path: &str) -> Vec<(String, String)> {
    let here = shown_at.split('?').next().unwrap_or(shown_at);
    let forms = selector("form[method=post]");
    let form = page
        .select(&forms)
        .find(|form| form.attr("action").unwrap_or(here) == path)
        .unwrap_or_else(|| panic!("no form for {path} at {shown_at}"));
    let controls = selector("input[name], textarea[name], select[name]");
    form.select(&controls).filter_map(field).collect()
}

fn field(control: ElementRef<'_>) -> Option<(String, String)> {
    let name = control.attr("name")?.to_owned();
    let value = match (control.value().name(), control.attr("type")) {
        ("input", Some("submit" | "button" | "file")) => return None,
        ("input", Some("checkbox" | "radio")) => {
            control.attr("checked")?;
            control.attr("value").unwrap_or("on").to_owned()
        }
        ("input", _) => control.attr("value").unwrap_or_default().to_owned(),
        ("select", _) => {
            let chosen = control.select(&selector("option[selected]")).next();
            let option = chosen.or_else(|| control.select(&selector("option")).next())?;
            option.attr("value").unwrap_or_default().to_owned()
        }
        _ => control.text().collect(),
    };
    Some((name, value))
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

/// The rows of each table as text, a line each: whatever ends a line is written otherwise in JSON.
type Rows = BTreeMap<String, String>;

/// How many rows of each table went and came; a row that is written counts as both.
type Change = BTreeMap<String, (usize, usize)>;

fn change(before: &Rows, after: &Rows) -> Change {
    let changed = after
        .iter()
        .filter(|(table, rows)| before[*table] != **rows);
    let moves = changed.map(|(table, rows)| (table.clone(), moves(&before[table], rows)));
    moves.filter(|(_, moves)| *moves != (0, 0)).collect()
}

/// How many lines are only in the first text, and how many only in the second.
fn moves(before: &str, after: &str) -> (usize, usize) {
    let sorted = |text| {
        let mut lines: Vec<&str> = str::lines(text).collect();
        lines.sort_unstable();
        lines.into_iter().peekable()
    };
    let (mut old, mut new) = (sorted(before), sorted(after));
    let (mut gone, mut come) = (0, 0);
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return (gone, come),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.cmp(new),
        };
        if order.is_le() {
            old.next();
            gone += usize::from(order.is_lt());
        }
        if order.is_ge() {
            new.next();
            come += usize::from(order.is_gt());
        }
    }
}

/// But for counters of tries, and what says only when or where somebody was seen. In one query and one row for each
/// table, because it is asked three times for each fault.
fn all_rows(backend: DbBackend) -> String {
    let (array, join) = match backend {
        DbBackend::Postgres => ("json_build_array", "string_agg"),
        _ => ("json_array", "group_concat"),
    };
    let mut parts = Vec::new();
    macro_rules! add {
        ($($table:ident),*) => {
            $({
                use entity::$table::{Column, Entity};
                let columns: Vec<&str> = Column::iter().map(|column| column.as_str()).collect();
                let columns = columns.into_iter().filter(|name| !ASIDE.contains(name));
                let columns = columns.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
                let (name, table) = (stringify!($table), Entity.table_name().to_owned());
                parts.push(format!(
                    "SELECT '{name}' AS t, {join}(CAST({array}({columns}) AS TEXT), '\n') AS r FROM {table}"
                ));
            })*
        };
    }
    // Not known devices: a mark whose cookie was never answered is of no effect.
    add!(
        action,
        api_token,
        attempt,
        batch,
        bounce,
        calendar,
        candidate,
        candidate_word,
        company,
        email,
        feed,
        interview,
        job,
        logo,
        mail_check,
        mail_text,
        mail_text_version,
        one_time_key,
        series,
        series_slot,
        session,
        slot,
        slot_interviewer,
        suppression,
        transport,
        unsent_form,
        user
    );
    parts.join(" UNION ALL ")
}

const ASIDE: [&str; 3] = ["last_used_at", "state", "bytes"];
