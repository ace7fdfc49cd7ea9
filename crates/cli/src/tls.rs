//! HTTPS for calls to AWS.

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// A client with the one TLS stack there is: of those to choose from, the one that builds without a C toolchain for minutes.
pub(crate) fn client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
