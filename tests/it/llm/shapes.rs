//! Bodies shaped as providers and compatible servers document or really send them.

use std::time::Duration;

use bakeoff::adapters::llm::{ChatAnswer, ModelError, Stop};
use bakeoff::domain::model::{Provider, Wire};
use bakeoff::domain::money::Usage;
use bakeoff::sim::models::{Fault, Reply};

use super::Bench;

const RESPONSES: (Provider, Wire) = (Provider::OpenAi, Wire::Responses);
const CHAT: (Provider, Wire) = (Provider::OpenAiCompatible, Wire::Chat);
const ANTHROPIC: (Provider, Wire) = (Provider::Anthropic, Wire::Responses);
const GOOGLE: (Provider, Wire) = (Provider::Google, Wire::Responses);

async fn read(bench: &Bench, wire: (Provider, Wire), status: u16, body: &str) -> Result<ChatAnswer, ModelError> {
    let kind = if body.starts_with(['{', '[']) { "application/json" } else { "text/event-stream" };
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    bench.ask(wire, Reply::fault(Fault::Raw { status, headers, body: body.as_bytes().to_vec() })).await
}

/// Each line is the data of one event.
fn events(lines: &[&str]) -> String {
    format!("data: {}\n\n", lines.join("\n\ndata: "))
}

#[tokio::test]
async fn errors_with_their_real_bodies() {
    let seconds = |s| Some(Duration::from_secs(s));
    let table = [
        (
            CHAT,
            429,
            r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
            ModelError::CreditExhausted,
        ),
        (
            RESPONSES,
            429,
            r#"{"error":{"message":"m","type":"insufficient_quota","code":"credit_balance_exhausted"}}"#,
            ModelError::CreditExhausted,
        ),
        (
            RESPONSES,
            429,
            r#"{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}"#,
            ModelError::RateLimited { retry_after: None },
        ),
        (
            RESPONSES,
            404,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}"#,
            ModelError::ModelNotFound,
        ),
        (
            ANTHROPIC,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
            ModelError::CreditExhausted,
        ),
        (
            ANTHROPIC,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#,
            ModelError::CreditExhausted,
        ),
        (
            ANTHROPIC,
            429,
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
            ModelError::CreditExhausted,
        ),
        (
            ANTHROPIC,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 250000 tokens > 200000 maximum"}}"#,
            ModelError::PromptTooLong,
        ),
        (
            ANTHROPIC,
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            ModelError::Overloaded { retry_after: None },
        ),
        (
            GOOGLE,
            400,
            r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#,
            ModelError::KeyRejected { status: 401 },
        ),
        (
            GOOGLE,
            429,
            r#"[{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}]}}]"#,
            ModelError::RateLimited { retry_after: seconds(37) },
        ),
        (
            GOOGLE,
            400,
            r#"{"error":{"code":400,"message":"The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
            ModelError::PromptTooLong,
        ),
        (
            GOOGLE,
            200,
            r#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#,
            ModelError::Overloaded { retry_after: None },
        ),
        (
            CHAT,
            200,
            r#"{"error":{"message":"Provider returned error","code":429,"metadata":{}}}"#,
            ModelError::RateLimited { retry_after: None },
        ),
        (
            CHAT,
            400,
            r#"{"object":"error","message":"This model's maximum context length is 8192 tokens.","type":"BadRequestError","code":400}"#,
            ModelError::PromptTooLong,
        ),
        (CHAT, 404, r#"{"error":"model 'm' not found, try pulling it first"}"#, ModelError::ModelNotFound),
        (
            CHAT,
            402,
            r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
            ModelError::CreditExhausted,
        ),
        (CHAT, 502, "<html>Bad gateway</html>", ModelError::Overloaded { retry_after: None }),
        (
            CHAT,
            200,
            "data: {\"error\":{\"message\":\"litellm.RateLimitError: own words\",\"type\":null,\"param\":null,\"code\":\"429\"}}\n\n",
            ModelError::RateLimited { retry_after: None },
        ),
        (
            CHAT,
            200,
            "data: {\"id\":\"gen-1\",\"object\":\"chat.completion.chunk\",\"error\":{\"code\":\"server_error\",\"message\":\"Provider disconnected\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
            ModelError::Overloaded { retry_after: None },
        ),
        (
            CHAT,
            402,
            r#"{"error":{"code":402,"message":"Insufficient credits. Add more using https://openrouter.ai/credits"}}"#,
            ModelError::CreditExhausted,
        ),
        (
            RESPONSES,
            200,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\",\"message\":\"own words\",\"param\":null},\"sequence_number\":2}\n\n",
            ModelError::RateLimited { retry_after: None },
        ),
        (
            RESPONSES,
            200,
            "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"insufficient_quota\",\"message\":\"own words\"},\"output\":[],\"usage\":null}}\n\n",
            ModelError::CreditExhausted,
        ),
        (
            RESPONSES,
            401,
            r#"{"error":{"message":"Incorrect API key provided: sk-canary-7f3a9","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            ModelError::KeyRejected { status: 401 },
        ),
        (
            ANTHROPIC,
            402,
            r#"{"type":"error","error":{"type":"billing_error","message":"own words"},"request_id":"req_1"}"#,
            ModelError::CreditExhausted,
        ),
        (
            ANTHROPIC,
            504,
            r#"{"type":"error","error":{"type":"timeout_error","message":"own words"}}"#,
            ModelError::Overloaded { retry_after: None },
        ),
        (
            ANTHROPIC,
            413,
            r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
            ModelError::PromptTooLong,
        ),
        (
            ANTHROPIC,
            404,
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-none"}}"#,
            ModelError::ModelNotFound,
        ),
        (
            GOOGLE,
            429,
            r#"{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"22s"}]}}"#,
            ModelError::CreditExhausted,
        ),
        (
            GOOGLE,
            403,
            r#"{"error":{"code":403,"message":"own words","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_SERVICE_BLOCKED"}]}}"#,
            ModelError::KeyRejected { status: 403 },
        ),
        (
            GOOGLE,
            404,
            r#"{"error":{"code":404,"message":"models/gemini-none is not found for API version v1beta","status":"NOT_FOUND"}}"#,
            ModelError::ModelNotFound,
        ),
        (
            CHAT,
            422,
            r#"{"detail":[{"loc":["body"],"msg":"own words"}]}"#,
            ModelError::BadRequest { status: 422, code: None },
        ),
    ];
    for (wire, status, body, expected) in table {
        // All that ask with one key wait after a refusal (F083), so each row has a provider of its own.
        let bench = Bench::start().await;
        assert_eq!(read(&bench, wire, status, body).await, Err(expected), "{body}");
    }
}

