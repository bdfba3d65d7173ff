"""`python -m localgpt_tui` is the same program as `localgpt-tui`."""

from localgpt_tui.cli import main

if __name__ == "__main__":
    main()
