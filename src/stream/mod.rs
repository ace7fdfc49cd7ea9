//! Floor 4. Chunks in, released text out.

mod guard;

pub use guard::StreamGuard;

#[cfg(test)]
mod tests;
