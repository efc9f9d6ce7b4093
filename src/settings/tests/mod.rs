//! What is read from variables, and what is said of them.
mod contradictions;

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let dir = tempfile::tempdir().expect("a directory");
    let vars = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Settings::from_vars(vars, dir.path())
}

#[test]
fn nothing_is_needed_for_a_first_try() {
    let settings = read(&[]).expect("defaults");
    assert_eq!(settings.base_url.join("/x"), "http://127.0.0.1:8080/x");
    assert!(matches!(settings.mail.backend, Backend::Console));
    assert!(settings.secret_key.expose().len() >= 32);
}

#[test]
fn all_mistakes_are_reported_together() {
    let mistakes = read(&[
        ("LISTEN", "here"),
        ("DATABASE_URL", "mysql://x"),
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_USE_TLS", "perhaps"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, nowhere"),
    ])
    .expect_err("mistakes");
    for name in [
        "LISTEN",
        "DATABASE_URL",
        "EMAIL_HOST",
        "EMAIL_USE_TLS",
        "TRUSTED_PROXIES",
        "DEFAULT_FROM_EMAIL",
    ] {
        assert!(
            mistakes.iter().any(|line| line.starts_with(name)),
            "{name} in {mistakes:?}"
        );
    }
}

#[test]
fn contradictions_are_reported_with_what_cannot_be_parsed() {
    let mistakes = read(&[
        ("LISTEN", "0.0.0.0:80"),
        ("BASE_URL", "http://jobs.example.com"),
        ("EMAIL_USE_TLS", "perhaps"),
        ("TRUSTED_PROXIES", "nowhere"),
        ("EMAIL_MAX_PER_SECOND", "many"),
    ])
    .expect_err("mistakes");
    for name in [
        "BASE_URL must be https",
        "SECRET_KEY is required",
        "TRUSTED_PROXIES",
    ] {
        assert!(
            mistakes.iter().any(|line| line.starts_with(name)),
            "{name} in {mistakes:?}"
        );
    }
}

#[test]
fn after_a_mistake_there_is_no_second_one_that_is_wrong() {
    let smtp = ("EMAIL_BACKEND", "smtp");
    let from = ("DEFAULT_FROM_EMAIL", "jobs@example.com");
    let host = ("EMAIL_HOST", "smtp.example.com");
    for (variables, name) in [
        (vec![("EMAIL_BACKEND", "pigeon")], "EMAIL_BACKEND"),
        (
            vec![
                ("EMAIL_BACKEND", "pigeon"),
                ("EMAIL_FALLBACK_HOST", "x.example"),
            ],
            "EMAIL_BACKEND",
        ),
        (vec![smtp, from, ("EMAIL_USE_TLS", "false")], "EMAIL_HOST"),
        (
            vec![
                smtp,
                from,
                host,
                ("EMAIL_USE_SSL", "perhaps"),
                ("EMAIL_USE_TLS", "false"),
            ],
            "EMAIL_USE_SSL",
        ),
        (
            vec![
                smtp,
                from,
                host,
                ("EMAIL_USE_TLS", "perhaps"),
                ("EMAIL_USE_SSL", "true"),
            ],
            "EMAIL_USE_TLS",
        ),
        (
            vec![
                ("BOUNCE_IMAP_HOST", "x.example"),
                ("BOUNCE_IMAP_USER", "u"),
                ("BOUNCE_IMAP_PASSWORD", "p"),
                ("BOUNCE_IMAP_USE_SSL", "perhaps"),
            ],
            "BOUNCE_IMAP_USE_SSL",
        ),
    ] {
        let mistakes = read(&variables).expect_err("a mistake");
        assert_eq!(mistakes.len(), 1, "{variables:?} {mistakes:?}");
        assert!(mistakes[0].starts_with(name), "{mistakes:?}");
    }
}

