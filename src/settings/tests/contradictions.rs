//! What contradicts itself is told together with what cannot be read, and never because of it.
use super::*;

type Vars = Vec<(&'static str, &'static str)>;

const KEY: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Sound settings in which every variable counts.
const SOUND: [(&str, &str); 8] = [
    ("SECRET_KEY", KEY),
    ("EMAIL_BACKEND", "smtp"),
    ("EMAIL_HOST", "smtp.example.com"),
    ("EMAIL_FALLBACK_HOST", "relay.example.net"),
    ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
    ("BOUNCE_IMAP_HOST", "imap.example.com"),
    ("BOUNCE_IMAP_USER", "bounces"),
    ("BOUNCE_IMAP_PASSWORD", "correct horse"),
];

const UNREADABLE: [(&str, &str); 22] = [
    ("LISTEN", "here"),
    ("BASE_URL", "nowhere"),
    ("HSTS_INCLUDE_SUBDOMAINS", "perhaps"),
    ("TRUSTED_PROXIES", "nowhere"),
    ("DATABASE_URL", "mysql://x"),
    ("SECRET_KEY_FALLBACKS", "x"),
    ("EMAIL_BACKEND", "pigeon"),
    ("EMAIL_PORT", "many"),
    ("EMAIL_USE_SSL", "perhaps"),
    ("EMAIL_USE_TLS", "perhaps"),
    ("EMAIL_FALLBACK_PORT", "many"),
    ("EMAIL_FALLBACK_USE_SSL", "perhaps"),
    ("EMAIL_FALLBACK_USE_TLS", "perhaps"),
    ("EMAIL_MAX_PER_SECOND", "many"),
    ("EMAIL_CONSOLE_FALLBACK", "perhaps"),
    ("DEFAULT_FROM_EMAIL", "Acme"),
    ("EMAIL_BOUNCE_ADDRESS", "nobody"),
    ("BOUNCE_IMAP_PORT", "many"),
    ("BOUNCE_IMAP_USE_SSL", "perhaps"),
    ("BOUNCE_IMAP_USE_TLS", "perhaps"),
    ("BOUNCE_IMAP_FOLDER", "P\u{f6}st"),
    ("BOUNCE_IMAP_USER", "j\u{f6}"),
];

struct Contradiction {
    vars: Vars,
    /// What is told of it.
    told: &'static str,
    /// It is none any more when one of these cannot be read.
    halves: &'static [&'static str],
    /// Nobody reads variables that begin like this.
    unused: &'static [&'static str],
}

