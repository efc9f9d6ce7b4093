//! What is left of a refusal once quotes, links and addresses are gone.
use super::*;

fn words(text: &str) -> String {
    Said::read(text).words.join(" ")
}

#[test]
fn what_is_quoted_is_not_said() {
    for (text, left) in [
        (
            "550 <spam.full@blocked.example>: User unknown",
            "550 user unknown",
        ),
        (
            "550 spam.full@blocked.example... User unknown",
            "550 user unknown",
        ),
        (
            "550 \"spam full\"@blocked.example User unknown",
            "550 user unknown",
        ),
        (
            "550 <\"spam full\"@blocked.example> User unknown",
            "550 user unknown",
        ),
        ("550 User 'blacklist' unknown", "550 user unknown"),
        (
            "550 see https://spam.example/full?a=blocked@x gone",
            "550 see gone",
        ),
        (
            "host mx.spam.example[192.0.2.1] said: 550 User unknown",
            "550 user unknown",
        ),
        (
            "550 It doesn't fit the recipient's mailbox",
            "550 it doesnt fit the recipient mailbox",
        ),
        ("550-'5.2.2 mailbox full'", "550 mailbox full"),
        (
            "521< 192.0.2.9 >_is_blocked.For help",
            "521 is blocked for help",
        ),
        ("550 Empfänger unbekannt.", "550 empfanger unbekannt"),
    ] {
        assert_eq!(words(text), left, "{text}");
    }
}

#[test]
fn hosts_links_and_addresses_are_kept_apart() {
    let said = Said::read(
        "Client host [192.0.2.9] blocked using zen.list.example; see https://Help.example/?ip=192.0.2.8, [2001:db8::9] 127.0.0.2",
    );
    assert_eq!(said.hosts[0].name, "zen.list.example");
    assert_eq!(said.hosts[0].after, 4);
    assert_eq!(said.linked, ["help.example"]);
    let addresses: Vec<String> = said.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.9", "2001:db8::9", "192.0.2.8"]);
}

#[test]
fn nothing_stops_it() {
    Said::read(&"<".repeat(1_000_000));
    for text in [
        "",
        "<",
        "\"",
        "'",
        "<'\"@",
        "a'",
        "'s ",
        "«»\u{301}.A",
        "a.Ä.b",
        "://",
        "@@ <@>",
    ] {
        Said::read(text);
        Said::read(&text.repeat(50));
    }
}
