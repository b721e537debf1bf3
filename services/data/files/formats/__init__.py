"""One reader for each format of files, and the detection of the format."""
