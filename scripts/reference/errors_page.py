"""docs/errors.md: every code, what it says, what to do, and what it is answered with."""

from __future__ import annotations

import re
from itertools import groupby

from scripts.reference.codes import Said, every_code

_HEAD = """\
# Error codes

Every refusal and failure has a code that stays the same, a sentence, and mostly something to do about it (in italics here). An
ellipsis stands for what is filled in: a name, a number. Look for the code in this page; the sentences of one code differ with
what was tried. What people see in their pages is told in [When something goes wrong](when-something-goes-wrong.md), what to do
about slowness and failing jobs in [Troubleshooting](troubleshooting.md).

**Answer** is the HTTP status where the API says it (the problem document names the code), or the exit code of the command.
*For one file* and *inside an answer*: the request went well, and the code stands beside the file, job or draft it is about.
*In `listing_refused`* and *in `pack_refused`*: one of the problems that such an answer lists. *A warning* refuses nothing, unless
the template says that it should. *Of `verify`* and *of moving in*: a line of that command's report.

This page is written from the code by `make docs`.
"""

#: Sections, and the modules whose codes stand in them: the first that fits.
_SECTIONS: dict[str, str] = {
    "Pictures and print checks": "imaging/",
    "Designs and duplicates": "designs/ dedupe/",
    "Uploads": (
        "uploads/ api/form api/incoming api/bodies api/sent api/routes/uploads cli/sending cli/upload cli/remote"
    ),
    "Templates and shops": "templates/ shops/ api/routes/templates api/routes/shops cli/templates",
    "Mockups": "mockups/ rendering/ api/routes/mockup jobs/kinds/mockups cli/mockup",
    "Listings and Etsy": (
        "listings/ etsy/ api/routes/listing api/routes/etsy api/plan_shown api/etsy_return jobs/kinds/chain jobs/kinds/draft "
        "cli/listings cli/drafts cli/etsy cli/removals"
    ),
    "Storage": "storage/ cli/storage",
    "Database, backup and restore": "db/ backup/ cli/backup cli/db",
    "Jobs": "jobs/ api/routes/jobs cli/jobs",
    "Moving in": "moving/ cli/moving",
    "People, keys and sign-in": (
        "accounts/ api/caller api/origin api/cookies api/routes/session api/routes/people api/routes/keys api/routes/oidc "
        "api/routes/links cli/users cli/keys"
    ),
    "Downloads and samples": "downloads/ samples/ api/routes/downloads api/routes/samples",
}
_ELSE = "Settings, the API, and everything else"


def page() -> str:
    """The whole page."""
    said = every_code()
    parts = [_HEAD]
    for section in (*_SECTIONS, _ELSE):
        of_section = [one for one in said if _section(one) == section]
        rows = [_row(code, list(of_code)) for code, of_code in groupby(of_section, key=lambda one: one.code)]
        head = "| Code | What it says, *what to do* | Answer | From |\n|---|---|---|---|"
        parts.append("\n".join([f"## {section}", "", head, *rows, ""]))
    return "\n".join(parts)


def _section(one: Said) -> str:
    found = (title for title, starts in _SECTIONS.items() if one.module.startswith(tuple(starts.split())))
    return next(found, _ELSE)


def _row(code: str, said: list[Said]) -> str:
    sentences = dict.fromkeys(_sentence(one) for one in said)
    answers = ", ".join(dict.fromkeys(one.answer for one in said))
    modules = ", ".join(dict.fromkeys(f"`{one.module.removesuffix('.py')}`" for one in said))
    return f"| `{code}` | {'<br>'.join(sentences)} | {answers} | {modules} |"


def _sentence(one: Said) -> str:
    remedy = f" *{_plain(one.remedy)}*" if " " in one.remedy else ""
    return f"{_plain(one.message)}{remedy}"


def _plain(text: str) -> str:
    """Words that stay words in a table of Markdown, whatever they hold; what stands in backticks stays code."""
    pieces = re.sub(r"\.…$", ".", " ".join(text.split())).split("`")
    for at in range(0, len(pieces), 2):
        for sign in "\\*_<>[]":
            pieces[at] = pieces[at].replace(sign, f"\\{sign}")
    return "`".join(pieces).replace("|", "\\|")
