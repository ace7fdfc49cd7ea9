//! Cohere Command, which echoes the prompt.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use crate::model::Turn;

/// `prompt` to `generations[].text`.
pub(super) static COMMAND: Family = Family {
    name: "cohere-command",
    prompt_models: Some("cohere."),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let text = turn.output.flat();
    let generations: Vec<Value> = (0..turn.copies("num_generations"))
        .map(|index| {
            let mut generation = json!({
                "id": format!("{}-{index}", turn.id),
                "index": index,
                "text": text,
                "finish_reason": "COMPLETE",
            });
            if wants_likelihoods(turn) {
                let tokens: Vec<Value> =
                    turn.split(&text).into_iter().map(|token| json!({"token": token, "likelihood": -0.5})).collect();
                generation["token_likelihoods"] = json!(tokens);
                generation["likelihood"] = json!(-0.5);
            }
            generation
        })
        .collect();
    json!({"id": turn.id, "generations": generations, "prompt": turn.body["prompt"]})
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    // Without `stream` in the body the stream is one chunk with the whole response.
    if turn.body["stream"] != true {
        return vec![response(turn)];
    }
    let text = turn.output.flat();
    let copies = turn.copies("num_generations");
    let with_index = |mut chunk: Value, index: usize| {
        // A lone generation has no index.
        if copies > 1 {
            chunk["index"] = json!(index);
        }
        chunk
    };
    let mut chunks = Vec::new();
    for piece in turn.split(&text) {
        for index in 0..copies {
            chunks.push(with_index(json!({"text": piece, "is_finished": false}), index));
        }
    }
    for index in 0..copies {
        chunks.push(with_index(json!({"finish_reason": "COMPLETE", "is_finished": true}), index));
    }
    chunks
}

fn wants_likelihoods(turn: &Turn<'_>) -> bool {
    matches!(turn.body["return_likelihoods"].as_str(), Some("ALL" | "GENERATION"))
}
