//! Names of persons and postal addresses by small linear models: conditional random fields over hashed features, with whole numbers.
//!
//! Text is read token by token. For names, words with a capital letter, and lower case words of the lists that are no ordinary words, are
//! candidates; for addresses, tokens near a number. All other tokens are outside. A run of names is labelled once two tokens after it have
//! arrived, addresses while they arrive. `tools/tagger` trains the models on the modules of this folder, which depend on nothing else.

pub(crate) mod addresses;
mod ascii;
pub(crate) mod cues;
mod decoder;
pub(crate) mod features;
pub(crate) mod hash;
pub(crate) mod labels;
pub(crate) mod lists;
pub(crate) mod model;
pub(crate) mod names;
pub(crate) mod no_names;
mod paths;
#[cfg(test)]
pub(crate) mod random;
pub(crate) mod reader;
pub(crate) mod ring;
mod rows;
pub(crate) mod signs;
mod tables;
pub(crate) mod token;
pub(crate) mod tokens;
pub(crate) mod word;
