"""A real SMTP listener for mail clients: sockets around the SMTP session."""
