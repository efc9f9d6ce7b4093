//! A line of the table and its handler agree on who may.
use actix_web::web::Path;

use super::*;
use crate::{
    api::fields::Body,
    web::{
        account, login,
        viewer::{Admin, Recruiter, SignedIn},
    },
};

#[test]
#[should_panic(expected = "GET /secrets is for Recruiter and its handler asks for None")]
fn a_private_line_with_a_handler_that_asks_nothing_starts_nothing() {
    get(Who::Recruiter, "/secrets", login::new);
}

#[test]
#[should_panic(expected = "is for Recruiter and its handler asks for Some(Interviewer)")]
fn a_handler_that_asks_too_little_starts_nothing() {
    get(Who::Recruiter, "/secrets", account::edit);
}

#[test]
fn what_the_table_says_is_what_the_handler_asks() {
    let asked = [
        (Who::Interviewer, <(HttpRequest, SignedIn)>::ASKS),
        (Who::Recruiter, <(Recruiter, Path<i64>)>::ASKS),
        (Who::Admin, <(Admin,)>::ASKS),
        (Who::Api, <(crate::api::auth::Recruiter, Body)>::ASKS),
    ];
    for (who, _) in asked {
        for (whom, asks) in asked {
            assert_eq!(
                access::agrees(who, asks),
                who == whom,
                "{who:?} and {whom:?}"
            );
        }
        assert!(!access::agrees(Who::Anyone, Some(who)));
    }
}
