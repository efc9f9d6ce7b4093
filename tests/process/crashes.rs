//! A killed process loses nothing that it acknowledged.
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    self, Installation, Server, Wish,
    mail_server::{self, MailServer},
};

const BOOKINGS: usize = 100;
const CALLERS: usize = 4;
/// How many messages are on their way at a time.
const MOST_IN_FLIGHT: usize = 4;

#[test]
fn a_killed_server_keeps_every_acknowledged_booking() {
    let mail = MailServer::start();
    let installation = Installation::with(mail.settings());
    let token = installation.token();
    let server = installation.serve();
    let job = server.enter(&token, "/api/jobs/", &json!({ "title": "Cloud Architect" }));
    let wishes: Vec<_> = (0..BOOKINGS).map(|n| server.wish(&token, job, n)).collect();

    let acknowledged = book_until_killed(server, &token, &wishes);
    assert!(
        (10..BOOKINGS).contains(&acknowledged.len()),
        "the kill came at the wrong time: after {} of {BOOKINGS}",
        acknowledged.len()
    );

    let server = installation.serve();
    let mut booked = HashSet::new();
    for wish in &wishes {
        let interview = server
            .read(&token, &format!("/api/interviews/{}/", wish.interview))
            .json();
        if interview["status"] == "scheduled" {
            booked.insert(wish.email.clone());
        } else {
            assert!(
                !acknowledged.contains(&wish.interview),
                "interview {} was acknowledged and is lost: {interview}",
                wish.interview
            );
        }
    }
    let in_doubt = wait_for_delivery(&server, &token, &booked);
    let told: HashSet<_> = booked.difference(&in_doubt).cloned().collect();
    mail.wait_for(told.len());
    // Long enough for a second copy to show itself.
    thread::sleep(Duration::from_secs(2));
    let mut copies: HashMap<String, Vec<String>> = HashMap::new();
    for message in mail.messages() {
        let to = mail_server::header(&message, "To").expect("a recipient");
        let (_, address) = to
            .trim_end_matches('>')
            .rsplit_once('<')
            .unwrap_or(("", to));
        let id = mail_server::header(&message, "Message-ID")
            .expect("an id")
            .to_owned();
        copies.entry(address.to_owned()).or_default().push(id);
    }
    let got: HashSet<_> = copies.keys().cloned().collect();
    assert!(
        got.is_superset(&told),
        "{:?} got nothing",
        told.difference(&got)
    );
    assert!(
        got.is_subset(&booked),
        "{:?} got mail",
        got.difference(&booked)
    );
    for (address, ids) in copies {
        // One that was being handed over when the process died may arrive twice, recognisably.
        assert!(ids.iter().all(|id| *id == ids[0]), "{address} got {ids:?}");
        assert!(ids.len() <= 2, "{address} got {} copies", ids.len());
    }
    support::assert_sound(&installation.path("data/greenroom.db"), server);
}

/// Waits until every booking has its one e-mail, and that was handed over. Answers with those whose message may have
/// been taken as the process died: they are tried again later, in words that the mailbox can tell from a second message.
fn wait_for_delivery(server: &Server, token: &str, booked: &HashSet<String>) -> HashSet<String> {
    support::wait_for("the mails to leave", || {
        let mut in_doubt = HashSet::new();
        let mut seen = HashSet::new();
        for email in every_email(server, token) {
            // Those wait for their hour.
            if email["kind"] == "reminder" {
                continue;
            }
            let recipient = email["recipient"].as_str().expect("text").to_owned();
            match email["status"].as_str().expect("text") {
                "accepted" => {}
                "retrying" => _ = in_doubt.insert(recipient.clone()),
                _ => return None,
            }
            assert!(
                seen.insert(recipient),
                "two e-mails for one booking: {email}"
            );
        }
        assert_eq!(seen, *booked);
        assert!(in_doubt.len() <= MOST_IN_FLIGHT, "{in_doubt:?}");
        Some(in_doubt)
    })
}

/// Books from several threads and kills the server in the middle. Answers with what was acknowledged.
fn book_until_killed(server: Server, token: &str, wishes: &[Wish]) -> HashSet<i64> {
    let next = AtomicUsize::new(0);
    let acknowledged = Mutex::new(HashSet::new());
    let address = server.address();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while let Some(wish) = wishes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ok(answer) = wish.book(address, token) else {
                        return;
                    };
                    assert_eq!(answer.status, 200, "{}", answer.body);
                    acknowledged
                        .lock()
                        .expect("no panic")
                        .insert(wish.interview);
                }
            });
        }
        support::wait_for("half of the bookings", || {
            (acknowledged.lock().expect("no panic").len() >= BOOKINGS / 2).then_some(())
        });
        server.kill();
    });
    acknowledged.into_inner().expect("no panic")
}

/// The whole delivery log, page by page.
fn every_email(server: &Server, token: &str) -> Vec<Value> {
    let mut emails = Vec::new();
    let mut path = "/api/emails/?limit=100".to_owned();
    loop {
        let page = server.read(token, &path).json();
        let listed = page["results"].as_array();
        emails.extend_from_slice(listed.unwrap_or_else(|| panic!("no list: {page}")));
        match page["next"].as_str() {
            Some(next) => path = next[next.find("/api/").expect("a path")..].to_owned(),
            None => return emails,
        }
    }
}
