//! The upstream of guarded requests.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{
    AUTHORIZATION, CONNECTION, EXPECT, HOST, HeaderMap, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use thiserror::Error;
use tower::BoxError;

use crate::body::RequestBody;

/// A host that takes longer to accept a connection is down. The response is then that it is unreachable, and clients retry.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The time that a connection is kept for the next call. The connections of a burst of calls are closed soon after it.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The time that a connection is silent before TCP probes the peer.
const KEEPALIVE: Duration = Duration::from_secs(60);

#[cfg(feature = "tls")]
pub(crate) type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
pub(crate) type Connector = HttpConnector;

/// A Bedrock endpoint, or any server with the same protocol.
///
/// The client's credentials, such as a Bedrock API key, are forwarded unchanged. AWS signatures of clients are invalid once the request has
/// changed, so requests to AWS need the gateway's own signature (`Upstream::signed`, feature `aws`).
#[derive(Clone)]
pub struct Upstream {
    client: Client<Connector, RequestBody>,
    scheme: http::uri::Scheme,
    authority: http::uri::Authority,
    /// The path of the endpoint's URL, without a trailing `/`.
    prefix: String,
    #[cfg(feature = "aws")]
    signer: Option<Arc<crate::sign::Signer>>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("scheme", &self.scheme)
            .field("host", &self.authority.host())
            .finish_non_exhaustive()
    }
}

impl Upstream {
    /// Creates an upstream for the endpoint at `url`.
    ///
    /// # Errors
    ///
    /// If it is not an absolute `http` URL (with the feature `tls`, also `https`), or has a query or a user.
    pub fn new(url: &str) -> Result<Self, UpstreamError> {
        let parts = url.parse::<Uri>().map_err(|_| UpstreamError("not a URL"))?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(UpstreamError("not absolute: add scheme and host"));
        };
        if authority.as_str().contains('@') {
            return Err(UpstreamError("contains a user: credentials do not belong in it"));
        }
        match scheme.as_str() {
            "http" => {}
            "https" if cfg!(feature = "tls") => {}
            "https" => return Err(UpstreamError("https needs TLS: enable the feature `tls`")),
            _ => return Err(UpstreamError("the scheme must be http or https")),
        }
        let path = parts.path_and_query;
        if path.as_ref().is_some_and(|path| path.query().is_some()) {
            return Err(UpstreamError("contains a query"));
        }
        let prefix = path.map_or(String::new(), |path| path.path().trim_end_matches('/').to_owned());
        let mut builder = Client::builder(TokioExecutor::new());
        // Without a timer, idle connections would stay open until the upstream closes them.
        builder.pool_idle_timeout(POOL_IDLE_TIMEOUT).pool_timer(TokioTimer::new());
        let client = builder.build(connector()?);
        Ok(Self {
            client,
            scheme,
            authority,
            prefix,
            #[cfg(feature = "aws")]
            signer: None,
        })
    }

    /// Signs requests, for Bedrock in `region`. Credentials are requested when needed, and cached until shortly before they expire.
    #[cfg(feature = "aws")]
    #[must_use]
    pub fn signed(
        mut self,
        region: impl Into<String>,
        credentials: aws_credential_types::provider::SharedCredentialsProvider,
    ) -> Self {
        self.signer = Some(Arc::new(crate::sign::Signer::new(region.into(), credentials)));
        self
    }

    fn uri(&self, uri: &Uri) -> Result<Uri, BoxError> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = format!("{}{path}", self.prefix);
        Ok(Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path).build()?)
    }
}

#[cfg(feature = "tls")]
pub(crate) fn connector() -> Result<Connector, UpstreamError> {
    let builder = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
        .map_err(|_| UpstreamError("the system's root certificates cannot be read"))?;
    let mut tcp = tcp();
    // The outer connector checks the scheme.
    tcp.enforce_http(false);
    Ok(builder.https_or_http().enable_http1().wrap_connector(tcp))
}

#[cfg(not(feature = "tls"))]
pub(crate) fn connector() -> Result<Connector, UpstreamError> {
    Ok(tcp())
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    // Detects a peer that has disappeared while a model thinks.
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp
}

/// Shows if a call may have reached the upstream. In the extensions of its request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Arc<AtomicBool>);

impl Sent {
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Upstream {
    /// Sends a request, and returns the response as soon as it starts.
    pub(crate) async fn send(&self, mut request: Request<RequestBody>) -> Result<Response<Incoming>, BoxError> {
        *request.uri_mut() = self.uri(request.uri())?;
        *request.version_mut() = http::Version::HTTP_11;
        request.headers_mut().remove(HOST);
        #[cfg(feature = "aws")]
        if let Some(signer) = &self.signer {
            signer.sign(&mut request).await?;
        }
        if let Some(Sent(sent)) = request.extensions().get() {
            sent.store(true, Ordering::Relaxed);
        }
        let mut response = self.client.request(request).await.map_err(with_progress)?;
        drop_hop_by_hop(response.headers_mut());
        Ok(response)
    }
}

/// Returns the error of a call that may have reached the upstream as such.
fn with_progress(error: legacy::Error) -> BoxError {
    let of_connection = error.source().and_then(|source| source.downcast_ref::<hyper::Error>());
    // hyper cancels a request that it has not begun to send.
    let was_sent = !error.is_connect() && of_connection.is_some_and(|source| !source.is_canceled());
    if was_sent { InterruptedUpstream(error.into()).into() } else { error.into() }
}

/// The error for an upstream that received the request, and whose response did not arrive, or not to its end.
#[derive(Debug, Error)]
#[error("the response of the upstream was interrupted")]
pub(crate) struct InterruptedUpstream(#[source] pub(crate) BoxError);

/// Removes headers that apply to one connection only. Of a request before it is inspected: a client must not be able to remove what the
/// guardrail adds.
pub(crate) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // A client must not be able to remove its credentials.
        .filter(|name| name != AUTHORIZATION)
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [CONNECTION, EXPECT, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

/// The error for a URL that cannot be an upstream.
#[derive(Debug, Error)]
#[error("invalid upstream URL: {0}")]
pub struct UpstreamError(&'static str);

#[cfg(test)]
mod tests {
    use super::Upstream;

    #[test]
    fn paths_keep_their_encoding() {
        let upstream = Upstream::new("http://localhost:9/base/").unwrap();
        let uri = upstream.uri(&"/model/a%3A0%2Fb/invoke?x=1".parse().unwrap()).unwrap();
        assert_eq!(uri.to_string(), "http://localhost:9/base/model/a%3A0%2Fb/invoke?x=1");
    }

    #[test]
    fn invalid_urls_are_rejected() {
        for url in ["", "/x", "localhost", "ftp://x", "http://user@x", "http://x/?q"] {
            assert!(Upstream::new(url).is_err(), "{url}");
        }
        assert_eq!(Upstream::new("https://x").is_ok(), cfg!(feature = "tls"));
    }
}
