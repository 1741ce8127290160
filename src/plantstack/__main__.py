"""`python -m plantstack`: the same as the command."""

from plantstack.interfaces.cli import main

if __name__ == "__main__":
    main()
