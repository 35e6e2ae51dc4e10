"""Requests and answers with everything that the vendors publish, and ways into them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Path = tuple[Any, ...]

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "where", "enum": ["Bern", "Basel"]}},
    "required": ["city"],
}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": json.dumps({"city": "Bern", "days": 2})},
}

CHAT_REQUEST: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "You answer in verse."},
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {
            "role": "user",
            "name": "alice",
            "content": [
                {"type": "text", "text": "What is on "},
                {
                    "type": "image_url",
                    "image_url": {"url": "https://x.test/a.png", "detail": "low"},
                },
                {"type": "text", "text": "this picture?"},
                {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "JVBE"}},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": [CALL], "refusal": None},
        {"role": "tool", "tool_call_id": "call_1", "content": "Sunny."},
        {"role": "assistant", "content": "It is sunny.", "reasoning_content": "easy"},
        {"role": "function", "name": "old", "content": "3"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "weather", "description": "Tells it.", "parameters": SCHEMA},
        },
        {"type": "custom", "custom": {"name": "run", "description": "Runs it."}},
    ],
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "verse", "description": "A verse.", "schema": SCHEMA},
    },
    "prediction": {"type": "content", "content": "It will be"},
    "metadata": {"team": "blue"},
    "user": "u-17",
    "stop": ["END"],
    "temperature": 0.2,
    "stream_options": {"include_usage": True},
    "reasoning_effort": "low",
    "web_search_options": {"user_location": {"approximate": {"city": "Bern"}}},
}

CHAT_ANSWER: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024-08-06",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "See the sun.",
                "refusal": None,
                "reasoning_content": "It is day.",
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {"title": "Sun", "url": "https://x.test", "end_index": 3},
                    }
                ],
                "tool_calls": [CALL],
                "audio": {"id": "a_1", "data": "UklG", "transcript": "See the sun."},
            },
            "logprobs": {"content": [{"token": "See the sun.", "bytes": None}], "refusal": None},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}

MESSAGES_REQUEST: dict[str, Any] = {
    "model": "claude",
    "max_tokens": 100,
    "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Read "},
                {
                    "type": "document",
                    "title": "Report",
                    "context": "Of last year.",
                    "source": {"type": "text", "media_type": "text/plain", "data": "All is well."},
                    "citations": {"enabled": True},
                },
                {"type": "image", "source": {"type": "base64", "data": "R0lG"}},
                {"type": "document", "source": {"type": "url", "url": "https://x.test/b.pdf"}},
                {"type": "text", "text": "this."},
                {
                    "type": "search_result",
                    "source": "https://x.test",
                    "title": "Wells",
                    "content": [{"type": "text", "text": "A well is deep."}],
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Let me see.", "signature": "EqQB"},
                {"type": "redacted_thinking", "data": "EqQB"},
                {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"id": "x", "n": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [{"type": "text", "text": "Nothing."}],
                },
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": "Something."},
            ],
        },
    ],
    "tools": [{"name": "look", "description": "Looks.", "input_schema": SCHEMA}],
    "metadata": {"user_id": "u-17"},
    "stop_sequences": ["END"],
}

MESSAGES_ANSWER: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"},
        {
            "type": "text",
            "text": "All is well.",
            "citations": [{"type": "char_location", "cited_text": "well", "document_title": "R"}],
        },
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"where": ["there"]}},
        {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "w"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srv_1",
            "content": [
                {
                    "type": "web_search_result",
                    "title": "W",
                    "url": "https://x.test",
                    "encrypted_content": "EqQB",
                }
            ],
        },
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 4, "service_tier": "standard"},
}

RESPONSES_REQUEST: dict[str, Any] = {
    "model": "gpt-4.1",
    "instructions": "Be brief.",
    "input": [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Look "},
                {"type": "input_image", "image_url": "https://x.test/a.png"},
                {"type": "input_text", "text": "at it."},
                {"type": "input_file", "filename": "a.pdf", "file_data": "JVBE"},
            ],
        },
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "I do"}],
        },
        {"type": "function_call", "call_id": "c_1", "name": "look", "arguments": '{"at": "it"}'},
        {"type": "function_call_output", "call_id": "c_1", "output": "Seen."},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "mcp_call", "name": "m", "arguments": "{}", "output": "fine", "server_label": "s"},
        {"type": "item_reference", "id": "i_1"},
    ],
    "tools": [
        {"type": "function", "name": "look", "description": "Looks.", "parameters": SCHEMA},
        {"type": "mcp", "server_label": "s", "server_url": "https://x.test", "headers": {"a": "b"}},
    ],
    "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}},
    "previous_response_id": "resp_0",
    "reasoning": {"effort": "low"},
    "include": ["reasoning.encrypted_content"],
    "metadata": {"team": "blue"},
    "prompt": {"id": "p_1", "variables": {"id": "x"}},
}

RESPONSES_ANSWER: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "gpt-4.1",
    "output": [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Thinking."}],
            "encrypted_content": "gAAA",
        },
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [
                {
                    "type": "output_text",
                    "text": "Here it is.",
                    "annotations": [
                        {"type": "url_citation", "title": "T", "url": "https://x.test"}
                    ],
                },
                {"type": "refusal", "refusal": "Not that."},
            ],
        },
        {"type": "function_call", "call_id": "c_1", "name": "look", "arguments": '{"at": "it"}'},
        {
            "type": "web_search_call",
            "id": "ws_1",
            "action": {"type": "search", "query": "wells"},
            "status": "completed",
        },
        {
            "type": "image_generation_call",
            "id": "ig_1",
            "result": "R0lG",
            "revised_prompt": "A well",
        },
    ],
    "instructions": "Be brief.",
    "tools": [],
    "error": None,
    "usage": {"total_tokens": 7},
}

COMPLETIONS_REQUEST: dict[str, Any] = {
    "model": "m",
    "prompt": ["Once upon", "a time"],
    "suffix": "The end.",
    "user": "u-17",
    "stop": "END",
}
COMPLETIONS_ANSWER: dict[str, Any] = {
    "id": "cmpl-1",
    "object": "text_completion",
    "choices": [{"index": 0, "text": "there was", "logprobs": None, "finish_reason": "length"}],
    "usage": {"total_tokens": 7},
}
EMBEDDINGS_REQUEST: dict[str, Any] = {"model": "m", "input": ["one", "two"], "user": "u-17"}
EMBEDDINGS_ANSWER: dict[str, Any] = {
    "object": "list",
    "model": "m",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
    "usage": {"total_tokens": 7},
}

REQUESTS: dict[Any, dict[str, Any]] = {
    "chat": CHAT_REQUEST,
    "messages": MESSAGES_REQUEST,
    "responses": RESPONSES_REQUEST,
    "completions": COMPLETIONS_REQUEST,
    "embeddings": EMBEDDINGS_REQUEST,
}
ANSWERS: dict[Any, dict[str, Any]] = {
    "chat": CHAT_ANSWER,
    "messages": MESSAGES_ANSWER,
    "responses": RESPONSES_ANSWER,
    "completions": COMPLETIONS_ANSWER,
    "embeddings": EMBEDDINGS_ANSWER,
}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a body, the containers' included."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*path, key))


def put(value: Any, path: Path, new: Any) -> Any:
    """The body with another value at one place."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
