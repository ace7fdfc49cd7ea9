//! Floor 5. Bedrock on the wire: bodies and events as text slots, and the replies of an intervention.
//!
//! Nothing here knows about policies. A visitor offers each text to a closure and writes back what the
//! closure changes, byte for byte where nothing changed.

mod error;
mod json;

pub use error::BodyError;
