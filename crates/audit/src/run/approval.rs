//! When a policy was approved.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};

/// A policy that decisions may have, and when: `DIGEST`, or `DIGEST@FROM..UNTIL`.
///
/// Both ends are days or times in UTC, such as `2026-04-01` or `2026-04-01T12:00:00Z`, and either may be left out. The approval begins with
/// `FROM`, and ends before `UNTIL`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The digest of the policy.
    pub digest: String,
    /// The first time.
    pub from: Option<String>,
    /// The time after the last.
    pub until: Option<String>,
}

impl Approval {
    /// Returns the approval of a policy at any time.
    #[must_use]
    pub fn always(digest: impl Into<String>) -> Self {
        Self { digest: digest.into(), from: None, until: None }
    }

    /// Returns `true` if the policy was approved at this time, in the format of decision records. No time is in no period.
    pub(super) fn covers(&self, time: &str) -> bool {
        let Some(time) = moment(time) else { return self.from.is_none() && self.until.is_none() };
        // These parse, because they were parsed when the approval was made; in a damaged file they cover nothing.
        let edge = |end: &Option<String>| end.as_deref().map(|text| edge(text).ok_or(()));
        edge(&self.from).is_none_or(|from| from.is_ok_and(|from| from <= time))
            && edge(&self.until).is_none_or(|until| until.is_ok_and(|until| time < until))
    }
}

impl FromStr for Approval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digest, period) = text.split_once('@').map_or((text, None), |(digest, period)| (digest, Some(period)));
        let is_digest = digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_digest {
            return Err(format!(
                "`{digest}` is not the digest of a policy: it has 64 hexadecimal digits, as `banister lint` prints it"
            ));
        }
        let Some(period) = period else { return Ok(Self::always(digest)) };
        let (from, until) = period.split_once("..").ok_or("write the period as `FROM..UNTIL`")?;
        let end = |text: &str| match (text, edge(text)) {
            ("", _) => Ok(None),
            (_, Some(_)) => Ok(Some(text.to_owned())),
            (_, None) => {
                Err(format!("`{text}` is no time; write a day as `2026-04-01`, or a time as `2026-04-01T12:00:00Z`"))
            }
        };
        let approval = Self { digest: digest.to_owned(), from: end(from)?, until: end(until)? };
        match (approval.from.as_deref().and_then(edge), approval.until.as_deref().and_then(edge)) {
            (Some(from), Some(until)) if from >= until => Err(format!("`{period}` ends before it begins")),
            _ => Ok(approval),
        }
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digest)?;
        match (self.from.as_deref(), self.until.as_deref()) {
            (None, None) => Ok(()),
            (from, until) => write!(f, "@{}..{}", from.unwrap_or_default(), until.unwrap_or_default()),
        }
    }
}

/// Returns a day or time in UTC, in microseconds since 1970.
fn edge(text: &str) -> Option<i64> {
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    day().map(|day| day.and_utc().timestamp_micros()).or_else(|| moment(text))
}

fn moment(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::Approval;

    #[test]
    fn a_period_begins_with_its_first_time_and_ends_before_its_last() {
        let digest = "a".repeat(64);
        for (period, time, covered) in [
            ("", "2026-04-19T13:28:51.123456Z", true),
            ("", "withheld", true),
            ("@2026-04-19..", "2026-04-19T00:00:00.000000Z", true),
            ("@2026-04-19..", "2026-04-18T23:59:59.999999Z", false),
            ("@..2026-04-19", "2026-04-18T23:59:59.999999Z", true),
            ("@..2026-04-19", "2026-04-19T00:00:00.000000Z", false),
            ("@2026-04-19T13:28:51Z..2026-04-19T13:28:52Z", "2026-04-19T13:28:51.123456Z", true),
            ("@2026-04-19T13:28:51Z..2026-04-19T13:28:52Z", "2026-04-19T13:28:52.000000Z", false),
            ("@2026-04-19..", "withheld", false),
            ("@2026-04-19..", "", false),
        ] {
            let approval: Approval = format!("{digest}{period}").parse().unwrap();
            assert_eq!(approval.covers(time), covered, "{period} {time}");
            assert_eq!(approval.to_string(), format!("{digest}{period}"));
        }
        for wrong in ["@", "@2026-04-19", "@x..", "@2026-04-20..2026-04-19", "@2026-13-01..", "x"] {
            assert!(format!("{digest}{wrong}").parse::<Approval>().is_err(), "{wrong}");
        }
    }
}