fn contradictions() -> Vec<Contradiction> {
    let of = |vars: &[(&'static str, &'static str)], told, halves| Contradiction {
        vars: vars.to_vec(),
        told,
        halves,
        unused: &[],
    };
    let exposed = ("BASE_URL", "https://jobs.example.com");
    let console = |contradiction| Contradiction {
        unused: &[
            "EMAIL_HOST",
            "EMAIL_PORT",
            "EMAIL_USE_",
            "EMAIL_FALLBACK_PORT",
            "EMAIL_FALLBACK_USE_",
        ],
        ..contradiction
    };
    vec![
        of(
            &[("BASE_URL", "http://jobs.example.com")],
            "BASE_URL must be https",
            &["BASE_URL"],
        ),
        of(
            &[("LISTEN", "0.0.0.0:80")],
            "BASE_URL must be https",
            &["LISTEN", "BASE_URL"],
        ),
        of(
            &[exposed, ("SECRET_KEY", "")],
            "SECRET_KEY is required",
            &["BASE_URL"],
        ),
        of(
            &[exposed, ("SECRET_KEY", "hZ2m0sY5kQb1v8Jt7wXr4uEo6cA")],
            "SECRET_KEY must have at least",
            &["BASE_URL"],
        ),
        console(of(
            &[
                exposed,
                ("EMAIL_BACKEND", "console"),
                ("EMAIL_FALLBACK_HOST", ""),
            ],
            "EMAIL_BACKEND is console",
            &["BASE_URL", "EMAIL_BACKEND"],
        )),
        console(of(
            &[("EMAIL_BACKEND", "console")],
            "EMAIL_FALLBACK_HOST is set, but",
            &["EMAIL_BACKEND"],
        )),
        of(
            &[("EMAIL_HOST", "")],
            "EMAIL_HOST is required",
            &["EMAIL_BACKEND"],
        ),
        of(
            &[("DEFAULT_FROM_EMAIL", "")],
            "DEFAULT_FROM_EMAIL is required",
            &["EMAIL_BACKEND", "DEFAULT_FROM_EMAIL"],
        ),
        of(
            &[("EMAIL_USE_SSL", "true"), ("EMAIL_USE_TLS", "true")],
            "EMAIL_USE_SSL and EMAIL_USE_TLS can't both be on",
            &["EMAIL_USE_SSL", "EMAIL_USE_TLS"],
        ),
        of(
            &[("EMAIL_USE_TLS", "false")],
            "EMAIL_USE_TLS is off",
            &["EMAIL_USE_SSL", "EMAIL_USE_TLS"],
        ),
        of(
            &[("EMAIL_HOST_USER", "jobs")],
            "EMAIL_HOST_PASSWORD is missing, but",
            &[],
        ),
        of(
            &[("EMAIL_HOST_PASSWORD", "correct horse")],
            "EMAIL_HOST_USER is missing, but",
            &[],
        ),
        of(
            &[
                ("EMAIL_FALLBACK_USE_SSL", "on"),
                ("EMAIL_FALLBACK_USE_TLS", "on"),
            ],
            "EMAIL_FALLBACK_USE_SSL and EMAIL_FALLBACK_USE_TLS can't both be on",
            &["EMAIL_FALLBACK_USE_SSL", "EMAIL_FALLBACK_USE_TLS"],
        ),
        of(
            &[("EMAIL_FALLBACK_USE_TLS", "off")],
            "EMAIL_FALLBACK_USE_TLS is off",
            &["EMAIL_FALLBACK_USE_SSL", "EMAIL_FALLBACK_USE_TLS"],
        ),
        of(
            &[("EMAIL_FALLBACK_HOST_USER", "jobs")],
            "EMAIL_FALLBACK_HOST_PASSWORD is missing, but",
            &[],
        ),
        of(
            &[("EMAIL_FALLBACK_HOST_PASSWORD", "correct horse")],
            "EMAIL_FALLBACK_HOST_USER is missing, but",
            &[],
        ),
        of(
            &[
                ("BOUNCE_IMAP_USE_SSL", "yes"),
                ("BOUNCE_IMAP_USE_TLS", "yes"),
            ],
            "BOUNCE_IMAP_USE_SSL and BOUNCE_IMAP_USE_TLS can't both be on",
            &["BOUNCE_IMAP_USE_SSL", "BOUNCE_IMAP_USE_TLS"],
        ),
        of(
            &[("BOUNCE_IMAP_USE_SSL", "no")],
            "BOUNCE_IMAP_USE_SSL is off",
            &["BOUNCE_IMAP_USE_SSL", "BOUNCE_IMAP_USE_TLS"],
        ),
        of(
            &[("BOUNCE_IMAP_USER", "")],
            "BOUNCE_IMAP_USER is missing, but",
            &["BOUNCE_IMAP_USER"],
        ),
        of(
            &[("BOUNCE_IMAP_PASSWORD", "")],
            "BOUNCE_IMAP_PASSWORD is missing, but",
            &[],
        ),
    ]
}

