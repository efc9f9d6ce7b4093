//! What is printed tells nobody's secrets.
use serde_json::json;

use crate::support::{self, Installation, PASSWORD, mail_server::MailServer};

#[test]
fn nothing_private_is_printed_at_any_level() {
    let mail = MailServer::start();
    let mut settings = mail.settings();
    settings.push(("RUST_LOG", "trace".into()));
    settings.push(("SECRET_KEY", "an installation's secret, long enough".into()));
    let installation = Installation::with(settings);
    let token = installation.token();
    let server = installation.serve();
    let job = server.enter(
        &token,
        "/api/jobs/",
        &json!({ "title": "Keeper of the Lighthouse" }),
    );
    let person = json!({ "name": "Zoë Núñez", "email": "zoe.nunez@example.com" });
    let candidate = server.enter(&token, "/api/candidates/", &person);
    let interview = json!({ "candidate": candidate, "job": job });
    let interview = server.enter(&token, "/api/interviews/", &interview);
    let slot = server.enter(&token, "/api/interviews/slots/", &support::slot(job, 0));
    let booking = json!({ "interview_id": interview, "booking_notes": "Bring the blue umbrella" });
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let booked = server.post(&token, &path, &booking).expect("an answer");
    assert_eq!(booked.status, 200, "{}", booked.body);
    let message = mail
        .wait_for(1)
        .remove(0)
        .replace("=\r\n", "")
        .replace("=3D", "=");
    let (_, link) = message.split_once("/interview/").expect("a link");
    let link: String = link
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    assert!(link.len() > 60, "{link}");
    assert_eq!(server.get(&format!("/interview/{link}")).status, 200);
    let origin = format!("http://{}", server.address());
    let form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", &*origin),
    ];
    let typed = "email=ada%40example.com&password=a+password+of+many+words";
    let signed_in = support::http::request(server.address(), "POST", "/login", &form, typed)
        .expect("an answer");
    assert_eq!(signed_in.status, 303, "{}", signed_in.body);
    let cookie = signed_in.header("set-cookie").expect("a cookie");
    let session = cookie.split(['=', ';']).nth(1).expect("a value");

    let printed = installation.output();
    assert!(printed.contains("INFO"), "{printed}");
    for secret in [
        &*token,
        &*link,
        session,
        PASSWORD,
        "of+many+words",
        "an installation's secret",
        "zoe.nunez",
        "Zoë",
        "blue umbrella",
        "Lighthouse",
        "INSERT INTO",
        "SELECT ",
    ] {
        assert!(
            !printed.contains(secret),
            "{secret:?} was printed:\n{printed}"
        );
    }
}
