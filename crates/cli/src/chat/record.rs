//! What is seen of a call from both sides of the guardrail.

use std::sync::{Mutex, MutexGuard, PoisonError};

use banister::{BodyAssessment, BodyFinding};
use banister::{Outcome, Source};

/// Written down while a call is made.
#[derive(Debug, Default)]
pub(super) struct Record {
    seen: Mutex<Seen>,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The prompt as the model got it; nothing when it did not.
    pub(super) model_got: Option<String>,
    /// The answer as the model gave it.
    pub(super) model_said: Option<String>,
    /// The guardrail's assessments: of the request, then of the answer.
    pub(super) assessments: Vec<Assessed>,
}

/// What came of the texts of one direction.
#[derive(Debug)]
pub(super) struct Assessed {
    pub(super) source: Source,
    pub(super) outcome: Outcome,
    pub(super) findings: Vec<BodyFinding>,
}

impl Record {
    /// What was seen.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn model_got(&self, prompt: String) {
        self.seen().model_got = Some(prompt);
    }

    pub(super) fn model_said(&self, answer: String) {
        self.seen().model_said = Some(answer);
    }

    pub(super) fn assessed(&self, assessment: &BodyAssessment) {
        self.seen().assessments.push(Assessed {
            source: assessment.source(),
            outcome: assessment.outcome(),
            findings: assessment.findings().to_vec(),
        });
    }

    /// Whether the request or the answer was blocked.
    pub(super) fn is_blocked(&self) -> bool {
        self.seen().assessments.iter().any(|assessed| assessed.outcome == Outcome::Blocked)
    }
}
