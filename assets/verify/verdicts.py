"""What a check can say. Pure."""

from __future__ import annotations

PASSED, FAILED, WARNING, NOT_CHECKED = "passed", "failed", "warning", "not checked"


def verdict_of(good: bool, measured: str, bad: str | None = None) -> tuple[str, str]:
    return (PASSED, measured) if good else (FAILED, measured if bad is None else bad)


def said(answer: dict) -> str:
    """An answer to a probe in words."""
    if "ms" in answer:
        return f"{answer['ms']} ms"
    if "error" in answer:
        return f"{answer['error']}, says {answer['by']}" if "by" in answer else answer["error"]
    return answer.get("unable", "no answer") if answer else "not asked"
