"""Every command and every option is in docs/options.md and explained; docs/commands.md says what each command is for."""

from __future__ import annotations

from scripts.reference import options_page
from tests.docs.pages import DOCS


def test_the_page_is_fresh() -> None:
    assert (DOCS / "options.md").read_text() == options_page.page(), "make docs writes it anew"


def test_every_command_and_option_says_what_it_does() -> None:
    for name, command in options_page.commands():
        assert command.help, name
        for one in command.params:
            assert one.param_type_name == "argument" or one.help or one.hidden, f"{name} {one.name}"


def test_every_command_is_in_the_list_of_commands() -> None:
    documented = (DOCS / "commands.md").read_text()
    for name, _command in options_page.commands():
        assert f"`printdock {name}" in documented, name
