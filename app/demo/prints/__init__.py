"""The demo's pictures, drawn by code: a kit, and one module a family of prints."""
