//! Which mail server gets which message.
use entity::transport::Name;

use super::news::Candidate;
use crate::domain::mail_servers::{Quota, Route};

/// A message and who gets it, as a probe or not; nobody where it is printed.
pub(super) type Shared = (Candidate, Option<(Name, bool)>);

/// Gives each message to the first server that may have it. One that failed there last waits for others, if there are any.
pub(super) fn share(
    news: Vec<Candidate>,
    quotas: &mut [Quota],
    routes: &[Route],
    free: u64,
) -> Vec<Shared> {
    let mut taken = Vec::new();
    let mut passed_over = Vec::new();
    for candidate in news {
        if taken.len() as u64 >= free {
            break;
        }
        if routes.is_empty() {
            taken.push((candidate, None));
            continue;
        }
        let id = candidate.email.id;
        let may = |quota: &&mut Quota| quota.left() > 0 && quota.avoids() != Some(id);
        match quotas.iter_mut().find(may) {
            Some(quota) => {
                quota.take();
                taken.push((candidate, Some((quota.name(), quota.is_probed()))));
            }
            None => passed_over.push(candidate),
        }
    }
    for candidate in passed_over {
        if taken.len() as u64 >= free {
            break;
        }
        if let Some(quota) = quotas.iter_mut().find(|quota| quota.left() > 0) {
            quota.take();
            taken.push((candidate, Some((quota.name(), quota.is_probed()))));
        }
    }
    taken
}