#[test]
fn the_backend_is_understood_as_people_write_it() {
    for text in [
        "smtp",
        "SMTP",
        "Smtp",
        "django.core.mail.backends.smtp.EmailBackend",
        "Django.Core.Mail.Backends.SMTP.EmailBackend",
    ] {
        let settings = read(&[
            ("EMAIL_BACKEND", text),
            ("EMAIL_HOST", "smtp.example.com"),
            ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
        ]);
        let mail = settings.unwrap_or_else(|m| panic!("{text} {m:?}")).mail;
        assert!(matches!(mail.backend, Backend::Smtp(_)), "{text}");
    }
    for text in [
        "console",
        "Console",
        "django.core.mail.backends.console.EmailBackend",
    ] {
        let settings = read(&[("EMAIL_BACKEND", text)]).expect("settings");
        assert!(matches!(settings.mail.backend, Backend::Console), "{text}");
    }
    for (text, word) in [
        ("django.core.mail.backends.locmem.EmailBackend", "memory"),
        ("locmem", "memory"),
        ("django.core.mail.backends.dummy.EmailBackend", "discards"),
        ("django.core.mail.backends.filebased.EmailBackend", "files"),
        ("anymail.backends.sendgrid.EmailBackend", "anymail"),
        ("django_ses.SESBackend", "Django"),
        ("sendmail", "smtp or console"),
        ("pigeon", "smtp or console"),
    ] {
        let mistakes = read(&[("EMAIL_BACKEND", text)]).expect_err("a mistake");
        let [mistake] = mistakes.as_slice() else {
            panic!("{mistakes:?}")
        };
        assert!(mistake.contains(word), "{mistake}");
        assert!(
            mistake.contains("smtp") && mistake.contains("console"),
            "{mistake}"
        );
    }
}

#[test]
fn a_blank_at_the_end_of_a_password_is_part_of_it() {
    let settings = read(&[
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "smtp.example.com "),
        ("EMAIL_HOST_USER", " jobs "),
        ("EMAIL_HOST_PASSWORD", " secret "),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
    ]);
    let Backend::Smtp(smtp) = settings.expect("settings").mail.backend else {
        panic!("smtp")
    };
    let login = smtp.login.expect("a login");
    assert_eq!(
        (smtp.host.as_str(), login.user.as_str()),
        ("smtp.example.com", "jobs")
    );
    assert_eq!(login.password().map(Secret::expose), Some(" secret "));
}

#[test]
fn a_sender_that_is_none_is_told_to_be_quoted() {
    for text in [
        "Acme",
        "Acme <jobs@example.com",
        "'Acme <jobs@example.com>'",
    ] {
        let mistakes = read(&[("DEFAULT_FROM_EMAIL", text)]).expect_err("a mistake");
        assert!(mistakes[0].contains("quote"), "{mistakes:?}");
    }
}

#[test]
fn what_an_incomplete_configuration_lacks_is_known() {
    let mistakes = read(&[
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST_USER", "jobs"),
        ("LISTEN", "here"),
    ])
    .expect_err("mistakes");
    let mut lacking = lacking(&mistakes);
    lacking.sort_unstable();
    assert_eq!(
        lacking,
        ["DEFAULT_FROM_EMAIL", "EMAIL_HOST", "EMAIL_HOST_PASSWORD"]
    );
}

#[test]
fn names_that_are_nearly_right_are_remarked_on() {
    let settings = read(&[("EMAIL_HSOT", "smtp.example.com"), ("PATH", "/bin")]);
    let remarks = settings.expect("settings").remarks;
    assert_eq!(
        remarks,
        ["EMAIL_HSOT is not a setting and has no effect. Did you mean EMAIL_HOST?"]
    );
}

#[test]
fn off_loopback_it_refuses_weak_settings_unless_they_are_meant() {
    let exposed = [
        ("LISTEN", "0.0.0.0:80"),
        ("BASE_URL", "http://jobs.example.com"),
        ("SECRET_KEY", "short"),
    ];
    let mistakes = read(&exposed).expect_err("weak");
    for name in ["SECRET_KEY", "BASE_URL", "EMAIL_BACKEND"] {
        assert!(
            mistakes.iter().any(|line| line.starts_with(name)),
            "{name} in {mistakes:?}"
        );
    }
    let mut meant = exposed.to_vec();
    meant.push(("ALLOW_INSECURE", "weak-key, http,console-mail"));
    assert!(read(&meant).is_ok());
}

