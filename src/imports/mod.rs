//! Lists that people paste or upload, read row by row. Pure: it knows no database and no requests.
pub mod domains;
pub mod encoding;
mod headings;
pub mod jobs;
mod mailboxes;
pub mod people;
mod table;

use crate::text::Refusal;

/// So many rows are read of one list.
pub const MOST_ROWS: usize = 1000;
/// So many characters a list may have.
pub const LONGEST: usize = 200_000;

/// Why nothing of a list is read.
pub const EMPTY: Refusal = "Paste at least one line, or choose a file.";
/// The same of one that is too long to be meant.
pub const TOO_LONG: Refusal =
    "This has more than 200,000 characters. Split it and import it in parts.";
/// The same of one with too many rows.
pub const TOO_MANY: Refusal = "This has more than 1,000 rows. Split it and import it in parts.";

/// A row of a list: what it says, or why it is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<T> {
    /// In which line of the text it begins, from 1.
    pub number: usize,
    /// How people recognise it: what stands in it, shortened.
    pub label: String,
    /// What it says.
    pub found: Found<T>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// This, and nothing before it is the same.
    New(T),
    /// The same as the line of this number.
    Repeat(usize),
    /// Nothing that can be used.
    Unusable(String),
}

/// A list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// Row by row.
    pub lines: Vec<Line<T>>,
    /// The headings of columns that nothing is taken from.
    pub ignored: Vec<String>,
}

/// The rows of a text, unless it is empty or too long.
fn rows(text: &str) -> Result<Vec<table::Row>, Refusal> {
    if text.chars().count() > LONGEST {
        return Err(TOO_LONG);
    }
    let rows = table::read(text, MOST_ROWS + 1);
    match rows.len() {
        0 => Err(EMPTY),
        // With a heading there may be one more.
        count if count > MOST_ROWS + 1 => Err(TOO_MANY),
        _ => Ok(rows),
    }
}

/// What people recognise a row by.
fn label(raw: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |c: char| if crate::text::is_forbidden(c) { ' ' } else { c };
    let words: String = raw.chars().take(4 * LONGEST).map(plain).collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    let words = words.trim_matches([',', ';']);
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

/// Says which part of a row it is that cannot be used.
fn because(what: &'static str) -> impl Fn(Refusal) -> String {
    move |why| format!("{what}: {why}")
}
