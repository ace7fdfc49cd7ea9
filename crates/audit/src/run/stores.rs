//! Stores of objects beside the file system.

use std::io::Read;

use crate::core::ReasonCode;

/// The name of standard input among inputs.
pub(super) const STDIN: &str = "-";

/// Stores of objects beside the file system, such as buckets.
pub trait ObjectStores: Send + Sync {
    /// Lists the objects at a location, such as `s3://bucket/prefix`, or of a pattern.
    ///
    /// # Errors
    ///
    /// If the store cannot be listed, with a message.
    fn list(&self, location: &str) -> Result<Vec<StoredObject>, String>;

    /// Opens an object in the version that was listed.
    ///
    /// # Errors
    ///
    /// With [`ReasonCode::Changed`] if that version is gone, and with another reason if it cannot be read.
    fn open(&self, object: &StoredObject) -> Result<Box<dyn Read + Send>, ReasonCode>;
}

/// An object of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The location.
    pub uri: String,
    /// The size in bytes.
    pub size: u64,
    /// What changes with the content: the entity tag or version.
    pub version: String,
}
