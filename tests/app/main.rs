//! The app as its users see it, one file per noun.
mod account;
mod company;
mod emails;
mod jobs;
mod join;
mod mail;
mod routes;
mod schema;
mod security;
mod sessions;
mod setup;
mod slots;
mod smtp;
mod support;
mod throttling;
mod users;
