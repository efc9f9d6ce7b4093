//! A token endpoint as strict as the texts of Microsoft and Google: it issues tokens, rotates them, and refuses in the
//! documented shapes.
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use greenroom::{
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};
use serde_json::{Value, json};

use super::{
    https_server::{HttpsServer, Received, Says},
    smtp_server::{Accepted, Hold},
};

pub const CLIENT: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
pub const SECRET: &str = "qWgdYAmab0YSkuL1qKv5bPX~geheim";
pub const TENANT: &str = "contoso.example";

/// Runs until it is dropped.
pub struct TokenIssuer {
    server: HttpsServer,
    state: Arc<Mutex<State>>,
    accepted: Accepted,
}

struct State {
    issued: u32,
    /// The one that the next renewal must bring.
    refresh: String,
    lasts: u64,
    is_refused_at_servers: bool,
    claims: Value,
    /// Said instead of the usual.
    says: Option<Says>,
}

impl TokenIssuer {
    pub async fn start() -> Self {
        let accepted = Accepted::default();
        let state = Arc::new(Mutex::new(State {
            issued: 0,
            refresh: "refresh-0-geheim".into(),
            lasts: 3599,
            is_refused_at_servers: false,
            claims: json!({"aud": "https://outlook.office365.com", "roles": ["SMTP.SendAsApp", "IMAP.AccessAsApp"]}),
            says: None,
        }));
        let (own, theirs) = (Arc::clone(&state), Arc::clone(&accepted));
        let server = HttpsServer::start(move |request| answer(request, &own, &theirs)).await;
        Self {
            server,
            state,
            accepted,
        }
    }

    /// As Microsoft's, for an app that signs in by itself.
    pub fn app(&self) -> OAuthSettings {
        let root = self.server.url("/").to_string();
        OAuthSettings {
            provider: OAuthProvider::Microsoft {
                authority: root.trim_end_matches('/').to_owned(),
                tenant: TENANT.into(),
            },
            client_id: CLIENT.into(),
            client_secret: Some(Secret::new(SECRET)),
            reads_mailbox: false,
        }
    }

    /// The same where a person signs in.
    pub fn person(&self) -> OAuthSettings {
        OAuthSettings {
            client_secret: None,
            ..self.app()
        }
    }

    /// What a person's sign-in leaves.
    pub fn refresh_token(&self) -> String {
        locked(&self.state).refresh.clone()
    }

    pub fn accepted(&self) -> Accepted {
        Arc::clone(&self.accepted)
    }

    /// No mail server accepts the tokens that were issued so far.
    pub fn withdraw(&self) {
        locked(&self.accepted).clear();
    }

    /// No mail server accepts any token from now on, or each as usual.
    pub fn refuse_at_servers(&self, is_refused: bool) {
        locked(&self.state).is_refused_at_servers = is_refused;
    }

    /// Tokens last so many seconds from now on.
    pub fn last(&self, seconds: u64) {
        locked(&self.state).lasts = seconds;
    }

    /// Tokens say this of themselves from now on.
    pub fn claim(&self, claims: Value) {
        locked(&self.state).claims = claims;
    }

    /// Says this from now on, or the usual.
    pub fn say(&self, says: Option<Says>) {
        locked(&self.state).says = says;
    }

    /// Keeps the next answer back until the test lets it go; what it gives counts as given.
    pub fn hold_next(&self) -> Arc<Hold> {
        let hold = Arc::new(Hold::default());
        self.server.hold_next(Arc::clone(&hold));
        hold
    }

    pub fn be_away(&self, is_away: bool) {
        self.server.be_away(is_away);
    }

    /// How often a token was issued.
    pub fn issued(&self) -> u32 {
        locked(&self.state).issued
    }

    pub fn received(&self) -> Vec<Received> {
        self.server.received()
    }
}

/// An error in Microsoft's form.
pub fn error(status: u16, error: &str, number: u32, text: &str) -> Says {
    Says::json(
        status,
        &json!({
            "error": error,
            "error_description": format!("AADSTS{number}: {text}\r\nTrace ID: 0000aaaa\r\nCorrelation ID: aaaa0000\r\nTimestamp: 2026-11-29 02:02:12Z"),
            "error_codes": [number],
            "timestamp": "2026-11-29 02:02:12Z",
            "trace_id": "0000aaaa-11bb-cccc-dd22-eeeeee333333",
            "correlation_id": "aaaa0000-bb11-2222-33cc-444444dddddd",
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        }),
    )
}

fn answer(request: &Received, state: &Mutex<State>, accepted: &Mutex<HashSet<String>>) -> Says {
    let mut state = locked(state);
    if let Some(says) = &state.says {
        return says.clone();
    }
    let line = format!("POST /{TENANT}/oauth2/v2.0/token HTTP/1.1");
    let form = "Content-Type: application/x-www-form-urlencoded".to_owned();
    if request.line != line {
        return error(400, "invalid_request", 90002, "Tenant 'x' not found.");
    }
    if !request.headers.contains(&form) {
        return error(
            400,
            "invalid_request",
            900_144,
            "The request body must contain the parameters.",
        );
    }
    let field = |name: &str| request.field(name).unwrap_or_default();
    if field("client_id") != CLIENT {
        return error(
            400,
            "unauthorized_client",
            700_016,
            "Application with identifier 'x' was not found in the directory 'y'.",
        );
    }
    match field("grant_type").as_str() {
        "client_credentials" => {
            if field("client_secret") != SECRET {
                return error(
                    401,
                    "invalid_client",
                    7_000_215,
                    "Invalid client secret provided.",
                );
            }
            if field("scope") != "https://outlook.office365.com/.default" {
                return error(
                    400,
                    "invalid_scope",
                    1_002_012,
                    "The provided value for scope is not valid.",
                );
            }
        }
        "refresh_token" => {
            if request.field("client_secret").is_some() {
                return error(401, "invalid_client", 700_025, "Client is public.");
            }
            if field("refresh_token") != state.refresh {
                return error(
                    400,
                    "invalid_grant",
                    700_082,
                    "The refresh token has expired due to inactivity.",
                );
            }
        }
        other => panic!("no grant of ours: {other}"),
    }
    state.issued += 1;
    let number = state.issued;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut claims = state.claims.clone();
    claims["uti"] = json!(number);
    let token = format!(
        "{}.{}.geheim-signature-{number}",
        part(&json!({"alg": "RS256"})),
        part(&claims)
    );
    if !state.is_refused_at_servers {
        locked(accepted).insert(token.clone());
    }
    let mut body = json!({"token_type": "Bearer", "expires_in": state.lasts, "ext_expires_in": state.lasts, "access_token": token});
    if field("grant_type") == "refresh_token" {
        state.refresh = format!("refresh-{number}-geheim");
        body["refresh_token"] = json!(state.refresh);
    }
    Says::json(200, &body)
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().expect("nobody panicked")
}
