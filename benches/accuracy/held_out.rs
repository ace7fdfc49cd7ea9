//! Which documents of the training text are not trained on. `tools/tagger` reads this file too.

/// Returns `true` if a document of a training set, by its number in the file, is held out: one of ten.
pub(crate) fn is_held_out(number: usize) -> bool {
    number % 10 == 9
}
