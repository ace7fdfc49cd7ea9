//! A gateway in front of the simulator, called by the SDK, by boto3 and by a plain HTTP client.

mod access;
mod boto3;
mod bound_keys;
mod calls;
mod cases;
mod clients;
mod doors;
mod failures;
mod families;
#[cfg(feature = "aws")]
mod http2;
mod lifecycle;
mod overload;
mod panics;
mod policy_names;
#[cfg(feature = "aws")]
mod signed;
mod slow;
mod streams;
mod support;
mod upstreams;
