//! Floor 0. Text as Banister sees it: UTF-8, byte offsets, half-open spans.

mod span;

pub use span::Span;
