//! Join links as they arrive: what mail programs, forms and people make of one must work, and another one must not.
use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::{
    join::link,
    support::{TestApp, builders, rows},
};

/// What happens to either link. `{P}` is what begins its path, `{}` the secret behind it, `{1}` and `{2}` its halves.
const OF_BOTH: &[&str] = &[
    // The end of a sentence, and what stands around an address in one.
    "/{P}/{}.",
    "/{P}/{},",
    "/{P}/{};",
    "/{P}/{}:",
    "/{P}/{}!",
    "/{P}/{}?",
    "/{P}/{}...",
    "/{P}/{})",
    "/{P}/{}).",
    "/{P}/({})",
    "/{P}/{}]",
    "/{P}/{}%7D",
    "/{P}/{}'",
    "/{P}/{}%22",
    "/{P}/%22{}%22",
    "/{P}/{}%60",
    "/{P}/{}%E2%80%A6",
    "/{P}/%E2%80%9E{}%E2%80%9C",
    "/{P}/%C2%AB{}%C2%BB",
    "/{P}/{}%E3%80%82",
    "/{P}/{}%EF%BC%89",
    // Words that follow without a blank, as they do in Korean and Japanese, and those after one.
    "/{P}/{}%EC%9D%84",
    "/{P}/{}%E3%81%AB%E3%81%A6",
    "/{P}/{}%20See%20you",
    "/{P}/{}%20{}",
    "/{P}/{}%0D%0ARegards",
    // Angle brackets, whole, halved and escaped twice.
    "/{P}/%3C{}%3E",
    "/{P}/{}%3E",
    "/{P}/%3C{}",
    "/{P}/{}&gt;",
    "/{P}/{}%253E",
    "/{P}/{}%3Cbr%3E",
    "/{P}/{}%22%3EJoin%3C/a%3E",
    // Bold and italic.
    "/{P}/*{}*",
    "/{P}/_{}_",
    "/{P}/**{}**.",
    "/{P}/{}~",
    // What nobody sees, whole and cut in the middle of its bytes.
    "/{P}/{}%20",
    "/{P}/%20{}",
    "/{P}/{}%C2%A0",
    "/{P}/{}%A0",
    "/{P}/{}%09",
    "/{P}/{}%0D%0A",
    "/{P}/{}%00",
    "/{P}/{}%E2%80%8B",
    "/{P}/%E2%80%8B{}",
    "/{P}/{}%E2%80",
    "/{P}/{}%EF%BB%BF",
    "/{P}/%E2%81%A6{}%E2%81%A9",
    "/{P}/%E2%80%8F{}",
    "/{P}/{}%",
    // A line that was broken: as it is, as quoted-printable says it, as an answer quotes it.
    "/{P}/{1}%0A{2}",
    "/{P}/{1}%0D%0A{2}",
    "/{P}/{1}%20{2}",
    "/{P}/{1}%2520{2}",
    "/{P}/{1}+{2}",
    "/{P}/{1}={2}",
    "/{P}/{1}=%0D%0A{2}",
    "/{P}/{1}=20%0D%0A{2}",
    "/{P}/{1}%0D%0A%3E%20{2}",
    "/{P}/{1}%0A%3E%3E%20{2}",
    "/{P}/{1}%0A%7C%20{2}",
    "/{P}/{1}%E2%80%8B{2}",
    "/{P}/{1}%C2%AD{2}",
    "/{P}/{1}%AD{2}",
    // Quoted-printable that nobody took back.
    "/{P}/=3D{}",
    "/{P}/{}=3D",
    "/{P}/{}=",
    "/{P}/{}=20",
    "/{P}/{}=0D=0A",
    "/{P}/{1}=3D{2}",
    "/{P}/{1}=3d{2}",
    // What counts clicks, with and without a beginning of its own.
    "/{P}/{}?utm_source=mail&utm_medium=email",
    "/{P}/{}?utm_source=3Dmail&amp;utm_medium=3Demail",
    "/{P}/{}?fbclid=IwAR0",
    "/{P}/{}&utm_source=mail",
    "/{P}/{}&amp;utm_source=mail",
    "/{P}/{}%3Futm_source=mail",
    "/{P}/{}%23top",
    "/{P}/{};jsessionid=1",
    // Slashes.
    "/{P}/{}/",
    "/{P}/{}//",
    "/{P}//{}",
    "//{P}/{}",
    "/{P}/{}%2F",
    "/{P}/{}%5C",
    // A whole address behind the beginning of one, as proxies leave it too.
    "/{P}/https://jobs.example/{P}/{}",
    "/{P}/https:/jobs.example/{P}/{}",
    "/{P}/https%3A%2F%2Fjobs.example%2F{P}%2F{}",
];

