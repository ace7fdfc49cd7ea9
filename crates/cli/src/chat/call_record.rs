//! A record of a call from both sides of the guardrail.

use std::sync::{Mutex, MutexGuard, PoisonError};

use banister::{BodyAssessment, BodyFinding};
use banister::{Outcome, Source};

/// Records a call while it is made.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    record: Mutex<CallRecord>,
}

#[derive(Debug, Default)]
pub(super) struct CallRecord {
    /// The input of the model, or `None` if it was not called.
    pub(super) model_got: Option<String>,
    /// The output of the model.
    pub(super) model_said: Option<String>,
    /// The assessments of the request, then of the response.
    pub(super) assessments: Vec<Assessed>,
}

/// The assessment of one direction.
#[derive(Debug)]
pub(super) struct Assessed {
    pub(super) source: Source,
    pub(super) outcome: Outcome,
    pub(super) findings: Vec<BodyFinding>,
}

impl Recorder {
    pub(super) fn lock(&self) -> MutexGuard<'_, CallRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn record_input(&self, prompt: String) {
        self.lock().model_got = Some(prompt);
    }

    pub(super) fn record_output(&self, output: String) {
        self.lock().model_said = Some(output);
    }

    pub(super) fn record_assessment(&self, assessment: &BodyAssessment) {
        self.lock().assessments.push(Assessed {
            source: assessment.source(),
            outcome: assessment.outcome(),
            findings: assessment.findings().to_vec(),
        });
    }

    /// Returns `true` if the request or the response was blocked.
    pub(super) fn is_blocked(&self) -> bool {
        self.lock().assessments.iter().any(|assessed| assessed.outcome == Outcome::Blocked)
    }
}
