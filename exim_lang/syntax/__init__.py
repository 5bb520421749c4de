"""Logical lines and strings to trees of frozen nodes; the only place that knows Lark."""
