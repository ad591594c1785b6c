"""The settings as a table for operators: `python -m core.settings_table > docs/settings.md`."""

import sys
from itertools import groupby

from pydantic.fields import FieldInfo

from core.setting_notes import accepts, notes
from core.settings import COMPUTED, Settings

INTRODUCTION = """\
# Settings

Every setting is an environment variable. A variable that is unset or empty has its default. A value
that is not accepted stops the process with a message that names the variable. This page is made
from `core/settings.py` (`python -m core.settings_table > docs/settings.md`).

Credentials for `s3://` come from the standard AWS variables (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL` for a server other than Amazon's, …).
"""

HEAD = "| Variable | Default | Accepts | Meaning |\n| --- | --- | --- | --- |\n"


def settings_table() -> str:
    """The page, in Markdown."""
    fields = Settings.model_fields.items()
    sections = groupby(fields, key=lambda item: str(notes(item[1])["section"]))
    return INTRODUCTION + "".join(
        f"\n## {title}\n\n{HEAD}" + "".join(_row(name, field) for name, field in members)
        for title, members in sections
    )


def _row(name: str, field: FieldInfo) -> str:
    cells = (f"`{name.upper()}`", _default(name, field), accepts(field), str(field.description))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(name: str, field: FieldInfo) -> str:
    if name in COMPUTED:
        return COMPUTED[name]
    value = field.default
    if value is None:
        return "unset"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table())
