//! ApplyGuardrail served locally, with the SDK's types.

use std::borrow::Cow;

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::apply_guardrail::{ApplyGuardrailInput, ApplyGuardrailOutput};
use aws_sdk_bedrockruntime::types::{
    GuardrailContentBlock, GuardrailContentSource, GuardrailOutputContent, GuardrailOutputScope,
};

use crate::bedrock::{BodyError, BodyErrorKind};
use crate::exchange::apply::ApplyGuardrailRequest;
use crate::exchange::report::ApplyGuardrailResponse;
use crate::guardrail::Source;

use super::write_trace::{assessment, coverage, usage};

/// Reads an input. Images, and content that the SDK does not know, are rejected.
pub(crate) fn apply_guardrail_request(input: &ApplyGuardrailInput) -> Result<ApplyGuardrailRequest<'_>, BodyError> {
    let source = match input.source {
        Some(GuardrailContentSource::Input) => Source::Input,
        Some(GuardrailContentSource::Output) => Source::Output,
        _ => return Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "request" })),
    };
    let text = |(position, block): (usize, &'_ GuardrailContentBlock)| match block {
        GuardrailContentBlock::Text(block) => Ok(block.text.clone()),
        GuardrailContentBlock::Image(_) => {
            Err(BodyError::new(BodyErrorKind::Image { pointer: format!("/content/{position}/image") }))
        }
        _ => Err(BodyError::new(BodyErrorKind::UnknownContent { pointer: format!("/content/{position}") })),
    };
    let texts = input.content.iter().flatten().enumerate().map(|block| text(block).map(Cow::Owned));
    Ok(ApplyGuardrailRequest {
        source,
        texts: texts.collect::<Result<_, _>>()?,
        full_scope: input.output_scope == Some(GuardrailOutputScope::Full),
    })
}

/// The answer.
///
/// # Errors
///
/// When the SDK wants a member that this version does not set.
pub(crate) fn apply_guardrail_output(report: &ApplyGuardrailResponse) -> Result<ApplyGuardrailOutput, BuildError> {
    let output = |text: &str| GuardrailOutputContent::builder().text(text).build();
    ApplyGuardrailOutput::builder()
        .action(report.action().into())
        .action_reason(report.action_reason())
        .set_outputs(Some(report.outputs().map(output).collect()))
        .assessments(assessment(report.assessment())?)
        .usage(usage(report.usage())?)
        .guardrail_coverage(coverage(report.coverage()))
        .build()
}
