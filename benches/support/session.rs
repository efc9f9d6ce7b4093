//! Somebody who signed in.
use crate::process::{PASSWORD, Server, http};

/// Signs the admin in; answers with what the browser would send from then on.
pub fn sign_in(server: &Server) -> String {
    let form = format!(
        "email=ada%40example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    let origin = format!("http://{}", server.address());
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", origin.as_str()),
    ];
    let answer = http::request(server.address(), "POST", "/login", &headers, &form);
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookies = answer.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_cookie = name.eq_ignore_ascii_case("set-cookie");
        is_cookie.then(|| {
            value
                .trim()
                .split(';')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
    });
    cookies.collect::<Vec<_>>().join("; ")
}
