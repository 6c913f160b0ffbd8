"""The `govopen` command: start a whole platform, look at it, stop it.

Exit codes: 0 done · 1 it failed, or a service is not up · 2 wrong call or settings · 3 nothing runs · 4 home is busy.
"""

from __future__ import annotations

import sys

import click

from .errors import StackError

__all__ = ["main"]


def main() -> None:
    """Run the command; a known failure is a sentence and an exit code, not a traceback."""
    try:
        from .commands import govopen
        from .show import print_error
    except ModuleNotFoundError as err:
        # Without the extra only govopen_anonymize is installed: say so, and how to get the rest.
        click.echo(
            f"✗ The platform is not installed: {err.name} is missing.\n  → Run: pip install 'govopen[platform]'",
            err=True,
        )
        sys.exit(1)
    try:
        govopen.main(prog_name="govopen", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as err:
        err.show()
        sys.exit(err.exit_code)
    except StackError as err:
        print_error(err)
        sys.exit(err.exit_code)


if __name__ == "__main__":
    main()
