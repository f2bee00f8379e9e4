"""The one process that crosses the rooms: start, settle, abandon, and a sweep for what was missed."""
