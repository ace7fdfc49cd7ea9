//! AWS signatures.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use tower::BoxError;

use crate::body::RequestBody;

/// The time before expiry at which credentials are renewed.
const MARGIN: Duration = Duration::from_secs(300);

/// Signs requests for Bedrock in one region.
pub(crate) struct Signer {
    region: String,
    provider: SharedCredentialsProvider,
    cached: Mutex<Option<Credentials>>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Signer {
    pub(crate) fn new(region: String, provider: SharedCredentialsProvider) -> Self {
        Self { region, provider, cached: Mutex::new(None) }
    }

    /// Signs a request, replacing the client's credentials.
    pub(crate) async fn sign(&self, request: &mut Request<RequestBody>) -> Result<(), BoxError> {
        request.headers_mut().remove(AUTHORIZATION);
        for name in ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
            request.headers_mut().remove(name);
        }
        let identity = Identity::from(self.credentials().await?);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("bedrock")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let body = request.body().bytes().ok_or("a body that was not inspected cannot be signed")?;
        // Proxies may change any of the other headers.
        let signed = request.headers().iter().filter(|(name, _)| {
            **name == CONTENT_TYPE || name.as_str().starts_with("x-amz-") || name.as_str().starts_with("x-amzn-")
        });
        let signed = signed.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(request.method().as_str(), uri, signed, SignableBody::Bytes(body))?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }

    async fn credentials(&self) -> Result<Credentials, BoxError> {
        let is_fresh = |cached: &Credentials| cached.expiry().is_some_and(|expiry| expiry > SystemTime::now() + MARGIN);
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone().filter(is_fresh);
        if let Some(cached) = cached {
            return Ok(cached);
        }
        let new = self.provider.provide_credentials().await?;
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(new.clone());
        Ok(new)
    }
}