fn with(vars: &[(&'static str, &'static str)]) -> HashMap<String, String> {
    let all = SOUND.iter().chain(vars);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn mistakes(vars: HashMap<String, String>, in_file: &[&str]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a directory");
    let in_file = in_file.iter().map(|line| (*line).to_owned()).collect();
    Settings::read(vars, dir.path(), in_file)
        .err()
        .unwrap_or_default()
}

fn is_about(line: &str, name: &str) -> bool {
    line.split(' ').next() == Some(name)
}

#[test]
fn each_is_told_together_with_whatever_else_cannot_be_read() {
    assert_eq!(mistakes(with(&[]), &[]), Vec::<String>::new());
    for Contradiction {
        vars,
        told,
        halves,
        unused,
    } in contradictions()
    {
        let alone = mistakes(with(&vars), &[]);
        assert_eq!(alone.len(), 1, "{told}: {alone:?}");
        assert!(alone[0].starts_with(told), "{told}: {alone:?}");
        for (name, value) in UNREADABLE {
            if halves.contains(&name) || unused.iter().any(|begin| name.starts_with(begin)) {
                continue;
            }
            let found = mistakes(with(&[&vars[..], &[(name, value)]].concat()), &[]);
            assert_eq!(found.len(), 2, "{told} and {name}: {found:?}");
            assert!(found.contains(&alone[0]), "{told} and {name}: {found:?}");
            let is_told = found.iter().any(|line| is_about(line, name));
            assert!(is_told, "{told} and {name}: {found:?}");
        }
    }
}

#[test]
fn none_is_told_of_what_one_half_of_cannot_be_read() {
    for Contradiction {
        vars, told, halves, ..
    } in contradictions()
    {
        for (name, value) in UNREADABLE {
            if !halves.contains(&name) {
                continue;
            }
            let found = mistakes(with(&[&vars[..], &[(name, value)]].concat()), &[]);
            assert_eq!(found.len(), 1, "{told} and {name}: {found:?}");
            assert!(is_about(&found[0], name), "{told} and {name}: {found:?}");
        }
    }
}

#[test]
fn a_line_of_the_file_that_makes_no_sense_is_no_variable_that_is_missing() {
    for Contradiction {
        vars, told, halves, ..
    } in contradictions()
    {
        for half in halves {
            let mut vars = with(&vars);
            vars.remove(*half);
            let line = format!("{half} (line 7 of .env) wants an =");
            assert_eq!(mistakes(vars, &[&line]), [line.as_str()], "{told}");
        }
    }
    for name in SOUND.map(|(name, _)| name) {
        let mut vars = with(&[]);
        vars.remove(name);
        let line = format!("{name} (line 7 of .env) wants an =");
        assert_eq!(mistakes(vars, &[&line]), [line.as_str()]);
    }
    let line = "ALLOW_INSECURE (line 7 of .env) wants an =";
    let exposed = with(&[
        ("LISTEN", "0.0.0.0:80"),
        ("BASE_URL", "http://jobs.example.com"),
        ("SECRET_KEY", "weak"),
        ("EMAIL_USE_TLS", "false"),
    ]);
    assert_eq!(mistakes(exposed, &[line]), [line]);
}

#[test]
fn of_a_file_that_nobody_can_read_only_what_stands_elsewhere_is_judged() {
    let line = ".env can't be read because it is UTF-16; save it as UTF-8";
    let vars = [
        ("LISTEN", "0.0.0.0:80"),
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST_USER", "jobs"),
        ("EMAIL_PORT", "many"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let found = mistakes(vars.into(), &[line]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0] == line && is_about(&found[1], "EMAIL_PORT"),
        "{found:?}"
    );
}

#[test]
fn a_kept_key_that_is_no_good_is_told_with_the_others() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("secret_key");
    let read = |name: &str, value: &str| {
        let vars = HashMap::from([(name.to_owned(), value.to_owned())]);
        Settings::from_vars(vars, dir.path()).expect_err("mistakes")
    };
    let is_about_both = |found: &[String], name| {
        found.len() == 2
            && found.iter().any(|line| is_about(line, name))
            && found.iter().any(|line| is_about(line, "SECRET_KEY"))
    };
    assert_eq!(read("EMAIL_BACKEND", "pigeon").len(), 1);
    assert!(!file.exists(), "no key is made for what does not start");
    for key in ["a".repeat(64), "short".into()] {
        std::fs::write(&file, key).expect("written");
        let found = read("EMAIL_BACKEND", "pigeon");
        assert!(is_about_both(&found, "EMAIL_BACKEND"), "{found:?}");
        // Whether the file is the one that counts is not known here.
        assert_eq!(read("LISTEN", "here").len(), 1);
    }
}
