//! Names of persons by a small linear model: a conditional random field over hashed features, with whole numbers.
//!
//! Text is read token by token. Words with a capital letter, and lower case words of the lists that are no ordinary words, are candidates; all
//! other tokens are outside of names. A run of candidates is labelled once two tokens after it have arrived. `tools/tagger` trains the model
//! on the modules of this folder, which depend on nothing else.

mod cues;
pub(crate) mod features;
pub(crate) mod hash;
pub(crate) mod lists;
pub(crate) mod model;
pub(crate) mod reader;
pub(crate) mod token;
pub(crate) mod word;
