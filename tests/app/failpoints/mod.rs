//! Every statement, commit and rollback of everything that writes fails once: what was answered is what is stored, and
//! the same request, sent again, works.
mod bookings;
mod hooks;
mod matrix;
mod replies;
mod setup;
mod staff;
mod worker;
