//! Sentence models that the application supplies.

use std::fmt;
use std::sync::Arc;

use super::meaning::Sentence;
use super::words::{WindowWord, Words};

/// A sentence model that compares text with the examples of topics, instead of the built-in table of vectors.
///
/// The words of the examples still count. Windows, exceptions, counter-examples and thresholds work as they do without a model; thresholds
/// that the policy does not give are set for the model.
///
/// The model must be a function: the same sentence always has the same vector. Otherwise results depend on the chunks of a stream.
///
/// # Example
///
/// ```
/// use std::sync::Arc;
///
/// use banister::{Embedder, Guardrail, Policy};
///
/// /// A toy: counts letters. A real one runs a sentence model.
/// #[derive(Debug)]
/// struct Letters;
///
/// impl Embedder for Letters {
///     fn dimensions(&self) -> usize {
///         26
///     }
///
///     fn embed(&self, sentence: &str, vector: &mut [f32]) {
///         for letter in sentence.bytes().filter(u8::is_ascii_lowercase) {
///             vector[usize::from(letter - b'a')] += 1.0;
///         }
///     }
/// }
///
/// let policy = Policy::from_yaml("{version: 1, name: p, denied_topics: [{name: t, examples: [Which stocks should I buy?]}]}")?;
/// let guardrail = Guardrail::new(policy).with_embedder(Arc::new(Letters));
/// # Ok::<(), banister::PolicyError>(())
/// ```
pub trait Embedder: fmt::Debug + Send + Sync {
    /// Returns the number of dimensions of a vector.
    fn dimensions(&self) -> usize;

    /// Writes the vector of a sentence. `vector` has [`dimensions`](Self::dimensions) numbers, all of them zero. Only its direction
    /// counts. A vector of zeros, or one with a number that is not finite, is similar to nothing.
    ///
    /// The sentence is given as lower-case words with a space between them. Look-alike letters and invisible characters are resolved.
    fn embed(&self, sentence: &str, vector: &mut [f32]);
}

/// The source of the vectors of text.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Table,
    Embedder(Arc<dyn Embedder>),
}

impl Meaning {
    /// Returns `true` if words have their own vectors.
    pub(super) fn knows_words(&self) -> bool {
        matches!(self, Self::Table)
    }

    /// Makes `sentence` the vector of all words.
    pub(super) fn set_sentence(&self, sentence: &mut Sentence, words: &Words) {
        match self {
            Self::Table => {
                if !sentence.set_words(words.terms(), words.rare()) {
                    sentence.set_pieces(words.pieces());
                }
            }
            Self::Embedder(_) => *sentence = self.sentence(words.iter()),
        }
    }

    /// Returns the vector of the words that count.
    pub(super) fn sentence<'a>(&self, words: impl Iterator<Item = WindowWord<'a>>) -> Sentence {
        match self {
            Self::Table => Sentence::of_pieces(words.flat_map(|word| word.pieces.iter().copied())),
            Self::Embedder(embedder) => {
                let words: Vec<&str> = words.map(|word| word.text).collect();
                embed(&**embedder, &words.join(" "))
            }
        }
    }
}

/// Length of the vectors of a model, once they are whole numbers.
const UNIT: f32 = 32_768.0;

fn embed(embedder: &dyn Embedder, sentence: &str) -> Sentence {
    let mut vector = vec![0.0; embedder.dimensions()];
    if !sentence.is_empty() {
        embedder.embed(sentence, &mut vector);
    }
    let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    let is_usable = norm.is_finite() && norm > 0.0;
    #[expect(clippy::cast_possible_truncation, reason = "no number is longer than the vector")]
    let whole = |value: f32| if is_usable { (value / norm * UNIT).round() as i32 } else { 0 };
    Sentence::of_values(vector.into_iter().map(whole).collect())
}
