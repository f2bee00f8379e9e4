"""The CSV formats that catalogues move in and out by: read, judged and written here, stored elsewhere."""
