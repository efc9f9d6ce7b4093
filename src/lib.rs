//! Greenroom schedules interviews and makes sure that the candidate knows.
pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod crypto;
pub mod db;
pub mod domain;
pub mod error;
pub mod mail;
pub mod notices;
pub mod passwords;
pub mod settings;
pub mod text;
pub mod times;
pub mod web;
pub mod words;
pub mod worker;
