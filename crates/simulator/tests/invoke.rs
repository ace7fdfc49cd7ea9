//! Each family's `InvokeModel` answer, read by the real SDK.

mod support;

use banister_simulator::{ModelResponse, Options, SimulatedOperation};
use serde_json::{Value, json};
use support::{client, invoke, saying, start};

#[tokio::test]
async fn each_family_answers_in_its_own_shape() {
    let (simulator, client) = start(Options::default()).await;
    let messages = json!([{"role": "user", "content": "first"}, {"role": "assistant", "content": "x"},
        {"role": "user", "content": [{"type": "text", "text": "hi"}]}]);
    let cases = [
        ("amazon.titan-text-express-v1", json!({"inputText": "hi"}), "/results/0/outputText"),
        (
            "us.amazon.nova-micro-v1:0",
            json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}),
            "/output/message/content/0/text",
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": messages}),
            "/content/0/text",
        ),
        (
            "anthropic.claude-v2:1",
            json!({"prompt": "\n\nHuman: hi\n\nAssistant:", "max_tokens_to_sample": 9}),
            "/completion",
        ),
        ("anthropic.claude-instant-v1", json!({"prompt": "hi"}), "/completion"),
        ("meta.llama3-8b-instruct-v1:0", json!({"prompt": "hi"}), "/generation"),
        ("mistral.mistral-7b-instruct-v0:2", json!({"prompt": "<s>[INST] hi [/INST]"}), "/outputs/0/text"),
        ("mistral.mistral-large-2407-v1:0", json!({"messages": messages}), "/choices/0/message/content"),
        ("openai.gpt-oss-120b-1:0", json!({"messages": messages}), "/choices/0/message/content"),
        ("deepseek.v3.1", json!({"messages": messages}), "/choices/0/message/content"),
        ("us.deepseek.r1-v1:0", json!({"prompt": "hi"}), "/choices/0/text"),
        ("cohere.command-text-v14", json!({"prompt": "hi"}), "/generations/0/text"),
        ("cohere.command-r-plus-v1:0", json!({"message": "hi"}), "/text"),
        ("ai21.j2-ultra-v1", json!({"prompt": "hi"}), "/completions/0/data/text"),
        ("twelvelabs.pegasus-1-2-v1:0", json!({"inputPrompt": "hi"}), "/message"),
        ("arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl", json!({"prompt": "hi"}), "/generation"),
        ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", json!({"prompt": "hi"}), "/choices/0/text"),
    ];
    for (model_id, body, pointer) in &cases {
        let answer = invoke(&client, model_id, body).await;
        assert_eq!(answer.pointer(pointer), Some(&json!("You said: hi")), "{model_id}: {answer}");
    }
    let requests = simulator.requests();
    assert_eq!(requests.len(), cases.len());
    for (request, (model_id, body, _)) in requests.iter().zip(&cases) {
        assert_eq!(request.operation, Some(SimulatedOperation::InvokeModel));
        assert_eq!(request.model_id.as_deref(), Some(*model_id));
        assert_eq!(request.path, format!("/model/{model_id}/invoke"));
        assert_eq!(request.json().as_ref(), Some(body));
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn families_that_echo_the_request_do() {
    let (_simulator, client) = saying(ModelResponse::Text("a b".into())).await;
    let command = invoke(
        &client,
        "cohere.command-text-v14",
        &json!({"prompt": "secret", "return_likelihoods": "ALL", "num_generations": 2}),
    )
    .await;
    assert_eq!(command["prompt"], "secret");
    assert_eq!(command["generations"][1]["token_likelihoods"][1]["token"], " b");

    let command_r = invoke(
        &client,
        "cohere.command-r-v1:0",
        &json!({"message": "now", "chat_history": [{"role": "USER", "message": "before"}], "return_prompt": true}),
    )
    .await;
    let history: Vec<&Value> =
        command_r["chat_history"].as_array().expect("a list").iter().map(|turn| &turn["message"]).collect();
    assert_eq!(history, ["before", "now", "a b"]);
    assert_eq!(command_r["prompt"], "now");

    let jurassic = invoke(&client, "ai21.j2-mid-v1", &json!({"prompt": "tell me"})).await;
    assert_eq!(jurassic["prompt"]["text"], "tell me");
    assert_eq!(jurassic["prompt"]["tokens"][1]["generatedToken"]["token"], "\u{2581}me");
    assert_eq!(jurassic["completions"][0]["data"]["tokens"][1]["generatedToken"]["token"], "\u{2581}b");

    let embed = json!({"texts": ["one", "two"], "input_type": "search_document"});
    let embed = invoke(&client, "cohere.embed-english-v3", &embed).await;
    assert_eq!(embed["texts"], json!(["one", "two"]));
    assert_eq!(embed["embeddings"].as_array().map(Vec::len), Some(2));

    let inputs = json!([{"content": [{"type": "text", "text": "one"}]}]);
    let embed = json!({"inputs": inputs, "input_type": "search_query", "embedding_types": ["float"]});
    let embed = invoke(&client, "us.cohere.embed-v4:0", &embed).await;
    assert_eq!(embed["inputs"], inputs);
    assert!(embed["embeddings"]["float"].is_array());
}

#[tokio::test]
async fn embeddings_rerank_and_images_have_no_text() {
    let (_simulator, client) = start(Options::default()).await;
    let cases = [
        ("amazon.titan-embed-text-v2:0", json!({"inputText": "hi"}), "/embedding/0"),
        (
            "twelvelabs.marengo-embed-3-0-v1:0",
            json!({"inputType": "text", "text": {"inputText": "hi"}}),
            "/embedding/0",
        ),
        (
            "amazon.nova-2-multimodal-embeddings-v1:0",
            json!({"schemaVersion": "nova-multimodal-embed-v1", "taskType": "SINGLE_EMBEDDING",
                "singleEmbeddingParams": {"text": {"value": "hi"}}}),
            "/embeddings/0/embedding/0",
        ),
        (
            "cohere.rerank-v3-5:0",
            json!({"query": "q", "documents": ["a", "b"], "api_version": 2}),
            "/results/1/relevance_score",
        ),
        (
            "amazon.nova-canvas-v1:0",
            json!({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}}),
            "/images/0",
        ),
        ("stability.sd3-large-v1:0", json!({"prompt": "a cat"}), "/images/0"),
        ("stability.stable-diffusion-xl-v1", json!({"text_prompts": [{"text": "a cat"}]}), "/artifacts/0/base64"),
    ];
    for (model_id, body, pointer) in cases {
        let answer = invoke(&client, model_id, &body).await;
        assert!(answer.pointer(pointer).is_some(), "{model_id}: {answer}");
    }
}

