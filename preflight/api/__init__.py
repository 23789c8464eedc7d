"""The Python API: one function a command, with a path, a file object or a frame, and frames out.

`given` makes a file of whatever was given, `options` the settings of the keywords; `report`,
`fixed` and `sent` hold what came of it, `display` shows it. The stages are those of the commands.
"""
