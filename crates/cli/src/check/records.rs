//! Decision records of `check`.

use std::time::Instant;

use banister::{Decision, GuardedBody, Source};

use super::body::UnknownContent;
use super::{TextChecker, body};

impl TextChecker<'_> {
    /// Inspects a body, and records the decision.
    ///
    /// # Errors
    ///
    /// If the body cannot be inspected, or the decision not be recorded.
    pub(super) fn inspect(&self, source: Source, body: &[u8]) -> Result<GuardedBody, String> {
        let (started, policy) = (Instant::now(), self.guardrail.policy());
        let unknown = UnknownContent::allowed(self.args.dangerous_inspect_unknown_content);
        let guarded = body::inspect(&self.guardrail, source, body, unknown);
        let decision = match &guarded {
            Ok(guarded) => guarded.assessment().decision(policy),
            Err(error) => error.decision(policy, source),
        };
        self.record(decision, started)?;
        guarded.map_err(|error| body::problem(&error))
    }

    /// Records a decision, if there is a log.
    ///
    /// # Errors
    ///
    /// If it cannot be recorded.
    pub(super) fn record(&self, mut decision: Decision, started: Instant) -> Result<(), String> {
        let Some(log) = &self.log else { return Ok(()) };
        decision.duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        log.record(decision).map_err(|error| error.to_string())
    }
}
