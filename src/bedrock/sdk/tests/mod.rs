//! The typed visitors against the JSON visitor, with the SDK itself between the two.

mod blocked;
mod client;
mod compare;
mod edges;
mod events;
mod inputs;
mod members;
mod properties;
mod requests;
mod responses;
