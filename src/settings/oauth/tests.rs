//! What is understood, what is refused, and what is never repeated.
use super::*;

const APP: [(&str, &str); 5] = [
    ("EMAIL_AUTH", "oauth2"),
    ("EMAIL_OAUTH_PROVIDER", "microsoft"),
    ("EMAIL_OAUTH_TENANT", "contoso.example"),
    ("EMAIL_OAUTH_CLIENT_ID", "app"),
    ("EMAIL_OAUTH_CLIENT_SECRET", "geheim"),
];

fn read(pairs: &[(&str, &str)]) -> (Auth, Vec<String>) {
    let vars: HashMap<_, _> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut reader = Reader::new(vars, Vec::new());
    (reader.auth(), reader.mistakes)
}

fn sound(pairs: &[(&str, &str)]) -> Arc<OAuthSettings> {
    match read(pairs) {
        (Auth::Token(settings), mistakes) if mistakes.is_empty() => settings,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_app_a_person_and_any_other_server_are_understood() {
    let app = sound(&APP);
    assert!(app.is_app_only() && !app.reads_mailbox);
    assert!(!format!("{app:?}").contains("geheim"));
    let person = sound(&[&APP[..4], &[("BOUNCE_IMAP_HOST", "outlook.office365.com")]].concat());
    assert!(!person.is_app_only() && person.reads_mailbox);
    let google = sound(&[APP[0], ("EMAIL_OAUTH_PROVIDER", "google"), APP[3], APP[4]]);
    assert!(!google.is_app_only());
    let custom = [
        APP[0],
        ("EMAIL_OAUTH_PROVIDER", "custom"),
        APP[3],
        APP[4],
        ("EMAIL_OAUTH_TOKEN_ENDPOINT", "https://id.example/token"),
        ("EMAIL_OAUTH_SCOPE", "mail"),
    ];
    assert!(sound(&custom).is_app_only());
    let device = ("EMAIL_OAUTH_DEVICE_ENDPOINT", "https://id.example/device");
    assert!(!sound(&[&custom[..], &[device]].concat()).is_app_only());
    assert!(matches!(read(&[]), (Auth::Password, mistakes) if mistakes.is_empty()));
}

#[test]
fn a_token_is_shown_to_its_providers_servers_only() {
    let microsoft = sound(&APP);
    for host in [
        "outlook.office365.com",
        "Outlook.Office365.com.",
        "127.0.0.1",
    ] {
        assert!(microsoft.may_be_shown_to(host), "{host}");
    }
    for host in [
        "imap.gmail.com",
        "office365.com.example",
        "notoffice365.com",
        "",
    ] {
        assert!(!microsoft.may_be_shown_to(host), "{host}");
    }
}

#[test]
fn nothing_that_may_be_a_secret_is_repeated_in_a_mistake() {
    let names = OF_A_PROVIDER.iter().map(|(name, _)| *name).chain([AUTH]);
    for name in names {
        for secret in [
            "qWgdYAmab0YSkuL1qKv5bPX~geheim",
            "geheimgeheim1234",
            "ge heim",
            "https://geheim@id.example/",
            "geheim/../x",
        ] {
            for others in [
                &[][..],
                &[("EMAIL_OAUTH_PROVIDER", "custom")],
                &[("EMAIL_AUTH", "password")],
            ] {
                let vars = [&APP[..4], others, &[(name, secret)]].concat();
                let mut reader = Reader::new(
                    vars.iter()
                        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                        .collect(),
                    Vec::new(),
                );
                reader.auth();
                let told = format!("{:?} {:?}", reader.mistakes, reader.remarks);
                assert!(!told.contains("heim"), "{name}: {told}");
            }
        }
    }
}

#[test]
fn a_token_is_not_sent_to_the_mail_server_of_another_provider() {
    for (host, is_its_own) in [
        ("smtp.office365.com", true),
        ("smtp-mail.outlook.com", true),
        ("localhost", true),
        ("smtp.gmail.com", false),
        ("mail.contoso.com", false),
    ] {
        let vars = [
            &APP[..],
            &[
                ("EMAIL_HOST", host),
                ("EMAIL_HOST_USER", "jobs@contoso.com"),
            ],
        ];
        let vars = vars.concat().into_iter();
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut reader = Reader::new(vars.collect(), Vec::new());
        let auth = reader.auth();
        let smtp = reader.smtp("EMAIL_", &auth);
        let told = reader.mistakes.join("\n");
        assert_eq!(told.is_empty(), is_its_own, "{host}: {told}");
        assert!(
            is_its_own
                || told.starts_with("EMAIL_HOST is not a mail server of EMAIL_OAUTH_PROVIDER"),
            "{told}"
        );
        let login = smtp.and_then(|smtp| smtp.login);
        assert_eq!(login.is_some(), is_its_own, "{host}");
    }
}

#[test]
fn settings_that_are_not_used_stop_nothing_and_are_told() {
    for auth in [("EMAIL_AUTH", "password"), ("EMAIL_AUTH", "")] {
        let vars = [&APP[..], &[auth]].concat();
        let vars = vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut reader = Reader::new(vars.collect(), Vec::new());
        assert!(matches!(reader.auth(), Auth::Password));
        assert_eq!(reader.mistakes, Vec::<String>::new());
        let [remark] = reader.remarks.as_slice() else {
            panic!("{:?}", reader.remarks);
        };
        assert!(
            remark.starts_with("EMAIL_OAUTH_PROVIDER is set and not used"),
            "{remark}"
        );
    }
}

#[test]
fn a_directory_is_an_id_or_a_domain() {
    for text in [
        "contoso.com",
        "a-b.onmicrosoft.com",
        "00001111-aaaa-2222-BBBB-3333cccc4444",
    ] {
        assert!(is_directory(text), "{text}");
    }
    for text in [
        "contoso",
        ".",
        "a..b",
        "",
        "00001111-aaaa-2222-bbbb-3333cccc444",
        "a/b.c",
        "x.y~z",
    ] {
        assert!(!is_directory(text), "{text}");
    }
}

#[test]
fn what_is_incomplete_is_said_at_the_start() {
    let custom = [
        ("EMAIL_OAUTH_PROVIDER", "custom"),
        ("EMAIL_OAUTH_TENANT", ""),
        ("EMAIL_OAUTH_SCOPE", "mail"),
        ("EMAIL_OAUTH_TOKEN_ENDPOINT", "https://id.example/token"),
    ];
    let without = |name: &'static str| [&custom[..], &[(name, "")]].concat();
    for (vars, told) in [
        (
            vec![("EMAIL_AUTH", "xoauth2")],
            "EMAIL_AUTH is neither password nor oauth2",
        ),
        (
            vec![("EMAIL_OAUTH_PROVIDER", "")],
            "EMAIL_OAUTH_PROVIDER is missing, but EMAIL_AUTH is oauth2",
        ),
        (
            vec![("EMAIL_OAUTH_PROVIDER", "yahoo")],
            "EMAIL_OAUTH_PROVIDER is none of",
        ),
        (
            vec![("EMAIL_OAUTH_CLIENT_ID", "")],
            "EMAIL_OAUTH_CLIENT_ID is missing, but",
        ),
        (
            vec![("EMAIL_OAUTH_TENANT", "")],
            "EMAIL_OAUTH_TENANT is missing, but",
        ),
        (
            vec![("EMAIL_OAUTH_TENANT", "a/../b")],
            "EMAIL_OAUTH_TENANT is neither",
        ),
        (
            vec![("EMAIL_OAUTH_TENANT", "common")],
            "EMAIL_OAUTH_TENANT must name your own directory",
        ),
        (
            vec![("EMAIL_OAUTH_SCOPE", "mail")],
            "EMAIL_OAUTH_SCOPE is set, but belongs to another",
        ),
        (
            vec![
                ("EMAIL_OAUTH_PROVIDER", "google"),
                ("EMAIL_OAUTH_TENANT", ""),
                ("EMAIL_OAUTH_CLIENT_SECRET", ""),
            ],
            "EMAIL_OAUTH_CLIENT_SECRET is missing, but EMAIL_OAUTH_PROVIDER is google",
        ),
        (
            without("EMAIL_OAUTH_SCOPE"),
            "EMAIL_OAUTH_SCOPE is missing, but",
        ),
        (
            without("EMAIL_OAUTH_TOKEN_ENDPOINT"),
            "EMAIL_OAUTH_TOKEN_ENDPOINT is missing, but",
        ),
        (
            without("EMAIL_OAUTH_CLIENT_SECRET"),
            "EMAIL_OAUTH_CLIENT_SECRET is missing, but EMAIL_OAUTH_DEVICE",
        ),
        (
            [
                &custom[..],
                &[("EMAIL_OAUTH_TOKEN_ENDPOINT", "http://id.example/")],
            ]
            .concat(),
            "EMAIL_OAUTH_TOKEN_ENDPOINT must start with https://",
        ),
        (
            [
                &custom[..],
                &[("EMAIL_OAUTH_DEVICE_ENDPOINT", "id.example")],
            ]
            .concat(),
            "EMAIL_OAUTH_DEVICE_ENDPOINT must start with https://",
        ),
    ] {
        let (auth, mistakes) = read(&[&APP[..], &vars].concat());
        let [mistake] = mistakes.as_slice() else {
            panic!("{told}: {mistakes:?}");
        };
        assert!(mistake.starts_with(told), "{told}: {mistake}");
        assert!(
            !matches!(auth, Auth::Token(_)) || told.contains("belongs") || told.contains("SECRET")
        );
        assert!(!mistake.contains("geheim"));
    }
}
