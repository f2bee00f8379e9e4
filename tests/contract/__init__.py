"""The same promises kept by the fakes and by MongoDB."""
