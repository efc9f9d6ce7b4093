//! What DNS says of the domain that our mail comes from: who takes its mail, who may send for it, what becomes of forgeries.
use super::{
    check::Found,
    dns::{Resolver, Trouble},
};
use crate::mail::providers::{self, Service};

/// RFC 7208 §4.6.4: a receiver gives up on a policy that needs more.
const MOST_LOOK_UPS: usize = 10;

/// Looks the domain up. None of it keeps mail from leaving; it decides what receivers think of it.
pub async fn look(resolver: Option<Resolver>, domain: &str, smtp_host: Option<&str>) -> Found {
    let Some(resolver) = resolver else {
        return Found::skipped(
            "This machine has no name server configured. Pass one with --dns-server.",
        );
    };
    if !is_public(domain) {
        return Found::skipped(format!("{domain} is not a public domain."));
    }
    let found = tokio::join!(
        mail_servers(resolver, domain),
        senders(resolver, domain, smtp_host),
        policy(resolver, domain)
    );
    match found {
        (Ok(mail_servers), Ok(senders), Ok(policy)) => mail_servers
            .and(senders)
            .and(policy)
            .saw("DKIM: look for dkim=pass in the headers of a test email"),
        (Err(trouble), ..) | (_, Err(trouble), _) | (.., Err(trouble)) => match trouble {
            Trouble::Silent => Found::skipped("The name server doesn't answer."),
            Trouble::Failed(text) => Found::skipped(format!("DNS lookup failed: {text}.")),
        },
    }
}

/// RFC 6761, RFC 6762 and RFC 9476 keep some endings out of the DNS.
fn is_public(domain: &str) -> bool {
    const KEPT_OUT: [&str; 6] = ["alt", "example", "internal", "invalid", "local", "test"];
    let ending = domain.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| {
        !KEPT_OUT.contains(&ending) && ending.chars().any(char::is_alphabetic)
    })
}

async fn mail_servers(resolver: Resolver, domain: &str) -> Result<Found, Trouble> {
    let mut found = resolver.mail_servers(domain).await?;
    found.sort();
    let hosts: Vec<&str> = found.iter().map(|(_, host)| host.as_str()).collect();
    Ok(match hosts.as_slice() {
        // RFC 7505: it says so itself.
        [] | [""] => Found::warn(
            format!("{domain} doesn't accept email, so bounces and replies get lost."),
            "Add an MX record, or use a sender address on a domain that has one.",
        ),
        hosts => Found::pass().saw(format!("MX: {}", hosts.join(", "))),
    })
}

async fn senders(
    resolver: Resolver,
    domain: &str,
    smtp_host: Option<&str>,
) -> Result<Found, Trouble> {
    let own = policies(resolver, domain).await?;
    let [policy] = own.as_slice() else {
        return Ok(match own.len() {
            0 => Found::warn(
                format!("{domain} has no SPF record, so receivers can't tell who may send for it."),
                "Publish the TXT record that your provider gives you, like v=spf1 include:… ~all.",
            ),
            count => Found::warn(
                format!("{domain} has {count} SPF records. Receivers then ignore all of them."),
                "Merge them into one record.",
            ),
        });
    };
    let seen = Found::pass().saw(format!("SPF: {policy}"));
    let walk = walk(resolver, policy).await?;
    let needed = needed_include(smtp_host);
    Ok(if walk.look_ups > MOST_LOOK_UPS {
        seen.and(Found::warn(
            "The SPF record needs more than 10 lookups. Receivers then treat it as broken.",
            "Remove includes that you no longer need.",
        ))
    } else if let Some(missing) = needed.filter(|needed| !walk.domains.iter().any(|d| d == needed))
    {
        seen.and(Found::warn(
            "The SPF record doesn't include the provider that sends your email.",
            format!("Add include:{missing} to it."),
        ))
    } else {
        seen.saw(format!("SPF lookups: {}", walk.look_ups))
    })
}

async fn policies(resolver: Resolver, domain: &str) -> Result<Vec<String>, Trouble> {
    let mut texts = resolver.texts(domain).await?;
    texts.retain(|text| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    });
    Ok(texts)
}

#[derive(Default)]
struct Walk {
    look_ups: usize,
    domains: Vec<String>,
}

/// Follows every include and redirect as receivers do.
async fn walk(resolver: Resolver, policy: &str) -> Result<Walk, Trouble> {
    let mut walk = Walk::default();
    let mut left = vec![policy.to_owned()];
    while let Some(policy) = left.pop() {
        for term in policy.split_whitespace().skip(1) {
            let Some(target) = look_up(term) else {
                continue;
            };
            walk.look_ups += 1;
            if walk.look_ups > MOST_LOOK_UPS {
                return Ok(walk);
            }
            if !target.is_empty() && !target.contains('%') {
                walk.domains.push(target.to_ascii_lowercase());
                left.extend(policies(resolver, target).await?.into_iter().next());
            }
        }
    }
    Ok(walk)
}

