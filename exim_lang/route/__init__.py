"""Where a mail would go: routers, the verification of addresses, rewriting of the envelope."""
