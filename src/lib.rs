//! Greenroom schedules interviews and makes sure that the candidate knows.
pub mod access;
pub mod api;
pub mod app;
pub mod cli;
pub mod client_ip;
pub mod clock;
pub mod crypto;
pub mod db;
pub mod domain;
pub mod error;
#[cfg(debug_assertions)]
mod fresh;
pub mod http;
pub mod mail;
pub mod mailing;
pub mod passwords;
pub mod readiness;
pub mod secret;
pub mod settings;
pub mod static_files;
pub mod templates;
pub mod text;
pub mod times;
pub mod web;
pub mod worker;
pub mod zones;
