//! A gateway in front of the simulator, called by the SDK, by boto3 and by a plain HTTP client.

mod boto3;
mod bound;
mod calls;
mod cases;
mod doors;
mod failures;
mod families;
mod life;
#[cfg(feature = "aws")]
mod signed;
mod slow;
mod streams;
mod support;
