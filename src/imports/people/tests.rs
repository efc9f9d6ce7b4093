//! Lists as people paste and upload them.
use super::{Answers, Found, Line, List, Person, Refusal};

fn read(text: &str) -> Result<List<Person>, Refusal> {
    super::read(text, &Answers::default())
}

/// `name|email|phone|zone`, `= n` for a repeat of line n, or what is wrong.
fn told(text: &str) -> Vec<String> {
    let list = read(text).expect("a list");
    let told = |line: &Line<Person>| match &line.found {
        Found::New(person) => {
            let zone = person.time_zone.as_deref().unwrap_or_default();
            format!("{}|{}|{}|{zone}", person.name, person.email, person.phone)
        }
        Found::Repeat(of) => format!("= {of}"),
        Found::Unusable(why) => why.clone(),
    };
    list.lines.iter().map(told).collect()
}

#[test]
fn people_are_read_however_they_are_written() {
    for (text, expected) in [
        ("Ada Lovelace <ada@x.org>", vec!["Ada Lovelace|ada@x.org||"]),
        (
            "Lovelace, Ada <ada@x.org>",
            vec!["Ada Lovelace|ada@x.org||"],
        ),
        (
            "\"Lovelace, Ada\" <ada@x.org>",
            vec!["Ada Lovelace|ada@x.org||"],
        ),
        (
            "Ada <ada@x.org>; Bob <bob@x.org>",
            vec!["Ada|ada@x.org||", "Bob|bob@x.org||"],
        ),
        (
            "ada@x.org, bob@x.org",
            vec!["Ada|ada@x.org||", "Bob|bob@x.org||"],
        ),
        (
            "ada@x.org, Ada, +49 30 1234567",
            vec!["Ada|ada@x.org|+49 30 1234567|"],
        ),
        ("Ada\tLovelace\tada@x.org", vec!["Ada Lovelace|ada@x.org||"]),
        ("Lovelace, Ada; ada@x.org", vec!["Ada Lovelace|ada@x.org||"]),
        (
            "Ada Lovelace; Engineer; ada@x.org",
            vec!["Ada Lovelace|ada@x.org||"],
        ),
        ("Ada Lovelace ada@x.org", vec!["Ada Lovelace|ada@x.org||"]),
        (
            "ada@x.org Ada Lovelace (030) 123-4567",
            vec!["Ada Lovelace|ada@x.org|(030) 123-4567|"],
        ),
        (
            "ada.lovelace7+jobs@x.org",
            vec!["Ada Lovelace|ada.lovelace7+jobs@x.org||"],
        ),
        (
            "Ada;ada@x.org;America/New_York",
            vec!["Ada|ada@x.org||America/New_York"],
        ),
        (
            "Paris;Hilton;paris@x.org",
            vec!["Paris Hilton|paris@x.org||"],
        ),
        (
            "1;Ada Lovelace <ada@x.org>",
            vec!["Ada Lovelace|ada@x.org||"],
        ),
        ("mailto:ada@x.org Ada", vec!["Ada|ada@x.org||"]),
        (
            "Zoë Núñez <ZOE@Bücher.example>",
            vec!["Zoë Núñez|zoe@xn--bcher-kva.example||"],
        ),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn columns_are_known_by_their_headings() {
    for (text, expected) in [
        ("Name,Email\nAda,ada@x.org", "Ada|ada@x.org||"),
        (
            "E-Mail;Vorname;Nachname;Zeitzone\nada@x.org;Ada;Lovelace;berlin",
            "Ada Lovelace|ada@x.org||Europe/Berlin",
        ),
        (
            "Vorname;Name;E-Mail-Adresse\nAda;Lovelace;ada@x.org",
            "Ada Lovelace|ada@x.org||",
        ),
        (
            "Nom\tPrénom\tCourriel\tTéléphone\nLovelace\tAda\tada@x.org\t+33 1 23 45 67",
            "Ada Lovelace|ada@x.org|+33 1 23 45 67|",
        ),
        (
            "Nombre,Apellidos,Correo electrónico\nAda,Lovelace,ada@x.org",
            "Ada Lovelace|ada@x.org||",
        ),
        ("姓名,邮箱\nAda,ada@x.org", "Ada|ada@x.org||"),
        (
            "First,Last,Email\nAda,\"Lovelace, Jr.\",ada@x.org",
            "Ada Lovelace, Jr.|ada@x.org||",
        ),
        (
            "Name,Email\n\"Ada Lovelace, PhD\",ada@x.org",
            "Ada Lovelace, PhD|ada@x.org||",
        ),
        (
            "Name,Email\n\"Lovelace, Ada\",ada@x.org",
            "Ada Lovelace|ada@x.org||",
        ),
        ("email\nada@x.org", "Ada|ada@x.org||"),
        (
            "Candidate,Mail\nAda,\"Ada L. <ada@x.org>\"",
            "Ada|ada@x.org||",
        ),
        (
            "Name,Email,Notes\nAda,ada@x.org,\"two\nlines\"",
            "Ada|ada@x.org||",
        ),
        ("Email,Name,Extra\nada@x.org", "Ada|ada@x.org||"),
    ] {
        assert_eq!(told(text), [expected], "{text}");
    }
    let list = read("Name,Email,LinkedIn,Notes\nAda,ada@x.org,x,Kind").expect("a list");
    assert_eq!(list.ignored, ["LinkedIn"]);
    let Found::New(ada) = &list.lines[0].found else {
        panic!("{list:?}");
    };
    assert_eq!(ada.notes, "Kind");
}

#[test]
fn a_row_that_is_of_no_use_says_why_and_keeps_nobody_from_the_others() {
    let text = "Name,Email,Zone,Phone\nAda,ada@x.org,,\n,ADA@x.org,,\nBob,bob at x.org,,\nCy,,,\nDi,di@x.org,Mars,\nEd,ed@x.org,,call me\nFay\u{202e},fay@x.org,,\n,1234@x.org,,\n";
    let lines = told(&text.replace("Zone", "Time zone"));
    assert_eq!(lines[0], "Ada|ada@x.org||");
    assert_eq!(lines[1], "= 2");
    for (line, part) in lines[2..].iter().zip([
        "name@example.com",
        "no email address",
        "Time zone:",
        "Phone:",
        "Name:",
        "Add a name",
    ]) {
        assert!(line.contains(part), "{line}");
    }
    assert_eq!(told("call Ada"), ["There is no email address in this row."]);
}

#[test]
fn a_domain_that_looks_mistyped_is_told_and_kept() {
    let list = read("Dilan <dilan@gmial.con>").expect("a list");
    let Found::New(dilan) = &list.lines[0].found else {
        panic!("{list:?}");
    };
    assert_eq!(dilan.email, "dilan@gmial.con");
    assert_eq!(dilan.likely_email().as_deref(), Some("dilan@gmail.com"));
}

#[test]
fn an_address_is_corrected_or_confirmed_by_somebody() {
    let answers = Answers {
        corrected: vec!["dilan@gmial.con".into()],
        confirmed: vec!["eve@gmial.con".into()],
    };
    let text = "dilan@gmial.con\neve@gmial.con\ncy@gmial.con\ndilan@gmail.com";
    let list = super::read(text, &answers).expect("a list");
    let told: Vec<_> = list
        .lines
        .iter()
        .map(|line| match &line.found {
            Found::New(person) => (person.email.as_str(), person.likely_email()),
            Found::Repeat(_) => ("repeat", None),
            Found::Unusable(why) => panic!("{why}"),
        })
        .collect();
    let likely = Some("cy@gmail.com".to_owned());
    assert_eq!(
        told,
        [
            ("dilan@gmail.com", None),
            ("eve@gmial.con", None),
            ("cy@gmial.con", likely),
            ("repeat", None)
        ]
    );
}

#[test]
fn a_list_has_its_limits() {
    let person = |n: usize| format!("p{n} <p{n}@example.com>\n");
    let people = |count: usize| (0..count).map(person).collect::<String>();
    assert_eq!(read(&people(1000)).expect("a list").lines.len(), 1000);
    assert_eq!(read(&people(1001)), Err(crate::imports::TOO_MANY));
    let headed = format!("Name,Email\n{}", "Ada,ada@x.org\n".repeat(1000));
    assert_eq!(read(&headed).expect("a list").lines.len(), 1000);
    assert_eq!(
        read(&format!("{headed}Ada,ada@x.org")),
        Err(crate::imports::TOO_MANY)
    );
    assert_eq!(
        read(&"ada@x.org,".repeat(2000)),
        Err(crate::imports::TOO_MANY)
    );
    assert_eq!(read(&"x".repeat(300_000)), Err(crate::imports::TOO_LONG));
    for nothing in ["", " \n\t\n", "\u{feff}", ",,,\n"] {
        assert_eq!(read(nothing), Err(crate::imports::EMPTY), "{nothing:?}");
    }
    // Nor does a heading alone name anybody.
    assert_eq!(read("Name,Email").expect("a list").lines, []);
}

#[test]
fn nonsense_is_read_without_harm() {
    for text in [
        "@",
        "<>",
        "<@>",
        "@@@,@@@",
        "\"@",
        "a@b",
        "\0",
        "\u{202e}@\u{200b}",
        "<<a@b.c>>",
        "a@b.c<",
        "=cmd|' /C calc'!A0,x@y.org",
        "Email\n\"",
        "Email,Email\na@b.org,c@d.org",
        "sep=",
        "sep=;",
        "é",
        "sep=é\na",
    ] {
        let _ = read(text);
    }
}

#[test]
fn very_many_columns_are_read_in_time() {
    let headings = format!("{}Name,Email\n", "é,".repeat(60_000));
    let begun = std::time::Instant::now();
    let list = read(&format!("{headings}{}", "a,b\n".repeat(900))).expect("a list");
    assert_eq!((list.lines.len(), list.ignored.len()), (900, 60_000));
    assert!(begun.elapsed().as_secs() < 5);
}