#[tokio::test]
async fn tool_calls_take_each_familys_form() {
    let input = json!({"city": "São Paulo"});
    let reply =
        ModelResponse::ToolUse { name: "weather".into(), input: input.clone(), text: Some("Let me see.".into()) };
    let (_simulator, client) = saying(reply).await;
    let messages = json!([{"role": "user", "content": "hi"}]);

    let claude = json!({"anthropic_version": "bedrock-2023-05-31", "messages": messages});
    let claude = invoke(&client, "anthropic.claude-opus-5", &claude).await;
    assert_eq!(claude["content"][0]["text"], "Let me see.");
    assert_eq!(claude["content"][1]["input"], input);
    assert_eq!(claude["stop_reason"], "tool_use");

    let nova = json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]});
    let nova = invoke(&client, "amazon.nova-lite-v1:0", &nova).await;
    assert_eq!(nova["output"]["message"]["content"][1]["toolUse"]["input"], input);

    for model_id in ["openai.gpt-5.4", "mistral.mistral-large-2402-v1:0"] {
        let chat = invoke(&client, model_id, &json!({"messages": messages})).await;
        let arguments = &chat["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"];
        let arguments: Value = serde_json::from_str(arguments.as_str().expect("a string")).expect("JSON");
        assert_eq!(arguments, input, "{model_id}");
    }

    let command_r = invoke(&client, "cohere.command-r-v1:0", &json!({"message": "hi"})).await;
    assert_eq!(command_r["tool_calls"][0]["parameters"], input);
}

#[tokio::test]
async fn reasoning_and_citations_take_each_familys_form() {
    let (simulator, client) = saying(ModelResponse::Reasoning { reasoning: "hm".into(), text: "yes".into() }).await;
    let messages = json!([{"role": "user", "content": "hi"}]);
    let claude_body = json!({"anthropic_version": "bedrock-2023-05-31", "messages": messages});
    let claude = invoke(&client, "anthropic.claude-opus-5", &claude_body).await;
    assert_eq!(claude["content"][0]["thinking"], "hm");
    let qwen = invoke(&client, "qwen.qwen3-32b-v1:0", &json!({"messages": messages})).await;
    assert_eq!(qwen["choices"][0]["message"]["reasoning_content"], "hm");
    let oss = invoke(&client, "openai.gpt-oss-20b-1:0", &json!({"messages": messages})).await;
    assert_eq!(oss["choices"][0]["message"]["content"], "<reasoning>hm</reasoning>yes");
    let r1 = invoke(&client, "us.deepseek.r1-v1:0", &json!({"prompt": "hi"})).await;
    assert_eq!(r1["choices"][0]["text"], "hm</think>yes");

    simulator.set_options(Options {
        response: ModelResponse::Citations {
            text: "As said.".into(),
            title: "Handbook".into(),
            cited_text: "Say it.".into(),
        },
        ..Options::default()
    });
    let claude = invoke(&client, "anthropic.claude-opus-5", &claude_body).await;
    assert_eq!(claude["content"][0]["citations"][0]["cited_text"], "Say it.");
    assert_eq!(claude["content"][0]["citations"][0]["document_title"], "Handbook");
}

#[tokio::test]
async fn scripts_shapes_and_raw_bodies_are_obeyed() {
    let (simulator, client) = saying(ModelResponse::Scripted).await;
    let body = json!({"prompt": "Whom do I CONTACT?"});
    let answer = invoke(&client, "meta.llama3-8b-instruct-v1:0", &body).await;
    assert_eq!(answer["generation"], "You can reach Jane Roe at jane.roe@example.com or +1 (415) 555-0132.");
    let answer = invoke(&client, "meta.llama3-8b-instruct-v1:0", &json!({"prompt": "hello"})).await;
    assert_eq!(answer["generation"], "You said: hello");

    simulator
        .set_options(Options { body_format: Some("text-generation-inference".parse().unwrap()), ..Options::default() });
    let answer = invoke(&client, "meta.llama3-8b-instruct-v1:0", &json!({"prompt": "hello"})).await;
    assert_eq!(answer["choices"][0]["text"], "You said: hello");

    let raw = json!({"anything": ["at", "all"]});
    simulator.set_options(Options { response: ModelResponse::RawJson(raw.clone()), ..Options::default() });
    assert_eq!(invoke(&client, "x.unknown", &json!({"what": 1})).await, raw);

    simulator.clear_requests();
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_body_no_family_takes_is_refused() {
    let (simulator, _) = start(Options::default()).await;
    let error = client(&simulator)
        .invoke_model()
        .model_id("x.y")
        .body(aws_sdk_bedrockruntime::primitives::Blob::new("{}"))
        .send()
        .await
        .expect_err("a refusal")
        .into_service_error();
    assert!(error.is_validation_exception(), "{error:?}");
}
