//! Text-generation containers: imported and marketplace models on SageMaker endpoints.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use crate::model::Turn;

/// `prompt` to `choices[].text`, with `finish_reason`.
pub(super) static CONTAINER: Family = Family {
    name: "text-generation-inference",
    prompt_models: Some(":sagemaker:"),
    response,
    stream: Stream::Chunks(|turn| {
        turn.text_chunks(|piece| choice(turn, piece, None), choice(turn, "", Some("eos_token")))
    }),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let mut body = choice(turn, &turn.output.flat(), Some("stop"));
    let (input, output) = (turn.input_tokens(), turn.output_tokens());
    body["usage"] = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
    });
    body
}

fn choice(turn: &Turn<'_>, text: &str, finish_reason: Option<&str>) -> Value {
    json!({
        "id": format!("cmpl-{}", turn.id),
        "object": "text_completion",
        "created": 1_700_000_000,
        "model": turn.model_id,
        "choices": [{"index": 0, "text": text, "logprobs": null, "finish_reason": finish_reason}],
    })
}
