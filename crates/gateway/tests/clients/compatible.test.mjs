// The SDKs of OpenAI and Anthropic for JavaScript, with only their base URL and key changed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const gateway = process.env.BANISTER_GATEWAY;
const key = process.env.BANISTER_KEY;
const texts = JSON.parse(readFileSync(process.env.BANISTER_TEXTS, "utf8"));

const openai = new OpenAI({ baseURL: `${gateway}/openai/v1`, apiKey: key, maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: `${gateway}/anthropic`, authToken: key, apiKey: null, maxRetries: 0 });
const gpt = "openai.gpt-oss-20b-1:0";
const claude = "anthropic.claude-sonnet-4-20250514-v1:0";

// Headers are ASCII.
const ascii = (text) => JSON.stringify(text).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const say = (text) => ({ headers: { "x-simulator-reply": `text-json:${ascii(text)}`, "x-simulator-chunk": "bytes:5" } });
const messages = (content) => [{ role: "user", content }];

const apis = {
    async chat(text, options) {
        const stream = await openai.chat.completions.create({ model: gpt, messages: messages(text), stream: true }, options);
        let [given, reason] = ["", null];
        for await (const { choices } of stream) {
            given += choices[0]?.delta.content ?? "";
            reason = choices[0]?.finish_reason ?? reason;
        }
        return [given, reason];
    },
    async responses(text, options) {
        const stream = await openai.responses.create({ model: gpt, input: text, stream: true }, options);
        let [given, reason] = ["", null];
        for await (const event of stream) {
            if (event.type === "response.output_text.delta") given += event.delta;
            reason = event.response?.incomplete_details?.reason ?? reason;
        }
        return [given, reason];
    },
    async messages(text, options) {
        const stream = anthropic.messages.stream({ model: claude, max_tokens: 99, messages: messages(text) }, options);
        const final = await stream.finalMessage();
        return [final.content.map((block) => block.text).join(""), final.stop_reason];
    },
};

for (const [name, ask] of Object.entries(apis)) {
    const refusal = name === "messages" ? "refusal" : "content_filter";
    test(`${name}: a stream is masked`, async () => {
        assert.equal((await ask(texts.asked, say(texts.said)))[0], texts.given);
    });
    test(`${name}: a blocked request is a refusal`, async () => {
        assert.deepEqual(await ask(texts.denied, say("Fine.")), [texts.blocked_input, refusal]);
    });
    test(`${name}: a blocked stream is a refusal`, async () => {
        const [given, reason] = await ask("Hello", say(texts.said_denied));
        assert.equal(reason, refusal);
        assert.ok(given.endsWith(texts.blocked_output), given);
        assert.ok(texts.given_before.startsWith(given.slice(0, -texts.blocked_output.length)), given);
    });
}

test("an error has a message", async () => {
    const call = openai.responses.create({ model: gpt, input: [{ type: "hologram" }] });
    await assert.rejects(call, /could not be inspected/);
});