/// Does a term cost a look-up, and whose policy does it lead to, if any?
fn look_up(term: &str) -> Option<&str> {
    let term = term.trim_start_matches(['+', '-', '~', '?']);
    let (name, target) = match term.find([':', '=', '/']) {
        Some(end) => (&term[..end], &term[end + 1..]),
        None => (term, ""),
    };
    match name.to_ascii_lowercase().as_str() {
        "include" | "redirect" => Some(target),
        "a" | "mx" | "ptr" | "exists" => Some(""),
        _ => None,
    }
}

/// These send with the sender's own domain in the envelope; others put in theirs, and need no entry.
fn needed_include(smtp_host: Option<&str>) -> Option<&'static str> {
    match providers::find(smtp_host?)?.service {
        Service::Gmail => Some("_spf.google.com"),
        Service::Microsoft365 => Some("spf.protection.outlook.com"),
        _ => None,
    }
}

async fn policy(resolver: Resolver, domain: &str) -> Result<Found, Trouble> {
    let missing = || {
        Found::warn(
            format!("{domain} has no DMARC record. Large receivers expect one."),
            format!("Publish a TXT record at _dmarc.{domain}: v=DMARC1; p=none"),
        )
    };
    Ok(match dmarc(resolver, domain).await? {
        Some((at, record)) => Found::pass().saw(format!("DMARC at {at}: {record}")),
        None => missing(),
    })
}

/// RFC 9989 §4.10: the domain's own record, else that of the organisation above it.
async fn dmarc(resolver: Resolver, domain: &str) -> Result<Option<(String, String)>, Trouble> {
    let mut above: Option<(String, String)> = None;
    for at in tree(domain) {
        let texts = resolver.texts(&format!("_dmarc.{at}")).await?;
        let mut records = texts
            .into_iter()
            .filter(|text| tag(text, "v") == Some("DMARC1"));
        // Two at one place count as none.
        let (Some(record), None) = (records.next(), records.next()) else {
            continue;
        };
        let psd = tag(&record, "psd").map(str::to_ascii_lowercase);
        // A registry speaks for those below it only if none of them speaks.
        if above.is_none() || psd.as_deref() != Some("y") {
            above = Some((at.to_owned(), record));
        }
        if at == domain || psd.is_some() {
            break;
        }
    }
    Ok(above)
}

/// The domain and those above it, at most eight, the long ones cut short.
fn tree(domain: &str) -> Vec<&str> {
    let count = domain.split('.').count();
    let above = (0..count).map(|skipped| domain.splitn(skipped + 1, '.').last().unwrap_or(domain));
    let (own, rest): (Vec<_>, Vec<_>) = above.enumerate().partition(|(at, _)| *at == 0);
    let rest = rest.into_iter().filter(|(at, _)| count - at <= 7);
    own.into_iter().chain(rest).map(|(_, name)| name).collect()
}

/// The value of a tag of a record like `v=DMARC1; p=none`.
fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    record.split(';').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        found
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_that_cost_a_look_up_are_known() {
        for (term, target) in [
            ("include:_spf.google.com", Some("_spf.google.com")),
            ("~include:x.example", Some("x.example")),
            ("redirect=y.example", Some("y.example")),
            ("a", Some("")),
            ("mx/24", Some("")),
            ("a:mail.example.com", Some("")),
            ("exists:%{i}.example", Some("")),
            ("ip4:192.0.2.0/24", None),
            ("-all", None),
            ("exp=why.example", None),
        ] {
            assert_eq!(look_up(term), target, "{term}");
        }
    }

    #[test]
    fn the_tree_is_walked_upwards_and_not_for_ever() {
        assert_eq!(
            tree("mail.acme.example"),
            ["mail.acme.example", "acme.example", "example"]
        );
        let long = "a.b.c.d.e.f.g.h.i.j.example";
        let walked = tree(long);
        assert_eq!(walked[..2], [long, "e.f.g.h.i.j.example"]);
        assert_eq!(walked.len(), 8);
    }

    #[test]
    fn tags_are_read_with_or_without_spaces() {
        assert_eq!(tag("v=DMARC1;p=reject", "p"), Some("reject"));
        assert_eq!(tag("v = DMARC1 ; P = none;", "p"), Some("none"));
        assert_eq!(tag("v=spf1 -all", "p"), None);
    }
}
