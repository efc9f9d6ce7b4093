//! What only the real binary can show: kills, signals, files, and a database that goes away.
#![allow(
    clippy::print_stderr,
    reason = "what a server printed is shown where its test failed"
)]
mod support;

mod bounces;
mod crashes;
mod databases;
mod demo;
mod faults;
mod files;
mod logs;
mod mail;
mod mail_setup;
mod mail_sign_in;
mod requests;
mod settings;
mod signals;
mod terminals;
