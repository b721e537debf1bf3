"""The command line: commands, their output, and loading of files."""
