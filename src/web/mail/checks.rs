//! Running the checks, in the background of the process that was asked.
use actix_web::{HttpResponse, rt, web::Data};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    app::App,
    domain::{
        idempotency_keys::IdempotencyKey,
        mail_checks::{self, Begun},
        queue_health::Whose,
    },
    error::{Error, Result as AppResult},
    mail::{
        bounce::ReturnAddress,
        doctor::{self, Check, Examined, Issued, Sends},
        mailbox::parse_address,
    },
    mailing::{
        access::{self, Account},
        diagnosis,
    },
    web::{
        errors::Result,
        flash::Flash,
        respond::see_other,
        viewer::{Admin, Viewer},
    },
};

/// POST /mail/checks: runs the checks up to the recipient, and sends nothing.
pub async fn create(app: Data<App>, viewer: Admin) -> Result<HttpResponse> {
    begin(app, &viewer, Sends::Nothing, None).await
}

/// Begins the checks, with whoever asked as the recipient; the page then shows how they come along.
pub(super) async fn begin(
    app: Data<App>,
    viewer: &Viewer,
    sends: Sends,
    idempotency_key: Option<IdempotencyKey>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let begun = mail_checks::begin(
        &app.db,
        &actor,
        viewer.user_id,
        idempotency_key.as_ref(),
        now,
    )
    .await?;
    match begun {
        Begun::Run(run) => {
            let (company_id, to) = (viewer.company_id, viewer.email.clone());
            rt::spawn(async move {
                if let Err(error) = examine(&app, company_id, run, &to, sends).await {
                    tracing::warn!(%error, "An email check was not finished");
                }
            });
        }
        Begun::Underway => viewer.flash(Flash::problem(UNDERWAY))?,
        Begun::Repeated => viewer.flash(Flash::problem(REPEATED))?,
    }
    Ok(see_other("/mail"))
}

const UNDERWAY: &str = "A check is already running. It ends within 20 seconds.";
const REPEATED: &str = "This test email was already requested. See the result below.";

async fn examine(app: &App, company_id: i64, run: i32, to: &str, sends: Sends) -> AppResult<()> {
    let (begun, now) = (Instant::now(), app.clock.now());
    let comes_back_to = app.return_address.as_ref();
    let token = token(app).await;
    let patient = Examined {
        mail: &app.settings.mail,
        base_url: &app.settings.base_url,
        comes_back_to: comes_back_to
            .map(ReturnAddress::of_none)
            .transpose()?
            .flatten(),
        composer: &app.composer,
        to: Some(parse_address(to)?),
        token,
        sends,
        dns_server: None,
        roots: None,
        longest: doctor::LONGEST.saturating_sub(begun.elapsed()),
        limits: doctor::LIMITS,
        now,
    };
    let queue = diagnosis::queue(&app.db, Whose::Company(company_id), now);
    let told = async |checks: &[Check]| {
        let noted = async { mail_checks::note(&app.db, company_id, run, stored(checks)?).await };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "The progress of an email check was not saved");
        }
    };
    let checks = diagnosis::run(&patient, queue, told).await;
    let health = doctor::health(&checks);
    let now = app.clock.now();
    mail_checks::end(&app.db, company_id, run, stored(&checks)?, health, now).await?;
    app.wake.notify_one();
    Ok(())
}

/// Asks for an access token, where there is to be one.
async fn token(app: &App) -> Option<Issued> {
    let servers = doctor::servers(&app.settings.mail);
    let login = servers
        .into_iter()
        .find_map(|(_, smtp)| smtp.login.as_ref())?;
    let account = Account {
        settings: login.oauth()?,
        user: &login.user,
    };
    Some(access::check(app, account, doctor::LONGEST_FOR_TOKEN).await)
}

fn stored(checks: &[Check]) -> AppResult<Value> {
    serde_json::to_value(checks).map_err(|error| Error::System(error.to_string()))
}
