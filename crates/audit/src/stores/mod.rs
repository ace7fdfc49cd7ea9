//! Buckets as inputs: Amazon S3 and compatible stores, Google Cloud Storage, and Azure Blob Storage.

mod credentials;
mod http;
mod problem;
mod reader;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::provider::SharedCredentialsProvider;
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Runtime;

use crate::core::ReasonCode;
use crate::run::{ObjectStores, StoredObject};
use credentials::Credentials;
use http::Connector;
use problem::problem;
use reader::ObjectReader;

/// The threads that receive data. Scans have their own.
const THREADS: usize = 2;

/// Reads `s3://`, `gs://` and `az://` locations. The environment configures endpoints and credentials, with the variables of each vendor.
///
/// It blocks, so it must not be used on a thread of an asynchronous runtime.
pub struct Buckets {
    runtime: Runtime,
    connector: Connector,
    aws: Option<Aws>,
    /// By scheme and bucket.
    stores: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

struct Aws {
    region: Option<String>,
    credentials: SharedCredentialsProvider,
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").finish_non_exhaustive()
    }
}

impl Buckets {
    /// Creates a reader.
    ///
    /// # Errors
    ///
    /// If the system's root certificates cannot be read, or threads cannot be started.
    pub fn new() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("banister-stores")
            .enable_all()
            .build()?;
        Ok(Self { runtime, connector: Connector::new()?, aws: None, stores: Mutex::default() })
    }

    /// Sets region and credentials of Amazon S3, as the AWS SDK finds them. The environment has precedence for the region.
    #[must_use]
    pub fn aws(mut self, region: Option<String>, credentials: SharedCredentialsProvider) -> Self {
        self.aws = Some(Aws { region, credentials });
        self
    }

    fn store(&self, location: &Location<'_>) -> Result<Arc<dyn ObjectStore>, String> {
        let key = location.root();
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(&key) {
            return Ok(Arc::clone(store));
        }
        let store = self.build(location)?;
        stores.insert(key, Arc::clone(&store));
        Ok(store)
    }

    fn build(&self, location: &Location<'_>) -> Result<Arc<dyn ObjectStore>, String> {
        let (bucket, connector) = (location.bucket, self.connector.clone());
        // Their messages name settings, and no values of them.
        let invalid = |error: Error| error.to_string();
        Ok(match location.scheme {
            "s3" => Arc::new(self.s3(bucket).with_http_connector(connector).build().map_err(invalid)?),
            "gs" => Arc::new(
                GoogleCloudStorageBuilder::from_env()
                    .with_bucket_name(bucket)
                    .with_http_connector(connector)
                    .build()
                    .map_err(invalid)?,
            ),
            "az" => Arc::new(
                MicrosoftAzureBuilder::from_env()
                    .with_container_name(bucket)
                    .with_http_connector(connector)
                    .build()
                    .map_err(invalid)?,
            ),
            scheme => return Err(format!("`{scheme}` locations are not supported; `s3`, `gs` and `az` are")),
        })
    }

    fn s3(&self, bucket: &str) -> AmazonS3Builder {
        let set =
            |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok()).filter(|text| !text.is_empty());
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
        // An endpoint without TLS is named on purpose.
        let endpoint = set(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
        if let Some(endpoint) = endpoint {
            builder = builder.with_allow_http(endpoint.starts_with("http://")).with_endpoint(endpoint);
        }
        if let Some(aws) = &self.aws {
            builder = builder.with_credentials(Arc::new(Credentials(aws.credentials.clone())));
            if let Some(region) = aws.region.clone().filter(|_| set(&["AWS_REGION", "AWS_DEFAULT_REGION"]).is_none()) {
                builder = builder.with_region(region);
            }
        }
        builder
    }

    async fn listed(&self, location: &Location<'_>, store: &dyn ObjectStore) -> Result<Vec<ObjectMeta>, String> {
        let prefix = Path::parse(location.prefix()).map_err(|_| "is not a key of an object".to_owned())?;
        if !location.is_pattern() && !prefix.as_ref().is_empty() {
            match store.head(&prefix).await {
                Ok(object) => return Ok(vec![object]),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(problem(&error)),
            }
        }
        let prefix = Some(prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let objects: Vec<ObjectMeta> =
            store.list(prefix.as_ref()).try_collect().await.map_err(|error| problem(&error))?;
        if !location.is_pattern() {
            return Ok(objects);
        }
        let pattern = glob::Pattern::new(location.key).map_err(|error| format!("is not a pattern: {}", error.msg))?;
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        Ok(objects.into_iter().filter(|object| pattern.matches_with(object.location.as_ref(), options)).collect())
    }
}

