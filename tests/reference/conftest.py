"""The scripts here make stored numbers; they are run by hand and never collected."""

collect_ignore_glob = ["*.py"]