/// `{h}`, `{c}` and `{s}` are the parts of the token: what stands before, between and behind its dots.
const OF_THE_LONG: &[&str] = &[
    "/Interview/{}",
    "/Interview/{}.",
    "/INTERVIEW/{}",
    "/interview/{}/join",
    "/interview/{}/join.",
    "/interview/{}/trouble%20",
    "/interview/{}/answer)",
    "/interview/{}-",
    "/interview/{h}%2E{c}%2E{s}",
    "/interview/{h}%252E{c}%252E{s}",
    "/interview/{h}=2E{c}=2E{s}",
    "/interview/{h}%0D%0A.{c}.%0D%0A{s}",
    "/interview/{h}%0D%0A..{c}.{s}",
    "/interview/e=%0D%0AyJ{rest}",
    "/interview/ey%20J{rest}",
    "/interview/{1}%3Cwbr%3E{2}",
    "/interview/url=3D{}",
];

/// `{lower}` is the code in small letters, `{bare}` has no dashes, and in `{typed}` are O and l for zero and one.
const OF_THE_SHORT: &[&str] = &[
    "/I/{}",
    "/i/{lower}",
    "/I/{lower}.",
    "/i/{bare}",
    "/I/{bare}",
    "/i/{bare}/",
    "/i/{typed}",
    "/i/{blanks}",
    "/i/{pluses}",
    "/i/{en-dashes}",
    "/i/{minuses}",
    "/i/{soft}",
    "/i/{quoted}",
    "/i/{wide}",
    "/i/{arabic}",
    "/i/{persian}",
];

/// An app with two booked interviews, and what stands behind `/interview/` and `/i/` in the links of both.
struct Scene {
    app: TestApp,
    long: [String; 2],
    short: [String; 2],
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for days in [1, 2] {
            let at = app.now() + TimeDelta::days(days);
            let booked = builders::booked_at(&app, app.company_id, at).await;
            let row = &booked.details.interview;
            long.push(link(&app, row).replace("/interview/", ""));
            short.push(builders::short_code(&app, app.company_id, row.id).await);
        }
        let both = |links: Vec<String>| <[String; 2]>::try_from(links).expect("two");
        Self {
            app,
            long: both(long),
            short: both(short),
        }
    }
}

/// A link of the table, with its parts filled in.
fn filled(row: &str, prefix: &str, secret: &str, parts: &[(&str, String)]) -> String {
    let (first, second) = secret.split_at(secret.len() / 2);
    let own = [("P", prefix), ("", secret), ("1", first), ("2", second)];
    let all = own
        .into_iter()
        .chain(parts.iter().map(|(name, part)| (*name, part.as_str())));
    let link = all.fold(row.to_owned(), |link, (name, part)| {
        link.replace(&format!("{{{name}}}"), part)
    });
    assert!(!link.contains('{'), "{row}");
    link
}

fn long_links(token: &str) -> Vec<String> {
    let parts: Vec<&str> = token.split('.').collect();
    let parts = [
        ("h", parts[0].to_owned()),
        ("c", parts[1].to_owned()),
        ("s", parts[2].to_owned()),
        ("rest", token[3..].to_owned()),
    ];
    let table = OF_BOTH.iter().chain(OF_THE_LONG);
    table
        .map(|row| filled(row, "interview", token, &parts))
        .collect()
}

fn short_links(code: &str) -> Vec<String> {
    let dashes = |with: &str| code.replace('-', with);
    let moved = |from: char, to: char, count: u32| {
        let moved = |c: char| match u32::from(c).checked_sub(from.into()) {
            Some(by) if by < count => char::from_u32(u32::from(to) + by).expect("a letter"),
            _ => c,
        };
        escaped(&code.chars().map(moved).collect::<String>())
    };
    let parts = [
        ("lower", code.to_lowercase()),
        ("bare", dashes("")),
        ("typed", code.replace('0', "O").replace('1', "l")),
        ("blanks", dashes("%20")),
        ("pluses", dashes("+")),
        ("en-dashes", dashes("%E2%80%93")),
        ("minuses", dashes("%E2%88%92")),
        ("soft", dashes("-%C2%AD")),
        ("quoted", dashes("=2D")),
        ("wide", moved('!', '\u{ff01}', 94)),
        ("arabic", moved('0', '\u{660}', 10)),
        ("persian", moved('0', '\u{6f0}', 10)),
    ];
    let table = OF_BOTH.iter().chain(OF_THE_SHORT);
    table.map(|row| filled(row, "i", code, &parts)).collect()
}

/// As a browser sends it.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte.is_ascii() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

