//! People in front of a browser, and programs with a token: everything they do goes through HTTP.
use std::{
    cell::OnceCell,
    collections::BTreeMap,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    rc::Rc,
};

use actix_web::{
    cookie::Cookie,
    http::{
        Method,
        header::{self, HeaderMap},
    },
    test::TestRequest,
    web::Data,
};
use entity::user;
use greenroom::app::App;
use scraper::{Html, Selector};
use serde_json::Value;

use super::app::Raw;

type Call = Rc<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Raw>>>>;

/// Somebody who sends requests and keeps cookies.
#[derive(Clone)]
pub struct Actor {
    /// Who it is, when signed in.
    pub user: Option<user::Model>,
    /// From where.
    pub ip: IpAddr,
    /// The cookies that the browser holds.
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request, in place of what a browser would say by itself.
    pub headers: Vec<(String, String)>,
    origin: String,
    call: Call,
}

impl Actor {
    /// Nobody in particular.
    pub fn new(call: Call, app: &Data<App>) -> Self {
        Self {
            user: None,
            ip: IpAddr::from([203, 0, 113, 7]),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            origin: app.settings.base_url.origin().to_owned(),
            call,
        }
    }

    /// The signed-in user's key.
    pub fn user_id(&self) -> i64 {
        self.user.as_ref().expect("somebody signed in").id
    }

    /// The company of the signed-in user.
    pub fn company_id(&self) -> i64 {
        self.user.as_ref().expect("somebody signed in").company_id
    }

    /// Adds a header to everything that follows, such as `Authorization`.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, TestRequest::default()).await
    }

    /// Asks for the headers of a page.
    pub async fn head(&mut self, path: &str) -> Answer {
        self.send(Method::HEAD, path, TestRequest::default()).await
    }

    /// Sends a form as a browser does.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = TestRequest::default().set_form(fields);
        self.send(Method::POST, path, request).await
    }

    /// Opens the page of a form and sends it, filled like this, with the version that the page shows.
    pub async fn save_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let version = self.get(path).await.value_of("version");
        let mut fields = fields.to_vec();
        fields.push(("version", &version));
        self.post_form(path, &fields).await
    }

    /// Opens a page and presses the button of it that leads there.
    pub async fn press(&mut self, page: &str, action: &str) -> Answer {
        let version = format!("form[action='{action}'] input[name=version]");
        let version = self.get(page).await.attribute(&version, "value");
        self.post_form(action, &[("version", &version)]).await
    }

    /// Changes a row through the API.
    pub async fn patch_json(&mut self, path: &str, body: &Value) -> Answer {
        let request = TestRequest::default().set_json(body);
        self.send(Method::PATCH, path, request).await
    }

    /// Removes what is there, through the API.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, TestRequest::default())
            .await
    }

    /// Sends JSON.
    pub async fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        let request = TestRequest::default().set_json(body);
        self.send(Method::POST, path, request).await
    }

    /// Fills the sign-in form.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.post_form("/login", &[("email", email), ("password", password)])
            .await
    }

    /// Sends any request, with what a browser adds by itself.
    pub async fn send(&mut self, method: Method, path: &str, request: TestRequest) -> Answer {
        let is_form = method == Method::POST;
        let mut request = request
            .method(method)
            .uri(path)
            .peer_addr(SocketAddr::new(self.ip, 40_000));
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name, value));
        }
        if is_form && !self.sends("sec-fetch-site") && !self.sends("origin") {
            request = request
                .insert_header((header::ORIGIN, self.origin.as_str()))
                .insert_header(("sec-fetch-site", "same-origin"));
        }
        for (name, value) in &self.headers {
            if !value.is_empty() {
                request = request.insert_header((name.as_str(), value.as_str()));
            }
        }
        let answer = Answer::read((self.call)(request).await);
        self.keep_cookies(&answer.headers);
        answer
    }

    fn sends(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let cookie = Cookie::parse_encoded(line.to_str().expect("ASCII").to_owned());
            let cookie = cookie.expect("a cookie");
            let is_over = cookie.max_age().is_some_and(|age| age.is_zero());
            if is_over {
                self.cookies.remove(cookie.name());
            } else {
                let (name, value) = (cookie.name().to_owned(), cookie.value().to_owned());
                self.cookies.insert(name, value);
            }
        }
    }
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// Where to go on; empty without one.
    pub location: String,
    /// The body.
    pub text: String,
    page: OnceCell<Html>,
}

impl Answer {
    fn read((status, headers, body): Raw) -> Self {
        let location = headers.get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        Self {
            status: status.as_u16(),
            location: location.unwrap_or_default().to_owned(),
            text: String::from_utf8_lossy(&body).into_owned(),
            headers,
            page: OnceCell::new(),
        }
    }

    /// A header's value; empty without one.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The page, as a browser reads it; once.
    pub fn page(&self) -> &Html {
        self.page.get_or_init(|| Html::parse_document(&self.text))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// The words inside the first element that a selector finds; empty when there is none.
    pub fn words(&self, selector: &str) -> String {
        self.all_words(selector)
            .into_iter()
            .next()
            .unwrap_or_default()
    }

    /// The words inside each element that a selector finds.
    pub fn all_words(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        self.page()
            .select(&selector)
            .map(|element| {
                let words: Vec<&str> = element.text().flat_map(str::split_whitespace).collect();
                words.join(" ")
            })
            .collect()
    }

    /// Is there such an element?
    pub fn has(&self, selector: &str) -> bool {
        let selector = Selector::parse(selector).expect("a selector");
        self.page().select(&selector).next().is_some()
    }

    /// An attribute of the first element that a selector finds; empty when there is none.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let selector = Selector::parse(selector).expect("a selector");
        let page = self.page();
        let found = page.select(&selector).next();
        found
            .and_then(|element| element.value().attr(name))
            .unwrap_or_default()
            .to_owned()
    }

    /// An attribute of each element that a selector finds and that has it.
    pub fn all_attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        self.page()
            .select(&selector)
            .filter_map(|element| element.value().attr(name).map(str::to_owned))
            .collect()
    }

    /// What stands in a form's field.
    pub fn value_of(&self, field: &str) -> String {
        let textarea = format!("textarea[name={field}]");
        let chosen = format!("select[name={field}] option[selected]");
        if self.has(&textarea) {
            self.words(&textarea)
        } else if self.has(&chosen) {
            self.attribute(&chosen, "value")
        } else {
            self.attribute(&format!("input[name={field}]"), "value")
        }
    }

    /// What the page says of the last request.
    pub fn notice(&self) -> String {
        self.words("[data-flash]")
    }

    /// The mistake beside a form's field.
    pub fn error_of(&self, field: &str) -> String {
        self.words(&format!("#{field}-error"))
    }
}
