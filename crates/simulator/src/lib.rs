//! A local Bedrock runtime.
