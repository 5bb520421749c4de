"""ACL conditions and modifiers, one a file; registered with `exim_lang.acl.registry`."""
