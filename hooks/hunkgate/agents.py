"""By which environment variables a coding agent shows itself. Used to choose words and to be stricter, never to let anything through:
a program can unset any of them, so their absence proves nothing.

Sources: V = npm @vercel/detect-agent 1.2.7, S = npm std-env 4.3.0, A = npm am-i-vibing 0.5.0, D = the agent's own documentation.
"""

from collections.abc import Mapping

# Agent, variable, the value it must have ('' for any but an empty one), source.
_SIGNS = (
    ("", "AI_AGENT", "", "V S A"),
    ("", "AGENT", "", "A"),
    ("Claude Code", "CLAUDECODE", "", "V S A"),
    ("Claude Code", "CLAUDE_CODE", "", "V S"),
    ("Claude Code", "CLAUDE_CODE_IS_COWORK", "", "V"),
    ("Codex", "CODEX_SANDBOX", "", "V S"),
    ("Codex", "CODEX_THREAD_ID", "", "V S A"),
    ("Codex", "CODEX_CI", "", "V"),
    ("Cursor", "CURSOR_AGENT", "", "V S"),
    ("Cursor", "CURSOR_TRACE_ID", "", "V A"),
    ("Cursor", "CURSOR_EXTENSION_HOST_ROLE", "agent-exec", "V"),
    ("Gemini CLI", "GEMINI_CLI", "", "V S A D"),
    ("Copilot", "COPILOT_AGENT", "", "S"),
    ("Copilot", "COPILOT_CLI", "", "S"),
    ("Copilot", "COPILOT_MODEL", "", "V"),
    ("Copilot", "COPILOT_ALLOW_ALL", "", "V"),
    ("opencode", "OPENCODE", "", "V S A"),
    ("opencode", "OPENCODE_CLIENT", "", "V"),
    ("Antigravity", "ANTIGRAVITY_AGENT", "", "V A"),
    ("Augment", "AUGMENT_AGENT", "", "V S A"),
    ("Replit", "REPLIT_MODE", "assistant", "A"),
    ("Qwen Code", "QWEN_CODE", "", "A"),
    ("Crush", "CRUSH", "", "A"),
    ("Amp", "AMP_CURRENT_THREAD_ID", "", "A"),
    ("Goose", "GOOSE_PROVIDER", "", "S"),
    ("Junie", "JUNIE_DATA", "", "S"),
    ("Pi", "PI_CODING_AGENT", "", "A"),
)


def detected(environment: Mapping[str, str]) -> str | None:
    """The agent that the variables speak of, with the variable that says so, such as ``Codex (CODEX_SANDBOX)``; None where none does."""
    for agent, variable, wanted, _source in _SIGNS:
        value = environment.get(variable, "")
        if value and value not in ("0", "false") and wanted in ("", value):
            return f"{agent or value} ({variable})"
    return None