#[tokio::test]
async fn compatible_servers_differ_in_tool_calls() {
    let bench = Bench::start().await;
    let finish = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let call = |call: &str| format!(r#"{{"choices":[{{"index":0,"delta":{{"tool_calls":[{call}]}}}}]}}"#);
    let a = call(r#"{"index":0,"id":"a","function":{"name":"search","arguments":"{\"x\":"}}"#);
    let table: [(&str, Vec<String>, Vec<&str>); 5] = [
        (
            "by index",
            vec![
                a.clone(),
                call(r#"{"index":0,"function":{"arguments":"1}"}}"#),
                call(r#"{"index":7000000000,"id":"b","function":{"name":"search","arguments":"{}"}}"#),
            ],
            vec![r#"{"x":1}"#, "{}"],
        ),
        (
            "one index for all",
            vec![
                a,
                call(r#"{"index":0,"id":"a","function":{"arguments":"1}"}}"#),
                call(r#"{"index":0,"id":"b","function":{"name":"search","arguments":"{}"}}"#),
            ],
            vec![r#"{"x":1}"#, "{}"],
        ),
        (
            "no index, the same id twice",
            vec![
                call(r#"{"id":"a","function":{"name":"search","arguments":"{\"x\":1}"}}"#),
                call(r#"{"id":"a","function":{"name":"search","arguments":""}}"#),
            ],
            vec![r#"{"x":1}"#, "{}"],
        ),
        (
            "no ids, one index",
            vec![
                call(r#"{"index":0,"function":{"name":"search","arguments":"{\"x\":1}"}}"#),
                call(r#"{"index":0,"function":{"name":"search","arguments":"{\"x\":2}"}}"#),
            ],
            vec![r#"{"x":1}"#, r#"{"x":2}"#],
        ),
        (
            "arguments as an object",
            vec![call(r#"{"index":0,"id":"a","function":{"name":"search","arguments":{"x":1}}}"#)],
            vec![r#"{"x":1}"#],
        ),
    ];
    for (what, mut lines, expected) in table {
        lines.extend([finish.to_owned(), "[DONE]".to_owned()]);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let answer = read(&bench, CHAT, 200, &events(&lines)).await.unwrap();
        let arguments: Vec<&str> = answer.tool_calls.iter().map(|call| call.arguments.as_str()).collect();
        assert_eq!((answer.stop, arguments), (Stop::ToolCalls, expected), "{what}");
        let mut ids: Vec<&str> = answer.tool_calls.iter().map(|call| call.id.as_str()).collect();
        ids.dedup();
        assert!(ids.len() == answer.tool_calls.len() && ids.iter().all(|id| !id.is_empty()), "{what}");
    }
}

#[tokio::test]
async fn compatible_servers_differ_in_the_rest() {
    let bench = Bench::start().await;
    let said = r#"{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}"#;
    let stop = r#"{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":null}"#;
    // No [DONE], no usage: the finish reason proves the end, the tokens are estimated.
    let answer = read(&bench, CHAT, 200, &events(&[said, stop])).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.stop, answer.usage_estimated), ("hi", Stop::End, true));
    assert!(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    // [DONE] without a finish reason proves nothing.
    let error = read(&bench, CHAT, 200, &events(&[said, "[DONE]"])).await.unwrap_err();
    assert!(matches!(&error, ModelError::CutOff { text, .. } if text.0 == "hi"), "{error:?}");
    // A finish reason that nobody documents: not known to be whole, and its word is told.
    let odd = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]}"#;
    let error = read(&bench, CHAT, 200, &events(&[said, odd, "[DONE]"])).await.unwrap_err();
    assert!(matches!(&error, ModelError::CutOff { code: Some(code), .. } if code == "abort"), "{error:?}");
    // Content in parts, usage without a total, reasoning outside the completion, cached tokens DeepSeek's way.
    let whole = r#"{"choices":[{"message":{"content":[{"type":"text","text":"h"},{"type":"text","text":"i"}]},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":20,"prompt_cache_hit_tokens":4}}"#;
    let answer = read(&bench, CHAT, 200, whole).await.unwrap();
    let usage = Usage { input_tokens: 10, output_tokens: 10, cached_input_tokens: 4, cache_write_tokens: 0 };
    assert_eq!((answer.text.as_str(), answer.usage), ("hi", usage));
}

#[tokio::test]
async fn tool_calls_count_by_presence() {
    let bench = Bench::start().await;
    let whole = r#"{"id":"r","object":"response","status":"completed","output":[
        {"type":"web_search_call","id":"ws","status":"completed"},
        {"type":"function_call","id":"fc","call_id":"c","name":"search","arguments":"{}","status":"completed"}],
        "usage":{"input_tokens":5,"output_tokens":6}}"#;
    let answer = read(&bench, RESPONSES, 200, whole).await.unwrap();
    assert_eq!((answer.stop, answer.tool_calls.len(), answer.skipped_events), (Stop::ToolCalls, 1, 1));
    let whole = r#"{"type":"message","role":"assistant","content":[{"type":"tool_use","id":"t","name":"search","input":{"a":1}}],
        "stop_reason":"end_turn","usage":{"input_tokens":5,"cache_creation_input_tokens":7,"cache_read_input_tokens":11,"output_tokens":6}}"#;
    let answer = read(&bench, ANTHROPIC, 200, whole).await.unwrap();
    assert_eq!((answer.stop, answer.tool_calls[0].arguments.as_str()), (Stop::ToolCalls, r#"{"a":1}"#));
    assert_eq!(
        answer.usage,
        Usage { input_tokens: 23, output_tokens: 6, cached_input_tokens: 11, cache_write_tokens: 7 }
    );
}

#[tokio::test]
async fn google_says_no_in_many_ways() {
    let bench = Bench::start().await;
    let blocked = r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":8}}"#;
    let answer = read(&bench, GOOGLE, 200, &events(&[blocked])).await.unwrap();
    assert_eq!((answer.stop, answer.usage.input_tokens), (Stop::Filtered, 8));
    for reason in ["SAFETY", "RECITATION", "BLOCKLIST", "SPII"] {
        let body = format!(r#"{{"candidates":[{{"finishReason":"{reason}","index":0}}]}}"#);
        assert_eq!(read(&bench, GOOGLE, 200, &events(&[&body])).await.unwrap().stop, Stop::Filtered, "{reason}");
    }
    let broken = r#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","index":0}],"usageMetadata":{"promptTokenCount":8}}"#;
    assert!(matches!(read(&bench, GOOGLE, 200, &events(&[broken])).await, Err(ModelError::BadAnswer { .. })));
    let other = r#"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"OTHER"}]}"#;
    assert!(matches!(read(&bench, GOOGLE, 200, &events(&[other])).await, Err(ModelError::CutOff { .. })));
    // Thoughts count as output; a stream without alt=sse is one array.
    let array = r#"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},
        {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}],
         "usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":2,"thoughtsTokenCount":30,"cachedContentTokenCount":3}}]"#;
    let answer = read(&bench, GOOGLE, 200, array).await.unwrap();
    let usage = Usage { input_tokens: 8, output_tokens: 32, cached_input_tokens: 3, cache_write_tokens: 0 };
    assert_eq!((answer.text.as_str(), answer.usage), ("ab", usage));
}

#[tokio::test]
async fn openai_responses_end_in_many_ways() {
    let bench = Bench::start().await;
    let failed = r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"own words"}}}"#;
    assert_eq!(
        read(&bench, RESPONSES, 200, &events(&[failed])).await,
        Err(ModelError::Overloaded { retry_after: None })
    );
    let queued = r#"{"object":"response","status":"queued","output":[]}"#;
    assert!(matches!(read(&bench, RESPONSES, 200, queued).await, Err(ModelError::CutOff { .. })));
    // The final event of some servers repeats no items: those that came count.
    let item = r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"hi"}]}}"#;
    let end = r#"{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":2}}}"#;
    let answer = read(&bench, RESPONSES, 200, &events(&[item, end])).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.stop), ("hi", Stop::End));
}

#[tokio::test]
async fn anthropic_stops_in_many_ways() {
    let bench = Bench::start().await;
    let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}"#;
    let text = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"hi"}}"#;
    let stop = |reason: &str| {
        format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}},"usage":{{"output_tokens":3}}}}"#)
    };
    let end = r#"{"type":"message_stop"}"#;
    for (reason, expected) in
        [("stop_sequence", Stop::End), ("model_context_window_exceeded", Stop::Length), ("refusal", Stop::Refusal)]
    {
        let answer = read(&bench, ANTHROPIC, 200, &events(&[start, text, &stop(reason), end])).await.unwrap();
        assert_eq!((answer.stop, answer.text.as_str(), answer.usage.output_tokens), (expected, "hi", 3), "{reason}");
    }
    let error = read(&bench, ANTHROPIC, 200, &events(&[start, text, &stop("pause_turn"), end])).await.unwrap_err();
    assert!(matches!(&error, ModelError::CutOff { code: Some(code), .. } if code == "pause_turn"), "{error:?}");
}