impl ObjectStores for Buckets {
    fn list(&self, location: &str) -> Result<Vec<StoredObject>, String> {
        let location = Location::parse(location).ok_or("is not a location; write `s3://BUCKET/PREFIX`")?;
        let store = self.store(&location)?;
        let objects = self.runtime.block_on(self.listed(&location, &*store))?;
        let root = location.root();
        Ok(objects
            .into_iter()
            .map(|object| StoredObject {
                uri: format!("{root}/{}", object.location),
                size: object.size,
                version: version(&object),
            })
            .collect())
    }

    fn open(&self, object: &StoredObject) -> Result<Box<dyn Read + Send>, ReasonCode> {
        let location = Location::parse(&object.uri).ok_or(ReasonCode::ReadError)?;
        let store = self.store(&location).map_err(|_| ReasonCode::ReadError)?;
        let path = Path::parse(location.key).map_err(|_| ReasonCode::ReadError)?;
        // The tag makes the store refuse another version; the comparison is for stores without tags.
        let tag = object.version.starts_with('"').then(|| object.version.clone());
        let options = GetOptions { if_match: tag, ..GetOptions::default() };
        let got = self.runtime.block_on(store.get_opts(&path, options)).map_err(|error| reason(&error))?;
        if got.meta.size != object.size || version(&got.meta) != object.version {
            return Err(ReasonCode::Changed);
        }
        Ok(Box::new(ObjectReader::new(&self.runtime, got.into_stream())))
    }
}

/// Returns the entity tag, or the time of the last change in stores without tags.
fn version(object: &ObjectMeta) -> String {
    object.e_tag.clone().unwrap_or_else(|| object.last_modified.to_rfc3339())
}

fn reason(error: &Error) -> ReasonCode {
    match error {
        Error::NotFound { .. } | Error::Precondition { .. } | Error::NotModified { .. } => ReasonCode::Changed,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => ReasonCode::AccessDenied,
        _ => ReasonCode::ReadError,
    }
}

/// The parts of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Location<'a> {
    scheme: &'a str,
    bucket: &'a str,
    key: &'a str,
}

impl<'a> Location<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        (!bucket.is_empty()).then_some(Self { scheme, bucket, key: key.trim_end_matches('/') })
    }

    fn root(&self) -> String {
        format!("{}://{}", self.scheme, self.bucket)
    }

    fn is_pattern(&self) -> bool {
        self.key.contains(['*', '?', '['])
    }

    /// Returns the folders before the first sign of a pattern.
    fn prefix(&self) -> &'a str {
        match self.key.find(['*', '?', '[']) {
            None => self.key,
            Some(at) => self.key.get(..at).and_then(|start| start.rsplit_once('/')).map_or("", |(folders, _)| folders),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn a_location_has_a_bucket_and_a_key() {
        for (text, bucket, key, prefix) in [
            ("s3://b", "b", "", ""),
            ("s3://b/", "b", "", ""),
            ("s3://b/AWSLogs/1/", "b", "AWSLogs/1", "AWSLogs/1"),
            ("gs://b/AWSLogs/*/x-[0-9].gz", "b", "AWSLogs/*/x-[0-9].gz", "AWSLogs"),
            ("az://b/*.gz", "b", "*.gz", ""),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!((location.bucket, location.key, location.prefix()), (bucket, key, prefix), "{text}");
            assert_eq!(location.is_pattern(), text.contains('*'));
        }
        assert_eq!(Location::parse("s3:///key"), None);
        assert_eq!(Location::parse("bucket/key"), None);
    }
}
