//! A gateway in front of the simulator, called by the SDK and by a plain HTTP client.

mod boto3;
mod bound;
mod calls;
mod doors;
mod life;
#[cfg(feature = "aws")]
mod signed;
mod slow;
mod support;
