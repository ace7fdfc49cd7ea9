//! Content filters: weighted terms, summed over windows of text.
//!
//! Each category has a list of terms with weights, and of words that make other terms count. A finding is the shortest run of terms, within
//! one window, whose weights reach the threshold of the filter's strength. All of it is whole numbers, and a function of the text alone.

mod category;
mod filter;
mod list;
mod score;
mod terms;
mod window;

pub use category::{ContentCategory, FilterStrength};
pub(crate) use filter::{ContentFilters, ContentMatch, FiltersState};
pub(crate) use score::{ContentScore, ContentScores};
pub(crate) use window::FILTER_WINDOW_BYTES;

#[cfg(test)]
mod tests;
