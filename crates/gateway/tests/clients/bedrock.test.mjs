// Clients of Bedrock for JavaScript, with only the endpoint changed: the AWS SDK, LangChain, and Vercel's AI SDK. The first two speak
// HTTP/2 without TLS to such an endpoint.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import { ChatBedrockConverse } from "@langchain/aws";
import { generateText, streamText } from "ai";

const endpoint = process.env.BANISTER_OPEN_GATEWAY;
const texts = JSON.parse(readFileSync(process.env.BANISTER_TEXTS, "utf8"));
const nova = "us.amazon.nova-pro-v1:0";
// Nobody checks the signature.
const credentials = { accessKeyId: "nobody", secretAccessKey: "nobody" };
const region = "us-east-1";

const messages = (text) => [{ role: "user", content: [{ text }] }];

test("AWS SDK", async () => {
    const client = new BedrockRuntimeClient({ endpoint, region, credentials, maxAttempts: 1 });
    const whole = await client.send(new ConverseCommand({ modelId: nova, messages: messages(texts.asked) }));
    assert.ok(whole.output.message.content[0].text.includes(texts.echoed));
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: nova, messages: messages(texts.asked) }));
    let given = "";
    for await (const event of stream) given += event.contentBlockDelta?.delta.text ?? "";
    assert.ok(given.includes(texts.echoed), given);
    const blocked = await client.send(new ConverseCommand({ modelId: nova, messages: messages(texts.denied) }));
    assert.equal(blocked.output.message.content[0].text, texts.blocked_input);
    assert.equal(blocked.stopReason, "guardrail_intervened");
    client.destroy();
});

test("LangChain", async () => {
    const client = new BedrockRuntimeClient({ endpoint, region, credentials, maxAttempts: 1 });
    const model = new ChatBedrockConverse({ model: nova, region, client, maxRetries: 0 });
    assert.ok((await model.invoke(texts.asked)).text.includes(texts.echoed));
    let given = "";
    for await (const chunk of await model.stream(texts.asked)) given += chunk.text;
    assert.ok(given.includes(texts.echoed), given);
    assert.equal((await model.invoke(texts.denied)).text, texts.blocked_input);
    client.destroy();
});

test("Vercel's AI SDK", async () => {
    const bedrock = createAmazonBedrock({ baseURL: endpoint, region, ...credentials });
    const model = bedrock(nova);
    assert.ok((await generateText({ model, prompt: texts.asked, maxRetries: 0 })).text.includes(texts.echoed));
    let given = "";
    for await (const text of streamText({ model, prompt: texts.asked, maxRetries: 0 }).textStream) given += text;
    assert.ok(given.includes(texts.echoed), given);
    const blocked = await generateText({ model, prompt: texts.denied, maxRetries: 0 });
    assert.equal(blocked.text, texts.blocked_input);
    assert.equal(blocked.finishReason, "content-filter");
});
