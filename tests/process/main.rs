//! What only the real binary can show: kills, signals, files, and a database that goes away.
mod support;

mod crashes;
mod databases;
mod files;
mod logs;
mod mail_setup;
mod settings;
mod signals;