#[test]
fn a_key_that_can_be_guessed_is_refused_wherever_it_stands() {
    let generated = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let exposed = [
        ("LISTEN", "0.0.0.0:80"),
        ("BASE_URL", "https://jobs.example.com"),
        ("ALLOW_INSECURE", "console-mail"),
    ];
    let one_letter = "a".repeat(64);
    for weak in [&one_letter, "changeme-changeme-changeme-changeme", "x"] {
        for place in [&exposed[..], &[]] {
            let with =
                |more: &[(&'static str, &str)]| read(&[place, more].concat()).expect_err("weak");
            let mistakes = with(&[("SECRET_KEY", weak)]);
            assert_eq!(mistakes.len(), 1, "{mistakes:?}");
            assert!(mistakes[0].starts_with("SECRET_KEY "), "{mistakes:?}");
            assert!(mistakes[0].contains("openssl rand -hex 32"), "{mistakes:?}");
            assert!(!mistakes[0].contains(weak) || weak == "x", "{mistakes:?}");
            let earlier = [("SECRET_KEY", generated), ("SECRET_KEY_FALLBACKS", weak)];
            let mistakes = with(&earlier);
            assert_eq!(mistakes.len(), 1, "{mistakes:?}");
            assert!(
                mistakes[0].starts_with("SECRET_KEY_FALLBACKS "),
                "{mistakes:?}"
            );
        }
        let meant = [("SECRET_KEY", weak), ("ALLOW_INSECURE", "weak-key")];
        assert!(read(&meant).is_ok(), "{weak}");
    }
    let rotated = [
        ("SECRET_KEY", generated),
        ("SECRET_KEY_FALLBACKS", "hZ2m0sY5kQb1v8Jt7wXr4uEo6cAiGdNf"),
    ];
    assert!(read(&[&exposed[..], &rotated].concat()).is_ok());
}

#[test]
fn a_second_mail_server_has_names_of_its_own() {
    let first = [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "smtp.example.com"),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
    ];
    let with = |more: &[(&'static str, &'static str)]| read(&[&first, more].concat());
    let settings = with(&[
        ("EMAIL_FALLBACK_HOST", "relay.example.net"),
        ("EMAIL_FALLBACK_USE_SSL", "true"),
        ("EMAIL_FALLBACK_HOST_USER", "jobs"),
        ("EMAIL_FALLBACK_HOST_PASSWORD", "correct horse"),
    ]);
    let second = settings.expect("settings").mail.fallback.expect("a server");
    assert_eq!(
        (second.host.as_str(), second.port),
        ("relay.example.net", 465)
    );
    assert_eq!(second.security, Security::Implicit);
    assert_eq!(second.login.expect("a login").user, "jobs");
    let lacking = [
        ("EMAIL_FALLBACK_HOST", "relay.example.net"),
        ("EMAIL_FALLBACK_HOST_USER", "jobs"),
    ];
    assert_eq!(
        with(&lacking).expect_err("a mistake"),
        ["EMAIL_FALLBACK_HOST_PASSWORD is missing, but EMAIL_FALLBACK_HOST_USER is set"]
    );
    let alone = read(&[("EMAIL_FALLBACK_HOST", "relay.example.net")]);
    assert!(alone.expect_err("a mistake")[0].contains("EMAIL_BACKEND is console"));
}

#[test]
fn servers_elsewhere_are_given_one_message_a_second_unless_told_otherwise() {
    let limit = |text, host| {
        let settings = read(&[("EMAIL_MAX_PER_SECOND", text)]).expect("settings");
        settings.mail.max_per_second.for_host(host)
    };
    assert_eq!(limit("", "smtp.example.com"), Some(1.0));
    assert_eq!(limit("", "127.0.0.1"), None);
    assert_eq!(limit("14", "smtp.example.com"), Some(14.0));
    assert_eq!(limit("0.5", "localhost"), Some(0.5));
    assert_eq!(limit("unlimited", "smtp.example.com"), None);
    for wrong in ["0", "-1", "NaN", "inf", "many"] {
        assert!(read(&[("EMAIL_MAX_PER_SECOND", wrong)]).is_err(), "{wrong}");
    }
}

#[test]
fn the_names_of_django_are_understood() {
    let settings = read(&[
        (
            "EMAIL_BACKEND",
            "django.core.mail.backends.smtp.EmailBackend",
        ),
        ("EMAIL_HOST", "smtp.gmail.com"),
        ("EMAIL_PORT", "587"),
        ("EMAIL_USE_TLS", "True"),
        ("EMAIL_USE_SSL", "False"),
        ("EMAIL_HOST_USER", "jobs@example.com"),
        ("EMAIL_HOST_PASSWORD", "abcd efgh ijkl mnop"),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
    ])
    .expect("the settings of an older system");
    let Backend::Smtp(smtp) = &settings.mail.backend else {
        panic!("smtp")
    };
    assert_eq!(smtp.security, Security::Starttls);
    assert_eq!(
        smtp.login
            .as_ref()
            .and_then(|login| login.password())
            .map(Secret::expose),
        Some("abcdefghijklmnop")
    );
    assert!(
        !format!("{settings:?}").contains("abcdefgh"),
        "no secret in Debug output"
    );
}