/// 500 bytes that made a library take 6 GB.
#[tokio::test]
async fn a_huge_tool_index_costs_nothing() {
    let bench = Bench::start().await;
    let call = r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":18446744073709551615,"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#;
    assert_eq!(read(&bench, CHAT, 200, &events(&[call])).await.unwrap().tool_calls.len(), 1);
    let block =
        r#"{"type":"content_block_start","index":18446744073709551615,"content_block":{"type":"text","text":"hi"}}"#;
    let stop = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#;
    assert_eq!(read(&bench, ANTHROPIC, 200, &events(&[block, stop])).await.unwrap().text, "hi");
}

/// Ids that are missing or come twice are made unique; streamed or whole.
#[tokio::test]
async fn calls_without_ids_get_their_own() {
    let bench = Bench::start().await;
    let call = r#"{"type":"function_call","name":"search","arguments":"{}"}"#;
    let twice = r#"{"type":"function_call","call_id":"c","name":"search","arguments":"{}"}"#;
    let use_of = |id: &str| format!(r#"{{"type":"tool_use",{id}"name":"search","input":{{}}}}"#);
    let block = |at: usize, id: &str| {
        format!(r#"{{"type":"content_block_start","index":{at},"content_block":{}}}"#, use_of(id))
    };
    let stop = r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":3}}"#;
    let part = r#"{"functionCall":{"name":"search","args":{}}}"#;
    let calls = r#"{"function":{"name":"search","arguments":"{}"}},{"function":{"name":"search","arguments":"{}"}}"#;
    let table = [
        (
            RESPONSES,
            format!(r#"{{"object":"response","status":"completed","output":[{call},{call},{twice},{twice}]}}"#),
            4,
        ),
        (
            RESPONSES,
            events(&[
                &format!(r#"{{"type":"response.output_item.done","output_index":0,"item":{call}}}"#),
                &format!(r#"{{"type":"response.output_item.done","output_index":1,"item":{call}}}"#),
                r#"{"type":"response.completed","response":{"status":"completed","output":[]}}"#,
            ]),
            2,
        ),
        (
            ANTHROPIC,
            format!(
                r#"{{"type":"message","role":"assistant","content":[{},{},{}],"stop_reason":"tool_use"}}"#,
                use_of(""),
                use_of(r#""id":"t","#),
                use_of(r#""id":"t","#)
            ),
            3,
        ),
        (ANTHROPIC, events(&[&block(0, ""), &block(1, ""), stop, r#"{"type":"message_stop"}"#]), 2),
        (GOOGLE, format!(r#"{{"candidates":[{{"content":{{"parts":[{part},{part}]}},"finishReason":"STOP"}}]}}"#), 2),
        (
            GOOGLE,
            events(&[&format!(
                r#"{{"candidates":[{{"content":{{"parts":[{part},{part}]}},"finishReason":"STOP"}}]}}"#
            )]),
            2,
        ),
        (
            CHAT,
            format!(
                r#"{{"choices":[{{"index":0,"message":{{"content":null,"tool_calls":[{calls}]}},"finish_reason":"stop"}}]}}"#
            ),
            2,
        ),
    ];
    for (wire, body, count) in table {
        let answer = read(&bench, wire, 200, &body).await.unwrap_or_else(|error| panic!("{error:?} {body}"));
        let ids: std::collections::BTreeSet<&str> = answer.tool_calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!((answer.stop, ids.len(), ids.contains("")), (Stop::ToolCalls, count, false), "{body}");
    }
}

/// Cached tokens and those written to a cache, wherever a provider counts them.
#[tokio::test]
async fn cached_tokens_are_counted_streamed_and_whole() {
    let bench = Bench::start().await;
    let responses = r#""usage":{"input_tokens":4000,"input_tokens_details":{"cached_tokens":1000,"cache_write_tokens":2900},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":4007}"#;
    let item = r#"{"type":"message","content":[{"type":"output_text","text":"hi"}]}"#;
    let chat = r#""usage":{"prompt_tokens":4000,"completion_tokens":7,"total_tokens":4007,"prompt_tokens_details":{"cached_tokens":1000,"cache_write_tokens":2900},"completion_tokens_details":{"reasoning_tokens":3}}"#;
    let anthropic = r#""usage":{"input_tokens":100,"cache_creation_input_tokens":2900,"cache_read_input_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":2900,"ephemeral_1h_input_tokens":0},"output_tokens":7}"#;
    let google = r#"{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4000,"cachedContentTokenCount":1000,"candidatesTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":4007}}"#;
    let table = [
        (RESPONSES, format!(r#"{{"object":"response","status":"completed","output":[{item}],{responses}}}"#), 2900),
        (
            RESPONSES,
            events(&[&format!(
                r#"{{"type":"response.completed","response":{{"status":"completed","output":[{item}],{responses}}}}}"#
            )]),
            2900,
        ),
        (CHAT, format!(r#"{{"choices":[{{"message":{{"content":"hi"}},"finish_reason":"stop"}}],{chat}}}"#), 2900),
        (
            CHAT,
            events(&[
                r#"{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}"#,
                &format!(r#"{{"choices":[],{chat}}}"#),
                "[DONE]",
            ]),
            2900,
        ),
        (
            ANTHROPIC,
            format!(
                r#"{{"type":"message","content":[{{"type":"text","text":"hi"}}],"stop_reason":"end_turn",{anthropic}}}"#
            ),
            2900,
        ),
        (
            ANTHROPIC,
            events(&[
                &format!(r#"{{"type":"message_start","message":{{{anthropic}}}}}"#),
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"hi"}}"#,
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#,
                r#"{"type":"message_stop"}"#,
            ]),
            2900,
        ),
        (GOOGLE, google.to_owned(), 0),
        (GOOGLE, events(&[google]), 0),
    ];
    for (wire, body, written) in table {
        let answer = read(&bench, wire, 200, &body).await.unwrap_or_else(|error| panic!("{error:?} {body}"));
        let usage =
            Usage { input_tokens: 4_000, output_tokens: 7, cached_input_tokens: 1_000, cache_write_tokens: written };
        assert_eq!((answer.text.as_str(), answer.usage, answer.usage_estimated), ("hi", usage, false), "{body}");
    }
}
