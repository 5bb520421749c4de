"""DomainKeys (RFC 4870), as Exim 4.51 to 4.69 could be built with it: canonical forms, verifying, policies, signing."""
