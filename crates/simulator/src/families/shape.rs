//! The names of the body shapes.

use std::str::FromStr;

use crate::options::ParseError;

macro_rules! shapes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The shape of an invoke body.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Shape {
            $($(#[$doc])* $variant,)+
        }

        impl Shape {
            /// Every shape.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name the `x-simulator-shape` header takes.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

shapes! {
    /// Titan Text: `inputText` to `results[].outputText`.
    TitanText = "titan-text",
    /// Titan and Marengo embeddings: `inputText` to `embedding`.
    TitanEmbedding = "titan-embedding",
    /// Amazon Nova text models: as Converse, inside an invoke body.
    Nova = "nova",
    /// Nova multimodal embeddings.
    NovaEmbedding = "nova-embedding",
    /// Titan Image and Nova Canvas: `taskType` to `images`.
    AmazonImage = "amazon-image",
    /// Anthropic Messages.
    ClaudeMessages = "claude-messages",
    /// Anthropic text completion: `prompt` to `completion`.
    ClaudeText = "claude-text",
    /// Meta Llama and imported models: `prompt` to `generation`.
    Llama = "llama",
    /// Mistral and Mixtral: `prompt` to `outputs[].text`.
    MistralText = "mistral-text",
    /// Mistral Large and Pixtral: `choices[].message`, in streams too.
    MistralChat = "mistral-chat",
    /// OpenAI chat completions and the many families that share them.
    OpenAiChat = "openai-chat",
    /// DeepSeek R1: `prompt` to `choices[].text`, with `stop_reason`.
    OpenAiCompletion = "openai-completion",
    /// Imported and marketplace text-generation containers: `prompt` to
    /// `choices[].text`, with `finish_reason`.
    TextGenerationInference = "text-generation-inference",
    /// Cohere Command: `prompt` to `generations[].text`.
    CohereCommand = "cohere-command",
    /// Cohere Command R: `message` to `text`.
    CohereCommandR = "cohere-command-r",
    /// Cohere Embed: `texts` to `embeddings`.
    CohereEmbed = "cohere-embed",
    /// Cohere and Amazon Rerank.
    Rerank = "rerank",
    /// AI21 Jurassic-2: `prompt` to `completions[].data.text`.
    Jurassic = "jurassic",
    /// Stability SDXL: `text_prompts` to `artifacts`.
    StabilityXl = "stability-xl",
    /// Later Stability models: `prompt` to `images`.
    StabilityImage = "stability-image",
    /// TwelveLabs Pegasus: `inputPrompt` to `message`.
    Pegasus = "pegasus",
}

impl FromStr for Shape {
    type Err = ParseError;

    fn from_str(name: &str) -> Result<Self, ParseError> {
        Self::ALL
            .iter()
            .copied()
            .find(|shape| shape.name() == name)
            .ok_or_else(|| ParseError::new(format!("unknown shape {name:?}")))
    }
}
