//! Why a store cannot be listed. Responses may quote anything, so that only their status is reported, and a code if it is a known one.

use std::error::Error as _;

use aws_credential_types::provider::error::CredentialsError;
use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};

/// The codes that stores respond with, and what to do.
const CODES: &[(&str, &str)] = &[
    ("AccessDenied", PERMISSION),
    ("AllAccessDisabled", PERMISSION),
    ("AuthenticationFailed", "check the credentials"),
    ("AuthorizationFailure", PERMISSION),
    ("AuthorizationHeaderMalformed", "set AWS_REGION to the region of the bucket"),
    ("AuthorizationPermissionMismatch", PERMISSION),
    ("ContainerNotFound", MISSING),
    ("ExpiredToken", "the credentials have expired"),
    ("IllegalLocationConstraintException", "set AWS_REGION to the region of the bucket"),
    ("InternalError", "try again"),
    ("InvalidAccessKeyId", "check the credentials"),
    ("InvalidBucketName", "check the name of the bucket"),
    ("InvalidToken", "check the credentials"),
    ("NoSuchBucket", MISSING),
    ("NoSuchKey", MISSING),
    ("PermanentRedirect", "set AWS_REGION to the region of the bucket"),
    ("RequestTimeTooSkewed", "set the clock of this machine"),
    ("ServiceUnavailable", "try again"),
    ("SignatureDoesNotMatch", "check the credentials"),
    ("SlowDown", "try again"),
];

const MISSING: &str = "there is no such bucket or object";

const PERMISSION: &str = "check the credentials and their permission, `s3:ListBucket` in Amazon S3";

/// What precedes the status in the message of an error, whose type is private.
const BEFORE_STATUS: &str = "status code: ";

/// Returns why a store cannot be listed.
pub(super) fn problem(error: &Error) -> String {
    if has_cause::<CredentialsError>(error).is_some() {
        return "no credentials were found; check them with `aws sts get-caller-identity`".to_owned();
    }
    let text = error.to_string();
    let status = text.split_once(BEFORE_STATUS).and_then(|(_, rest)| rest.get(..3)?.parse::<u16>().ok());
    // A code counts only as an element of the response, so that a bucket's name is none.
    let code = CODES.iter().find(|(code, _)| text.contains(&format!("<Code>{code}</Code>")));
    match (status, code) {
        (Some(status), Some((code, remedy))) => format!("cannot be listed: status {status}, {code}: {remedy}"),
        (None, Some((code, remedy))) => format!("cannot be listed: {code}: {remedy}"),
        (Some(404), None) => MISSING.to_owned(),
        (Some(status @ (401 | 403)), None) => format!("cannot be listed: status {status}: {PERMISSION}"),
        (Some(status), None) => format!("cannot be listed: the store responded with status {status}"),
        // A redirect within the store, which names no other location.
        (None, None) if text.contains("redirect without LOCATION") => {
            "cannot be listed: set AWS_REGION to the region of the bucket".to_owned()
        }
        (None, None) => without_status(error).to_owned(),
    }
}

fn without_status(error: &Error) -> &'static str {
    match (error, has_cause::<HttpError>(error).map(HttpError::kind)) {
        (Error::NotFound { .. }, _) => MISSING,
        (_, Some(HttpErrorKind::Connect)) => "cannot be listed: the store cannot be reached",
        (_, Some(HttpErrorKind::Timeout)) => "cannot be listed: the store did not respond in time",
        (_, Some(_)) => "cannot be listed: the connection to the store failed",
        _ => "cannot be listed: the response cannot be read",
    }
}

fn has_cause<E: std::error::Error + 'static>(error: &Error) -> Option<&E> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::problem;
    use object_store::Error;

    /// A response of a store that quotes text.
    fn response(body: &str) -> String {
        let text = format!("Error performing GET http://h/ in 1ms - Server returned non-2xx status code: {body}");
        problem(&Error::Generic { store: "S3", source: text.into() })
    }

    #[test]
    fn only_status_and_known_codes_are_reported() {
        for (body, expected) in [
            ("403 Forbidden: <Code>AccessDenied</Code><Message>kqxvbn</Message>", "status 403, AccessDenied: check"),
            ("403 Forbidden: <Code>kqxvbn</Code>", "status 403: check"),
            ("404 Not Found: kqxvbn", "no such bucket"),
            ("301 Moved: <Code>PermanentRedirect</Code>", "status 301, PermanentRedirect: set AWS_REGION"),
            ("500 kqxvbn", "responded with status 500"),
            ("kqxvbn", "cannot be read"),
        ] {
            let problem = response(body);
            assert!(problem.contains(expected) && !problem.contains("kqxvbn"), "{problem}");
        }
    }
}
