//! Greenroom schedules interviews and makes sure that the candidate knows.
pub mod api;
pub mod app;
pub mod checkup;
pub mod cli;
pub mod clock;
pub mod crypto;
pub mod db;
pub mod domain;
pub mod error;
#[cfg(debug_assertions)]
mod fresh;
pub mod letters;
pub mod mail;
pub mod notices;
pub mod passwords;
pub mod pictures;
pub mod readiness;
pub mod settings;
pub mod text;
pub mod times;
pub mod web;
pub mod words;
pub mod worker;
pub mod zones;