async fn all_lead_to_the_page(scene: &Scene, links: Vec<String>) {
    let count = links.iter().collect::<BTreeSet<_>>().len();
    assert!(count >= 60, "{count} links");
    let before = rows::all(&scene.app).await;
    let whole = format!("\"/interview/{}\"", scene.long[0]);
    let mut candidate = scene.app.candidate();
    let mut broken = Vec::new();
    for link in links {
        let page = candidate.get(&link).await;
        // What the page leads to is whole again.
        let is_right = page.has("[data-countdown]") && page.text.contains(&whole);
        if page.status != 200 || !is_right {
            broken.push(format!("{} {link}", page.status));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert_eq!(
        rows::all(&scene.app).await,
        before,
        "looking writes nothing"
    );
}

#[actix_web::test]
async fn a_long_link_survives_what_happens_to_it_on_its_way() {
    let scene = Scene::new().await;
    let links = long_links(&scene.long[0]);
    all_lead_to_the_page(&scene, links).await;
}

#[actix_web::test]
async fn a_short_link_survives_what_happens_to_it_on_its_way() {
    let scene = Scene::new().await;
    let links = short_links(&scene.short[0]);
    all_lead_to_the_page(&scene, links).await;
}

/// All get the answer of a link that never was, to the byte.
async fn none_leads_anywhere(scene: &Scene, links: Vec<String>) {
    let before = rows::all(&scene.app).await;
    let mut guesser = scene.app.stranger();
    let never = guesser.get("/interview/wrong").await;
    assert_eq!(never.words("h1"), "This link does not work");
    for (at, link) in links.iter().enumerate() {
        // Whoever tries many has to wait.
        guesser.ip = [203, 0, 113, (at / 50) as u8].into();
        let answer = guesser.get(link).await;
        assert_eq!(answer.status, 404, "{link}");
        assert!(answer.text == never.text, "{link}: {}", answer.text);
    }
    assert_eq!(
        rows::all(&scene.app).await,
        before,
        "and nothing is written"
    );
}

/// Changed in one letter, and cut behind one.
fn changed_and_cut(secret: &str) -> Vec<String> {
    let mut others = Vec::new();
    for (at, letter) in secret.char_indices() {
        let (before, behind) = (&secret[..at], &secret[at + 1..]);
        let other = if letter == 'B' { 'C' } else { 'B' };
        if letter.is_ascii_alphanumeric() {
            others.push(format!("{before}{other}{behind}"));
            others.push(format!("{before}{behind}"));
        }
        if before.contains(char::is_alphanumeric) {
            others.push(before.to_owned());
        }
    }
    others
}

#[actix_web::test]
async fn a_long_link_that_was_changed_cut_or_mixed_leads_nowhere() {
    let scene = Scene::new().await;
    let [token, other] = &scene.long;
    let mut wrong = changed_and_cut(token);
    let (first, second) = token.split_at(token.len() / 2);
    let (other_first, other_second) = other.split_at(other.len() / 2);
    let parts = |token: &str| -> Vec<String> { token.split('.').map(str::to_owned).collect() };
    let (mine, others) = (parts(token), parts(other));
    wrong.extend([
        format!("{first}{other_second}"),
        format!("{other_first}{second}"),
        format!("{second}{first}"),
        format!("{}.{}.{}", mine[0], mine[1], others[2]),
        format!("{}.{}.{}", mine[0], others[1], mine[2]),
        format!("{}.{}", mine[0], mine[1]),
        format!("{}.{}.", mine[0], mine[1]),
        format!("{}..{}", mine[0], mine[2]),
        format!("{}.{}", mine[1], mine[2]),
        format!("{}.{}.{}", mine[0], mine[2], mine[1]),
        format!("{token}x"),
        format!("{token}1"),
        format!("{token}{token}"),
        format!("{first}&{second}"),
        format!("{first}?{second}"),
        format!("{first}/{second}"),
        format!("{first}.{second}"),
        format!("{first}%41{second}"),
        token.to_uppercase(),
        token.to_lowercase(),
        token.chars().rev().collect(),
    ]);
    let links = wrong.iter().map(|text| format!("/interview/{text}"));
    none_leads_anywhere(&scene, links.collect()).await;
}

#[actix_web::test]
async fn a_short_link_that_was_changed_cut_or_mixed_leads_nowhere() {
    let scene = Scene::new().await;
    let [code, other] = &scene.short;
    let mut wrong = changed_and_cut(code);
    let (first, second) = code.split_at(code.len() / 2);
    let (other_first, other_second) = other.split_at(other.len() / 2);
    wrong.extend([
        format!("{first}{other_second}"),
        format!("{other_first}{second}"),
        format!("{second}-{first}"),
        format!("{code}0"),
        format!("{code}{code}"),
        format!("{code}%D9%A1"),
        format!("U{}", &code[1..]),
        format!("{first}/{second}"),
        format!("{first}?{second}"),
        code.chars().rev().collect(),
    ]);
    let links = wrong.iter().map(|text| format!("/i/{text}"));
    none_leads_anywhere(&scene, links.collect()).await;
}
