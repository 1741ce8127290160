"""The drop folder: files that somebody or something puts into a folder."""
