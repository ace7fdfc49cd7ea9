//! Random policies with every feature, and random text made of the words of the policy it is evaluated under.

mod disguise;
mod pattern;
mod policy;
mod rng;
mod run_of;
mod shrink;
mod text;
mod vocabulary;

pub(crate) use disguise::{DASHES, INVISIBLE, SPACES};
pub(crate) use policy::{Masks, Rule, Rules, Section};
pub(crate) use rng::{Rng, run};
pub(crate) use run_of::run_of;
pub(crate) use shrink::shrunk;
pub(crate) use text::Texts;
