//! The text fields of outputs.

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailOutput;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::ConverseOutput as Output;

use crate::bedrock::error::BodyError;
use crate::bedrock::table::Role;
use crate::bedrock::text_field::Visitor;
use crate::bedrock::text_field::{FieldKind, InspectionSummary};

use super::content::content;
use super::free_form::free_if;
use super::trace::{assessment, trace};
use super::walk::SdkWalk;

/// Visits a Converse response, and rewrites it in place.
///
/// The text fields are those of the body that the SDK has read. Unknown content is rejected, because the SDK has lost it. After an error
/// the output is partly rewritten and must be dropped.
pub(crate) fn visit_converse_response(
    output: &mut ConverseOutput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    walk.member_if("output", &mut output.output, |walk, value| match value {
        Output::Message(message) => walk.member("message", |walk| content(walk, Role::Assistant, &mut message.content)),
        _ => Err(walk.unknown()),
    })?;
    free_if(&mut walk, "additionalModelResponseFields", FieldKind::Free, &mut output.additional_model_response_fields)?;
    walk.member_if("trace", &mut output.trace, |walk, value| walk.member_if("guardrail", &mut value.guardrail, trace))?;
    Ok(walk.finish())
}

/// Visits an ApplyGuardrail response, like [`visit_converse_response`].
pub(crate) fn visit_apply_guardrail_response(
    output: &mut ApplyGuardrailOutput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    walk.text_if("actionReason", FieldKind::Free, &mut output.action_reason)?;
    walk.list("outputs", &mut output.outputs, |walk, item| walk.text_if("text", FieldKind::UserText, &mut item.text))?;
    walk.list("assessments", &mut output.assessments, assessment)?;
    Ok(walk.finish())
}
