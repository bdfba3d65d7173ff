"""A session can be taken along: as Markdown to read, as JSON to go on with."""

import json
from pathlib import Path

from localgpt_tui.core.messages import AssistantMessage, Attachment, Thinking, ToolCall, ToolMessage, UserMessage
from localgpt_tui.sessions.export import to_json, to_markdown
from localgpt_tui.sessions.journal import Journal


def conversation(folder: Path) -> Journal:
    journal = Journal.create(folder, cwd="/home")
    journal.append(UserMessage("What is in *it*?", (Attachment("a.txt", "text/plain", b"12345"),)))
    call = ToolCall("c", "read_file", '{"path": "```"}')
    journal.append(AssistantMessage("I look.", thinking=(Thinking("Hm."),), calls=(call,), model="ollama/llama3"))
    journal.append(ToolMessage("c", "read_file", "</details>\n````\nfence", failed=True))
    journal.append(AssistantMessage("It is", stop="cancelled", note="You stopped it.", model="recall"))
    journal.mark("model", model="recall")
    journal.mark("title", title="A <look>")
    journal.close()
    return journal


def test_markdown_reads_as_the_conversation_did(folder: Path):
    journal = conversation(folder)
    text = to_markdown(journal)
    assert text.startswith("# A <look>\n\n- Session: `" + journal.id)
    assert "- Model: ollama/llama3, recall\n" in text
    assert "**You**\n\nWhat is in *it*?\n\n*Attached: a.txt (text/plain, 5 bytes)*" in text
    assert "**Assistant**\n\n<details><summary>Reasoning</summary>" in text
    assert '````\n{"path": "```"}\n````' in text
    assert "Tool failed: read_file</summary>\n\n`````\n</details>\n````\nfence\n`````" in text
    assert text.endswith("It is\n\n*You stopped it.*\n")


def test_json_holds_every_entry_of_the_branch(folder: Path):
    journal = conversation(folder)
    exported = json.loads(to_json(journal))
    assert exported["id"] == journal.id
    assert exported["title"] == "A <look>"
    assert [entry["type"] for entry in exported["entries"]] == ["message"] * 4 + ["model"]
    assert exported["entries"][1]["message"]["toolCalls"][0]["name"] == "read_file"
    assert [entry["parentId"] for entry in exported["entries"][1:]] == [
        entry["id"] for entry in exported["entries"][:-1]
    ]
